"""Targets over Modbus: the connector follows them, they end in their time, registers show it."""

import pytest

from tests.unit.modbus_bench import ModbusBench
from wattback import limits, targets
from wattback.commands import COMMAND_SET_TARGET
from wattback.targets import OWNER_PROGRAMME
from wattback_sim.register_map import Value

EXPORT_W = 8_000
IMPORT_W = -3_000


def asked(bench: ModbusBench) -> tuple[Value, Value, Value]:
    """What the connector follows: owner, watts, state."""
    return bench.read("target_owner"), bench.read("target_asked"), bench.read("target_state")


def test_a_target_reaches_the_connector_and_leaves_it_again() -> None:
    bench = ModbusBench()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    bench.run(500)
    assert asked(bench) == ("programme", IMPORT_W, "active")
    assert (bench.read("704.WSetEna"), bench.read("704.WSet")) == ("enabled", IMPORT_W)
    bench.write({"704.WSetEna": 0})
    bench.run(500)
    assert asked(bench)[0] == "none"
    assert (bench.read("704.WSetEna"), bench.read("704.WSet")) == ("disabled", 0)


def test_after_the_time_the_registers_show_that_the_target_is_gone() -> None:
    bench = ModbusBench()
    bench.write({"704.WSetRvrtTms": 3})
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    assert bench.read("704.WSetRvrtRem") == 3
    bench.run(1_500)
    assert bench.read("704.WSetRvrtRem") == 2
    assert bench.read("target_left") == 2
    bench.run(2_000)
    assert bench.read("704.WSetEna") == "disabled"
    assert (bench.read("704.WSet"), bench.read("704.WSetPct")) == (0, 0)
    assert bench.read("704.WSetRvrtRem") == 0
    assert bench.read("704.WSetRvrtTms") == 3
    assert asked(bench) == ("none", 0, "expired")
    bench.write({"704.WSetEna": 1})  # must not bring the old target back
    bench.run(500)
    assert asked(bench)[0] == "none"
    assert bench.read("704.WSetEna") == "enabled"


def test_after_the_time_another_target_takes_its_place_and_shows() -> None:
    bench = ModbusBench()
    values: dict[str, Value] = {
        "704.WSetEna": 1,
        "704.WSetMod": 1,
        "704.WSet": IMPORT_W,
        "704.WSetRvrt": -1_000,
    }
    bench.write({"704.WSetEnaRvrt": 1, "704.WSetRvrtTms": 2})
    bench.write(values)
    bench.run(2_500)
    assert bench.read("704.WSetEna") == "enabled"
    assert bench.read("704.WSet") == -1_000
    assert bench.read("704.WSetPct") == pytest.approx(-8.68)
    assert bench.read("704.WSetRvrtRem") == 0
    assert asked(bench) == ("programme", -1_000, "active")
    bench.run(5_000)
    assert asked(bench) == ("programme", -1_000, "active")


@pytest.mark.parametrize(
    "again",
    [
        {"704.WSet": IMPORT_W},
        {"704.WSetEna": 1},
        {"704.WSetMod": 1},
        {"704.WSetPct": 3},
        {"704.WSetRvrt": 0},
        {"704.WSetPctRvrt": 0},
        {"704.WSetEnaRvrt": 0},
        {"704.WSetRvrtTms": 2},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_write_of_any_point_of_the_group_starts_the_time_again(again: dict[str, Value]) -> None:
    bench = ModbusBench()
    bench.write({"704.WSetRvrtTms": 2})
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    for _ in range(4):
        bench.run(1_500)
        assert asked(bench) == ("programme", IMPORT_W, "active")
        assert bench.write(again) == 0
    bench.run(2_500)
    assert asked(bench)[2] == "expired"


def test_without_a_time_a_target_stays() -> None:
    bench = ModbusBench()
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    bench.run(60_000)
    assert asked(bench) == ("programme", IMPORT_W, "active")
    assert bench.read("704.WSetRvrtRem") == 0
    assert bench.read("target_left") == -1


def test_a_target_set_by_another_port_shows_and_can_be_taken_over() -> None:
    bench = ModbusBench()
    bench.connector.queue.put(COMMAND_SET_TARGET, OWNER_PROGRAMME, 1, -5_760, 100, 0, 0)
    bench.run(500)
    assert (bench.read("704.WSetEna"), bench.read("704.WSet")) == ("enabled", -5_760)
    assert bench.read("704.WSetPct") == -50
    assert 99 <= bench.number("704.WSetRvrtRem") <= 100
    bench.write({"704.WSetRvrtTms": 7})
    bench.run(500)
    assert asked(bench) == ("programme", -5_760, "active")
    assert 6 <= bench.number("704.WSetRvrtRem") <= 7


def test_a_target_of_a_silent_controller_stays_written_and_does_not_count() -> None:
    bench = ModbusBench()
    bench.write({"controller_timeout": 1})
    bench.write({"heartbeat": 1})
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    bench.run(2_000)
    assert asked(bench) == ("none", 0, "silent")
    assert (bench.read("704.WSetEna"), bench.read("704.WSet")) == ("enabled", IMPORT_W)
    bench.write({"heartbeat": 2})
    bench.run(500)
    assert asked(bench) == ("programme", IMPORT_W, "active")


def test_a_target_beyond_what_is_permitted_is_kept_and_said_to_wait() -> None:
    bench = ModbusBench()
    assert bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": EXPORT_W}) == 0
    bench.run(500)
    assert asked(bench) == ("programme", EXPORT_W, "active")
    assert bench.read("target_told") == 0
    waits = bench.read("export_waits")
    assert isinstance(waits, list)
    assert {"permission", "vehicle_link"} <= set(waits)


# --- the site's own target ---


def test_the_programme_comes_before_the_site_whose_target_waits_and_shows() -> None:
    bench = ModbusBench()
    bench.write({"site_target_enable": 1, "site_target": -2_000, "site_target_timeout": 4})
    bench.write({"704.WSetRvrtTms": 2})
    bench.write({"704.WSetEna": 1, "704.WSetMod": 1, "704.WSet": IMPORT_W})
    bench.run(500)
    assert asked(bench) == ("programme", IMPORT_W, "active")
    assert (bench.read("site_target_enable"), bench.read("site_target")) == ("enabled", -2_000)
    bench.run(2_000)
    assert asked(bench) == ("site", -2_000, "active")
    assert bench.read("site_target_left") == 2
    bench.run(2_000)
    assert asked(bench) == ("none", 0, "expired")
    assert (bench.read("site_target_enable"), bench.read("site_target")) == ("disabled", 0)


def test_the_owners_of_the_registers_are_those_of_the_targets() -> None:
    assert targets.OWNER_NAMES[targets.OWNER_PROGRAMME] == "programme"
    assert targets.OWNER_NAMES[targets.OWNER_SITE] == "site"


# --- what has ended by itself ---


class Keeper:
    """A controller that beats every 350 ms, beside whatever else it writes."""

    def __init__(self) -> None:
        self.bench = ModbusBench()
        self._beats = 0

    def run(self, ms: int) -> None:
        for _ in range(ms // 350):
            self._beats += 1
            assert self.bench.write({"heartbeat": self._beats}) == 0
            self.bench.run(350)


def test_beside_a_quick_heartbeat_a_target_that_is_over_reads_as_over() -> None:
    keeper = Keeper()
    bench = keeper.bench
    bench.write({"704.WSetRvrtTms": 3})
    bench.write({"704.WSet": 3_000})
    bench.write({"704.WSetEna": 1})
    keeper.run(1_400)
    assert bench.read("704.WSetRvrtRem") in (1, 2)
    keeper.run(4_200)
    assert (bench.read("704.WSetEna"), bench.read("704.WSet")) == ("disabled", 0)


@pytest.mark.parametrize("point", ["704.WSetRvrtTms", "704.WSetEna"])
@pytest.mark.parametrize("late_ms", range(-100, 600, 20))
def test_a_write_that_comes_too_late_brings_no_target_back(point: str, late_ms: int) -> None:
    bench = ModbusBench()
    bench.write({"704.WSetRvrtTms": 1})
    bench.write({"704.WSet": 3_000})
    bench.write({"704.WSetEna": 1})
    bench.run(1_000 + late_ms)
    was_over = not bench.connector.dispatch.targets.slots[0].enabled
    bench.write({point: 1 if point.endswith("Ena") else 30})
    bench.run(200)
    if was_over:
        assert not bench.connector.dispatch.targets.slots[0].enabled


def test_a_site_limit_that_is_over_does_not_come_back_with_its_time() -> None:
    bench = ModbusBench()
    bench.write({"site_limit_timeout": 1})
    bench.write({"site_import_limit": 32})
    bench.run(1_200)
    bench.write({"site_limit_timeout": 30})
    bench.run(200)
    assert bench.connector.status.import_limit_ma == 48_000


# --- a largest power that has just been written ---


@pytest.mark.parametrize("ticks", range(4))
def test_percentages_are_of_the_largest_power_that_reads_in_its_register(ticks: int) -> None:
    bench = ModbusBench()
    bench.write({"702.WMax": 5_000})
    bench.run(10 * ticks)
    assert bench.write({"704.WMaxLimPctEna": 1, "704.WMaxLimPct": 50}) == 0
    bench.run(500)
    slot = bench.connector.limits.slots[limits.OWNER_PROGRAMME]
    assert 10_400 <= slot.export_ma <= 10_417  # 2,500 W at 240 V


def test_both_names_of_a_setting_read_alike_in_the_next_read() -> None:
    bench = ModbusBench()
    bench.write({"702.WMax": 9_000})
    assert bench.read("702.WDisChaRteMax") == 9_000
    bench.write({"702.WDisChaRteMax": 7_000})
    assert bench.read("702.WMax") == 7_000
