"""Parameters of the world: every number that a scenario may set, with unit, range and meaning.

Each part of the world keeps its parameters in a dataclass whose fields are made by `parameter`.
`Parameters` collects them by section, so that scenarios, ramps, replays and the list for people
all use the same check.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from wattback_sim.errors import BadInputError, suggestion

Value = bool | int | float
S = TypeVar("S")


def parameter(
    default: Value, unit: str, low: float, high: float, text: str, at_start: bool = False
) -> Any:
    """A dataclass field with the metadata of a parameter; inclusive range.

    at_start: it says how the world begins, and cannot be set later.
    """
    metadata = {"unit": unit, "low": low, "high": high, "text": text, "at_start": at_start}
    return field(default=default, metadata=metadata)


_UNIT_ENDINGS = {
    "_ma": "mA",
    "_mv": "mV",
    "_ms": "ms",
    "_millihertz": "mHz",
    "_w_per_s": "W/s",
    "_w": "W",
    "_var": "var",
    "_wh": "Wh",
    "_s": "s",
    "_decideg": "0.1 deg",
    "_decic": "0.1 °C",
    "_ohm": "ohm",
    "_ua": "µA",
    "_bp": "bp",
    "_baud": "bit/s",
}


def unit_of(name: str) -> str:
    """The unit that a firmware name ends in, "" when it ends in none."""
    return next((unit for ending, unit in _UNIT_ENDINGS.items() if name.endswith(ending)), "")


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """One row of the list of parameters. path: `section.name`."""

    path: str
    unit: str
    low: float
    high: float
    default: Value
    text: str
    at_start: bool


def check_number(
    name: str, value: object, kind: type, low: float, high: float, unit: str
) -> Value:
    """`value` as the kind that is expected, within its range, or BadInputError."""
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise BadInputError(f"{name} is true or false, not {value!r}")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or (kind is int and not isinstance(value, int)):
        expected = "a whole number" if kind is int else "a number"
        raise BadInputError(f"{name} is {expected}, not {value!r}")
    assert isinstance(value, (int, float))
    if not low <= value <= high:
        span = f"{low:.12g} and {high:.12g} {unit}".rstrip()
        raise BadInputError(f"{name} lies between {span}, not {value!r}")
    return kind(value)  # type: ignore[no-any-return]


class Parameters:
    """All parameters of one world, by section name."""

    def __init__(self, sections: dict[str, Any]) -> None:
        self._sections = sections

    def section_names(self) -> list[str]:
        """Names of the sections."""
        return list(self._sections)

    def __iter__(self) -> Iterator[ParameterInfo]:
        for section, owner in self._sections.items():
            for item in fields(owner):
                meta = item.metadata
                assert isinstance(item.default, bool | int | float)
                yield ParameterInfo(
                    f"{section}.{item.name}",
                    meta["unit"],
                    meta["low"],
                    meta["high"],
                    item.default,
                    meta["text"],
                    meta["at_start"],
                )

    def check(self, path: str, value: object) -> Value:
        """`value` in the type of the parameter, or BadInputError with a sentence."""
        info = self.find(path)
        kind = type(info.default)
        return check_number(path, value, kind, info.low, info.high, info.unit)

    def check_later(self, path: str) -> ParameterInfo:
        """The description of a parameter that can be set while the world runs."""
        info = self.find(path)
        if info.at_start:
            raise BadInputError(f"{path} says how a run begins and cannot be set later")
        return info

    def find(self, path: str) -> ParameterInfo:
        """The description of one parameter, or BadInputError with a suggestion."""
        for info in self:
            if info.path == path:
                return info
        known = [info.path for info in self]
        raise BadInputError(f"no parameter is called {path!r}{suggestion(path, known)}")

    def section(self, name: str, kind: type[S]) -> S:
        """One section's dataclass, which must be of that kind."""
        owner = self._sections[name]
        assert isinstance(owner, kind)
        return owner

    def get(self, path: str) -> Value:
        """The present value."""
        section, name = path.split(".", 1)
        value: Value = getattr(self._sections[section], name)
        return value

    def set(self, path: str, value: Value) -> None:
        """Set a checked value (see `check`)."""
        section, name = path.split(".", 1)
        setattr(self._sections[section], name, value)
