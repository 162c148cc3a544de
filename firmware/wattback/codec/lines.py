"""Lines out of a stream of bytes: whole ones only, noise skipped up to the next end of line.

A line ends at a newline or at a carriage return, which is what a terminal's Enter key sends; empty
lines do not count. A line that is longer than the buffer is noise as a whole. Bytes from 0x80 on
belong to no line of this project: what stands after the last of them may still be a message, so
its place is told and the reader decides.
"""

from micropython import const

_NEWLINE = const(10)
_RETURN = const(13)


class Lines:
    """One line at a time.

    line, count: the line's bytes and how many of them count. clean_at: index after the last byte
    from 0x80 on, 0 when there is none. ready: 1 while a whole line waits to be read; it is not
    overwritten before `drop`.
    """

    def __init__(self, longest: int) -> None:
        self.line = bytearray(longest)
        self.count = 0
        self.clean_at = 0
        self.ready = 0
        self._longest = longest
        self._too_long = 0

    def take(self, data, start: int, end: int) -> int:  # type: ignore[no-untyped-def]
        """Take bytes of data[start:end] up to the end of a line; returns where it stopped.

        Takes nothing while a line is ready.
        """
        if self.ready:
            return start
        line = self.line
        count = self.count
        longest = self._longest
        for at in range(start, end):
            byte = data[at]
            if byte == _NEWLINE or byte == _RETURN:
                if count and not self._too_long:
                    self.count = count
                    self.ready = 1
                    return at + 1
                self.drop()
                count = 0
            elif count == longest:
                self._too_long = 1
            else:
                line[count] = byte
                count += 1
                if byte >= 0x80:
                    self.clean_at = count
        self.count = count
        return end

    def drop(self) -> None:
        """Begin the next line; also gives up one that is under way."""
        self.count = 0
        self.clean_at = 0
        self.ready = 0
        self._too_long = 0
