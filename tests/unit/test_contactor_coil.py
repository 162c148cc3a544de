"""The coil's own voltage and an auxiliary contact that comes and goes."""

from array import array
from collections.abc import Callable

import pytest

from wattback.contactor import CAUSE_FAULT, CAUSE_PLANNED, Contactor
from wattback.fault_table import COIL_IMPLAUSIBLE, CONTACTOR_CHATTER, CONTACTOR_STUCK_OPEN
from wattback.retained import WORDS

TICK_MS = 10


def new_contactor() -> Contactor:
    return Contactor(array("i", [0] * WORDS))


def closed() -> Contactor:
    contactor = new_contactor()
    contactor.close()
    contactor.sense(1, 1, TICK_MS)
    return contactor


# --- the coil's own voltage ---


def coil_faults(contactor: Contactor, coil_driven: int, ms: int, dt_ms: int = TICK_MS) -> int:
    """Fault bits after samples of the coil's voltage, with a contact that does as it is told."""
    for _ in range(ms // dt_ms):
        contactor.sense(contactor.commanded, coil_driven, dt_ms)
    return contactor.fault_bits


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 50])
def test_a_coil_without_voltage_is_a_fault_after_100_ms_and_not_before(dt_ms: int) -> None:
    contactor = closed()
    assert coil_faults(contactor, 0, 100, dt_ms) == 0
    assert coil_faults(contactor, 0, dt_ms, dt_ms) == COIL_IMPLAUSIBLE


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 50])
def test_a_coil_with_voltage_that_nobody_commanded_is_one_too(dt_ms: int) -> None:
    contactor = new_contactor()
    assert coil_faults(contactor, 1, 100, dt_ms) == 0
    assert coil_faults(contactor, 1, dt_ms, dt_ms) == COIL_IMPLAUSIBLE


def test_a_coil_has_its_whole_100_ms_after_each_command() -> None:
    contactor = new_contactor()
    for _ in range(3):
        contactor.close()
        assert coil_faults(contactor, 0, 100) == 0
        contactor.open(CAUSE_PLANNED, 0, 0, 48_000)
        assert coil_faults(contactor, 1, 100) == 0


def test_a_coil_whose_voltage_comes_and_goes_adds_up() -> None:
    contactor = closed()
    seen = 0
    for coil_driven in (0, 0, 1) * 30:
        seen |= coil_faults(contactor, coil_driven, TICK_MS)
    assert seen == COIL_IMPLAUSIBLE


@pytest.mark.parametrize(
    ("agrees_ms", "left_ms"), [(0, 0), (10, 10), (50, 50), (90, 90), (100, 100), (500, 100)]
)
def test_a_coil_that_agrees_makes_up_for_the_time_in_which_it_does(
    agrees_ms: int, left_ms: int
) -> None:
    contactor = closed()
    assert coil_faults(contactor, 0, 100) == 0
    assert coil_faults(contactor, 1, agrees_ms) == 0
    assert coil_faults(contactor, 0, left_ms) == 0
    assert coil_faults(contactor, 0, TICK_MS) == COIL_IMPLAUSIBLE


@pytest.mark.parametrize("commanded", [0, 1])
def test_a_coil_that_agrees_again_ends_the_cause(commanded: int) -> None:
    contactor = closed() if commanded else new_contactor()
    assert coil_faults(contactor, 1 - commanded, 200) == COIL_IMPLAUSIBLE
    assert coil_faults(contactor, commanded, TICK_MS) == 0


def test_a_coil_that_agrees_only_with_the_opening_that_its_fault_has_caused_ends_the_cause() -> (
    None
):
    contactor = closed()
    assert coil_faults(contactor, 0, 200) == COIL_IMPLAUSIBLE
    contactor.open(CAUSE_FAULT, 0, 0, 48_000)
    assert coil_faults(contactor, 0, TICK_MS) == 0


def test_a_coil_that_agrees_only_with_the_next_closing_ends_the_cause() -> None:
    contactor = new_contactor()
    assert coil_faults(contactor, 1, 200) == COIL_IMPLAUSIBLE
    contactor.close()
    assert coil_faults(contactor, 1, TICK_MS) == 0


# --- an auxiliary contact that comes and goes ---


def depart(contactor: Contactor, away_ms: int = 50) -> int:
    """The contact leaves what it was told for a moment, too short for stuck or welded."""
    told = contactor.commanded
    seen = 0
    for aux_closed, ms in ((1 - told, away_ms), (told, TICK_MS)):
        for _ in range(ms // TICK_MS):
            contactor.sense(aux_closed, told, TICK_MS)
            seen |= contactor.fault_bits
    return seen


def stay(contactor: Contactor, ms: int) -> None:
    for _ in range(ms // TICK_MS):
        contactor.sense(contactor.commanded, contactor.commanded, TICK_MS)


@pytest.mark.parametrize("make", [new_contactor, closed], ids=["open", "closed"])
@pytest.mark.parametrize("apart_ms", [0, 100, 4_900])
def test_the_third_departure_within_10_s_is_chatter(
    make: Callable[[], Contactor], apart_ms: int
) -> None:
    contactor = make()
    for _ in range(2):
        assert depart(contactor) == 0
        stay(contactor, apart_ms)
    assert depart(contactor) == CONTACTOR_CHATTER


def test_departures_with_10_s_of_calm_between_them_are_none() -> None:
    contactor = closed()
    for _ in range(20):
        assert depart(contactor) == 0
        stay(contactor, 10_000)


def test_calm_of_10_s_ends_the_chatter_and_less_does_not() -> None:
    contactor = closed()
    for _ in range(3):
        depart(contactor)
    stay(contactor, 9_900)
    assert contactor.fault_bits == CONTACTOR_CHATTER
    stay(contactor, 100)
    assert contactor.fault_bits == 0
    assert depart(contactor) == depart(contactor) == 0
    assert depart(contactor) == CONTACTOR_CHATTER


def test_the_calm_of_10_s_is_counted_from_the_moment_of_the_last_departure() -> None:
    contactor = closed()
    for _ in range(3):
        depart(contactor, TICK_MS)
    stay(contactor, 10_000 - 3 * TICK_MS)  # the last one and the return from it are in the 10 s
    assert contactor.fault_bits == CONTACTOR_CHATTER
    stay(contactor, TICK_MS)
    assert contactor.fault_bits == 0


def test_a_contact_that_stays_away_is_stuck_and_no_chatter() -> None:
    contactor = closed()
    for _ in range(3_000):
        contactor.sense(0, 1, TICK_MS)
    assert contactor.fault_bits == CONTACTOR_STUCK_OPEN


def test_switching_as_commanded_is_no_chatter_however_often() -> None:
    contactor = new_contactor()
    for _ in range(20):
        contactor.close()
        for aux_closed in (0, 0, 0, 1, 1):
            contactor.sense(aux_closed, 1, TICK_MS)
        contactor.open(CAUSE_PLANNED, 0, 0, 48_000)
        for aux_closed in (1, 1, 1, 0, 0):
            contactor.sense(aux_closed, 0, TICK_MS)
        assert contactor.fault_bits == 0


def test_chatter_outlives_the_opening_that_it_has_caused() -> None:
    contactor = closed()
    for _ in range(3):
        depart(contactor)
    contactor.open(CAUSE_FAULT, 0, 0, 48_000)
    stay(contactor, 9_000)
    assert contactor.fault_bits == CONTACTOR_CHATTER


def test_a_contact_that_hops_for_weeks_outgrows_nothing() -> None:
    contactor = closed()
    for count in range(20_000):
        contactor.sense(count % 2, 1, TICK_MS)
    assert contactor.fault_bits & CONTACTOR_CHATTER
    assert contactor._departures == 3
