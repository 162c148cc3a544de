"""The vehicle's digital link: silence, unplug, and numbers that cannot be."""

import pytest

from tests.property.small_int import LIMIT, SmallInt
from tests.unit.vehicle_messages import (
    FORGOTTEN,
    LOOP,
    PARAMETERS,
    SETTINGS,
    SETUP,
    STOP,
    TICK_MS,
    VERSION,
    WAYS,
    after,
    forgotten,
    hear,
    wait,
)
from wattback.vehicle import (
    LINK_ACCEPTED,
    LINK_AUTHORISED,
    LINK_IDENTIFIED,
    LINK_LAPSED,
    LINK_NAMES,
    LINK_NONE,
    MESSAGE_LOOP,
    MESSAGE_PARAMETERS,
    MESSAGE_SETUP,
    REFUSAL_NAMES,
)

TIMEOUT_MS = SETTINGS.vehicle_link_timeout_ms


# --- lapse ---


@pytest.mark.covers("6.8 loop of the vehicle")
def test_silence_in_the_loop_is_a_lapse_to_the_tick() -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    wait(vehicle, TIMEOUT_MS - TICK_MS)
    assert vehicle.link == LINK_AUTHORISED
    wait(vehicle, TICK_MS)
    assert vehicle.link == LINK_LAPSED
    assert forgotten(vehicle) == FORGOTTEN


@pytest.mark.covers("6.8 sequence time-out")
@pytest.mark.parametrize("link", [LINK_IDENTIFIED, LINK_ACCEPTED])
def test_before_the_loop_a_vehicle_may_take_a_minute(link: int) -> None:
    vehicle = after(*WAYS[link])
    wait(vehicle, 59_990)
    assert vehicle.link == link
    wait(vehicle, TICK_MS)
    assert vehicle.link == LINK_LAPSED


def test_a_lapsed_vehicle_is_heard_again_only_after_a_new_set_up() -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    wait(vehicle, TIMEOUT_MS)
    for message in (LOOP, PARAMETERS, LOOP):
        hear(vehicle, *message)
        assert vehicle.link == LINK_LAPSED
    for message in (SETUP, PARAMETERS, LOOP):
        hear(vehicle, *message)
    assert vehicle.link == LINK_AUTHORISED


def test_a_message_in_the_tick_of_the_lapse_comes_too_late() -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    wait(vehicle, TIMEOUT_MS - TICK_MS)
    hear(vehicle, *LOOP)
    assert vehicle.link == LINK_LAPSED


@pytest.mark.covers("6.8 loop of the vehicle")
def test_a_vehicle_that_asks_every_500_ms_never_lapses() -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    for _ in range(1_000):
        wait(vehicle, 490)
        hear(vehicle, *LOOP)
        assert vehicle.link == LINK_AUTHORISED


def test_a_silence_of_weeks_counts_no_further() -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    wait(vehicle, 2_000)
    age_ms = vehicle.age_ms
    wait(vehicle, 1_000_000, dt_ms=50)
    assert (vehicle.link, vehicle.age_ms) == (LINK_LAPSED, age_ms)


# --- unplug ---


@pytest.mark.parametrize("link", WAYS, ids=lambda link: LINK_NAMES[link])
def test_pilot_a_forgets_everything_in_the_same_tick(link: int) -> None:
    vehicle = after(*WAYS[link])
    vehicle.sense(0, SETTINGS, TICK_MS)
    assert vehicle.link == LINK_NONE
    assert forgotten(vehicle) == FORGOTTEN


def test_what_an_unplugged_vehicle_says_is_noise() -> None:
    vehicle = after()
    vehicle.inbox[0] = MESSAGE_SETUP
    vehicle.inbox_full = 1
    vehicle.sense(0, SETTINGS, TICK_MS)
    assert (vehicle.link, vehicle.inbox_full) == (LINK_NONE, 0)


@pytest.mark.parametrize("message", [SETUP, STOP])
def test_another_identity_and_a_stop_start_from_nothing(message: tuple[int, ...]) -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED], message)
    assert forgotten(vehicle) == FORGOTTEN


# --- numbers ---


def test_the_departure_comes_nearer_between_two_messages_and_stops_at_0() -> None:
    vehicle = after(SETUP, PARAMETERS, (MESSAGE_LOOP, VERSION, 8_000, 1_000, 20_000, 3))
    said = []
    for _ in range(5):
        wait(vehicle, 500)
        said.append(vehicle.departure_s)
        vehicle.age_ms = 0
    assert said == [3, 2, 2, 1, 1]
    for _ in range(5):
        wait(vehicle, 500)
        vehicle.age_ms = 0
    assert vehicle.departure_s == 0


@pytest.mark.parametrize("word", [-LIMIT // 2, -2, 10_001, 2**28, LIMIT // 2])
def test_whatever_the_loop_says_stays_within_what_can_be(word: int) -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    hear(vehicle, MESSAGE_LOOP, VERSION, word, word, word, word, word)
    assert 0 <= vehicle.soc_bp <= 10_000
    assert 0 <= vehicle.minimum_soc_bp <= 10_000
    assert 0 <= vehicle.need_wh <= 500_000
    assert -1 <= vehicle.departure_s <= 604_800
    assert vehicle.forming in (0, 1)


@pytest.mark.parametrize("voltage_mv", [-LIMIT // 2, 2**28, LIMIT // 2])
def test_no_voltage_that_a_vehicle_names_outgrows_a_small_integer(voltage_mv: int) -> None:
    vehicle = after(SETUP)
    words = [MESSAGE_PARAMETERS, 1, 3, 11_500, 9_600, SmallInt(voltage_mv), 2, 3]
    vehicle.inbox = words  # type: ignore[assignment]
    vehicle.inbox_full = 1
    vehicle.sense(1, SETTINGS, TICK_MS)
    assert REFUSAL_NAMES[vehicle.refusal] == "voltage"
    assert not vehicle.forms
