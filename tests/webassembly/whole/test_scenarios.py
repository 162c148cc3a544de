"""Scenarios that show seeded defects, on the sound firmware: no word differs, and they pass."""

from pathlib import Path

import pytest

from tests.lockstep.evenings import play_evening
from tests.lockstep.playing import MICROPYTHON
from tests.webassembly.plugin import tally_of_file
from wattback_sim.clock import TICK_US
from wattback_sim.scenario import load_scenario

_SCENARIOS = sorted((Path(__file__).parents[2] / "defects" / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("file", _SCENARIOS, ids=lambda file: file.stem)
def test_scenario_is_the_same_in_every_word(file: Path, pytestconfig: pytest.Config) -> None:
    tally = tally_of_file(pytestconfig)
    assert tally is not None, "only under `make test-webassembly` a board is two of them"
    scenario = load_scenario(file)
    before = tally.ticks
    result, _ = play_evening(scenario, MICROPYTHON, 1)
    assert result.passed, (result.violations, result.verdicts)
    assert 0 < tally.ticks - before <= scenario.duration_us // TICK_US
