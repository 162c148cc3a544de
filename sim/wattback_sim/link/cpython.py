"""The firmware inside this process: for coverage, properties, debugging, and other processors."""

import traceback
from array import array
from collections.abc import Sequence

from wattback.boards.sim import MOST_IN, SimBoard
from wattback.service import TCP_CONNECTIONS
from wattback_sim.errors import FirmwareStoppedError


class CPythonLink:
    """One board in process; many may live side by side."""

    most_in = MOST_IN
    connections = TCP_CONNECTIONS
    late_ticks = 0
    ticked = True

    def __init__(self) -> None:
        self.board = SimBoard()

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link."""
        board = self.board
        board.frame_in[:] = array("i", words)
        try:
            board.answer()
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            raise FirmwareStoppedError(
                f"the firmware raised at board time {words[2]} ms: {error!r} "
                f"({last.name}, line {last.lineno})"
            ) from error
        return board.frame_out[:]

    def close(self) -> None:
        """See Link."""
