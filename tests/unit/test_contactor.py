"""The contactor: command and confirmation, what their disagreement means, rest, bookkeeping."""

from array import array

import pytest

from wattback.contactor import (
    CAUSE_FAULT,
    CAUSE_FORCED,
    CAUSE_ISLAND,
    CAUSE_MUST_TRIP,
    CAUSE_NAMES,
    CAUSE_NONE,
    CAUSE_PERMISSION,
    CAUSE_PLANNED,
    CAUSE_S2_OPENED,
    CAUSE_UNPLUG,
    REST_MS,
    Contactor,
)
from wattback.fault_table import (
    CONTACTOR_STUCK_OPEN,
    CONTACTOR_WELDED,
)
from wattback.retained import ISLAND_WH, OPENINGS, WORDS

TICK_MS = 10


def new_contactor() -> Contactor:
    return Contactor(array("i", [0] * WORDS))


def ms_until(contactor: Contactor, aux_closed: int, attribute: str, value: int) -> int:
    """Time of samples of the auxiliary contact until an attribute has the value."""
    for count in range(10_000):
        if getattr(contactor, attribute) == value:
            return count * TICK_MS
        contactor.sense(aux_closed, contactor.commanded, TICK_MS)
    raise AssertionError(f"{attribute} never became {value}")


def closed() -> Contactor:
    contactor = new_contactor()
    contactor.close()
    contactor.sense(1, contactor.commanded, TICK_MS)
    return contactor


def test_a_new_contactor_is_open_and_not_rested() -> None:
    contactor = new_contactor()
    assert (contactor.commanded, contactor.confirmed, contactor.rested) == (0, 0, 0)
    assert contactor.open_cause == CAUSE_NONE


def test_the_auxiliary_contact_confirms_and_the_command_does_not() -> None:
    contactor = new_contactor()
    contactor.close()
    contactor.sense(0, contactor.commanded, TICK_MS)
    assert (contactor.commanded, contactor.confirmed) == (1, 0)
    contactor.sense(1, contactor.commanded, TICK_MS)
    assert contactor.confirmed == 1


@pytest.mark.covers("4.1 feedback")
@pytest.mark.parametrize("dt_ms", [1, 5, 10])
def test_a_coil_has_250_ms_before_anything_is_a_fault(dt_ms: int) -> None:
    contactor = new_contactor()
    contactor.close()
    for _ in range(250 // dt_ms):
        contactor.sense(0, contactor.commanded, dt_ms)
        assert contactor.fault_bits == 0
    contactor.sense(1, contactor.commanded, dt_ms)
    contactor.open(CAUSE_PLANNED, 16_000, 0, 48_000)
    for _ in range(250 // dt_ms):
        contactor.sense(1, contactor.commanded, dt_ms)
        assert contactor.fault_bits == 0


def test_commanded_closed_but_confirmed_open_does_not_close() -> None:
    contactor = new_contactor()
    contactor.close()
    assert ms_until(contactor, 0, "fault_bits", CONTACTOR_STUCK_OPEN) == 260


def test_commanded_open_but_confirmed_closed_is_welded() -> None:
    contactor = closed()
    contactor.open(CAUSE_PLANNED, 16_000, 0, 48_000)
    assert ms_until(contactor, 1, "fault_bits", CONTACTOR_WELDED) == 260


def test_a_contact_that_closes_without_command_is_welded_too() -> None:
    assert ms_until(new_contactor(), 1, "fault_bits", CONTACTOR_WELDED) == 260


def test_a_contact_that_drops_out_under_command_does_not_close() -> None:
    assert ms_until(closed(), 0, "fault_bits", CONTACTOR_STUCK_OPEN) == 260


def test_agreement_ends_the_cause_and_makes_up_for_its_own_time_only() -> None:
    contactor = closed()
    contactor.open(CAUSE_PLANNED, 16_000, 0, 48_000)
    ms_until(contactor, 1, "fault_bits", CONTACTOR_WELDED)
    contactor.sense(0, contactor.commanded, TICK_MS)
    assert contactor.fault_bits == 0
    assert ms_until(contactor, 1, "fault_bits", CONTACTOR_WELDED) == 20


def test_a_command_in_the_tick_in_which_the_contact_arrives_has_its_whole_250_ms() -> None:
    contactor = new_contactor()
    contactor.close()
    for _ in range(24):
        contactor.sense(0, contactor.commanded, TICK_MS)
    contactor.open(CAUSE_S2_OPENED, 16_000, 0, 48_000)
    for _ in range(25):
        contactor.sense(1, contactor.commanded, TICK_MS)
        assert contactor.fault_bits == 0


def test_a_contactor_told_to_close_has_its_whole_250_ms_whatever_was_before() -> None:
    contactor = new_contactor()
    for aux_closed in [1] * 24 + [0]:
        contactor.sense(aux_closed, contactor.commanded, TICK_MS)
    contactor.close()
    for _ in range(25):
        contactor.sense(0, contactor.commanded, TICK_MS)
        assert contactor.fault_bits == 0


def test_a_contact_that_agrees_for_longer_than_it_was_away_has_its_whole_250_ms_again() -> None:
    contactor = closed()
    for _ in range(10):
        for aux_closed in [0] * 25 + [1] * 50:
            contactor.sense(aux_closed, contactor.commanded, TICK_MS)
            assert not contactor.fault_bits & CONTACTOR_STUCK_OPEN


def test_contacts_that_chatter_add_up() -> None:
    contactor = closed()
    contactor.open(CAUSE_PLANNED, 16_000, 0, 48_000)
    seen = 0
    for aux_closed in (1, 1, 0) * 30:
        contactor.sense(aux_closed, contactor.commanded, TICK_MS)
        seen |= contactor.fault_bits
    assert seen & CONTACTOR_WELDED


def test_after_power_up_it_rests_for_5_s() -> None:
    assert REST_MS == 5_000
    assert ms_until(new_contactor(), 0, "rested", 1) == REST_MS + TICK_MS  # from the first sample


@pytest.mark.covers("4.1 rest")
def test_after_an_opening_it_rests_for_5_s_from_the_moment_the_contact_has_opened() -> None:
    contactor = closed()
    contactor.open(CAUSE_PLANNED, 16_000, 0, 48_000)
    for _ in range(20):
        contactor.sense(1, contactor.commanded, TICK_MS)
    assert ms_until(contactor, 0, "rested", 1) == REST_MS + TICK_MS  # from the first sample


def test_a_contact_that_bounces_while_open_starts_the_rest_anew() -> None:
    contactor = new_contactor()
    for _ in range(400):
        contactor.sense(0, contactor.commanded, TICK_MS)
    contactor.sense(1, contactor.commanded, TICK_MS)
    assert ms_until(contactor, 0, "rested", 1) >= REST_MS


def test_a_closed_contactor_is_not_rested() -> None:
    contactor = new_contactor()
    ms_until(contactor, 0, "rested", 1)
    contactor.close()
    assert contactor.rested == 0
    contactor.sense(1, contactor.commanded, TICK_MS)
    assert contactor.rested == 0


def test_the_causes_are_the_closed_list() -> None:
    causes = (
        CAUSE_NONE,
        CAUSE_PLANNED,
        CAUSE_S2_OPENED,
        CAUSE_UNPLUG,
        CAUSE_FORCED,
        CAUSE_FAULT,
        CAUSE_MUST_TRIP,
        CAUSE_PERMISSION,
        CAUSE_ISLAND,
    )
    assert causes == tuple(range(len(CAUSE_NAMES)))
    assert CAUSE_NAMES == (
        "none",
        "planned",
        "s2_opened",
        "unplug",
        "forced",
        "fault",
        "must_trip",
        "permission",
        "island",
    )


def test_every_opening_keeps_its_cause_and_is_counted_by_it_hot_or_cold() -> None:
    retained = array("i", [0] * WORDS)
    contactor = Contactor(retained)
    for cause in range(1, len(CAUSE_NAMES)):
        for loaded in (0, 1, 1)[: cause % 3 + 1]:
            contactor.close()
            contactor.open(cause, 16_000, loaded, 48_000)
            assert contactor.open_cause == cause
            assert contactor.commanded == 0
    words = retained[OPENINGS:ISLAND_WH].tolist()  # cold, hot by cause
    assert words == [1, 1, 1, 2, 1, 0, 1, 1, 1, 2, 1, 0, 1, 1, 1, 2]
    assert contactor.closings == 17
    assert contactor.hot_openings == 1 + 2 + 0 + 1 + 2 + 0 + 1 + 2


@pytest.mark.parametrize(
    ("before", "after"), [(0, 1), (250_000_000, 250_000_001), ((1 << 29) - 1, 0)]
)
def test_a_count_of_openings_starts_anew_where_it_would_outgrow_a_small_integer(
    before: int, after: int
) -> None:
    retained = array("i", [0] * WORDS)
    retained[OPENINGS] = before
    contactor = Contactor(retained)
    contactor.close()
    contactor.open(CAUSE_PLANNED, 0, 0, 48_000)
    assert retained[OPENINGS] == after
