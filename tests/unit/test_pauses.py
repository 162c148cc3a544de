"""A pause: 0 A for as long as somebody wants it, and then everything as it was before."""

import pytest

from tests.unit.linked_wall import LinkedWall, exporting_wall
from tests.unit.modbus_bench import ModbusBench
from tests.unit.safety_bench import charging_wall
from tests.unit.wall import Wall, offering_wall
from wattback import commands
from wattback.limits import (
    FOR_EVER,
    NO_LIMIT_MA,
    OWNER_DRIVER,
    OWNER_HARDWARE,
    OWNER_NAMES,
    OWNER_SITE,
    OWNER_TECHNICIAN,
    SCOPE_GRID,
    Limits,
)

PEOPLE = (OWNER_SITE, OWNER_DRIVER, OWNER_TECHNICIAN)
EACH = pytest.mark.parametrize("owner", PEOPLE, ids=[OWNER_NAMES[owner] for owner in PEOPLE])


def pause(wall: Wall, owner: int, paused: int = 1) -> None:
    queue = wall.connector.queue
    assert queue.put(commands.COMMAND_PAUSE, owner, paused, 0, 0) == commands.ACCEPTED
    wall.run_until(lambda: queue.first() < 0, 100)


def paused_by(wall: Wall) -> list[str]:
    """As the report says it."""
    wall.run(500)
    bits = wall.connector.report.paused_by
    return [name for owner, name in enumerate(OWNER_NAMES) if bits >> owner & 1]


# --- the slots ---


def test_a_paused_slot_counts_for_0_a_both_ways_and_keeps_what_was_set() -> None:
    limits = Limits()
    limits.set(OWNER_HARDWARE, 48_000, 48_000, FOR_EVER)
    limits.set(OWNER_SITE, 20_000, NO_LIMIT_MA, FOR_EVER)
    limits.pause(OWNER_SITE, 1)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma) == (0, 0)
    assert (limits.import_owner, limits.export_owner) == (OWNER_SITE, OWNER_SITE)
    limits.set(OWNER_SITE, 16_000, 8_000, FOR_EVER)  # it changes its mind meanwhile
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma) == (0, 0)
    limits.pause(OWNER_SITE, 0)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma) == (16_000, 8_000)


def test_an_expiry_under_a_pause_ends_the_limit_and_not_the_pause() -> None:
    limits = Limits()
    limits.set(OWNER_HARDWARE, 48_000, 48_000, FOR_EVER)
    limits.set(OWNER_SITE, 20_000, 20_000, 1_000)
    limits.pause(OWNER_SITE, 1)
    limits.age(1_000)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.paused) == (0, 1 << OWNER_SITE)
    limits.pause(OWNER_SITE, 0)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 48_000


def test_a_silent_sites_pause_gives_way_to_its_failsafe_and_comes_back_with_it() -> None:
    limits = Limits()
    limits.set(OWNER_HARDWARE, 48_000, 48_000, FOR_EVER)
    limits.set_failsafe(OWNER_SITE, 10_000, 0)
    limits.pause(OWNER_SITE, 1)
    limits.suspend(OWNER_SITE, 1)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.paused) == (10_000, 0)
    limits.suspend(OWNER_SITE, 0)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.paused) == (0, 1 << OWNER_SITE)


# --- a visit ---


@EACH
def test_a_pause_unloads_before_it_opens_and_a_resumption_restores_the_offer(owner: int) -> None:
    wall = charging_wall(draw_ma=30_000)
    wall.obeys = True
    offered_ma = wall.connector.status.offered_ma
    pause(wall, owner)
    wall.until_open()
    assert (wall.state, wall.cause, wall.waits[-1]) == ("waiting", "planned", "pause")
    assert paused_by(wall) == [OWNER_NAMES[owner]]
    assert wall.connector.contactor.hot_openings == 0
    pause(wall, owner, 0)
    wall.until_state("charging")
    assert wall.connector.status.offered_ma == offered_ma
    assert paused_by(wall) == []


@EACH
@pytest.mark.parametrize("vehicle", ["B", "C"])
def test_a_paused_vehicle_is_connected_all_the_while(owner: int, vehicle: str) -> None:
    wall = offering_wall()
    pause(wall, owner)
    wall.vehicle = vehicle
    for _ in range(3_000):
        wall.tick()
        assert wall.connector.pilot.connected
        assert not wall.closed
    assert (wall.state, wall.waits) == ("waiting", ["pause"])
    pause(wall, owner, 0)
    wall.until_state("offered" if vehicle == "B" else "charging")


def test_whoever_paused_must_resume() -> None:
    wall = charging_wall()
    wall.obeys = True
    for owner in PEOPLE:
        pause(wall, owner)
    wall.until_open()
    for owner in PEOPLE:
        wall.run(10_000)
        assert wall.waits == ["pause"]
        pause(wall, owner, 0)
    wall.until_state("charging")


def test_a_drivers_pause_ends_with_the_visit_and_the_others_do_not() -> None:
    for owner in PEOPLE:
        wall = offering_wall()
        pause(wall, owner)
        wall.vehicle = "A"
        wall.until_state("idle")
        wall.run(1_000)
        wall.vehicle = "B"
        wall.run(10_000)
        expected = ("offered", []) if owner == OWNER_DRIVER else ("waiting", ["pause"])
        assert (wall.state, wall.waits) == expected


@EACH
def test_a_pause_ends_an_export_too_and_the_target_comes_back_after_it(owner: int) -> None:
    wall = exporting_wall(4_000)
    pause(wall, owner)
    assert wall.target_w <= 0
    wall.run_until(lambda: wall.power_w <= 0 and not wall.closed, 10_000)
    assert wall.faults == []
    assert "limit" in wall.export_waits
    pause(wall, owner, 0)
    wall.run_until(lambda: wall.power_w >= 3_900, 30_000)


def test_the_pause_of_a_silent_controller_does_not_last() -> None:
    wall = LinkedWall()
    wall.speaks = False
    wall.vehicle = "C"
    wall.set("controller_timeout_s", 5)
    wall.command(commands.COMMAND_HEARTBEAT, 1)
    pause(wall, OWNER_SITE)
    wall.run(4_000)
    assert wall.waits[-1] == "pause"
    wall.until_state("charging")
    wall.command(commands.COMMAND_HEARTBEAT, 2)
    wall.until_open()
    assert wall.waits[-1] == "pause"


def test_the_site_pauses_by_a_register_and_reads_who_does() -> None:
    bench = ModbusBench()
    bench.wall.vehicle = "C"
    bench.wall.until_state("charging")
    assert bench.write({"site_pause": "pause"}) == 0
    bench.wall.until_open()
    bench.run(3_000)
    assert bench.read("site_pause") == "pause"
    assert bench.read("paused_by") == ["site"]
    assert bench.write({"site_pause": "run"}) == 0
    bench.wall.until_state("charging")
    bench.run(3_000)
    assert bench.read("paused_by") == []
