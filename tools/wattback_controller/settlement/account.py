"""The account of one connector in one event: its lines, and its mean power over the event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from wattback_controller.records import Interval
from wattback_controller.settlement import words
from wattback_controller.settlement.civil import quarter_of
from wattback_controller.settlement.claims import Asked
from wattback_controller.settlement.course import Course
from wattback_controller.settlement.money import credit_of
from wattback_controller.settlement.statement import EnergyLine, PowerLine
from wattback_controller.settlement.tariff import Tariff


@dataclass(frozen=True, slots=True)
class Account:
    """Reckons lines; course: all that was recorded of the connector."""

    event: Asked
    connector: str
    course: Course
    tariff: Tariff

    def lines(self, intervals: Sequence[Interval]) -> list[EnergyLine]:
        """A line for each run of intervals that lie in one period and share one fate.

        intervals: those of the connector that count for the event, in order.
        """
        keyed: list[tuple[tuple[int, int, str], Interval]] = []
        breaks = 0
        end_s = intervals[0].start_s if intervals else 0
        for interval in intervals:
            breaks += interval.start_s != end_s
            end_s = interval.end_s
            key = (quarter_of(interval.start_s), breaks, self._unpaid(interval))
            keyed.append((key, interval))
        return [
            self._line(quarter_s, unpaid, [interval for _, interval in run])
            for (quarter_s, _, unpaid), run in groupby(keyed, key=lambda each: each[0])
        ]

    def power_line(self, lines: Iterable[EnergyLine]) -> PowerLine:
        """What the tariff pays for mean power. lines: all of this account, of whichever month."""
        event = self.event
        paid_wh = sum(line.paid_wh for line in lines)
        mean_w = round(Fraction(paid_wh * 3600, max(1, event.end_s - event.start_s)))
        closed = self.tariff.closed_at(event.start_s)
        rate = Decimal(0) if closed else self.tariff.per_kw
        return PowerLine(
            event=event.event,
            connector=self.connector,
            start_s=event.start_s,
            end_s=event.end_s,
            mean_w=mean_w,
            rate=rate,
            credit=credit_of(mean_w, rate),
            note=closed or ("" if mean_w else words.NO_POWER),
        )

    def _unpaid(self, interval: Interval) -> str:
        """Why an interval's energy cannot be paid, "" when it can."""
        if "time_unset" in interval.flags:
            return words.TIME_UNSET
        if "meter_changed" in interval.flags:
            return words.METER_CHANGED
        if "estimated" in interval.flags:
            start_s, end_s = self.course.stretch_of(interval)
            if start_s < self.event.start_s or end_s > self.event.end_s:
                return words.OPEN_STRETCH
        return ""

    def _line(self, quarter_s: int, unpaid: str, run: Sequence[Interval]) -> EnergyLine:
        delivered_wh = sum(interval.export_wh for interval in run)
        rate = self.tariff.rate_at(quarter_s)
        note = unpaid or rate.missing
        baseline_wh: int | None = None
        paid_wh = 0
        if not note:
            baseline_wh, paid_wh, note = self._paid(quarter_s, delivered_wh, run)
        if not note and not rate.per_kwh:
            note = words.NO_RATE if self.tariff.energy else words.BY_POWER
        return EnergyLine(
            event=self.event.event,
            connector=self.connector,
            start_s=run[0].start_s,
            end_s=run[-1].end_s,
            delivered_wh=delivered_wh,
            baseline_wh=baseline_wh,
            paid_wh=paid_wh,
            rate=rate.per_kwh,
            credit=credit_of(paid_wh, rate.per_kwh),
            flags=run[0].flags.union(*(interval.flags for interval in run)),
            note=note,
        )

    def _paid(
        self, quarter_s: int, delivered_wh: int, run: Sequence[Interval]
    ) -> tuple[int | None, int, str]:
        """Baseline Wh, paid Wh, and why nothing is paid."""
        if not delivered_wh:
            island = any(interval.island_wh for interval in run)
            return None, 0, words.NO_EXPORT_ISLAND if island else words.NO_EXPORT
        rule = self.tariff.baseline
        if rule is None:
            return None, delivered_wh, ""
        mean_w = rule.net_w(self.course, self.event.start_s, quarter_s, self.tariff.zone)
        if mean_w is None:
            return None, 0, rule.lacking
        baseline_wh = round(mean_w * (run[-1].end_s - run[0].start_s) / 3600)
        net_wh = delivered_wh - sum(interval.import_wh for interval in run)
        paid_wh = min(delivered_wh, max(0, net_wh - baseline_wh))
        return baseline_wh, paid_wh, "" if paid_wh else words.BELOW_BASELINE
