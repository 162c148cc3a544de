"""The console's port: bytes in, lines out, a small step at a time. It only reads the connector.

A line that holds a frame's marker is a part of an SMP message; anything else is text typed by a
person. One message or word is answered at a time, and lines leave whole: those of faults first,
then an answer, which nothing interrupts once it has begun, then the rest of the log.
"""

from micropython import const

from wattback.codec.lines import Lines
from wattback.console.frames import CONTINUATION, LONGEST_LINE, MARKER_BYTES, START, FrameIn
from wattback.console.log import NOTED, Log, checked
from wattback.console.smp import LONGEST_MESSAGE, Server
from wattback.console.words import BOOT, WORDS, line
from wattback.service import NEVER

_ROOM = const(128)  # bytes that have come and are not looked at yet
_BYTES_A_STEP = const(56)
_LONGEST_LINE_IN = const(160)
_BANNER_S = const(10)  # at least so long between two that nobody asked for
_CONTROLS = b"\0\x03\x04\x08\t\x1b\x7f "  # what a terminal's keys may put around a word


class ConsolePort:
    """See the contract of a port in `wattback.service`."""

    def __init__(self, connector, identity) -> None:  # type: ignore[no-untyped-def]
        self.out = bytearray(LONGEST_LINE)
        self.out_count = 0
        self.due_us = NEVER
        self.closing = 0
        self._connector = connector
        self._identity = identity
        self._came = bytearray(_ROOM)
        self._came_at = 0  # what has been looked at
        self._came_end = 0
        self._lines = Lines(_LONGEST_LINE_IN)
        self._request = FrameIn(LONGEST_MESSAGE)
        self._server = Server(connector, identity)
        self._working = 0  # the last step has left work
        self._answering = 0  # the server has not finished its answer
        self._told = ""  # a line of the log that needs its check sum
        self._asked = ""  # the word whose answer is on its way out
        self._line = 0  # of that answer
        self._log = Log()
        self._next_banner_s = 0

    def opened(self) -> None:
        """Begin: greet, and expect a line."""
        self.closed()
        self._asked = BOOT

    def closed(self) -> None:
        """Forget what was under way."""
        self.out_count = 0
        self._came_at = 0
        self._came_end = 0
        self._lines.drop()
        self._request.drop()
        self._server.frame.busy = 0
        self._answering = 0
        self._asked = ""
        self._line = 0

    def room(self) -> int:
        """How many bytes fit now."""
        return _ROOM - self._came_end

    def receive(self, data, count: int, now_us: int) -> None:  # type: ignore[no-untyped-def]
        """Take `count` bytes, at most `room()`."""
        end = self._came_end + count
        self._came[self._came_end : end] = data[0:count]
        self._came_end = end

    def sent(self) -> None:
        """The board has taken `out`."""
        self.out_count = 0

    def step(self, now_us: int) -> int:
        """One unit of work; returns 1 when there is more to do at once."""
        news = self._log.watch(self._connector.status, self._connector.report)
        # To compare everything is a unit of work itself, unless there has been none.
        if news == NOTED or news and self._working:
            self._working = 1
        else:
            self._working = self._work()
        return self._working

    def _work(self) -> int:
        if self._answering:
            self._answering = self._server.step()
            return 1
        if not self.out_count and self._put_line():
            return 1
        if not self._request.ready and not self._lines.ready:
            return self._look()
        if self._server.frame.busy or self._asked:
            return 0  # one answer at a time: the next request waits until this one has left
        if self._request.ready:
            request = self._request
            self._answering = self._server.begin(request.message, request.count, request.too_long)
            request.drop()
        else:
            self._read_line()
        return 1

    def _put_line(self) -> int:
        # Returns 0 when there is none.
        frame = self._server.frame
        log = self._log
        if frame.busy and (frame.begun or not log.faults and not self._told):
            self.out_count = frame.line(self.out)
            return 1
        text = ""
        if self._told:
            text = checked(self._told)
            self._told = ""
        elif log.faults:
            self._told = log.line(log.faults)
            return 1
        elif self._asked:
            text = line(self._asked, self._line, self._connector, self._identity)
            self._line += 1
            if not text:
                self._asked = ""
        elif log.others:
            self._told = log.line(log.others)
            return 1
        if not text:
            return 0
        self.out_count = len(text)
        self.out[0 : self.out_count] = text.encode()
        return 1

    def _look(self) -> int:
        # At some of what has come; returns 0 when there is nothing.
        if self._came_at == self._came_end:
            return 0
        end = min(self._came_end, self._came_at + _BYTES_A_STEP)
        self._came_at = self._lines.take(self._came, self._came_at, end)
        if self._came_at == self._came_end:
            self._came_at = 0
            self._came_end = 0
        return 1

    def _read_line(self) -> None:
        lines = self._lines
        came = bytes(lines.line[0 : lines.count])
        clean_at = lines.clean_at
        lines.drop()
        start = came.rfind(START)
        at = max(start, came.rfind(CONTINUATION))
        if at >= clean_at:
            self._request.take(came[at + MARKER_BYTES :], 1 if at == start else 0)
        elif not clean_at:
            # Without a marker: one of the words, or a person who needs to be told them.
            typed = came.strip(_CONTROLS)
            if not typed or min(typed) < 0x20:
                return
            word = typed.decode().lower()
            self._line = 0
            if word in WORDS:
                self._asked = word
            elif self._log.second >= self._next_banner_s:
                self._next_banner_s = self._log.second + _BANNER_S
                self._asked = WORDS[0]
