"""What an owner may choose and ask for, walked from its tables, and what it means at a moment."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.controller_bench import NOW_S, event
from wattback_controller.choices import (
    CHOICE_ROWS,
    DEFAULT_CHOICES,
    OPTION_NAMES,
    Choices,
    choices_of,
    choose,
    midnight_s,
    next_time_s,
    noon_s,
    read_time,
)
from wattback_controller.owner import REQUESTS, OwnerDesk
from wattback_controller.records import STOP_TEXTS
from wattback_controller.store import Store
from wattback_sim.errors import BadInputError

CHICAGO = ZoneInfo("America/Chicago")
SANTIAGO = ZoneInfo("America/Santiago")  # its summer time begins at midnight
HOUR_S = 3600

# Of every option: what people write and what it means, and what they had better not write.
TAKEN: dict[str, list[tuple[str, object]]] = {
    "enrolled": [("yes", True), ("no", False)],
    "opted_out": [("yes", True), ("no", False)],
    "reserve": [("40%", 4000), ("40", 4000), ("0%", 0), ("100 %", 10_000), ("33.3%", 3330)],
    "departure": [("07:00", "07:00"), ("23:59", "23:59"), ("00:00", "00:00"), ("none", "")],
    "ready": [("80%", 8000), ("100", 10_000)],
    "pause_above": [("0.35", 0.35), ("0", 0.0), ("9", 9.0), ("never", None)],
    "export_above": [("0.35", 0.35), ("never", None)],
}
_FLAGS = ["", "Yes", "true", "1", "ja"]
_SHARES = ["", "%", "-1%", "101%", "nan", "inf", "40%%", "a lot", "4O%"]
_PRICES = ["", "-0.01", "1001", "nan", "inf", "Never", "$1", "1,5"]
REFUSED: dict[str, list[str]] = {
    "enrolled": _FLAGS,
    "opted_out": _FLAGS,
    "reserve": _SHARES,
    "departure": [
        "",
        "7:00",
        "24:00",
        "07:60",
        "07:00:00",
        "7 am",
        "07.00",
        "None",
        "\u0660\u0667:00",
    ],
    "ready": _SHARES,
    "pause_above": _PRICES,
    "export_above": _PRICES,
}


def at(text: str, zone: ZoneInfo = CHICAGO, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


def local(moment_s: float, zone: ZoneInfo = CHICAGO) -> str:
    return datetime.fromtimestamp(moment_s, zone).strftime("%Y-%m-%d %H:%M")


# --- the tables ---


def test_every_row_sets_a_field_of_its_own() -> None:
    names = [row.name for row in CHOICE_ROWS]
    assert len(set(names)) == len(names) == len(OPTION_NAMES)
    known = {field.name for field in fields(Choices)}
    assert set(names) == known - {"out_until_s", "out_of"}  # those are asked for, not set
    assert set(OPTION_NAMES) == set(TAKEN) == set(REFUSED)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [(option, text, value) for option, taken in TAKEN.items() for text, value in taken],
)
def test_an_option_is_set_as_people_write_it(option: str, text: str, value: object) -> None:
    name = OPTION_NAMES[option].name
    before = replace(DEFAULT_CHOICES, out_of=("event-1",), out_until_s=5)
    after = choose(before, option, text)
    assert getattr(after, name) == value
    assert type(getattr(after, name)) is type(value)
    assert replace(after, **{name: getattr(before, name)}) == before


@pytest.mark.parametrize(
    ("option", "text"),
    [(option, text) for option, refused in REFUSED.items() for text in refused],
)
def test_an_option_refuses_what_it_is_not_and_says_which(option: str, text: str) -> None:
    with pytest.raises(BadInputError, match=f"^{option}: "):
        choose(DEFAULT_CHOICES, option, text)


def test_an_option_that_is_not_there_is_guessed_at() -> None:
    with pytest.raises(BadInputError, match=r"'reserv'.*did you mean 'reserve'"):
        choose(DEFAULT_CHOICES, "reserv", "40%")
    with pytest.raises(BadInputError):
        choose(DEFAULT_CHOICES, "out_until_s", "0")


def test_without_a_word_from_the_owner_the_vehicle_stays_a_vehicle() -> None:
    assert not DEFAULT_CHOICES.enrolled
    assert DEFAULT_CHOICES.stays_out("any", 0.0) == "not_enrolled"
    assert DEFAULT_CHOICES.reserve_bp >= 4000
    assert DEFAULT_CHOICES.ready_bp >= DEFAULT_CHOICES.reserve_bp
    assert DEFAULT_CHOICES.departure == "07:00"
    assert DEFAULT_CHOICES.export_above is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"enrolled": False}, "not_enrolled"),
        ({"enrolled": False, "opted_out": True}, "not_enrolled"),
        ({"opted_out": True}, "opted_out"),
        ({"out_until_s": 1001}, "opted_out"),
        ({"out_until_s": 1000}, ""),
        ({"out_of": ("event-2",)}, ""),
        ({"out_of": ("event-2", "event-1")}, "opted_out"),
    ],
)
def test_who_stays_out_has_a_reason(changes: dict[str, object], why: str) -> None:
    given: dict[str, object] = {"enrolled": True} | changes
    chosen = replace(DEFAULT_CHOICES, **given)  # type: ignore[arg-type]
    assert chosen.stays_out("event-1", 1000.0) == why
    assert why in STOP_TEXTS


def test_choices_survive_the_store_and_an_older_version_of_it() -> None:
    chosen = Choices(True, True, 77, ("a", "b"), 1234, "06:30", 9000, 0.5, None)
    kept = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(chosen).items()}
    assert choices_of(kept) == chosen
    assert choices_of({"enrolled": True, "colour": "red"}) == replace(
        DEFAULT_CHOICES, enrolled=True
    )
    assert choices_of({}) == DEFAULT_CHOICES


# --- times of day ---


@pytest.mark.parametrize(
    ("now", "time_of_day", "found"),
    [
        ("2026-02-10 06:59", "07:00", "2026-02-10 07:00"),
        ("2026-02-10 07:00", "07:00", "2026-02-11 07:00"),  # next is never now
        ("2026-02-10 18:00", "07:00", "2026-02-11 07:00"),
        ("2026-02-28 23:59", "00:00", "2026-03-01 00:00"),
        # 8 March: 02:00 is followed by 03:00, so 02:30 does not come.
        ("2026-03-07 18:00", "07:00", "2026-03-08 07:00"),
        ("2026-03-08 01:59", "02:30", "2026-03-08 03:30"),
        ("2026-03-08 01:59", "03:00", "2026-03-08 03:00"),
        # 1 November: 01:00 to 02:00 come twice, and the first counts.
        ("2026-11-01 00:59", "01:30", "2026-11-01 01:30"),
        ("2026-10-31 18:00", "07:00", "2026-11-01 07:00"),
    ],
)
def test_a_time_of_day_comes_next(now: str, time_of_day: str, found: str) -> None:
    found_s = next_time_s(read_time(time_of_day), at(now), CHICAGO)
    assert local(found_s) == found
    assert found_s > at(now)


def test_a_night_of_summer_time_has_23_hours_and_of_its_end_25() -> None:
    seven = time(7)
    assert next_time_s(seven, at("2026-03-07 07:00"), CHICAGO) - at("2026-03-07 07:00") == (
        23 * HOUR_S
    )
    assert next_time_s(seven, at("2026-10-31 07:00"), CHICAGO) - at("2026-10-31 07:00") == (
        25 * HOUR_S
    )


def test_the_hour_that_comes_twice_has_each_time_of_day_once() -> None:
    first_s, second_s = at("2026-11-01 01:30"), at("2026-11-01 01:30", fold=1)
    assert second_s - first_s == HOUR_S
    half_past = time(1, 30)
    assert next_time_s(half_past, first_s - 1, CHICAGO) == first_s
    assert local(next_time_s(half_past, first_s, CHICAGO)) == "2026-11-02 01:30"
    assert local(next_time_s(half_past, second_s, CHICAGO)) == "2026-11-02 01:30"


@pytest.mark.parametrize(
    ("zone", "now", "midnight", "noon"),
    [
        (CHICAGO, "2026-02-10 18:00", "2026-02-11 00:00", "2026-02-11 12:00"),
        (CHICAGO, "2026-02-11 00:00", "2026-02-12 00:00", "2026-02-11 12:00"),
        (CHICAGO, "2026-02-11 11:59", "2026-02-12 00:00", "2026-02-11 12:00"),
        (CHICAGO, "2026-02-11 12:00", "2026-02-12 00:00", "2026-02-12 12:00"),
        (CHICAGO, "2026-03-07 23:00", "2026-03-08 00:00", "2026-03-08 12:00"),
        (CHICAGO, "2026-12-31 23:59", "2027-01-01 00:00", "2027-01-01 12:00"),
        # In Santiago 6 September begins at 01:00.
        (SANTIAGO, "2026-09-05 23:00", "2026-09-06 01:00", "2026-09-06 12:00"),
    ],
)
def test_today_ends_at_midnight_and_tonight_at_noon(
    zone: ZoneInfo, now: str, midnight: str, noon: str
) -> None:
    now_s = at(now, zone)
    assert local(midnight_s(now_s, zone), zone) == midnight
    assert local(noon_s(now_s, zone), zone) == noon


# --- requests ---


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "records")


@pytest.fixture
def desk(store: Store) -> OwnerDesk:
    return OwnerDesk(store, ("garage", "drive"), CHICAGO, "owner on the page")


EVENING_S = at("2026-02-10 20:00")
# Of every request: what it does to someone who takes part, at 20:00.
MEANT: dict[str, Callable[[Choices], Choices]] = {
    "enrol": lambda c: c,
    "leave": lambda c: replace(c, enrolled=False),
    "out": lambda c: replace(c, opted_out=True),
    "out-today": lambda c: replace(c, out_until_s=int(at("2026-02-11 00:00"))),
    "out-tonight": lambda c: replace(c, out_until_s=int(at("2026-02-11 12:00"))),
    "in": lambda c: c,
}
TAKES_PART = replace(DEFAULT_CHOICES, enrolled=True)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.name)
def test_a_request_is_kept_and_written_down_with_who_asked(
    store: Store, desk: OwnerDesk, request_: object
) -> None:
    name = request_.name  # type: ignore[attr-defined]
    store.set_choices("garage", TAKES_PART)
    after = desk.ask("garage", name, EVENING_S)
    assert after == MEANT[name](TAKES_PART) == store.choices("garage")
    assert store.choices("drive") == DEFAULT_CHOICES
    text = request_.text  # type: ignore[attr-defined]
    assert store.audit_lines(9) == [
        (int(EVENING_S), "owner on the page", f"garage: asks to {text}")
    ]


@pytest.mark.parametrize("way_in", ["in", "enrol"])
@pytest.mark.parametrize("way_out", ["out", "out-today", "out-tonight"])
def test_every_way_out_has_a_way_back(desk: OwnerDesk, way_out: str, way_in: str) -> None:
    desk.ask("garage", "enrol", EVENING_S)
    assert desk.ask("garage", way_out, EVENING_S).stays_out("any", EVENING_S) == "opted_out"
    assert desk.ask("garage", way_in, EVENING_S).stays_out("any", EVENING_S) == ""


def test_to_take_part_again_does_not_enrol(desk: OwnerDesk) -> None:
    assert desk.ask("garage", "in", EVENING_S).stays_out("any", EVENING_S) == "not_enrolled"


def test_to_leave_and_to_enrol_again_begins_with_nothing_left_out(desk: OwnerDesk) -> None:
    for request in ("enrol", "out", "leave", "enrol"):
        after = desk.ask("garage", request, EVENING_S)
    assert after.stays_out("any", EVENING_S) == ""


def test_the_rest_of_the_day_does_not_shorten_the_night(desk: OwnerDesk) -> None:
    tonight = desk.ask("garage", "out-tonight", EVENING_S)
    assert desk.ask("garage", "out-today", EVENING_S).out_until_s == tonight.out_until_s


def test_one_event_is_stayed_out_of_alone(store: Store, desk: OwnerDesk) -> None:
    store.put_event(event(name="event-1"))
    store.put_event(event(name="event-2"))
    desk.ask("garage", "enrol", EVENING_S)
    chosen = desk.stay_out_of("garage", "event-1", EVENING_S)
    assert chosen.stays_out("event-1", EVENING_S) == "opted_out"
    assert chosen.stays_out("event-2", EVENING_S) == ""
    assert store.audit_lines(1)[0][2] == "garage: asks to stay out of event event-1"


def test_years_of_events_stayed_out_of_are_not_all_remembered(
    store: Store, desk: OwnerDesk
) -> None:
    for number in range(60):
        store.put_event(event(name=f"event-{number}"))
        chosen = desk.stay_out_of("garage", f"event-{number}", EVENING_S)
    assert chosen.out_of == tuple(f"event-{number}" for number in range(10, 60))
    # Asked twice, it is remembered as the newest and once.
    assert desk.stay_out_of("garage", "event-20", EVENING_S).out_of[-1] == "event-20"
    assert store.choices("garage").out_of.count("event-20") == 1


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda d: d.ask("garage", "out-tonite", NOW_S), "did you mean 'out-tonight'"),
        (lambda d: d.ask("garge", "out", NOW_S), "no connector is called 'garge'"),
        (lambda d: d.choose("garge", "reserve", "40%", NOW_S), "no connector is called"),
        (lambda d: d.choose("garage", "reserve", "a lot", NOW_S), "reserve: "),
        (lambda d: d.stay_out_of("garage", "event-9", NOW_S), "no event is called 'event-9'"),
    ],
)
def test_what_cannot_be_asked_changes_and_writes_nothing(
    store: Store, desk: OwnerDesk, ask: Callable[[OwnerDesk], object], said: str
) -> None:
    with pytest.raises(BadInputError, match=said):
        ask(desk)
    assert store.choices("garage") == DEFAULT_CHOICES
    assert store.audit_lines(9) == []


def test_a_choice_is_written_down_as_it_was_said(store: Store, desk: OwnerDesk) -> None:
    desk.choose("garage", "reserve", "55%", NOW_S)
    assert store.choices("garage").reserve_bp == 5500
    assert store.audit_lines(1) == [(NOW_S, "owner on the page", "garage: sets reserve to 55%")]
