"""JSON from outside, made safe before anything looks into it, and shown safely to people."""

import json
from typing import Any

from wattback_controller.openadr.errors import ProtocolError

_DEEPEST = 32  # OpenADR nests to about ten
_SHOWN = 60


def parsed(body: bytes, what: str) -> Any:
    """The JSON of an answer. Raises ProtocolError, naming `what` was answered, when it is none."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ProtocolError(
            f"{what} was expected to be answered with JSON, but it begins with {shown(body)}: "
            "is the address that of the utility's VTN?"
        ) from None
    if _is_deeper(value, _DEEPEST):
        raise ProtocolError(
            f"{what} was answered with JSON of more than {_DEEPEST} levels, which no OpenADR "
            "object has: tell the utility"
        )
    return value


def shown(value: object) -> str:
    """Something from outside within a sentence: short, and with nothing that moves a cursor."""
    if isinstance(value, str | bytes):
        value = value[: _SHOWN + 1]
    elif isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'object'} of {len(value)}"
    elif isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def plain(text: str, longest: int) -> str:
    """A text from outside to be kept for people: printable, and not longer than this."""
    return "".join(c if c.isprintable() else " " for c in text[:longest]).strip()


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are no JSON, whatever Python thinks


def _is_deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [child for one in level for child in _children(one)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
