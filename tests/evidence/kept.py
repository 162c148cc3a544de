"""Sections measured before, at this very commit: an hour's run that was interrupted goes on.

Nothing is kept of a checkout with changes, and nothing of another commit is ever used.
"""

from __future__ import annotations

import pickle
from pathlib import Path

from tests.evidence.figures import Section
from tests.evidence.provenance import ROOT, Provenance

_FOLDER = ROOT / ".cache" / "evidence"


def keep(section: Section, origin: Provenance, folder: Path = _FOLDER) -> None:
    """For later runs at this commit."""
    if not origin.changed:
        file = folder / origin.commit / f"{section.name}.pickle"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(section))


def kept(name: str, origin: Provenance, folder: Path = _FOLDER) -> Section | None:
    """What was measured at this commit under that name, or nothing."""
    file = folder / origin.commit / f"{name}.pickle"
    if origin.changed or not file.exists():
        return None
    section = pickle.loads(file.read_bytes())
    assert isinstance(section, Section)
    return section
