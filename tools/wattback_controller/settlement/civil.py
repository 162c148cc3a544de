"""Civil time of a statement: months, settlement periods and clock times in the tariff's zone.

Moments are whole seconds since 1970-01-01 UTC. A settlement period is a quarter of an hour; it
begins at the same moments in UTC and in every zone in use, so no day of 23 or 25 hours cuts one.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from wattback_sim.errors import BadInputError
from wattback_sim.page.clock import MONTHS

QUARTER_MIN = 15
QUARTER_S = QUARTER_MIN * 60
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """The month that "2026-02" names. Raises BadInputError."""
        found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if not found or not 1970 <= int(found.group(1)) <= 2999:
            raise BadInputError(f"{text!r} is no month: write year and month, such as 2026-02")
        return cls(int(found.group(1)), int(found.group(2)))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def name(self) -> str:
        """ "February 2026"."""
        return f"{MONTHS[self.month - 1]} {self.year}"

    def begin_s(self, zone: ZoneInfo) -> int:
        """The moment of its first midnight."""
        return int(datetime(self.year, self.month, 1, tzinfo=zone).timestamp())

    def end_s(self, zone: ZoneInfo) -> int:
        """The moment at which the next month begins."""
        year, before = divmod(self.year * 12 + self.month, 12)
        return Month(year, before + 1).begin_s(zone)


def quarter_of(moment_s: int) -> int:
    """When the settlement period of a moment begins."""
    return moment_s - moment_s % QUARTER_S


def local(moment_s: int, zone: ZoneInfo) -> datetime:
    """The civil time of a moment."""
    return datetime.fromtimestamp(moment_s, zone)


def moment_of(civil: datetime) -> int | None:
    """The moment of a civil time that bears its zone; None in the hour that summer time skips."""
    moment_s = int(civil.timestamp())
    known = datetime.fromtimestamp(moment_s, civil.tzinfo)
    return moment_s if known.replace(tzinfo=None) == civil.replace(tzinfo=None) else None


def day_text(moment_s: int, zone: ZoneInfo) -> str:
    """ "10 Feb"."""
    civil = local(moment_s, zone)
    return f"{civil.day} {MONTHS[civil.month - 1][:3]}"


def span_text(from_s: int, to_s: int, zone: ZoneInfo) -> str:
    """ "18:15–18:30"; with what else it takes when day or summer time change in between."""
    begin, end = local(from_s, zone), local(to_s, zone)
    first, last = _clock(begin), _clock(end)
    if begin.utcoffset() != end.utcoffset():
        first, last = f"{first} {begin.tzname()}", f"{last} {end.tzname()}"
    elif last == "00:00" and to_s - from_s <= DAY_S:
        last = "24:00"
    if local(max(from_s, to_s - 1), zone).date() != begin.date():
        last = f"{last} on {day_text(to_s, zone)}"
    return f"{first}\N{EN DASH}{last}"


def _clock(civil: datetime) -> str:
    return civil.strftime("%H:%M:%S" if civil.second else "%H:%M")
