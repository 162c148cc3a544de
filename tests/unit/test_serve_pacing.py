"""Simulated time by the wall clock, without one."""

import pytest

from wattback_sim.serve import Pacing


class Wall:
    """A wall clock that tests move."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize("speed", [0.1, 1.0, 10.0])
def test_simulated_time_is_due_with_the_wall_clock_times_the_speed(speed: float) -> None:
    wall = Wall()
    pacing = Pacing(speed, wall)
    wall.now_s += 0.5
    assert pacing.due_us(0) == pytest.approx(0.5e6 * speed)
    assert pacing.wait_s(round(0.7e6 * speed)) == pytest.approx(0.2)


def test_a_short_lag_is_made_up() -> None:
    wall = Wall()
    pacing = Pacing(1.0, wall)
    wall.now_s += 0.9
    assert pacing.due_us(0) == pytest.approx(0.9e6)
    assert not pacing.lags


def test_a_long_lag_is_given_up_and_time_goes_on_from_where_it_is() -> None:
    wall = Wall()
    pacing = Pacing(1.0, wall)
    wall.now_s += 3600.0
    assert pacing.due_us(5_000_000) == 5_000_000
    assert pacing.lags
    wall.now_s += 0.25
    assert pacing.due_us(5_000_000) == pytest.approx(5_250_000)
