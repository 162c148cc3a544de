"""One simulated board in its world: power, ticks, commands, bytes, whatever interpreter runs it.

`answer` holds the firmware's last words; `status(name)` reads one of them by name. Retained memory
lives here while the board is without power, as it would in its FRAM.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wattback import retained
from wattback.boards.sim import (
    BYTES_OUT_AT,
    CLOSING_AT,
    COMMAND_WORDS,
    COUNT_OUT_AT,
    DUE_AT,
    EVENT_COMMAND,
    EVENT_SETTINGS,
    HEAD_WORDS,
    IN_WORDS,
    KIND_BOOT,
    KIND_SERVICE,
    KIND_TICK,
    MOST_IN,
    OBEYED_AT,
    OUTPUT_AT,
    OUTPUTS_AT,
    REPORT_AT,
    RESULT_AT,
    RETAINED_AT,
    STATUS_AT,
)
from wattback.resets import RESET_POWER_ON
from wattback.settings import SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_sim.clock import Clock
from wattback_sim.errors import FirmwareStoppedError
from wattback_sim.link import Link
from wattback_sim.world import World

# Where each word of status and report lies in an answer to a tick.
AT = {name: STATUS_AT + index for index, name in enumerate(STATUS_NAMES)} | {
    name: REPORT_AT + index for index, name in enumerate(REPORT_NAMES)
}

SERIAL_NUMBER = 1  # of a simulated unit that is given none

_TAIL = [0] * IN_WORDS


@dataclass(frozen=True, slots=True)
class Served:
    """The service plane's answer to an event.

    taken: how many of the bytes that came. outputs: bits of channels that have something to say.
    due_in_us: until it wants to be called, or −1. data: of the channel asked about; closing: its
    port wants that connection closed, and is.
    """

    taken: int
    outputs: int
    due_in_us: int
    data: bytes
    closing: bool


class SimulatedBoard:
    """A board, its firmware at the other end of a link, and the world that it sees.

    settings_by_name: with which it starts, in table order. new_link: opens a link to a board
    without power. interpreter: name and version, known after `power_on`. ticks: exchanged so far.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        settings: Mapping[str, int],
        new_link: Callable[[], Link],
        serial_number: int = SERIAL_NUMBER,
    ) -> None:
        self.world = world
        self.clock = clock
        self.settings_by_name = settings
        self.serial_number = serial_number
        self.answer: Sequence[int] = []
        self.interpreter = ""
        self.ticks = 0
        self._new_link = new_link
        self._link: Link | None = None
        self._retained = [0] * retained.WORDS
        self._words = [0] * IN_WORDS

    def status(self, name: str) -> int:
        """One word of the firmware's last published status or report."""
        return self.answer[AT[name]]

    def power_on(self, reset_cause: int = RESET_POWER_ON) -> tuple[int, int]:
        """Start the firmware: settings and retained memory go in, outputs come out safe.

        reset_cause: what its hardware tells it, see `wattback.resets`. Returns what its service
        plane wants: outputs and due_in_us as in Served.
        """
        self._link = self._new_link()
        self.world.powered = True
        chance = self.world.draw_bits()
        unit = (self.serial_number, chance, reset_cause)
        answer = self._exchange(
            KIND_BOOT, [*self.settings_by_name.values(), *self._retained, *unit]
        )
        self._drive(answer)
        name = "MicroPython" if answer[STATUS_AT] else "CPython"
        version = ".".join(str(part) for part in answer[STATUS_AT + 1 : STATUS_AT + 4])
        self.interpreter = f"{name} {version}"
        return answer[OUTPUTS_AT], answer[DUE_AT]

    def power_off(self) -> None:
        """Cut the board's own supply; only retained memory survives."""
        if self._link is not None:
            if self.answer:
                self._retained = list(self.answer[RETAINED_AT:])
            self._link.close()
            self._link = None
        self.world.lose_power()

    @property
    def powered(self) -> bool:
        """The firmware is running."""
        return self._link is not None

    @property
    def late_ticks(self) -> int:
        """See Link."""
        return 0 if self._link is None else self._link.late_ticks

    @property
    def ticked(self) -> bool:
        """See Link."""
        return self._link is not None and self._link.ticked

    @property
    def most_in(self) -> int:
        """See Link."""
        return MOST_IN if self._link is None else self._link.most_in

    @property
    def connections(self) -> int:
        """See Link."""
        return 0 if self._link is None else self._link.connections

    def tick(self) -> None:
        """One tick at the clock's present time; the world must have advanced to it."""
        words = self._words
        clock = self.clock
        words[0] = KIND_TICK
        words[1] = self.ticks
        words[2] = clock.board_ms
        words[3] = clock.board_us
        self.world.sense(words, HEAD_WORDS)
        assert self._link is not None
        answer = self._link.exchange(words)
        if answer[0] != KIND_TICK or answer[1] != self.ticks:
            raise FirmwareStoppedError(
                f"the link lost step: tick {self.ticks} was answered by frame {answer[1]}"
            )
        self.ticks += 1
        self.answer = answer
        self._drive(answer)

    def obeyed(self) -> Sequence[int]:
        """Code and arguments of the command that the last tick carried out, or nothing."""
        answer = self.answer
        return answer[OBEYED_AT : OBEYED_AT + COMMAND_WORDS] if answer[OBEYED_AT] else ()

    def command(self, code: int, *arguments: int) -> int:
        """Put a command into the firmware's queue; its answer (`wattback.commands`)."""
        arguments += (0,) * (6 - len(arguments))
        return self._exchange(KIND_SERVICE, [EVENT_COMMAND, code, *arguments])[RESULT_AT]

    def settings_in_force(self) -> dict[str, int]:
        """The firmware's settings as they are now, by name."""
        answer = self._exchange(KIND_SERVICE, [EVENT_SETTINGS])
        names = self.settings_by_name
        return dict(zip(names, answer[BYTES_OUT_AT : BYTES_OUT_AT + len(names)], strict=True))

    def serve(
        self, event: int, channel: int, data: bytes = b"", age_us: int = 0, take: bool = False
    ) -> Served:
        """Something between ticks (`wattback.boards.sim`): bytes, connections, time.

        data: at most MOST_IN bytes, the last of which came `age_us` ago. take: bring what the
        channel's port wants sent.
        """
        words = [event, channel, int(take), age_us, len(data), *pack(data)]
        answer = self._exchange(KIND_SERVICE, words)
        count = answer[COUNT_OUT_AT]
        return Served(
            answer[RESULT_AT],
            answer[OUTPUTS_AT],
            answer[DUE_AT],
            unpack(answer[BYTES_OUT_AT : BYTES_OUT_AT + (count + 2) // 3], count),
            bool(answer[CLOSING_AT]),
        )

    def _exchange(self, kind: int, words: Sequence[int]) -> Sequence[int]:
        frame = [kind, self.ticks, self.clock.board_ms, self.clock.board_us, *words]
        assert self._link is not None and len(frame) <= IN_WORDS
        return self._link.exchange(frame + _TAIL[len(frame) :])

    def _drive(self, answer: Sequence[int]) -> None:
        self.world.drive(
            answer[OUTPUT_AT], answer[OUTPUT_AT + 1], answer[OUTPUT_AT + 2], answer[OUTPUT_AT + 3]
        )


def pack(data: bytes) -> list[int]:
    """Bytes as words of a frame: three to a word, the first lowest."""
    return [int.from_bytes(data[at : at + 3], "little") for at in range(0, len(data), 3)]


def unpack(words: Sequence[int], count: int) -> bytes:
    """The first `count` bytes of words of a frame."""
    return b"".join(word.to_bytes(3, "little") for word in words)[:count]


def default_settings() -> dict[str, int]:
    """The firmware's settings with their defaults, in table order."""
    return {row[0]: row[1] for row in SETTINGS}
