"""How much each connector may take or give: set-points, services, circuits and limits in amounts.

Pure, like `plan`, which says who shares; `sharing` has the rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wattback_controller.config import ConnectorEntry, Service
from wattback_controller.connector_link import NO_LIMIT_MA, Reading
from wattback_controller.schedule import Demand, Demands
from wattback_controller.sharing import Bound, rise_in_room, share, share_in_turns

# The least current that a pilot can offer (IEC 61851-1, SAE J1772).
LEAST_CHARGE_MA = 6000
NOMINAL_MV = 240_000
EMPTY = ("idle", "boot", "fault")  # states of a session in which no vehicle can follow
_TURN_S = 900  # how long somebody is served before the others, where not all can be
# Within 5 % and this of its target a vehicle follows it (this design's).
_NEAR_W = 200


@dataclass(frozen=True, slots=True)
class Site:
    """What does not change while the controller runs."""

    zone: ZoneInfo
    connectors: tuple[ConnectorEntry, ...]
    services: tuple[Service, ...]


def powers(
    site: Site,
    demands: Demands,
    sharers: Set[str],
    readings: Mapping[str, Reading],
    given_w: Mapping[str, int],
) -> dict[str, int]:
    """Shares of the set-point in W, signed; of an export price, all that may be given."""
    setpoint = demands.get("DISPATCH_SETPOINT")
    importing = setpoint is not None and setpoint.value < 0
    wants: dict[str, int] = {}
    for name in sorted(sharers):
        reading = readings[name]
        own_w = reading.import_w if importing else reading.export_w
        vehicle_w = reading.charge_max_w if importing else reading.discharge_max_w
        wants[name] = min(own_w, vehicle_w) if vehicle_w else own_w
    held_w = {} if importing else given_w
    all_of_it = frozenset(wants) | frozenset(held_w)
    asked_for = [] if setpoint is None else [Bound(round(abs(setpoint.value)), all_of_it)]
    if importing:
        given = share(wants, held_w, asked_for)
        return {name: -power_w for name, power_w in given.items()}
    volts = _volts(readings)
    bounds = [Bound(item.most * volts // 1000, item.members) for item in _export_bounds(site)]
    cap = demands.get("EXPORT_CAPACITY_LIMIT")
    if cap is not None:
        bounds.append(Bound(int(cap.value), all_of_it | frozenset(readings)))
    given = share(wants, held_w, bounds + asked_for)
    counted_w = dict(held_w) | {name: _may_give_w(reading) for name, reading in readings.items()}
    return rise_in_room(given, counted_w, bounds, 0)


def _may_give_w(reading: Reading) -> int:
    """What it is told to give, or what it gives while it still falls to that."""
    target_w = max(0, reading.target_w or 0)
    near_w = target_w + target_w // 20 + _NEAR_W
    return target_w if reading.power_w <= near_w else reading.power_w


def _export_bounds(site: Site) -> list[Bound]:
    """In mA, of services and of the circuits of single connectors."""
    services = [
        Bound(service.export_ma, frozenset(service.connectors))
        for service in site.services
        if service.export_ma is not None
    ]
    circuits = [
        Bound(entry.most_ma, frozenset((entry.name,)))
        for entry in site.connectors
        if entry.most_ma is not None
    ]
    return services + circuits


def import_limits(
    now_s: float,
    site: Site,
    cap: Demand | None,
    capped: Set[str],
    leaving: Mapping[str, bool],
    readings: Mapping[str, Reading],
    counted_ma: Mapping[str, int],
) -> dict[str, int]:
    """The site's limit for charging, of each connector; `capped` share what `cap` leaves."""
    bounds = [
        Bound(service.import_ma, frozenset(service.connectors))
        for service in site.services
        if service.import_ma is not None
    ]
    if cap is not None:
        bounds.append(Bound(round(cap.value * 1000 / _volts(readings)), frozenset(capped)))
    bound = {name for item in bounds for name in item.members}
    wants = {
        entry.name: _wanted_ma(entry, readings[entry.name])
        for entry in site.connectors
        if entry.name in readings and entry.name in bound
    }
    turn = int(now_s) // _TURN_S % max(1, len(wants))
    names = sorted(wants)
    # Who has to leave is served first.
    order = sorted(names[turn:] + names[:turn], key=lambda name: not leaving[name])
    given = share_in_turns(wants, counted_ma, bounds, LEAST_CHARGE_MA, order)
    given = rise_in_room(given, counted_ma, bounds, LEAST_CHARGE_MA)
    circuits = {
        entry.name: entry.most_ma for entry in site.connectors if entry.most_ma is not None
    }
    return {name: circuits.get(name, NO_LIMIT_MA) for name in readings} | given


def _wanted_ma(entry: ConnectorEntry, reading: Reading) -> int:
    """What a connector could use: nothing without a vehicle, the least for one that only waits."""
    if reading.session_state in EMPTY:
        return 0
    most_ma = min(reading.rated_ma, entry.most_ma or reading.rated_ma)
    if reading.charge_max_w:
        most_ma = min(most_ma, reading.charge_max_w * 1_000_000 // (reading.line_mv or NOMINAL_MV))
    drawing = reading.session_state in ("charging", "discharging")
    return max(LEAST_CHARGE_MA, most_ma) if drawing else LEAST_CHARGE_MA


def export_limits(
    site: Site,
    demands: Demands,
    shares_w: Mapping[str, int],
    readings: Mapping[str, Reading],
    given_w: Mapping[str, int],
) -> dict[str, int]:
    """The site's limit for export: belt and braces around the targets.

    shares_w: of those that have one. Each may give what its target needs, and all share what
    is left beyond that.
    """
    volts = _volts(readings)
    bounds = _export_bounds(site)
    cap = demands.get("EXPORT_CAPACITY_LIMIT")
    if cap is not None:
        exporting = frozenset(shares_w) | frozenset(given_w)
        bounds.append(Bound(round(cap.value * 1000 / volts), exporting))
    limits = {
        # Without a target nothing flows out, and a limit of 0 would look like a reason of its own.
        name: min((item.most for item in bounds if name in item.members), default=NO_LIMIT_MA)
        for name in readings
    }
    bound = {name for item in bounds for name in item.members if name in shares_w}
    needed = {name: max(0, shares_w[name]) * 1000 // volts // 100 * 100 for name in bound}
    held = {name: power_w * 1000 // volts for name, power_w in given_w.items()}
    left = [
        Bound(item.most - sum(needed.get(name, 0) for name in item.members), item.members)
        for item in bounds
    ]
    more = share({name: readings[name].rated_ma - needed[name] for name in bound}, held, left)
    return limits | {name: needed[name] + more[name] for name in bound}


def _volts(readings: Mapping[str, Reading]) -> int:
    """Of the service: the highest that a connector measures, so that powers are not too high."""
    return max((r.line_mv for r in readings.values() if r.line_mv), default=NOMINAL_MV) // 1000
