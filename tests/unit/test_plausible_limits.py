"""Where the meter's readings begin to be implausible: each limit from both sides, and its time.

The limits are this design's and stand in the text of `plausible`.
"""

import pytest

from tests.unit.metering_chip import LASTS_MS, Chip, flow
from wattback.fault_table import LEG_UNBALANCE, METER_IMPLAUSIBLE

TICK_MS = 10
# A little more than 120 V, so that the moving last digit moves nothing that is rounded.
VOLTS = {"voltage_l1_mv": 120_050, "voltage_l2_mv": 120_050}
CONTRARY = {**VOLTS, **flow(20_000, 20_000, -4_800)}
UNBALANCED = {**VOLTS, **flow(20_000, 10_000, 3_600)}
SOUND = {**VOLTS, **flow(20_000, 20_000, 4_800)}
EACH_FAULT = pytest.mark.parametrize(
    ("readings", "bits"),
    [(CONTRARY, METER_IMPLAUSIBLE), (UNBALANCED, LEG_UNBALANCE)],
    ids=["contradiction", "unbalance"],
)


# --- what can be read at all ---


@pytest.mark.parametrize(
    ("mv", "bits"),
    [(-1_001, METER_IMPLAUSIBLE), (-1_000, 0), (500_000, 0), (500_001, METER_IMPLAUSIBLE)],
)
@pytest.mark.parametrize("leg", ["voltage_l1_mv", "voltage_l2_mv"])
def test_a_voltage_is_read_from_minus_1_v_of_noise_to_500_v(leg: str, mv: int, bits: int) -> None:
    chip = Chip()
    chip.moving = "power_w"
    assert chip.run(60_000, **{leg: mv}) == bits


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("power", "bits"), [(200_000, 0), (200_001, METER_IMPLAUSIBLE)])
def test_power_is_read_up_to_200_kw_or_kvar(power: int, bits: int, sign: int) -> None:
    legs = {"voltage_l1_mv": 480_050, "voltage_l2_mv": 480_050}
    current_ma = 200_000 * sign
    active = flow(current_ma, current_ma, power * sign)
    assert Chip(**legs).run(60_000, **active) == bits
    reactive = flow(current_ma, current_ma, 0, power * sign)
    assert Chip(**legs).run(60_000, **reactive) == bits


# --- apparent power ---

# 20 A on two legs of 120 V are 4800 VA: 10 % and 300 W beside them are 4020 to 5580, in tens.
APPARENT = [(4_019, METER_IMPLAUSIBLE), (4_020, 0), (5_589, 0), (5_590, METER_IMPLAUSIBLE)]


@pytest.mark.parametrize(("power", "bits"), APPARENT)
@pytest.mark.parametrize("sign", [1, -1])
def test_active_power_agrees_with_the_currents_within_10_percent_and_300_w(
    power: int, bits: int, sign: int
) -> None:
    readings = flow(20_000 * sign, 20_000 * sign, power * sign)
    assert Chip(**VOLTS).run(60_000, **readings) == bits


@pytest.mark.parametrize(("power", "bits"), APPARENT)
@pytest.mark.parametrize("sign", [1, -1])
def test_so_does_reactive_power(power: int, bits: int, sign: int) -> None:
    readings = flow(20_000, 20_000, 0, power * sign)
    assert Chip(**VOLTS).run(60_000, **readings) == bits


# --- signs ---


@pytest.mark.parametrize("power_w", [480, -480])
@pytest.mark.parametrize(("current_ma", "bits"), [(2_000, 0), (2_001, METER_IMPLAUSIBLE)])
def test_a_current_of_more_than_2_a_has_the_sign_of_the_power_on_either_leg(
    current_ma: int, bits: int, power_w: int
) -> None:
    for one_ma, other_ma in ((current_ma, -current_ma), (-current_ma, current_ma)):
        chip = Chip(**VOLTS)
        assert chip.run(60_000, **flow(one_ma, other_ma, power_w)) == bits


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("power_w", "bits"), [(3_849, 0), (3_850, METER_IMPLAUSIBLE)])
def test_signs_are_judged_from_just_above_one_half_of_active_power_on(
    power_w: int, bits: int, sign: int
) -> None:
    # 32 A on two legs of 120 V: 7680 VA, of which 6651 var leave one half of active power.
    for one_ma in (32_000, -32_000):
        chip = Chip(**VOLTS)
        assert chip.run(60_000, **flow(one_ma, -one_ma, power_w * sign, 6_651)) == bits


# --- for how long ---


@EACH_FAULT
def test_from_power_up_on_a_fault_takes_its_whole_2_s(readings: dict[str, int], bits: int) -> None:
    chip = Chip(**readings)
    assert chip.run(LASTS_MS, TICK_MS) == 0
    assert chip.run(TICK_MS, TICK_MS) == bits


@EACH_FAULT
@pytest.mark.parametrize(("sound_ms", "left_ms"), [(10, 10), (500, 500), (2_000, 2_000)])
def test_a_sound_reading_makes_up_for_as_much_as_it_lasts(
    readings: dict[str, int], bits: int, sound_ms: int, left_ms: int
) -> None:
    chip = Chip(**readings)
    assert chip.run(LASTS_MS, TICK_MS) == 0
    assert chip.run(sound_ms, TICK_MS, **SOUND) == 0
    assert chip.run(left_ms, TICK_MS, **readings) == 0
    assert chip.run(TICK_MS, TICK_MS) == bits


@EACH_FAULT
def test_it_makes_up_for_no_more_than_there_was(readings: dict[str, int], bits: int) -> None:
    chip = Chip(**SOUND)
    chip.run(60_000, TICK_MS)
    assert chip.run(LASTS_MS, TICK_MS, **readings) == 0
    chip.run(60_000, TICK_MS, **SOUND)
    assert chip.run(LASTS_MS, TICK_MS, **readings) == 0
    assert chip.run(TICK_MS, TICK_MS) == bits
