"""A site is stepped in order of time, and moving bytes moves nothing else."""

import io
from collections.abc import Callable

import pytest

from wattback_sim.actions import find_action
from wattback_sim.clock import FAR_US, TICK_US, Clock, Timetable
from wattback_sim.faults import find_fault
from wattback_sim.site import Site
from wattback_sim.trace import Trace


@pytest.fixture
def site() -> Site:
    site = Site("cpython", initial={"vehicle.plugged": True})
    site.power_on()
    return site


# --- the timetable ---


def test_entries_happen_in_order_of_time_and_then_of_entry() -> None:
    clock = Clock(0)
    timetable = Timetable(clock)
    done: list[tuple[str, int]] = []

    def note(name: str) -> Callable[[], None]:
        return lambda: done.append((name, clock.now_us))

    for t_us, name in ((30, "c"), (10, "a"), (30, "d"), (20, "b")):
        timetable.at(t_us, note(name))
    timetable.run(29)
    assert done == [("a", 10), ("b", 20)]
    assert timetable.next_us == 30
    timetable.run(30)
    assert done[2:] == [("c", 30), ("d", 30)]
    assert timetable.next_us == FAR_US


def test_what_an_entry_enters_happens_in_the_same_run_and_never_before_now() -> None:
    clock = Clock(0)
    timetable = Timetable(clock)
    done: list[int] = []
    timetable.at(10, lambda: timetable.at(5, lambda: done.append(clock.now_us)))
    timetable.at(11, lambda: done.append(clock.now_us))
    timetable.run(20)
    assert done == [10, 11]


@pytest.mark.parametrize("starts_ms", [0, 1234, (1 << 29) - 1])
def test_the_boards_two_counters_wrap_by_themselves(starts_ms: int) -> None:
    clock = Clock(starts_ms)
    clock.now_us = 537_123_456
    assert clock.board_ms == (starts_ms + 537_123) % (1 << 29)
    assert clock.board_us == (starts_ms * 1000 + 537_123_456) % (1 << 29)


# --- time ---


@pytest.mark.parametrize(
    ("until_us", "ticks"), [(0, 0), (9_999, 0), (10_000, 1), (19_999, 1), (1_000_000, 100)]
)
def test_a_tick_comes_every_10_ms(site: Site, until_us: int, ticks: int) -> None:
    site.run_until(until_us)
    assert site.board.ticks == ticks
    assert site.clock.now_us == until_us


def test_running_in_pieces_is_the_same_as_running_at_once() -> None:
    traces = []
    for step_us in (5_000_000, 3_700):
        out = io.StringIO()
        site = Site("cpython", initial={"vehicle.plugged": True})
        trace = Trace(10, out, keep=False)
        site.watchers.append(lambda trace=trace, site=site: trace.record(site.board))  # type: ignore[misc]
        site.power_on()
        while site.clock.now_us < 5_000_000:
            site.run_until(min(5_000_000, site.clock.now_us + step_us))
        traces.append(out.getvalue())
    assert traces[0] == traces[1]


def test_waiting_ends_in_the_tick_that_shows_it(site: Site) -> None:
    assert site.wait(lambda: bool(site.board.answer) and site.board.ticks == 7, 1_000_000)
    assert site.clock.now_us == 7 * TICK_US


def test_waiting_ends_at_an_entry_between_ticks(site: Site) -> None:
    seen: list[int] = []
    site.timetable.at(12_345, lambda: seen.append(1))
    assert site.wait(lambda: bool(seen), 1_000_000)
    assert site.clock.now_us == 12_345


def test_waiting_in_vain_takes_all_the_time_there_is(site: Site) -> None:
    assert not site.wait(lambda: False, 123_456)
    assert site.clock.now_us == 123_456


# --- what happens to it ---


def test_an_action_happens_between_ticks_and_is_told(site: Site) -> None:
    site.run_until(1_234_567)
    assert site.act(find_action("vehicle.unplug"), {}) == ""
    assert site.world.now_us == 1_234_567
    assert site.story.events[-1].t_us == 1_234_567
    assert "unplugs" in site.story.events[-1].text


def test_a_refused_action_says_why_and_tells_it(site: Site) -> None:
    site.power_off()
    arguments = find_action("site.set_limit").check({"import_a": 10})
    refused = site.act(find_action("site.set_limit"), arguments)
    assert "no power" in refused
    assert site.story.events[-1].text == refused


def test_a_ramp_takes_its_time(site: Site) -> None:
    site.run_until(1_000_000)
    site.change("grid.voltage_pu", 0.9, over_us=1_000_000)
    site.run_until(1_500_000)
    assert site.world.parameters.get("grid.voltage_pu") == pytest.approx(0.95)
    site.run_until(3_000_000)
    assert site.world.parameters.get("grid.voltage_pu") == pytest.approx(0.9)


def test_something_breaks_and_is_mended(site: Site) -> None:
    fault = find_fault("contactor", "stuck_closed")
    site.break_(fault, 0.0)
    assert site.world.path.stuck == "stuck_closed"
    site.mend(fault)
    assert site.world.path.stuck == ""


def test_a_limit_counts_for_the_truths_once_the_connector_has_obeyed(site: Site) -> None:
    site.run_until(1_000_000)
    before_ma = site.ledger.import_ma
    arguments = find_action("site.set_limit").check({"import_a": 10})
    site.act(find_action("site.set_limit"), arguments)
    assert site.ledger.import_ma == before_ma
    site.wait(lambda: bool(site.board.obeyed()), 1_050_000)  # others may come first
    assert site.board.obeyed()
    assert site.ledger.import_ma == 10_000
    site.run_until(site.clock.now_us + 10_000)
    assert not site.board.obeyed()


def test_a_site_without_power_goes_on_and_ticks_again_when_it_returns(site: Site) -> None:
    site.run_until(1_000_000)
    site.power_off()
    site.run_until(2_000_000)
    assert site.board.ticks == 100
    assert site.world.now_us == 2_000_000
    site.power_on()
    site.power_on()
    site.run_until(3_000_000)
    assert site.board.ticks == 200
    assert not site.truths.violations


@pytest.mark.parametrize("data", [b"status\n", b"\xff" * 300, b""])
def test_bytes_on_a_wire_do_not_move_the_world(site: Site, data: bytes) -> None:
    site.run_until(1_000_000)
    for wire in site.wiring.serial.values():
        wire.send(data)
    site.run_until(1_009_999)
    assert site.world.now_us == 1_000_000
