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

from tests.pico.core_evening import record_evening
from tests.pico.measure_core import ModuleRam, Phase, PhaseCost, measure_ram, measure_ticks
from wattback_sim.firmware import firmware_root

ROOM_LIMIT_BYTES = 30_000  # RAM after import of the core (DESIGN, "Memory")
TICK_LIMIT_US = 3_000  # (DESIGN, "Control plane")
TICK_AIM_US = 1_500  # likewise
GROWTH_LIMIT_BYTES = 0  # a tick allocates nothing

_TIMEOUT_S = 560.0  # of wall time, for machines that are slow or have much else to do

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
    """Take the connector through the phases of the evening on a board, and measure their ticks.

    A tick is `Connector.tick` with the sampling and driving of `replay/board.py`. Each phase
    begins with the state that it had on CPython, and must end with the answer that it gave there.
    """
    recorder = record_evening()
    build = f"""
        from replay.playback import Playback
        playback = Playback("recording.bin", {recorder.loaded!r})
        connector = playback.connector
    """
    phases = [
        Phase(item.name, item.ticks, f"playback.begin({item.state_words}, {item.records})")
        for item in recorder.stretches
    ]
    return measure_ticks(
        [_FIRMWARE, _REPLAY],
        build,
        "connector.tick(now_ms)",
        phases,
        before="now_ms = playback.feed()",
        after="playback.end()",
        files={"recording.bin": bytes(recorder.recording)},
        timeout_s=_TIMEOUT_S,
    )


def _imported(path: Path) -> set[str]:
    """What of `wattback` a module imports, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "wattback":
            names.update(f"wattback.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wattback."):
            names.add(str(node.module))
    return names
