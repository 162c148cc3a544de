"""Publishing: no field of Status or Report is forgotten, and each says what its part knows."""

from array import array
from collections.abc import Callable

import pytest

from tests.unit.housed_wall import HousedWall, islanded_wall
from tests.unit.linked_wall import LinkedWall, exporting_wall
from tests.unit.wall import StubBoard
from wattback import commands, limits, targets
from wattback.connector import Connector
from wattback.contactor import CAUSE_NAMES
from wattback.gateway import STATE_SERVICE_W
from wattback.limits import MODE_GRID, MODE_ISLAND
from wattback.publish import REPORT_TURNS
from wattback.retained import ISLAND_WH, OPENINGS, WORDS
from wattback.signals import (
    NO_GATEWAY,
    OPENING_NAMES,
    REPORT_NAMES,
    STATUS_NAMES,
    Report,
    Status,
)

NOT_WRITTEN = -987_654
# Without a gateway these are for ever as they were built: 0, the home is on the grid.
ONLY_WITH_A_GATEWAY = ["mode", "grid_switch_closed", "backup_state"]
ONLY_WITH_A_GATEWAY += ["backup_refusal", "backup_shed", "service_w", "island_wh"]
ONLY_WITH_A_GATEWAY += ["island_import_wh"]


def busy_wall() -> LinkedWall:
    """Export under a clock, a day's limit, two wishes, two limits that end, and a heartbeat."""
    wall = exporting_wall(3_000)
    wall.command(commands.COMMAND_SET_TIME, 20_500, 40_000)
    wall.command(commands.COMMAND_HEARTBEAT, 1)
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_PROGRAMME, 1, 4_000, 600, 0, 0)
    wall.command(commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 1, -2_000, 700, 0, 0)
    wall.command(commands.COMMAND_SET_LIMIT, limits.OWNER_SITE, 30_000, 40_000, 500)
    wall.command(commands.COMMAND_SET_LIMIT, limits.OWNER_PROGRAMME, -1, 35_000, 400)
    wall.command(commands.COMMAND_SET_LIMIT, limits.OWNER_TECHNICIAN, 31_000, 41_000, 300)
    wall.tick(30)  # two ticks are missed
    wall.need_wh, wall.departure_s = 1_234, 43_210
    wall.run(10_000)
    return wall


# --- completeness ---


def test_a_status_and_a_report_have_the_fields_of_their_lists_in_order() -> None:
    assert tuple(vars(Status())) == STATUS_NAMES
    assert tuple(vars(Report())) == REPORT_NAMES
    assert tuple(Status.__annotations__) == STATUS_NAMES
    assert tuple(Report.__annotations__) == REPORT_NAMES


@pytest.fixture(params=[busy_wall, islanded_wall], ids=["busy", "islanded"])
def wall(request: pytest.FixtureRequest) -> LinkedWall:
    """Without a gateway, and with one."""
    made: LinkedWall = request.param()
    return made


def unwritten(wall: LinkedWall) -> list[str]:
    """Fields that nobody need write there."""
    return [] if isinstance(wall, HousedWall) else ONLY_WITH_A_GATEWAY


def test_every_field_of_a_status_is_written_in_every_tick(wall: LinkedWall) -> None:
    wall.tick()
    spare = vars(wall.connector)["_spare_status"]
    for name in STATUS_NAMES:
        setattr(spare, name, NOT_WRITTEN)
    wall.tick()
    assert wall.connector.status is spare
    left = [name for name in STATUS_NAMES if getattr(spare, name) == NOT_WRITTEN]
    assert left == [name for name in unwritten(wall) if name in STATUS_NAMES]


def test_what_nobody_writes_without_a_gateway_is_built_as_the_grid() -> None:
    connector = busy_wall().connector
    for name in ONLY_WITH_A_GATEWAY:
        source = connector.status if name in STATUS_NAMES else connector.report
        assert getattr(source, name) == (1 if name == "grid_switch_closed" else 0), name
    assert (MODE_GRID, connector.report.backup_waits) == (0, NO_GATEWAY)


@pytest.mark.parametrize("begins", range(REPORT_TURNS))
def test_every_field_of_a_report_is_written_within_its_ticks(
    wall: LinkedWall, begins: int
) -> None:
    wall.run(begins * 10)
    report = wall.connector.report
    for name in REPORT_NAMES:
        setattr(report, name, NOT_WRITTEN)
    wall.run(REPORT_TURNS * 30)
    left = [name for name in REPORT_NAMES if getattr(report, name) == NOT_WRITTEN]
    counted = OPENING_NAMES[wall.connector.contactor.counted]
    as_they_were = {*OPENING_NAMES, *unwritten(wall)} - {counted}
    assert left == [name for name in REPORT_NAMES if name in as_they_were]


def test_a_report_is_the_same_object_for_ever() -> None:
    wall = busy_wall()
    report = wall.connector.report
    wall.run(1_000)
    assert wall.connector.report is report


# --- what the fields say ---

STATUS_SOURCES: dict[str, Callable[[Connector], int]] = {
    "pilot_state": lambda c: c.pilot.state,
    "pilot_high_mv": lambda c: c.inputs.pilot_high_mv,
    "pilot_low_mv": lambda c: c.inputs.pilot_low_mv,
    "duty_bp": lambda c: c.outputs.pilot_duty_bp,
    "contactor_commanded": lambda c: c.outputs.contactor_closed,
    "contactor_confirmed": lambda c: c.inputs.contactor_aux_closed,
    "open_cause": lambda c: c.contactor.open_cause,
    "session_state": lambda c: c.session.state,
    "waiting_for": lambda c: c.waiting_for,
    "export_waits": lambda c: c.dispatch.waits,
    "mode": lambda c: MODE_ISLAND if c.backup and c.backup.engaged else MODE_GRID,
    "in_service": lambda c: c.dispatch.enter_service.in_service,
    "grid_switch_closed": lambda c: c.backup.switch_closed if c.backup else 1,
    "backup_state": lambda c: c.backup.state if c.backup else 0,
    "import_limit_ma": lambda c: c.limits.import_ma,
    "export_limit_ma": lambda c: c.limits.export_ma,
    "import_limit_owner": lambda c: c.limits.import_owner,
    "export_limit_owner": lambda c: c.limits.export_owner,
    "offered_ma": lambda c: c.pilot.offered_ma,
    "target_w": lambda c: c.dispatch.targets.target_w,
    "target_owner": lambda c: c.dispatch.owner,
    "power_w": lambda c: c.inputs.power_w,
    "reactive_var": lambda c: c.inputs.reactive_var,
    "voltage_l1_mv": lambda c: c.inputs.voltage_l1_mv,
    "voltage_l2_mv": lambda c: c.inputs.voltage_l2_mv,
    "current_ma": lambda c: c.inputs.current_l1_ma,
    "frequency_millihertz": lambda c: c.inputs.frequency_millihertz,
    "import_wh": lambda c: c.meter.import_wh,
    "export_wh": lambda c: c.meter.export_wh,
    "faults": lambda c: c.faults.active,
}


def test_every_field_of_a_status_but_its_number_has_a_source_here() -> None:
    assert ("sequence", *STATUS_SOURCES) == STATUS_NAMES


def test_a_status_says_in_every_tick_what_the_parts_know() -> None:
    wall = exporting_wall(3_000)
    wall.hold = {"reactive_var": 321}
    for target_w, vehicle in ((3_000, "C"), (-3_000, "C"), (-3_000, "B")):
        wall.want(target_w)
        wall.vehicle = vehicle
        for _ in range(700):
            wall.tick()
            connector = wall.connector
            told = {name: getattr(connector.status, name) for name in STATUS_SOURCES}
            assert told == {name: source(connector) for name, source in STATUS_SOURCES.items()}


def test_so_does_it_through_an_outage_and_the_return() -> None:
    wall = islanded_wall()
    sources = dict(STATUS_SOURCES)
    del sources["in_service"]  # it is found in a turn, after the tick was published
    seen = set()
    for grid_mv in (0, 120_000, 0):
        wall.grid_mv = grid_mv
        for _ in range(1_500):
            wall.tick()
            connector = wall.connector
            told = {name: getattr(connector.status, name) for name in sources}
            assert told == {name: source(connector) for name, source in sources.items()}
            seen.add((told["mode"], told["grid_switch_closed"]))
    assert seen == {(MODE_ISLAND, 0), (MODE_ISLAND, 1), (MODE_GRID, 1)}


# field and its value on the busy wall
REPORTED = {
    "reset_cause": 0,
    "watchdog_resets": 0,
    "brown_outs": 0,
    "missed_ticks": 2,
    "closings": 1,
    "hot_openings": 0,
    "worn_openings": 0,
    "opening_faults": 0,
    "opening_waits": 0,
    "opening_export_waits": 0,
    "service_left_s": 0,
    "target_state": targets.ACTIVE,
    "target_asked_w": 4_000,
    "target_left_s": 590,
    "import_power_w": 7_200,
    "export_power_w": 8_400,
    "site_import_ma": 30_000,
    "site_export_ma": 40_000,
    "site_left_s": 490,
    "technician_import_ma": 31_000,
    "technician_export_ma": 41_000,
    "technician_left_s": 290,
    "paused_by": 0,
    "programme_export_ma": 35_000,
    "programme_left_s": 390,
    "site_target_enabled": 1,
    "site_target_w": -2_000,
    "site_target_left_s": 690,
    "programme_target_enabled": 1,
    "programme_target_w": 4_000,
    "programme_target_left_s": 590,
    "controller_state": 1,
    "vehicle_link": 4,
    "vehicle_refusal": 0,
    "soc_bp": 8_000,
    "reserve_bp": 2_000,
    "need_wh": 1_234,
    "departure_s": 43_210,
    "vehicle_charge_w": 11_500,
    "vehicle_discharge_w": 9_600,
    "civil_day": 20_500,
    "civil_s": 40_010,
    "backup_refusal": 0,
    "backup_waits": NO_GATEWAY,
    "backup_shed": 0,
    "service_w": 0,
    "island_wh": 0,
    "island_import_wh": 0,
}


def test_a_report_says_what_the_parts_know() -> None:
    report = busy_wall().connector.report
    for name, value in REPORTED.items():
        tolerance = 1 if name.endswith("_s") else 0  # it may be a few ticks old
        assert abs(getattr(report, name) - value) <= tolerance, name


def test_what_grows_with_time_and_energy_is_reported_too() -> None:
    connector = busy_wall().connector
    report = connector.report
    assert report.uptime_s == connector.uptime_s >= 20
    assert 0 <= connector.dispatch.export.day_wh - report.export_day_wh <= 1
    assert connector.dispatch.export.day_wh == connector.status.export_wh > 0
    assert report.export_day_left_s == connector.dispatch.export.day_left_s > 0
    assert report.settings_version == connector.settings.version()
    told = {"uptime_s", "export_day_wh", "export_day_left_s", "settings_version"}
    told |= {"trip_row", "trip_acted"}  # tests/unit/test_connector_trips.py
    assert told | set(REPORTED) | set(OPENING_NAMES) == set(REPORT_NAMES)


def test_a_report_says_what_the_backup_knows() -> None:
    wall = islanded_wall()
    wall.until_step("island")
    wall.run_s(60)
    retained = wall.connector.retained
    backup = wall.backup
    backup.refusal, backup.waits = 12, 34
    backup.island.shed = 2
    wall.run(100)  # the gateway's order follows in the tick
    backup.waits = 34
    wall.connector.renew_report(REPORT_TURNS - 1)
    report = wall.connector.report
    assert (report.backup_refusal, report.backup_waits, report.backup_shed) == (12, 34, 2)
    assert report.island_wh == retained[ISLAND_WH] >= wall.loads_w // 60
    assert report.island_import_wh == 0
    wall.grid_mv = 120_000
    wall.until_step("grid")
    wall.run(4_000)
    wall.connector.renew_report(REPORT_TURNS - 1)
    assert report.service_w == wall.backup.gateway.state[STATE_SERVICE_W] != 0
    assert report.backup_refusal == 0
    wall.told = False
    wall.run(3_000)
    assert report.service_w == 0  # what nobody says is none


def test_what_lasts_for_ever_is_reported_as_minus_1() -> None:
    report = exporting_wall(3_000).connector.report
    for name in ("target_left_s", "site_left_s", "programme_left_s", "site_target_left_s"):
        assert getattr(report, name) == -1
    assert (report.civil_day, report.programme_target_left_s) == (-1, -1)


def test_the_last_opening_is_reported_with_its_faults_and_waits() -> None:
    wall = exporting_wall(3_000)
    wall.board.sensors.ground_fault_latched = 1
    wall.run(REPORT_TURNS * 30)
    report = wall.connector.report
    assert report.opening_faults == wall.connector.status.faults != 0
    assert report.hot_openings == 1
    assert [name for name in OPENING_NAMES if getattr(report, name)] == ["fault_hot"]


def test_openings_are_told_by_the_names_of_their_causes() -> None:
    words = [f"{cause}_{heat}" for cause in CAUSE_NAMES[1:] for heat in ("cold", "hot")]
    assert words == list(OPENING_NAMES)
    assert OPENINGS + len(OPENING_NAMES) == ISLAND_WH
    retained = array("i", [0] * WORDS)
    for at in range(len(OPENING_NAMES)):
        retained[OPENINGS + at] = 7 + at
    report = Connector(StubBoard(), retained).report
    counts = [getattr(report, name) for name in OPENING_NAMES]
    assert counts == [7 + at for at in range(len(OPENING_NAMES))]
