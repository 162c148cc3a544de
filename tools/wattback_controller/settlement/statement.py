"""A month's statement: lines, what they add up to per event, and the whole.

Every number of a line is what the next one is reckoned with: paid Wh x rate / 1000, rounded to the
cent, is its credit, and credits add up to the total without another rounding.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from wattback_controller.records import Flag
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.money import NOTHING


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """Energy of one connector in one event, within one settlement period.

    delivered_wh: grid export. baseline_wh: net, below 0 where the vehicle would have charged; None
    where none was reckoned. rate: currency per kWh. note: why nothing was paid, "" when it was.
    """

    event: str
    connector: str
    start_s: int
    end_s: int
    delivered_wh: int
    baseline_wh: int | None
    paid_wh: int
    rate: Decimal
    credit: Decimal
    flags: frozenset[Flag]
    note: str


@dataclass(frozen=True, slots=True)
class PowerLine:
    """Mean power of one connector over one event's window, in which what was paid counts.

    mean_w: the event's paid Wh x 3600 / seconds of the window, a whole W. rate: currency per kW.
    """

    event: str
    connector: str
    start_s: int
    end_s: int
    mean_w: int
    rate: Decimal
    credit: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class EventTotal:
    """One event: what its lines of this month add up to, and how it went, in a sentence."""

    event: str
    name: str
    start_s: int
    end_s: int
    delivered_wh: int
    paid_wh: int
    credit: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One month. Lines and events are in order of time; summary: the whole in one sentence."""

    month: Month
    tariff: str
    currency: str
    zone: ZoneInfo
    lines: tuple[EnergyLine, ...]
    power_lines: tuple[PowerLine, ...]
    events: tuple[EventTotal, ...]
    delivered_wh: int
    paid_wh: int
    credit: Decimal
    summary: str

    @property
    def all_lines(self) -> tuple["EnergyLine | PowerLine", ...]:
        """Energy first."""
        return (*self.lines, *self.power_lines)


def credits_of(lines: Iterable[EnergyLine | PowerLine]) -> Decimal:
    """What lines add up to."""
    return sum((line.credit for line in lines), NOTHING)
