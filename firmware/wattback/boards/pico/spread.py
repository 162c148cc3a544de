"""Room in the tables of attributes, so that a name is found at its first place, or not at all.

MicroPython keeps the attributes of an object in a table that grows only when it is full, and one
that is nearly full is searched in many places for a name: for that of a method, which lies in the
table of the class, in nearly all. What fills a table beyond four fifths and goes again leaves a
larger one behind. A tick is made of attributes, and shorter for it.
"""

from micropython import const

from wattback.signals import REPORT_NAMES, STATUS_NAMES

_SIZES = (0, 2, 4, 6, 8, 10, 12, 17, 23, 29, 37, 47, 59, 73, 97, 127)  # py/map.c of 1.27
_FILLED_PERCENT = const(80)


def spread(thing) -> None:  # type: ignore[no-untyped-def]
    """Give room to an object, to those that it is made of, and to their classes."""
    _visit(thing, [])


def _visit(thing, seen) -> None:  # type: ignore[no-untyped-def]
    if isinstance(thing, tuple):
        for item in thing:
            _visit(item, seen)
    elif hasattr(thing, "__dict__") and thing not in seen:
        seen.append(thing)
        _grow(thing)
        if not isinstance(thing, type):
            _visit(type(thing), seen)
            for value in list(thing.__dict__.values()):
                _visit(value, seen)


def _grow(thing) -> None:  # type: ignore[no-untyped-def]
    used = len(thing.__dict__)
    for size in _SIZES:
        if size >= used:
            break
    if used * 100 <= size * _FILLED_PERCENT:
        return
    lent: list[str] = []
    for name in REPORT_NAMES + STATUS_NAMES:  # names that the interpreter knows already
        if len(lent) <= size - used and not hasattr(thing, name):
            setattr(thing, name, 0)
            lent.append(name)
    while lent:
        delattr(thing, lent.pop())
