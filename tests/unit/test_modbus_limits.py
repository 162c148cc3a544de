"""Limits over Modbus: the programme's share of the largest power, and the site's own amperes."""

import pytest

from tests.unit.linked_wall import settings_with
from tests.unit.modbus_bench import ModbusBench, StillBench
from tests.unit.wall import Wall
from wattback import limits
from wattback.commands import COMMAND_SET_LIMIT
from wattback_sim.register_map import Value

SITE = limits.OWNER_SITE
PROGRAMME = limits.OWNER_PROGRAMME
FULL_MA = 48_000  # 11,520 W at 240 V


def ordered(bench: StillBench) -> list[tuple[int, ...]]:
    """The commands for a limit: owner, import, export, lasts_s."""
    commands = bench.commands()
    assert all(command[0] == COMMAND_SET_LIMIT for command in commands)
    return [command[1:5] for command in commands]


# --- the programme ---


@pytest.mark.parametrize(
    ("percent", "ma"), [(100, FULL_MA), (50, 24_000), (0, 0), (0.01, 4), (33.33, 15_998)]
)
def test_the_programme_limits_export_to_a_share_of_the_largest_power(
    percent: float, ma: int
) -> None:
    bench = StillBench()
    assert bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": percent}) == 0
    assert ordered(bench) == [(PROGRAMME, -1, ma, 0)]
    assert bench.read("704.WMaxLimPct") == percent


def test_a_share_is_of_the_setting_and_of_the_nominal_voltage() -> None:
    bench = StillBench()
    bench.connector.settings.export_max_w = 5_200
    bench.connector.settings.nominal_line_mv = 208_000
    bench.renew()
    bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": 40})
    assert ordered(bench) == [(PROGRAMME, -1, 10_000, 0)]


def test_an_enable_alone_limits_to_the_largest_power_and_no_further() -> None:
    bench = StillBench()
    bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": 20})
    bench.write({"704.WMaxLimPctEna": 0})
    assert ordered(bench)[-1] == (PROGRAMME, -1, -1, 0)
    assert bench.read("704.WMaxLimPct") == 100
    bench.write({"704.WMaxLimPctEna": 1})
    assert ordered(bench) == [(PROGRAMME, -1, FULL_MA, 0)]


def test_a_share_that_is_written_first_counts_from_the_enable_on() -> None:
    bench = StillBench()
    bench.write({"704.WMaxLimPct": 20})
    assert ordered(bench) == []
    bench.write({"704.WMaxLimPctEna": 1})
    assert ordered(bench) == [(PROGRAMME, -1, 9_600, 0)]


def test_the_whole_group_can_be_written_with_a_reversion_to_no_limit_only() -> None:
    bench = StillBench()
    values: dict[str, Value] = {
        "704.WMaxLimPctEna": "enabled",
        "704.WMaxLimPct": 25,
        "704.WMaxLimPctRvrt": 75,
        "704.WMaxLimPctEnaRvrt": "disabled",
        "704.WMaxLimPctRvrtTms": 600,
    }
    assert bench.write(values) == 0
    assert {name: bench.read(name) for name in values} == values
    assert ordered(bench) == [(PROGRAMME, -1, 12_000, 600)]
    assert bench.read("704.WMaxLimPctRvrtRem") == 600
    assert bench.write({**values, "704.WMaxLimPctEnaRvrt": "enabled"}) == 3
    assert ordered(bench) == []


def test_after_its_time_the_programmes_limit_is_gone_and_the_registers_show_it() -> None:
    bench = ModbusBench()
    bench.write({"704.WMaxLimPctRvrtTms": 2})
    bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": 50})
    bench.run(1_000)
    assert (bench.read("export_limit"), bench.read("export_limit_owner")) == (24, "programme")
    bench.run(1_000)
    assert bench.read("704.WMaxLimPctRvrtRem") == 1
    bench.run(1_000)
    assert bench.read("704.WMaxLimPctEna") == "disabled"
    assert bench.read("704.WMaxLimPct") == 100
    assert bench.read("704.WMaxLimPctRvrtRem") == 0
    assert bench.read("export_limit") == 48


def test_any_write_of_the_programmes_group_starts_its_time_again() -> None:
    bench = ModbusBench()
    bench.write({"704.WMaxLimPctRvrtTms": 2})
    bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": 50})
    for name, value in (
        ("WMaxLimPct", 50),
        ("WMaxLimPctRvrt", 0),
        ("WMaxLimPctEnaRvrt", 0),
        ("WMaxLimPctRvrtTms", 2),
        ("WMaxLimPctEna", 1),
    ):
        bench.run(1_500)
        assert bench.read("export_limit") == 24, name
        assert bench.write({f"704.{name}": value}) == 0
    bench.run(2_500)
    assert bench.read("export_limit") == 48


def test_a_limit_of_another_port_shows_as_a_share() -> None:
    bench = ModbusBench()
    bench.connector.queue.put(COMMAND_SET_LIMIT, PROGRAMME, -1, 12_000, 100)
    bench.run(1_000)
    assert bench.read("704.WMaxLimPctEna") == "enabled"
    assert bench.read("704.WMaxLimPct") == 25
    assert 99 <= bench.number("704.WMaxLimPctRvrtRem") <= 100
    bench.connector.queue.put(COMMAND_SET_LIMIT, PROGRAMME, -1, -1, 0)
    bench.run(1_000)
    assert bench.read("704.WMaxLimPctEna") == "disabled"
    assert bench.read("704.WMaxLimPct") == 100


def test_where_no_power_is_allowed_a_share_of_it_is_0() -> None:
    bench = StillBench()
    bench.connector.settings.export_max_w = 0
    bench.renew()
    bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": 50})
    assert ordered(bench) == [(PROGRAMME, -1, 0, 0)]
    bench.connector.report.programme_export_ma = 5_000
    bench.connector.status.sequence += 100
    bench.renew()
    assert bench.read("704.WMaxLimPct") == 100


# --- the site ---


def test_a_write_of_one_limit_sets_both_as_they_read() -> None:
    bench = ModbusBench(Wall(settings_with(site_failsafe_import_ma=6_000)))
    assert (bench.read("site_import_limit"), bench.read("site_export_limit")) == (6, -1)
    assert bench.write({"site_export_limit": 20}) == 0
    bench.run(1_000)
    site = bench.connector.limits.slots[SITE]
    assert (site.import_ma, site.export_ma, site.remaining_ms) == (6_000, 20_000, -1)


def test_the_sites_limit_is_obeyed_and_named() -> None:
    bench = ModbusBench()
    assert bench.write({"site_import_limit": 16}) == 0
    bench.run(1_000)
    assert (bench.read("import_limit"), bench.read("import_limit_owner")) == (16, "site")
    assert bench.read("export_limit_owner") != "site"
    assert bench.read("import_power") == 3_840
    bench.write({"site_import_limit": 0})
    bench.run(1_000)
    assert bench.read("import_limit") == 0


def test_after_its_time_the_sites_limit_reads_what_the_failsafe_is() -> None:
    bench = ModbusBench(
        Wall(settings_with(site_failsafe_import_ma=6_000, site_failsafe_export_ma=0))
    )
    bench.write({"site_import_limit": 32, "site_export_limit": 30, "site_limit_timeout": 2})
    assert bench.read("site_limit_left") == 2
    bench.run(1_000)
    assert (bench.read("site_import_limit"), bench.read("site_export_limit")) == (32, 30)
    bench.run(2_000)
    assert (bench.read("site_import_limit"), bench.read("site_export_limit")) == (6, 0)
    assert bench.read("site_limit_left") == -1
    assert bench.read("site_limit_timeout") == 2


def test_a_refreshed_limit_of_the_site_stays() -> None:
    bench = ModbusBench()
    bench.write({"site_limit_timeout": 2})
    for _ in range(5):
        bench.write({"site_import_limit": 10})
        bench.run(1_500)
        assert bench.read("import_limit") == 10
    bench.run(1_000)
    assert bench.read("import_limit") == 48


def test_the_largest_power_of_the_utility_is_a_limit_of_its_own() -> None:
    bench = ModbusBench()
    assert bench.write({"702.WChaRteMax": 7_680, "702.WDisChaRteMax": 4_800}) == 0
    bench.run(1_000)
    assert (bench.read("import_limit"), bench.read("import_limit_owner")) == (32, "capacity")
    assert (bench.read("export_limit"), bench.read("export_limit_owner")) == (20, "capacity")
    assert bench.read("702.WMax") == 4_800
