"""Baselines: what the connector would have exported without the event, by a programme's rule.

The rules give a mean net power b in W, net meaning grid export minus grid import, so that a
vehicle that would have charged has a negative one. Of a line of s seconds with export e and import
i in Wh, with B = b x s / 3600 rounded to a whole Wh,

    paid Wh = min(e, max(0, (e - i) - B))

and without a baseline paid Wh = e. So what a charge that was put off saves is not paid, and energy
that went to a home on an island is in none of these numbers. Where a rule finds nothing to go by,
the line is not paid and says so.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Protocol
from zoneinfo import ZoneInfo

from wattback_controller.settlement.civil import DAY_S, QUARTER_S, local, moment_of
from wattback_controller.settlement.course import SLOT_S, Course

SATURDAY = 5
LOOK_BACK_DAYS = 45  # of `recent_days`; two months of weekends are six to eight days of each kind


class Baseline(Protocol):
    """A rule for the power that is no service."""

    @property
    def lacking(self) -> str:
        """What was not found when net_w gives None, as the end of a sentence."""
        ...

    def net_w(
        self, course: Course, event_s: int, quarter_s: int, zone: ZoneInfo
    ) -> Fraction | None:
        """Mean net power in W of a settlement period that begins at quarter_s; None: nothing to
        go by. event_s: when its event began.
        """
        ...


@dataclass(frozen=True, slots=True)
class BeforeEvent:
    """Mean net power of the last complete minutes before the event, the same all through it.

    Complete: ending at a whole five minutes not after the event's beginning and less than a day
    before it, every second measured (nothing flagged), and no event asked the connector then.
    """

    minutes: int

    @property
    def lacking(self) -> str:
        """See Baseline."""
        return f"no {self.minutes} minutes in a row were measured on the day before the event"

    def net_w(
        self, course: Course, event_s: int, quarter_s: int, zone: ZoneInfo
    ) -> Fraction | None:
        """See Baseline."""
        last_s = event_s - event_s % SLOT_S
        for end_s in range(last_s, last_s - DAY_S, -SLOT_S):
            start_s = end_s - self.minutes * 60
            if not course.is_away(start_s, end_s):
                found = course.net_w(start_s, end_s)
                if found is not None:
                    return found
        return None


@dataclass(frozen=True, slots=True)
class RecentDays:
    """Mean net power of the same civil quarter of an hour on the last days of the same kind.

    Monday to Friday are of one kind, Saturday and Sunday of the other; public holidays are not
    known here. Days count, latest first, on which no event asked the connector and this quarter
    was measured whole; fewer than `days` within 45 days are enough, none is not.
    """

    days: int

    @property
    def lacking(self) -> str:
        """See Baseline."""
        return f"no day like it without an event was measured in the last {LOOK_BACK_DAYS} days"

    def net_w(
        self, course: Course, event_s: int, quarter_s: int, zone: ZoneInfo
    ) -> Fraction | None:
        """See Baseline."""
        civil = local(quarter_s, zone)
        found: list[Fraction] = []
        for back in range(1, LOOK_BACK_DAYS + 1):
            day = civil.date() - timedelta(days=back)
            if (day.weekday() >= SATURDAY) != (civil.weekday() >= SATURDAY):
                continue
            midnight = datetime.combine(day, time(), zone)
            next_day = datetime.combine(day + timedelta(days=1), time(), zone)
            same_s = moment_of(datetime.combine(day, civil.time(), zone))
            if same_s is None or course.is_away(
                int(midnight.timestamp()), int(next_day.timestamp())
            ):
                continue
            net_w = course.net_w(same_s, same_s + QUARTER_S)
            if net_w is not None:
                found.append(net_w)
                if len(found) == self.days:
                    break
        return sum(found, Fraction(0)) / len(found) if found else None
