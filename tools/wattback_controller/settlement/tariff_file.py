"""The tariff file: TOML in, a checked Tariff out; what is wrong is told with file and line.

name = "Evening export"
currency = "USD"
time_zone = "America/Chicago"
valid_from = 2026-01-01
valid_until = 2026-12-31          # the last day; without it, until further notice

[baseline]                        # without it, all metered export is paid
method = "before_event"           # or "recent_days", with days = 10
minutes = 60

[[flat]]                          # rules add up; any number of each
per_kwh = 2.00

[[time_of_use]]
per_kwh = 0.30
from = "16:00"                    # civil time, whole quarters of an hour, up to "24:00"
until = "21:00"
days = ["monday", "friday"]       # on which it begins; without it, every day

[[real_time]]
file = "prices.csv"               # beside the tariff file
start_column = "hour_start"
price_column = "usd_per_mwh"
times = "local"                   # or "utc"
share = 0.90                      # what the owner gets of the price
floor_per_kwh = 0.00              # of what the owner gets; without it, none
cap_per_kwh = 5.00

[[per_kw_event]]
per_kw = 2.50                     # of an event's mean power
"""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from wattback_controller.settlement.baseline import (
    LOOK_BACK_DAYS,
    Baseline,
    BeforeEvent,
    RecentDays,
)
from wattback_controller.settlement.money import SYMBOLS
from wattback_controller.settlement.prices import LOCAL_TIMES, UTC_TIMES, read_prices
from wattback_controller.settlement.tariff import (
    EnergyRule,
    Flat,
    RealTime,
    Tariff,
    TimeOfUse,
)
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.toml_reader import TOP, BadFileError, Entry, Place, TomlReader

_RULES = ("flat", "time_of_use", "real_time", "per_kw_event")
_TOP_KEYS = ("name", "currency", "time_zone", "valid_from", "valid_until", "baseline", *_RULES)
_REAL_TIME_KEYS = (
    "file",
    "start_column",
    "price_column",
    "times",
    "share",
    "floor_per_kwh",
    "cap_per_kwh",
)
_METHODS = ("before_event", "recent_days")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SLOT_MIN = 5
# Ten times what the dearest programmes pay: more than that is a slip of the decimal point.
_PER_KWH = (0.0, 100.0, "of the currency per kWh")
_PER_KW = (0.0, 10_000.0, "of the currency per kW")


def load_tariff(path: Path) -> Tariff:
    """Read and check a tariff file and the price series that it names. Raises BadInputError."""
    return _TariffReader(path).read()


class _TariffReader(TomlReader):
    """Turns one document into a Tariff."""

    def read(self) -> Tariff:
        document = self.document
        self.refuse_unknown(document, _TOP_KEYS, TOP)
        self._zone = self._time_zone()
        valid_from = self._day("valid_from")
        valid_until = self._day("valid_until") if "valid_until" in document else None
        if valid_until is not None and valid_until < valid_from:
            self.fail("valid_until is a day before valid_from; exchange them", TOP, "valid_until")
        if not any(self.tables(name) for name in _RULES):
            self.fail(f"this tariff pays nothing; add a rule, such as [[{_RULES[0]}]]", TOP, "")
        return Tariff(
            name=self.text(document, "name", TOP),
            currency=self.choice(document, "currency", SYMBOLS, TOP),
            zone=self._zone,
            valid_from=valid_from,
            valid_until=valid_until,
            energy=(*self._flats(), *self._times_of_use(), *self._real_times()),
            per_kw=self._per_kw(),
            baseline=self._baseline(),
        )

    def _time_zone(self) -> ZoneInfo:
        name = self.text(self.document, "time_zone", TOP)
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            hint = suggestion(name, available_timezones())
            self.fail(
                f"no time zone is called {name!r}{hint or '; America/Chicago is one'}",
                TOP,
                "time_zone",
            )

    def _day(self, key: str) -> date:
        value = self.document.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(f"{key} is missing or no day: write {key} = 2026-01-01", TOP, key)
        return value

    def _amount(
        self, entry: Entry, key: str, span: tuple[float, float, str], place: Place
    ) -> Decimal:
        # By way of its shortest text, which is what stands in the file.
        return Decimal(str(self.number(entry, key, span, place)))

    def _flats(self) -> list[EnergyRule]:
        found: list[EnergyRule] = []
        for entry, place in self.tables("flat"):
            self.refuse_unknown(entry, ("per_kwh",), place)
            found.append(Flat(self._amount(entry, "per_kwh", _PER_KWH, place)))
        return found

    def _per_kw(self) -> Decimal:
        total = Decimal(0)
        for entry, place in self.tables("per_kw_event"):
            self.refuse_unknown(entry, ("per_kw",), place)
            total += self._amount(entry, "per_kw", _PER_KW, place)
        return total

    def _times_of_use(self) -> list[EnergyRule]:
        found: list[EnergyRule] = []
        for entry, place in self.tables("time_of_use"):
            self.refuse_unknown(entry, ("per_kwh", "from", "until", "days"), place)
            from_min = self._minute(entry, "from", place)
            until_min = self._minute(entry, "until", place)
            if from_min == until_min:
                self.fail(
                    "from and until are the same, which is no time; for all day write "
                    'from = "00:00" and until = "24:00"',
                    place,
                    "until",
                )
            per_kwh = self._amount(entry, "per_kwh", _PER_KWH, place)
            found.append(TimeOfUse(per_kwh, from_min, until_min, self._days(entry, place)))
        return found

    def _minute(self, entry: Entry, key: str, place: Place) -> int:
        text = self.text(entry, key, place)
        clock = re.fullmatch(r"([01][0-9]|2[0-3]):(00|15|30|45)|24:00", text)
        if not clock or (text == "24:00" and key == "from"):
            self.fail(
                f"{key} is a whole quarter of an hour, such as 16:00 or 16:15, and never {text!r}",
                place,
                key,
            )
        hours, minutes = text.split(":")
        return int(hours) * 60 + int(minutes)

    def _days(self, entry: Entry, place: Place) -> frozenset[int]:
        names = entry.get("days", list(_DAYS))
        if not isinstance(names, list) or not names:
            self.fail('days is a list of weekdays, such as ["monday"]', place, "days")
        for name in names:
            if name not in _DAYS:
                hint = suggestion(str(name), _DAYS)
                self.fail(f"no weekday is called {name!r}{hint}", place, "days")
        return frozenset(_DAYS.index(name) for name in names)

    def _real_times(self) -> list[EnergyRule]:
        found: list[EnergyRule] = []
        for entry, place in self.tables("real_time"):
            self.refuse_unknown(entry, _REAL_TIME_KEYS, place)
            low = (-_PER_KWH[1], _PER_KWH[1], _PER_KWH[2])
            floor, cap = (
                self._amount(entry, key, low, place) if key in entry else None
                for key in ("floor_per_kwh", "cap_per_kwh")
            )
            if floor is not None and cap is not None and floor > cap:
                self.fail("floor_per_kwh lies above cap_per_kwh; exchange them", place, "")
            source = self.path.parent / self.text(entry, "file", place)
            try:
                prices = read_prices(
                    source,
                    self.text(entry, "start_column", place),
                    self.text(entry, "price_column", place),
                    self.choice(entry, "times", (LOCAL_TIMES, UTC_TIMES), place),
                    self._zone,
                )
            except BadFileError:
                raise
            except BadInputError as error:
                self.fail(str(error), place, "file")
            share = self._amount(entry, "share", (0.0, 1.0, "of the price"), place)
            found.append(RealTime(prices, share, floor, cap))
        return found

    def _baseline(self) -> Baseline | None:
        if "baseline" not in self.document:
            return None
        place = Place("baseline")
        entry = self.table("baseline")
        method = self.choice(entry, "method", _METHODS, place)
        if method == "recent_days":
            self.refuse_unknown(entry, ("method", "days"), place)
            return RecentDays(self.whole(entry, "days", (1, LOOK_BACK_DAYS, "days"), 10, place))
        self.refuse_unknown(entry, ("method", "minutes"), place)
        minutes = self.whole(entry, "minutes", (_SLOT_MIN, 12 * 60, "min"), 60, place)
        if minutes % _SLOT_MIN:
            self.fail("minutes is a multiple of five, as energy is recorded", place, "minutes")
        return BeforeEvent(minutes)
