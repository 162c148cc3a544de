"""What the firmware expects of the module `micropython`, for CPython and for type checkers.

The loader in `wattback_sim.firmware` puts it into `sys.modules`; it is never installed as such.
"""

from typing import TypeVar

T = TypeVar("T")


def const(value: T) -> T:
    """MicroPython inlines it; here it is the value."""
    return value


def heap_lock() -> None:
    """CPython has no heap to lock."""


def heap_unlock() -> None:
    """See heap_lock."""
