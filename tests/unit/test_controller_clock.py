"""The whole controller when its clock jumps, or when what is stored is of another programme."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.controller_bench import NOW_S, AddressBench, event
from wattback_controller.assembly import make_controller
from wattback_controller.config import load_site
from wattback_controller.settlement.civil import Month
from wattback_controller.statement_of import statement_of

YEAR_S = 365 * 86_400


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[AddressBench]:
    made = AddressBench(tmp_path, "garage")
    made.plug_in()
    made.run(30.0)
    yield made
    made.close()


def set_clock(bench: AddressBench, by_s: int) -> None:
    bench.address.starts_s += by_s


def judge(bench: AddressBench) -> None:
    """No time is recorded twice, no energy is lost, and a statement can be made of it."""
    intervals = bench.store.intervals(0, NOW_S + 20 * YEAR_S)
    for before, after in pairwise(intervals):
        assert before.end_s <= after.start_s
    mark = bench.store.mark("garage")
    assert mark is not None
    assert sum(one.import_wh for one in intervals) + mark.import_wh == mark.last.import_wh
    export_wh = sum(one.export_wh for one in intervals) + mark.export_wh
    island_wh = sum(one.island_wh for one in intervals) + mark.island_wh
    assert (export_wh, island_wh) == (mark.last.export_wh, mark.last.island_wh)
    statement_of(bench.address.site, bench.store, Month(2026, 2))


def test_a_clock_that_was_years_ahead_stops_no_record(bench: AddressBench) -> None:
    set_clock(bench, 10 * YEAR_S)
    bench.run(10.0)
    set_clock(bench, -10 * YEAR_S)
    bench.address.new_controller()
    bench.run(700.0)
    recorded = bench.store.intervals(NOW_S, NOW_S + 1000)
    assert [one.flags for one in recorded] == [{"time_unset"}, frozenset()]
    assert sum("the clock has jumped by" in line for line in bench.told()) == 2
    judge(bench)


def test_a_clock_that_is_set_back_in_an_event_ends_nothing_for_long(bench: AddressBench) -> None:
    bench.run(350.0)
    bench.announce(start_s=int(bench.now_s) - 3500, lasts_s=7200)
    bench.run(60.0)
    assert bench.reading().target_w == 8000
    set_clock(bench, -400)
    bench.run(30.0)
    assert bench.reading().target_w == 8000
    bench.run(500.0)
    judge(bench)
    assert bench.reading().target_w == 8000
    assert all(part.start_s <= part.end_s for part in bench.parts())


def test_what_began_by_a_clock_that_was_ahead_begins_anew(bench: AddressBench) -> None:
    bench.announce(start_s=NOW_S, lasts_s=86_400)
    bench.run(60.0)
    bench.owner.ask("garage", "out", bench.now_s)
    bench.run(5.0)
    set_clock(bench, 3600)
    bench.owner.ask("garage", "in", bench.now_s)
    bench.run(60.0)
    set_clock(bench, -3600)
    bench.run(60.0)
    assert [part.stopped for part in bench.parts()][-2:] == ["", "clock_set_back"]
    assert bench.reading().target_w == 8000
    judge(bench)


# --- whose events they are ---


def test_events_of_another_programme_stand_no_more_and_the_log_says_why(
    bench: AddressBench,
) -> None:
    bench.store.put_event(event(start_s=NOW_S, end_s=NOW_S + 9000, name="old"))
    name = bench.announce()
    bench.address.new_controller()
    bench.run(30.0)
    assert [one.event for one in bench.store.events()] == [name]
    told = "event old stands no more: it is of 'evenings', and the site's file names another"
    assert sum(line.startswith(told) for line in bench.told()) == 1


def test_without_a_programme_nothing_that_was_stored_is_followed(
    bench: AddressBench, tmp_path: Path
) -> None:
    bench.announce(lasts_s=9000)
    bench.run(120.0)
    assert bench.reading().target_w == 8000
    text = (tmp_path / "site.toml").read_text()
    head, _, rest = text.partition("[programme]")
    (tmp_path / "site.toml").write_text(
        head + "[[connector]]" + rest.partition("[[connector]]")[2]
    )
    site = load_site(tmp_path / "site.toml")
    assert site.programme is None
    bench.address.controller = make_controller(
        site, bench.store, bench.address._open_client, None, lambda: True
    )
    bench.run(130.0)
    assert bench.reading().target_w is None
    assert bench.store.going_on() == {}
    assert bench.store.events() == ()
