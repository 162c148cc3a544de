"""Registers that no field holds as it is: voltages, powers, states, alarms, ratings, storage."""

import itertools

import pytest

from tests.unit.modbus_bench import StillBench
from wattback import session
from wattback.fault_table import FAULTS
from wattback.modbus.derived import DERIVED, power_factor
from wattback.session import STATE_NAMES
from wattback.signals import Report, Status
from wattback_tools.registers.plan import make_plan


def test_every_derived_value_has_a_point() -> None:
    assert {row.field for row in make_plan().rows if row.record == "derived"} == {
        f.__name__ for f in DERIVED
    }


def test_voltages_are_those_of_the_legs() -> None:
    bench = StillBench()
    bench.connector.status.voltage_l1_mv = 121_000
    bench.connector.status.voltage_l2_mv = 119_500
    bench.renew()
    assert bench.read("701.VL1") == 121.0
    assert bench.read("701.VL2") == 119.5
    assert bench.read("701.LLV") == bench.read("701.VL1L2") == 240.5
    assert bench.read("701.LNV") == 120.2


@pytest.mark.parametrize("w", [0, 1, -1, 240, -7_680, 9_600, -19_200, 22_999])
@pytest.mark.parametrize("var", [0, 1, -1, 500, -4_400, 19_200])
def test_apparent_power_and_power_factor_follow_from_w_and_var(w: int, var: int) -> None:
    bench = StillBench()
    bench.connector.status.power_w = w
    bench.connector.status.reactive_var = var
    bench.renew()
    exact = (w * w + var * var) ** 0.5
    va = bench.number("701.VA")
    assert exact - 1 < va <= exact
    factor = bench.number("701.PF")
    assert -1 <= factor <= 1
    if exact == 0:
        assert factor == 1
    elif abs(w) > 100:
        assert factor == pytest.approx(w / exact, abs=0.011)


@pytest.mark.parametrize("w", [23_001, 200_000, 1_100_000, -5_000_000, (1 << 29) - 1])
def test_a_power_factor_beyond_every_rating_is_near_enough_and_a_small_integer(w: int) -> None:
    bench = StillBench()
    status, report, settings = Status(), Report(), bench.connector.settings
    status.power_w = w
    for var in (0, w // 2, -w):
        status.reactive_var = var
        factor = power_factor(status, report, settings)
        assert factor == pytest.approx(1000 * w / (w * w + var * var) ** 0.5, rel=0.07)


def test_apparent_power_beyond_every_rating_is_near_enough() -> None:
    bench = StillBench()
    for w, var in itertools.product((23_001, 25_000, 30_000), (0, 5_000, 12_000, 18_000)):
        bench.connector.status.power_w = w
        bench.connector.status.reactive_var = -var
        bench.renew()
        exact = (w * w + var * var) ** 0.5
        assert bench.read("701.VA") == pytest.approx(min(exact, 0x7FFF), rel=0.06)


@pytest.mark.parametrize("state", STATE_NAMES)
@pytest.mark.parametrize("confirmed", [0, 1])
def test_the_operating_state_is_on_while_energy_may_flow(state: str, confirmed: int) -> None:
    bench = StillBench()
    bench.connector.status.session_state = STATE_NAMES.index(state)
    bench.connector.status.contactor_confirmed = confirmed
    bench.renew()
    closed = state in ("charging", "discharging", "stopping")
    assert bench.read("701.St") == ("on" if closed and confirmed else "off")
    assert bench.read("701.ConnSt") == ("connected" if confirmed else "disconnected")


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (session.BOOT, "starting"),
        (session.IDLE, "off"),
        (session.WAITING, "standby"),
        (session.OFFERED, "standby"),
        (session.CHARGING, "running"),
        (session.DISCHARGING, "running"),
        (session.STOPPING, "shutting_down"),
        (session.FAULT, "fault"),
    ],
)
def test_the_state_of_a_visit_is_told_in_the_words_of_model_701(state: int, shown: str) -> None:
    bench = StillBench()
    bench.connector.status.session_state = state
    bench.renew()
    assert bench.read("701.InvSt") == shown


@pytest.mark.parametrize("index", range(len(FAULTS)), ids=[row[0] for row in FAULTS])
def test_every_fault_is_an_alarm(index: int) -> None:
    bench = StillBench()
    bench.connector.status.faults = 1 << index
    bench.renew()
    words = {
        "ground_fault": "ground_fault",
        "ground_fault_self_test": "hw_test_failure",
        "supply_out_of_window": "grid_disconnect",
        "settings_invalid": "memory_loss",
        "emergency_stop": "manual_shutdown",
        "disconnect_open": "ac_disconnect",
        "ground_fault_early": "ground_fault",
        "ground_fault_latch": "ground_fault",
        "open_neutral": "grid_disconnect",
        "board_overheated": "over_temp",
        "terminal_overheated": "over_temp",
        "handle_overheated": "over_temp",
    }
    assert bench.read("701.Alrm") == [words.get(FAULTS[index][0], "manufacturer_alrm")]
    assert bench.read("faults") == [FAULTS[index][0]]


def test_several_faults_are_several_alarms() -> None:
    bench = StillBench()
    bench.connector.status.faults = (1 << len(FAULTS)) - 1
    bench.renew()
    alarms = bench.read("701.Alrm")
    assert isinstance(alarms, list)
    assert len(alarms) == 8


def test_the_ratings_are_those_of_the_settings() -> None:
    bench = StillBench()
    bench.connector.settings.hardware_limit_ma = 40_000
    bench.connector.settings.nominal_line_mv = 208_000
    bench.renew()
    for name in ("WMaxRtg", "VAMaxRtg", "WChaRteMaxRtg"):
        assert bench.read(f"702.{name}") == 8_320
    for name in ("WOvrExtRtg", "WUndExtRtg"):
        assert bench.read(f"702.{name}") == 8_320 // 100 * 90
    for name in ("VarMaxInjRtg", "VarMaxAbsRtg"):
        assert bench.read(f"702.{name}") == 8_320 // 100 * 44
    assert bench.read("702.NorOpCatRtg") == "cat_b"
    assert bench.read("702.AMaxRtg") == 40.0
    assert bench.read("702.VNomRtg") == 208.0
    assert bench.read("702.AbnOpCatRtg") == "cat_3"
    assert bench.read("702.WOvrExtRtgPF") == 0.9


def test_the_largest_powers_are_at_most_the_ratings() -> None:
    bench = StillBench()
    for setting, point in (("export_max_w", "702.WMax"), ("import_max_w", "702.WChaRteMax")):
        setattr(bench.connector.settings, setting, 19_200)
        bench.renew()
        assert bench.read(point) == 11_520
        setattr(bench.connector.settings, setting, 5_000)
        bench.renew()
        assert bench.read(point) == 5_000
    assert bench.read("702.WDisChaRteMax") == 5_000


def test_the_storage_is_told_while_a_vehicle_tells_it() -> None:
    bench = StillBench()
    bench.connector.report.soc_bp = -1
    bench.renew()
    assert (bench.read("713.SoC"), bench.read("713.Sta")) == (None, None)
    bench.connector.report.soc_bp = 8_042
    bench.renew()
    assert (bench.read("713.SoC"), bench.read("713.Sta")) == (80.42, "ok")
    assert bench.read("713.WHRtg") is None
