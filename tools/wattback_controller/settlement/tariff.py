"""The tariff: what a programme pays, as rules that add up.

A settlement period has one rate per kWh, the sum of what each rule pays at its beginning: flat, by
time of use, or out of a market's prices. Beside it an event may earn a rate per kW of the mean
power over its window. Whoever writes a tariff sees to it that windows and prices begin at whole
quarters of an hour; `tariff_file` insists on it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from wattback_controller.settlement.baseline import Baseline
from wattback_controller.settlement.civil import local
from wattback_controller.settlement.prices import PriceSeries


@dataclass(frozen=True, slots=True)
class Rate:
    """Currency per kWh. missing: why there is none, "" when there is one."""

    per_kwh: Decimal
    missing: str = ""


class EnergyRule(Protocol):
    """Pays for energy, at every moment or at some."""

    def rate_at(self, moment_s: int, zone: ZoneInfo) -> Rate:
        """What it pays per kWh of a settlement period that begins then."""
        ...


@dataclass(frozen=True, slots=True)
class Flat:
    """The same at any time."""

    per_kwh: Decimal

    def rate_at(self, moment_s: int, zone: ZoneInfo) -> Rate:
        """See EnergyRule."""
        return Rate(self.per_kwh)


@dataclass(frozen=True, slots=True)
class TimeOfUse:
    """A rate between two times of civil day, on some weekdays.

    from_min, until_min: minutes of the day, 0 … 1440; a window whose end is not later than its
    beginning goes on past midnight. days: 0 Monday … 6 Sunday, of the day on which it begins.
    Civil time decides: a window over an hour that comes twice is longer, over one that is
    skipped, shorter.
    """

    per_kwh: Decimal
    from_min: int
    until_min: int
    days: frozenset[int]

    def rate_at(self, moment_s: int, zone: ZoneInfo) -> Rate:
        """See EnergyRule."""
        civil = local(moment_s, zone)
        today, minute = civil.weekday(), civil.hour * 60 + civil.minute
        if self.from_min < self.until_min:
            inside = today in self.days and self.from_min <= minute < self.until_min
        else:
            evening = today in self.days and minute >= self.from_min
            inside = evening or ((today - 1) % 7 in self.days and minute < self.until_min)
        return Rate(self.per_kwh if inside else Decimal(0))


@dataclass(frozen=True, slots=True)
class RealTime:
    """The owner's share of a market's price: price per MWh / 1000 x share, then floor, then cap.

    share: 0 … 1. floor, cap: per kWh, of what the owner gets; None for none.
    """

    prices: PriceSeries
    share: Decimal
    floor: Decimal | None
    cap: Decimal | None

    def rate_at(self, moment_s: int, zone: ZoneInfo) -> Rate:
        """See EnergyRule."""
        price = self.prices.at(moment_s)
        if price is None:
            return Rate(Decimal(0), f"{self.prices.file} has no price for this time yet")
        rate = price / 1000 * self.share
        if self.floor is not None:
            rate = max(rate, self.floor)
        return Rate(rate if self.cap is None else min(rate, self.cap))


@dataclass(frozen=True, slots=True)
class Tariff:
    """One programme's tariff.

    valid_from, valid_until: its first and last civil day; None without an end. per_kw: for an
    event's mean power, 0 when that is not paid. baseline: None when all metered export counts.
    """

    name: str
    currency: str
    zone: ZoneInfo
    valid_from: date
    valid_until: date | None
    energy: tuple[EnergyRule, ...]
    per_kw: Decimal
    baseline: Baseline | None

    def rate_at(self, moment_s: int) -> Rate:
        """What a kWh of the settlement period that begins then earns."""
        closed = self.closed_at(moment_s)
        if closed:
            return Rate(Decimal(0), closed)
        rates = [rule.rate_at(moment_s, self.zone) for rule in self.energy]
        missing = next((rate.missing for rate in rates if rate.missing), "")
        return Rate(sum((rate.per_kwh for rate in rates), Decimal(0)), missing)

    def closed_at(self, moment_s: int) -> str:
        """Why the tariff does not count at a moment, "" when it does."""
        day = local(moment_s, self.zone).date()
        if self.valid_from <= day and (self.valid_until is None or day <= self.valid_until):
            return ""
        end = "on" if self.valid_until is None else f"to {self.valid_until}"
        return f"the tariff is valid from {self.valid_from} {end}"
