"""What each room of the firmware keeps of the heap on the emulated Pico, all of them in one boot.

The rooms are imported in the order in which a board needs them, so what a room is the first to
import counts as its own. `whole/test_budgets.py` asserts the lines, `make evidence` prints them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from tests.pico.measure_core import ModuleRam, measure_ram
from tests.unit.source_tree import imports_of, under
from wattback_sim.firmware import firmware_root

# For what is to come, store 12 kB and a part of the 8 that an update was to have; a unit without
# the tests' stopwatch has 1.3 kB more.
HEAP_LEFT_LIMIT_BYTES = 14_000
HEAP_LEFT_AIM_BYTES = 64_000

_TIMEOUT_S = 560.0  # of wall time, for machines that are slow or have much else to do
_FIRMWARE = firmware_root() / "wattback"
_BOARD = "wattback.boards.pico.unit"

# What a board builds, weighed as a module, so that nothing but what it keeps counts.
_WHOLE = """\
from wattback.boards.pico.unit import Unit

whole = Unit()
"""


@dataclass(frozen=True)
class Room:
    """A part of the firmware. roots: modules that bring in all of it. limit_bytes: its line."""

    name: str
    roots: tuple[str, ...]
    limit_bytes: int


@dataclass(frozen=True)
class RoomRam:
    """What a room keeps after import, and each of its modules."""

    room: Room
    modules: tuple[ModuleRam, ...]

    @property
    def total_bytes(self) -> int:
        return sum(module.ram_bytes for module in self.modules)

    @property
    def is_over(self) -> bool:
        """The room needs more than its line."""
        return self.total_bytes > self.room.limit_bytes


@dataclass(frozen=True)
class UnitRam:
    """A whole unit: its rooms, and what it builds of them."""

    rooms: tuple[RoomRam, ...]
    built_bytes: int


# DESIGN ("Memory") has lines for grid (18 kB), core (30), Modbus (20) and console (20). Grid is
# the first to import the settings, of which a hundred are its own or of all others; a kB is what
# 50 Hz, a single phase, the profile and a random delay need, half a one what a utility sets. The
# core's was drawn for one that charges: what makes it export (vehicle, targets, heartbeat,
# permission, reasons, their settings and fields) needs as much again, and what protects it the
# rest. The vehicle link and the service
# plane had no line. The board's (8) was drawn for pins: the drivers of a metering chip, an FRAM, a
# pilot sampled without the processor's time, a converter and wires by PIO are a third of a Pico's
# firmware by count.
# HEAP_LEFT_LIMIT_BYTES keeps the places of those that are still to come.
ROOMS = (
    Room(
        "grid",
        (
            "wattback.grid.trips",
            "wattback.grid.enter_service",
            "wattback.grid.islanding",
            "wattback.grid.support",
            "wattback.grid.supervision",
            "wattback.grid.categories",
        ),
        23_500,
    ),
    Room("core", ("wattback.connector",), 61_500),
    # 4 kB of it are the interpreter's table of names, which is full by then and doubles.
    Room("service", ("wattback.service", "wattback.identity"), 7_000),
    Room("console", ("wattback.console.port",), 20_000),
    # A Pico has no network for its TCP. Half a kB is for what a utility sets.
    Room("Modbus", ("wattback.modbus.rtu",), 20_500),
    Room("vehicle link", ("wattback.vehicle_link.port",), 9_000),
    Room("ports", ("wattback.ports",), 1_000),
    Room("board", (_BOARD,), 22_000),
)


def measure_unit() -> UnitRam:
    """Weigh everything on freshly booted boards."""
    modules_of = {room: _modules_of(room, before) for before, room in enumerate(ROOMS)}
    modules = [module for room in ROOMS for module in modules_of[room]]
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / "unit"
        unit.mkdir()
        (unit / "__init__.py").write_text("")
        (unit / "whole.py").write_text(_WHOLE)
        # In a boot of its own, as a unit builds it: weighing one module after the other leaves the
        # heap in pieces.
        whole = measure_ram([_FIRMWARE, unit], [_BOARD, "unit", "unit.whole"], _TIMEOUT_S, pios=1)
    ram = measure_ram([_FIRMWARE], modules, _TIMEOUT_S, pios=1)
    weights = {module.module: module for module in ram.modules}
    return UnitRam(
        tuple(RoomRam(room, tuple(weights[name] for name in modules_of[room])) for room in ROOMS),
        whole.modules[-1].ram_bytes,
    )


def modules_with(roots: Sequence[str]) -> list[str]:
    """Modules and all that they import, each after what it imports itself."""
    arrows: dict[str, set[str]] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in arrows:
            package = name.rpartition(".")[0]
            found = {target for target in imports_of(_path(name)) if _is_module(target)}
            arrows[name] = (found | {package} if package else found) - {name}
            waiting.extend(arrows[name])
    # In one order on every machine: where a module lies decides what has room beside it.
    return list(
        TopologicalSorter({name: sorted(arrows[name]) for name in sorted(arrows)}).static_order()
    )


def _modules_of(room: Room, before: int) -> list[str]:
    known = {name for other in ROOMS[:before] for name in modules_with(other.roots)}
    return [name for name in modules_with(room.roots) if name not in known]


def _path(module: str) -> Path:
    path = _FIRMWARE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _is_module(name: str) -> bool:
    return under(name, "wattback") and _path(name).is_file()
