"""What outlives the controller: one SQLite file in the site's folder.

Whatever a step has found out is written in one transaction, so a controller that is killed at any
moment finds all of a step or nothing of it. Command line, page and controller open the same file;
each process has its own connection. Records are kept as JSON of their fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from wattback_controller.choices import DEFAULT_CHOICES, Choices, choices_of
from wattback_controller.energy import Mark, MeterReading
from wattback_controller.records import Event, Flag, Interval, Participation, Segment
from wattback_controller.store_file import open_file, transaction

_FILE = "records.sqlite"


class Store:
    """One site's records. Opened anew by every process and every thread. Raises BadInputError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _FILE
        self._db = open_file(self.path)

    def transaction(self) -> AbstractContextManager[None]:
        """All of what is written inside, or nothing."""
        return transaction(self._db)

    def close(self) -> None:
        """Let go of the file. Harmless when called again."""
        self._db.close()

    # --- the owner ---

    def choices(self, connector: str) -> Choices:
        """What its owner has chosen; the defaults until then."""
        fields = self._one("SELECT fields FROM choices WHERE connector = ?", connector)
        return DEFAULT_CHOICES if fields is None else choices_of(json.loads(fields))

    def set_choices(self, connector: str, choices: Choices) -> None:
        """Replace what its owner has chosen."""
        self._put("choices", connector, json.dumps(asdict(choices)))

    # --- the programme ---

    def events(self) -> tuple[Event, ...]:
        """Those that stand, as the utility has said them last, by their beginnings."""
        return self._events("WHERE stands")

    def all_events(self) -> tuple[Event, ...]:
        """Those too that are over or were cancelled."""
        return self._events("")

    def _events(self, condition: str) -> tuple[Event, ...]:
        rows = self._db.execute(f"SELECT fields FROM events {condition}").fetchall()
        events = [event_of(json.loads(fields)) for (fields,) in rows]
        return tuple(sorted(events, key=lambda event: (event.start_s, event.event)))

    def put_event(self, event: Event) -> None:
        """Add an event that stands, or replace what was known of it."""
        self._db.execute(
            "INSERT OR REPLACE INTO events VALUES (?, 1, ?)",
            (event.event, json.dumps(asdict(event))),
        )

    def retire_event(self, event: str) -> None:
        """It counts no more; settlement still knows its name."""
        self._db.execute("UPDATE events SET stands = 0 WHERE event = ?", (event,))

    def note(self, name: str) -> str:
        """A text that was kept under a name, or ""."""
        return self._one("SELECT text FROM notes WHERE name = ?", name) or ""

    def set_note(self, name: str, text: str) -> None:
        """Keep a text under a name."""
        self._put("notes", name, text)

    # --- energy ---

    def mark(self, connector: str) -> Mark | None:
        """Where a connector's record of energy stands."""
        fields = self._one("SELECT fields FROM marks WHERE connector = ?", connector)
        return None if fields is None else _mark_of(json.loads(fields))

    def set_mark(self, connector: str, mark: Mark) -> None:
        """Keep where it stands."""
        fields = asdict(mark) | {"flags": sorted(mark.flags)}
        self._put("marks", connector, json.dumps(fields))

    def add_intervals(self, intervals: Iterable[Interval]) -> None:
        """Add complete intervals. Raises sqlite3.IntegrityError for one that is there already."""
        self._db.executemany(
            "INSERT INTO intervals VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            [
                (
                    item.connector,
                    item.start_s,
                    item.end_s,
                    item.import_wh,
                    item.export_wh,
                    item.island_wh,
                    " ".join(sorted(item.flags)),
                )
                for item in intervals
            ],
        )

    def intervals(self, from_s: int, to_s: int) -> list[Interval]:
        """Those that begin in a span, by connector and time."""
        return self._intervals("start_s >= ? AND start_s < ?", from_s, to_s)

    def unreported(self) -> list[Interval]:
        """Those that no report was made of yet, by connector and time."""
        return self._intervals("NOT reported")

    def set_reported(self) -> None:
        """All that there are now were reported, or nobody asks for them."""
        self._db.execute("UPDATE intervals SET reported = 1 WHERE NOT reported")

    def _intervals(self, condition: str, *values: int) -> list[Interval]:
        rows = self._db.execute(
            "SELECT connector, start_s, end_s, import_wh, export_wh, island_wh, flags "
            f"FROM intervals WHERE {condition} ORDER BY connector, start_s",
            values,
        )
        return [_interval_of(*row) for row in rows]

    def set_registers(self, connector: str, reading: MeterReading) -> None:
        """Keep what a connector's registers read at a boundary of intervals."""
        self._db.execute(
            "INSERT OR REPLACE INTO registers VALUES (?, ?, ?)",
            (connector, int(reading.t_s), json.dumps(asdict(reading))),
        )

    def registers(self, connector: str, t_s: int) -> MeterReading | None:
        """What they read at a boundary, or None when there was none."""
        row = self._db.execute(
            "SELECT fields FROM registers WHERE connector = ? AND t_s = ?", (connector, t_s)
        ).fetchone()
        return None if row is None else MeterReading(**json.loads(row[0]))

    # --- who takes part ---

    def put_participation(self, part: Participation) -> None:
        """Add it, or replace what was known of it."""
        self._db.execute(
            "INSERT OR REPLACE INTO participations (event, programme, connector, start_s, end_s, "
            "asked_w, stopped, reserve_bp, least_soc_bp) VALUES (:event, :programme, :connector, "
            ":start_s, :end_s, :asked_w, :stopped, :reserve_bp, :least_soc_bp)",
            asdict(part),
        )

    def participations(self, from_s: int, to_s: int) -> list[Participation]:
        """Those that touch a span, by time."""
        return self._parts("end_s >= ? AND start_s < ?", from_s, to_s)

    def going_on(self) -> dict[str, Participation]:
        """Those that have not ended, by connector."""
        return {part.connector: part for part in self._parts("stopped = ''")}

    def unsigned(self) -> list[Participation]:
        """Those that have ended and have no signed record yet, in order of their ends."""
        parts = self._parts(
            "stopped != '' AND NOT EXISTS (SELECT 1 FROM records WHERE records.event = "
            "participations.event AND records.connector = participations.connector AND "
            "records.start_s = participations.start_s)"
        )
        return sorted(parts, key=lambda part: part.end_s)

    def last_record(self) -> str:
        """The newest signed record, "" when there is none."""
        row = self._db.execute("SELECT text FROM records ORDER BY number DESC LIMIT 1").fetchone()
        return "" if row is None else str(row[0])

    def add_record(self, part: Participation, text: str) -> None:
        """Keep the signed record of a participation."""
        self._db.execute(
            "INSERT INTO records (event, connector, start_s, text) VALUES (?, ?, ?, ?)",
            (part.event, part.connector, part.start_s, text),
        )

    def records(self, from_s: int, to_s: int) -> list[str]:
        """Signed records of what began in a span, in the order of the chain."""
        rows = self._db.execute(
            "SELECT text FROM records WHERE start_s >= ? AND start_s < ? ORDER BY number",
            (from_s, to_s),
        )
        return [text for (text,) in rows]

    def _parts(self, condition: str, *values: int) -> list[Participation]:
        rows = self._db.execute(
            "SELECT event, programme, connector, start_s, end_s, asked_w, stopped, reserve_bp, "
            f"least_soc_bp FROM participations WHERE {condition} ORDER BY start_s, connector",
            values,
        )
        return [Participation(*row) for row in rows]

    # --- limits, targets, reports, audit ---

    def limits(self) -> dict[str, int]:
        """What each connector was allowed to draw last, in mA."""
        return dict(self._db.execute("SELECT connector, import_ma FROM limits").fetchall())

    def set_limit(self, connector: str, import_ma: int) -> None:
        """Keep what it is allowed."""
        self._put("limits", connector, import_ma)

    def targets(self) -> dict[str, tuple[float, int]]:
        """What each connector may be giving of what it was told last: until when, W."""
        rows = self._db.execute("SELECT connector, until_s, power_w FROM targets")
        return {connector: (until_s, power_w) for connector, until_s, power_w in rows}

    def set_target(self, connector: str, until_s: float, power_w: int) -> None:
        """Keep what it may be giving."""
        self._db.execute(
            "INSERT OR REPLACE INTO targets VALUES (?, ?, ?)", (connector, until_s, power_w)
        )

    def reports(self, most: int) -> list[tuple[str, Any]]:
        """Reports that the utility does not have yet, by name, the oldest first."""
        rows = self._db.execute(
            "SELECT name, document FROM reports ORDER BY rowid LIMIT ?", (most,)
        )
        return [(name, json.loads(document)) for name, document in rows]

    def add_report(self, name: str, document: Mapping[str, Any]) -> None:
        """Keep a report until it has been delivered."""
        self._put("reports", name, json.dumps(document))

    def drop_report(self, name: str) -> None:
        """It has been delivered."""
        self._db.execute("DELETE FROM reports WHERE name = ?", (name,))

    def audit(self, t_s: float, who: str, what: str) -> None:
        """Write down who asked for what, or what became of it."""
        self._db.execute(
            "INSERT INTO audit (t_s, who, what) VALUES (?, ?, ?)", (int(t_s), who, what)
        )

    def audit_lines(self, most: int) -> list[tuple[int, str, str]]:
        """The last lines of the audit log, oldest first: time, who, what."""
        rows = self._db.execute(
            "SELECT t_s, who, what FROM audit ORDER BY id DESC LIMIT ?", (most,)
        ).fetchall()
        return rows[::-1]

    def _one(self, query: str, value: str) -> Any:
        row = self._db.execute(query, (value,)).fetchone()
        return None if row is None else row[0]

    def _put(self, table: str, key: str, value: str | int) -> None:
        self._db.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (key, value))


def event_of(fields: dict[str, Any]) -> Event:
    """An event out of the JSON of its fields."""
    segments = tuple(Segment(**segment) for segment in fields["segments"])
    return Event(**(fields | {"segments": segments}))


def _interval_of(
    connector: str,
    start_s: int,
    end_s: int,
    import_wh: int,
    export_wh: int,
    island_wh: int,
    flags: str,
) -> Interval:
    known = cast("list[Flag]", flags.split())
    return Interval(connector, start_s, end_s, import_wh, export_wh, island_wh, frozenset(known))


def _mark_of(fields: dict[str, Any]) -> Mark:
    last = MeterReading(**fields["last"])
    return replace(Mark(**fields), last=last, flags=frozenset(fields["flags"]))
