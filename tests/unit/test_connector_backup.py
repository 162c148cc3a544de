"""A whole connector in an outage: it feeds the home, counts that apart, and finds back."""

from collections.abc import Callable

import pytest

from tests.unit.housed_wall import HousedWall, housed_wall, islanded_wall
from tests.unit.wall import LONGEST_STEP_MS
from wattback.limits import MODE_GRID, MODE_ISLAND, MODE_NAMES
from wattback.pilot import DUTY_DIGITAL
from wattback.retained import EXPORT_WH, IMPORT_WH, ISLAND_IMPORT_WH, ISLAND_WH

GRID_MV = 120_000
REGISTERS = (IMPORT_WH, EXPORT_WH, ISLAND_WH, ISLAND_IMPORT_WH)


def counted(wall: HousedWall) -> list[int]:
    return [wall.connector.retained[at] for at in REGISTERS]


def openings(wall: HousedWall) -> dict[str, int]:
    """Of the report, those that there were."""
    report = vars(wall.connector.report)
    ends = ("_cold", "_hot")
    return {name: report[name] for name in report if name.endswith(ends) and report[name]}


# --- the outage ---


def test_a_charge_that_an_outage_meets_ends_unloaded_and_the_home_is_fed() -> None:
    wall = housed_wall()
    wall.grid_mv = 0
    states: list[str] = []
    while wall.step != "island":
        wall.tick()
        assert wall.closed <= (wall.switch == 0 or wall.step in ("grid", "contactor_open"))
        if not states or states[-1] != wall.state:
            states.append(wall.state)
    assert states == ["charging", "stopping", "waiting", "offered", "backup"]
    assert wall.cause == "planned"
    assert wall.faults == []


def test_a_visit_that_has_just_unloaded_is_opened_with_its_supply() -> None:
    """It is not watched for as long as at a planned end: the supply has gone."""
    wall = housed_wall(outage_ms=1_930)
    wall.grid_mv = 61_000
    low_ms = wall.run_until(lambda: not wall.closed, 5_000)
    assert low_ms <= wall.connector.settings.supply_trip_ms + 30
    assert (wall.cause, wall.faults) == ("planned", [])


def test_a_gateway_that_is_silent_for_a_moment_leaves_no_fault_behind() -> None:
    """The supply that is missing is still the outage's: nothing else would end it."""
    wall = housed_wall()
    wall.grid_mv = 0
    wall.until_step("voltage_ramp")
    wall.told = False
    wall.until_step("dark")
    wall.run(10_000)
    assert wall.faults == []
    wall.told = True
    wall.until_step("island")
    assert wall.faults == []


def test_in_an_island_the_pilot_offers_digitally_and_nobody_is_told_a_target() -> None:
    wall = islanded_wall()
    wall.want(-5_000)
    for _ in range(500):
        wall.tick()
        assert wall.duty_bp == DUTY_DIGITAL
        assert (wall.state, wall.target_w) == ("backup", 0)
    assert MODE_NAMES[wall.connector.status.mode] == "island"


def test_a_home_without_an_outage_is_on_the_grid() -> None:
    status = housed_wall().connector.status
    assert (status.mode, status.grid_switch_closed, status.backup_state) == (MODE_GRID, 1, 0)


def test_an_owner_who_has_not_switched_it_on_gets_none() -> None:
    wall = housed_wall_disabled()
    wall.grid_mv = 0
    wall.run(20_000)
    assert (wall.state, wall.switch, wall.refusal) == ("fault", 1, "disabled")


def housed_wall_disabled() -> HousedWall:
    wall = HousedWall(backup_enabled=0)
    wall.run(100)
    wall.vehicle = "B"
    wall.until_state("offered")
    wall.run(3_000)
    return wall


# --- what is counted ---


def test_energy_of_an_island_is_counted_apart_and_never_decreases() -> None:
    wall = islanded_wall()
    before = counted(wall)
    for loads_w in (3_600, -1_800):
        wall.loads_w = loads_w
        for _ in range(60_000 // LONGEST_STEP_MS):
            was = counted(wall)
            wall.tick(LONGEST_STEP_MS)
            now = counted(wall)
            assert all(one >= other for one, other in zip(now, was, strict=True))
            assert now[:2] == before[:2]
    gained = [now - was for now, was in zip(counted(wall), before, strict=True)]
    assert gained[2:] == pytest.approx([60, 30], abs=2)
    status = wall.connector.status
    assert (status.import_wh, status.export_wh) == tuple(before[:2])


def test_energy_of_the_grid_is_counted_as_before() -> None:
    wall = housed_wall()
    before = counted(wall)
    wall.run_s(60)
    gained = [now - was for now, was in zip(counted(wall), before, strict=True)]
    assert gained[0] > 100
    assert gained[1:] == [0, 0, 0]


# --- the return ---


def test_the_grid_comes_back_and_the_visit_goes_on_under_a_closed_contactor() -> None:
    wall = islanded_wall()
    wall.grid_mv = GRID_MV
    closings = wall.connector.report.closings
    while wall.step != "grid":
        wall.tick()
        assert wall.closed
    wall.run(20_000)
    assert (wall.state, wall.switch, wall.connector.status.mode) == ("charging", 1, MODE_GRID)
    assert wall.connector.report.closings == closings
    assert wall.connector.retained[IMPORT_WH] > 0


# --- how an island ends ---


def _unplug(wall: HousedWall) -> None:
    wall.vehicle = "A"


def _open_s2(wall: HousedWall) -> None:
    wall.vehicle = "B"


def _stop(wall: HousedWall) -> None:
    wall.hold["emergency_stopped"] = 1


def _silence(wall: HousedWall) -> None:
    wall.speaks = False


def _exhaust(wall: HousedWall) -> None:
    wall.soc_bp = 2_000


def _disable(wall: HousedWall) -> None:
    wall.set("backup_enabled", 0)


@pytest.mark.parametrize(
    ("ends", "cause", "within_ms", "refusal"),
    [
        (_unplug, "unplug", 100, "visit_ended"),
        (_open_s2, "s2_opened", 100, "visit_ended"),
        (_stop, "fault", 100, "visit_ended"),
        (_silence, "island", 1_500, "vehicle_silent"),
        (_exhaust, "planned", 3_000, "reserve"),
        (_disable, "planned", 3_000, "disabled"),
    ],
)
def test_every_end_of_an_island_has_its_cause_its_time_and_an_open_switch(
    ends: Callable[[HousedWall], None], cause: str, within_ms: int, refusal: str
) -> None:
    wall = islanded_wall()
    wall.loads_w = 3_600
    wall.run(1_000)
    before = openings(wall)
    ends(wall)
    wall.until_open(within_ms)
    wall.run(2_000)
    assert (wall.cause, wall.refusal, wall.switch) == (cause, refusal, 0)
    after = openings(wall)
    grown = {name for name in after if after[name] != before.get(name, 0)}
    assert grown == {f"{cause}_cold" if cause == "planned" else f"{cause}_hot"}
    assert wall.connector.status.mode in (MODE_GRID, MODE_ISLAND)


def test_after_an_end_nobody_charges_before_the_grid_is_back() -> None:
    wall = islanded_wall()
    wall.soc_bp = 2_000
    wall.until_open(5_000)
    wall.run_s(120)
    assert (wall.closed, wall.switch, wall.step) == (False, 0, "dark")
    wall.grid_mv = GRID_MV
    wall.until_state("charging", 60_000)
    assert (wall.switch, wall.step) == (1, "grid")
