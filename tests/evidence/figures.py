"""Figures, tables and sections: what a measurement returns, whoever prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.evidence.charts import Chart

Kind = Literal["limit", "aim", "report"]
Value = int | float | str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. kind: a limit must be met, an aim should be, a report has no bound.

    enumerated: what it was counted from, with the count. bound: in words, "" for a report.
    met: None for a report.
    """

    name: str
    value: Value
    unit: str
    enumerated: str
    kind: Kind = "report"
    bound: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that belong together; numbers are printed with their thousands apart."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What one module measured.

    about: how, in a few sentences. ran_on: what executed the code that is judged.
    seed: None where nothing is random. name: for `python -m tests.evidence NAME`.
    """

    name: str
    title: str
    about: str
    ran_on: str
    seed: str | None
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()

    @property
    def failed(self) -> tuple[Figure, ...]:
        """Limits that are not met."""
        return tuple(
            figure for figure in self.figures if figure.kind == "limit" and not figure.met
        )


def at_most(
    name: str, value: float, unit: str, bound: float, enumerated: str, kind: Kind = "limit"
) -> Figure:
    """A figure that must not, or should not, be above `bound`."""
    return Figure(name, value, unit, enumerated, kind, f"≤ {plain(bound)}", value <= bound)


def at_least(
    name: str, value: float, unit: str, bound: float, enumerated: str, kind: Kind = "limit"
) -> Figure:
    """A figure that must not, or should not, be below `bound`."""
    return Figure(name, value, unit, enumerated, kind, f"≥ {plain(bound)}", value >= bound)


def none_of(name: str, count: int, enumerated: str) -> Figure:
    """A limit of zero: `count` of what was enumerated are wrong."""
    return Figure(name, count, "", enumerated, "limit", "none", count == 0)


def plain(value: Value) -> str:
    """A value for people: thousands apart, no more digits than it has."""
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
