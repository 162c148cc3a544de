"""Waits count the board's time: over a reboot, at any speed, and never for ever."""

import pytest

from wattback_hil.board_time import UptimeClock, wait_until
from wattback_hil.errors import BenchError


class SteppedClock:
    """Time that passes only when a wait lets it."""

    def __init__(self) -> None:
        self.s = 100.0

    def now_s(self) -> float:
        return self.s

    def let_pass(self, for_s: float) -> None:
        self.s += for_s


class World:
    """A machine whose clock moves by naps, and a board on it that counts `speed` times as fast."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench_s = 0.0
        self.uptime_s = 50.0
        self.speed = 1.0
        self.answers = True
        monkeypatch.setattr("wattback_hil.board_time.time.sleep", self._nap)
        monkeypatch.setattr("wattback_hil.board_time.time.monotonic", lambda: self.bench_s)

    def _nap(self, for_s: float) -> None:
        self.bench_s += for_s
        self.uptime_s += for_s * self.speed

    def read_uptime_s(self) -> float:
        if not self.answers:
            raise BenchError("no answer from hall 3")
        return self.uptime_s


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_a_wait_ends_when_it_is_ready_and_no_later_than_the_next_look() -> None:
    clock = SteppedClock()
    assert wait_until(clock, lambda: clock.s >= 101.01, 10.0)
    assert clock.s == pytest.approx(101.05)


def test_a_wait_ends_at_its_time_and_looks_once_more_then() -> None:
    clock = SteppedClock()
    looks: list[float] = []

    def look() -> bool:
        looks.append(clock.s)
        return False

    assert not wait_until(clock, look, 0.12)
    assert looks == pytest.approx([100.0, 100.05, 100.1, 100.12])


def test_a_wait_of_no_time_looks_once() -> None:
    assert wait_until(SteppedClock(), lambda: True, 0.0)
    assert not wait_until(SteppedClock(), lambda: False, 0.0)


def test_time_begins_when_the_bench_takes_the_board(world: World) -> None:
    assert UptimeClock(world.read_uptime_s).now_s() == 0.0


@pytest.mark.parametrize("speed", [0.5, 1.0, 20.0])
def test_waits_count_the_boards_time_at_whatever_speed_it_runs(world: World, speed: float) -> None:
    world.speed = speed
    UptimeClock(world.read_uptime_s).let_pass(3.0)
    assert world.uptime_s == pytest.approx(53.0, abs=0.01 * speed + 1e-6)
    assert world.bench_s == pytest.approx(3.0 / speed, abs=0.011)


def test_a_wait_begins_when_it_is_asked_for_and_not_at_the_last_look_before(world: World) -> None:
    clock = UptimeClock(world.read_uptime_s)
    world.uptime_s += 0.7  # what else the test has done since
    clock.let_pass(3.0)
    assert world.uptime_s >= 53.7


def test_time_goes_on_over_a_reboot(world: World) -> None:
    clock = UptimeClock(world.read_uptime_s)
    world.uptime_s = 60.0
    assert clock.now_s() == pytest.approx(10.0)
    world.uptime_s = 2.0
    assert clock.now_s() == pytest.approx(12.0)


def test_a_board_whose_time_stands_still_ends_the_wait_with_what_was_seen(world: World) -> None:
    clock = UptimeClock(world.read_uptime_s)
    world.speed = 0.0
    with pytest.raises(BenchError, match=r"for 5 s of the bench's: its clock stands at 50.00 s"):
        clock.let_pass(1.0)
    assert world.bench_s == pytest.approx(5.0, abs=0.05)


def test_a_silent_board_ends_the_wait_and_the_silence_is_named(world: World) -> None:
    clock = UptimeClock(world.read_uptime_s)
    world.answers = False
    with pytest.raises(BenchError, match="of the bench's: no answer from hall 3"):
        clock.let_pass(1.0)
