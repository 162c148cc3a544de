"""The registers of a board by the names of the register map, in engineering units.

Before the first of them is read, the board's map is scanned and compared with ours: registers that
lie elsewhere would answer, with something else.
"""

from collections.abc import Iterable, Mapping, Sequence

from wattback_hil.errors import BenchError, BoardError, MisuseError
from wattback_hil.modbus import LONGEST_READ, LONGEST_WRITE, ModbusRefusedError, Wire
from wattback_sim.register_map import (
    POINTS,
    Point,
    Value,
    decode,
    encode_together,
    find_point,
)

_MARKER = [0x5375, 0x6E53]  # "SunS"
_END_MODEL = 0xFFFF
_BASE = 40000  # of our map
_BASES = (40000, 0, 50000)  # where a board may have it (SunSpec)
# Number and length of every model, in order, as a scan finds them.
_MODELS = tuple(
    (point.model, sum(other.registers for other in POINTS if other.model == point.model) - 2)
    for point in POINTS
    if point.name == "ID"
)


class VersionError(BenchError):
    """The board's registers are not those that this version knows."""


class ModbusClient:
    """The registers of one board, by the names of the register map.

    Names: "701.W" (a model and its point), or in snake_case a point of the connector's own model:
    "site_import_limit". Values: engineering units, as the map says; names of an enumeration as
    text, those of a bit field as a list of texts; None where the point is not implemented.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._shift: int | None = None  # of the board's map against ours, once it has been found

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._wire.requests

    def read(self, name: str) -> Value:
        """A point's value now. Raises BadInputError for an unknown name."""
        point = find_point(name)
        words = self._wire.read(self._at(point), point.registers, f"reading {name}")
        return decode(point, words)

    def read_number(self, name: str) -> float:
        """The same of a point that is a number. Raises BoardError when it has none now."""
        value = self.read(name)
        if not isinstance(value, (int, float)):
            raise BoardError(f"{name} reads {value!r}, which is no number")
        return value

    def read_names(self, name: str) -> list[str]:
        """The same of a point that is a set of names."""
        value = self.read(name)
        if not isinstance(value, list):
            raise BoardError(f"{name} reads {value!r}, which is no set of names")
        return value

    def read_together(self, names: Sequence[str]) -> dict[str, Value]:
        """Several points in as few requests as they lie apart; the order of `names` is kept.

        Points of one request are of one moment of the register image.
        """
        points = {name: find_point(name) for name in names}
        values: dict[str, Value] = {}
        for span in _spans(points.values()):
            first = span[0]
            count = span[-1].address + span[-1].registers - first.address
            what = f"reading {first.full_name} to {span[-1].full_name}"
            words = self._wire.read(self._at(first), count, what)
            for point in span:
                at = point.address - first.address
                values[point.full_name] = decode(point, words[at : at + point.registers])
        return {name: values[point.full_name] for name, point in points.items()}

    def write(self, name: str, value: Value) -> None:
        """Set a point. Raises BadInputError for a name or value that the map does not have, and
        ModbusRefusedError when the board does not accept it.
        """
        self.write_together({name: value})

    def write_together(self, values: Mapping[str, Value]) -> None:
        """Set points that lie side by side, in this order, by one request: all of them or none.

        Raises as `write` does.
        """
        address, words = encode_together(values)
        said = ", ".join(f"{value!r} to {name}" for name, value in values.items())
        self._wire.write(address + self._offset(), words, f"writing {said}")

    def read_raw(self, address: int, count: int) -> list[int]:
        """Registers as they are, 1 … 125 of them, wherever they lie."""
        what = _registers("reading", address, count, LONGEST_READ)
        return self._wire.read(address, count, what)

    def write_raw(self, address: int, words: Sequence[int]) -> None:
        """Registers as they are, 1 … 123 of them, wherever they lie."""
        what = _registers("writing", address, len(words), LONGEST_WRITE)
        self._wire.write(address, words, what)

    def scan(self) -> None:
        """Find the board's map and compare its models with ours. Raises VersionError."""
        base = self._find_base()
        found: list[tuple[int, int]] = []
        address = base + len(_MARKER)
        while len(found) <= len(_MODELS):
            model, length = self._wire.read(address, 2, f"reading the model at {address}")
            if model == _END_MODEL:
                break
            found.append((model, length))
            address += 2 + length
        if found != list(_MODELS):
            raise VersionError(
                f"{self._wire.where} has models {_spoken(found)}, and this version "
                f"of wattback knows {_spoken(_MODELS)}; install the version of its firmware"
            )
        self._shift = base - _BASE

    def close(self) -> None:
        """End the connection. Harmless when called again."""
        self._wire.close()

    def _at(self, point: Point) -> int:
        return point.address + self._offset()

    def _offset(self) -> int:
        if self._shift is None:
            self.scan()
        assert self._shift is not None
        return self._shift

    def _find_base(self) -> int:
        for base in _BASES:
            try:
                if self._wire.read(base, len(_MARKER), f"looking for a map at {base}") == _MARKER:
                    return base
            except ModbusRefusedError:
                continue  # no registers there
        raise VersionError(
            f"{self._wire.where} has no SunSpec map at 40000, 0 or 50000: is it a connector?"
        )


def _spans(points: Iterable[Point]) -> list[list[Point]]:
    """Points in order of address, grouped by what one request can read."""
    spans: list[list[Point]] = []
    for point in sorted(points, key=lambda point: point.address):
        end = point.address + point.registers
        if spans and end - spans[-1][0].address <= LONGEST_READ:
            spans[-1].append(point)
        else:
            spans.append([point])
    return spans


def _registers(verb: str, address: int, count: int, most: int) -> str:
    """What a raw request does, in words. Raises MisuseError when no request can do it."""
    if not 0 < count <= most or not 0 <= address <= 0x10000 - count:
        raise MisuseError(
            f"{verb} {count} registers from {address}: one request takes 1 to {most} registers "
            "between 0 and 65535"
        )
    last = address + count - 1
    return f"{verb} register {address}" if count == 1 else f"{verb} registers {address} to {last}"


def _spoken(models: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{model} ({length} registers)" for model, length in models) or "none"
