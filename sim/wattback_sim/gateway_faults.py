"""Faults of the gateway, of what is behind it, and of a vehicle that forms an island.

A world without a gateway has a spare one, so that every row can be broken in every world.
"""

from collections.abc import Callable

from wattback_sim.fault_kind import FaultKind
from wattback_sim.world import World

Owner = Callable[[World], object]

_CLOSED, _OPEN = "stuck_closed", "stuck_open"


def _gateway(world: World) -> object:
    return world.spare_gateway


def _switch(world: World) -> object:
    return world.spare_gateway.switch


def _closed_contact(world: World) -> object:
    return world.spare_gateway.switch.closed_contact


def _open_contact(world: World) -> object:
    return world.spare_gateway.switch.open_contact


def _link(world: World) -> object:
    return world.spare_gateway.link


def _grid_sense(world: World) -> object:
    return world.spare_gateway.link.grid_sense


def _home_sense(world: World) -> object:
    return world.spare_gateway.link.home_sense


def _service_sense(world: World) -> object:
    return world.spare_gateway.link.service_sense


def _forming(world: World) -> object:
    return world.vehicle.forming


def _row(part: str, kind: str, text: str, owner: Owner, attribute: str) -> FaultKind:
    return FaultKind(part, kind, text, owner, attribute, True, False)


def _contact(part: str, owner: Owner) -> list[FaultKind]:
    return [
        FaultKind(part, _CLOSED, "says that it is made", owner, "stuck", _CLOSED, ""),
        FaultKind(part, _OPEN, "says that it is broken", owner, "stuck", _OPEN, ""),
    ]


def _sense(part: str, owner: Owner, unit: str, most: float) -> list[FaultKind]:
    text = "reads too much"
    return [
        _row(part, "frozen", "repeats its last reading", owner, "frozen"),
        FaultKind(part, "offset", text, owner, "offset", False, 0.0, unit, -most, most),
    ]


GATEWAY_FAULT_KINDS: tuple[FaultKind, ...] = (
    FaultKind("grid_switch", _CLOSED, "main contact welded", _switch, "stuck", _CLOSED, ""),
    FaultKind("grid_switch", _OPEN, "main contact does not close", _switch, "stuck", _OPEN, ""),
    _row("grid_switch", "pole_welded", "one pole welded, untold", _switch, "pole_welded"),
    *_contact("switch_closed_contact", _closed_contact),
    *_contact("switch_open_contact", _open_contact),
    _row("gateway_link", "cut", "wire broken: silence", _link, "cut"),
    _row("gateway_link", "frozen", "its counter stands still", _link, "frozen"),
    FaultKind(
        "gateway_link",
        "noisy",
        "share of the bytes with a wrong bit",
        _link,
        "noise",
        False,
        0.0,
        "%",
        0.0,
        100.0,
    ),
    *_sense("grid_side_sense", _grid_sense, "V", 300.0),
    *_sense("home_side_sense", _home_sense, "V", 300.0),
    *_sense("service_sense", _service_sense, "W", 50000.0),
    _row("transformer", "open", "nothing holds the neutral", _gateway, "transformer_open"),
    _row("transformer_monitor", "stuck", "says that it is held", _gateway, "monitor_stuck"),
    FaultKind(
        "home",
        "held_live",
        "a foreign source holds it while it is cut off",
        _gateway,
        "held_v",
        False,
        0.0,
        "V",
        0.0,
        300.0,
    ),
    _row("sync_check", "stuck", "lets every closing pass", _gateway, "check_stuck"),
    _row("auxiliary", "dead", "supplies nothing", _gateway, "auxiliary_dead"),
    _row("forming", "sudden_stop", "stops, and does not form", _forming, "sudden_stop"),
)
