"""Commands into the control plane: a small queue between the two planes.

The service plane puts, the tick takes, in order, at its start. One writer, one reader; neither
waits. What can be refused is refused at the door, so that a tick never meets a bad command.
"""

from array import array

from micropython import const

from wattback.limits import HIGHEST_LIMIT_MA, LONGEST_S, NO_LIMIT_MA, OWNER_DRIVER, OWNER_SITE

COMMAND_SET_LIMIT = const(1)  # owner, import_ma, export_ma, lasts_s (0 … LONGEST_S; 0: for ever)
COMMAND_RESET_FAULTS = const(2)

ACCEPTED = const(0)
REFUSED_UNKNOWN = const(1)
REFUSED_OWNER = const(2)  # this owner's limit is not set by command
REFUSED_RANGE = const(3)
REFUSED_FULL = const(4)
ANSWER_NAMES = ("accepted", "unknown command", "not this owner's to set", "out of range", "busy")

_WORDS = const(5)
_PLACES = const(4)  # one stays free; more would make a tick that obeys them all too long


class CommandQueue:
    """Up to three waiting commands of five words: code and four arguments."""

    def __init__(self) -> None:
        self.words = array("i", [0] * (_WORDS * _PLACES))
        self._head = 0  # moved by put alone
        self._tail = 0  # moved by take alone

    def put(self, code: int, a: int, b: int, c: int, d: int) -> int:
        """Queue a command; returns ACCEPTED or the reason of its refusal."""
        answer = _judge(code, a, b, c, d)
        if answer != ACCEPTED:
            return answer
        following = (self._head + _WORDS) % (_WORDS * _PLACES)
        if following == self._tail:
            return REFUSED_FULL
        at = self._head
        self.words[at] = code
        self.words[at + 1] = a
        self.words[at + 2] = b
        self.words[at + 3] = c
        self.words[at + 4] = d
        self._head = following
        return ACCEPTED

    def first(self) -> int:
        """Index into `words` of the oldest command, or -1 when none waits."""
        return -1 if self._tail == self._head else self._tail

    def drop(self) -> None:
        """Remove the oldest command: it has been carried out."""
        self._tail = (self._tail + _WORDS) % (_WORDS * _PLACES)


def _judge(code: int, a: int, b: int, c: int, d: int) -> int:
    if code == COMMAND_RESET_FAULTS:
        return ACCEPTED
    if code != COMMAND_SET_LIMIT:
        return REFUSED_UNKNOWN
    if a != OWNER_SITE and a != OWNER_DRIVER:
        return REFUSED_OWNER
    if not NO_LIMIT_MA <= b <= HIGHEST_LIMIT_MA or not NO_LIMIT_MA <= c <= HIGHEST_LIMIT_MA:
        return REFUSED_RANGE
    if not 0 <= d <= LONGEST_S:
        return REFUSED_RANGE
    return ACCEPTED
