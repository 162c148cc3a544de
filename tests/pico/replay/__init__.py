"""Runs on the board: the firmware fed with recorded frames, its answers held against recorded ones.

`core_phases.py` records on CPython, flashes this package, and measures some of the ticks.
"""

from array import array
from binascii import crc32

from wattback.boards.sim import KIND_TICK, SimBoard
from wattback.session import STATE_NAMES


class Replay:
    """The firmware behind its simulated board, at a frame of a recording.

    boot: the words of the frame that powers the board on. words: the recorded frames, each of
    `frame_words` int32. sums: the CRC-32 of each frame's answer.
    frames: the recorded frames as views, made once, because a measured tick may not allocate.
    """

    def __init__(self, boot: "list[int]", words: bytes, frame_words: int, sums: bytes) -> None:
        whole = memoryview(array("i", words))
        self.frames = [whole[at : at + frame_words] for at in range(0, len(whole), frame_words)]
        self.board = SimBoard()
        self._sums = array("I", sums)
        for index, word in enumerate(boot):
            self.board.frame_in[index] = word
        self.board.answer()

    def pass_over(self, start: int, end: int, state: str) -> None:
        """Answer the frames from `start` to before `end`; the session is in `state` after them.

        The frame before `start` was a tick of the caller's: its answer is compared too.
        """
        if start:
            self._tell_tick(start - 1)
        for index in range(start, end):
            self.board.frame_in = self.frames[index]
            self.board.answer()
            self._compare(index)
        seen = STATE_NAMES[self.board.connector.session.state]
        assert seen == state, "frame %d: session in %s, not %s" % (end, seen, state)

    def _tell_tick(self, index: int) -> None:
        out = self.board.frame_out
        out[0] = KIND_TICK
        out[1] = self.frames[index][1]
        out[2] = 0
        self.board._tell(self.board.connector.status)
        self._compare(index)

    def _compare(self, index: int) -> None:
        same = crc32(self.board.frame_out) == self._sums[index]
        assert same, "frame %d: another answer than on CPython" % index
