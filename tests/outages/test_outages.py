"""The campaign itself: what it draws covers what it must, it repeats, and its rules bite."""

from dataclasses import replace

import pytest

from tests.evidence.charts import render
from tests.outages import demands
from tests.outages.__main__ import summary
from tests.outages.chart import gaps_chart
from tests.outages.coverage import missing
from tests.outages.draw import BREAKS, LINK_STEPS, VEHICLES, WELDED_AND_LYING, Outage, draw
from tests.outages.play import Played, play
from tests.outages.rules import broken_rules, is_due
from wattback.backup.steps import STATE_NAMES

CAMPAIGN = range(300)


def test_the_campaign_draws_every_vehicle_every_stuck_contact_and_every_step() -> None:
    outages = [draw(seed) for seed in CAMPAIGN]
    assert {each.vehicle for each in outages} == set(VEHICLES)
    assert {each.broken[0] for each in outages if len(each.broken) == 1} == set(BREAKS)
    assert WELDED_AND_LYING in {each.broken for each in outages}
    assert {each.link_step for each in outages} - {""} == set(LINK_STEPS)
    assert {len(each.flickers) for each in outages} == {0, 1, 2, 3}
    assert {each.activity for each in outages} == {"idle", "charging", "exporting"}
    assert any(path == "home.motor_on" for each in outages for _, path, _ in each.steps)
    assert set(LINK_STEPS) | {"grid", "dark", "latched"} == set(STATE_NAMES)
    solar = [each.parameters for each in outages if "solar.reconnect_s" in each.parameters]
    assert {each["vehicle.max_current_a"] for each in solar} == {10.0, 48.0}
    assert any(each["vehicle.soc"] == 0.97 for each in solar)


def test_a_third_of_the_campaign_is_long_enough_to_be_supplied() -> None:
    due = [draw(seed) for seed in CAMPAIGN if is_due(draw(seed))]
    assert len(due) >= 100
    assert any(each.broken for each in due) and any(each.link_step for each in due)
    assert any(each.draws for each in due)
    # No demand is an empty one: of each step whose loss is borne, some outage is long enough.
    asked = {each.link_step for each in due} - {""}
    assert asked == set(LINK_STEPS)
    assert {each.broken[0][:2] for each in due if each.broken} == demands.BREAKS.keys()


def test_each_step_and_each_harmless_break_has_its_demand() -> None:
    stated = [*demands.LINK_AT_ANY_LENGTH, *demands.LINK_FOR_A_MOMENT]
    assert stated == list(LINK_STEPS)
    assert demands.BREAKS.keys() <= {each[:2] for each in BREAKS}


@pytest.mark.parametrize("seed", [38, 57, 67, 68, 77, 147])
def test_the_link_is_lost_in_its_step(seed: int) -> None:
    assert play(draw(seed), "cpython").link_lost


def as_played(outage: Outage) -> Played:
    """One that has come to the step in which its link was to be lost."""
    states = ("grid", "dark", "latched", outage.link_step)
    return Played(outage, (), (), None, None, 0.0, True, (), states, True, (), 1)


def test_a_campaign_that_has_not_come_to_a_step_is_told_so() -> None:
    all_played = [as_played(draw(seed)) for seed in CAMPAIGN if draw(seed).link_step]
    assert missing(all_played) == []
    elsewhere = [each for each in all_played if each.outage.link_step != "reconnect"]
    assert missing(elsewhere) == [
        "no outage has come to the step reconnect",
        "no outage has lost its link in the step reconnect",
    ]
    late = [replace(each, link_lost=each in elsewhere) for each in all_played]
    assert missing(late) == ["no outage has lost its link in the step reconnect"]
    told = "\n".join(summary(late))
    assert "link not lost, as its step was not reached: reconnect 4" in told
    assert "reconnect" not in told.partition("not reached")[0]


def test_a_seed_is_an_outage_on_either_runtime() -> None:
    outage = draw(3)
    assert play(outage, "cpython") == play(outage, "micropython")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"first_gap_s": None}, "not supplied"),
        ({"first_gap_s": 400.0}, "not supplied"),
        ({"on_grid": False}, "does not hang on the grid"),
        ({"gaps_s": (9.0, 40.0)}, "out once more"),
        ({"island_gaps_s": (5.0,)}, "was without it"),
        ({"island_gaps_s": (15.0,), "states": ("home_dead_again",)}, "was without it"),
        ({"refusals": ("no_synchronism",)}, "could be brought in step"),
        ({"refusals": ("leg_out_of_window",)}, "leg_out_of_window"),
        ({"violations": ("truth 3 did not hold",)}, "truth 3"),
    ],
)
def test_the_rules_notice(change: dict[str, object], told: str) -> None:
    outage = replace(draw(0), lasts_s=55.0, depth_pu=0.0, vehicle="ready", broken=(), steps=())
    played = play(outage, "cpython")
    assert broken_rules(played) == []
    broken = broken_rules(replace(played, **change))  # type: ignore[arg-type]
    assert any(told in sentence for sentence in broken)


@pytest.mark.parametrize(
    "changes",
    [
        {"broken": (("sync_check", "stuck", 0.0),)},
        {"link_step": "island", "link_lost_s": 3.0},
        {"link_step": "synchronise", "link_lost_s": 3.0},
    ],
)
def test_what_does_not_stand_in_the_way_is_asked_as_much(changes: dict[str, object]) -> None:
    outage = replace(draw(0), lasts_s=55.0, depth_pu=0.0, steps=(), **changes)  # type: ignore[arg-type]
    played = play(outage, "cpython")
    assert broken_rules(played) == []
    assert played.return_gap_s == 0.0
    assert broken_rules(replace(played, first_gap_s=None))
    assert broken_rules(replace(played, island_gaps_s=(15.0,)))
    assert broken_rules(replace(played, refusals=("no_synchronism",)))


def test_what_stands_in_the_way_is_asked_for_its_grid_only() -> None:
    outage = replace(draw(0), lasts_s=55.0, broken=(("contactor", "stuck_open", 0.0),), steps=())
    unfed = replace(as_played(outage), gaps_s=(55.0,), states=("grid", "dark"))
    assert broken_rules(unfed) == []
    assert broken_rules(replace(unfed, on_grid=False))


def test_a_return_without_a_match_is_short_and_is_refused_for_it() -> None:
    outage = draw(3)
    assert not outage.matched
    played = play(outage, "cpython")
    assert played.refusals == ("no_synchronism",)
    assert broken_rules(played) == []
    assert played.return_gap_s is not None and played.return_gap_s < 1.0
    assert broken_rules(replace(played, island_gaps_s=(5.0,)))
    assert broken_rules(replace(played, refusals=()))


def test_who_cannot_feed_must_not() -> None:
    outage = replace(draw(0), lasts_s=20.0, vehicle="absent", broken=(), link_step="")
    played = play(outage, "cpython")
    assert broken_rules(played) == []
    fed = replace(played, first_gap_s=5.0)
    assert any("cannot or may not" in sentence for sentence in broken_rules(fed))
    assert broken_rules(replace(played, refusals=("home_live",)))


def test_the_chart_shows_what_was_played() -> None:
    outage = replace(draw(0), lasts_s=30.0, depth_pu=0.0, broken=(), steps=())
    chart = render(gaps_chart([play(outage, "cpython")]))
    assert chart.startswith("<svg") and "dead grid (1)" in chart
    assert "return (1)" in chart and "longest gap of a return" in chart
