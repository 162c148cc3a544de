"""The meter's readings: frozen, saturated, contradicting each other; and legs that differ."""

from itertools import product

import pytest

from tests.property.small_int import SmallInt, carry
from tests.unit.metering_chip import LASTS_MS, Chip, flow
from wattback.fault_table import LEG_UNBALANCE, METER_IMPLAUSIBLE
from wattback.plausible import Plausible
from wattback.settings import Settings
from wattback.signals import Inputs

EXTREME = 2**28


# What a sound meter on 120 V may read.
SOUND = {
    "nothing flows": flow(0, 0, 0),
    "noise": flow(-40, 30, 5, -8),
    "charging": flow(-48_000, -48_000, -11_520, 100),
    "exporting": flow(48_000, 48_000, 11_520, -230),
    "the most that a pilot offers": flow(-80_000, -80_000, -19_200),
    "a legs' share of 10 % and 3 A": flow(-43_000, -35_700, -9_444),
    "capacitors of a filter": flow(1_500, -1_500, 0, 360),
    "reactive power alone, signs of noise": flow(30_000, -30_000, 40, -7_200),
    "half of it": flow(-40_000, -40_000, -4_800, 8_313),
    "300 W of offset": flow(0, 0, 300),
    "300 W of offset, without load": flow(1_250, 1_250, 0),
    "10 % and 300 W more": flow(20_000, 20_000, 5_589),
    "10 % and 300 W less": flow(20_000, 20_000, 4_020),
    "signs of noise at 2 A": flow(2_000, -2_000, 480),
    "a short circuit until the breaker trips": flow(-200_000, -200_000, -48_000),
}
IMPLAUSIBLE = {
    "power of nothing": flow(0, 0, 320),
    "no power of a load": flow(1_500, 1_500, 0),
    "more power than the currents make": flow(20_000, 20_000, 5_600),
    "less power than the currents make": flow(20_000, 20_000, 4_000),
    "more reactive power than the currents make": flow(20_000, 20_000, 0, -5_600),
    "a reversed transformer": flow(-20_000, 20_000, 0),
    "a reversed transformer, power of both": flow(-20_000, 20_000, -4_800),
    "the other leg's": flow(20_000, -20_000, -4_800),
    "power against the currents": flow(20_000, 20_000, -4_800),
    "power against the currents, the other way": flow(-20_000, -20_000, 4_800),
    "signs at more than 2 A": flow(2_001, -2_001, 480),
    "half the power": flow(-32_000, -32_000, -3_840),
    "voltage saturated": {"voltage_l1_mv": EXTREME - 1},
    "the other voltage saturated": {"voltage_l2_mv": 500_001},
    "no voltage can be negative": {"voltage_l2_mv": -1_001},
    "current saturated": flow(EXTREME - 1, EXTREME - 1, 48_000),
    "current saturated, negative": flow(-EXTREME, -EXTREME, -48_000),
    "just more current than any": flow(200_001, 200_001, 48_000),
    "power saturated": flow(0, 0, -EXTREME),
    "reactive power saturated": flow(0, 0, 0, EXTREME - 1),
    "all saturated": {
        "voltage_l1_mv": EXTREME - 2,
        "voltage_l2_mv": EXTREME - 1,
        **flow(EXTREME - 1, EXTREME - 1, EXTREME - 1, EXTREME - 1),
    },
}

each_sound = pytest.mark.parametrize("readings", SOUND.values(), ids=SOUND.keys())
each_implausible = pytest.mark.parametrize(
    "readings", IMPLAUSIBLE.values(), ids=IMPLAUSIBLE.keys()
)


def test_at_power_up_nothing_is_wrong() -> None:
    chip = Chip()
    assert chip.watch.fault_bits == 0
    assert chip.run(60_000) == 0


# --- the meter ---


@each_sound
def test_what_a_sound_meter_reads_is_no_fault(readings: dict[str, int]) -> None:
    assert Chip().run(60_000, **readings) == 0


@pytest.mark.parametrize("dt_ms", [50, 200, 250])
@each_implausible
def test_what_no_sound_meter_reads_is_a_fault_after_2_s(
    readings: dict[str, int], dt_ms: int
) -> None:
    chip = Chip()
    assert chip.run(LASTS_MS, dt_ms, **readings) == 0
    assert chip.run(dt_ms, dt_ms) == METER_IMPLAUSIBLE


@pytest.mark.parametrize("dt_ms", [50, 130, 333, 600])
def test_however_seldom_it_is_asked_the_fault_comes_after_2_s_and_two_samples(dt_ms: int) -> None:
    chip = Chip(**flow(20_000, 20_000, -4_800))
    passed_ms = 0
    while not chip.run(dt_ms, dt_ms):
        passed_ms += dt_ms
    assert LASTS_MS <= passed_ms <= LASTS_MS + dt_ms


def test_back_in_order_the_cause_is_gone_at_once() -> None:
    chip = Chip()
    assert chip.run(60_000, **IMPLAUSIBLE["half the power"]) == METER_IMPLAUSIBLE
    assert chip.run(50, **SOUND["charging"]) == 0


def test_a_power_that_is_behind_its_currents_for_less_than_2_s_is_no_fault() -> None:
    chip = Chip()
    for _ in range(20):
        assert chip.run(LASTS_MS, **IMPLAUSIBLE["less power than the currents make"]) == 0
        assert chip.run(LASTS_MS, **SOUND["charging"]) == 0


def test_a_sound_sample_now_and_then_does_not_hide_a_bad_meter() -> None:
    chip = Chip()
    for _ in range(3):
        chip.run(950, **IMPLAUSIBLE["power against the currents"])
        chip.run(50, **SOUND["charging"])
    assert chip.run(100, **IMPLAUSIBLE["power against the currents"]) == METER_IMPLAUSIBLE


def test_frozen_and_then_contradicting_is_a_fault_in_the_time_of_one() -> None:
    chip = Chip(**SOUND["exporting"])
    chip.run(1_000)
    chip.jitter = 0
    assert chip.run(50 + LASTS_MS // 2) == 0  # the first of them is new
    chip.jitter = 1
    assert chip.run(LASTS_MS // 2, **IMPLAUSIBLE["half the power"]) == 0
    assert chip.run(50) == METER_IMPLAUSIBLE


# --- frozen ---


@pytest.mark.parametrize("readings", [SOUND["nothing flows"], SOUND["exporting"]])
@pytest.mark.parametrize("dt_ms", [50, 250])
def test_a_meter_that_stands_still_for_2_s_is_a_fault(
    readings: dict[str, int], dt_ms: int
) -> None:
    chip = Chip(**readings)
    chip.run(10_000, dt_ms)
    chip.jitter = 0
    chip.run(dt_ms, dt_ms)  # the last reading that is new
    assert chip.run(LASTS_MS, dt_ms) == 0
    assert chip.run(dt_ms, dt_ms) == METER_IMPLAUSIBLE
    chip.jitter = 1
    assert chip.run(dt_ms, dt_ms) == 0


@pytest.mark.parametrize(
    "name", ["voltage_l1_mv", "voltage_l2_mv", "current_l1_ma", "current_l2_ma", "power_w"]
)
def test_one_reading_that_moves_in_its_last_digit_shows_a_live_meter(name: str) -> None:
    chip = Chip(**SOUND["exporting"])
    chip.jitter = 0
    before = chip.truth[name]
    for count in range(400):
        assert chip.run(50, **{name: before + count % 2}) == 0


def test_a_meter_that_is_silent_and_reads_0_is_left_to_the_supplys_window() -> None:
    chip = Chip(voltage_l1_mv=0, voltage_l2_mv=0)
    chip.jitter = 0
    assert chip.run(60_000) == 0
    assert chip.run(60_000, voltage_l1_mv=20_000, voltage_l2_mv=20_000) == 0
    assert chip.run(60_000, voltage_l2_mv=20_001) == METER_IMPLAUSIBLE


@pytest.mark.parametrize("legs", [("voltage_l1_mv",), ("voltage_l2_mv",)])
def test_with_a_voltage_on_one_leg_it_may_not_stand_still(legs: tuple[str]) -> None:
    chip = Chip(voltage_l1_mv=0, voltage_l2_mv=0)
    chip.jitter = 0
    assert chip.run(60_000, **dict.fromkeys(legs, 120_000)) == METER_IMPLAUSIBLE


def test_a_meter_that_moves_once_a_second_is_too_slow() -> None:
    chip = Chip()
    chip.jitter = 0
    for second in range(4):
        chip.run(1_000, voltage_l1_mv=120_000 + second)
    assert chip.watch.fault_bits == METER_IMPLAUSIBLE


# --- the legs' currents ---


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("large_ma", [4_000, 6_000, 16_000, 48_000, 80_000])
def test_legs_that_differ_by_3_a_and_10_percent_are_tolerated_and_1_ma_more_is_not(
    large_ma: int, sign: int
) -> None:
    small_ma = large_ma - large_ma // 10 - 3_000
    for swapped in (0, 1):
        legs_ma = [large_ma * sign, small_ma * sign]
        if swapped:
            legs_ma.reverse()
        one_ma, other_ma = legs_ma
        chip = Chip(**flow(one_ma, other_ma, (one_ma + other_ma) * 120 // 1_000))
        assert chip.run(60_000) == 0
        name = "current_l1_ma" if swapped else "current_l2_ma"
        assert chip.run(LASTS_MS, **{name: (small_ma - 1) * sign}) == 0
        assert chip.run(50) == LEG_UNBALANCE


def test_how_far_the_currents_may_differ_is_a_setting() -> None:
    chip = Chip(**flow(20_000, 17_500, 4_500))
    assert chip.run(60_000) == 0
    chip.settings.legs_apart_ma = 499
    assert chip.run(60_000) == LEG_UNBALANCE


def test_legs_that_are_alike_now_and_then_are_unbalanced_all_the_same() -> None:
    chip = Chip()
    for _ in range(3):
        chip.run(950, **flow(20_000, 10_000, 3_600))
        chip.run(50, **flow(20_000, 20_000, 4_800))
    assert chip.run(100, **flow(20_000, 10_000, 3_600)) == LEG_UNBALANCE
    assert chip.run(50, **flow(20_000, 20_000, 4_800)) == 0


def test_a_missing_transformer_is_told_by_both_rows() -> None:
    both = LEG_UNBALANCE | METER_IMPLAUSIBLE
    assert Chip().run(60_000, **flow(48_000, 0, 11_520)) == both


# --- the supply's troubles are not the meter's ---


def test_1_s_at_0_v_while_exporting_and_its_return_are_no_fault() -> None:
    chip = Chip(**SOUND["exporting"])
    for _ in range(10):
        assert chip.run(5_000) == 0
        dead = {"voltage_l1_mv": 0, "voltage_l2_mv": 0}
        assert chip.run(300, **dead) == 0  # power is behind
        assert chip.run(700, **flow(0, 0, 0)) == 0
        assert chip.run(200, voltage_l1_mv=120_000, voltage_l2_mv=120_000) == 0
        assert chip.run(300, **SOUND["exporting"]) == 0


@pytest.mark.parametrize("legs", [(60_000, 60_000), (72_000, 168_000), (160_000, 160_000)])
def test_power_is_reckoned_with_the_legs_as_they_are(legs: tuple[int, int]) -> None:
    l1_mv, l2_mv = legs
    power_w = (l1_mv + l2_mv) * 32 // 1_000
    chip = Chip(voltage_l1_mv=l1_mv, voltage_l2_mv=l2_mv)
    assert chip.run(60_000, **flow(32_000, 32_000, power_w)) == 0


# --- extremes ---


def test_no_reading_makes_a_large_integer() -> None:
    names = ("voltage_l1_mv", "voltage_l2_mv", "current_l1_ma", "current_l2_ma", "power_w")
    settings = Settings()
    watch = Plausible()
    inputs = Inputs()
    for part in (settings, watch, inputs):
        carry(part)
    for extremes in ((-EXTREME, 0, EXTREME - 1), (-1_000, 200_000, 500_000)):
        for values in product(extremes, repeat=len(names)):
            for name, value in zip(names, values, strict=True):
                setattr(inputs, name, SmallInt(value))
            for reactive_var in (-200_000, 0, 200_000, -EXTREME):
                inputs.reactive_var = SmallInt(reactive_var)
                watch.sense(inputs, settings, SmallInt(600))
