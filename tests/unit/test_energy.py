"""Energy in intervals: where they are cut, what they hold, and what is said of their quality."""

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest

from wattback_controller.energy import (
    _NEAR_S,
    INTERVAL_S,
    Closed,
    Mark,
    MeterReading,
    first_mark,
    follow,
    while_it_waits,
)
from wattback_controller.records import Flag

T0 = 1_770_768_000  # a whole five minutes
_GOOD = MeterReading(float(T0), "1", 1000, 500, 20, clock_good=True)


def at(
    after_s: float,
    import_wh: int = 0,
    export_wh: int = 0,
    island_wh: int = 0,
    serial: str = "1",
    clock_good: bool = True,
) -> MeterReading:
    """The registers some time later, grown by so much."""
    return MeterReading(
        T0 + after_s,
        serial,
        _GOOD.import_wh + import_wh,
        _GOOD.export_wh + export_wh,
        _GOOD.island_wh + island_wh,
        clock_good,
    )


def read(*readings: MeterReading, edges: tuple[int, ...] = ()) -> tuple[Mark, list[Closed]]:
    """What is recorded of readings one after the other. edges: in seconds after T0."""
    mark = first_mark(readings[0])
    complete: list[Closed] = []
    for reading in readings[1:]:
        mark, closed = follow("garage", mark, reading, [T0 + edge for edge in edges])
        complete += closed
    return mark, complete


def spans(complete: list[Closed]) -> list[tuple[int, int]]:
    return [(c.interval.start_s - T0, c.interval.end_s - T0) for c in complete]


def energies(complete: list[Closed]) -> list[tuple[int, int, int]]:
    return [(c.interval.import_wh, c.interval.export_wh, c.interval.island_wh) for c in complete]


def flags(complete: list[Closed]) -> list[set[Flag]]:
    return [set(c.interval.flags) for c in complete]


def every_second(until_s: int, wh_per_s: int = 1) -> list[MeterReading]:
    return [at(s, import_wh=s * wh_per_s) for s in range(until_s + 1)]


def test_a_record_begins_at_the_first_reading_with_nothing() -> None:
    mark = first_mark(at(12.7))
    assert (mark.start_s, mark.import_wh, mark.export_wh, mark.island_wh) == (T0 + 12, 0, 0, 0)
    assert mark.flags == frozenset()


def test_an_interval_ends_at_every_whole_five_minutes() -> None:
    mark, complete = read(*every_second(605))
    assert spans(complete) == [(0, 300), (300, 600)]
    assert energies(complete) == [(300, 0, 0), (300, 0, 0)]
    assert (mark.start_s, mark.import_wh) == (T0 + 600, 5)


def test_an_interval_ends_where_an_event_begins_and_ends() -> None:
    _, complete = read(*every_second(301), edges=(60, 200))
    assert spans(complete) == [(0, 60), (60, 200), (200, 300)]
    assert energies(complete) == [(60, 0, 0), (140, 0, 0), (100, 0, 0)]


def test_an_edge_that_is_over_or_yet_to_come_cuts_nothing() -> None:
    _, complete = read(at(10), at(20, import_wh=5), edges=(-300, 0, 5, 10, 21, 10**9))
    assert complete == []


def test_an_edge_on_a_reading_is_cut_there_exactly_once() -> None:
    mark, complete = read(at(10), at(20, import_wh=5), at(30, import_wh=9), edges=(20,))
    assert spans(complete) == [(10, 20)]
    assert energies(complete) == [(5, 0, 0)]
    assert (mark.start_s, mark.import_wh) == (T0 + 20, 4)


def test_energy_between_two_readings_follows_a_straight_line() -> None:
    _, complete = read(at(298), at(302, import_wh=8, export_wh=4))
    assert spans(complete) == [(298, 300)]
    assert energies(complete) == [(4, 2, 0)]


def test_what_went_to_an_island_is_no_export() -> None:
    mark, _ = read(at(0), at(1, export_wh=6), at(2, export_wh=6, island_wh=5))
    assert (mark.export_wh, mark.island_wh) == (6, 5)


def test_a_gap_over_a_boundary_is_shared_out_and_says_so() -> None:
    mark, complete = read(
        at(0), at(1, import_wh=1), at(601, import_wh=601), *(at(s, 601) for s in (602, 900, 901))
    )
    assert spans(complete) == [(0, 300), (300, 600), (600, 900)]
    assert energies(complete) == [(300, 0, 0), (300, 0, 0), (1, 0, 0)]
    assert flags(complete) == [{"estimated"}] * 3
    assert mark.flags == frozenset()  # 900 was read itself


def test_a_gap_within_an_interval_leaves_it_measured() -> None:
    """Both of its ends were read: when in between the energy flowed does not matter."""
    _, complete = read(
        at(0), *(at(s, import_wh=s) for s in (100, 250, 299, 301)), at(302, import_wh=302)
    )
    assert energies(complete) == [(300, 0, 0)]
    assert flags(complete) == [set()]


def test_a_gap_that_ends_on_a_boundary_leaves_both_sides_measured() -> None:
    mark, complete = read(at(0), at(300, import_wh=300), at(301, import_wh=301))
    assert flags(complete) == [set()]
    assert mark.flags == frozenset()


@pytest.mark.parametrize(
    ("gap_s", "estimated"), [(1.0, False), (_NEAR_S, False), (_NEAR_S + 0.5, True), (400.0, True)]
)
def test_readings_a_few_seconds_apart_are_measured(gap_s: float, estimated: bool) -> None:
    _, complete = read(at(299), at(299 + gap_s, import_wh=10))
    assert flags(complete)[0] == ({"estimated"} if estimated else set())


@pytest.mark.parametrize(
    ("first", "second"), [(True, False), (False, True), (False, False), (True, True)]
)
def test_a_clock_that_was_not_set_at_either_end_is_told(first: bool, second: bool) -> None:
    _, complete = read(at(299, clock_good=first), at(300, clock_good=second))
    assert flags(complete) == [set() if first and second else {"time_unset"}]


def test_a_clock_that_was_set_in_the_middle_spoils_its_interval_alone() -> None:
    readings = [at(s, import_wh=s, clock_good=s > 100) for s in range(605)]
    _, complete = read(*readings)
    assert flags(complete) == [{"time_unset"}, set()]


@pytest.mark.parametrize(
    "changed",
    [
        at(10, import_wh=5, serial="2"),
        at(10, import_wh=-1),
        at(10, export_wh=-1, import_wh=7),
    ],
)
def test_another_meter_counts_nothing_for_the_change_and_says_so(changed: MeterReading) -> None:
    after = replace(changed, t_s=T0 + 300.0, import_wh=changed.import_wh + 3)
    mark, complete = read(at(0), at(9, import_wh=2), changed, after)
    assert energies(complete) == [(5, 0, 0)]
    assert flags(complete) == [{"meter_changed"}]
    assert mark.flags == frozenset()


@pytest.mark.parametrize("t_s", [10.0, 9.9, 8.0])
def test_a_reading_that_is_hardly_earlier_changes_nothing(t_s: float) -> None:
    mark, _ = read(at(0), at(10, import_wh=4))
    assert follow("garage", mark, at(t_s, import_wh=9), []) == (mark, [])


def test_the_registers_at_a_boundary_are_those_of_the_energy_before_it() -> None:
    _, complete = read(at(0), *(at(s, import_wh=2 * s, export_wh=s) for s in (299, 303, 601)))
    for closed in complete:
        assert closed.at_end.t_s == closed.interval.end_s
    taken = [(c.at_end.import_wh - 1000, c.at_end.export_wh - 500) for c in complete]
    assert taken == [(600, 300), (1200, 600)]


def test_the_registers_at_an_end_tell_an_island_too() -> None:
    _, complete = read(at(299), at(301, export_wh=4, island_wh=10))
    (closed,) = complete
    assert closed.interval.island_wh == 5
    assert (closed.at_end.export_wh, closed.at_end.island_wh) == (502, 25)


def test_after_a_night_without_a_controller_the_intervals_are_as_short_as_ever() -> None:
    _, complete = read(at(7), at(7 + 86_400, import_wh=9999))
    assert len(complete) == 86_400 // INTERVAL_S
    assert max(end - start for start, end in spans(complete)) == INTERVAL_S
    assert sum(wh for wh, _, _ in energies(complete)) <= 9999


# --- a clock that jumps ---


def clock_ahead_s(t_s: int, *jumps: tuple[int, int]) -> int:
    """How far ahead a clock is t_s after the beginning. jumps: since when, and by how much."""
    return next((off_s for from_s, off_s in reversed(jumps) if t_s >= from_s), 0)


@pytest.mark.parametrize(
    "jumps",
    [
        ((390, 60), (450, 0)),
        ((390, 3600), (400, 0)),
        ((390, 3600), (1500, 0)),
        ((390, 3600), (1500, 0), (2000, 3600), (2400, 100), (2500, 0)),
        ((1500, -3600), (1600, 0)),
        ((1500, -600),),
        ((390, 40 * 86_400), (420, 0)),
        ((390, 40 * 86_400), (420, -200), (3000, 0)),
        ((390, 10 * 365 * 86_400), (2400, 0)),
    ],
)
def test_a_clock_that_is_set_back_records_no_time_twice_and_loses_nothing(
    jumps: tuple[tuple[int, int], ...],
) -> None:
    ends_s = 9000
    readings = [
        at(t_s + clock_ahead_s(t_s, *jumps), import_wh=t_s, export_wh=2 * t_s)
        for t_s in range(0, ends_s + 1, 5)
    ]
    mark, complete = read(*readings, edges=(430, 1234, 4000))
    in_order = sorted(complete, key=lambda closed: closed.interval.start_s)
    for before, after in pairwise(in_order):
        assert before.interval.end_s <= after.interval.start_s
    for start_s, end_s in spans(complete):
        assert start_s < end_s <= start_s // INTERVAL_S * INTERVAL_S + INTERVAL_S
    imports, exports, _ = zip(*energies(complete), strict=True)
    assert sum(imports) + mark.import_wh == ends_s
    assert sum(exports) + mark.export_wh == 2 * ends_s
    # Nobody is paid for more than what flows in five minutes by a clock that goes.
    good = [c.interval for c in complete if "time_unset" not in c.interval.flags]
    assert all(one.import_wh <= one.end_s - one.start_s + 5 for one in good)


def test_a_clock_that_was_years_ahead_is_recorded_by_again_at_once() -> None:
    years_s = 10 * 365 * 86_400
    _, complete = read(
        at(0), at(5), at(years_s, 1), at(years_s + 5, 2), at(20, 10), *every_second(900)[21:]
    )
    assert spans(complete) == [(20, 300), (300, 600), (600, 900)]
    assert flags(complete) == [{"time_unset"}, set(), set()]
    assert energies(complete) == [(300, 0, 0), (300, 0, 0), (300, 0, 0)]


def test_a_clock_that_goes_back_within_an_interval_spoils_that_one_alone() -> None:
    _, complete = read(at(0), at(100, 5), at(40, 7), at(299, 20), at(300, 21), at(600, 30))
    assert spans(complete) == [(0, 300), (300, 600)]
    assert flags(complete) == [{"time_unset"}, set()]
    assert energies(complete) == [(21, 0, 0), (9, 0, 0)]


def test_while_a_recorded_time_lasts_the_registers_at_an_edge_are_told_all_the_same() -> None:
    mark, _ = read(at(0), *(at(s, s) for s in range(5, 901, 5)), at(605, 910))
    assert mark.start_s == T0 + 900
    told = list(while_it_waits(mark, at(905, 1210), [T0 + 700]))
    assert [(one.t_s - T0, one.import_wh - 1000) for one in told] == [
        (700.0, 1005),
        (900.0, 1205),
    ]
    mark, _ = follow("garage", mark, at(905, 1210), [])
    assert list(while_it_waits(mark, at(910, 1215), [T0 + 906])) == []


def test_a_mark_is_the_same_after_it_was_kept_as_json() -> None:
    mark, _ = read(at(0), *(at(s, s) for s in range(5, 901, 5)), at(-86_400, 910))
    assert mark.apart == ((T0, T0 + 900),)
    fields = json.loads(json.dumps(asdict(replace(mark, flags=frozenset())), default=list))
    assert Mark(**fields).apart == mark.apart
