"""What every connector is told, case by case: who takes part, with how much, and who does not."""

from dataclasses import replace

import pytest

from tests.unit.controller_bench import EMPTY, NOW_S, READY, choices, entry, event, service
from tests.unit.plan_bench import ALERT, EXPORT_PRICE, NO_LINK, PRICE, SETPOINT, Case
from wattback_controller.choices import DEFAULT_CHOICES, Choices
from wattback_controller.connector_link import NO_LIMIT_MA, Reading
from wattback_controller.records import STOP_TEXTS, Event

# Of one connector: its events, what it says, what its owner says; then its target, the event that
# it takes part in, and why not.
ONE: dict[str, tuple[list[Event], Reading, Choices, int | None, str, str]] = {
    "nothing is asked": ([], READY, choices(), None, "", ""),
    "a set-point is followed": ([SETPOINT], READY, choices(), 8000, "event-1", ""),
    "as far as the vehicle can": (
        [event(value=20_000.0)],
        READY,
        choices(),
        9600,
        "event-1",
        "",
    ),
    "as far as the connector may": (
        [event(value=20_000.0)],
        replace(READY, export_w=5000),
        choices(),
        5000,
        "event-1",
        "",
    ),
    "a vehicle that has not said how much is limited by the connector": (
        [event(value=20_000.0)],
        replace(READY, discharge_max_w=0),
        choices(),
        11_500,
        "event-1",
        "",
    ),
    "to charge is a set-point too": (
        [event(value=-7000.0)],
        READY,
        choices(),
        -7000,
        "event-1",
        "",
    ),
    "also without a link": ([event(value=-7000.0)], NO_LINK, choices(), -7000, "event-1", ""),
    "and at the reserve": (
        [event(value=-7000.0)],
        replace(READY, soc_bp=1000),
        choices(),
        -7000,
        "event-1",
        "",
    ),
    "a set-point of 0 holds still": ([event(value=0.0)], READY, choices(), 0, "event-1", ""),
    "an alert stops charging": ([ALERT], READY, choices(), 0, "alert", ""),
    "also without a link, at an alert": ([ALERT], NO_LINK, choices(), 0, "alert", ""),
    "a set-point comes before an alert": (
        [SETPOINT, ALERT],
        READY,
        choices(),
        8000,
        "event-1",
        "",
    ),
    "an alert comes before a set-point to charge": (
        [event(value=-7000.0), ALERT],
        READY,
        choices(),
        0,
        "alert",
        "",
    ),
    "and before one to hold still": (
        [event(value=0.0), ALERT],
        READY,
        choices(),
        0,
        "alert",
        "",
    ),
    "who stays out of the alert still charges by the set-point": (
        [event(value=-7000.0), ALERT],
        READY,
        choices(out_of=("alert",)),
        -7000,
        "event-1",
        "opted_out",
    ),
    "an alert and a set-point to charge leave no room for an export price": (
        [event(value=-7000.0), ALERT, EXPORT_PRICE],
        READY,
        choices(export_above=0.1, out_of=("alert", "event-1")),
        None,
        "",
        "opted_out",
    ),
    "who cannot follow a set-point follows the alert": (
        [SETPOINT, ALERT],
        NO_LINK,
        choices(),
        0,
        "alert",
        "not_ready",
    ),
    "who stays out of the set-point is asked by the alert": (
        [SETPOINT, ALERT],
        READY,
        choices(out_of=("event-1",)),
        0,
        "alert",
        "opted_out",
    ),
    "nobody who has not enrolled": (
        [SETPOINT, ALERT],
        READY,
        DEFAULT_CHOICES,
        None,
        "",
        "not_enrolled",
    ),
    "nobody who has opted out": (
        [SETPOINT],
        READY,
        choices(opted_out=True),
        None,
        "",
        "opted_out",
    ),
    "nobody who is out until later": (
        [SETPOINT],
        READY,
        choices(out_until_s=NOW_S + 1),
        None,
        "",
        "opted_out",
    ),
    "who was out until now": ([SETPOINT], READY, choices(out_until_s=NOW_S), 8000, "event-1", ""),
    "nobody who is out of this event": (
        [SETPOINT],
        READY,
        choices(out_of=("event-1",)),
        None,
        "",
        "opted_out",
    ),
    "no empty place": ([SETPOINT], EMPTY, choices(), None, "", "unplugged"),
    "no connector with a fault": (
        [SETPOINT],
        replace(READY, session_state="fault"),
        choices(),
        None,
        "",
        "unplugged",
    ),
    "at the reserve it holds still": (
        [SETPOINT],
        replace(READY, soc_bp=4000),
        choices(),
        0,
        "",
        "reserve",
    ),
    "just above it is asked": (
        [SETPOINT],
        replace(READY, soc_bp=4001),
        choices(),
        8000,
        "event-1",
        "",
    ),
    "the vehicle's own reserve counts too": (
        [SETPOINT],
        replace(READY, waits=frozenset({"reserve"})),
        choices(),
        0,
        "",
        "reserve",
    ),
    "a vehicle that tells nothing goes on charging": (
        [SETPOINT],
        NO_LINK,
        choices(),
        None,
        "",
        "not_ready",
    ),
    "the vehicle's own departure": (
        [SETPOINT],
        replace(READY, waits=frozenset({"departure", "target"})),
        choices(),
        None,
        "",
        "departure",
    ),
    "the grid has not been good for long": (
        [SETPOINT],
        replace(READY, waits=frozenset({"service"})),
        choices(),
        None,
        "",
        "not_ready",
    ),
    "a day's limit": (
        [SETPOINT],
        replace(READY, waits=frozenset({"day_limit"})),
        choices(),
        None,
        "",
        "not_ready",
    ),
    "its switch for export is about to be set": (
        [SETPOINT],
        replace(READY, waits=frozenset({"permission", "target"}), export_enabled=False),
        choices(),
        8000,
        "event-1",
        "",
    ),
    "the utility does not permit export here": (
        [SETPOINT],
        replace(READY, waits=frozenset({"permission", "target"})),
        choices(),
        None,
        "",
        "not_ready",
    ),
    "a price that nobody minds": ([PRICE, EXPORT_PRICE], READY, choices(), None, "", ""),
    "a price that is too high": ([PRICE], READY, choices(pause_above=0.5), 0, "price", ""),
    "a price that is just not": ([PRICE], READY, choices(pause_above=0.51), None, "", ""),
    "a price worth it": (
        [EXPORT_PRICE],
        READY,
        choices(export_above=0.5),
        9600,
        "export-price",
        "",
    ),
    "a price not worth it": ([EXPORT_PRICE], READY, choices(export_above=0.6), None, "", ""),
    "to sell comes before to pause": (
        [PRICE, EXPORT_PRICE],
        READY,
        choices(export_above=0.1, pause_above=0.1),
        9600,
        "export-price",
        "",
    ),
    "who has nothing left to sell pauses": (
        [PRICE, EXPORT_PRICE],
        replace(READY, soc_bp=4000),
        choices(export_above=0.1, pause_above=0.1),
        0,
        "price",
        "reserve",
    ),
    "a price of 0 from which charging waits": (
        [event("PRICE", 0.0, name="price")],
        READY,
        choices(pause_above=0.0),
        0,
        "price",
        "",
    ),
    "a set-point comes before prices": (
        [SETPOINT, EXPORT_PRICE],
        READY,
        choices(export_above=0.1),
        8000,
        "event-1",
        "",
    ),
    "an alert comes before prices": (
        [ALERT, EXPORT_PRICE],
        READY,
        choices(export_above=0.1),
        0,
        "alert",
        "",
    ),
    "a limit alone asks nobody for anything": (
        [event("EXPORT_CAPACITY_LIMIT", 5000.0), event("IMPORT_CAPACITY_LIMIT", 5000.0)],
        READY,
        choices(),
        None,
        "",
        "",
    ),
}


@pytest.mark.parametrize("case", ONE)
def test_one_connector(case: str) -> None:
    events, says, chosen, target_w, takes_part_in, reason = ONE[case]
    told = Case(events, {"A": says}, {"A": chosen}).told()["A"]
    assert told.order.target_w == target_w
    assert (told.event.event if told.event else "") == takes_part_in
    assert told.reason == reason
    assert reason in STOP_TEXTS
    assert told.order.export_enabled == chosen.enrolled
    assert told.order.reserve_bp == chosen.reserve_bp


def test_a_silent_connector_is_told_nothing() -> None:
    assert Case(readings={}, chosen={"A": choices()}).told() == {}


# --- shares of a set-point ---


def test_a_set_point_is_shared_alike_and_never_exceeded() -> None:
    three = dict.fromkeys("ABC", READY)
    assert Case(readings=three).targets() == {"A": 2600, "B": 2600, "C": 2600}


def test_what_one_cannot_give_the_others_do() -> None:
    assert Case(readings={"A": READY, "B": replace(READY, discharge_max_w=2000)}).targets() == {
        "A": 6000,
        "B": 2000,
    }


def test_who_stays_out_has_no_share() -> None:
    case = Case(readings=dict.fromkeys("AB", READY), chosen={"B": choices(opted_out=True)})
    assert case.targets() == {"A": 8000, "B": None}


@pytest.mark.parametrize(("cap_w", "target_w"), [(5000.0, 5000), (20_000.0, 8000), (0.0, 0)])
def test_a_limit_on_export_lowers_a_set_point(cap_w: float, target_w: int) -> None:
    cap = event("EXPORT_CAPACITY_LIMIT", cap_w, name="cap")
    assert Case([SETPOINT, cap]).targets() == {"A": target_w}


def test_a_service_limits_what_is_given() -> None:
    case = Case(
        [event(value=20_000.0)],
        dict.fromkeys("AB", READY),
        services=[service("A", "B", export_ma=32_000)],
    )
    assert case.targets() == {"A": 3800, "B": 3800}
    assert case.exports() == {"A": 16_000, "B": 16_000}


def test_a_circuit_carries_no_more_than_it_may_with_or_without_a_service() -> None:
    for services in ([], [service("A", import_ma=48_000, export_ma=48_000)]):
        case = Case(
            [event(value=20_000.0)], entries=[entry("A", most_ma=16_000)], services=services
        )
        assert case.targets() == {"A": 3800}
        assert case.exports() == {"A": 16_000}
        assert case.imports() == {"A": 16_000}


def test_belt_and_braces_leave_room_for_an_uneven_share() -> None:
    case = Case(
        [event(value=20_000.0)],
        {"A": READY, "B": replace(READY, discharge_max_w=2000)},
        services=[service("A", "B", export_ma=32_000)],
    )
    assert case.targets() == {"A": 5600, "B": 2000}
    exports = case.exports()
    assert exports["A"] is not None and exports["B"] is not None
    assert exports["A"] >= 5600 * 1000 // 240 // 100 * 100
    assert exports["A"] + exports["B"] <= 32_000


def test_a_silent_connector_counts_with_what_it_may_still_be_giving() -> None:
    case = Case(
        readings={"B": READY},
        chosen={"A": choices()},
        given_w={"A": 4000},
        services=[service("A", "B", export_ma=32_000)],
    )
    assert case.targets() == {"B": 3600}  # of 7680 W, and of the 8000 that were asked for
    exports = case.exports()
    assert exports["B"] is not None
    assert exports["B"] <= 32_000 - 4000 * 1000 // 240


@pytest.mark.parametrize(
    ("left_w", "target_w"),
    [(3800, 3800), (2000, 5600), (150, 7600), (0, 7600)],
    ids=["still gives all", "falls", "as good as nothing", "has ended"],
)
def test_a_share_grows_only_as_another_on_the_service_has_fallen(
    left_w: int, target_w: int
) -> None:
    readings = {
        "A": replace(READY, target_w=3800, power_w=3810),
        "B": replace(READY, target_w=None, power_w=left_w),
    }
    case = Case(
        [event(value=20_000.0)],
        readings,
        {"B": choices(opted_out=True)},
        services=[service("A", "B", export_ma=32_000)],
    )
    assert case.targets() == {"A": target_w, "B": None}


def test_without_a_target_the_limit_on_export_is_the_service() -> None:
    case = Case([], services=[service("A", export_ma=32_000)])
    assert case.exports() == {"A": 32_000}
    assert Case([]).exports() == {"A": NO_LIMIT_MA}
