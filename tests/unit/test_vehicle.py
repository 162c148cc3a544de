"""The vehicle's digital link: its sequence, and why an inverter is refused."""

import pytest

from tests.unit.vehicle_messages import (
    LOOP,
    OTHER_SETTINGS,
    PARAMETERS,
    SETTINGS,
    SETUP,
    STOP,
    TICK_MS,
    WAYS,
    after,
    hear,
    wait,
)
from wattback.grid.categories import fitting
from wattback.settings import Settings
from wattback.vehicle import (
    LINK_ACCEPTED,
    LINK_AUTHORISED,
    LINK_IDENTIFIED,
    LINK_LAPSED,
    LINK_NAMES,
    LINK_NONE,
    LINK_REFUSED,
    MESSAGE_PARAMETERS,
    REFUSAL_NAMES,
    Vehicle,
)

# --- the sequence ---


@pytest.mark.parametrize("link", WAYS, ids=lambda link: LINK_NAMES[link])
def test_step_by_step_it_comes_to_every_state(link: int) -> None:
    assert after(*WAYS[link]).link == link


@pytest.mark.covers("6.7 order of the set-up")
# What has been heard, the message, and the link after it.
@pytest.mark.parametrize(
    ("link", "message", "following"),
    [
        (LINK_NONE, SETUP, LINK_IDENTIFIED),
        (LINK_NONE, PARAMETERS, LINK_NONE),
        (LINK_NONE, LOOP, LINK_NONE),
        (LINK_NONE, STOP, LINK_NONE),
        (LINK_IDENTIFIED, SETUP, LINK_IDENTIFIED),
        (LINK_IDENTIFIED, PARAMETERS, LINK_ACCEPTED),
        (LINK_IDENTIFIED, LOOP, LINK_IDENTIFIED),
        (LINK_IDENTIFIED, STOP, LINK_NONE),
        (LINK_REFUSED, SETUP, LINK_IDENTIFIED),
        (LINK_REFUSED, PARAMETERS, LINK_ACCEPTED),
        (LINK_REFUSED, LOOP, LINK_REFUSED),
        (LINK_REFUSED, STOP, LINK_NONE),
        (LINK_ACCEPTED, SETUP, LINK_IDENTIFIED),
        (LINK_ACCEPTED, PARAMETERS, LINK_ACCEPTED),
        (LINK_ACCEPTED, LOOP, LINK_AUTHORISED),
        (LINK_ACCEPTED, OTHER_SETTINGS, LINK_ACCEPTED),
        (LINK_ACCEPTED, STOP, LINK_NONE),
        (LINK_AUTHORISED, SETUP, LINK_IDENTIFIED),
        (LINK_AUTHORISED, PARAMETERS, LINK_ACCEPTED),
        (LINK_AUTHORISED, LOOP, LINK_AUTHORISED),
        (LINK_AUTHORISED, OTHER_SETTINGS, LINK_ACCEPTED),
        (LINK_AUTHORISED, STOP, LINK_NONE),
    ],
)
def test_every_message_in_every_state_has_its_one_answer(
    link: int, message: tuple[int, ...], following: int
) -> None:
    vehicle = after(*WAYS[link])
    hear(vehicle, *message)
    assert vehicle.link == following


def test_only_the_loop_makes_it_linked() -> None:
    assert [after(*WAYS[link]).linked for link in WAYS] == [0, 0, 1, 0, 1]


@pytest.mark.parametrize("kind", [0, -1, 5, 2**28])
def test_a_message_of_no_kind_changes_nothing_and_keeps_no_link_alive(kind: int) -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    silent = after(*WAYS[LINK_AUTHORISED])
    for _ in range(SETTINGS.vehicle_link_timeout_ms // 100 + 1):
        wait(vehicle, 90)
        hear(vehicle, kind)
        wait(silent, 100)
        assert {**vars(vehicle), "inbox": silent.inbox} == vars(silent)
    assert vehicle.link == LINK_LAPSED


def test_what_the_loop_says_is_kept() -> None:
    vehicle = after(*WAYS[LINK_AUTHORISED])
    assert (vehicle.soc_bp, vehicle.minimum_soc_bp) == (8_000, 1_000)
    assert (vehicle.need_wh, vehicle.departure_s) == (20_000, 3_600)
    assert (vehicle.charge_w, vehicle.discharge_w) == (11_500, 9_600)
    assert (vehicle.forms, vehicle.forming) == (1, 1)
    hear(vehicle, *LOOP[:-1], 0)
    assert (vehicle.forms, vehicle.forming) == (1, 0)


# --- what can be the source of an island ---


# modes, discharge_w, voltage_mv, forms
@pytest.mark.parametrize(
    ("modes", "discharge_w", "voltage_mv", "forms"),
    [
        (3, 9_600, 240_000, 1),
        (2, 9_600, 240_000, 1),
        (1, 9_600, 240_000, 0),
        (0, 9_600, 240_000, 0),
        (3, 10, 240_000, 1),
        (3, 9, 240_000, 0),
        (3, 9_600, 216_000, 1),
        (3, 9_600, 215_999, 0),
        (3, 9_600, 264_000, 1),
        (3, 9_600, 264_001, 0),
    ],
)
@pytest.mark.parametrize(("certified", "category"), [(1, 3), (0, 3), (1, 0)])
def test_an_inverter_forms_an_island_by_its_modes_rating_and_voltage_whatever_its_category(
    modes: int, discharge_w: int, voltage_mv: int, forms: int, certified: int, category: int
) -> None:
    vehicle = after(SETUP)
    words = (certified, category, 11_500, discharge_w, voltage_mv, 2, modes)
    hear(vehicle, MESSAGE_PARAMETERS, *words)
    assert vehicle.forms == forms


# --- refusals ---


@pytest.mark.covers("6.1 category", "6.3 voltage of the vehicle")
# certified, category, discharge_w, voltage_mv, reason
@pytest.mark.parametrize(
    ("certified", "category", "discharge_w", "voltage_mv", "reason"),
    [
        (1, 3, 9_600, 240_000, "none"),
        (1, 3, 10, 240_000, "none"),
        (1, 3, 9, 240_000, "charge_only"),
        (1, 3, 0, 240_000, "charge_only"),
        (1, 3, -1, 240_000, "charge_only"),
        (0, 3, 9_600, 240_000, "certification"),
        (1, 2, 9_600, 240_000, "category"),
        (1, 0, 9_600, 240_000, "category"),
        (1, 3, 9_600, 216_000, "none"),
        (1, 3, 9_600, 215_999, "voltage"),
        (1, 3, 9_600, 264_000, "none"),
        (1, 3, 9_600, 264_001, "voltage"),
        (1, 3, 9_600, 0, "voltage"),
        (0, 0, 0, 0, "charge_only"),
        (0, 0, 9_600, 0, "certification"),
        (1, 0, 9_600, 0, "category"),
    ],
)
def test_an_inverter_that_does_not_fit_is_refused_with_its_reason(
    certified: int, category: int, discharge_w: int, voltage_mv: int, reason: str
) -> None:
    vehicle = after(SETUP)
    hear(vehicle, MESSAGE_PARAMETERS, certified, category, 11_500, discharge_w, voltage_mv, 2)
    assert REFUSAL_NAMES[vehicle.refusal] == reason
    assert vehicle.link == (LINK_ACCEPTED if reason == "none" else LINK_REFUSED)


@pytest.mark.covers("6.1 category")
@pytest.mark.parametrize("site_category", [1, 2, 3])
def test_the_sites_category_or_a_better_one_is_asked_for(site_category: int) -> None:
    settings = Settings()
    settings.abnormal_category = site_category
    for category in (1, 2, 3):
        vehicle = after(SETUP)
        vehicle.fitting = fitting(settings)
        vehicle.inbox[0] = MESSAGE_PARAMETERS
        for index, word in enumerate((1, category, 11_500, 9_600, 240_000, 2), 1):
            vehicle.inbox[index] = word
        vehicle.inbox_full = 1
        vehicle.sense(1, settings, TICK_MS)
        assert (vehicle.link == LINK_ACCEPTED) == (category >= site_category)


def test_new_parameters_lift_a_refusal_and_no_loop_does() -> None:
    vehicle = after(*WAYS[LINK_REFUSED])
    hear(vehicle, *LOOP)
    assert vehicle.link == LINK_REFUSED
    hear(vehicle, *PARAMETERS)
    hear(vehicle, *LOOP)
    assert (vehicle.link, vehicle.refusal) == (LINK_AUTHORISED, 0)


# --- settings that change under an authorisation ---

_RENEWED = 7


def renewed(fits: int | None = None) -> Vehicle:
    """An authorised one, whose site has other settings now."""
    vehicle = after(*WAYS[LINK_AUTHORISED])
    vehicle.renew(_RENEWED, vehicle.fitting if fits is None else fits)
    return vehicle


def repeat(vehicle: Vehicle, message: tuple[int, ...], ms: int) -> None:
    """It says this every half a second."""
    for _ in range(ms // 500):
        hear(vehicle, *message)
        wait(vehicle, 500)


def acknowledging(version: int) -> tuple[int, ...]:
    return (LOOP[0], version, *LOOP[2:])


@pytest.mark.parametrize("message", [LOOP, PARAMETERS], ids=["loop", "parameters"])
def test_whatever_it_says_an_authorisation_lapses_that_is_not_acknowledged_in_time(
    message: tuple[int, ...],
) -> None:
    vehicle = renewed()
    repeat(vehicle, message, 4_500)
    assert (vehicle.link, vehicle.linked) == (LINK_AUTHORISED, 1)
    repeat(vehicle, message, 1_000)
    assert vehicle.link == LINK_ACCEPTED


def test_an_acknowledgement_in_time_keeps_it_and_a_later_one_brings_it_back() -> None:
    vehicle = renewed()
    repeat(vehicle, LOOP, 4_000)
    repeat(vehicle, acknowledging(_RENEWED), 20_000)
    assert vehicle.link == LINK_AUTHORISED
    vehicle.renew(_RENEWED + 1, vehicle.fitting)
    repeat(vehicle, acknowledging(_RENEWED), 6_000)
    assert vehicle.link == LINK_ACCEPTED
    hear(vehicle, *acknowledging(_RENEWED + 1))
    assert vehicle.link == LINK_AUTHORISED


def test_settings_that_change_again_and_again_give_no_more_time() -> None:
    vehicle = renewed()
    for later in range(1, 7):
        repeat(vehicle, acknowledging(_RENEWED + later - 1), 1_000)
        vehicle.renew(_RENEWED + later + 10, vehicle.fitting)
    assert vehicle.link == LINK_ACCEPTED


def test_one_whose_categories_cannot_have_them_is_refused_whatever_it_acknowledges() -> None:
    vehicle = renewed(fits=0)
    hear(vehicle, *acknowledging(_RENEWED))
    assert (vehicle.link, REFUSAL_NAMES[vehicle.refusal]) == (LINK_REFUSED, "category")


def test_silence_ends_it_sooner() -> None:
    vehicle = renewed()
    wait(vehicle, 1_300)
    assert vehicle.link == LINK_LAPSED
