"""A whole site that may export, spoken to over its wires alone, on virtual time.

What the connector says is read the way that others read it: the vendor's registers over Modbus
TCP, and `why` over the console. The trace has a row each tick.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from tests.lockstep.playing import CPYTHON, MICROPYTHON, TICK_MS, one_core_a_worker
from wattback_hil.console import Console
from wattback_hil.console.ports import SerialPort
from wattback_hil.modbus import simulated_wire
from wattback_hil.registers import ModbusClient
from wattback_hil.simulated import SiteStream
from wattback_hil.surroundings import World
from wattback_sim.board import default_settings
from wattback_sim.control import Control
from wattback_sim.parameters import Value
from wattback_sim.readings import read
from wattback_sim.register_map import encode, find_point
from wattback_sim.serial_urls import registered
from wattback_sim.site import Site
from wattback_sim.trace import COLUMNS, Trace

# Plugged in and linked, with a battery that may be discharged.
VEHICLE: dict[str, Value] = {
    "vehicle.plugged": True,
    "vehicle.soc": 0.6,
    "vehicle.start_s": 0.0,
    "link.on": True,
}
# In service soon, with a ramp that a test need not wait for.
SETTINGS = {
    "export_permitted": 1,
    "export_enabled": 1,
    "enter_service_delay_s": 1,
    "enter_service_ramp_s": 1,
    "target_ramp_w_per_s": 4_000,
}
NOTHING_W = 240  # 1 A: less is no export worth the name
_AT = {name: index for index, name in enumerate(COLUMNS)}


class Exporting:
    """site: the parts behind the wires, for what no wire tells."""

    def __init__(self, site: Site, modbus: ModbusClient, console: Console, out: io.StringIO):
        self.site = site
        self._modbus = modbus
        self._console = console
        self._world = World(Control(site))
        self._out = out

    @property
    def now_s(self) -> float:
        """Time since the start."""
        return self.site.clock.now_us / 1e6

    def write(self, **points: float | str) -> None:
        """Write vendor points by their names, and those of model 704 as `WSet`, in this order."""
        for name, value in points.items():
            self._modbus.write(f"704.{name}" if name.startswith("WSet") else name, value)

    def write_point(self, name: str, value: float | str) -> None:
        """Write one point by its full name."""
        self._modbus.write(name, value)

    def write_together(self, **points: float | str) -> None:
        """Write points of model 704 that lie side by side in one request."""
        rows = [find_point(f"704.{name}") for name in points]
        words = [encode(row, value) for row, value in zip(rows, points.values(), strict=True)]
        self._modbus.write_raw(rows[0].address, [word for each in words for word in each])

    def modbus(self, name: str) -> Any:
        """What a register says."""
        return self._modbus.read(name)

    def waits(self) -> list[str]:
        """Why nothing is exported: the same on Modbus and on the console."""
        on_modbus = self._modbus.read_names("export_waits")
        told = self._console.why().export_waits
        assert [name for name, open_ in told.items() if open_] == on_modbus
        return on_modbus

    def why(self) -> Any:
        """The console's whole answer."""
        return self._console.why()

    def act(self, action: str, **arguments: object) -> None:
        """An action of scenarios."""
        self._world.act(action, arguments)

    def set(self, path: str, to: object, over_s: float = 0.0) -> None:
        """A parameter of the world, as a step or as a ramp."""
        self._world.change(path, to, over_s)

    def break_part(self, part: str, kind: str, for_s: float = 0.0, amount: object = None) -> None:
        """A fault of the world."""
        self._world.break_part(part, kind, amount, for_s)

    def get(self, name: str) -> Any:
        """A column, a field or an instrument."""
        return read(self.site, name)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.site.run_until(self.site.clock.now_us + round(seconds * 1e6))

    def until(self, name: str, enough: Callable[[Any], bool], within_s: float) -> float:
        """Let time pass until something holds; the seconds that it took."""
        began_us = self.site.clock.now_us
        until_us = began_us + round(within_s * 1e6)
        held = self.site.wait(lambda: enough(self.get(name)), until_us)
        assert held, f"{name} is {self.get(name)!r} after {within_s:g} s: {self.story()}"
        return (self.site.clock.now_us - began_us) / 1e6

    def until_is(self, name: str, value: object, within_s: float) -> float:
        """The same for a value."""
        return self.until(name, lambda seen: bool(seen == value), within_s)

    def until_exports(self, w: int, within_s: float = 20.0) -> float:
        """Until that much flows out, nearly."""
        return self.until("power_w", lambda power_w: bool(abs(power_w - w) < 150), within_s)

    def column(self, name: str, from_s: float = 0.0) -> list[str]:
        """A column of the trace from a time on."""
        at = _AT[name]
        rows = (row.split(",") for row in self._out.getvalue().splitlines()[1:])
        return [row[at] for row in rows if int(row[0]) >= from_s * 1000]

    def numbers(self, name: str, from_s: float = 0.0) -> list[int]:
        """The same as numbers."""
        return [int(cell) for cell in self.column(name, from_s)]

    def ceased_s(self, since_s: float) -> float:
        """How long after a time the last tick was in which energy flowed out, as measured."""
        flows = [w > NOTHING_W for w in self.numbers("power_w", since_s)]
        assert not flows[-1], "it still flows"
        return sum(1 for index in range(len(flows)) if any(flows[index:])) * TICK_MS / 1000

    def causes(self) -> tuple[str, ...]:
        """Why, of each commanded opening."""
        coil = self.column("contactor_commanded")
        cause = self.column("open_cause")
        edges = zip(pairwise(coil), cause[1:], strict=True)
        return tuple(why for (before, after), why in edges if (before, after) == ("1", "0"))

    @property
    def trace(self) -> str:
        """CSV, a row each tick."""
        return self._out.getvalue()

    def story(self) -> str:
        """What has happened, for a message."""
        events = self.site.story.events
        return "\n".join(f"{event.t_us / 1e6:9.3f} {event.text}" for event in events)


@contextmanager
def exporting_site(
    runtime: str = CPYTHON,
    initial: Mapping[str, Value] | None = None,
    settings: Mapping[str, int] | None = None,
) -> Iterator[Exporting]:
    """A site from its first second to the end of the block, in which no truth may break."""
    values = {**default_settings(), **SETTINGS, **(settings or {})}
    site = Site(runtime, 1, {**VEHICLE, **(initial or {})}, values)
    out = io.StringIO()
    trace = Trace(TICK_MS, out, keep=False)
    site.watchers.append(lambda: trace.record(site.board))
    with one_core_a_worker(), registered("exporting", site):
        try:
            site.power_on()
            port = SerialPort("sim://exporting?channel=console")
            stream = SiteStream(site)
            modbus = ModbusClient(simulated_wire(stream, values["modbus_unit_id"]))
            modbus.scan()
            site.run_until(500_000)  # the connector has run, whoever asks
            yield Exporting(site, modbus, Console(port), out)
            broken = [violation.sentence() for violation in site.truths.violations]
            assert not broken, "\n".join(broken)
            port.close()
        finally:
            site.close()


Script = Callable[[Exporting], None]


def on_both(
    script: Script,
    initial: Mapping[str, Value] | None = None,
    settings: Mapping[str, int] | None = None,
) -> None:
    """Play a script on both interpreters: it holds, and every tick is the same."""
    traces = []
    for runtime in (MICROPYTHON, CPYTHON):
        with exporting_site(runtime, initial, settings) as site:
            script(site)
            traces.append(site.trace)
    assert traces[0] == traces[1]
