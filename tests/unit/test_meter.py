"""Energy registers: exact to the watt-millisecond, never decreasing, surviving a power cut."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattback.meter import Meter
from wattback.retained import (
    EXPORT_REST,
    EXPORT_WH,
    IMPORT_REST,
    IMPORT_WH,
    ISLAND_IMPORT_REST,
    ISLAND_IMPORT_WH,
    ISLAND_REST,
    ISLAND_WH,
    WORDS,
)

WMS_PER_WH = 3_600_000
HIGHEST_W = 50_000
POWERS = st.integers(-(2**28), 2**28 - 1) | st.integers(-60_000, 60_000) | st.integers(-12, 12)
STEPS = st.integers(0, 1_000)
TICKS = st.lists(st.tuples(POWERS, STEPS), max_size=300)
# Some of them in an island.
MIXED = st.lists(st.tuples(POWERS, STEPS, st.integers(0, 1)), max_size=300)
# Registers and the rests that belong to them: on the grid, then of an island.
IMPORT = (IMPORT_WH, IMPORT_REST)
EXPORT = (EXPORT_WH, EXPORT_REST)
ISLAND_IMPORT = (ISLAND_IMPORT_WH, ISLAND_IMPORT_REST)
ISLAND_EXPORT = (ISLAND_WH, ISLAND_REST)


def new_meter() -> tuple[Meter, "array[int]"]:
    retained = array("i", [0] * WORDS)
    return Meter(retained), retained


def exact_wms(ticks: list[tuple[int, int]], sign: int) -> int:
    """The integral of the power with this sign; below 10 W is noise, above 50 kW cannot be."""
    powers = [(sign * power_w, dt_ms) for power_w, dt_ms in ticks]
    return sum(min(power_w, HIGHEST_W) * dt_ms for power_w, dt_ms in powers if power_w >= 10)


def test_an_hour_at_11_5_kw_is_11500_wh() -> None:
    meter, _ = new_meter()
    for _ in range(360_000):
        meter.account(-11_500, 10)
    assert (meter.import_wh, meter.export_wh) == (11_500, 0)


def test_positive_power_is_export_and_negative_import() -> None:
    meter, _ = new_meter()
    for _ in range(3_600):
        meter.account(8_000, 1_000)
        meter.account(-2_000, 1_000)
    assert (meter.import_wh, meter.export_wh) == (2_000, 8_000)


def test_a_watt_hour_counts_with_its_last_watt_millisecond() -> None:
    meter, retained = new_meter()
    for _ in range(359):
        meter.account(1_000, 10)
    meter.account(1_000, 9)
    assert (meter.export_wh, retained[EXPORT_REST]) == (0, WMS_PER_WH - 1_000)
    meter.account(1_000, 1)
    assert (meter.export_wh, retained[EXPORT_REST]) == (1, 0)


@pytest.mark.parametrize(("power_w", "counts"), [(9, False), (-9, False), (10, True), (-10, True)])
def test_below_10_w_is_noise_and_10_w_is_energy(power_w: int, counts: bool) -> None:
    meter, retained = new_meter()
    for _ in range(3_600):
        meter.account(power_w, 1_000)
    assert bool(meter.import_wh or meter.export_wh or any(retained)) is counts


@pytest.mark.parametrize("power_w", [50_001, 2**28 - 1, 2**31 - 1, -50_001, -(2**28), -(2**31)])
def test_a_power_that_cannot_be_counts_as_50_kw(power_w: int) -> None:
    meter, _ = new_meter()
    for _ in range(3_600):
        meter.account(power_w, 1_000)
    assert max(meter.import_wh, meter.export_wh) == HIGHEST_W
    assert min(meter.import_wh, meter.export_wh) == 0


@given(TICKS)
def test_registers_and_remainders_are_the_exact_integral_of_any_power(
    ticks: list[tuple[int, int]],
) -> None:
    meter, retained = new_meter()
    for power_w, dt_ms in ticks:
        meter.account(power_w, dt_ms)
    imported = exact_wms(ticks, -1)
    exported = exact_wms(ticks, 1)
    assert (meter.import_wh, retained[IMPORT_REST]) == divmod(imported, WMS_PER_WH)
    assert (meter.export_wh, retained[EXPORT_REST]) == divmod(exported, WMS_PER_WH)


@given(TICKS)
def test_no_power_ever_lowers_a_register(ticks: list[tuple[int, int]]) -> None:
    meter, _ = new_meter()
    for power_w, dt_ms in ticks:
        before = (meter.import_wh, meter.export_wh)
        meter.account(power_w, dt_ms)
        assert meter.import_wh >= before[0]
        assert meter.export_wh >= before[1]


@given(TICKS, st.integers(0, 300))
def test_a_power_cut_between_two_ticks_loses_nothing_that_was_stored(
    ticks: list[tuple[int, int]], cut_at: int
) -> None:
    whole, kept_whole = new_meter()
    meter, retained = new_meter()
    for index, (power_w, dt_ms) in enumerate(ticks):
        if index == cut_at:
            retained = array("i", retained)
            meter = Meter(retained)
        whole.account(power_w, dt_ms)
        meter.account(power_w, dt_ms)
    assert retained == kept_whole
    assert (meter.import_wh, meter.export_wh) == (retained[IMPORT_WH], retained[EXPORT_WH])


# --- an island is counted apart ---


def test_an_hour_of_an_island_counts_in_its_own_registers_and_in_no_other() -> None:
    meter, retained = new_meter()
    for _ in range(3_600):
        meter.account(4_000, 1_000, 1)
        meter.account(-1_500, 1_000, 1)
    assert (retained[ISLAND_WH], retained[ISLAND_IMPORT_WH]) == (4_000, 1_500)
    assert (meter.import_wh, meter.export_wh) == (0, 0)
    assert (retained[IMPORT_WH], retained[EXPORT_WH]) == (0, 0)


def test_a_watt_hour_of_an_island_counts_with_its_last_watt_millisecond() -> None:
    meter, retained = new_meter()
    for _ in range(359):
        meter.account(1_000, 10, 1)
    meter.account(1_000, 9, 1)
    assert (retained[ISLAND_WH], retained[ISLAND_REST]) == (0, WMS_PER_WH - 1_000)
    meter.account(1_000, 1, 1)
    assert (retained[ISLAND_WH], retained[ISLAND_REST]) == (1, 0)


@pytest.mark.parametrize(("power_w", "counts"), [(9, False), (-9, False), (10, True), (-10, True)])
def test_in_an_island_too_10_w_is_energy_and_less_is_noise(power_w: int, counts: bool) -> None:
    meter, retained = new_meter()
    for _ in range(3_600):
        meter.account(power_w, 1_000, 1)
    assert any(retained) is counts


@given(MIXED)
def test_all_four_registers_are_the_exact_integral_of_their_own_ticks(
    ticks: list[tuple[int, int, int]],
) -> None:
    meter, retained = new_meter()
    for power_w, dt_ms, island in ticks:
        meter.account(power_w, dt_ms, island)
    for island, pairs in enumerate(((IMPORT, EXPORT), (ISLAND_IMPORT, ISLAND_EXPORT))):
        mine = [(power_w, dt_ms) for power_w, dt_ms, where in ticks if where == island]
        for sign, (register, rest) in zip((-1, 1), pairs, strict=True):
            counted = (retained[register], retained[rest])
            assert counted == divmod(exact_wms(mine, sign), WMS_PER_WH)
    named = {at for pair in (IMPORT, EXPORT, ISLAND_IMPORT, ISLAND_EXPORT) for at in pair}
    assert not any(word for at, word in enumerate(retained) if at not in named)


@given(MIXED)
def test_no_power_ever_lowers_any_of_the_four(ticks: list[tuple[int, int, int]]) -> None:
    meter, retained = new_meter()
    registers = (IMPORT_WH, EXPORT_WH, ISLAND_WH, ISLAND_IMPORT_WH)
    for power_w, dt_ms, island in ticks:
        before = [retained[at] for at in registers]
        meter.account(power_w, dt_ms, island)
        assert all(retained[at] >= was for at, was in zip(registers, before, strict=True))
