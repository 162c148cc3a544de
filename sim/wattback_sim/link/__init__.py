"""Lock-step links: one frame to the firmware, one answer back, on whatever interpreter it runs.

`open_link` chooses. Both links speak the frames of `wattback.boards.sim` and give the same answers
to the same frames; what the firmware raises becomes FirmwareStoppedError.
"""

from collections.abc import Sequence
from typing import Protocol

RUNTIMES = ("micropython", "cpython")


class Link(Protocol):
    """A board with its firmware at the other end."""

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
    from wattback_sim.link.cpython import CPythonLink
    from wattback_sim.link.micropython import MicroPythonLink

    return MicroPythonLink() if runtime == "micropython" else CPythonLink()
