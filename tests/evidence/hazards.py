"""What a hazard is, and what it falls upon: plain data, which costs a measuring process little.

`hazards_charging.py` and `hazards_exporting.py` are the tables. Limits stand there anew, from the
standards and from what the sites are told, and are not read from the firmware.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wattback_sim.board import default_settings
from wattback_sim.control import Control
from wattback_sim.errors import SimulationError
from wattback_sim.parameters import Value
from wattback_sim.readings import read
from wattback_sim.site import Site

SEED = 1

# Rows of the fault table that no hazard raises: with it nothing is closed from the first tick on.
NEVER_CLOSED = frozenset({"settings_invalid"})
# And those that no hazard of an export raises.
ONLY_CHARGING = {
    "supply_out_of_window": "an export has the must-trips instead",
    "overcurrent": "an export has power_not_permitted instead",
    "ground_fault_self_test": "tested behind open contacts",
    "vehicle_still_energised": "judged behind open contacts",
}

# What a limit is for. silence: −12 V on the pilot, where no contactor can be opened any more.
End = Literal["contacts", "coil", "energy", "silence"]
Direction = Literal["charging", "exporting", "open"]
# Orders of `wattback_sim.control`, carried out in one moment.
Deed = tuple[Mapping[str, Any], ...]

_NEARLY_W = 150.0
_READY_WITHIN_US = 60_000_000
_ANSWERED_US = 50_000  # what a register's write takes at most


def does(action: str, **arguments: object) -> Deed:
    """An action."""
    return ({"do": action, **arguments},)


def writes(point: str, value: float) -> Deed:
    """A client writes a register over the network; the time that it takes passes."""
    return does("modbus.write", point=point, value=value, over="tcp")


def sets(path: str, to: Value) -> Deed:
    """A parameter of the world, as a step."""
    return ({"set": path, "to": to},)


def breaks(part: str, kind: str, amount: float | None = None) -> Deed:
    """A fault of the world, for good."""
    much = {} if amount is None else {"amount": amount}
    return ({"fault": {"part": part, "kind": kind, **much}},)


def carry_out(deed: Deed, site: Site) -> None:
    """Do it to a site in its present moment. Raises SimulationError when it is refused."""
    control = Control(site)
    for order in deed:
        said = json.loads(control.answer(json.dumps(order).encode()))
        if "error" in said:
            raise SimulationError(said["error"])
        if order.get("do") == "modbus.write":
            site.run_until(site.clock.now_us + _ANSWERED_US)


@dataclass(frozen=True)
class Start:
    """What a hazard falls upon.

    flows_w: out of the vehicle when it is ready. does: how that came about once the vehicle
    charges. settles_s: goes by before the first hazard. most_us: for as long it stays ready.
    initial: of the world. settings: of the connector, besides its defaults.
    """

    direction: Direction
    flows_w: float
    does: Deed = ()
    settles_s: float = 0.0
    most_us: int = 3_600_000_000
    initial: Mapping[str, Value] = field(default_factory=dict)
    settings: Mapping[str, int] = field(default_factory=dict)

    def begin(self) -> Site:
        """A site that is ready. Raises SimulationError when it never is."""
        site = Site("cpython", SEED, self.initial, {**default_settings(), **self.settings})
        site.power_on()
        site.run_until(_ANSWERED_US)
        self._wait(site, "session_state", "charging")
        carry_out(self.does, site)
        if not site.wait(lambda: self._ready(site), site.clock.now_us + _READY_WITHIN_US):
            raise SimulationError(f"never {self.flows_w:,.0f} W: no hazard can fall upon it")
        site.run_until(site.clock.now_us + round(self.settles_s * 1e6))
        return site

    def _wait(self, site: Site, name: str, value: str) -> None:
        if not site.wait(lambda: read(site, name) == value, site.clock.now_us + _READY_WITHIN_US):
            raise SimulationError(f"{name} is never {value!r}: no hazard can fall upon it")

    def _ready(self, site: Site) -> bool:
        world = site.world
        flows = abs(world.power_w - self.flows_w) < _NEARLY_W
        return flows and world.path.closed == (self.direction != "open")


@dataclass(frozen=True)
class Hazard:
    """One row.

    happens: and stays. limit_ms: from then to its end. source: of the limit. told: the fault or
    the cause of opening that the connector must tell, "" where nothing need open. by_latch: the
    ground-fault latch opens by itself, however long the firmware takes.
    """

    name: str
    start: Start
    happens: Deed
    limit_ms: float
    source: str
    told: str
    ends: End = "contacts"
    by_latch: bool = False

    @property
    def aims(self) -> bool:
        """Its coil has to be let go, and is asked to be within half of the limit."""
        return self.ends in ("contacts", "coil")
