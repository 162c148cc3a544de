"""Wear: what an opening under load costs, and when the contacts have had all of theirs."""

from array import array

import pytest

from wattback.contactor import CAUSE_FORCED, Contactor
from wattback.fault_table import CONTACTOR_WORN
from wattback.retained import WORDS, WORN

RATED_MA = 48_000


def new_contactor() -> Contactor:
    return Contactor(array("i", [0] * WORDS))


def worn(contactor: Contactor, count: int, magnitude_ma: int, loaded: int = 1) -> int:
    """Open so often; thousandths of an opening at full load that it has cost."""
    before: int = contactor._retained[WORN]
    for _ in range(count):
        contactor.close()
        contactor.open(CAUSE_FORCED, magnitude_ma, loaded, RATED_MA)
    return int(contactor._retained[WORN]) - before


@pytest.mark.covers("4.1 wear")
@pytest.mark.parametrize(
    ("magnitude_ma", "units"),
    [(48_000, 1_000), (24_000, 250), (12_000, 62), (4_800, 10), (1_000, 0), (144_000, 9_000)],
)
def test_an_opening_wears_with_the_square_of_its_current(magnitude_ma: int, units: int) -> None:
    contactor = new_contactor()
    assert worn(contactor, 1, magnitude_ma) == units
    assert worn(contactor, 10, magnitude_ma) == 10 * units


def test_a_current_beyond_three_times_the_rating_costs_no_more_than_that() -> None:
    assert worn(new_contactor(), 1, 10_000_000) == 9_000


def test_an_opening_without_load_costs_nothing() -> None:
    assert worn(new_contactor(), 100, 48_000, loaded=0) == 0


def test_wear_outlives_a_power_cut() -> None:
    contactor = new_contactor()
    worn(contactor, 3, 48_000)
    after = Contactor(contactor._retained)
    assert after.wear_bits(3) == CONTACTOR_WORN
    assert after.wear_bits(4) == 0


def test_it_is_worn_once_it_has_had_the_openings_of_its_data_sheet() -> None:
    contactor = new_contactor()
    worn(contactor, 9, 48_000)
    assert contactor.wear_bits(10) == 0
    worn(contactor, 4, 24_000)
    assert contactor.wear_bits(10) == CONTACTOR_WORN


def test_without_a_data_sheet_nothing_is_said_of_wear() -> None:
    contactor = new_contactor()
    worn(contactor, 2_000, 48_000)
    assert contactor.wear_bits(0) == 0


def test_wear_never_outgrows_a_small_integer_nor_forgets() -> None:
    retained = array("i", [0] * WORDS)
    retained[WORN] = (1 << 29) - 5
    contactor = Contactor(retained)
    worn(contactor, 3, 144_000)
    assert retained[WORN] == 1 << 29
