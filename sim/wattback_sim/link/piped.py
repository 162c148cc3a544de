"""A board in a process of its own: pipes carry the frames."""

import os
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence

from wattback.boards.sim import IN_WORDS, MOST_IN, OUT_WORDS
from wattback.service import TCP_CONNECTIONS
from wattback_sim.errors import FirmwareStoppedError

_IN = struct.Struct(f"<{IN_WORDS}i")
_OUT = struct.Struct(f"<{OUT_WORDS}i")


class PipedLink:
    """One board in one process; see Link. command, environment: what starts it."""

    most_in = MOST_IN
    connections = TCP_CONNECTIONS
    late_ticks = 0
    ticked = True

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the board)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **environment},
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
