"""What the core costs on the emulated Pico: RAM by module, time and heap growth by phase.

The budgets of DESIGN are here as limits and aims; `test_budgets.py` asserts the limits, and
`make evidence` prints all of it. Bytes and microseconds are emulated and repeat exactly.
"""

from __future__ import annotations

import ast
import tempfile
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import dedent

from tests.pico.core_evening import FRAME_WORDS, Evening
from tests.pico.measure_core import ModuleRam, Phase, PhaseCost, measure_ram, measure_ticks
from wattback_sim.firmware import firmware_root

ROOM_LIMIT_BYTES = 30_000  # RAM after import of the core (DESIGN, "Memory")
TICK_LIMIT_US = 3_000  # (DESIGN, "Control plane")
TICK_AIM_US = 1_500  # likewise
GROWTH_LIMIT_BYTES = 0  # a tick allocates nothing

_TIMEOUT_S = 280.0  # of wall time, for machines that are slow or have much else to do

_FIRMWARE = firmware_root() / "wattback"
_REPLAY = Path(__file__).resolve().parent / "replay"

# Weighed as modules, so that nothing but what they keep counts.
_UNIT_BOARD = """\
class Board:
    def sample(self, inputs):
        pass

    def drive(self, outputs):
        pass
"""
_UNIT_CONNECTOR = """\
from unit.board import Board
from wattback.connector import Connector
from wattback.retained import WORDS

connector = Connector(Board(), [0] * WORDS)
"""


@dataclass(frozen=True)
class CoreRoom:
    """RAM of the core: its modules after import, one Connector, and the heap then left."""

    modules: tuple[ModuleRam, ...]
    connector_bytes: int
    free_bytes: int

    @property
    def total_bytes(self) -> int:
        """Of the modules."""
        return sum(module.ram_bytes for module in self.modules)


def core_modules() -> list[str]:
    """The modules of the core, each after those that it imports."""
    imports: dict[str, set[str]] = {}
    for path in sorted(_FIRMWARE.glob("*.py")):
        name = "wattback" if path.stem == "__init__" else f"wattback.{path.stem}"
        imports[name] = _imported(path) if name == "wattback" else {"wattback", *_imported(path)}
    return list(TopologicalSorter(imports).static_order())


def measure_room() -> CoreRoom:
    """Weigh the core on a freshly booted board."""
    modules = core_modules()
    with tempfile.TemporaryDirectory() as folder:
        unit = Path(folder) / "unit"
        unit.mkdir()
        (unit / "__init__.py").write_text("")
        (unit / "board.py").write_text(_UNIT_BOARD)
        (unit / "connector.py").write_text(_UNIT_CONNECTOR)
        weighed = [*modules, "unit", "unit.board", "unit.connector"]
        ram = measure_ram([_FIRMWARE, unit], weighed, _TIMEOUT_S)
    return CoreRoom(ram.modules[: len(modules)], ram.modules[-1].ram_bytes, ram.free_bytes)


def measure_phases() -> tuple[PhaseCost, ...]:
    """Replay the evening on a board, measuring the ticks of its phases.

    A tick is `Connector.tick` with the sampling and driving of the simulated board, about 40 µs of
    replaying included. The answers between the phases, and the last of each phase, must be those
    that CPython gave, or the replay would measure something else.
    """
    evening = Evening()
    recorder = evening.recorder
    build = f"""
        from replay import Replay
        boot = {recorder.boot!r}
        words = {bytes(recorder.words)!r}
        sums = {bytes(recorder.sums)!r}
        replay = Replay(boot, words, {FRAME_WORDS}, sums)
        board = replay.board
        connector = board.connector
        frames = replay.frames
        n = 0
    """
    tick = """
        board.frame_in = frames[n]
        connector.tick(frames[n][2])
        n += 1
    """
    phases = [
        Phase(item.name, item.end - item.start, _skip_to(item.start)) for item in evening.stretches
    ]
    return measure_ticks([_FIRMWARE, _REPLAY], build, tick, phases, _TIMEOUT_S)


def _skip_to(start: int) -> str:
    return dedent(f"""
        replay.pass_over(n, {start})
        n = {start}
    """)


def _imported(path: Path) -> set[str]:
    """What of `wattback` a module imports, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "wattback":
            names.update(f"wattback.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wattback."):
            names.add(str(node.module))
    return names
