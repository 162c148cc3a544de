"""Fields of an object from outside: what each must be, or a sentence about what it is instead.

A field that is missing and one that is null are the same here, as some VTNs write the latter.
"""

import math
import re
from typing import Any

from wattback_controller.openadr.untrusted import shown

_OBJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)

_LONGEST_TARGET = 128


class UnreadableError(Exception):
    """A field that cannot be accepted; the message says why. It never leaves this package."""


def table(value: object, what: str) -> dict[str, Any]:
    """A JSON object. Raises UnreadableError, like everything here."""
    if not isinstance(value, dict):
        raise UnreadableError(f"{what} was expected as an object, not {shown(value)}")
    return value


def rows(value: object, what: str) -> list[Any]:
    """A JSON list; none at all is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableError(f"{what} was expected as a list, not {shown(value)}")
    return value


def text(value: object, what: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise UnreadableError(f"{what} was expected as a text, not {shown(value)}")
    return value


def target(value: object) -> str:
    """A target: 1 to 128 characters, as OpenADR has them, that can be shown and sent."""
    if not 1 <= len(text(value, "a target")) <= _LONGEST_TARGET or not str(value).isprintable():
        raise UnreadableError(
            f"a target was expected as 1 to {_LONGEST_TARGET} printable characters, not "
            f"{shown(value)}"
        )
    return str(value)


def object_id(value: object, what: str) -> str:
    """An id as the VTN gives them."""
    if _OBJECT_ID.fullmatch(text(value, what)) is None:
        raise UnreadableError(
            f"{what} was expected as 1 to 128 letters, digits, _ and -, not {shown(value)}"
        )
    return str(value)


def whole(value: object, what: str) -> int:
    """A whole number from 0 to 2^31 − 1."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise UnreadableError(f"{what} was expected as a whole number from 0, not {shown(value)}")
    return value


def number(value: object, what: str) -> float:
    """A finite number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            read = float(value)
        except OverflowError:
            read = math.inf
        if math.isfinite(read):
            return read
    raise UnreadableError(f"{what} was expected as a finite number, not {shown(value)}")
