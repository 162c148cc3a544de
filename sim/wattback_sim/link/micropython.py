"""The firmware in a MicroPython process: pipes carry the frames, both sides share one core.

The interpreter is, in this order, what WATTBACK_MICROPYTHON names, the wheel beside this Python,
or `micropython` on PATH.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wattback.boards.sim import IN_WORDS, MOST_IN, OUT_WORDS
from wattback.service import TCP_CONNECTIONS
from wattback_sim.errors import BadInputError, FirmwareStoppedError
from wattback_sim.firmware import firmware_root

# 192 Ki words: more than the firmware needs, source and compiler included, and little enough that
# asking for the heap's fill level, which walks all of it, stays cheap.
_HEAP = "192wK"
_START = "from wattback.boards import sim_process; sim_process.run()"
_IN = struct.Struct(f"<{IN_WORDS}i")
_OUT = struct.Struct(f"<{OUT_WORDS}i")


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and boards started within, on one core.

    The two sides never run at the same time, so one warm cache is worth more than two cores. For
    programs that play one scenario; a suite with several workers has better use for its cores.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def find_interpreter() -> Path | None:
    """The MicroPython to use, or None. Raises BadInputError when the one named is missing."""
    named = os.environ.get("WATTBACK_MICROPYTHON")
    if named:
        found = shutil.which(named)
        if found is None:
            raise BadInputError(
                f"WATTBACK_MICROPYTHON names {named!r}, which is no program; correct or unset it"
            )
        return Path(found)
    beside = Path(sys.executable).parent / "micropython"
    if beside.exists():
        return beside
    found = shutil.which("micropython")
    return Path(found) if found else None


class MicroPythonLink:
    """One board in one process."""

    most_in = MOST_IN
    connections = TCP_CONNECTIONS
    late_ticks = 0
    ticked = True

    def __init__(self) -> None:
        interpreter = find_interpreter()
        if interpreter is None:
            raise BadInputError(
                "no MicroPython is installed here; install one, name it in WATTBACK_MICROPYTHON, "
                "or use --runtime cpython"
            )
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the board)
        self._process = subprocess.Popen(
            [str(interpreter), "-X", f"heapsize={_HEAP}", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, "MICROPYPATH": str(firmware_root())},
            bufsize=0,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to_board = self._process.stdin.fileno()
        self._from_board = self._process.stdout.fileno()

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link."""
        said = b""
        try:
            os.write(self._to_board, _IN.pack(*words))
            said = os.read(self._from_board, _OUT.size)
            while len(said) < _OUT.size:
                more = os.read(self._from_board, _OUT.size - len(said))
                if not more:
                    raise BrokenPipeError
                said += more
        except BrokenPipeError:
            raise FirmwareStoppedError(self._last_words(said)) from None
        answer = _OUT.unpack(said)
        if answer[0] != words[0]:  # no frame: the interpreter has printed something
            raise FirmwareStoppedError(self._last_words(said))
        return answer

    def close(self) -> None:
        """See Link."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()
        self._stderr.close()

    def _last_words(self, fragment: bytes) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        printed = fragment + self._process.stdout.read()
        code = self._process.wait()
        self._stderr.seek(0)
        said = (printed + self._stderr.read()).decode(errors="replace").strip()
        return f"the firmware stopped with code {code}: {said or 'it said nothing'}"
