"""Civil time of the visit: the local time of a simulated millisecond, and ticks of the axis."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY_S = 86_400
# Spelled out here because strftime would follow the locale of whoever runs the demo.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A mark of the axis: simulated time in ms and the label beside it."""

    t_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Local civil time; `starts_at` is simulated time 0, with or without a time zone."""

    starts_at: datetime

    def at(self, t_ms: int) -> datetime:
        """The civil moment of a simulated time."""
        passed = timedelta(milliseconds=t_ms)
        if self.starts_at.tzinfo is None:
            return self.starts_at + passed
        # Through UTC, because adding to a zoned datetime would walk over a change of summer time.
        return (self.starts_at.astimezone(UTC) + passed).astimezone(self.starts_at.tzinfo)

    def text(self, t_ms: int) -> str:
        """ "18:20", or "18:00:10" where the seconds say something."""
        moment = self.at(t_ms)
        return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")

    def exact_text(self, t_ms: int) -> str:
        """ "18:00:10", always with seconds, so that a column of times lines up."""
        return self.at(t_ms).strftime("%H:%M:%S")

    def second_of_day(self, t_ms: int) -> float:
        moment = self.at(t_ms)
        return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6

    def date_text(self) -> str:
        """ "10 February 2026, local time (UTC−06:00)"."""
        start = self.starts_at
        date = f"{start.day} {MONTHS[start.month - 1]} {start.year}, local time"
        offset = start.utcoffset()
        if offset is None:
            return date
        minutes = round(abs(offset.total_seconds()) / 60)
        sign = "\N{MINUS SIGN}" if offset < timedelta() else "+"
        return f"{date} (UTC{sign}{minutes // 60:02d}:{minutes % 60:02d})"

    def ticks(self, from_ms: int, to_ms: int, at_most: int) -> list[TimeTick]:
        """Round civil times between two simulated times, at most so many."""
        span_s = (to_ms - from_ms) / 1000
        step_s = next((step for step in _STEPS_S if span_s / step <= at_most), 0)
        if not step_s:
            step_s = _DAY_S * (int(span_s / _DAY_S / at_most) + 1)
        missing_s = -self.second_of_day(from_ms) % step_s
        t_ms = from_ms + round(missing_s * 1000)
        ticks = []
        while t_ms <= to_ms:
            exact = step_s < 60
            ticks.append(TimeTick(t_ms, self.exact_text(t_ms) if exact else self.text(t_ms)))
            t_ms += step_s * 1000
        return ticks
