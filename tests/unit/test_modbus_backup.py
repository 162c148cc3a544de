"""Home backup over Modbus: what the vehicle is used for, the owner's switch, refusals."""

import pytest

from tests.unit.linked_wall import LinkedWall, settings_with
from tests.unit.modbus_bench import ModbusBench, StillBench
from tests.unit.modbus_points import whole
from tests.unit.wall import Wall
from wattback.backup.backup import Backup
from wattback.house import OPERATING_NAMES
from wattback_sim.register_map import Value, find_point

SETTING_OF = {
    "operating_mode": "operating_mode",
    "backup_enable": "backup_enabled",
    "backup_reserve": "backup_reserve_bp",
    "service_import_max": "service_import_max_w",
    "service_export_max": "service_export_max_w",
}


def waits(bench: ModbusBench, name: str = "backup_waits") -> set[str]:
    """What a bit field names."""
    value = bench.read(name)
    assert isinstance(value, list)
    return set(value)


# --- what is written ---


@pytest.mark.parametrize("mode", OPERATING_NAMES)
def test_every_mode_is_set_by_its_name_and_read_back(mode: str) -> None:
    bench = ModbusBench()
    assert bench.read("operating_mode") == "event"
    assert bench.write({"operating_mode": mode}) == 0
    assert bench.read("operating_mode") == mode
    bench.run(500)
    assert bench.read("operating_mode") == mode
    assert OPERATING_NAMES[bench.connector.settings.operating_mode] == mode


def test_one_write_sets_all_of_it() -> None:
    bench = ModbusBench()
    values: dict[str, Value] = {
        "operating_mode": "peak_limit",
        "backup_enable": "enabled",
        "backup_reserve": 35.5,
        "service_import_max": 7_200,
        "service_export_max": 0,
    }
    assert list(values) == list(SETTING_OF)
    assert bench.write(values) == 0
    bench.run(500)
    assert {name: bench.read(name) for name in values} == values
    settings = bench.connector.settings
    assert [getattr(settings, name) for name in SETTING_OF.values()] == [3, 1, 3_550, 7_200, 0]


@pytest.mark.parametrize(
    ("name", "register"),
    [
        ("operating_mode", [5]),
        ("operating_mode", [0xFFFF]),
        ("backup_enable", [2]),
        ("backup_reserve", [499]),
        ("backup_reserve", [10_001]),
        ("service_import_max", [0xFFFF, 0xFFFE]),  # -2
        ("service_import_max", [1, 0x86A1]),  # 100,001
        ("service_export_max", [0x8000, 0]),
    ],
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(
    name: str, register: list[int]
) -> None:
    bench = ModbusBench()
    before = {name: bench.read(name) for name in SETTING_OF}
    assert bench.write_words(find_point(name).address, register) == 3
    assert bench.read("last_refusal") == "out_of_range"
    assert bench.read("refused_address") == find_point(name).address
    bench.run(500)
    assert {name: bench.read(name) for name in SETTING_OF} == before


def test_one_value_out_of_range_refuses_the_others_with_it() -> None:
    bench = StillBench()
    before = whole(bench)
    assert bench.write({"operating_mode": "charge", "backup_enable": 2}) == 3
    assert whole(bench) == before
    assert bench.commands() == []


@pytest.mark.parametrize(
    "name",
    [
        "backup_state",
        "backup_refusal",
        "backup_waits",
        "backup_shed",
        "grid_switch",
        "service_power",
        "island_energy",
        "island_import_energy",
    ],
)
def test_what_the_connector_tells_cannot_be_written(name: str) -> None:
    bench = StillBench()
    point = find_point(name)
    assert bench.write_words(point.address, [0] * point.registers) == 2
    assert bench.read("last_refusal") == "not_writable"


# --- what it does, and what shows of it ---


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("charge", "mode"), ("backup_only", "mode"), ("self_consumption", "house_meter")],
)
def test_a_mode_in_which_nothing_may_be_exported_says_why(mode: str, reason: str) -> None:
    bench = ModbusBench(LinkedWall())
    bench.run(2_000)  # the grid is good, and the unit in service
    before = waits(bench, "export_waits")
    assert reason not in before
    assert bench.write({"operating_mode": mode}) == 0
    bench.run(500)
    assert waits(bench, "export_waits") == before | {reason}
    assert bench.write({"operating_mode": "event"}) == 0
    bench.run(500)
    assert waits(bench, "export_waits") == before


def test_without_a_gateway_there_is_nothing_to_wait_for() -> None:
    bench = ModbusBench()
    assert bench.write({"backup_enable": "enabled"}) == 0
    bench.run(2_000)
    assert bench.read("backup_enable") == "enabled"
    assert bench.read("backup_waits") is None
    assert bench.read("backup_state") == "grid"
    assert bench.read("grid_switch") == "closed"
    assert bench.read("service_power") == 0


def test_the_owners_switch_is_one_reason_less() -> None:
    bench = ModbusBench(Wall(settings_with(gateway_fitted=1), new_backup=Backup))
    bench.run(2_000)
    before = waits(bench)
    assert {"disabled", "gateway"} <= before
    assert bench.write({"backup_enable": "enabled"}) == 0
    bench.run(2_000)
    assert waits(bench) == before - {"disabled"}
    assert bench.write({"backup_enable": "disabled"}) == 0
    bench.run(2_000)
    assert waits(bench) == before


def test_an_island_is_read_in_its_own_words() -> None:
    bench = StillBench()
    vars(bench.connector.status).update(backup_state=9, grid_switch_closed=0)
    vars(bench.connector.report).update(
        backup_refusal=8, backup_waits=0x808, backup_shed=2, service_w=-2_500
    )
    vars(bench.connector.report).update(island_wh=70_000, island_import_wh=300)
    bench.renew()
    told = {
        "backup_state": "island",
        "grid_switch": "open",
        "backup_refusal": "reserve",
        "backup_waits": ["switch_contacts", "reserve"],
        "backup_shed": 2,
        "service_power": -2_500,
        "island_energy": 70_000,
        "island_import_energy": 300,
    }
    assert {name: bench.read(name) for name in told} == told
