"""Two interpreters as one board: each frame goes to both, and every word of both answers agrees.

There is one world. It goes on with the first floor's answer, so a run is what it is without the
second, and whatever a test makes of it (trace, truths, expectations) holds on both as long as no
word differs: a row of a trace is made of the answer and of the world, and the world moves by the
answers alone.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wattback.boards.sim import (
    ANSWER_WORDS,
    BYTES_OUT_AT,
    COMMAND_WORDS,
    COUNT_OUT_AT,
    EVENT_COMMAND,
    HEAD_WORDS,
    KIND_BOOT,
    KIND_SERVICE,
    KIND_TICK,
    OBEYED_AT,
    OUT_WORDS,
    OUTPUT_NAMES,
    RETAINED_AT,
    STATUS_AT,
)
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_sim.errors import FirmwareStoppedError
from wattback_sim.link import Link

_HEAD = ("kind", "number", "result", "outputs", "due_in_us")
_TICK_NAMES = (
    *_HEAD,
    *OUTPUT_NAMES,
    *(f"obeyed[{i}]" for i in range(COMMAND_WORDS)),
    *STATUS_NAMES,
    *REPORT_NAMES,
    *(f"retained[{i}]" for i in range(OUT_WORDS - RETAINED_AT)),
)
_SERVICE_NAMES = (
    *_HEAD,
    "count",
    "closing",
    *(f"bytes[{3 * i}]" for i in range(OUT_WORDS - BYTES_OUT_AT)),
)


_Said = Sequence[int] | FirmwareStoppedError


class FloorsPartError(AssertionError):
    """The two floors do not give the same answer: which word of which frame, and both values."""


@dataclass
class Tally:
    """What was compared: boards started, ticks, other frames; how many of all these differ.

    seconds: of wall time in each floor's ticks, its pipe included.
    """

    boards: int = 0
    ticks: int = 0
    others: int = 0
    differing: int = 0
    seconds: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def frames(self) -> int:
        """All that were compared, boots included."""
        return self.boards + self.ticks + self.others

    def add(self, other: "Tally") -> None:
        """Sum up."""
        self.boards += other.boards
        self.ticks += other.ticks
        self.others += other.others
        self.differing += other.differing
        self.seconds = [sum(pair) for pair in zip(self.seconds, other.seconds, strict=True)]


@dataclass(frozen=True, slots=True)
class Floor:
    """enter: a new board. name: for messages. leave: what becomes of the link of a board that is
    no more, if it is in step.
    """

    name: str
    enter: Callable[[], Link]
    leave: Callable[[Link], None] = lambda link: link.close()


class TwinLink:
    """A board on two floors; see Link. Raises FloorsPartError where they differ."""

    late_ticks = 0
    ticked = True

    def __init__(self, floors: tuple[Floor, Floor], tally: Tally) -> None:
        self._floors = floors
        self._tally = tally
        self._links = tuple(floor.enter() for floor in floors)
        self._open = True
        self._in_step = True  # no frame is under way, and no board has stopped
        first, other = self._links
        self.most_in = first.most_in
        self.connections = first.connections
        assert (other.most_in, other.connections) == (first.most_in, first.connections)

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link. Stops when both firmwares stop at the same frame."""
        tally = self._tally
        self._in_step = False
        began = time.perf_counter()
        first = _ask(self._links[0], words)
        between = time.perf_counter()
        other = _ask(self._links[1], words)
        if words[0] == KIND_TICK:
            tally.ticks += 1
            tally.seconds[0] += between - began
            tally.seconds[1] += time.perf_counter() - between
        elif words[0] == KIND_BOOT:
            tally.boards += 1
        else:
            tally.others += 1
        if isinstance(first, FirmwareStoppedError) or isinstance(other, FirmwareStoppedError):
            raise self._stopped(words, first, other)
        self._in_step = True
        if first != other:
            self._compare(words, first, other)
        return first

    def close(self) -> None:
        """See Link."""
        if self._open:
            self._open = False
            for floor, link in zip(self._floors, self._links, strict=True):
                if self._in_step:
                    floor.leave(link)
                else:
                    link.close()

    def _compare(self, words: Sequence[int], first: Sequence[int], other: Sequence[int]) -> None:
        names = _TICK_NAMES if words[0] == KIND_TICK else _SERVICE_NAMES
        for index in _meant(words, first):
            if first[index] != other[index]:
                raise self._part(words, names[index], str(first[index]), str(other[index]))

    def _stopped(self, words: Sequence[int], first: _Said, other: _Said) -> Exception:
        if isinstance(first, FirmwareStoppedError) and isinstance(other, FirmwareStoppedError):
            return first
        said = [
            str(a) if isinstance(a, FirmwareStoppedError) else "goes on" for a in (first, other)
        ]
        return self._part(words, "the firmware", *said)

    def _part(self, words: Sequence[int], name: str, first: str, other: str) -> Exception:
        self._tally.differing += 1
        kind = {KIND_BOOT: "boot", KIND_TICK: "tick", KIND_SERVICE: "service frame"}[words[0]]
        one, two = (floor.name for floor in self._floors)
        return FloorsPartError(
            f"{kind} {words[1]} at board time {words[2]} ms: {name}: "
            f"{one}: {first}; {two}: {other}"
        )


def _ask(link: Link, words: Sequence[int]) -> _Said:
    try:
        return link.exchange(words)
    except FirmwareStoppedError as error:
        return error


_TICK_WORDS = range(OUT_WORDS)
_ARGUMENTS = range(OBEYED_AT + 1, OBEYED_AT + COMMAND_WORDS)
_WITHOUT_ARGUMENTS = [index for index in _TICK_WORDS if index not in _ARGUMENTS]


def _meant(words: Sequence[int], answer: Sequence[int]) -> Sequence[int]:
    """The words of an answer that say something; in others may lie what an earlier one said."""
    if words[0] == KIND_TICK:
        return _TICK_WORDS if answer[OBEYED_AT] else _WITHOUT_ARGUMENTS
    if words[0] == KIND_BOOT:  # and then the interpreter and its version
        return range(ANSWER_WORDS)
    if words[HEAD_WORDS] == EVENT_COMMAND:
        return range(ANSWER_WORDS)
    return range(BYTES_OUT_AT + (answer[COUNT_OUT_AT] + 2) // 3)


assert len(_TICK_NAMES) == OUT_WORDS and _TICK_NAMES[STATUS_AT] == STATUS_NAMES[0]
