"""What a connector may be drawing: told, said, falling, silent, and after a restart."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.controller_bench import NOW_S, READY, AddressBench
from wattback_controller.connector_link import NO_LIMIT_MA, Reading
from wattback_controller.held import HeldLimits, HeldTargets

FAILSAFE = {"A": 6000}


def says(limit_ma: int) -> dict[str, Reading]:
    return {"A": replace(READY, site_import_ma=limit_ma)}


def counted(held: HeldLimits, now_s: float, readings: dict[str, Reading]) -> int:
    return held.counted(now_s, readings)["A"]


def told(*limits_ma: int) -> HeldLimits:
    """One that was told these, one a second, and has followed them all."""
    held = HeldLimits(FAILSAFE, {})
    for second, limit_ma in enumerate(limits_ma):
        held.counted(second - 100.0, says(limits_ma[max(0, second - 1)]))
        held.intend(second - 100.0, "A", limit_ma)
    return held


def test_one_that_answers_counts_with_what_it_says() -> None:
    held = HeldLimits(FAILSAFE, {})
    assert counted(held, 0.0, says(16_000)) == 16_000
    assert counted(held, 1.0, says(0)) == 16_000  # it has 5 s to follow
    assert counted(held, 7.0, says(0)) == 0


def test_one_without_a_limit_counts_with_all_that_it_can() -> None:
    assert counted(HeldLimits({}, {}), 0.0, says(NO_LIMIT_MA)) == READY.rated_ma
    silent = HeldLimits({}, {"A": NO_LIMIT_MA})
    assert counted(silent, 0.0, {}) == 80_000


def test_one_that_was_never_heard_counts_with_its_failsafe() -> None:
    assert HeldLimits(FAILSAFE, {}).counted(0.0, {}) == {"A": 6000}


def test_a_silent_one_counts_with_what_it_was_told_last() -> None:
    assert counted(told(16_000), 1000.0, {}) == 16_000


def test_a_silent_one_counts_with_its_failsafe_when_that_is_more() -> None:
    held = told(0)
    assert counted(held, 0.0, says(0)) == 0
    assert counted(held, 1.0, {}) == 6000


@pytest.mark.parametrize(("after_s", "counts"), [(0.0, 16_000), (5.9, 16_000), (6.0, 10_000)])
def test_one_that_is_told_less_counts_with_more_until_it_has_followed(
    after_s: float, counts: int
) -> None:
    held = told(16_000)
    held.counted(0.0, says(16_000))
    held.intend(0.0, "A", 10_000)
    assert counted(held, after_s, {}) >= counts
    held = told(16_000)
    held.counted(0.0, says(16_000))
    held.intend(0.0, "A", 10_000)
    held.counted(0.0, says(10_000))
    assert counted(held, after_s, says(10_000)) == counts


def test_one_that_is_told_less_twice_counts_with_the_first_all_along() -> None:
    held = told(16_000)
    for now_s, limit_ma in ((0.0, 12_000), (4.0, 8000)):
        held.intend(now_s, "A", limit_ma)
    assert counted(held, 9.9, says(8000)) == 16_000
    assert counted(held, 20.0, says(8000)) == 8000


def test_one_that_is_told_more_counts_with_it_at_once() -> None:
    held = told(6000)
    held.intend(0.0, "A", 16_000)
    assert counted(held, 0.0, says(6000)) == 16_000


def test_a_word_that_never_arrived_does_not_count() -> None:
    """Lowered while its network fails: it still draws what it was told before."""
    held = told(32_000)
    assert counted(held, 0.0, says(32_000)) == 32_000
    held.intend(0.0, "A", 10_000)  # lost
    assert counted(held, 60.0, {}) == 32_000
    # When it answers again and is told once more, it has its 5 s from then on.
    assert counted(held, 61.0, says(32_000)) == 32_000
    held.intend(61.0, "A", 10_000)
    assert counted(held, 62.0, says(10_000)) == 32_000
    assert counted(held, 68.0, says(10_000)) == 10_000


@pytest.mark.parametrize("after_s", [0.0, 1.0, 5.0])
def test_a_controller_that_begins_anew_counts_no_less(after_s: float) -> None:
    held = told(32_000)
    held.counted(0.0, says(32_000))
    kept = held.intend(0.0, "A", 10_000)
    if after_s:  # the connector has taken it over, its vehicle not yet
        held.counted(after_s, says(10_000))
        kept = held.intend(after_s, "A", 10_000)
    again = HeldLimits(FAILSAFE, {"A": kept})
    assert counted(again, after_s, {}) == 32_000
    assert counted(again, after_s, says(10_000)) == 32_000


def test_what_is_kept_of_one_at_rest_is_what_it_was_told() -> None:
    held = told(10_000)
    held.counted(0.0, says(10_000))
    assert held.intend(0.0, "A", 10_000) == 10_000
    assert held.intend(0.0, "A", NO_LIMIT_MA) == 80_000


# --- what it may be giving ---


def gives(target_w: int | None) -> dict[str, Reading]:
    return {"A": replace(READY, target_w=target_w)}


@pytest.mark.parametrize(
    ("said_w", "told_w", "counts_w"),
    [
        (None, 4000, 4000),
        (4000, 2000, 4000),
        (4000, None, 4000),
        (2000, 4000, 4000),
        (-7000, 0, 0),
    ],
)
def test_a_silent_one_may_be_giving_what_it_said_or_was_told_until_its_timer_ends(
    said_w: int | None, told_w: int | None, counts_w: int
) -> None:
    held = HeldTargets({})
    held.given(0.0, gives(said_w))
    kept = held.intend(0.0, "A", told_w)
    for one in (held, HeldTargets({"A": kept})):  # a controller that begins anew counts no less
        assert one.given(119.0, {}).get("A", 0) == counts_w
        assert one.given(120.0, {}) == {}


def test_after_a_restart_what_it_says_counts_again() -> None:
    held = HeldTargets({"A": (120.0, 4000)})
    assert held.given(10.0, gives(None)) == {}
    assert held.intend(10.0, "A", None) == (130.0, 0)
    assert held.given(11.0, {}) == {}


def test_a_restart_while_one_is_silent_leaves_the_other_no_more_of_the_service(
    tmp_path: Path,
) -> None:
    panel = '[[service]]\nname = "panel"\nexport_a = 32\nconnectors = ["garage", "drive"]\n'
    bench = AddressBench(tmp_path, "garage", "drive", services=panel)
    bench.plug_in()
    bench.announce(-16.0, NOW_S + 10, 300)
    bench.run_to(NOW_S + 40)
    assert all(site.board.status("power_w") > 3500 for site in bench.sites.values())
    bench.cut.add("garage")
    bench.run(2.0)
    bench.silence("garage")
    bench.address.new_controller()
    most_w = 0
    for _ in range(60):
        bench.run(1.0)
        most_w = max(most_w, sum(s.board.status("power_w") for s in bench.sites.values()))
    assert most_w <= 32 * 240 * 1.02
    bench.cut.clear()
    bench.run(10.0)
    bench.close()
