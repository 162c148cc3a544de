"""One simulated board in its world: power, ticks and commands, whatever interpreter runs it.

`answer` holds the firmware's last words; `status(name)` reads one of them by name. Retained memory
lives here while the board is without power, as it would in its FRAM.
"""

from collections.abc import Callable, Mapping, Sequence

from wattback import retained
from wattback.boards.sim import (
    HEAD_WORDS,
    IN_WORDS,
    KIND_BOOT,
    KIND_SERVICE,
    KIND_TICK,
    OUTPUT_AT,
    RETAINED_AT,
    STATUS_AT,
    STATUS_NAMES,
)
from wattback.settings import SETTINGS
from wattback_sim.clock import Clock
from wattback_sim.errors import FirmwareStoppedError
from wattback_sim.link import Link
from wattback_sim.world import World

# Where each word of the status lies in an answer.
AT = {name: STATUS_AT + index for index, name in enumerate(STATUS_NAMES)}

_TAIL = [0] * IN_WORDS


class SimulatedBoard:
    """A board, its firmware at the other end of a link, and the world that it sees.

    settings_by_name: in table order. new_link: opens a link to a board without power.
    interpreter: name and version, known after `power_on`. ticks: exchanged so far.
    """

    def __init__(
        self, world: World, clock: Clock, settings: Mapping[str, int], new_link: Callable[[], Link]
    ) -> None:
        self.world = world
        self.clock = clock
        self.settings_by_name = settings
        self.answer: Sequence[int] = []
        self.interpreter = ""
        self.ticks = 0
        self._new_link = new_link
        self._link: Link | None = None
        self._retained = [0] * retained.WORDS
        self._words = [0] * IN_WORDS

    def status(self, name: str) -> int:
        """One word of the firmware's last published status."""
        return self.answer[AT[name]]

    def power_on(self) -> None:
        """Start the firmware: settings and retained memory go in, outputs come out safe."""
        self._link = self._new_link()
        self.world.powered = True
        answer = self._exchange(KIND_BOOT, [*self.settings_by_name.values(), *self._retained])
        self._drive(answer)
        if not answer[2]:
            name = "MicroPython" if answer[STATUS_AT] else "CPython"
            version = ".".join(str(part) for part in answer[STATUS_AT + 1 : STATUS_AT + 4])
            self.interpreter = f"{name} {version}"

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

    def tick(self) -> None:
        """One tick at the clock's present time; the world must have advanced to it."""
        words = self._words
        words[0] = KIND_TICK
        words[1] = self.ticks
        words[2] = self.clock.board_ms
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

    def command(self, code: int, *arguments: int) -> int:
        """Put a command into the firmware's queue; its answer (`wattback.commands`)."""
        return self._exchange(KIND_SERVICE, [code, *arguments])[2]

    def _exchange(self, kind: int, words: Sequence[int]) -> Sequence[int]:
        frame = [kind, self.ticks, self.clock.board_ms, *words]
        assert self._link is not None and len(frame) <= IN_WORDS
        return self._link.exchange(frame + _TAIL[len(frame) :])

    def _drive(self, answer: Sequence[int]) -> None:
        self.world.drive(
            answer[OUTPUT_AT], answer[OUTPUT_AT + 1], answer[OUTPUT_AT + 2], answer[OUTPUT_AT + 3]
        )


def default_settings() -> dict[str, int]:
    """The firmware's settings with their defaults, in table order."""
    return {row[0]: row[1] for row in SETTINGS}
