"""Checked values out of a TOML file, with complaints that name file, line and what to try.

tomllib tells values, not places, so the lines are found again in the text.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.parameters import check_number

_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?")

Entry = Mapping[str, Any]


class BadFileError(BadInputError):
    """A file that is not accepted; the sentence begins with its name and line."""


class Place:
    """Where in a file a value belongs: a table ("" is the top) and which of its kind."""

    __slots__ = ("index", "table")

    def __init__(self, table: str = "", index: int = 0) -> None:
        self.table = table
        self.index = index


TOP = Place()


def _begins(line: str, key: str) -> bool:
    return re.match(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line) is not None


class TomlReader:
    """One file, read and parsed. document: its values."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BadFileError(f"{path}: there is no such file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise BadFileError(f"{path}: this cannot be read as a text file: {error}") from None
        try:
            self.document = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            raise BadFileError(f"{path}: this is not valid TOML: {error}") from None

    def line(self, place: Place, key: str) -> int:
        """The line, from 1, of a key; else of its table's header; else 1."""
        current = ""
        seen: dict[str, int] = {}
        found = 1
        for number, line in enumerate(self._text.splitlines(), start=1):
            header = _HEADER.match(line)
            if header:
                current = header.group(1).strip("\"'")
                seen[current] = seen.get(current, -1) + 1
                if current == place.table and seen[current] == place.index:
                    found = number
                if not place.table and current.split(".")[0] == key:
                    return number
                continue
            if not current and place.table and _begins(line, place.table):
                found = number  # an inline table or a dotted key
                if _begins(line, f"{place.table}.{key}"):
                    return number
            here = current == place.table and seen.get(current, 0) == place.index
            if here and key and _begins(line, key):
                return number
        return found

    def fail(self, message: str, place: Place, key: str) -> NoReturn:
        """Complain about a key, or with key "" about the whole table."""
        raise BadFileError(f"{self.path}:{self.line(place, key)}: {message}") from None

    def refuse_unknown(self, entry: Entry, known: Iterable[str], place: Place) -> None:
        """Complain about the first key that nobody reads."""
        names = list(known)
        where = f" in [{place.table}]" if place.table else ""
        for key in entry:
            if key not in names:
                self.fail(f"unknown key {key!r}{where}{suggestion(key, names)}", place, key)

    def number(
        self,
        entry: Entry,
        key: str,
        span: tuple[float, float, str],
        place: Place,
        default: float | None = None,
    ) -> float:
        """A number in `span` (low, high, unit); missing is allowed where there is a default."""
        low, high, unit = span
        if key not in entry:
            if default is None:
                self.fail(f"{key} is missing; give it in {unit}", place, "")
            return default
        kind = int if key.endswith("_ms") else float
        try:
            return float(check_number(key, entry[key], kind, low, high, unit))
        except BadInputError as error:
            self.fail(str(error), place, key)

    def text(self, entry: Entry, key: str, place: Place, default: str | None = None) -> str:
        """A text that is not empty; missing is allowed where there is a default."""
        value = entry.get(key, default)
        if not isinstance(value, str) or (not value and value != default):
            self.fail(f"{key} is missing or no text", place, key)
        return value

    def whole(
        self, entry: Entry, key: str, span: tuple[int, int, str], default: int, place: Place
    ) -> int:
        """A whole number in `span` (lowest, highest, unit)."""
        try:
            return int(check_number(key, entry.get(key, default), int, *span))
        except BadInputError as error:
            self.fail(str(error), place, key)

    def flag(self, entry: Entry, key: str, default: bool, place: Place) -> bool:
        """true or false."""
        value = entry.get(key, default)
        if not isinstance(value, bool):
            self.fail(f"{key} is true or false, and this is {value!r}", place, key)
        return value

    def choice(self, entry: Entry, key: str, choices: Iterable[str], place: Place) -> str:
        """One of some names."""
        names = list(choices)
        value = entry.get(key)
        if not isinstance(value, str):
            self.fail(f"{key} is missing or no name{suggestion('', names)}", place, key)
        if value not in names:
            self.fail(f"{key} is never {value!r}{suggestion(value, names)}", place, key)
        return value

    def table(self, name: str) -> dict[str, Any]:
        """A table of the top level, empty when it is not there."""
        table = self.document.get(name, {})
        if not isinstance(table, dict):
            self.fail(f"{name} is a table: write [{name}]", TOP, name)
        return table

    def tables(self, name: str) -> list[tuple[dict[str, Any], Place]]:
        """A list of tables of the top level, each with its place."""
        entries = self.document.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.fail(f"{name} is a list of tables: write [[{name}]]", TOP, name)
        return [(entry, Place(name, index)) for index, entry in enumerate(entries)]
