"""An integer that refuses to grow beyond what a 32-bit MicroPython stores without its heap.

Sensors and times of this kind carry the rule "no intermediate result reaches 2^30" through the
firmware's own arithmetic: a sum, product or shift that leaves the range raises where it happens.
What comes out of an array is a plain integer again; those are checked where they lie.
"""

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

    def __lshift__(self, other: int) -> "SmallInt":
        return SmallInt(int(self) << other)

    def __neg__(self) -> "SmallInt":
        return SmallInt(-int(self))

    def __abs__(self) -> "SmallInt":
        return SmallInt(abs(int(self)))


class GrewError(AssertionError):
    """An intermediate result reached 2^30."""
