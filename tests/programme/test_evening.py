"""The demo's evening with its utility and controller, whole, on both interpreters."""

import pytest

from tests.lockstep.evenings import play_evening
from tests.lockstep.playing import CPYTHON, MICROPYTHON
from wattback_sim.firmware import scenarios_root
from wattback_sim.scenario import load_scenario


@pytest.mark.timeout(900)  # twice an hour of ticks, beside other tests
def test_the_evening_passes_and_is_the_same_in_every_byte_on_both_interpreters() -> None:
    evening = load_scenario(scenarios_root() / "evening.toml")
    result, bytes_seen = play_evening(evening, MICROPYTHON, 1)
    assert result.interpreter.startswith("MicroPython")
    assert result.passed, (result.violations, result.verdicts)
    twin, twin_seen = play_evening(evening, CPYTHON, 1)
    assert twin.passed
    assert bytes_seen == twin_seen, "compare: wattback sim run --trace --every 10 --runtime …"
    assert result.events == twin.events
