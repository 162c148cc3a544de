"""Arcs: which steps from line to line the firmware's code can make, and which it has made.

What it can make is read from the bytecode of its functions, as the interpreter would report it;
what it has made is reported by the interpreter while a `Tracer` is on. An arc is a function's
number, the line before and the line after; 0 stands for outside of the function.
"""

import dis
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

_LINE_BITS = 16
_OUTSIDE = 0
_NEVER_GO_ON = {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"}
_ALWAYS_JUMP = {"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"}


def _arc(number: int, before: int, after: int) -> int:
    return (number << _LINE_BITS | before) << _LINE_BITS | after


class Map:
    """Every function of some modules and every arc that they have. possible: the arcs."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._codes: list[CodeType] = []
        self._modules: list[str] = []
        for name in modules:
            for code in _functions_of(name):
                self._codes.append(code)
                self._modules.append(name)
        self.numbers = {code: number for number, code in enumerate(self._codes)}
        self.possible = {
            _arc(number, before, after)
            for number, code in enumerate(self._codes)
            for before, after in _steps(code)
        }

    def within(self, arcs: Iterable[int], modules: Iterable[str]) -> set[int]:
        """Those of the arcs that belong to some of the modules."""
        wanted = set(modules)
        return {arc for arc in arcs if self._modules[arc >> 2 * _LINE_BITS] in wanted}

    def place(self, arc: int) -> tuple[str, int, int]:
        """A module and the two lines; 0: outside of the function."""
        mask = (1 << _LINE_BITS) - 1
        return self._modules[arc >> 2 * _LINE_BITS], arc >> _LINE_BITS & mask, arc & mask


class Tracer:
    """Use as a context around what is to be watched. arcs: all that was seen.

    modules: whose functions are watched. A function all of whose arcs have been seen is watched no
    more, which saves time.
    """

    def __init__(self, map_: Map, modules: Iterable[str]) -> None:
        self.arcs: set[int] = set()
        self._possible = map_.within(map_.possible, modules)
        self._left = Counter(arc >> 2 * _LINE_BITS for arc in self._possible)
        self._codes = {number: code for code, number in map_.numbers.items()}
        self._numbers = {self._codes[number]: number for number in self._left}

    @property
    def reached(self) -> int:
        """How many of the possible arcs have been seen."""
        return len(self.arcs & self._possible)

    def __enter__(self) -> "Tracer":
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        number = self._numbers.get(frame.f_code)
        if number is None:
            return None
        arcs = self.arcs
        base = number << 2 * _LINE_BITS
        before = _OUTSIDE

        def step(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal before
            if event == "line":
                after = frame.f_lineno
            elif event == "return":
                after = _OUTSIDE
            else:
                return step
            arc = base | before << _LINE_BITS | after
            if arc not in arcs:
                self._add(number, arc)
            before = after
            return step

        return step

    def _add(self, number: int, arc: int) -> None:
        self.arcs.add(arc)
        self._left[number] -= arc in self._possible
        if not self._left[number]:
            del self._numbers[self._codes[number]]


def _functions_of(name: str) -> Iterator[CodeType]:
    module = import_module(name)
    waiting: list[object] = [*vars(module).values()]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, type) and thing.__module__ == name:
            waiting += vars(thing).values()
        elif isinstance(thing, property):
            waiting.append(thing.fget)
        elif isinstance(thing, CodeType):
            yield thing
            waiting += thing.co_consts
        elif getattr(thing, "__module__", "") == name and hasattr(thing, "__code__"):
            waiting.append(thing.__code__)


def _steps(code: CodeType) -> set[tuple[int, int]]:
    """(line before, line after) of every way through a function that its jumps allow."""
    instructions = list(dis.get_instructions(code))
    at = {instruction.offset: index for index, instruction in enumerate(instructions)}
    lines = _lines(code, instructions)
    handlers = _handlers(code, instructions, at)
    steps: set[tuple[int, int]] = set()
    seen: set[tuple[int, int]] = set()
    waiting = [(0, _OUTSIDE)]
    if lines[0]:
        waiting = [(0, lines[0])]
        steps.add((_OUTSIDE, lines[0]))
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        index, told = state
        instruction = instructions[index]
        if instruction.opname.startswith("RETURN_"):
            steps.add((told, _OUTSIDE))
        for following in [*_followers(instructions, index, at), *handlers[index]]:
            line = lines[following]
            # The interpreter reports a line that differs, and any step backwards.
            if line and (line != lines[index] or following < index):
                steps.add((told, line))
                waiting.append((following, line))
            else:
                waiting.append((following, told))
    return steps


def _lines(code: CodeType, instructions: list[dis.Instruction]) -> list[int]:
    of = [0] * (len(code.co_code) + 2)
    for start, end, line in code.co_lines():
        for offset in range(start, end):
            of[offset] = line or 0
    lines = [of[instruction.offset] for instruction in instructions]
    # The call itself is reported as such, not as a line.
    for index, instruction in enumerate(instructions):
        if instruction.opname in ("RESUME", "COPY_FREE_VARS", "MAKE_CELL"):
            lines[index] = 0
        else:
            break
    return lines


def _handlers(
    code: CodeType, instructions: list[dis.Instruction], at: dict[int, int]
) -> list[list[int]]:
    """For each instruction, where an exception in it may lead."""
    handlers: list[list[int]] = [[] for _ in instructions]
    for entry in dis.Bytecode(code).exception_entries:  # type: ignore[attr-defined]
        for index, instruction in enumerate(instructions):
            if entry.start <= instruction.offset < entry.end:
                handlers[index].append(at[entry.target])
    return handlers


def _followers(
    instructions: list[dis.Instruction], index: int, at: dict[int, int]
) -> Iterator[int]:
    instruction = instructions[index]
    name = instruction.opname
    if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
        yield at[instruction.argval]
        if name in _ALWAYS_JUMP:
            return
    elif name in _NEVER_GO_ON:
        return
    if index + 1 < len(instructions):
        yield index + 1
