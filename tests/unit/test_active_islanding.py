"""The vehicle's own islanding detection: on an island it runs away, on a grid it moves nothing."""

import math
from collections.abc import Callable

import pytest

from wattback_sim.active_islanding import ActiveIslanding, ActiveIslandingParameters
from wattback_sim.island import Island, IslandParameters

TICK_S = 0.01
SOURCE_W = 8_000.0
LIMIT_S = 2.0  # evse.md 6.6
WINDOW_S = 0.083  # 5 cycles: so long a phase jump shows as a frequency (evse.md 6.6)
# Rate of change that a category must ride through, in Hz/s (evse.md 6.2).
RATES = {1: 0.5, 2: 2.0, 3: 3.0}


def detection(**parameters: float) -> ActiveIslanding:
    return ActiveIslanding(ActiveIslandingParameters(**parameters))  # type: ignore[arg-type]


def ceased_s(
    watcher: ActiveIslanding, reactive_share: float = 0.0, before_s: float = 1.0, **load: float
) -> float | None:
    """From a switch's opening until a source that it watches has ceased, or None after 5 s."""
    section = Island(IslandParameters(**{"load_w": SOURCE_W, **load}))
    section.hold(240.0, 60.0)
    for tick in range(-round(before_s / TICK_S), 500):
        if tick >= 0:
            section.step(SOURCE_W, SOURCE_W * (reactive_share + watcher.share), TICK_S)
        watcher.step(section.voltage_v / 240.0, section.frequency_hz, TICK_S)
        if watcher.detected:
            return tick * TICK_S
    return None


def ride(course: Callable[[float], tuple[float, float]], seconds: float) -> ActiveIslanding:
    """On a grid of this voltage and frequency over time."""
    watcher = detection()
    for tick in range(round(seconds / TICK_S)):
        watcher.step(*course(tick * TICK_S), TICK_S)
        assert not watcher.detected, f"at {tick * TICK_S:.2f} s"
        assert abs(watcher.share) <= 0.15
    return watcher


# --- an island ---


@pytest.mark.parametrize(
    "load_var", [share * SOURCE_W for share in (-0.05, -0.01, 0.0, 0.01, 0.05)]
)
@pytest.mark.parametrize("load_w", [SOURCE_W * share for share in (0.85, 0.95, 1.0, 1.05, 1.2)])
@pytest.mark.parametrize("quality", [0.5, 1.0])
def test_a_matched_island_is_left_within_2_s_whatever_the_mismatch(
    load_var: float, load_w: float, quality: float
) -> None:
    taken_s = ceased_s(detection(), load_var=load_var, load_w=load_w, quality=quality)
    assert taken_s is not None
    assert taken_s < LIMIT_S / 2


@pytest.mark.parametrize("before_s", [0.3 + 0.05 * step for step in range(21)])
def test_at_every_moment_of_its_nudge_and_against_what_cancels_it(before_s: float) -> None:
    for cancels in (-0.005, 0.0, 0.005):
        taken_s = ceased_s(detection(), cancels, before_s)
        assert taken_s is not None
        assert taken_s < LIMIT_S / 2


@pytest.mark.parametrize(
    ("deadband_hz", "droop", "response_s"),
    [(0.036, 0.05, 5.0), (0.017, 0.03, 1.0), (0.017, 0.02, 0.2)],
)
@pytest.mark.parametrize("rated_w", [SOURCE_W, 3.0 * SOURCE_W])
def test_a_droop_saves_no_island(
    deadband_hz: float, droop: float, response_s: float, rated_w: float
) -> None:
    """The test's default and most aggressive ones (evse.md 6.6), at full and a third of power."""
    for before in range(20):
        watcher = detection()
        section = Island(IslandParameters(load_w=SOURCE_W))
        section.hold(240.0, 60.0)
        for _ in range(30 + 5 * before):
            watcher.step(1.0, 60.0, TICK_S)
        power_w = SOURCE_W
        for _ in range(round(LIMIT_S / TICK_S)):
            section.step(power_w, power_w * watcher.share, TICK_S)
            over_hz = max(0.0, section.frequency_hz - 60.0 - deadband_hz)
            goal_w = max(0.0, SOURCE_W - rated_w * over_hz / (60.0 * droop))
            power_w += -math.expm1(-2.3 * TICK_S / response_s) * (goal_w - power_w)
            watcher.step(section.voltage_v / 240.0, section.frequency_hz, TICK_S)
            if watcher.detected or section.voltage_v < 120.0:
                break  # it ceases below half of the voltage
        else:
            pytest.fail("it lives on")


@pytest.mark.parametrize("gain_per_hz", [0.0, 0.02, 0.03])
def test_below_the_gain_of_one_thirtieth_a_matched_island_lives_on(gain_per_hz: float) -> None:
    assert ceased_s(detection(gain_per_hz=gain_per_hz)) is None


def test_above_it_the_frequency_runs_away() -> None:
    assert ceased_s(detection(gain_per_hz=0.05)) is not None


def test_a_vehicle_without_it_feeds_a_matched_island_on() -> None:
    assert ceased_s(detection(on=False)) is None


def test_what_it_has_detected_counts_until_the_line_is_gone() -> None:
    watcher = detection()
    ceased_s(watcher)
    watcher.rest()
    assert (watcher.detected, watcher.share) == (True, 0.0)
    watcher.forget()
    assert not watcher.detected


def test_it_feeds_again_when_the_grid_has_been_good_without_a_break_for_its_time() -> None:
    watcher = detection(return_s=20.0)
    ceased_s(watcher)
    for pu, hz in ((1.0, 60.0), (0.9, 60.0), (1.0, 60.2), (1.0, 60.0)):
        for _ in range(1_990 if pu == 1.0 and hz == 60.0 else 1):
            watcher.wait(pu, hz, TICK_S)
            assert watcher.detected
    for _ in range(20):
        watcher.wait(1.0, 60.0, TICK_S)
    assert not watcher.detected


# --- a grid ---


@pytest.mark.parametrize("hz", [57.0, 58.8, 60.0, 61.2, 61.8])
def test_a_steady_frequency_is_ridden_through_and_fed_no_reactive_power_for_long(
    hz: float,
) -> None:
    watcher = ride(lambda _: (1.0, hz), 60.0)
    assert abs(watcher.share) <= 0.0051


@pytest.mark.parametrize("category", RATES)
@pytest.mark.parametrize("to_hz", [57.0, 61.8])
def test_the_categorys_rate_of_change_is_ridden_through(category: int, to_hz: float) -> None:
    rate = RATES[category] * (1.0 if to_hz > 60.0 else -1.0)
    far_s = (to_hz - 60.0) / rate

    def course(t_s: float) -> tuple[float, float]:
        return 1.0, 60.0 + rate * (min(t_s, far_s) - min(max(t_s - far_s - 2.0, 0.0), far_s))

    ride(course, 2.0 * far_s + 5.0)


@pytest.mark.parametrize("apart_s", [0.25, 0.5, 2.0])
@pytest.mark.parametrize("by_hz", [-2.0, 2.0])
def test_phase_jumps_of_60_degrees_are_ridden_through(apart_s: float, by_hz: float) -> None:
    ride(lambda t_s: (1.0, 60.0 + by_hz * (t_s % apart_s < WINDOW_S)), 10.0)


@pytest.mark.parametrize("voltage_pu", [0.0, 0.45, 0.5, 0.7, 0.88])
@pytest.mark.parametrize("hz", [0.0, 40.0, 70.0])
def test_dips_and_their_edges_are_ridden_through(voltage_pu: float, hz: float) -> None:
    def course(t_s: float) -> tuple[float, float]:
        phase_s = t_s % 2.0
        if phase_s < 1.0:
            return voltage_pu, hz if voltage_pu < 0.5 else 60.0
        return 1.0, hz if phase_s < 1.01 else 60.0

    ride(course, 10.0)


def test_in_a_dip_it_adds_nothing() -> None:
    watcher = detection()
    watcher.step(1.0, 60.0, TICK_S)
    assert watcher.share != 0.0
    watcher.step(0.49, 62.0, TICK_S)
    assert watcher.share == 0.0
