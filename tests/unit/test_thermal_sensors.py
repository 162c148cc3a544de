"""Temperature sensors: open, shorted, loose and frozen ones; and the terminal that is loose."""

import pytest

from tests.unit.warm_unit import FIELDS, MINUTE_MS, TURNS_MS, Unit, WarmUnit
from wattback.fault_table import TEMPERATURE_SENSOR, TERMINAL_LOOSE
from wattback.thermal import Thermal

each_field = pytest.mark.parametrize("field", FIELDS)
each_turn = pytest.mark.parametrize("dt_ms", TURNS_MS)


# --- sensors ---


@each_field
@pytest.mark.parametrize("reading", [-401, -2731, -(2**28), 1501, 2**28 - 1])
@each_turn
def test_an_open_or_shorted_sensor_is_a_fault_within_2_s_and_no_reading(
    field: str, reading: int, dt_ms: int
) -> None:
    unit = Unit()
    unit.feed(10_000, dt_ms)
    unit.set(**{field: reading})
    unit.feed(1_000, dt_ms)
    assert unit.faults == 0
    unit.feed(2 * dt_ms, dt_ms)
    unit.feed(60_000, dt_ms)
    assert unit.faults == TEMPERATURE_SENSOR  # neither hot nor cold
    assert unit.thermal.share_bp == 10000  # the fault stops by itself


@each_field
@pytest.mark.parametrize("reading", [-400, 0, 400])
def test_what_a_place_can_have_is_a_reading(field: str, reading: int) -> None:
    unit = Unit()
    unit.set(**{field: reading})
    unit.feed(600_000)
    assert unit.faults == 0


@each_field
@each_turn
def test_a_sensor_that_comes_and_goes_is_a_fault_all_the_while(field: str, dt_ms: int) -> None:
    unit = Unit()
    for turn in range(2_000):
        unit.set(**{field: 200 if turn % 2 else 5_000})
        unit.feed(dt_ms, dt_ms)
        if turn * dt_ms > 10_000:
            assert unit.faults == TEMPERATURE_SENSOR


@each_field
def test_a_sensor_that_is_mended_is_believed_after_some_seconds(field: str) -> None:
    unit = Unit()
    unit.set(**{field: -2731})
    unit.feed(3_600_000, 1000)
    unit.set(**{field: 200})
    unit.feed(3_000)
    assert unit.faults == TEMPERATURE_SENSOR
    unit.feed(6_000)
    assert unit.faults == 0


def test_a_sensor_that_is_lost_while_hot_ends_neither_stop_nor_derating() -> None:
    for reached, share_bp in ((1000, 0), (910, 5000)):
        unit = Unit()
        unit.set(terminal_decic=reached)
        unit.feed(5_000)
        faults = unit.faults
        unit.set(terminal_decic=-2731)
        unit.feed(3_600_000, 1000)
        assert unit.faults == faults | TEMPERATURE_SENSOR
        assert unit.thermal.share_bp == share_bp


@each_field
@pytest.mark.parametrize(("current_a", "minutes"), [(48.0, 13), (32.0, 16), (16.0, 45)])
@pytest.mark.parametrize("flicker", [0, 1])
def test_a_sensor_that_does_not_notice_the_current_is_frozen(
    field: str, current_a: float, minutes: int, flicker: int
) -> None:
    unit = WarmUnit(noise_decic=2)
    unit.run(10 * MINUTE_MS, 0.0)
    for second in range(minutes * 60):
        unit.frozen = {field: 250 + (flicker & second)}
        unit.run(1000, current_a)
    assert unit.faults == TEMPERATURE_SENSOR
    unit.run(60 * MINUTE_MS, 0.0, 5000)
    assert unit.faults == TEMPERATURE_SENSOR  # waiting mends nothing
    unit.frozen = {}
    unit.run(60 * MINUTE_MS, 0.0, 5000)
    assert unit.faults == 0


@each_field
def test_a_sensor_that_freezes_at_full_current_is_found_once_it_ends(field: str) -> None:
    unit = WarmUnit()
    unit.run(120 * MINUTE_MS, 48.0, 5000)
    unit.frozen = {field: getattr(unit.inputs, field)}
    unit.run(120 * MINUTE_MS, 48.0, 5000)
    assert unit.faults == 0
    unit.run(20 * MINUTE_MS, 0.0)
    assert unit.faults == TEMPERATURE_SENSOR


def test_a_month_in_a_constant_cold_garage_freezes_nothing() -> None:
    unit = WarmUnit(ambient_c=-20.0)
    for day in range(30):
        unit.run(240 * MINUTE_MS, (0.0, 6.0, 10.0, 16.0, 32.0, 48.0)[day % 6], 5000)
        unit.run(180 * MINUTE_MS, 0.0, 5000)
        unit.feed(17 * 60 * MINUTE_MS, 5000)  # no tenth of a degree moves any more
        assert unit.ever | unit.faults == 0


@pytest.mark.parametrize("half_ms", [10_000, 60_000, 120_000, 300_000, 900_000])
@pytest.mark.parametrize("time_s", [60.0, 300.0, 1800.0])
@pytest.mark.parametrize("low_a", [0.0, 24.0])
def test_a_current_that_comes_and_goes_freezes_no_place_be_it_fast_or_slow(
    half_ms: int, time_s: float, low_a: float
) -> None:
    unit = WarmUnit(handle_time_s=time_s, board_time_s=time_s, handle_rise_k=6.0)
    for _ in range(14_400_000 // half_ms // 2):
        unit.run(half_ms, 40.0, 5000)
        unit.run(half_ms, low_a, 5000)
    unit.run(120 * MINUTE_MS, 40.0, 5000)
    unit.run(120 * MINUTE_MS, 0.0, 5000)
    assert unit.ever == 0


def test_a_fast_place_whose_current_stays_or_ends_is_not_frozen() -> None:
    unit = WarmUnit(handle_time_s=60.0, board_time_s=60.0, terminal_time_s=60.0)
    for current_a in (48.0, 0.0, 16.0, 0.0, 32.0, 48.0, 20.0):
        unit.run(90 * MINUTE_MS, current_a, 5000)
    assert unit.ever == 0


# --- loose terminals ---


@pytest.mark.parametrize("current_a", [16.0, 24.0, 32.0, 48.0, -40.0])
def test_a_loose_terminal_is_told_whatever_the_current_from_16_a_on(current_a: float) -> None:
    unit = WarmUnit(terminal_loosening=4.0, noise_decic=2)
    passed_ms = unit.run_until_fault(current_a, 90 * MINUTE_MS)
    assert unit.faults == TERMINAL_LOOSE
    assert passed_ms > 5 * MINUTE_MS
    unit.run(60 * MINUTE_MS, 6.0, 5000)  # too little to tell
    assert unit.faults == TERMINAL_LOOSE
    unit.parameters.terminal_loosening = 1.0
    unit.run(60 * MINUTE_MS, 32.0, 5000)
    assert unit.faults == 0
    unit.parameters.terminal_loosening = 4.0
    unit.run(60 * MINUTE_MS, 6.0, 5000)
    assert 5 * MINUTE_MS < unit.run_until_fault(current_a, 90 * MINUTE_MS) < 25 * MINUTE_MS
    assert unit.faults == TERMINAL_LOOSE


@pytest.mark.parametrize("current_a", [6.0, 12.0, 15.9])
def test_below_16_a_no_terminal_is_judged(current_a: float) -> None:
    unit = WarmUnit(terminal_loosening=6.0)
    unit.run(120 * MINUTE_MS, current_a, 5000)
    assert unit.ever == 0


@pytest.mark.parametrize(("rise_k", "fault"), [(36.0, 0), (44.0, TERMINAL_LOOSE)])
@pytest.mark.parametrize("current_a", [20.0, 48.0])
@pytest.mark.parametrize("dt_ms", [250, 1000])
def test_the_rise_at_48_a_of_the_settings_is_the_edge(
    rise_k: float, fault: int, current_a: float, dt_ms: int
) -> None:
    unit = WarmUnit(terminal_rise_k=rise_k, terminal_time_s=120.0, board_time_s=120.0)
    unit.run(45 * MINUTE_MS, current_a, dt_ms)
    assert unit.faults == fault


@pytest.mark.parametrize("terminal_time_s", [60.0, 300.0, 900.0])
@pytest.mark.parametrize("half_minutes", [1, 5, 20, 60])
@pytest.mark.parametrize(("high_a", "low_a"), [(48.0, 16.0), (48.0, 0.0), (80.0, 20.0)])
def test_no_step_of_the_current_makes_a_sound_terminal_loose(
    terminal_time_s: float, half_minutes: int, high_a: float, low_a: float
) -> None:
    unit = WarmUnit(terminal_time_s=terminal_time_s, ambient_c=0.0)
    unit.run(60 * MINUTE_MS, high_a, 5000)
    for _ in range(max(120 // half_minutes // 2, 2)):
        unit.run(half_minutes * MINUTE_MS, low_a, 5000)
        unit.run(half_minutes * MINUTE_MS, high_a, 5000)
    assert unit.ever & TERMINAL_LOOSE == 0


@pytest.mark.parametrize("terminal_time_s", [60.0, 300.0, 900.0])
def test_after_a_restart_a_terminal_that_is_still_warm_is_not_loose(
    terminal_time_s: float,
) -> None:
    unit = WarmUnit(terminal_time_s=terminal_time_s)
    unit.run(120 * MINUTE_MS, 48.0, 5000)
    unit.thermal = Thermal()
    unit.run(60 * MINUTE_MS, 16.0)
    assert unit.ever == 0


def test_the_sun_that_leaves_a_hot_box_makes_no_terminal_loose() -> None:
    unit = WarmUnit(ambient_c=60.0)
    unit.settings.handle_hot_decic = 900
    for current_a in (32.0, 24.0):
        unit.parameters.ambient_c = 60.0
        unit.run(120 * MINUTE_MS, current_a, 5000)
        unit.parameters.ambient_c = 35.0
        unit.run(120 * MINUTE_MS, current_a, 5000)
    assert unit.ever == 0


def test_a_rise_that_lasts_some_minutes_a_time_adds_up_to_no_more_than_the_sound_ones() -> None:
    unit = Unit()
    for minute in range(600):
        sound = minute // 2 % 2
        unit.set(terminal_decic=500 + minute % 3 * 5, handle_decic=300 + minute % 3 * 5)
        unit.set(board_decic=450 if sound else 50 + minute % 3 * 5)
        unit.feed(MINUTE_MS, 1000, 32_000)
        assert unit.faults & TERMINAL_LOOSE == 0
