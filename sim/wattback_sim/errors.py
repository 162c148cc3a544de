"""Errors that people meet: one sentence with what was expected, what was seen, what to try."""

import difflib
from collections.abc import Iterable


class SimulationError(Exception):
    """Base of everything this package raises on purpose."""


class BadInputError(SimulationError):
    """A name or value that cannot be accepted; the message is a full sentence."""


class FirmwareStoppedError(SimulationError):
    """The firmware raised, allocated in a tick, or its process ended."""


class PortTakenError(SimulationError):
    """A TCP port cannot be had."""


def suggestion(seen: str, known: Iterable[str]) -> str:
    """The end of a sentence: "; did you mean X?", or the choices when nothing is near."""
    names = sorted(known)
    near = difflib.get_close_matches(seen, names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(names)}" if len(names) <= 12 else ""
