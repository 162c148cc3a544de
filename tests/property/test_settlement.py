"""What holds for every month's statement, whatever was metered, asked and agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.settlement_site import FEBRUARY, at, event, part, tariff
from wattback_controller.records import STOP_TEXTS, Event, Flag, Interval, Participation
from wattback_controller.settlement.baseline import BeforeEvent, RecentDays
from wattback_controller.settlement.settle import settle
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.tariff import EnergyRule, Flat, Tariff, TimeOfUse

T = TypeVar("T")
SLOT_S = 300
BEGIN_S = at("2026-02-10 15:00")
SLOTS = 48  # four hours of each connector are metered
FLAGS: tuple[frozenset[Flag], ...] = (
    *[frozenset[Flag]()] * 6,
    frozenset[Flag]({"estimated"}),
    frozenset[Flag]({"time_unset"}),
    frozenset[Flag]({"meter_changed"}),
    frozenset[Flag]({"estimated", "meter_changed"}),
)


@dataclass(frozen=True)
class Story:
    """What goes into a settlement. Participations begin and end where intervals do."""

    intervals: tuple[Interval, ...]
    parts: tuple[Participation, ...]
    events: tuple[Event, ...]
    pays: Tariff

    def settled(self) -> Statement:
        return settle(FEBRUARY, self.intervals, self.parts, self.events, self.pays)


ENERGIES = st.integers(0, 1000)
AMOUNTS = st.decimals(0, 9, places=3)


@st.composite
def recorded(draw: st.DrawFn, connector: str) -> list[Interval]:
    energies = draw(st.lists(st.tuples(ENERGIES, ENERGIES, ENERGIES), min_size=4, max_size=8))
    flags = draw(st.lists(st.sampled_from(FLAGS), min_size=1, max_size=7))
    missing = draw(st.sets(st.integers(0, SLOTS - 1), max_size=3))
    found: list[Interval] = []
    for slot in range(SLOTS):
        start_s = BEGIN_S + slot * SLOT_S
        wh = energies[slot % len(energies)]
        if slot not in missing:
            flag = flags[slot % len(flags)]
            found.append(Interval(connector, start_s, start_s + SLOT_S, *wh, flag))
    return found


@st.composite
def stories(draw: st.DrawFn) -> Story:
    metered = draw(recorded("garage")) + draw(recorded("carport"))
    events: list[Event] = []
    parts: list[Participation] = []
    for name in draw(st.sets(st.sampled_from("abc"))):
        edges = sorted(draw(st.sets(st.integers(0, SLOTS), min_size=2, max_size=2)))
        start_s, end_s = (BEGIN_S + edge * SLOT_S for edge in edges)
        priority = draw(st.one_of(st.none(), st.integers(0, 2)))
        events.append(event(name, start_s, end_s, priority, draw(st.integers(0, 3))))
        for connector in draw(st.sets(st.sampled_from(["garage", "carport"]))):
            ended_s = BEGIN_S + draw(st.integers(edges[0], edges[1])) * SLOT_S
            stopped = draw(st.sampled_from(list(STOP_TEXTS)))
            parts.append(part(name, start_s, ended_s, stopped, connector))
    rules: list[EnergyRule] = [
        Flat(draw(AMOUNTS)),
        TimeOfUse(draw(AMOUNTS), 16 * 60, 18 * 60, frozenset(range(5))),
    ]
    pays = replace(
        tariff(*draw(st.lists(st.sampled_from(rules), max_size=3))),
        per_kw=draw(AMOUNTS),
        baseline=draw(st.sampled_from([None, BeforeEvent(30), BeforeEvent(5), RecentDays(3)])),
        valid_until=draw(st.sampled_from([None, date(2026, 2, 9)])),
    )
    return Story(tuple(metered), tuple(parts), tuple(events), pays)


@given(stories())
def test_lines_add_up_to_events_and_to_the_month(story: Story) -> None:
    result = story.settled()
    zero = Decimal(0)
    assert result.credit == sum((line.credit for line in result.all_lines), zero)
    assert result.credit == sum((total.credit for total in result.events), zero)
    assert result.paid_wh == sum(line.paid_wh for line in result.lines)
    assert result.paid_wh == sum(total.paid_wh for total in result.events)
    assert result.delivered_wh == sum(total.delivered_wh for total in result.events)
    assert all(line.credit.as_tuple().exponent == -2 for line in result.all_lines)


@given(stories())
def test_nothing_is_paid_without_export_and_no_moment_is_paid_twice(story: Story) -> None:
    result = story.settled()
    for line in result.lines:
        assert 0 <= line.paid_wh <= line.delivered_wh
        assert line.paid_wh or line.note
        assert line.credit == 0 or line.paid_wh
    for connector in ("garage", "carport"):
        spans = sorted(
            (each.start_s, each.end_s) for each in result.lines if each.connector == connector
        )
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        metered_wh = sum(each.export_wh for each in story.intervals if each.connector == connector)
        told = sum(line.delivered_wh for line in result.lines if line.connector == connector)
        assert told <= metered_wh


@given(stories(), st.randoms(use_true_random=False))
def test_cutting_intervals_in_two_changes_nothing_that_is_paid(
    story: Story, chance: Random
) -> None:
    halves: list[Interval] = []
    for whole in story.intervals:
        if chance.random() < 0.5:
            halves.append(whole)
            continue
        cut_s = chance.randrange(whole.start_s + 1, whole.end_s)
        first = replace(
            whole,
            end_s=cut_s,
            import_wh=chance.randint(0, whole.import_wh),
            export_wh=chance.randint(0, whole.export_wh),
            island_wh=chance.randint(0, whole.island_wh),
        )
        second = replace(
            whole,
            start_s=cut_s,
            import_wh=whole.import_wh - first.import_wh,
            export_wh=whole.export_wh - first.export_wh,
            island_wh=whole.island_wh - first.island_wh,
        )
        halves += [first, second]
    assert replace(story, intervals=tuple(halves)).settled() == story.settled()


def shuffled(items: Sequence[T], chance: Random) -> tuple[T, ...]:
    return tuple(chance.sample(items, len(items)))


@given(stories(), st.randoms(use_true_random=False))
def test_the_order_of_what_comes_in_does_not_matter(story: Story, chance: Random) -> None:
    mixed = replace(
        story,
        intervals=shuffled(story.intervals, chance),
        parts=shuffled(story.parts, chance),
        events=shuffled(story.events, chance),
    )
    assert mixed.settled() == story.settled()


@given(stories())
def test_energy_on_an_island_changes_no_number(story: Story) -> None:
    without = replace(
        story, intervals=tuple(replace(each, island_wh=0) for each in story.intervals)
    )
    first, second = story.settled(), without.settled()
    assert (first.credit, first.paid_wh, first.delivered_wh) == (
        second.credit,
        second.paid_wh,
        second.delivered_wh,
    )
    only = replace(story, intervals=tuple(replace(each, export_wh=0) for each in story.intervals))
    assert only.settled().credit == 0
    assert only.settled().delivered_wh == 0
