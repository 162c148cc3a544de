"""Targets over Modbus: whatever the order of writes, no old set-point ever comes back."""

import itertools

import pytest

from tests.unit.modbus_bench import StillBench
from wattback.commands import COMMAND_SET_TARGET
from wattback_sim.register_map import Value

EXPORT_W = 8_000
IMPORT_W = -3_000


def ordered(bench: StillBench) -> list[tuple[int, ...]]:
    """The commands for a target: enabled, w, lasts_s, then afterwards: enabled, w."""
    commands = bench.commands()
    assert all(command[0] == COMMAND_SET_TARGET for command in commands)
    return [command[2:] for command in commands]


# --- the order of enable and value ---


def test_an_enable_alone_tells_the_connector_nothing_and_reads_enabled() -> None:
    bench = StillBench()
    assert bench.write({"704.WSetEna": "enabled"}) == 0
    assert ordered(bench) == []
    assert bench.read("704.WSetEna") == "enabled"


def test_an_enable_before_its_value_takes_effect_with_the_value() -> None:
    bench = StillBench()
    bench.write({"704.WSetEna": 1})
    assert bench.write({"704.WSetMod": "watts", "704.WSet": EXPORT_W}) == 0
    assert ordered(bench) == [(1, EXPORT_W, 0, 0, 0)]


def test_a_value_before_its_enable_takes_effect_with_the_enable() -> None:
    bench = StillBench()
    bench.write({"704.WSet": EXPORT_W})
    assert ordered(bench) == []
    bench.write({"704.WSetEna": 1})
    assert ordered(bench) == [(1, EXPORT_W, 0, 0, 0)]


def test_all_in_one_request_takes_effect_at_once() -> None:
    bench = StillBench()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": EXPORT_W})
    assert ordered(bench) == [(1, EXPORT_W, 0, 0, 0)]


@pytest.mark.parametrize("disable", [{"704.WSetEna": 0}, {"704.WSetEna": 0, "704.WSetMod": 1}])
def test_when_it_is_disabled_the_value_reads_0_and_does_not_come_back(
    disable: dict[str, Value],
) -> None:
    bench = StillBench()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": EXPORT_W})
    bench.write(disable)
    assert ordered(bench)[-1] == (0, 0, 0, 0, 0)
    assert bench.read("704.WSet") == 0
    assert bench.read("704.WSetPct") == 0
    bench.write({"704.WSetEna": 1})
    assert ordered(bench) == []  # armed, and nothing more
    bench.write({"704.WSet": IMPORT_W})
    assert ordered(bench) == [(1, IMPORT_W, 0, 0, 0)]


def test_a_value_in_the_request_that_disables_is_kept_for_the_next_enable() -> None:
    bench = StillBench()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": EXPORT_W})
    bench.write({"704.WSetEna": 0, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    assert ordered(bench)[-1] == (0, 0, 0, 0, 0)
    assert bench.read("704.WSet") == IMPORT_W
    bench.write({"704.WSetEna": 1})
    assert ordered(bench) == [(1, IMPORT_W, 0, 0, 0)]


def test_a_refused_write_leaves_an_armed_enable_as_it_was() -> None:
    bench = StillBench()
    bench.write({"704.WSetEna": 1})
    assert bench.write({"704.WSet": 11_521}) == 3
    assert bench.read("704.WSetEna") == "enabled"
    assert ordered(bench) == []
    assert bench.write({"704.WSet": 11_520}) == 0
    assert ordered(bench) == [(1, 11_520, 0, 0, 0)]


def test_a_write_without_room_counts_for_nothing() -> None:
    bench = StillBench()
    for beat in range(7):
        bench.write({"heartbeat": beat})
    assert bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": EXPORT_W}) == 6
    assert len(bench.commands()) == 7
    bench.write({"704.WSetEna": 1})
    assert ordered(bench) == []  # the value of the refused write was never there
    assert bench.read("704.WSet") == 0


WRITES: dict[str, dict[str, Value]] = {
    "enable": {"704.WSetEna": 1},
    "disable": {"704.WSetEna": 0},
    "watts": {"704.WSet": EXPORT_W},
    "other watts": {"704.WSet": IMPORT_W},
    "percent": {"704.WSetPct": 10},
    "mode watts": {"704.WSetMod": 1},
    "mode percent": {"704.WSetMod": 0},
    "time": {"704.WSetRvrtTms": 60},
    "all": {"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": 1_234},
}


@pytest.mark.parametrize("first", WRITES)
def test_in_every_order_of_writes_only_values_written_since_the_last_disable_are_followed(
    first: str,
) -> None:
    bench = StillBench()
    for following in itertools.product(WRITES, repeat=3):
        sequence = (first, *following)
        for name in ("disable", "mode watts"):
            bench.write(WRITES[name])
        bench.commands()
        since: set[int] = set()  # what may be asked for
        for name in sequence:
            if name == "disable":
                since.clear()
            for point, value in WRITES[name].items():
                if point == "704.WSet":
                    since.add(int(str(value)))
                if point == "704.WSetPct":
                    since.add(1_152)
            assert bench.write(WRITES[name]) == 0
            for enabled, w, *_after in ordered(bench):
                assert enabled == (name != "disable"), sequence
                # Said in percent, watts lose their last digit.
                assert not enabled or any(abs(w - other) <= 1 for other in since), sequence


# --- percent ---


@pytest.mark.parametrize(
    ("percent", "w"),
    [(100, 11_520), (50, 5_760), (-100, -11_520), (0.01, 1), (-33.33, -3_840), (0, 0)],
)
def test_a_percentage_is_of_the_largest_power(percent: float, w: int) -> None:
    bench = StillBench()
    bench.write({"704.WSetMod": "w_max_pct"})
    bench.write({"704.WSetPct": percent})
    bench.write({"704.WSetEna": 1})
    assert ordered(bench) == [(1, w, 0, 0, 0)]
    assert bench.read("704.WSet") == w
    assert bench.read("704.WSetPct") == percent


def test_a_percentage_follows_the_setting_of_the_largest_power() -> None:
    bench = StillBench()
    bench.connector.settings.export_max_w = 4_000
    bench.renew()
    bench.write({"704.WSetMod": 0})
    bench.write({"704.WSetPct": 50})
    bench.write({"704.WSetEna": 1})
    assert ordered(bench) == [(1, 2_000, 0, 0, 0)]


def test_watts_show_as_a_percentage_too() -> None:
    bench = StillBench()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": 5_760})
    assert bench.read("704.WSetPct") == 50
    bench.write({"704.WSetMod": 0})  # the same target, said otherwise
    assert ordered(bench) == [(1, 5_760, 0, 0, 0), (1, 5_760, 0, 0, 0)]


def test_where_no_power_is_allowed_every_percentage_is_0() -> None:
    bench = StillBench()
    bench.connector.settings.export_max_w = 0
    bench.renew()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": -3_000})
    assert bench.read("704.WSetPct") == 0
    bench.write({"704.WSetPct": 100})
    bench.write({"704.WSetMod": 0})
    assert ordered(bench)[-1] == (1, 0, 0, 0, 0)


def test_a_whole_group_in_one_request_reads_back_as_it_was_written() -> None:
    bench = StillBench()
    values: dict[str, Value] = {
        "704.WSetEna": "enabled",
        "704.WSetMod": "watts",
        "704.WSet": 8_000,
        "704.WSetRvrt": -1_000,
        "704.WSetPct": 0.0,
        "704.WSetPctRvrt": 12.34,
        "704.WSetEnaRvrt": "enabled",
        "704.WSetRvrtTms": 900,
    }
    assert bench.write(values) == 0
    assert {name: bench.read(name) for name in values} == values
    assert ordered(bench) == [(1, 8_000, 900, 1, -1_000)]
    assert bench.read("704.WSetRvrtRem") == 900


def test_in_percent_the_reversion_is_in_percent_as_well() -> None:
    bench = StillBench()
    bench.write(
        {
            "704.WSetEna": 1,
            "704.WSetMod": 0,
            "704.WSet": 0,
            "704.WSetRvrt": 0,
            "704.WSetPct": 50,
            "704.WSetPctRvrt": -25,
            "704.WSetEnaRvrt": 1,
            "704.WSetRvrtTms": 60,
        }
    )
    assert ordered(bench) == [(1, 5_760, 60, 1, -2_880)]


# --- the site's own target ---


def test_the_sites_target_has_the_same_manners() -> None:
    bench = StillBench()
    bench.write({"site_target_enable": 1})
    assert ordered(bench) == []
    bench.write({"site_target": EXPORT_W})
    assert ordered(bench) == [(1, EXPORT_W, 0, 0, 0)]
    bench.write({"site_target_timeout": 30})
    assert ordered(bench) == [(1, EXPORT_W, 30, 0, 0)]
    assert bench.read("site_target_left") == 30
    bench.write({"site_target_enable": 0})
    assert ordered(bench) == [(0, 0, 0, 0, 0)]
    assert bench.read("site_target") == 0
    assert bench.read("site_target_left") == -1
    bench.write({"site_target_enable": 1})
    assert ordered(bench) == []
