"""Commands into the control plane: a small queue between the two planes.

The service plane puts, the tick takes, one a tick, in order, at its start. One writer, one
reader; neither waits. What can be refused is refused at the door, so that a tick never meets a bad
command.
"""

from array import array

from micropython import const

from wattback.limits import (
    HIGHEST_LIMIT_MA,
    LONGEST_S,
    NO_LIMIT_MA,
    OWNER_DRIVER,
    OWNER_PROGRAMME,
    OWNER_SITE,
    OWNER_TECHNICIAN,
)
from wattback.settings import AT_RUN_TIME, SETTINGS
from wattback.targets import HIGHEST_TARGET_W
from wattback.targets import OWNER_PROGRAMME as TARGET_OF_PROGRAMME
from wattback.targets import OWNER_SITE as TARGET_OF_SITE

COMMAND_SET_LIMIT = const(1)  # owner, import_ma, export_ma, lasts_s (0 … LONGEST_S; 0: for ever)
COMMAND_RESET_FAULTS = const(2)
# owner, enabled, target_w, lasts_s, then after that time: enabled, target_w
COMMAND_SET_TARGET = const(3)
COMMAND_SET_SETTING = const(4)  # index into SETTINGS of a row for run time, value
COMMAND_HEARTBEAT = const(5)  # the controller's counter; a change is a beat
COMMAND_SET_TIME = const(6)  # days since 1970-01-01, second of the day
COMMAND_PAUSE = const(7)  # owner, paused (1, or 0: go on)
COMMAND_ADOPT = const(8)  # of `Connector.prepared`: its version, the categories that fit it
COMMAND_WITHDRAW = const(9)  # the permission to serve, until it is adopted again

ACCEPTED = const(0)
REFUSED_UNKNOWN = const(1)
REFUSED_OWNER = const(2)  # not this owner's to set by command
REFUSED_RANGE = const(3)
REFUSED_FULL = const(4)
ANSWER_NAMES = ("accepted", "unknown command", "not this owner's to set", "out of range", "busy")

_WORDS = const(7)
_PLACES = const(8)  # one stays free

_ALL_CATEGORIES = const(0x1FF)  # bits of `categories.fitting_bit`
_LAST_DAY = const(47482)  # of the year 2099
_DAY_S = const(86400)


class CommandQueue:
    """Up to seven waiting commands: code and six arguments each. tail: where the oldest lies."""

    def __init__(self) -> None:
        self.words = array("i", [0] * (_WORDS * _PLACES))
        self._head = 0  # moved by put alone
        self.tail = 0  # moved by drop alone

    def put(self, code: int, a: int, b: int, c: int, d: int, e: int = 0, f: int = 0) -> int:
        """Queue a command; returns ACCEPTED or the reason of its refusal."""
        answer = judge(code, a, b, c, d, e, f)
        if answer != ACCEPTED:
            return answer
        following = (self._head + _WORDS) % (_WORDS * _PLACES)
        if following == self.tail:
            return REFUSED_FULL
        at = self._head
        words = self.words
        words[at] = code
        words[at + 1] = a
        words[at + 2] = b
        words[at + 3] = c
        words[at + 4] = d
        words[at + 5] = e
        words[at + 6] = f
        self._head = following
        return ACCEPTED

    def room(self) -> int:
        """How many more commands fit now."""
        waiting = (self._head - self.tail) % (_WORDS * _PLACES)
        return _PLACES - 1 - waiting // _WORDS

    def first(self) -> int:
        """Index into `words` of the oldest command, or -1 when none waits."""
        return -1 if self.tail == self._head else self.tail

    def drop(self) -> None:
        """Remove the oldest command: it has been carried out."""
        self.tail = (self.tail + _WORDS) % (_WORDS * _PLACES)


def judge(code: int, a: int, b: int, c: int, d: int, e: int = 0, f: int = 0) -> int:
    """ACCEPTED, or why a command with these arguments would be refused."""
    if code == COMMAND_SET_LIMIT:
        if a != OWNER_PROGRAMME and not _may_pause(a):
            return REFUSED_OWNER
        good = _is_limit(b) and _is_limit(c) and 0 <= d <= LONGEST_S
    elif code == COMMAND_SET_TARGET:
        if a != TARGET_OF_PROGRAMME and a != TARGET_OF_SITE:
            return REFUSED_OWNER
        good = _is_flag(b) and _is_target(c) and 0 <= d <= LONGEST_S
        good = good and _is_flag(e) and _is_target(f)
    elif code == COMMAND_SET_SETTING:
        if not 0 <= a < len(SETTINGS):
            return REFUSED_RANGE
        if SETTINGS.when(a) != AT_RUN_TIME:
            return REFUSED_OWNER
        good = SETTINGS.allows(a, b)
    elif code == COMMAND_HEARTBEAT:
        good = 0 <= a <= 0xFFFF
    elif code == COMMAND_SET_TIME:
        good = 0 <= a <= _LAST_DAY and 0 <= b < _DAY_S
    elif code == COMMAND_PAUSE:
        if not _may_pause(a):
            return REFUSED_OWNER
        good = _is_flag(b)
    elif code == COMMAND_ADOPT:
        good = 0 < a <= 0xFFFF and 0 <= b <= _ALL_CATEGORIES and c == d == e == f == 0
    elif code == COMMAND_RESET_FAULTS or code == COMMAND_WITHDRAW:
        good = a == b == c == d == e == f == 0
    else:
        return REFUSED_UNKNOWN
    return ACCEPTED if good else REFUSED_RANGE


def _may_pause(owner: int) -> bool:
    return owner == OWNER_SITE or owner == OWNER_DRIVER or owner == OWNER_TECHNICIAN


def _is_limit(ma: int) -> bool:
    return NO_LIMIT_MA <= ma <= HIGHEST_LIMIT_MA


def _is_target(w: int) -> bool:
    return -HIGHEST_TARGET_W <= w <= HIGHEST_TARGET_W


def _is_flag(value: int) -> bool:
    return value == 0 or value == 1
