"""Is this machine's clock known to be right? Only then is what was metered worth money.

Linux keeps that: whoever disciplines the clock (chrony, ntpd, systemd-timesyncd) tells the kernel
when it is synchronised, and the kernel forgets it after a while without corrections.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable

_BUILT_S = 1_767_225_600  # 2026-01-01: a clock before it was never set
_ERROR = 5  # TIME_ERROR of adjtimex(2): not synchronised
NOT_GOOD = (
    "this machine's clock is not known to be right now, and what is exported meanwhile is paid "
    'nothing: let chrony or systemd-timesyncd keep it, or write clock = "trusted" into the '
    "site's file if something else does"
)
_STRUCT = 256  # at least the size of struct timex


def clock_check(kind: str) -> Callable[[], bool]:
    """A function that says whether the clock is good. kind: one of config.CLOCKS."""
    return _set if kind == "trusted" else _synchronised


def _set() -> bool:
    return time.time() >= _BUILT_S


def _synchronised() -> bool:
    """False too where the kernel cannot be asked."""
    buffer = ctypes.create_string_buffer(_STRUCT)  # modes 0: only asks
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
    except (AttributeError, OSError):
        return False
    return _set() and 0 <= state != _ERROR
