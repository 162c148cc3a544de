"""What scenarios can say, as tables for people and programs, from the tables that the run uses."""

from dataclasses import dataclass

from wattback.settings import SETTINGS
from wattback_sim.actions import ACTIONS
from wattback_sim.arguments import Argument
from wattback_sim.faults import FAULT_KINDS
from wattback_sim.parameters import unit_of
from wattback_sim.readings import INSTRUMENTS
from wattback_sim.texts import SETTING_TEXTS
from wattback_sim.trace import ENUMERATED
from wattback_sim.world import default_parameters

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One table. name: its key in JSON; heads: names of the columns of `rows`."""

    name: str
    title: str
    heads: Row
    rows: tuple[Row, ...]


def vocabulary() -> tuple[Chapter, ...]:
    """All chapters, in the order in which a scenario is written."""
    return (_parameters(), _settings(), _actions(), _faults(), _columns(), _readings())


def _span(low: float, high: float) -> str:
    return f"{low:.12g} … {high:.12g}"


def _parameters() -> Chapter:
    rows = tuple(
        (
            info.path,
            "true or false" if isinstance(info.default, bool) else _span(info.low, info.high),
            info.unit,
            str(info.default).lower(),
            info.text,
        )
        for info in default_parameters()
    )
    heads = ("parameter", "range", "unit", "default", "meaning")
    return Chapter("parameters", "Parameters of the world: [section] or set", heads, rows)


def _settings() -> Chapter:
    rows = tuple(
        (
            f"connector.{name}",
            _span(low, high),
            unit_of(name),
            str(default),
            SETTING_TEXTS[name],
        )
        for name, default, low, high, _when in SETTINGS
    )
    heads = ("setting", "range", "unit", "default", "meaning")
    return Chapter("settings", "Settings of the connector, at boot: [connector]", heads, rows)


def _actions() -> Chapter:
    rows = tuple(
        (action.name, ", ".join(map(_argument, action.arguments)), action.text)
        for action in ACTIONS
    )
    return Chapter("actions", "Actions: do", ("action", "arguments", "meaning"), rows)


def _argument(argument: Argument) -> str:
    default = "" if argument.default is None else f" = {argument.default}"
    return f"{argument.name}{default} ({argument.span()})"


def _faults() -> Chapter:
    rows = tuple(
        (
            row.part,
            row.kind,
            f"{_span(row.low, row.high)} {row.unit}" if row.unit else "",
            row.text,
        )
        for row in FAULT_KINDS
    )
    heads = ("part", "kind", "amount", "meaning")
    return Chapter("faults", "Faults: [[fault]]", heads, rows)


def _columns() -> Chapter:
    rows = tuple((column, " ".join(names)) for column, names in ENUMERATED.items())
    return Chapter("columns", "Enumerated columns of the trace", ("column", "values"), rows)


def _readings() -> Chapter:
    rows = tuple((row.name, row.unit, row.text) for row in INSTRUMENTS)
    title = "Instruments of the world, besides the columns: get, of a served board"
    return Chapter("readings", title, ("reading", "unit", "meaning"), rows)
