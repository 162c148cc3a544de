"""The campaign itself: what it draws covers what it must, it repeats, and its rules bite."""

from dataclasses import replace

import pytest

from tests.evidence.charts import render
from tests.outages.chart import gaps_chart
from tests.outages.draw import BREAKS, LINK_STEPS, VEHICLES, WELDED_AND_LYING, draw
from tests.outages.play import play
from tests.outages.rules import broken_rules
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
    assert set(LINK_STEPS) | {"grid", "dark", "latched", "home_dead_again"} == set(STATE_NAMES)


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
        ({"violations": ("truth 3 did not hold",)}, "truth 3"),
    ],
)
def test_the_rules_notice(change: dict[str, object], told: str) -> None:
    outage = replace(draw(0), lasts_s=55.0, depth_pu=0.0, vehicle="ready", broken=(), steps=())
    played = play(outage, "cpython")
    assert broken_rules(played) == []
    broken = broken_rules(replace(played, **change))  # type: ignore[arg-type]
    assert any(told in sentence for sentence in broken)


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
