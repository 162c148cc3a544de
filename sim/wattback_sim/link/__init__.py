"""Lock-step links: one frame to the firmware, one answer back, on whatever interpreter it runs.

`open_link` chooses. All links speak the frames of `wattback.boards.sim` and give the same answers
to the same frames; what the firmware raises becomes FirmwareStoppedError.
"""

from collections.abc import Sequence
from typing import Protocol

from wattback_sim.errors import BadInputError

RUNTIMES = ("micropython", "cpython", "webassembly", "pico")


class Link(Protocol):
    """A board with its firmware at the other end.

    most_in: bytes of a serial wire that one frame may bring; 1 where each has its own time.
    connections: of TCP that the board serves at once; 0: it has no network. late_ticks: by how
    much an answer is older than the inputs of its frame: a board that keeps its own time says what
    it found a tick before. ticked: whether it has ticked since the frame before; a board whose
    firmware has failed, or boots, has not, and what it said last says nothing.
    """

    most_in: int
    connections: int
    late_ticks: int
    ticked: bool

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """Send IN_WORDS int32 words, wait for the answer's OUT_WORDS.

        The answer is valid until the next exchange. Raises FirmwareStoppedError.
        """

    def close(self) -> None:
        """End the board. Harmless when called again."""


def open_link(runtime: str) -> Link:
    """A new board without power; the first frame must be KIND_BOOT.

    runtime: one of RUNTIMES. Raises BadInputError when there is no such interpreter here.
    """
    if runtime == "pico":
        return _pico_link()
    if runtime == "webassembly":
        from wattback_sim.link.webassembly import WebAssemblyLink

        return WebAssemblyLink()
    from wattback_sim.link.cpython import CPythonLink
    from wattback_sim.link.micropython import MicroPythonLink

    return MicroPythonLink() if runtime == "micropython" else CPythonLink()


def _pico_link() -> Link:
    try:
        from wattback_sim.link.pico import PicoLink
        from wattback_sim.pico.image import PicoImageError, read_uf2

        read_uf2()
    except ModuleNotFoundError as error:
        raise BadInputError(
            f"the emulated Pico needs the package {error.name}; install wattback[pico]"
        ) from None
    except PicoImageError as error:
        raise BadInputError(str(error)) from None
    return PicoLink()
