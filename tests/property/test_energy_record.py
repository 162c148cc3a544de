"""Whatever is read when, and wherever it is cut: no watt-hour is lost or counted twice."""

import json
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wattback_controller.energy import (
    _NEAR_S,
    INTERVAL_S,
    Closed,
    Mark,
    MeterReading,
    first_mark,
    follow,
)
from wattback_controller.store import _mark_of

T0 = 1_770_768_000


@dataclass(frozen=True)
class Step:
    """after_s: since the step before. restart: the controller begins anew before it."""

    after_s: float
    import_wh: int
    export_wh: int
    island_wh: int
    clock_good: bool
    restart: bool
    edges: tuple[int, ...]


# Mostly as it is, a second apart; also gaps of all lengths, and steps of a clock that is put back.
_afters = st.one_of(
    st.floats(0.9, 1.3),
    st.floats(-30.0, 30.0),
    st.integers(-4000, 4000).map(float),
    st.integers(-40 * 86_400, 40 * 86_400).filter(lambda s: abs(s) > 31 * 86_400).map(float),
    st.floats(0.0, 4000.0),
    st.integers(0, 900).map(float),
)
_steps = st.builds(
    Step,
    after_s=_afters,
    import_wh=st.integers(0, 3000),
    export_wh=st.integers(0, 3000),
    island_wh=st.integers(0, 3000),
    clock_good=st.booleans(),
    restart=st.booleans(),
    edges=st.lists(st.integers(-1000, 20_000), max_size=4).map(tuple),
)
_runs = st.tuples(st.floats(0.0, 700.0), st.lists(_steps, max_size=40))


@dataclass
class Record:
    """What was recorded, and what the registers have grown by between readings that count."""

    mark: Mark
    complete: list[Closed]
    import_wh: int = 0
    export_wh: int = 0
    island_wh: int = 0


def recorded(first_s: float, steps: list[Step], cut: bool = True) -> Record:
    """cut: at the edges of the steps too, not at whole five minutes alone."""
    t_s = T0 + first_s
    reading = MeterReading(t_s, "1", 7, 3, 2, clock_good=True)
    record = Record(first_mark(reading), [])
    for step in steps:
        t_s += step.after_s
        reading = replace(
            reading,
            t_s=t_s,
            import_wh=reading.import_wh + step.import_wh,
            export_wh=reading.export_wh + step.export_wh,
            island_wh=reading.island_wh + step.island_wh,
            clock_good=step.clock_good,
        )
        if step.restart:
            kept = asdict(record.mark) | {"flags": sorted(record.mark.flags)}
            record.mark = _mark_of(json.loads(json.dumps(kept)))
        last = record.mark.last
        edges = [T0 + edge for edge in step.edges] if cut else []
        record.mark, complete = follow("garage", record.mark, reading, edges)
        record.complete += complete
        if record.mark.last == last:
            assert t_s <= last.t_s
            continue
        record.import_wh += reading.import_wh - last.import_wh
        record.export_wh += reading.export_wh - last.export_wh
        record.island_wh += reading.island_wh - last.island_wh
    return record


def going(step: Step) -> Step:
    """By a clock that never jumps."""
    return replace(step, after_s=min(4000.0, abs(step.after_s)))


def sums(record: Record) -> tuple[int, int, int]:
    """All that was recorded, the open interval included."""
    intervals = [closed.interval for closed in record.complete]
    mark = record.mark
    return (
        sum(one.import_wh for one in intervals) + mark.import_wh,
        sum(one.export_wh for one in intervals) + mark.export_wh,
        sum(one.island_wh for one in intervals) + mark.island_wh,
    )


@given(_runs)
def test_intervals_follow_each_other_and_none_is_longer_than_five_minutes(
    run: tuple[float, list[Step]],
) -> None:
    first_s, steps = run
    record = recorded(first_s, [going(step) for step in steps])
    expected_s = int(T0 + first_s)
    for closed in record.complete:
        interval = closed.interval
        assert interval.start_s == expected_s
        assert interval.start_s < interval.end_s
        # Within one five minutes of the clock, so at most 300 s.
        assert interval.end_s <= interval.start_s // INTERVAL_S * INTERVAL_S + INTERVAL_S
        expected_s = interval.end_s
    assert record.mark.start_s == expected_s
    assert expected_s <= record.mark.last.t_s < expected_s + INTERVAL_S


@given(_runs)
def test_no_time_is_recorded_twice_wherever_a_clock_is_put(
    run: tuple[float, list[Step]],
) -> None:
    record = recorded(*run)
    spans = sorted((c.interval.start_s, c.interval.end_s) for c in record.complete)
    for before, after in pairwise(spans):
        assert before[1] <= after[0]
    for start_s, end_s in spans:
        assert start_s < end_s <= start_s // INTERVAL_S * INTERVAL_S + INTERVAL_S
        assert not start_s <= record.mark.start_s < end_s


@given(_runs)
def test_what_the_registers_have_grown_by_is_recorded_to_the_watt_hour(
    run: tuple[float, list[Step]],
) -> None:
    record = recorded(*run)
    assert sums(record) == (record.import_wh, record.export_wh, record.island_wh)
    for closed in record.complete:
        interval = closed.interval
        assert min(interval.import_wh, interval.export_wh, interval.island_wh) >= 0


@given(_runs)
def test_cutting_elsewhere_changes_no_sum(run: tuple[float, list[Step]]) -> None:
    first_s, steps = run
    assert sums(recorded(first_s, steps)) == sums(recorded(first_s, steps, cut=False))


@given(_runs)
def test_more_cuts_split_an_interval_and_leave_its_energy(run: tuple[float, list[Step]]) -> None:
    """Each whole five minutes hold the same, into however many intervals they are cut."""
    first_s, steps = run

    def by_slot(record: Record) -> dict[int, tuple[int, int, int]]:
        found: dict[int, tuple[int, int, int]] = {}
        for closed in record.complete:
            one = closed.interval
            slot = one.start_s // INTERVAL_S
            before = found.get(slot, (0, 0, 0))
            energy = (one.import_wh, one.export_wh, one.island_wh)
            found[slot] = (before[0] + energy[0], before[1] + energy[1], before[2] + energy[2])
        return found

    cut, whole = by_slot(recorded(first_s, steps)), by_slot(recorded(first_s, steps, cut=False))
    assert {slot: cut[slot] for slot in whole} == whole


@given(_runs)
def test_registers_at_boundaries_differ_by_the_energy_between_them(
    run: tuple[float, list[Step]],
) -> None:
    """What is signed of an end is what is recorded up to it."""
    record = recorded(*run)
    import_wh, export_wh, island_wh = 7, 3, 2
    for closed in record.complete:
        interval = closed.interval
        import_wh += interval.import_wh
        export_wh += interval.export_wh
        island_wh += interval.island_wh
        at_end = closed.at_end
        told = (at_end.import_wh, at_end.export_wh, at_end.island_wh)
        assert told == (import_wh, export_wh, island_wh)
        assert closed.at_end.t_s == interval.end_s


@given(_runs)
def test_a_boundary_that_nobody_has_read_near_is_told(run: tuple[float, list[Step]]) -> None:
    first_s, steps = run[0], [going(step) for step in run[1]]
    record = recorded(first_s, steps)
    times = [T0 + first_s]
    t_s = times[0]
    for step in steps:
        t_s += step.after_s
        if t_s > times[-1]:
            times.append(t_s)
    far = [(a, b) for a, b in pairwise(times) if b - a > _NEAR_S]
    for closed in record.complete:
        ends = (closed.interval.start_s, closed.interval.end_s)
        unknown = any(a < end < b for a, b in far for end in ends)
        assert ("estimated" in closed.interval.flags) == unknown
