"""What firmware costs on the emulated Pico: RAM after import, time and heap growth of a tick.

It relies on `emulated.py` alone: each function writes a script, runs it on a freshly booted board
and reads its lines. Bytes and microseconds are of the emulated chip and repeat exactly.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from types import MappingProxyType

from tests.pico.emulated import run_on_pico

_REPORT = "measured:"  # begins the lines that are read here, among whatever else the code prints

_RAM_SCRIPT = """\
import gc
from array import array

gc.threshold(8192)  # as boot.py has it


def measure(modules):
    weights = array("i", [0] * len(modules))
    gc.collect()
    before = gc.mem_alloc()
    for index in range(len(modules)):
        __import__(modules[index])
        gc.collect()
        after = gc.mem_alloc()
        weights[index] = after - before
        before = after
    for weight in weights:
        print({report!r}, weight)
    print({report!r}, gc.mem_free())


measure({modules!r})
"""

# The measured code stands in the loop itself, not in a function of its own: a call costs 18 µs.
_TICK_SCRIPT = """\
import gc, micropython, time
from array import array

gc.threshold(8192)  # likewise

_TIMED, _GROWTH_OF_PHASE, _GROWTH_OF_TICK = range(3)


def _watch(_pass, _us, _bytes):
    _ticks_us = time.ticks_us
{build}
    gc.threshold(-1)
{phases}

def _measure():
    us = array("i", [0] * {tick_count})
    growths = array("i", [0] * {phase_count})
    _watch(_TIMED, us, growths)
    _watch(_GROWTH_OF_PHASE, us, growths)
    if any(growths):
        growths = array("i", [0] * {phase_count})
        _watch(_GROWTH_OF_TICK, us, growths)
    print({report!r}, *growths)
    first = 0
    for ticks in {ticks_of_phases}:
        print({report!r}, *us[first : first + ticks])
        first += ticks


_measure()
"""

_PHASE_BLOCK = """\
{inputs}
    gc.collect()
    gc.disable()
    _before = gc.mem_alloc()
    for _n in range({ticks}):
{before}
        if _pass == _TIMED:
            micropython.heap_lock()
        elif _pass == _GROWTH_OF_TICK:
            _before = gc.mem_alloc()
        _began = _ticks_us()
{tick}
        _ended = _ticks_us()
        if _pass == _TIMED:
            micropython.heap_unlock()
            _us[{first_tick} + _n] = time.ticks_diff(_ended, _began)
        elif _pass == _GROWTH_OF_TICK:
            _bytes[{index}] = max(_bytes[{index}], gc.mem_alloc() - _before)
    if _pass == _GROWTH_OF_PHASE:
        _bytes[{index}] = gc.mem_alloc() - _before
    gc.enable()
{after}
"""


@dataclass(frozen=True)
class ModuleRam:
    """Heap that importing one module took for good, with what it imported that was new."""

    module: str
    ram_bytes: int


@dataclass(frozen=True)
class ImportRam:
    """The modules in the order of their import, and the heap that is left free after them."""

    modules: tuple[ModuleRam, ...]
    free_bytes: int

    @property
    def total_bytes(self) -> int:
        return sum(module.ram_bytes for module in self.modules)


@dataclass(frozen=True)
class Phase:
    """A stretch of equal ticks.

    inputs: statements that set up the phase; they run once, before its ticks, unmeasured. An
    `assert` among them proves that the phase measures what its name says.
    """

    name: str
    ticks: int
    inputs: str = ""


@dataclass(frozen=True)
class PhaseCost:
    """What the ticks of one phase cost.

    Times include reading the clock, about 5 µs a tick. max_bytes: heap growth of the worst tick.
    """

    name: str
    ticks: int
    min_us: int
    median_us: int
    max_us: int
    max_bytes: int


def measure_ram(
    package_dirs: Sequence[Path], modules: Sequence[str], timeout_s: float = 120.0, pios: int = 0
) -> ImportRam:
    """Import `modules` in the order given and weigh each.

    Name dependencies first: what a module is the first to import counts as its own, and so does
    its package's `__init__` unless that is named before. pios: see EmulatedChip.
    """
    script = _RAM_SCRIPT.format(modules=tuple(modules), report=_REPORT)
    run = run_on_pico(package_dirs, script, timeout_s, pios=pios)
    *weights, free_bytes = (line[0] for line in _reported(run.stdout))
    return ImportRam(
        tuple(ModuleRam(name, weight) for name, weight in zip(modules, weights, strict=True)),
        free_bytes,
    )


def measure_ticks(
    package_dirs: Sequence[Path],
    build: str,
    tick: str,
    phases: Sequence[Phase],
    timeout_s: float = 240.0,
    before: str = "",
    after: str = "",
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[PhaseCost, ...]:
    """Build an object, take it through `phases` and measure each tick.

    build: statements that make the objects; the names they bind are there for `tick` and the
    phases' inputs. Names that begin with an underscore are taken.
    tick: the statements that are measured. before: what comes before each of them, unmeasured;
    it must not allocate either. after: what follows each phase. files: see run_on_pico.

    Everything happens twice, from `build` on. First each tick is timed with the heap locked: an
    allocation raises MemoryError and arrives as BoardError, its line named. Then the heap stays
    unlocked, to see growth: under the lock there never is any, because what can do without the
    heap, like a caught exception, does. Reading the heap takes 6 ms, so growth is first taken
    over whole phases; only if there is some does a third pass find the worst tick.
    """
    script = _tick_script(build, before, tick, after, phases)
    run = run_on_pico(package_dirs, script, timeout_s, files)
    growths, *times_us = _reported(run.stdout)
    return tuple(
        PhaseCost(phase.name, phase.ticks, min(us), statistics.median_low(us), max(us), max_bytes)
        for phase, us, max_bytes in zip(phases, times_us, growths, strict=True)
    )


def _tick_script(build: str, before: str, tick: str, after: str, phases: Sequence[Phase]) -> str:
    blocks = [
        _PHASE_BLOCK.format(
            inputs=indent(dedent(phase.inputs), " " * 4),
            before=indent(dedent(before), " " * 8),
            tick=indent(dedent(tick), " " * 8),
            after=indent(dedent(after), " " * 4),
            ticks=phase.ticks,
            index=index,
            first_tick=sum(earlier.ticks for earlier in phases[:index]),
        )
        for index, phase in enumerate(phases)
    ]
    return _TICK_SCRIPT.format(
        build=indent(dedent(build), " " * 4),
        phases="".join(blocks),
        phase_count=len(phases),
        tick_count=sum(phase.ticks for phase in phases),
        ticks_of_phases=tuple(phase.ticks for phase in phases),
        report=_REPORT,
    )


def _reported(stdout: str) -> list[list[int]]:
    return [
        [int(number) for number in line.removeprefix(_REPORT).split()]
        for line in stdout.splitlines()
        if line.startswith(_REPORT)
    ]
