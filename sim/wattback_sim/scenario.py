"""Scenario files: what happens to a connector, when, and what is expected of it.

TOML in, frozen records out, everything checked before the first tick. What is wrong is told in one
sentence with file, line and a suggestion.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from wattback.connector import TIME_MASK_MS
from wattback.settings import SETTINGS
from wattback_sim.actions import Action, check_arguments, find_action
from wattback_sim.board import default_settings
from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.faults import FaultKind, check_amount, find_fault
from wattback_sim.parameters import Parameters, Value, check_number
from wattback_sim.scenario_lines import locate
from wattback_sim.trace import COLUMNS, ENUMERATED, SETS
from wattback_sim.world import default_parameters

PROFILES = ("us-240-split-phase",)
COMPARISONS = ("is", "is_not", "at_least", "at_most", "has", "has_not")
LONGEST_RUN_S = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Act:
    """An action at a time."""

    t_us: int
    action: Action
    arguments: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter set at a time, as a step (over_us 0) or a ramp."""

    t_us: int
    path: str
    to: Value
    over_us: int


@dataclass(frozen=True, slots=True)
class Break:
    """A fault from a time on; for_us 0: it stays."""

    t_us: int
    fault: FaultKind
    amount: float
    for_us: int


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded signal that drives a parameter: times in µs and values, linear between."""

    path: str
    times_us: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A column compared with a value at a time, or at some tick within a time from it on."""

    t_us: int
    within_us: int
    column: str
    comparison: str
    value: str | int
    line: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """One checked scenario file."""

    path: Path
    profile: str
    starts_at: datetime
    duration_us: int
    board_starts_ms: int
    settings: Mapping[str, int]
    initial: Mapping[str, Value]
    acts: tuple[Act, ...]
    changes: tuple[Change, ...]
    breaks: tuple[Break, ...]
    replays: tuple[Replay, ...]
    expectations: tuple[Expectation, ...]


class ScenarioError(BadInputError):
    """A scenario file that cannot be played."""


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file. Raises ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(
            f"{path}: there is no such file; give the path of a scenario in TOML"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: this file cannot be read as text: {error}") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: this is not valid TOML: {error}") from None
    return _Reader(path, text, document).read()


class _Reader:
    """Turns one document into a Scenario; knows where in the file it is reading."""

    def __init__(self, path: Path, text: str, document: dict[str, Any]) -> None:
        self._path = path
        self._text = text
        self._document = document
        self._parameters: Parameters = default_parameters()

    def read(self) -> Scenario:
        document = self._document
        sections = [*self._parameters.section_names(), "connector"]
        top = ["profile", "starts_at", "duration_s", "board_starts_ms"]
        known = [*top, *sections, "at", "fault", "replay", "expect"]
        for key in document:
            if key not in known:
                self._fail(f"unknown key {key!r}{suggestion(key, known)}", "", 0, key)
        duration_us = to_us(self._number("", 0, document, "duration_s", 0.01, LONGEST_RUN_S, "s"))
        acts, changes = self._read_at()
        return Scenario(
            path=self._path,
            profile=self._choice("", 0, document, "profile", PROFILES),
            starts_at=self._start(),
            duration_us=duration_us,
            board_starts_ms=int(
                self._number("", 0, document, "board_starts_ms", 0, TIME_MASK_MS, "ms", 0)
            ),
            settings=self._read_settings(),
            initial=self._read_initial(),
            acts=acts,
            changes=changes,
            breaks=self._read_faults(),
            replays=self._read_replays(),
            expectations=self._read_expectations(),
        )

    def _fail(self, message: str, table: str, index: int, key: str) -> None:
        line = locate(self._text, table, index, key)
        raise ScenarioError(f"{self._path}:{line}: {message}")

    def _start(self) -> datetime:
        value = self._document.get("starts_at")
        hint = 'write starts_at = "2026-02-10T18:00:00-06:00", a time with its offset'
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                self._fail(f"starts_at is no date and time: {hint}", "", 0, "starts_at")
        if not isinstance(value, datetime) or value.tzinfo is None:
            self._fail(f"starts_at is missing or has no offset: {hint}", "", 0, "starts_at")
        assert isinstance(value, datetime)
        return value

    def _number(
        self,
        table: str,
        index: int,
        entry: Mapping[str, Any],
        key: str,
        low: float,
        high: float,
        unit: str,
        default: float | None = None,
    ) -> float:
        if key not in entry:
            if default is None:
                self._fail(f"{key} is missing; give it in {unit}", table, index, "")
            assert default is not None
            return default
        kind = int if key.endswith("_ms") else float
        try:
            return float(check_number(key, entry[key], kind, low, high, unit))
        except BadInputError as error:
            self._fail(str(error), table, index, key)
        raise AssertionError

    def _choice(
        self,
        table: str,
        index: int,
        entry: Mapping[str, Any],
        key: str,
        choices: tuple[str, ...],
    ) -> str:
        value = entry.get(key)
        if not isinstance(value, str):
            self._fail(f"{key} is missing; it is one of {', '.join(choices)}", table, index, key)
        assert isinstance(value, str)
        if value not in choices:
            self._fail(f"{key} is no {value!r}{suggestion(value, choices)}", table, index, key)
        return value

    def _entries(self, table: str, keys: tuple[str, ...] | None) -> list[dict[str, Any]]:
        entries = self._document.get(table, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._fail(f"{table} is a list of tables: write [[{table}]]", "", 0, table)
        if keys is not None:
            for index, entry in enumerate(entries):
                for key in entry:
                    if key not in keys:
                        message = f"unknown key {key!r} in [[{table}]]{suggestion(key, keys)}"
                        self._fail(message, table, index, key)
        return list(entries)

    def _time(self, table: str, index: int, entry: Mapping[str, Any]) -> int:
        latest_s = float(self._document["duration_s"])
        return to_us(self._number(table, index, entry, "t_s", 0.0, latest_s, "s"))

    def _span(self, table: str, index: int, entry: Mapping[str, Any], key: str) -> int:
        return to_us(self._number(table, index, entry, key, 0.0, LONGEST_RUN_S, "s", 0.0))

    def _section(self, name: str) -> dict[str, Any]:
        section = self._document.get(name, {})
        if not isinstance(section, dict):
            self._fail(f"{name} is a table: write [{name}]", "", 0, name)
        assert isinstance(section, dict)
        return section

    def _read_initial(self) -> dict[str, Value]:
        initial: dict[str, Value] = {}
        for name in self._parameters.section_names():
            for key, value in self._section(name).items():
                try:
                    initial[f"{name}.{key}"] = self._parameters.check(f"{name}.{key}", value)
                except BadInputError as error:
                    self._fail(str(error), name, 0, key)
        return initial

    def _read_settings(self) -> dict[str, int]:
        settings = default_settings()
        ranges = {row[0]: (row[2], row[3]) for row in SETTINGS}
        for key, value in self._section("connector").items():
            if key not in ranges:
                message = f"no setting is called {key!r}{suggestion(key, ranges)}"
                self._fail(message, "connector", 0, key)
            low, high = ranges[key]
            try:
                settings[key] = int(check_number(key, value, int, low, high, ""))
            except BadInputError as error:
                self._fail(str(error), "connector", 0, key)
        return settings

    def _read_at(self) -> tuple[tuple[Act, ...], tuple[Change, ...]]:
        acts: list[Act] = []
        changes: list[Change] = []
        for index, entry in enumerate(self._entries("at", None)):
            if ("do" in entry) == ("set" in entry):
                message = "each [[at]] has either do (an action) or set (a parameter)"
                self._fail(message, "at", index, "")
            t_us = self._time("at", index, entry)
            rest = {key: value for key, value in entry.items() if key not in ("t_s", "do", "set")}
            try:
                if "do" in entry:
                    action = find_action(str(entry["do"]))
                    acts.append(Act(t_us, action, check_arguments(action, rest)))
                else:
                    changes.append(self._change(index, t_us, str(entry["set"]), rest))
            except ScenarioError:
                raise
            except BadInputError as error:
                named = [key for key in rest if repr(key) in str(error) or f"{key} " in str(error)]
                self._fail(str(error), "at", index, (named or [*entry])[0])
        return tuple(sorted(acts, key=lambda act: act.t_us)), tuple(
            sorted(changes, key=lambda change: change.t_us)
        )

    def _change(self, index: int, t_us: int, path: str, rest: Mapping[str, Any]) -> Change:
        for key in rest:
            if key not in ("to", "over_s"):
                message = f"unknown key {key!r}{suggestion(key, ('to', 'over_s'))}"
                self._fail(message, "at", index, key)
        if "to" not in rest:
            raise BadInputError(f"set = {path!r} needs to, the new value")
        to = self._parameters.check(path, rest["to"])
        over_us = self._span("at", index, rest, "over_s")
        if over_us and isinstance(to, bool):
            raise BadInputError(f"{path} is true or false and cannot ramp; leave out over_s")
        return Change(t_us, path, to, over_us)

    def _read_faults(self) -> tuple[Break, ...]:
        breaks: list[Break] = []
        keys = ("t_s", "part", "kind", "amount", "for_s")
        for index, entry in enumerate(self._entries("fault", keys)):
            t_us = self._time("fault", index, entry)
            key = "part"
            try:
                row = find_fault(str(entry.get("part")), str(entry.get("kind")))
                key = "amount"
                amount = check_amount(row, entry.get("amount"))
            except BadInputError as error:
                self._fail(str(error), "fault", index, key if key in entry else "")
            breaks.append(Break(t_us, row, amount, self._span("fault", index, entry, "for_s")))
        return tuple(sorted(breaks, key=lambda item: item.t_us))

    def _read_replays(self) -> tuple[Replay, ...]:
        replays: list[Replay] = []
        keys = ("parameter", "file", "time", "column")
        for index, entry in enumerate(self._entries("replay", keys)):
            for key in keys:
                if not isinstance(entry.get(key), str):
                    self._fail(f"[[replay]] needs {key}, a name", "replay", index, key)
            try:
                replays.append(self._replay(entry))
            except BadInputError as error:
                self._fail(str(error), "replay", index, "file")
        return tuple(replays)

    def _replay(self, entry: Mapping[str, str]) -> Replay:
        path = entry["parameter"]
        self._parameters.find(path)
        source = self._path.parent / entry["file"]
        try:
            with source.open(newline="", encoding="utf-8") as lines:
                rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
        except OSError as error:
            raise BadInputError(f"{entry['file']} cannot be read: {error.strerror}") from None
        for column in (entry["time"], entry["column"]):
            if not rows or column not in rows[0]:
                known = rows[0] if rows else ()
                raise BadInputError(
                    f"{entry['file']} has no column {column!r}{suggestion(column, known)}"
                )
        try:
            times = tuple(to_us(float(row[entry["time"]])) for row in rows)
            values = tuple(float(row[entry["column"]]) for row in rows)
        except ValueError as error:
            raise BadInputError(
                f"{entry['file']} holds something else than numbers: {error}"
            ) from None
        if list(times) != sorted(set(times)):
            raise BadInputError(f"the times of {entry['file']} must increase")
        for value in values:
            self._parameters.check(path, value)
        return Replay(path, times, values)

    def _read_expectations(self) -> tuple[Expectation, ...]:
        expectations: list[Expectation] = []
        keys = ("t_s", "within_s", "column", *COMPARISONS)
        for index, entry in enumerate(self._entries("expect", keys)):
            t_us = self._time("expect", index, entry)
            within_us = self._span("expect", index, entry, "within_s")
            column = self._choice("expect", index, entry, "column", tuple(COLUMNS))
            given = [key for key in COMPARISONS if key in entry]
            if len(given) != 1:
                message = f"each [[expect]] has one comparison of {', '.join(COMPARISONS)}"
                self._fail(message, "expect", index, "")
            value = self._expected(index, column, given[0], entry[given[0]])
            line = locate(self._text, "expect", index, given[0])
            expectations.append(Expectation(t_us, within_us, column, given[0], value, line))
        return tuple(sorted(expectations, key=lambda item: item.t_us))

    def _expected(self, index: int, column: str, comparison: str, value: object) -> str | int:
        is_set = column in SETS
        if comparison in ("has", "has_not") and not is_set:
            self._fail(f"{column} is no set; compare it with is", "expect", index, comparison)
        if column in ENUMERATED:
            names = ENUMERATED[column]
            single = not (is_set and comparison in ("is", "is_not"))
            if not isinstance(value, str) or (single and value not in names):
                hint = suggestion(str(value), names)
                self._fail(f"{column} is never {value!r}{hint}", "expect", index, comparison)
            if comparison in ("at_least", "at_most"):
                self._fail(f"{column} is a name; compare it with is", "expect", index, comparison)
            assert isinstance(value, str)
            return value
        if not isinstance(value, int) or isinstance(value, bool):
            message = f"{column} is a whole number, not {value!r}"
            self._fail(message, "expect", index, comparison)
        assert isinstance(value, int)
        return value
