"""Scenario files: what happens to a connector, when, and what is expected of it.

TOML in, frozen records out, everything checked before the first tick. What is wrong is told in one
sentence with file, line and a suggestion.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from wattback.connector import TIME_MASK_MS
from wattback_sim.actions import Action, find_action
from wattback_sim.arguments import Arguments
from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.faults import FaultKind, check_amount, find_fault
from wattback_sim.parameters import Value
from wattback_sim.replay import Replay, read_replay
from wattback_sim.scenario_programme import SECTIONS as PROGRAMME_SECTIONS
from wattback_sim.scenario_programme import ScenarioProgramme, read_programme
from wattback_sim.site_profiles import OWN_SETTINGS, check_setting, find_profile, profile_names
from wattback_sim.toml_reader import TOP, Entry, Place, TomlReader
from wattback_sim.trace import COLUMNS, ENUMERATED, SETS
from wattback_sim.world import default_parameters

COMPARISONS = ("is", "is_not", "at_least", "at_most", "has", "has_not")
LONGEST_RUN_S = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Act:
    """An action at a time."""

    t_us: int
    action: Action
    arguments: Arguments


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
    """One checked scenario file. The lists are in order of time. settings, initial: what its
    profile says, and over it what the file says.
    """

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
    programme: ScenarioProgramme | None


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file. Raises BadFileError."""
    return _ScenarioReader(path).read()


class _ScenarioReader(TomlReader):
    """Turns one document into a Scenario."""

    def read(self) -> Scenario:
        document = self.document
        self._parameters = default_parameters()
        sections = [*self._parameters.section_names(), "connector"]
        top = ["profile", "starts_at", "duration_s", "board_starts_ms"]
        lists = ["at", "fault", "replay", "expect"]
        self.refuse_unknown(document, [*top, *sections, *PROGRAMME_SECTIONS, *lists], TOP)
        self._duration_s = self.number(document, "duration_s", (0.01, LONGEST_RUN_S, "s"), TOP)
        self._profile = find_profile(self.choice(document, "profile", profile_names(), TOP))
        counter = (0, TIME_MASK_MS, "ms")
        return Scenario(
            path=self.path,
            profile=self._profile.name,
            starts_at=self._starts_at(),
            duration_us=to_us(self._duration_s),
            board_starts_ms=int(self.number(document, "board_starts_ms", counter, TOP, 0)),
            settings=self._settings(),
            initial=self._initial(),
            acts=tuple(sorted(self._acts(), key=lambda item: item.t_us)),
            changes=tuple(sorted(self._changes(), key=lambda item: item.t_us)),
            breaks=tuple(sorted(self._breaks(), key=lambda item: item.t_us)),
            replays=tuple(self._replays()),
            expectations=tuple(sorted(self._expectations(), key=lambda item: item.t_us)),
            programme=read_programme(self, self._duration_s),
        )

    def _starts_at(self) -> datetime:
        value = self.document.get("starts_at")
        hint = 'write starts_at = "2026-02-10T18:00:00-06:00", a time with its offset'
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                self.fail(f"starts_at is no date and time: {hint}", TOP, "starts_at")
        if isinstance(value, datetime) and not 1970 <= value.year <= 2999:
            self.fail(f"starts_at lies between the years 1970 and 2999: {hint}", TOP, "starts_at")
        if not isinstance(value, datetime) or value.tzinfo is None:
            self.fail(f"starts_at is missing or has no offset: {hint}", TOP, "starts_at")
        return value

    def _initial(self) -> dict[str, Value]:
        check = self._parameters.check
        initial = {path: check(path, value) for path, value in self._profile.world.items()}
        for section in self._parameters.section_names():
            for key, value in self.table(section).items():
                path = f"{section}.{key}"
                try:
                    initial[path] = self._parameters.check(path, value)
                except BadInputError as error:
                    self.fail(str(error), Place(section), key)
        return initial

    def _settings(self) -> dict[str, int]:
        settings = self._profile.all_settings()
        place = Place("connector")
        given = self.table("connector")
        self.refuse_unknown(given, [name for name in settings if name not in OWN_SETTINGS], place)
        nominal = given.get("nominal_millihertz", settings["nominal_millihertz"])
        for name, value in given.items():
            try:
                settings[name] = check_setting(name, value, nominal)
            except BadInputError as error:
                self.fail(str(error), place, name)
        return settings

    def _time_us(self, entry: Entry, place: Place) -> int:
        return to_us(self.number(entry, "t_s", (0.0, self._duration_s, "s"), place))

    def _span_us(self, entry: Entry, key: str, place: Place) -> int:
        return to_us(self.number(entry, key, (0.0, LONGEST_RUN_S, "s"), place, 0.0))

    def _acts(self) -> list[Act]:
        acts: list[Act] = []
        for entry, place in self.tables("at"):
            if ("do" in entry) == ("set" in entry):
                self.fail("each [[at]] has either do (an action) or set", place, "")
            if "do" not in entry:
                continue
            t_us = self._time_us(entry, place)
            given = {key: value for key, value in entry.items() if key not in ("t_s", "do")}
            try:
                action = find_action(str(entry["do"]))
                acts.append(Act(t_us, action, action.check(given)))
            except BadInputError as error:
                self._blame(error, [*given, "do"], place)
        return acts

    def _changes(self) -> list[Change]:
        changes: list[Change] = []
        for entry, place in self.tables("at"):
            if "set" not in entry:
                continue
            t_us = self._time_us(entry, place)
            self.refuse_unknown(entry, ("t_s", "set", "to", "over_s"), place)
            path = str(entry["set"])
            over_us = self._span_us(entry, "over_s", place)
            try:
                self._parameters.check_later(path)
            except BadInputError as error:
                self.fail(str(error), place, "set")
            if "to" not in entry:
                self.fail(f"set = {path!r} needs to, the new value", place, "set")
            try:
                to = self._parameters.check(path, entry["to"])
            except BadInputError as error:
                self.fail(str(error), place, "to")
            if over_us and isinstance(to, bool):
                self.fail(f"{path} is true or false and cannot ramp", place, "over_s")
            changes.append(Change(t_us, path, to, over_us))
        return changes

    def _blame(self, error: BadInputError, keys: list[str], place: Place) -> NoReturn:
        """Complain in the line of the key that the sentence names."""
        sentence = str(error)
        named = [key for key in keys if f"'{key}'" in sentence or sentence.startswith(f"{key} of")]
        self.fail(sentence, place, named[0] if named else keys[-1])

    def _breaks(self) -> list[Break]:
        breaks: list[Break] = []
        for entry, place in self.tables("fault"):
            self.refuse_unknown(entry, ("t_s", "part", "kind", "amount", "for_s"), place)
            t_us = self._time_us(entry, place)
            try:
                row = find_fault(str(entry.get("part")), str(entry.get("kind")))
            except BadInputError as error:
                self.fail(str(error), place, "kind" if "of kind" in str(error) else "part")
            try:
                amount = check_amount(row, entry.get("amount"))
            except BadInputError as error:
                self.fail(str(error), place, "amount")
            breaks.append(Break(t_us, row, amount, self._span_us(entry, "for_s", place)))
        return breaks

    def _replays(self) -> list[Replay]:
        replays: list[Replay] = []
        keys = ("parameter", "file", "time", "column")
        for entry, place in self.tables("replay"):
            self.refuse_unknown(entry, keys, place)
            for key in keys:
                if not isinstance(entry.get(key), str):
                    self.fail(f"[[replay]] needs {key}, a name", place, key)
            source = self.path.parent / entry["file"]
            try:
                replays.append(
                    read_replay(
                        self._parameters,
                        entry["parameter"],
                        source,
                        entry["time"],
                        entry["column"],
                    )
                )
            except BadInputError as error:
                self._blame(error, [*entry], place)
        return replays

    def _expectations(self) -> list[Expectation]:
        expectations: list[Expectation] = []
        for entry, place in self.tables("expect"):
            self.refuse_unknown(entry, ("t_s", "within_s", "column", *COMPARISONS), place)
            t_us = self._time_us(entry, place)
            within_us = self._span_us(entry, "within_s", place)
            column = self.choice(entry, "column", COLUMNS, place)
            given = [key for key in COMPARISONS if key in entry]
            if len(given) != 1:
                self.fail(f"each [[expect]] has one of {', '.join(COMPARISONS)}", place, "")
            comparison = given[0]
            value = self._expected(column, comparison, entry[comparison], place)
            line = self.line(place, comparison)
            expectations.append(Expectation(t_us, within_us, column, comparison, value, line))
        return expectations

    def _expected(self, column: str, comparison: str, value: Any, place: Place) -> str | int:
        is_set = column in SETS
        named = column in ENUMERATED
        if comparison in ("has", "has_not") and not is_set:
            self.fail(f"{column} is no set; compare it with is", place, comparison)
        if comparison in ("at_least", "at_most") and named:
            self.fail(f"{column} is a name; compare it with is", place, comparison)
        if not named:
            if not isinstance(value, int) or isinstance(value, bool):
                self.fail(f"{column} is a whole number, not {value!r}", place, comparison)
            return value
        names = value.split(";") if isinstance(value, str) and value and is_set else [value]
        for name in names:
            if name not in ENUMERATED[column] and not (is_set and name == ""):
                hint = suggestion(str(name), ENUMERATED[column])
                self.fail(f"{column} is never {name!r}{hint}", place, comparison)
        return str(value)
