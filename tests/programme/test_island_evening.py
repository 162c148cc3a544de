"""What a vehicle gives to its own home in an outage is recorded, named, and paid by nobody."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.programme.island_evening import (
    ENDS_S,
    ENTER_SERVICE_S,
    EVENT,
    OUTAGE,
    STARTS_S,
    IslandEvening,
    play,
)
from wattback_controller.records import Interval
from wattback_controller.settlement import words
from wattback_controller.settlement.statement import EnergyLine

pytestmark = pytest.mark.timeout(900)  # half an hour of ticks, beside other tests

WITHIN_WH = 3  # what flows between two readings, see test_texas_evening.py


def test_an_event_that_overlaps_an_outage(tmp_path: Path, subtests: pytest.Subtests) -> None:
    evening = play(tmp_path)
    for sentence in SENTENCES:
        with subtests.test(sentence.__name__):
            sentence(evening)


def lines_of(evening: IslandEvening, name: str) -> list[EnergyLine]:
    ids = {total.name: total.event for total in evening.statement.events}
    return [line for line in evening.statement.lines if line.event == ids[name]]


def within(evening: IslandEvening, line: EnergyLine) -> list[Interval]:
    """The intervals that a line adds up."""
    return [
        each
        for each in evening.intervals
        if line.start_s <= each.start_s and each.end_s <= line.end_s
    ]


def the_truths_hold(evening: IslandEvening) -> None:
    assert evening.violations == ()


def the_home_was_kept_alive(evening: IslandEvening) -> None:
    lasted_h = (OUTAGE[1] - OUTAGE[0]) / 3600
    assert evening.island_wh[OUTAGE[1]] > 3000 * lasted_h * 0.95
    assert evening.island_wh[ENDS_S] == pytest.approx(evening.served_wh, rel=0.02)


def it_takes_part_all_through_the_outage(evening: IslandEvening) -> None:
    spans = sorted((part.start_s - STARTS_S, part.end_s - STARTS_S) for part in evening.parts)
    assert spans[0][0] <= EVENT[0] + 2 and spans[-1][1] >= EVENT[1]
    for before, after in pairwise(spans):
        assert after[0] - before[1] <= 2
    assert "not_ready" in {part.stopped for part in evening.parts}


def the_energy_of_the_island_is_in_its_intervals(evening: IslandEvening) -> None:
    unpaid_wh = sum(
        each.island_wh for line in lines_of(evening, "alert") for each in within(evening, line)
    )
    assert unpaid_wh == pytest.approx(evening.island_wh[ENDS_S], abs=WITHIN_WH)
    assert unpaid_wh > 800


def the_statement_pays_nothing_for_it_and_says_why(evening: IslandEvening) -> None:
    dark = lines_of(evening, "alert")
    assert dark
    for line in dark:
        assert (line.delivered_wh, line.paid_wh, line.credit) == (0, 0, Decimal("0.00"))
        assert line.note == words.NO_EXPORT_ISLAND
    quarter_s = STARTS_S + 300  # 18:15 to 18:30: nothing but an island
    assert (quarter_s, quarter_s + 900) in [(line.start_s, line.end_s) for line in dark]


def what_was_exported_before_and_after_is_paid(evening: IslandEvening) -> None:
    exported = evening.exported_wh
    before, after = lines_of(evening, "setpoint")
    assert before.end_s <= STARTS_S + OUTAGE[0] + 10
    assert before.paid_wh == pytest.approx(exported[OUTAGE[0]], abs=WITHIN_WH)
    assert exported[OUTAGE[1]] == pytest.approx(exported[OUTAGE[0]], abs=1)
    after_wh = exported[EVENT[1]] - exported[OUTAGE[1]]
    assert after.paid_wh == pytest.approx(after_wh, abs=WITHIN_WH)
    assert after.paid_wh > 150
    for line in (before, after):
        assert line.credit == (Decimal(line.paid_wh) / 1000).quantize(Decimal("0.01"))
        assert not any(each.island_wh for each in within(evening, line))


def nothing_goes_out_before_enter_service(evening: IslandEvening) -> None:
    until_s = OUTAGE[1] + ENTER_SERVICE_S
    assert evening.exported_wh[until_s] == evening.exported_wh[OUTAGE[1]]


def the_whole_is_what_went_out_to_the_grid(evening: IslandEvening) -> None:
    statement = evening.statement
    paid_wh = sum(line.paid_wh for line in lines_of(evening, "setpoint"))
    assert statement.delivered_wh == statement.paid_wh == paid_wh
    assert statement.credit == sum(
        (line.credit for line in lines_of(evening, "setpoint")), Decimal("0.00")
    )


SENTENCES = (
    the_truths_hold,
    the_home_was_kept_alive,
    it_takes_part_all_through_the_outage,
    the_energy_of_the_island_is_in_its_intervals,
    the_statement_pays_nothing_for_it_and_says_why,
    what_was_exported_before_and_after_is_paid,
    nothing_goes_out_before_enter_service,
    the_whole_is_what_went_out_to_the_grid,
)
