"""A story on CPython, written down: all that enters the connector, and what left it each time.

The lines are those of `tests/unit/story_replay.py`, which plays them again on any interpreter.
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.property.wild_wall import Player, Segment, WildWall
from tests.unit import story_replay
from tests.unit.linked_wall import LinkedWall
from tests.unit.wall import TICK_MS
from wattback.boards.sim import COMMAND_WORDS, INPUT_NAMES
from wattback.commands import CommandQueue
from wattback.connector import Connector
from wattback.resets import RESET_POWER_ON, RESET_WATCHDOG
from wattback.retained import WORDS
from wattback.session import DISCHARGING
from wattback.vehicle import INBOX_WORDS

CHANCE_MASK = (1 << 30) - 1
_LINE_TICKS = 64  # a look at the heap for each line: it is slow


@dataclass
class Counts:
    """What stories have reached. faults: bits of all rows. commands: by their answers."""

    stories: int = 0
    ticks: int = 0
    closed: int = 0  # ticks with the coil on
    discharging: int = 0  # ticks in that state with power that flows out
    faults: int = 0
    cuts: int = 0
    messages: int = 0
    refused_loads: int = 0
    commands: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        for name, value in vars(other).items():
            mine = getattr(self, name)
            setattr(self, name, mine | value if name == "faults" else mine + value)


class Tape:
    """lines: what the replay is given. said: what it must answer, line by line.

    answers: where it counts those to commands.
    """

    def __init__(self, answers: Counter[int]) -> None:
        self.answers = answers
        self.lines: list[str] = []
        self.said: list[str] = []
        self._words: list[int] = []
        self._numbers: list[int] = []
        self._ticks = 0
        self._sensors = [0] * len(INPUT_NAMES)
        self._row = array("i", [0] * story_replay.ROW_WORDS)

    def boot(self, words: Iterable[int], refused: str) -> None:
        self._line("boot", words, refused or "loaded")
        self._sensors = [0] * len(INPUT_NAMES)

    def operation(self, kind: int, words: Iterable[int], number: int) -> None:
        self._words += [kind, *words]
        self._numbers.append(number)

    def tick(self, dt_ms: int, wall: WildWall) -> None:
        sensors = vars(wall.board.sensors)
        words = [dt_ms, 0]
        for index, name in enumerate(INPUT_NAMES):
            if sensors[name] != self._sensors[index]:
                self._sensors[index] = sensors[name]
                words += [index, sensors[name]]
        words[1] = len(words) // 2 - 1
        story_replay.tell(wall.board.driven[-1], wall.connector, self._row)
        self.operation(story_replay.TICK, words, story_replay.digest(self._row))
        self._ticks += 1
        if self._ticks == _LINE_TICKS:
            self.flush()

    def end(self, connector: Connector) -> None:
        self.flush()
        self._line("end", (), str(story_replay.state_digest(connector)))

    def flush(self) -> None:
        if self._words:
            self._line("run", self._words, " ".join(map(str, self._numbers)))
            self._words = []
            self._numbers = []
        self._ticks = 0

    def _line(self, kind: str, words: Iterable[int], said: str) -> None:
        self.lines.append(" ".join([kind, *(str(int(word)) for word in words)]))
        self.said.append(said)


class _RecordedQueue(CommandQueue):
    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self._tape = tape

    def put(self, code: int, a: int, b: int, c: int, d: int, e: int = 0, f: int = 0) -> int:
        answer = super().put(code, a, b, c, d, e, f)
        self._tape.operation(story_replay.COMMAND, (code, a, b, c, d, e, f), answer)
        self._tape.answers[answer] += 1
        return answer


class RecordedWall(WildWall):
    """A wild wall that computes with plain integers and writes down what enters its connector."""

    def __init__(
        self,
        values: tuple[int, ...],
        retained: Iterable[int],
        starts_ms: int,
        reset_cause: int,
        chance: int,
        tape: Tape,
        counts: Counts,
    ) -> None:
        words = list(retained)
        LinkedWall.__init__(self, values, words, starts_ms)
        self.tape = tape
        self.counts = counts
        # The same once more, with what a wall leaves at its default.
        self.connector = Connector(self.board, words, reset_cause, chance)
        self.connector.queue = _RecordedQueue(tape)
        self.refused = self.connector.load_settings(list(values))
        counts.refused_loads += bool(self.refused)
        tape.boot([starts_ms, chance, reset_cause, *values, *words], self.refused)

    def tick(self, dt_ms: int = TICK_MS) -> None:
        LinkedWall.tick(self, dt_ms)
        self.tape.tick(dt_ms, self)

    def say(self, kind: int, *words: int) -> None:
        super().say(kind, *words)
        self.tape.operation(story_replay.MESSAGE, self.connector.vehicle.inbox, 0)
        self.counts.messages += 1

    def _answer(self, dt_ms: int) -> None:
        LinkedWall._answer(self, dt_ms)


class Recorder(Player):
    """Plays a story and writes it down. chance: the random bits of the first start.

    Every second power cut is a reset by the watchdog; every start has other random bits.
    """

    def __init__(self, values: tuple[int, ...], starts_ms: int, chance: int) -> None:
        super().__init__(values, starts_ms)
        self.counts = Counts()
        self.tape = Tape(self.counts.commands)
        self._chance = chance
        self.wall = self._started([0] * WORDS, starts_ms)
        self.wall.speaks = False

    def play(self, story: list[Segment]) -> None:
        super().play(story)
        self.tape.end(self.wall.connector)
        self.counts.stories += 1

    def _ticked(self, dt_ms: int) -> None:
        status = self.wall.connector.status
        counts = self.counts
        counts.ticks += 1
        counts.closed += status.contactor_commanded
        counts.discharging += status.session_state == DISCHARGING and status.power_w > 0
        counts.faults |= status.faults

    def _started(self, retained: Iterable[int], starts_ms: int) -> RecordedWall:
        cause = RESET_WATCHDOG if self.counts.cuts % 2 else RESET_POWER_ON
        self._chance = (self._chance * 32_771 + 12_345) & CHANCE_MASK
        return RecordedWall(
            self._values, retained, starts_ms, cause, self._chance, self.tape, self.counts
        )

    def _cut_power(self) -> WildWall:
        before = self.wall
        self.tape.end(before.connector)
        self.counts.cuts += 1
        self.wall = self._started(before.connector.retained, before.now_ms)
        self.wall.board.sensors.ground_fault_latched = before.board.sensors.ground_fault_latched
        self.wall.vehicle = before.vehicle
        self.wall.speaks = before.speaks
        self._restarted()
        return self.wall


def operations(line: str) -> list[int]:
    """The kinds of a line's operations, in order."""
    kind, *rest = line.split()
    kinds: list[int] = []
    at = 0
    while kind == "run" and at < len(rest):
        kinds.append(int(rest[at]))
        if kinds[-1] == story_replay.TICK:
            at += 3 + 2 * int(rest[at + 2])
        elif kinds[-1] == story_replay.COMMAND:
            at += 1 + COMMAND_WORDS
        else:
            at += 1 + INBOX_WORDS
    return kinds
