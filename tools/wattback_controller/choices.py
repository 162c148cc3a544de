"""What the owner has chosen for each connector, and what that means at a moment.

Nobody takes part in a programme before enrolling; whoever has enrolled may stay out for good, for
today, for tonight, or for one event. The rest says how much the vehicle keeps and when it must be
able to leave. Choices are a table: command line, page, and tests walk it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from wattback_sim.errors import BadInputError, suggestion

_NOON = time(12, 0)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Choices:
    """One connector's.

    enrolled: takes part in the programme. opted_out: stays out until told otherwise. out_until_s:
    stays out until then, 0: does not. out_of: events that it stays out of.
    reserve_bp: state of charge that is never exported. departure: local time of day by which
    ready_bp must be reached, "" when nobody leaves. pause_above, export_above: prices per kWh, in
    the programme's currency, from which charging waits or energy is exported; None: never.
    """

    enrolled: bool = False
    opted_out: bool = False
    out_until_s: int = 0
    out_of: tuple[str, ...] = ()
    # A vendor advises 20 % for a home's backup (evse.md 7); a driver wants to get somewhere too.
    reserve_bp: int = 4000
    departure: str = "07:00"
    ready_bp: int = 8000
    pause_above: float | None = None
    export_above: float | None = None

    def stays_out(self, event: str, now_s: float) -> str:
        """Why it takes no part in an event now, a code of STOP_TEXTS, or ""."""
        if not self.enrolled:
            return "not_enrolled"
        if self.opted_out or now_s < self.out_until_s or event in self.out_of:
            return "opted_out"
        return ""


DEFAULT_CHOICES = Choices()


def midnight_s(now_s: float, zone: ZoneInfo) -> int:
    """The end of the local day."""
    tomorrow = datetime.fromtimestamp(now_s, zone).date() + timedelta(days=1)
    return int(datetime.combine(tomorrow, time(), zone).timestamp())


def noon_s(now_s: float, zone: ZoneInfo) -> int:
    """The next local noon: the end of "tonight"."""
    return next_time_s(_NOON, now_s, zone)


def next_time_s(at: time, now_s: float, zone: ZoneInfo) -> int:
    """When a local time of day comes next."""
    today = datetime.fromtimestamp(now_s, zone).date()
    for days in range(2):
        found = datetime.combine(today + timedelta(days=days), at, zone).timestamp()
        if found > now_s:
            return int(found)
    raise AssertionError("one of two days has it")


def read_time(text: str) -> time:
    """A time of day such as "07:00". Raises BadInputError."""
    if not _TIME.fullmatch(text):
        raise BadInputError(f"{text!r} is no time of day; write one such as 07:00")
    return time.fromisoformat(text)


def _flag(text: str) -> bool:
    if text not in ("yes", "no"):
        raise BadInputError(f"{text!r} is neither yes nor no")
    return text == "yes"


def _share(text: str) -> int:
    number = _number(text.removesuffix("%").strip(), "a share such as 40%")
    if not 0 <= number <= 100:
        raise BadInputError(f"{text!r} is no share between 0% and 100%")
    return round(number * 100)


def _price(text: str) -> float | None:
    if text == "never":
        return None
    number = _number(text, "a price per kWh such as 0.35, or never")
    if not 0 <= number <= 1000:
        raise BadInputError(f"{text!r} is no price per kWh between 0 and 1000")
    return number


def _departure(text: str) -> str:
    return "" if text == "none" else read_time(text).isoformat("minutes")


def _number(text: str, wanted: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInputError(f"{text!r} is not {wanted}") from None


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What an owner may set by name. read: its value out of a text, raises BadInputError."""

    name: str
    read: Callable[[str], object]
    text: str


CHOICE_ROWS = (
    ChoiceRow("enrolled", _flag, "takes part in the programme: yes or no"),
    ChoiceRow("opted_out", _flag, "stays out of all events: yes or no"),
    ChoiceRow("reserve_bp", _share, "state of charge that is never exported, such as 40%"),
    ChoiceRow("departure", _departure, "time of day by which it must be ready, or none"),
    ChoiceRow("ready_bp", _share, "state of charge wanted by then, such as 80%"),
    ChoiceRow("pause_above", _price, "price per kWh from which charging waits, or never"),
    ChoiceRow("export_above", _price, "price per kWh from which energy is exported, or never"),
)
# How people say them: in percent, not in basis points.
OPTION_NAMES = {row.name.removesuffix("_bp"): row for row in CHOICE_ROWS}


def choose(choices: Choices, name: str, text: str) -> Choices:
    """The choices with one of OPTION_NAMES set. Raises BadInputError."""
    if name not in OPTION_NAMES:
        raise BadInputError(
            f"nothing to choose is called {name!r}{suggestion(name, OPTION_NAMES)}"
        )
    row = OPTION_NAMES[name]
    try:
        value = row.read(text)
    except BadInputError as error:
        raise BadInputError(f"{name}: {error}") from None
    return replace(choices, **{row.name: value})  # type: ignore[arg-type]


def choices_of(stored: Mapping[str, object]) -> Choices:
    """Choices out of what a store has kept; what it does not know is as by default."""
    known = {field.name for field in fields(Choices)}
    given = {
        # JSON has lists alone.
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stored.items()
        if name in known
    }
    return replace(DEFAULT_CHOICES, **given)  # type: ignore[arg-type]
