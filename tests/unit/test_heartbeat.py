"""The controller's heartbeat: watched from its first beat on, silent after its time, healed."""

import pytest

from wattback.heartbeat import PRESENT, SILENT, STATE_NAMES, UNHEARD, Heartbeat


def run(heartbeat: Heartbeat, ms: int, timeout_s: int = 60, dt_ms: int = 10) -> None:
    for _ in range(ms // dt_ms):
        heartbeat.age(timeout_s, dt_ms)


def test_a_controller_that_never_beats_is_not_watched() -> None:
    heartbeat = Heartbeat()
    run(heartbeat, 7_200_000, dt_ms=50)
    assert heartbeat.state == UNHEARD


@pytest.mark.parametrize("counter", [0, 1, 65_535])
def test_its_first_beat_makes_it_present_whatever_it_counts(counter: int) -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(counter)
    assert heartbeat.state == PRESENT


@pytest.mark.parametrize("timeout_s", [1, 60, 3_600])
@pytest.mark.parametrize("dt_ms", [10, 50])
def test_it_is_silent_when_its_time_has_passed_and_not_before(timeout_s: int, dt_ms: int) -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(7)
    run(
        heartbeat, timeout_s * 1_000, timeout_s, dt_ms
    )  # its beat may be as late as the first step
    assert heartbeat.state == PRESENT
    heartbeat.age(timeout_s, dt_ms)
    assert heartbeat.state == SILENT


def test_a_silence_of_a_millisecond_is_one() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(7)
    heartbeat.age(1, 0)  # the step of the beat itself
    heartbeat.age(1, 1)
    run(heartbeat, 990, 1)
    assert heartbeat.state == PRESENT
    heartbeat.age(1, 10)
    assert heartbeat.state == SILENT


def test_a_beat_in_time_keeps_it_present() -> None:
    heartbeat = Heartbeat()
    for counter in range(100):
        heartbeat.beat(counter)
        run(heartbeat, 59_000, dt_ms=50)
        assert heartbeat.state == PRESENT


def test_the_same_counter_again_is_no_beat() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(7)
    for _ in range(61):
        run(heartbeat, 1_000)
        heartbeat.beat(7)
    assert heartbeat.state == SILENT
    heartbeat.beat(7)
    assert heartbeat.state == SILENT


def test_the_next_beat_heals_silence_and_starts_its_time_anew() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(65_535)
    run(heartbeat, 100_000)
    assert heartbeat.state == SILENT
    heartbeat.beat(0)
    assert heartbeat.state == PRESENT
    run(heartbeat, 59_990)
    assert heartbeat.state == PRESENT


def test_every_beat_starts_the_whole_time_anew() -> None:
    heartbeat = Heartbeat()
    for counter in (1, 2, 1):
        heartbeat.beat(counter)
        run(heartbeat, 60_000)
        assert heartbeat.state == PRESENT
    run(heartbeat, 10)
    assert heartbeat.state == SILENT


def test_a_beat_counts_once_however_soon_the_next_look_comes() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(1)
    heartbeat.age(1, 500)
    heartbeat.age(1, 500)
    assert heartbeat.state == PRESENT
    heartbeat.age(1, 500)
    assert heartbeat.state == SILENT


def test_a_silence_of_weeks_counts_no_further() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(1)
    run(heartbeat, 61_000)
    before = dict(vars(heartbeat))
    run(heartbeat, 1_000_000, dt_ms=50)
    assert vars(heartbeat) == before


def test_a_time_that_is_shortened_counts_at_once() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(1)
    run(heartbeat, 30_000)
    heartbeat.age(20, 10)
    assert heartbeat.state == SILENT


def test_every_state_has_a_name() -> None:
    assert STATE_NAMES[UNHEARD] == "unheard"
    assert STATE_NAMES[PRESENT] == "present"
    assert STATE_NAMES[SILENT] == "silent"
