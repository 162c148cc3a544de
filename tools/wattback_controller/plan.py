"""What every connector is told now: out of the programme's demands, the owners' choices, and what
the connectors say. Pure: the same in, the same out; nothing here remembers or writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from zoneinfo import ZoneInfo

from wattback_controller.allotment import (
    EMPTY,
    LEAST_CHARGE_MA,
    NOMINAL_MV,
    Site,
    export_limits,
    import_limits,
    powers,
)
from wattback_controller.choices import Choices, next_time_s, read_time
from wattback_controller.config import ConnectorEntry
from wattback_controller.connector_link import Order, Reading
from wattback_controller.records import Event
from wattback_controller.schedule import Demand, Demands

_LEAST_CHARGE_W = LEAST_CHARGE_MA * NOMINAL_MV // 1_000_000
# Reasons of a connector that has not been asked for anything yet, or is closing its contactor.
_HARMLESS_WAITS = frozenset({"target", "contactor", "controller"})
# Charging for a departure begins this much earlier than the energy needs, at this share of the
# largest power (a vehicle's own losses and its slower end; this design's).
_DEPARTURE_MARGIN_S = 900
_CHARGE_SHARE = 0.85
_UNKNOWN_BATTERY_WH = 100_000  # a large one: nobody is late because of it (this design's)


@dataclass(frozen=True, slots=True)
class Told:
    """What one connector is told, and in whose name.

    event: that it takes part in, None for none. reason: why it does not take part in what counts
    first, a code of STOP_TEXTS, "" while it does or when nothing is asked.
    """

    order: Order
    event: Event | None
    reason: str


def plan(
    now_s: float,
    site: Site,
    demands: Demands,
    choices: Mapping[str, Choices],
    readings: Mapping[str, Reading],
    counted_ma: Mapping[str, int],
    given_w: Mapping[str, int],
    left_s: Mapping[str, int],
) -> dict[str, Told]:
    """What to tell every connector that answers.

    counted_ma: see HeldLimits.counted. given_w: see HeldTargets.given. left_s: when a connector
    has left an event last because its driver needs the energy.
    """
    leaving = {
        name: _leaves(now_s, site.zone, choices[name], entry, readings[name], left_s.get(name))
        for entry in site.connectors
        if (name := entry.name) in readings
    }
    keeping = {
        name: _keeps(now_s, site.zone, choices[name], entry, readings[name])
        for entry in site.connectors
        if (name := entry.name) in readings
    }
    asked = {
        name: _asked(now_s, demands, choices[name], leaves, keeping[name], readings[name])
        for name, leaves in leaving.items()
    }
    sharers = frozenset(name for name, wish in asked.items() if wish.shares)
    shares_w = powers(site, demands, sharers, readings, given_w)
    cap = demands.get("IMPORT_CAPACITY_LIMIT")
    capped = frozenset(
        name
        for name in choices
        if cap is not None and not choices[name].stays_out(cap.event.event, now_s)
    )
    import_ma = import_limits(now_s, site, cap, capped, leaving, readings, counted_ma)
    export_ma = export_limits(site, demands, shares_w, readings, given_w)
    told: dict[str, Told] = {}
    for name, wish in asked.items():
        chosen = choices[name]
        target_w = shares_w[name] if wish.shares else wish.fixed_w
        order = Order(
            export_enabled=chosen.enrolled,
            reserve_bp=chosen.reserve_bp,
            target_w=target_w,
            import_ma=import_ma.get(name),
            export_ma=export_ma.get(name),
        )
        part = None if wish.demand is None or wish.reason else wish.demand.event
        told[name] = Told(order, part, wish.passed)
    return told


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one connector. shares: a share of the site's set-point; else fixed_w.

    reason: why it does not do that. passed: why it does not do what was asked first.
    """

    demand: Demand | None = None
    shares: bool = False
    fixed_w: int | None = None
    reason: str = ""
    passed: str = ""


def _asked(
    now_s: float, demands: Demands, choices: Choices, leaves: bool, keeps: bool, reading: Reading
) -> _Asked:
    """The first demand that it can follow; who can follow none, gives the reason of the first."""
    wishes = [
        _wish(now_s, demand, choices, leaves, keeps, reading)
        for demand in _in_turn(demands, choices)
    ]
    if not wishes:
        return _Asked()
    follows = next((wish for wish in wishes if not wish.reason), wishes[0])
    return replace(follows, passed=wishes[0].reason)


def _wish(
    now_s: float, demand: Demand, choices: Choices, leaves: bool, keeps: bool, reading: Reading
) -> _Asked:
    out = choices.stays_out(demand.event.event, now_s)
    if out:
        return _Asked(demand, reason=out)
    if leaves:
        return _Asked(demand, reason="departure")
    if reading.session_state in EMPTY:
        return _Asked(demand, reason="unplugged")
    kind = demand.segment.kind
    if kind in ("ALERT_GRID_EMERGENCY", "PRICE"):
        return _Asked(demand, fixed_w=0)
    if kind == "DISPATCH_SETPOINT" and demand.value <= 0:
        return _Asked(demand, shares=demand.value < 0, fixed_w=0)
    waits = reading.waits - _HARMLESS_WAITS
    if "reserve" in waits or 0 <= reading.soc_bp <= choices.reserve_bp:
        # It has given what it may; to charge now would take from the grid what others give.
        return _Asked(demand, fixed_w=0, reason="reserve")
    if keeps or "departure" in waits:
        return _Asked(demand, reason="departure")
    # Nobody has asked this one before: its own switch for export is about to be set.
    if not reading.linked or waits - ({"permission"} if not reading.export_enabled else set()):
        return _Asked(demand, reason="not_ready")
    return _Asked(demand, shares=True)


def _in_turn(demands: Demands, choices: Choices) -> list[Demand]:
    """What counts for an owner: a set-point, else an emergency, else prices.

    In an emergency nobody is told to charge, nor to give nothing: it counts before a set-point
    that does not export.
    """
    setpoint = demands.get("DISPATCH_SETPOINT")
    found = [setpoint, demands.get("ALERT_GRID_EMERGENCY")]
    if setpoint is not None and setpoint.value <= 0:
        found.reverse()
    price = demands.get("EXPORT_PRICE")
    # One power is shared by the site: a set-point, or all that a price is worth.
    if price is not None and setpoint is None and price.value >= _or_never(choices.export_above):
        found.append(price)
    price = demands.get("PRICE")
    if price is not None and price.value >= _or_never(choices.pause_above):
        found.append(price)
    return [demand for demand in found if demand is not None]


def _or_never(price: float | None) -> float:
    return inf if price is None else price


def _leaves(
    now_s: float,
    zone: ZoneInfo,
    choices: Choices,
    entry: ConnectorEntry,
    reading: Reading,
    left_s: int | None,
) -> bool:
    """Who has begun to charge for a departure is not asked again before it.

    Else every gain of a minute would be exported, and charged again.
    """
    if left_s is not None and choices.departure:
        leaves_s = next_time_s(read_time(choices.departure), left_s, zone)
        if now_s < leaves_s:
            return True
    return departs(now_s, zone, choices, entry, reading)


def departs(
    now_s: float, zone: ZoneInfo, choices: Choices, entry: ConnectorEntry, reading: Reading
) -> bool:
    """Must it charge now to be ready when the driver leaves? False for one that does not tell its
    state of charge, see `_keeps`.
    """
    if reading.soc_bp < 0:
        return False
    return _must_charge(now_s, zone, choices, entry, reading, reading.soc_bp)


def _keeps(
    now_s: float, zone: ZoneInfo, choices: Choices, entry: ConnectorEntry, reading: Reading
) -> bool:
    """Might it have to charge by now? Who does not tell its state of charge may be empty, and
    gives nothing away; it still waits when it is asked to, for it may be full as well.
    """
    if reading.soc_bp >= 0:
        return False
    return _must_charge(now_s, zone, choices, entry, reading, 0)


def _must_charge(
    now_s: float,
    zone: ZoneInfo,
    choices: Choices,
    entry: ConnectorEntry,
    reading: Reading,
    soc_bp: int,
) -> bool:
    if not choices.departure:
        return False
    battery_wh = _UNKNOWN_BATTERY_WH if entry.battery_wh is None else entry.battery_wh
    lacks_wh = (choices.ready_bp - soc_bp) * battery_wh / 10_000
    if lacks_wh <= 0:
        return False
    power_w = max(_LEAST_CHARGE_W, reading.import_w)
    if reading.charge_max_w:
        power_w = min(power_w, reading.charge_max_w)
    leaves_s = next_time_s(read_time(choices.departure), now_s, zone)
    needs_s = lacks_wh * 3600 / (power_w * _CHARGE_SHARE)
    return now_s + needs_s + _DEPARTURE_MARGIN_S >= leaves_s
