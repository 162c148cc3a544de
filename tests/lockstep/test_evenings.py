"""The demo's evening: one seed, one sequence of bytes, on a MicroPython and on CPython."""

from dataclasses import replace

from tests.lockstep.evenings import play_evening
from tests.lockstep.playing import CPYTHON, MICROPYTHON
from wattback_sim.firmware import scenarios_root
from wattback_sim.scenario import load_scenario


def test_the_first_minutes_of_the_evening_are_the_same_in_every_byte_on_both_interpreters() -> (
    None
):
    """`make test-programme` plays all of it."""
    evening = load_scenario(scenarios_root() / "evening.toml")
    start = replace(evening, duration_us=300_000_000, expectations=())
    result, bytes_seen = play_evening(start, MICROPYTHON, 1)
    assert result.interpreter.startswith("MicroPython")
    twin, twin_seen = play_evening(start, CPYTHON, 1)
    assert bytes_seen == twin_seen, "compare: wattback sim run --trace --every 10 --runtime …"
    assert result.events == twin.events


def test_the_visit_of_a_vehicle_with_basic_signalling_passes() -> None:
    result, _ = play_evening(load_scenario(scenarios_root() / "visit.toml"), CPYTHON, 1)
    assert result.passed, (result.violations, result.verdicts)


def test_the_same_seed_repeats_itself_and_another_does_not() -> None:
    evening = load_scenario(scenarios_root() / "evening.toml")
    start = replace(evening, duration_us=45_000_000, expectations=())
    first, again, other = (play_evening(start, MICROPYTHON, seed)[1] for seed in (1, 1, 2))
    assert first == again
    assert first != other
