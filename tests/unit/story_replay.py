"""Plays recorded stories against a connector, on any interpreter, its heap locked in every tick.

Lines in, of integers, as `tests/property/recorded_story.py` writes them; one line out for each:

    boot STARTS CHANCE CAUSE settings… retained…    the setting refused, or "loaded"
    run operations…                                 for each of them a number, see `Story.run`
    end                                             a check sum of everything the connector keeps
    spoil HOW                                       "spoilt": from now on the board takes memory in
                                                    each tick, 1 under the lock, 2 past it

With arguments LINE and PLACE, both counted from 0, it tells instead, name by name, what left the
connector in that operation of that line; of an `end`, what it keeps.
"""

import gc
import sys
from array import array
from binascii import crc32

from micropython import heap_lock, heap_unlock

from wattback.boards.sim import COMMAND_WORDS, INPUT_NAMES, OUTPUT_NAMES
from wattback.connector import TIME_MASK_MS, Connector
from wattback.retained import WORDS
from wattback.settings import SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback.vehicle import INBOX_WORDS

TICK = 0  # step in ms, count of inputs that changed, then index and value of each
COMMAND = 1  # code and six arguments
MESSAGE = 2  # the words of the vehicle's inbox

RETAINED_NAMES = [f"retained[{i}]" for i in range(WORDS)]
ROW_NAMES = list(OUTPUT_NAMES) + list(STATUS_NAMES) + list(REPORT_NAMES) + RETAINED_NAMES
ROW_WORDS = len(ROW_NAMES)
REPORT_AT = len(OUTPUT_NAMES) + len(STATUS_NAMES)
_LOADED = "loaded"
_OF_TESTS = ("_board", "_tape")  # what belongs to whoever plays
_MASK = 0x7FFFFFFF


def _written(head: str, lines: "list[str]"):  # type: ignore[no-untyped-def]
    """A function written out as code: a loop of getattr would take longer than the tick."""
    made = {}  # type: ignore[var-annotated]
    exec(f"def made({head}):\n " + "\n ".join(lines), made)
    return made["made"]


# What has left a connector in its last tick: sense(words, inputs), tell(driven, connector, row).
_sense = _written(
    "words, inputs", [f"inputs.{name} = words[{at}]" for at, name in enumerate(INPUT_NAMES)]
)
tell = _written(
    "driven, connector, row",
    ["status = connector.status", "report = connector.report", "kept = connector.retained"]
    + [f"row[{at}] = driven[{at}]" for at in range(len(OUTPUT_NAMES))]
    + [f"row[{ROW_NAMES.index(name)}] = status.{name}" for name in STATUS_NAMES]
    + [f"row[{REPORT_AT + at}] = report.{name}" for at, name in enumerate(REPORT_NAMES)]
    + [f"row[{ROW_WORDS - WORDS + at}] = kept[{at}]" for at in range(WORDS)],
)


def digest(row: "array[int]") -> int:
    """A number that differs when one word differs."""
    return crc32(row) & _MASK


def kept_by(part, path: str, into: "list[str]") -> None:  # type: ignore[no-untyped-def]
    """Append every integer and string that a connector and its parts keep: "path value"."""
    if part is None or isinstance(part, (bool, int, str)):
        into.append(f"{path} {part}")
    elif isinstance(part, (array, list, tuple)):
        for i in range(len(part)):
            kept_by(part[i], f"{path}[{i}]", into)
    elif not callable(part):
        for name in sorted(part.__dict__):
            if name not in _OF_TESTS:
                kept_by(part.__dict__[name], f"{path}.{name}", into)


def state_of(connector) -> "list[str]":  # type: ignore[no-untyped-def]
    """All that a connector keeps."""
    kept: list[str] = []
    kept_by(connector, "connector", kept)
    return kept


def state_digest(connector) -> int:  # type: ignore[no-untyped-def]
    """A number that differs when something in it does."""
    return crc32("\n".join(state_of(connector)).encode()) & _MASK


class StoryBoard:
    """Hands out `sensors`, a word for each of INPUT_NAMES, and keeps the last outputs."""

    def __init__(self) -> None:
        self.sensors = array("i", [0] * len(INPUT_NAMES))
        self.driven = array("i", [0] * len(OUTPUT_NAMES))
        self.spoilt = 0
        self._taken: object = None

    def sample(self, inputs) -> None:  # type: ignore[no-untyped-def]
        _sense(self.sensors, inputs)
        if self.spoilt:
            self._spoil()

    def drive(self, outputs) -> None:  # type: ignore[no-untyped-def]
        self.driven[0] = outputs.pilot_duty_bp
        self.driven[1] = outputs.contactor_closed
        self.driven[2] = outputs.ground_fault_test
        self.driven[3] = outputs.ground_fault_reset

    def _spoil(self) -> None:
        if self.spoilt == 2:
            heap_unlock()
        self._taken = [self._taken]
        if self.spoilt == 2:
            heap_lock()


class Story:
    """One board that is started again and again. row: what the last tick told."""

    def __init__(self) -> None:
        self.row = array("i", [0] * ROW_WORDS)
        self.board = StoryBoard()
        self.connector: Connector = None  # type: ignore[assignment]
        self._now_ms = 0
        self._done = 0
        self._raised = 0

    def play(self, line: str) -> str:
        """Carry out one line. What the firmware raises ends all until the next boot."""
        kind, _, rest = line.partition(" ")
        if kind == "boot":
            return self._boot([int(word) for word in rest.split()])
        if self._raised:
            return "stopped"
        if kind == "spoil":
            self.board.spoilt = int(rest)
            return "spoilt"
        if kind == "end":
            return str(state_digest(self.connector))
        words = array("i", [int(word) for word in rest.split()])
        numbers = array("i", [0] * len(words))
        gc.collect()
        gc.disable()  # so that what is left can be seen
        before = _mem_alloc()
        try:
            self.run(words, numbers)
        except Exception as error:
            self._raised = 1
            return f"raised {error!r} in operation {self._done}"
        finally:
            left = _mem_alloc() - before
            gc.enable()
        said = " ".join([str(numbers[i]) for i in range(self._done)])
        return said + (f" left {left}" if left else "")

    def run(self, words: "array[int]", numbers: "array[int]", last: int = -1) -> None:
        """Carry out operations, up to `last`; allocates nothing.

        numbers: of a tick the digest of its row, of a command its answer, of a message 0.
        """
        tick = self._tick
        put = self._put
        vehicle = self.connector.vehicle
        sensors = self.board.sensors
        at = 0
        self._done = 0
        while (at < len(words) and self._done != last + 1) or at == 0:
            kind = words[at]
            at += 1
            number = 0
            if kind == TICK:
                self._now_ms = (self._now_ms + words[at]) & TIME_MASK_MS
                changes = words[at + 1]
                at += 2
                for _ in range(changes):
                    sensors[words[at]] = words[at + 1]
                    at += 2
                heap_lock()
                try:
                    tick(self._now_ms)
                finally:
                    heap_unlock()
                tell(self.board.driven, self.connector, self.row)
                number = digest(self.row)
            elif kind == COMMAND:
                number = put(
                    words[at],
                    words[at + 1],
                    words[at + 2],
                    words[at + 3],
                    words[at + 4],
                    words[at + 5],
                    words[at + 6],
                )
                at += COMMAND_WORDS
            else:
                for i in range(INBOX_WORDS):
                    vehicle.inbox[i] = words[at + i]
                vehicle.inbox_full = 1
                at += INBOX_WORDS
            numbers[self._done] = number
            self._done += 1

    def _boot(self, words: "list[int]") -> str:
        self._raised = 0
        self._now_ms = words[0]
        self.board = StoryBoard()
        kept = 3 + len(SETTINGS)
        self.connector = Connector(self.board, words[kept:], words[2], words[1])
        self._tick = self.connector.tick  # bound here: it takes memory
        self._put = self.connector.queue.put
        return self.connector.load_settings(words[3:kept]) or _LOADED


def _nothing() -> int:
    return 0


_mem_alloc = getattr(gc, "mem_alloc", _nothing)  # CPython counts nothing


def told(lines: "list[str]", line: int, place: int) -> "list[str]":
    """What left the connector in an operation of a line, or what it keeps at an `end`."""
    story = Story()
    for before in lines[:line]:
        story.play(before)
    kind, _, rest = lines[line].partition(" ")
    if kind != "run":
        said = [f"answer {story.play(lines[line])}"]
        said.extend(state_of(story.connector))
        return said
    words = array("i", [int(word) for word in rest.split()])
    numbers = array("i", [0] * len(words))
    story.run(words, numbers, place)
    said = [f"answer {numbers[place]}"]
    said.extend([f"{ROW_NAMES[i]} {story.row[i]}" for i in range(ROW_WORDS)])
    return said


if __name__ == "__main__":
    if len(sys.argv) > 2:
        for answer in told(sys.stdin.read().split("\n"), int(sys.argv[1]), int(sys.argv[2])):
            print(answer)
    else:
        story = Story()
        for line in sys.stdin:
            print(story.play(line.strip()))
