"""Time and pictures: the counter's wrap, suspended ticks, two connectors, the published status."""

import pytest

from tests.unit.wall import Wall, charging_wall
from wattback.commands import COMMAND_SET_LIMIT
from wattback.connector import TIME_MASK_MS
from wattback.limits import OWNER_SITE
from wattback.signals import Status

WRAP_MS = 1 << 29


def picture(status: Status) -> dict[str, int]:
    return dict(vars(status))


def visit(wall: Wall, *bystanders: Wall) -> list[dict[str, int]]:
    """A whole visit with a limit, an expiry and a fault; the status after every tick."""
    seen: list[dict[str, int]] = []

    def run(ms: int) -> None:
        for _ in range(ms // 10):
            wall.tick()
            seen.append(picture(wall.connector.status))
            for bystander in bystanders:
                bystander.tick()

    run(500)
    wall.vehicle = "B"
    run(6_000)
    wall.vehicle = "C"
    wall.draw_ma = 16_000
    run(3_000)
    assert wall.state == "charging"
    wall.connector.queue.put(COMMAND_SET_LIMIT, OWNER_SITE, 10_000, 10_000, 2)
    run(4_000)
    wall.board.sensors.ground_fault_latched = 1
    run(2_000)
    assert wall.state == "fault"
    wall.vehicle = "A"
    run(2_000)
    return seen


# --- the wrap ---


def test_the_counter_wraps_at_2_to_the_29() -> None:
    assert TIME_MASK_MS + 1 == WRAP_MS


@pytest.mark.parametrize(
    "before_wrap_ms", [1, 5, 10, 300, 5_500, 6_000, 7_000, 9_500, 12_000, 14_000]
)
def test_a_wrap_at_any_moment_of_a_visit_changes_nothing(before_wrap_ms: int) -> None:
    assert visit(Wall(starts_ms=WRAP_MS - before_wrap_ms)) == visit(Wall())


# --- suspended ticks ---


# What no healthy tick can take, in ms: a counter that jumps, stands or runs backwards.
UNHEALTHY_MS = [0, 51, 999, 60_000, WRAP_MS - 10, WRAP_MS - 1]


@pytest.mark.parametrize("gap_ms", UNHEALTHY_MS)
def test_an_unhealthy_step_counts_as_one_tick_in_the_meter(gap_ms: int) -> None:
    wall = charging_wall(draw_ma=30_000)
    before = wall.connector.status.import_wh
    for _ in range(6_000):
        wall.tick(dt_ms=gap_ms)
    assert wall.connector.status.import_wh - before == 7_200 * 60 // 3_600


@pytest.mark.parametrize("gap_ms", UNHEALTHY_MS)
def test_an_unhealthy_step_counts_as_one_tick_of_a_limits_life(gap_ms: int) -> None:
    wall = charging_wall()
    wall.connector.queue.put(COMMAND_SET_LIMIT, OWNER_SITE, 10_000, 10_000, 1)
    wall.tick()
    for _ in range(99):
        wall.tick(dt_ms=gap_ms)
        assert wall.connector.status.import_limit_ma == 10_000
    wall.tick(dt_ms=gap_ms)
    assert wall.connector.status.import_limit_ma == 48_000


@pytest.mark.parametrize("gap_ms", UNHEALTHY_MS)
def test_no_jump_of_the_counter_shortens_a_contactors_rest(gap_ms: int) -> None:
    wall = Wall()
    for _ in range(100):
        wall.tick(dt_ms=gap_ms)
    wall.vehicle = "B"
    wall.run(500)
    assert "contactor_rest" in wall.waits


@pytest.mark.parametrize("gap_ms", UNHEALTHY_MS)
def test_a_vehicle_that_leaves_is_seen_whatever_the_counter_does(gap_ms: int) -> None:
    wall = charging_wall()
    wall.vehicle = "A"
    for _ in range(3):
        wall.tick(dt_ms=gap_ms)
    assert not wall.closed
    assert wall.cause == "unplug"


# --- two connectors ---


def test_two_connectors_in_one_process_share_nothing() -> None:
    lone_visit = visit(Wall())
    lone_idler = Wall()
    lone_idler.run(10 * len(lone_visit))
    idler = Wall()
    assert visit(Wall(), idler) == lone_visit
    assert picture(idler.connector.status) == picture(lone_idler.connector.status)
    assert idler.board.driven == lone_idler.board.driven


# --- the published status ---


def test_two_pictures_are_published_in_turn_and_numbered() -> None:
    wall = Wall()
    wall.tick()
    first = wall.connector.status
    wall.tick()
    second = wall.connector.status
    assert first is not second
    for count in range(100):
        wall.tick()
        assert wall.connector.status is (first, second)[count % 2]
        assert wall.connector.status.sequence == count + 3


def test_a_published_picture_does_not_change_during_the_next_tick() -> None:
    wall = Wall()
    wall.vehicle = "C"
    for _ in range(1_000):
        wall.tick()
        status = wall.connector.status
        before = picture(status)
        wall.tick()
        assert picture(status) == before


def test_a_picture_is_of_one_tick() -> None:
    wall = Wall()
    wall.vehicle = "C"
    wall.draw_ma = 16_000
    for _ in range(1_000):
        wall.tick()
        status = wall.connector.status
        duty_bp, closed, _, _ = wall.board.driven[-1]
        sensors = wall.board.sensors
        assert (status.duty_bp, status.contactor_commanded) == (duty_bp, closed)
        assert status.contactor_confirmed == sensors.contactor_aux_closed
        assert status.pilot_high_mv == sensors.pilot_high_mv
        assert status.power_w == sensors.power_w
        assert status.current_ma == sensors.current_l1_ma
