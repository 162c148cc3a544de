"""Vehicle and connector under the grid code together: who acts, who backs up, who is found out.

The simulated inverter has its settings from the connector's own link and performs them; the
connector supervises it by its meter.
"""

import pytest

from tests.lockstep.exporting import Exporting, exporting_site
from tests.lockstep.playing import MICROPYTHON
from wattback.grid.support import CONSTANT_PF, CONSTANT_VAR, VOLT_VAR, WATT_VAR
from wattback_sim.parameters import Value

WANTED_W = 5_000
RATING_W = 11_500
ROCOF_HZ_PER_S = 2.5
STIFF: dict[str, Value] = {"grid.leg_ohm": 0.0}
# An inverter whose own voltage ends nothing.
WIDE: dict[str, Value] = STIFF | {"inverter.low_v": 0.0, "inverter.high_v": 400.0}


def export(site: Exporting) -> None:
    site.write(WSet=WANTED_W, WSetEna=1)
    site.until_exports(WANTED_W)


def ramp_frequency(site: Exporting, hz: float) -> None:
    over_s = abs(hz - site.get("grid.frequency_hz")) / ROCOF_HZ_PER_S
    site.set("grid.frequency_hz", hz, over_s)
    site.run(over_s)


@pytest.mark.covers("6.2 must-trip")
@pytest.mark.parametrize(("pu", "row", "after_s"), [(1.22, "OV2", 0.16), (0.87, "UV1", 21.0)])
@pytest.mark.parametrize(("ahead_s", "acted"), [(0.07, "vehicle"), (-5.0, "connector")])
def test_the_vehicle_trips_first_and_the_connector_when_it_is_late(
    pu: float, row: str, after_s: float, ahead_s: float, acted: str
) -> None:
    initial = WIDE | {"grid_code.ahead_s": ahead_s, "grid_code.ceases": False}
    with exporting_site(MICROPYTHON, initial) as site:
        export(site)
        site.set("grid.voltage_pu", pu)
        seconds = site.until_is("world.contacts_closed", 0, after_s + 0.5)
        assert after_s - 0.09 <= seconds <= after_s + 0.02
        assert site.causes() == ("must_trip",)
        site.run(1.0)
        assert (site.modbus("TripRow"), site.modbus("TripActed")) == (row, acted)


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("hz", [59.3, 60.5, 61.0])
def test_droop_moves_the_export_as_the_hand_calculation_says_and_nobody_minds(hz: float) -> None:
    with exporting_site(MICROPYTHON, STIFF) as site:
        export(site)
        ramp_frequency(site, hz)
        site.run(60.0)
        beyond_hz = abs(hz - 60.0) - 0.036
        expected_w = WANTED_W + (RATING_W if hz < 60 else -RATING_W) * beyond_hz / (60.0 * 0.05)
        assert site.get("power_w") == pytest.approx(expected_w, abs=80)
        assert site.modbus("VehicleRefusal") == "none"
        assert site.causes() == ()


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize("pu", [0.94, 1.05])
def test_volt_var_is_performed_by_the_vehicle_and_seen_by_the_meter(pu: float) -> None:
    with exporting_site(MICROPYTHON, STIFF, {"reactive_function": VOLT_VAR}) as site:
        export(site)
        site.set("grid.voltage_pu", pu)
        site.run(60.0)
        share = (0.98 - pu) / 0.06 * 0.44 if pu < 1.0 else -(pu - 1.02) / 0.06 * 0.44
        expected_var = share * RATING_W + 0.02 * WANTED_W
        assert site.get("reactive_var") == pytest.approx(expected_var, abs=150)
        assert site.modbus("VehicleRefusal") == "none"
        assert site.causes() == ()


# Good vehicles at sites whose responses, limits and supplies are not the usual ones.
SETTLED = [
    pytest.param({"droop_response_ms": 10_000}, {}, 1.0, id="slow droop"),
    pytest.param({"droop_response_ms": 1_000}, {}, 1.0, id="quick droop"),
    pytest.param(
        {"reactive_function": VOLT_VAR, "volt_var_response_ms": 90_000}, {}, 1.04, id="slow var"
    ),
    pytest.param(
        {"reactive_function": VOLT_VAR, "volt_var_response_ms": 1_000}, {}, 0.95, id="quick var"
    ),
    pytest.param(
        {
            "reactive_function": VOLT_VAR,
            "volt_var_reference_follows": 1,
            "volt_var_reference_s": 300,
        },
        {},
        1.045,
        id="reference that follows",
    ),
    pytest.param(
        {"reactive_function": CONSTANT_PF, "constant_pf_bp": 9_000, "constant_pf_absorbs": 1},
        {},
        1.0,
        id="power factor",
    ),
    pytest.param({"reactive_function": WATT_VAR}, {"inverter.discharge_kw": 6.0}, 1.0, id="watt"),
    pytest.param(
        {"reactive_function": CONSTANT_VAR, "constant_var_bp": 4_400, "breaker_ma": 30_000},
        {},
        1.0,
        id="breaker for less than its rating",
    ),
    pytest.param(
        {"reactive_function": CONSTANT_VAR, "constant_var_bp": -4_400},
        {"inverter.discharge_kw": 0.5},
        1.0,
        id="small inverter",
    ),
]


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(("settings", "initial", "pu"), SETTLED)
def test_nobody_minds_a_vehicle_that_does_what_it_is_told(
    settings: dict[str, int], initial: dict[str, Value], pu: float
) -> None:
    initial = STIFF | {"grid.voltage_pu": pu} | initial
    with exporting_site(MICROPYTHON, initial, settings) as site:
        site.write(WSet=WANTED_W, WSetEna=1)
        site.until("power_w", lambda w: bool(w > 300), 60.0)
        site.run(60.0)
        site.set("grid.voltage_pu", 2.0 - pu)  # the other side of the curve
        ramp_frequency(site, 59.4)  # and a droop
        site.run(60.0)
        site.set("grid.voltage_pu", pu)
        ramp_frequency(site, 60.0)  # back
        site.run(60.0)
        ramp_frequency(site, 60.4)
        site.run(40.0)
        ramp_frequency(site, 60.0)
        site.run(40.0)
        assert site.get("power_w") > 300
        assert site.modbus("VehicleRefusal") == "none"
        assert site.causes() == ()


@pytest.mark.covers("6.5 functions")
def test_the_return_from_a_deep_under_frequency_is_no_excess() -> None:
    with exporting_site(MICROPYTHON, STIFF) as site:
        export(site)
        ramp_frequency(site, 59.0)
        site.run(20.0)
        assert site.get("power_w") > WANTED_W + 3_000
        ramp_frequency(site, 60.0)
        site.run(20.0)
        assert site.get("power_w") == pytest.approx(WANTED_W, abs=80)
        assert site.causes() == ()


@pytest.mark.parametrize(
    "settings",
    [
        {"limit_watt_enabled": 1, "limit_watt_bp": 0},
        {"reactive_function": CONSTANT_VAR, "constant_var_bp": 4_400, "breaker_ma": 15_000},
    ],
    ids=["limit of nothing", "reactive power fills the breaker"],
)
def test_where_nothing_is_left_for_an_export_a_limit_is_the_reason(
    settings: dict[str, int],
) -> None:
    with exporting_site(MICROPYTHON, STIFF, settings) as site:
        site.write(WSet=WANTED_W, WSetEna=1)
        site.run(180.0)  # a limit comes with a response of 30 s
        assert "limit" in site.waits()
        assert site.get("power_w") < 300
        assert site.causes() == ()


@pytest.mark.covers("6.5 functions")
def test_reactive_power_of_the_wrong_sign_ends_the_admission() -> None:
    settings = {"reactive_function": CONSTANT_VAR, "constant_var_bp": 3_000}
    with exporting_site(MICROPYTHON, STIFF | {"grid_code.inverted": True}, settings) as site:
        export(site)
        assert site.modbus("VehicleRefusal") == "none"
        seconds = site.until("power_w", lambda w: bool(w < 300), 30.0)
        assert seconds > 10.0
        assert site.modbus("VehicleRefusal") == "reactive_power"
        assert "certification" in site.waits()


@pytest.mark.covers("6.3 momentary cessation")
@pytest.mark.parametrize("ceases", [True, False])
def test_a_dip_is_ridden_through_by_who_ceases_and_ends_the_admission_of_who_feeds(
    ceases: bool,
) -> None:
    initial = WIDE | {"grid_code.ceases": ceases}
    with exporting_site(MICROPYTHON, initial, {"trip_uv2_ms": 21_000}) as site:
        export(site)
        site.write(WSet=1_500)
        site.until_exports(1_500)
        site.set("grid.voltage_pu", 0.4)
        site.run(1.9)
        site.set("grid.voltage_pu", 1.0)
        site.run(3.0)
        assert site.modbus("VehicleRefusal") == ("none" if ceases else "cessation")
        if ceases:
            site.until_exports(1_500, 1.0)


@pytest.mark.covers("6.3 momentary cessation")
@pytest.mark.parametrize(("returns", "refusal"), [(True, "none"), (False, "not_restored")])
def test_who_stays_away_after_a_dip_loses_its_admission_and_who_returns_does_not(
    returns: bool, refusal: str
) -> None:
    with exporting_site(MICROPYTHON, WIDE | {"grid_code.returns": returns}) as site:
        export(site)
        site.set("grid.voltage_pu", 0.4)
        site.run(0.9)
        assert site.get("power_w") < 300
        site.set("grid.voltage_pu", 1.0)
        site.run(9.0)
        assert site.modbus("VehicleRefusal") == refusal
        assert site.get("power_w") == pytest.approx(WANTED_W if returns else 0, abs=150)
        assert "must_trip" not in site.causes()
