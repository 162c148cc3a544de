"""A site in Texas for the tests of settlement: its clock, intervals, events and tariffs."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from wattback_controller.records import Event, Flag, Interval, Participation, Segment
from wattback_controller.settlement.baseline import Baseline
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.settle import settle
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.tariff import EnergyRule, Flat, Tariff

ZONE = ZoneInfo("America/Chicago")
FEBRUARY = Month(2026, 2)
SLOT_S = 300


def at(text: str, fold: int = 0) -> int:
    """The moment of a civil time such as "2026-02-10 18:15"; fold 1: the second of two."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold).timestamp())


def intervals(
    start_s: int,
    end_s: int,
    export_wh: int = 0,
    import_wh: int = 0,
    island_wh: int = 0,
    flags: Collection[Flag] = (),
    connector: str = "garage",
) -> list[Interval]:
    """Five-minute intervals between two moments, each with these Wh."""
    marks = sorted({start_s, end_s, *range(-(-start_s // SLOT_S) * SLOT_S, end_s, SLOT_S)})
    return [
        Interval(connector, begin, end, import_wh, export_wh, island_wh, frozenset(flags))
        for begin, end in pairwise(marks)
    ]


def event(
    name: str, start_s: int, end_s: int, priority: int | None = 1, created_s: int = 0
) -> Event:
    segment = Segment("DISPATCH_SETPOINT", start_s, end_s, 8000.0)
    return Event(name, "evenings", name, priority, created_s, created_s, 0, (segment,))


def part(
    name: str,
    start_s: int,
    end_s: int,
    stopped: str = "event_ended",
    connector: str = "garage",
    least_soc_bp: int = 5000,
) -> Participation:
    return Participation(
        name, "evenings", connector, start_s, end_s, 8000, stopped, 2000, least_soc_bp
    )


def tariff(
    *energy: EnergyRule,
    baseline: Baseline | None = None,
    per_kw: str = "0",
    valid_until: date | None = None,
) -> Tariff:
    """A tariff in dollars; $0.30 per kWh unless rules are given."""
    return Tariff(
        name="Test",
        currency="USD",
        zone=ZONE,
        valid_from=date(2026, 1, 1),
        valid_until=valid_until,
        energy=energy or (Flat(Decimal("0.30")),),
        per_kw=Decimal(per_kw),
        baseline=baseline,
    )


def statement(
    recorded: Iterable[Interval],
    parts: Iterable[Participation],
    events: Iterable[Event],
    pays: Tariff | None = None,
    month: Month = FEBRUARY,
) -> Statement:
    return settle(month, recorded, parts, events, pays or tariff())


def evening(stopped: str = "event_ended", least_soc_bp: int = 5120) -> Statement:
    """Fifteen minutes of export at 7.6 kW, the shortest story of a statement."""
    start_s, end_s = at("2026-02-10 18:15"), at("2026-02-10 18:30")
    return statement(
        intervals(start_s, end_s, export_wh=633),
        [part("peak", start_s, end_s, stopped, least_soc_bp=least_soc_bp)],
        [event("peak", start_s, end_s)],
    )
