"""The register map for host programs: points by name, and their registers as engineering values.

The rows come from `registers.csv`, which is generated with the firmware's own tables. A point is
called "704.WSet"; one of our own models also by its name alone, in either spelling
("SiteImportLimit", "site_import_limit"). Names of values are the firmware's ("charging"), those of
the standard models in the same small letters ("split_phase").
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

from wattback_sim.errors import BadInputError, suggestion

VENDOR_MODELS = (64750, 64751)

# What a point's registers stand for: a number, a name, the names of the bits that are set, a text;
# None is "not implemented".
Value = int | float | str | list[str] | None

_SIGNED = {"int16", "int32", "sunssf"}
_BITS = {"bitfield16", "bitfield32"}
_FILE = Path(__file__).with_name("registers.csv")


@dataclass(frozen=True, slots=True)
class Point:
    """One point.

    kind: its SunSpec type. scale: the power of ten of its unit that one step of the register is.
    access: "R" or "RW". implemented: False when the connector does not have it. names: of the
    values of an enumeration, of the bits of a bit field, from 0 on.
    """

    model: int
    name: str
    address: int
    registers: int
    kind: str
    scale: int
    unit: str
    access: str
    implemented: bool
    names: tuple[str, ...]
    text: str

    @property
    def full_name(self) -> str:
        return f"{self.model}.{self.name}"

    @property
    def writable(self) -> bool:
        return self.access == "RW"


def _read_points() -> tuple[Point, ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Point(
                model=int(row["model"]),
                name=row["name"],
                address=int(row["address"]),
                registers=int(row["registers"]),
                kind=row["type"],
                scale=int(row["scale"]),
                unit=row["unit"],
                access=row["access"],
                implemented=row["implemented"] == "yes",
                names=tuple(row["names"].split()),
                text=row["text"],
            )
            for row in csv.DictReader(file)
        )


POINTS: tuple[Point, ...] = _read_points()


@cache
def _by_name() -> dict[str, Point]:
    points = {point.full_name: point for point in POINTS}
    for point in POINTS:
        if point.model in VENDOR_MODELS:
            # What both have, heads and scale factors, is the first one's.
            points.setdefault(point.name, point)
            points.setdefault(snake_case(point.name), point)
    return points


def snake_case(name: str) -> str:
    """A name of our models in small letters: site_import_limit for SiteImportLimit."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def find_point(name: str) -> Point:
    """The point of that name, or BadInputError with a suggestion."""
    points = _by_name()
    if name in points:
        return points[name]
    raise BadInputError(f"no register is called {name!r}{suggestion(name, points)}")


def encode(point: Point, value: Value) -> list[int]:
    """The registers for a value: a number in the point's unit, or a name. BadInputError if it
    cannot be said in them; whether the connector accepts it is the connector's to say.
    """
    raw = _raw(point, value)
    bits = 16 * point.registers
    low, high = (-1 << bits - 1, 1 << bits - 1) if point.kind in _SIGNED else (0, 1 << bits)
    if not low <= raw < high:
        raise BadInputError(f"{value!r} does not fit into {point.full_name} ({point.kind})")
    return [raw >> shift & 0xFFFF for shift in range(bits - 16, -1, -16)]


def encode_together(values: Mapping[str, Value]) -> tuple[int, list[int]]:
    """First address and registers of points that lie side by side in this order, for one write.

    Raises BadInputError for points that do not, and as `find_point` and `encode` do.
    """
    points = [find_point(name) for name in values]
    for one, other in pairwise(points):
        if one.address + one.registers != other.address:
            raise BadInputError(
                f"{other.full_name} does not follow {one.full_name}: "
                "one write takes points that lie side by side"
            )
    words = [
        word
        for point, value in zip(points, values.values(), strict=True)
        for word in encode(point, value)
    ]
    return points[0].address, words


def decode(point: Point, words: Sequence[int]) -> Value:
    """The value in a point's registers."""
    if len(words) != point.registers:
        raise BadInputError(f"{point.full_name} has {point.registers} registers, not {len(words)}")
    octets = b"".join(word.to_bytes(2, "big") for word in words)
    if point.kind == "string":
        return octets.rstrip(b"\0").decode("ascii", "replace") or None
    raw = int.from_bytes(octets, "big", signed=point.kind in _SIGNED)
    if raw == _not_implemented(point):
        return None
    if point.kind in _BITS:
        return [_name(point, bit) for bit in range(8 * len(octets)) if raw & 1 << bit]
    if point.kind == "enum16":
        return _name(point, raw)
    return raw if point.scale == 0 else _scaled(raw, point.scale)


def _not_implemented(point: Point) -> int | None:
    if point.kind == "pad":
        return None
    bits = 16 * point.registers
    return -1 << bits - 1 if point.kind in _SIGNED else (1 << bits) - 1


def _name(point: Point, index: int) -> str:
    return point.names[index] if index < len(point.names) else str(index)


def _scaled(raw: int, scale: int) -> int | float:
    exact = Decimal(raw).scaleb(scale)
    return int(exact) if scale > 0 else float(exact)


def _raw(point: Point, value: Value) -> int:
    if isinstance(value, str):
        if point.kind != "enum16":
            raise BadInputError(f"{point.full_name} takes a number, not {value!r}")
        for index, name in enumerate(point.names):
            if name.lower() == value.lower():
                return index
        raise BadInputError(
            f"{point.full_name} has no value {value!r}{suggestion(value, point.names)}"
        )
    if not isinstance(value, int | float):
        raise BadInputError(f"{point.full_name} takes a number, not {value!r}")
    exact = Decimal(str(float(value) if isinstance(value, float) else int(value)))
    steps = exact.scaleb(-point.scale)
    if steps != steps.to_integral_value():
        raise BadInputError(
            f"{value!r} is finer than {point.full_name} can say: its step is "
            f"{10.0**point.scale:g} {point.unit}".rstrip()
        )
    return int(steps)
