"""The vehicle's side of the contacts: dead behind open ones, the supply's behind closed ones.

What is wrong for a second has a name: a vehicle that is a source of its own, a contact that only
looks open, or one that only looks closed.
"""

from array import array

import pytest

from wattback.contactor import CAUSE_PLANNED, Contactor
from wattback.fault_table import (
    CONTACTOR_STUCK_OPEN,
    CONTACTOR_WELDED,
    VEHICLE_STILL_ENERGISED,
)
from wattback.retained import WORDS
from wattback.signals import Inputs

TICK_MS = 10
JUDGED_MS = 1_000
RATED_MA = 48_000


class Contacts:
    """A contactor whose auxiliary contact and coil do as they are told.

    line_mv, load_mv, angle: between the legs before and behind the contacts, and of the latter
    against the former in 0.1°. silent: the pilot tells the vehicle to stop.
    """

    def __init__(self, closed: int = 0) -> None:
        self.contactor = Contactor(array("i", [0] * WORDS))
        self.inputs = Inputs()
        self.line_mv = 240_000
        self.load_mv = 240_000 if closed else 0
        self.angle = 0
        self.silent = 0
        if closed:
            self.contactor.close()
            self.feed(2_000)

    def feed(self, ms: int, dt_ms: int = TICK_MS) -> int:
        """Let time pass; all bits that were seen in it."""
        seen = 0
        inputs = self.inputs
        inputs.voltage_l1_mv = self.line_mv // 2
        inputs.voltage_l2_mv = self.line_mv - inputs.voltage_l1_mv
        inputs.load_mv = self.load_mv
        inputs.load_angle_decideg = self.angle
        told = self.contactor.commanded
        for _ in range(ms // dt_ms):
            self.contactor.sense(told, told, dt_ms)
            self.contactor.sense_load(inputs, self.silent, dt_ms)
            seen |= self.contactor.load_bits
        return seen

    def open(self) -> None:
        self.contactor.open(CAUSE_PLANNED, 0, 0, RATED_MA)


# --- dead or live ---


@pytest.mark.parametrize(
    ("load_mv", "dead"),
    [(-1_001, 0), (-1_000, 1), (-5, 1), (0, 1), (29_999, 1), (30_000, 1), (30_001, 0)],
)
def test_the_vehicles_side_is_dead_up_to_30_v_and_no_broken_sensor_says_so(
    load_mv: int, dead: int
) -> None:
    contacts = Contacts()
    contacts.load_mv = load_mv
    contacts.feed(TICK_MS)
    assert contacts.contactor.dead == dead


def test_it_is_not_known_to_be_dead_before_the_first_sample_nor_while_commanded_or_closed() -> (
    None
):
    contacts = Contacts()
    assert contacts.contactor.dead == 0
    contacts.feed(TICK_MS)
    assert contacts.contactor.dead == 1
    for commanded, aux_closed in ((1, 0), (0, 1), (1, 1)):
        contactor = Contactor(array("i", [0] * WORDS))
        if commanded:
            contactor.close()
        contactor.sense(aux_closed, commanded, TICK_MS)
        contactor.sense_load(Inputs(), 0, TICK_MS)
        assert contactor.dead == 0


# --- behind open contacts ---


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 50])
def test_a_voltage_behind_open_contacts_is_the_vehicles_after_a_second(dt_ms: int) -> None:
    contacts = Contacts()
    contacts.load_mv = 240_000
    assert contacts.feed(JUDGED_MS, dt_ms) == 0
    assert contacts.feed(dt_ms, dt_ms) == VEHICLE_STILL_ENERGISED


def test_while_the_pilot_allows_a_source_even_the_supplys_own_voltage_is_no_weld() -> None:
    contacts = Contacts()
    contacts.load_mv = 240_000
    assert contacts.feed(20_000) == VEHICLE_STILL_ENERGISED


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 50])
def test_what_follows_the_supply_after_a_second_of_a_silent_pilot_comes_through_welds(
    dt_ms: int,
) -> None:
    contacts = Contacts()
    contacts.load_mv = 240_000
    contacts.feed(2_000)
    contacts.silent = 1
    assert contacts.feed(JUDGED_MS - dt_ms, dt_ms) == VEHICLE_STILL_ENERGISED
    contacts.feed(2 * dt_ms, dt_ms)
    assert contacts.contactor.load_bits == CONTACTOR_WELDED


def test_a_pilot_that_is_silent_already_makes_it_a_weld_after_one_second() -> None:
    contacts = Contacts()
    contacts.silent = 1
    contacts.feed(5_000)
    contacts.load_mv = 240_000
    assert contacts.feed(JUDGED_MS) == 0
    assert contacts.feed(TICK_MS) == CONTACTOR_WELDED


def test_a_pilot_that_speaks_in_between_starts_its_second_anew() -> None:
    contacts = Contacts()
    contacts.load_mv = 240_000
    contacts.feed(2_000)
    for _ in range(5):
        contacts.silent = 1
        assert contacts.feed(900) == VEHICLE_STILL_ENERGISED
        contacts.silent = 0
        assert contacts.feed(TICK_MS) == VEHICLE_STILL_ENERGISED


@pytest.mark.parametrize(
    ("load_mv", "angle", "welded"),
    [
        (240_000, 0, True),
        (216_000, 0, True),
        (264_000, 0, True),
        (240_000, 150, True),
        (240_000, -150, True),
        (215_999, 0, False),
        (264_001, 0, False),
        (240_000, 151, False),
        (240_000, -151, False),
        (240_000, 1_800, False),
        (120_000, 0, False),
        (31_000, 0, False),
    ],
)
def test_a_voltage_or_a_phase_apart_from_the_supplys_is_the_vehicles_own(
    load_mv: int, angle: int, welded: bool
) -> None:
    contacts = Contacts()
    contacts.silent = 1
    contacts.load_mv = load_mv
    contacts.angle = angle
    contacts.feed(5_000)
    expected = CONTACTOR_WELDED if welded else VEHICLE_STILL_ENERGISED
    assert contacts.contactor.load_bits == expected


@pytest.mark.parametrize(
    ("line_mv", "bits"), [(60_000, VEHICLE_STILL_ENERGISED), (60_001, CONTACTOR_WELDED)]
)
def test_up_to_60_v_there_is_no_supply_to_compare_with_and_it_is_the_vehicles(
    line_mv: int, bits: int
) -> None:
    contacts = Contacts()
    contacts.silent = 1
    contacts.line_mv = contacts.load_mv = line_mv
    contacts.feed(5_000)
    assert contacts.contactor.load_bits == bits


def test_a_weld_that_shows_as_the_vehicle_drifts_out_of_step_is_the_vehicles_again() -> None:
    contacts = Contacts()
    contacts.silent = 1
    contacts.load_mv = 240_000
    contacts.feed(5_000)
    contacts.angle = 900
    contacts.feed(TICK_MS)
    assert contacts.contactor.load_bits == VEHICLE_STILL_ENERGISED


def test_a_voltage_that_has_gone_ends_the_cause_and_makes_up_for_its_own_time_only() -> None:
    contacts = Contacts()
    contacts.load_mv = 240_000
    contacts.feed(2_000)
    contacts.load_mv = 0
    assert contacts.feed(500) == 0
    contacts.load_mv = 240_000
    assert contacts.feed(500) == 0
    assert contacts.feed(2 * TICK_MS) == VEHICLE_STILL_ENERGISED


def test_a_voltage_that_stays_away_for_longer_gives_back_the_whole_second() -> None:
    contacts = Contacts()
    for _ in range(5):
        contacts.load_mv = 240_000
        assert contacts.feed(JUDGED_MS) == 0
        contacts.load_mv = 0
        assert contacts.feed(2 * JUDGED_MS) == 0


def test_a_voltage_that_comes_and_goes_adds_up() -> None:
    contacts = Contacts()
    seen = 0
    for count in range(600):
        contacts.load_mv = 0 if count % 3 == 2 else 240_000
        seen |= contacts.feed(TICK_MS)
    assert seen == VEHICLE_STILL_ENERGISED


def test_after_an_opening_a_vehicle_that_was_a_source_has_its_whole_second() -> None:
    contacts = Contacts(closed=1)
    contacts.load_mv = 0
    contacts.feed(900)
    contacts.open()
    contacts.load_mv = 240_000
    assert contacts.feed(JUDGED_MS) == 0
    assert contacts.feed(TICK_MS) == VEHICLE_STILL_ENERGISED


# --- while contact and command differ ---


@pytest.mark.parametrize("load_mv", [0, 240_000])
@pytest.mark.parametrize(("commanded", "aux_closed"), [(1, 0), (0, 1)])
def test_while_the_contact_is_not_as_commanded_the_vehicles_side_accuses_nobody(
    commanded: int, aux_closed: int, load_mv: int
) -> None:
    contacts = Contacts(closed=commanded)
    contacts.load_mv = load_mv
    contacts.feed(0)
    for _ in range(500):
        contacts.contactor.sense(aux_closed, commanded, TICK_MS)
        contacts.contactor.sense_load(contacts.inputs, 1, TICK_MS)
        assert contacts.contactor.load_bits == 0


# --- behind closed contacts ---


@pytest.mark.parametrize("dt_ms", [1, 5, 10, 50])
def test_a_dead_vehicle_side_behind_closed_contacts_is_a_contactor_that_does_not_close(
    dt_ms: int,
) -> None:
    contacts = Contacts(closed=1)
    contacts.load_mv = 30_000
    assert contacts.feed(JUDGED_MS, dt_ms) == 0
    assert contacts.feed(dt_ms, dt_ms) == CONTACTOR_STUCK_OPEN


def test_a_contactor_that_has_just_closed_has_its_whole_second() -> None:
    contacts = Contacts()
    contacts.load_mv = 240_000
    contacts.feed(900)
    contacts.contactor.close()
    contacts.load_mv = 0
    assert contacts.feed(JUDGED_MS) == 0
    assert contacts.feed(TICK_MS) == CONTACTOR_STUCK_OPEN


def test_from_just_above_60_v_of_supply_on_a_dead_vehicle_side_is_told() -> None:
    contacts = Contacts(closed=1)
    contacts.line_mv, contacts.load_mv = 60_001, 0
    assert contacts.feed(2 * JUDGED_MS) == CONTACTOR_STUCK_OPEN


@pytest.mark.parametrize("line_mv", [0, 30_000, 60_000])
def test_in_a_dip_of_the_supply_the_vehicles_side_is_dead_for_another_reason(
    line_mv: int,
) -> None:
    contacts = Contacts(closed=1)
    contacts.line_mv = line_mv
    contacts.load_mv = 0
    assert contacts.feed(60_000) == 0
    contacts.line_mv = 240_000
    assert contacts.feed(JUDGED_MS) == 0
    assert contacts.feed(TICK_MS) == CONTACTOR_STUCK_OPEN


def test_a_live_vehicle_side_behind_closed_contacts_is_as_it_should_be() -> None:
    contacts = Contacts(closed=1)
    for load_mv in (30_001, 240_000, 300_000):
        for angle in (0, 900):
            contacts.load_mv = load_mv
            contacts.angle = angle
            assert contacts.feed(5_000) == 0
