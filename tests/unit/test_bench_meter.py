"""A reading counts when it is steady: no ramp, no stale value, no endless wait."""

import pytest

from wattback_hil.errors import BoardError
from wattback_hil.meter import Meter


class Flow:
    """Amps and watts over a time that passes only when the meter lets it."""

    def __init__(self, *ramp: tuple[float, float], closed: bool = True) -> None:
        """ramp: (time, amps) from which on, in order of time."""
        self.s = 0.0
        self.ramp = ramp
        self.noise = 0.0
        self.meter = Meter(self, self.read, lambda: closed)

    def now_s(self) -> float:
        return self.s

    def let_pass(self, for_s: float) -> None:
        self.s += for_s

    def read(self, point: str) -> float:
        self.noise = -self.noise
        amps = [amps for from_s, amps in self.ramp if from_s <= self.s][-1] + self.noise
        return {"701.A": amps, "701.W": -240.0 * amps}[point]


def test_a_steady_current_is_read_after_its_time_of_steadiness() -> None:
    flow = Flow((0.0, 15.6))
    assert flow.meter.amps() == pytest.approx(15.6)
    assert flow.s == pytest.approx(6.0, abs=0.06)


def test_noise_within_the_band_is_averaged() -> None:
    flow = Flow((0.0, 15.6))
    flow.noise = 0.1
    assert flow.meter.amps() == pytest.approx(15.6, abs=0.01)


def test_a_ramp_is_waited_for_and_not_averaged() -> None:
    ramp = [(t / 10, t / 10 * 4.0) for t in range(41)]
    assert Flow(*ramp).meter.amps() == pytest.approx(16.0)


def test_a_vehicle_that_follows_5_s_after_the_offer_is_waited_for() -> None:
    flow = Flow((0.0, 32.0), (5.0, 10.0))
    assert flow.meter.amps() == pytest.approx(10.0)


def test_zero_under_a_closed_contactor_is_waited_out_because_vehicles_take_a_while() -> None:
    flow = Flow((0.0, 0.0), (20.0, 16.0))
    assert flow.meter.amps() == pytest.approx(16.0)


def test_zero_that_stays_is_the_reading_after_the_longest_wait() -> None:
    flow = Flow((0.0, 0.0))
    assert flow.meter.amps() == 0.0
    assert flow.s == pytest.approx(60.0, abs=0.06)


def test_zero_under_an_open_contactor_is_read_at_once() -> None:
    flow = Flow((0.0, 0.0), closed=False)
    assert flow.meter.amps() == 0.0
    assert flow.s == pytest.approx(6.0, abs=0.06)


def test_a_current_that_never_settles_is_the_boards_failure_with_what_was_seen() -> None:
    flow = Flow((0.0, 15.0))
    flow.noise = 1.0
    with pytest.raises(BoardError, match=r"not steady for 6 s within 60 s: .* 14.00 and 16.00 A"):
        flow.meter.amps()


def test_power_is_signed_and_current_is_a_magnitude() -> None:
    flow = Flow((0.0, 10.0))
    assert flow.meter.watts(steady_for="1 s") == pytest.approx(-2400.0)
    assert flow.meter.amps(steady_for="1 s") == pytest.approx(10.0)
