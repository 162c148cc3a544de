"""What README.md tells of the programme can be typed as it stands."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.source_tree import ROOT
from wattback_controller.choices import OPTION_NAMES
from wattback_controller.commands import programme
from wattback_controller.config import load_site
from wattback_controller.owner import REQUESTS
from wattback_controller.records import Kind
from wattback_sim.scenario import load_scenario
from wattback_sim.utility.orders import UtilityOrders
from wattback_sim.utility.vtn import Utility

README = (ROOT / "README.md").read_text(encoding="utf-8")
_, _, _AFTER = README.partition("## Taking part in a programme\n")
SECTION = _AFTER.partition("\n## ")[0]


def test_the_sites_file_is_one_that_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SECTION.partition("```toml\n")[2].partition("```")[0])
    site = load_site(tmp_path / "site.toml")
    assert site.programme is not None
    assert [connector.name for connector in site.connectors] == ["garage", "drive"]
    assert [service.name for service in site.services] == ["panel"]


def test_every_command_stands_there_and_no_other() -> None:
    told = re.findall(r"^    wattback programme ([a-z]+)", SECTION, re.MULTILINE)
    assert set(told) == set(programme.commands)


@pytest.mark.parametrize("name", [row.name for row in REQUESTS])
def test_every_request_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", SECTION)


def test_every_option_and_every_kind_of_event_is_named() -> None:
    options = OPTION_NAMES.keys() - {"enrolled", "opted_out"}  # which `ask` is for
    for word in (*options, *Kind.__args__):  # type: ignore[attr-defined]
        assert word in SECTION


def test_the_order_to_the_simulated_utility_is_obeyed() -> None:
    utility = Utility(lambda: 1e9, ())
    orders = UtilityOrders(utility, utility.create_program("evening-export"), lambda: 1e9)
    (announce,) = re.findall(r"^    (\{.*\})$", SECTION, re.MULTILINE)
    said = re.findall(r"`(\{\"(?:cancel|reports|down)\".*?\})`", SECTION)
    assert len(said) == 3
    for line in (announce, *said):
        assert json.loads(orders.answer(line.encode()))["ok"] is True


def test_the_sections_of_a_scenario_are_accepted(tmp_path: Path) -> None:
    block = README.partition("between them and the connector:\n")[2].partition("\nIts run")[0]
    head = 'profile = "us-240-split-phase"\nstarts_at = "2026-02-10T18:00:00-06:00"\n'
    path = tmp_path / "scenario.toml"
    path.write_text(f"{head}duration_s = 3600\n{block}")
    loaded = load_scenario(path).programme
    assert loaded is not None
    assert loaded.owner["enrolled"] == "yes"
    assert [event.name for event in loaded.events] == ["evening"]
