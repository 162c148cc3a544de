"""An integer that refuses to grow beyond what a 32-bit MicroPython stores without its heap.

Sensors and times of this kind carry the rule "no intermediate result reaches 2^30" through the
firmware's own arithmetic: a sum, product or shift that leaves the range raises where it happens.
`carry` puts them into the parts of a connector and into its arrays.
"""

from array import array
from collections.abc import Iterable
from typing import Any, SupportsIndex

LIMIT = 1 << 30


class SmallInt(int):
    """Behaves as int; every result of its arithmetic is again one, or GrewError."""

    def __new__(cls, value: int) -> "SmallInt":
        if not -LIMIT <= value < LIMIT:
            raise GrewError(f"{value} is no small integer on a 32-bit board")
        return super().__new__(cls, value)

    def __add__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) + other)

    def __radd__(self, other: int) -> "SmallInt":
        return SmallInt(other + int(self))

    def __sub__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) - other)

    def __rsub__(self, other: int) -> "SmallInt":
        return SmallInt(other - int(self))

    def __mul__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) * other)

    def __rmul__(self, other: int) -> "SmallInt":
        return SmallInt(other * int(self))

    def __floordiv__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) // other)

    def __mod__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) % other)

    def __and__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) & other)

    def __rshift__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) >> other)

    def __lshift__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) << other)

    def __neg__(self) -> "SmallInt":
        return SmallInt(-int(self))

    def __abs__(self) -> "SmallInt":
        return SmallInt(abs(int(self)))


class GrewError(AssertionError):
    """An intermediate result reached 2^30."""


class SmallWords(list[int]):
    """Takes an array's place: what comes out of it is a SmallInt again."""

    def __init__(self, words: Iterable[int]) -> None:
        super().__init__(SmallInt(word) for word in words)

    def __setitem__(self, index: SupportsIndex | slice, value: Any) -> None:
        assert not isinstance(index, slice)
        super().__setitem__(index, SmallInt(value))


def carry(part: object, replaced: dict[int, SmallWords] | None = None) -> None:
    """Put a SmallInt into the place of every integer of a connector, its parts and their arrays.

    An array that several parts share stays one.
    """
    replaced = {} if replaced is None else replaced
    for name, value in list(vars(part).items()):
        if type(value) is int:
            setattr(part, name, SmallInt(value))
        elif isinstance(value, array):
            setattr(part, name, replaced.setdefault(id(value), SmallWords(value)))
        elif isinstance(value, tuple):
            for element in value:
                if not isinstance(element, (int, str)):  # those of a table are only read
                    carry(element, replaced)
        elif type(value).__module__.startswith("wattback"):
            carry(value, replaced)
