"""What outlives the controller: all of a step or nothing, for several processes at once."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.controller_bench import NOW_S, choices, event, part
from wattback_controller.choices import DEFAULT_CHOICES
from wattback_controller.energy import Mark, MeterReading, first_mark
from wattback_controller.records import Interval, Segment
from wattback_controller.store import Store
from wattback_sim.errors import BadInputError

READING = MeterReading(NOW_S + 0.5, "WB-1", 1000, 500, 20, clock_good=False)
INTERVAL = Interval("garage", NOW_S, NOW_S + 300, 1, 2, 3, frozenset({"estimated", "time_unset"}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "records")
    yield opened
    opened.close()


def again(store: Store) -> Store:
    """The same file, as the next life of a controller finds it."""
    store.close()
    return Store(store.path.parent)


def in_another_process(folder: Path, script: str) -> subprocess.Popen[str]:
    """script: has `store`; what it prints can be read."""
    text = (
        "import sys, os, pathlib\n"
        "from wattback_controller.store import Store\n"
        "store = Store(pathlib.Path(sys.argv[1]))\n" + textwrap.dedent(script)
    )
    return subprocess.Popen(
        [sys.executable, "-c", text, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


# --- what is kept ---


def test_all_records_survive_a_restart(store: Store) -> None:
    asked = replace(
        event(priority=0, randomize_s=30),
        segments=(
            Segment("ALERT_GRID_EMERGENCY", 1, 2, 1.0, "it is cold \u2744"),
            Segment("DISPATCH_SETPOINT", 2, 3, -8000.5),
        ),
    )
    mark = Mark(READING, NOW_S, 4, 5, 6, frozenset({"meter_changed"}))
    over = part(stopped="reserve")
    with store.transaction():
        store.set_choices("garage", choices(out_of=("a", "b"), pause_above=0.25))
        store.put_event(asked)
        store.set_note("seen", "[1]")
        store.set_mark("garage", mark)
        store.add_intervals([INTERVAL])
        store.set_registers("garage", READING)
        store.put_participation(over)
        store.add_record(over, "OCMF|1")
        store.set_limit("garage", 16_000)
        store.set_target("garage", NOW_S + 0.5, 3800)
        store.add_report("first", {"n": [1]})
        store.audit(NOW_S + 0.9, "owner", "garage: asks")
    store = again(store)
    assert store.choices("garage") == choices(out_of=("a", "b"), pause_above=0.25)
    assert store.events() == (asked,)
    assert store.note("seen") == "[1]"
    assert store.mark("garage") == mark
    assert store.intervals(NOW_S, NOW_S + 1) == [INTERVAL]
    assert store.registers("garage", NOW_S) == READING
    assert store.participations(NOW_S, NOW_S + 1) == [over]
    assert store.records(0, NOW_S + 1) == ["OCMF|1"] == [store.last_record()]
    assert store.limits() == {"garage": 16_000}
    assert store.targets() == {"garage": (NOW_S + 0.5, 3800)}
    assert store.reports(9) == [("first", {"n": [1]})]
    assert store.audit_lines(9) == [(NOW_S, "owner", "garage: asks")]


def test_of_what_was_never_kept_there_is_nothing(store: Store) -> None:
    assert store.choices("garage") == DEFAULT_CHOICES
    assert store.events() == store.all_events() == ()
    assert (store.note("x"), store.mark("x"), store.registers("x", 1)) == ("", None, None)
    assert (store.last_record(), store.limits(), store.going_on()) == ("", {}, {})


def test_an_event_that_was_retired_is_known_and_does_not_stand(store: Store) -> None:
    store.put_event(event(name="event-1", start_s=5, end_s=9))
    store.put_event(event(name="event-2", start_s=1, end_s=9))
    store.retire_event("event-1")
    assert [one.event for one in store.events()] == ["event-2"]
    assert [one.event for one in store.all_events()] == ["event-2", "event-1"]
    store.put_event(event(name="event-1", start_s=0, end_s=9))  # and is announced anew
    assert [one.event for one in store.events()] == ["event-1", "event-2"]


def test_an_interval_is_recorded_once(store: Store) -> None:
    store.add_intervals([INTERVAL])
    with pytest.raises(sqlite3.IntegrityError):
        store.add_intervals([replace(INTERVAL, connector="drive"), INTERVAL])


@pytest.mark.parametrize(
    ("from_s", "to_s", "found"),
    [(0, 100, False), (0, 101, True), (200, 300, True), (201, 300, False), (150, 160, True)],
)
def test_participations_of_a_span_are_those_that_touch_it(
    store: Store, from_s: int, to_s: int, found: bool
) -> None:
    store.put_participation(part(start_s=100, end_s=200))
    assert bool(store.participations(from_s, to_s)) == found


def test_what_is_over_is_signed_once_and_in_order_of_its_end(store: Store) -> None:
    later = part("event-1", start_s=1, end_s=90, stopped="event_ended")
    first = part("event-2", start_s=5, end_s=20, stopped="opted_out")
    for one in (later, first, part("event-3", start_s=6, end_s=7)):
        store.put_participation(one)
    assert store.unsigned() == [first, later]
    store.add_record(first, "1")
    assert store.unsigned() == [later]
    with pytest.raises(sqlite3.IntegrityError):
        store.add_record(first, "2")


def test_reports_wait_in_order_and_the_same_one_once(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.add_report(name, {"name": name})
    assert [name for name, _ in store.reports(2)] == ["b", "a"]
    store.drop_report("b")
    store.add_report("a", {"name": "again"})
    assert {name for name, _ in store.reports(9)} == {"a", "c"}


def test_the_audit_log_tells_the_last_lines_oldest_first(store: Store) -> None:
    for second in range(5):
        store.audit(second, "who", str(second))
    assert [what for _, _, what in store.audit_lines(2)] == ["3", "4"]


def test_records_are_nobody_elses_to_read(store: Store) -> None:
    assert store.path.parent.stat().st_mode & 0o077 == 0


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.glob("records.sqlite*")}


def test_records_are_nobody_elses_in_a_folder_that_others_may_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        store = Store(tmp_path)
        write(store, ("a", "1"))
    finally:
        os.umask(before)
    whole = dict.fromkeys(("records.sqlite", "records.sqlite-wal", "records.sqlite-shm"), 0o600)
    assert modes(tmp_path) == whole
    for name in whole:  # as older versions have left them
        (tmp_path / name).chmod(0o644)
    reader = Store(tmp_path)
    assert modes(tmp_path) == whole
    assert reader.note("a") == "1"
    reader.close()
    store.close()


@pytest.mark.parametrize("version", [1, 2])
def test_a_store_of_an_older_version_goes_on_with_all_that_it_has(
    store: Store, version: int
) -> None:
    write(store, ("a", "1"))
    with store.transaction():
        store.set_mark("garage", first_mark(READING))
        store.set_registers("garage", READING)
    before = "json_set(json_remove(fields, '$.{0}island_wh'), '$.{0}on_grid', json('true'))"
    store._db.execute("UPDATE marks SET fields = " + before.format("last."))
    store._db.execute("UPDATE registers SET fields = " + before.format(""))
    if version == 1:
        store._db.execute("DROP TABLE targets")
    store._db.execute(f"PRAGMA user_version = {version}")
    newer = again(store)
    assert (newer.note("a"), newer.targets()) == ("1", {})
    newer.set_target("garage", NOW_S, 1)
    reading = replace(READING, island_wh=0)
    assert newer.mark("garage") == first_mark(reading)
    assert newer.registers("garage", int(READING.t_s)) == reading
    newer.close()


# --- all or nothing ---


def write(store: Store, *notes: tuple[str, str], then: Callable[[], object] = dict) -> None:
    """In one transaction."""
    with store.transaction():
        for name, text in notes:
            store.set_note(name, text)
        then()


def test_a_transaction_that_fails_has_not_been(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        write(store, ("a", "1"), then=lambda: 1 / 0)
    assert store.note("a") == ""
    write(store, ("a", "2"))  # and it is not in the way of the next one
    assert again(store).note("a") == "2"


def test_a_full_disk_loses_a_step_and_not_the_store(store: Store) -> None:
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        write(store, ("small", "1"), ("large", "x" * 100_000))
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.note("small") == ""
    write(store, ("small", "2"))
    assert again(store).note("small") == "2"


def test_a_commit_that_fails_does_not_lock_the_store_for_ever(store: Store) -> None:
    store._db.execute("PRAGMA foreign_keys = ON")
    store._db.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    store._db.execute(
        "CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store._db.execute("INSERT INTO child VALUES (7)")  # is judged at the commit
    with store.transaction():
        store.set_note("a", "1")
    assert store.note("a") == "1"


def test_a_process_that_is_killed_in_a_transaction_has_written_nothing(store: Store) -> None:
    with store.transaction():
        store.set_note("whole", "before")
    other = in_another_process(
        store.path.parent,
        """
        with store.transaction():
            store.set_note("whole", "after")
            for n in range(2000):
                store.audit(n, "who", "x" * 1000)
            print("inside", flush=True)
            sys.stdin.read()
        """,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "inside\n"
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert store.note("whole") == "before"
    assert store.audit_lines(9) == []
    with store.transaction():
        store.set_note("whole", "anew")
    assert again(store).note("whole") == "anew"


def test_two_processes_do_not_lose_each_others_changes(store: Store) -> None:
    count = """
        for _ in range(50):
            with store.transaction():
                store.set_note("n", str(int(store.note("n") or 0) + 1))
        """
    others = [in_another_process(store.path.parent, count) for _ in range(2)]
    assert [other.wait(60) for other in others] == [0, 0]
    assert store.note("n") == "100"


def test_a_reader_sees_the_step_before_while_another_is_written(store: Store) -> None:
    with store.transaction():
        store.set_note("a", "1")
    reader = Store(store.path.parent)
    with store.transaction():
        store.set_note("a", "2")
        assert reader.note("a") == "1"
    assert reader.note("a") == "2"
    reader.close()


def test_two_that_begin_at_once_begin_one_store(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    others = [in_another_process(folder, "store.set_note('a', '1')") for _ in range(3)]
    assert [other.wait(60) for other in others] == [0, 0, 0]
    assert Store(folder).note("a") == "1"


# --- files that are none ---


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    path.write_bytes(b"this is no database, but somebody's letter\n" * 100)
    before = path.read_bytes()
    with pytest.raises(BadInputError, match=r"is not a site's records .*move it away"):
        Store(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [4, 99])
def test_a_store_of_another_version_is_left_alone(tmp_path: Path, version: int) -> None:
    with sqlite3.connect(tmp_path / "records.sqlite") as db:
        db.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(BadInputError, match=rf"another version \({version}, this one knows 3\)"):
        Store(tmp_path)


def test_a_place_that_cannot_be_written_is_not_called_a_wrong_file(tmp_path: Path) -> None:
    """Whoever moved the records away because of that would lose them."""
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInputError, match="cannot be opened"):
            Store(folder)
    (tmp_path / "records.sqlite").mkdir()
    with pytest.raises(BadInputError, match="cannot be opened"):
        Store(tmp_path)


def test_a_store_that_another_holds_is_not_called_a_wrong_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wattback_controller.store_file._WAIT_S", 0.05)
    with sqlite3.connect(tmp_path / "records.sqlite") as other:
        other.execute("CREATE TABLE t (x)")
        other.commit()
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BadInputError, match="does another program hold it"):
            Store(tmp_path)
