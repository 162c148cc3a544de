"""A wire between the host's client and a real console port, and what may go wrong on it."""

from collections.abc import Callable

from tests.unit.console_bench import ConsoleBench

Spoil = Callable[[bytes], bytes]


def untouched(data: bytes) -> bytes:
    """A sound wire."""
    return data


class Wire:
    """A port of the client whose far end is a console port. Time passes in its ticks.

    to_board, from_board: called with what passes; what they return arrives. waiting: what has
    come for the client and is not read. asked: how often it has written. waited_s: of reads that
    brought nothing.
    """

    def __init__(self, bench: ConsoleBench | None = None) -> None:
        self.bench = bench or ConsoleBench()
        self.to_board: Spoil = untouched
        self.from_board: Spoil = untouched
        self.asked = 0
        self.waited_s = 0.0
        self.waiting = b""
        self.arrive(self.bench.run())

    def write(self, data: bytes) -> None:
        """See ports.Port."""
        self.asked += 1
        self.arrive(self.bench.send(self.to_board(data)))

    def read(self, within_s: float) -> bytes:
        """See ports.Port."""
        if not self.waiting:
            self.tick()
        if not self.waiting:
            self.waited_s += within_s
        data, self.waiting = self.waiting[:100], self.waiting[100:]
        return data

    def tick(self, **fields: int) -> None:
        """Let a tick pass, in which these fields change."""
        self.arrive(self.bench.tick(**fields))

    def arrive(self, said: bytes) -> None:
        """Bytes for the client, from the board or from elsewhere."""
        self.waiting += self.from_board(said)


class Once:
    """Spoils what passes the first `times` times that it fits, and leaves the rest as it is."""

    def __init__(self, spoil: Spoil, times: int = 1) -> None:
        self._spoil = spoil
        self._left = times

    def __call__(self, data: bytes) -> bytes:
        if not data or not self._left:
            return data
        self._left -= 1
        return self._spoil(data)
