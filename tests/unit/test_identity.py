"""Who the unit says it is."""

import tomllib

from tests.unit.source_tree import ROOT
from wattback.identity import VERSION, Identity


def test_the_firmwares_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION == Identity("WB-1").version


def test_every_text_fits_a_sunspec_common_model() -> None:
    identity = Identity("WB-0000001")
    texts = (identity.manufacturer, identity.model, identity.version, identity.serial)
    assert all(text.isascii() and 0 < len(text) <= 32 for text in texts)
