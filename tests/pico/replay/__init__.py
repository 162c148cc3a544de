"""Runs on the board: the firmware on recorded frames, its answers held against recorded ones.

`core_phases.py` flashes this package and measures some of the ticks that it prepares.
"""

from array import array
from binascii import crc32

from wattback.boards.sim import HEAD_WORDS, KIND_TICK, SimBoard


class Replay:
    """The firmware behind its simulated board.

    boot: the words of the frame that powers the board on. words: the recorded frames, each of
    `frame_words` int32. sums: the CRC-32 of what was told after each.
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

    def pass_over(self, start: int, end: int) -> None:
        """Take the frames from `start` to before `end`, unmeasured.

        The frame before `start` was a measured tick. What it and the last frame left behind must
        be what was recorded.
        """
        if start:
            self._compare(start - 1)
        board = self.board
        for index in range(start, end):
            board.frame_in = self.frames[index]  # type: ignore[assignment]
            if board.frame_in[0] == KIND_TICK:
                board.connector.tick(board.frame_in[2])
            else:
                board.answer()
        if end > start:
            self._compare(end - 1)

    def _compare(self, index: int) -> None:
        board = self.board
        board._tell(board.connector.status)
        told = memoryview(board.frame_out)[HEAD_WORDS:]
        assert crc32(told) == self._sums[index], f"after frame {index}: not what CPython told"
