"""Hazards of an export: what happens while energy flows out, and by when it must have ended.

Limits are written here anew, from the standards and from what the sites of this section are told,
and not read from the firmware.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.lockstep.exporting import SETTINGS
from wattback_hil.surroundings import World
from wattback_sim.control import Control
from wattback_sim.parameters import Value
from wattback_sim.site import Site

EXPORT_W = 9_000
COMMAND_LIMIT_MS = 50.0  # of this project, from the event to the coil

_CEASES = "IEEE 1547: cease to energise"
_OPENS = "IEC 61851-1 sequences 2.2 and 8.1"
_TRIPS = "IEEE 1547 category III, clearing time"
_HEARTBEAT_S = 5
_REVERSION_S = 8
# An end that is no emergency: the ramp, then the vehicle's loop and its inverter's response.
_RAMP_MS = 1000.0 * EXPORT_W / SETTINGS["target_ramp_w_per_s"] + 1000.0
_SEEDS = 20
_SEEDS_OF_MINUTES = 3
# An inverter that ends nothing by itself: what ends the export is the connector.
_FEEDS_ON: Mapping[str, Value] = {
    "inverter.ceases": False,
    "inverter.low_v": 0.0,
    "inverter.high_v": 400.0,
}


class Actor:
    """Does to a site what scenarios do, in its present moment."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._world = World(Control(site))

    def act(self, action: str, **arguments: object) -> None:
        """An action."""
        self._world.act(action, arguments)

    def write(self, point: str, value: float) -> None:
        """A client writes a register over the network; the time that it takes passes."""
        self.act("modbus.write", point=point, value=value, over="tcp")
        self._site.run_until(self._site.clock.now_us + 50_000)

    def set(self, path: str, to: Value) -> None:
        """A parameter of the world."""
        self._world.change(path, to, 0.0)

    def break_part(self, part: str, kind: str) -> None:
        """A fault of the world, for good."""
        self._world.break_part(part, kind, None, 0.0)


Deed = Callable[[Actor], None]


def _ask(actor: Actor) -> None:
    actor.write("704.WSet", EXPORT_W)
    actor.write("704.WSetEna", 1)


def _ask_and_beat(actor: Actor) -> None:
    actor.write("controller_timeout", _HEARTBEAT_S)
    actor.act("controller.start_heartbeat", every_s=1.0)
    _ask(actor)


def _beat_for_the_last_time(actor: Actor) -> None:
    actor.act("controller.stop_heartbeat")
    actor.write("heartbeat", 60_000)


def _ask_for_a_while(actor: Actor) -> None:
    actor.write("704.WSetRvrtTms", _REVERSION_S)
    _ask(actor)


def _ask_for_the_last_time(actor: Actor) -> None:
    actor.write("704.WSet", EXPORT_W)


@dataclass(frozen=True)
class Hazard:
    """One row. asks: how the export was asked for. opens: the contacts must open, and the coil be
    let go within its own limit where `quick`; else it is enough that the energy ceases.

    limit_ms: from the hazard on. source: of the limit. initial: of the world, besides. seeds: 1 to
    this one.
    """

    name: str
    happens: Deed
    limit_ms: float
    source: str
    opens: bool = False
    quick: bool = False
    asks: Deed = _ask
    initial: Mapping[str, Value] = field(default_factory=dict)
    seeds: int = _SEEDS


def _cut_link(actor: Actor) -> None:
    actor.break_part("vehicle_link", "open")


def _opening(name: str, happens: Deed) -> Hazard:
    return Hazard(name, happens, 100.0, _OPENS, True, True, initial=_FEEDS_ON)


def _trip(name: str, path: str, to: float, limit_ms: float) -> Hazard:
    seeds = _SEEDS if limit_ms < 60_000 else _SEEDS_OF_MINUTES
    return Hazard(
        name,
        lambda actor: actor.set(path, to),
        limit_ms,
        _TRIPS,
        opens=True,
        initial=_FEEDS_ON,
        seeds=seeds,
    )


HAZARDS: tuple[Hazard, ...] = (
    Hazard("vehicle link cut", _cut_link, 2000.0, _CEASES),
    Hazard(
        "vehicle link cut, the vehicle feeds on",
        _cut_link,
        2000.0,
        _CEASES,
        opens=True,
        initial=_FEEDS_ON,
    ),
    Hazard(
        "vehicle link ended by the vehicle",
        lambda actor: actor.set("link.on", False),
        2000.0,
        _CEASES,
        opens=True,
    ),
    Hazard(
        "controller silent after a last heartbeat",
        _beat_for_the_last_time,
        1000.0 * _HEARTBEAT_S + _RAMP_MS,
        f"its {_HEARTBEAT_S} s, ramp and response",
        asks=_ask_and_beat,
    ),
    Hazard(
        "Modbus master silent after a last write",
        _ask_for_the_last_time,
        1000.0 * _REVERSION_S + _RAMP_MS,
        f"its {_REVERSION_S} s, ramp and response",
        asks=_ask_for_a_while,
    ),
    _opening("unplugged", lambda actor: actor.act("vehicle.unplug")),
    _opening("S2 opened", lambda actor: actor.act("vehicle.open_s2")),
    _opening("pilot shorted", lambda actor: actor.break_part("pilot", "short")),
    _opening("pilot cut", lambda actor: actor.break_part("pilot", "open")),
    _trip("OV2: 125 % of the voltage", "grid.voltage_pu", 1.25, 160.0),
    _trip("OV1: 115 %", "grid.voltage_pu", 1.15, 13_000.0),
    _trip("UV1: 70 %", "grid.voltage_pu", 0.7, 21_000.0),
    _trip("UV2: 45 %", "grid.voltage_pu", 0.45, 2_000.0),
    _trip("OF2: 62.5 Hz", "grid.frequency_hz", 62.5, 160.0),
    _trip("OF1: 61.5 Hz", "grid.frequency_hz", 61.5, 300_000.0),
    _trip("UF1: 58 Hz", "grid.frequency_hz", 58.0, 300_000.0),
    _trip("UF2: 56 Hz", "grid.frequency_hz", 56.0, 160.0),
)
