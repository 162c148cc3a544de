"""Drafts: the commands that a write amounts to, judged one by one, queued together or not."""

from micropython import const

from wattback import commands
from wattback.commands import CommandQueue

MOST = const(6)  # what one write can amount to; the generator checks it


class Drafts:
    """good: 1 as long as every command that was added would be accepted."""

    def __init__(self) -> None:
        self.good = 1
        self._waiting: list[tuple[int, ...]] = []

    def clear(self) -> None:
        """Begin anew."""
        self.good = 1
        self._waiting.clear()

    def add(self, *command: int) -> None:
        """Add a command, see `commands`, if it would be accepted."""
        if commands.judge(*command) == commands.ACCEPTED:
            self._waiting.append(command)
        else:
            self.good = 0

    def post(self, queue: CommandQueue) -> int:
        """Queue all and return 1, or none and return 0 when there is no room for all."""
        if len(self._waiting) > queue.room():
            return 0
        for command in self._waiting:
            queue.put(*command)
        return 1
