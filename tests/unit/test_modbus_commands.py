"""Writing registers: which commands a write becomes, when it must wait, and what shows of it."""

import pytest

from tests.unit.modbus_bench import (
    QUEUE_PLACES,
    ModbusBench,
    StillBench,
    exception_of,
    raw_of,
    write_request,
)
from tests.unit.modbus_points import FIRST, SINGLE, WRITABLE, bounds, name_of, whole, words_for
from wattback import commands, limits, targets
from wattback_sim.register_map import POINTS, Value, find_point
from wattback_tools.registers.plan import SETTING_NAMES, Row

# --- what it becomes ---


@pytest.mark.parametrize(
    ("values", "command"),
    [
        (
            {"site_import_limit": 16, "site_export_limit": 0, "site_limit_timeout": 30},
            (commands.COMMAND_SET_LIMIT, limits.OWNER_SITE, 16_000, 0, 30, 0, 0),
        ),
        (
            {"site_import_limit": -1, "site_export_limit": 20.5, "site_limit_timeout": 0},
            (commands.COMMAND_SET_LIMIT, limits.OWNER_SITE, -1, 20_500, 0, 0, 0),
        ),
        (
            {"site_target_enable": "enabled", "site_target": -3_000, "site_target_timeout": 60},
            (commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 1, -3_000, 60, 0, 0),
        ),
        (
            {
                "technician_import_limit": 10,
                "technician_export_limit": -1,
                "technician_limit_timeout": 90,
            },
            (commands.COMMAND_SET_LIMIT, limits.OWNER_TECHNICIAN, 10_000, -1, 90, 0, 0),
        ),
        ({"site_pause": "pause"}, (commands.COMMAND_PAUSE, limits.OWNER_SITE, 1, 0, 0, 0, 0)),
        ({"site_pause": "run"}, (commands.COMMAND_PAUSE, limits.OWNER_SITE, 0, 0, 0, 0, 0)),
        ({"heartbeat": 41}, (commands.COMMAND_HEARTBEAT, 41, 0, 0, 0, 0, 0)),
        ({"reset_faults": "reset"}, (commands.COMMAND_RESET_FAULTS, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_a_write_becomes_one_command(values: dict[str, Value], command: tuple[int, ...]) -> None:
    bench = StillBench()
    assert bench.write(values) == 0
    assert bench.commands() == [command]


@pytest.mark.parametrize(
    "row", [r for r in WRITABLE if r.source and r.source.order == "setting"], ids=name_of
)
def test_a_setting_is_set_by_its_place_in_the_table(row: Row) -> None:
    assert row.source is not None
    bench = StillBench()
    value = bounds(row)[1]
    assert bench.write_words(row.point.address, words_for(row, value)) == 0
    index = SETTING_NAMES.index(row.source.setting)
    assert bench.commands() == [(commands.COMMAND_SET_SETTING, index, value, 0, 0, 0, 0)]


def test_several_settings_are_several_commands_in_order() -> None:
    bench = StillBench()
    values: dict[str, Value] = {
        "controller_timeout": 120,
        "export_enable": "disabled",
        "reserve": 35,
        "export_day_limit": -1,
        "departure_margin": 600,
    }
    assert bench.write(values) == 0
    names = ["controller_timeout_s", "export_enabled", "reserve_bp", "export_day_limit_wh"]
    indexes = [SETTING_NAMES.index(name) for name in [*names, "departure_margin_s"]]
    assert [command[1:3] for command in bench.commands()] == list(
        zip(indexes, (120, 0, 3_500, -1, 600), strict=True)
    )
    assert bench.write({"702.WChaRteMax": 5_000, "702.WDisChaRteMax": 4_000}) == 0
    assert [command[2] for command in bench.commands()] == [5_000, 4_000]


def test_idle_resets_nothing() -> None:
    bench = StillBench()
    assert bench.write({"reset_faults": "idle"}) == 0
    assert bench.commands() == []


# --- the queue ---


def test_a_write_without_room_changes_nothing_and_may_be_tried_again() -> None:
    bench = StillBench()
    for beat in range(QUEUE_PLACES):
        assert bench.write({"heartbeat": beat}) == 0
    before = whole(bench)
    request = write_request(find_point("heartbeat").address, [77])
    assert bench.request(request, patient=1) == b""
    assert bench.read("last_refusal") == "none"
    assert exception_of(bench.request(request)) == 6
    assert bench.read("last_refusal") == "busy"
    assert whole(bench) == before
    bench.connector.queue.drop()
    assert exception_of(bench.request(request)) == 0
    assert bench.read("heartbeat") == 77


def test_several_commands_need_room_for_all_of_them() -> None:
    bench = StillBench()
    values: dict[str, Value] = {"controller_timeout": 120, "export_enable": 0, "reserve": 35}
    for beat in range(QUEUE_PLACES - 2):
        bench.write({"heartbeat": beat})
    before = whole(bench)
    assert bench.write(values) == 6
    assert whole(bench) == before
    bench.connector.queue.drop()
    assert bench.write(values) == 0
    assert [command[0] for command in bench.commands()][-3:] == [4, 4, 4]


def test_reading_does_not_wait_for_the_queue() -> None:
    bench = StillBench()
    for beat in range(QUEUE_PLACES):
        bench.write({"heartbeat": beat})
    assert bench.words(FIRST, 2) == [0x5375, 0x6E53]


# --- what shows afterwards ---


@pytest.mark.parametrize("row", SINGLE, ids=name_of)
def test_what_was_written_still_shows_when_the_connector_has_obeyed(row: Row) -> None:
    bench = ModbusBench()
    for value in bounds(row):
        assert bench.write_words(row.point.address, words_for(row, value)) == 0
        shown = 0 if row.point.name == "ResetFaults" else value
        for _ in range(60):
            words = bench.words(row.point.address, row.point.registers)
            assert raw_of(find_point(name_of(row)), words) == shown
            bench.run(10)


def test_a_setting_shows_where_the_connector_uses_it() -> None:
    bench = ModbusBench()
    bench.write({"reserve": 45})
    bench.write({"702.WMax": 7_000})
    bench.run(1_000)
    assert bench.connector.settings.reserve_bp == 4_500
    assert bench.read("reserve_now") == 45
    assert bench.read("702.WDisChaRteMax") == 7_000
    assert bench.connector.limits.export_ma == 7_000 * 1000 // 240


def test_the_civil_time_goes_on_from_what_was_written() -> None:
    bench = ModbusBench()
    assert bench.read("civil_day") is None
    assert bench.write({"civil_day": 20_500, "civil_second": 86_398}) == 0
    assert (bench.read("civil_day"), bench.read("civil_second")) == (20_500, 86_398)
    bench.run(3_000)
    assert bench.read("civil_day") == 20_501
    assert bench.number("civil_second") <= 1


def test_a_heartbeat_makes_the_controller_known_and_silence_makes_it_silent() -> None:
    bench = ModbusBench()
    assert bench.read("controller_state") == "unheard"
    bench.write({"controller_timeout": 2})
    bench.write({"heartbeat": 1})
    bench.run(1_000)
    assert bench.read("controller_state") == "present"
    bench.run(2_500)
    assert bench.read("controller_state") == "silent"
    bench.write({"heartbeat": 2})
    bench.run(1_000)
    assert bench.read("controller_state") == "present"


def test_every_point_that_may_be_written_is_said_to_be_in_the_hosts_map() -> None:
    assert {point.full_name for point in POINTS if point.writable} == {
        name_of(row) for row in WRITABLE
    }
