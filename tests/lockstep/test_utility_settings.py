"""A utility's client sets the grid code over Modbus while a vehicle exports: the connector follows
at once, the vehicle acknowledges, and who may not set anything sets nothing.
"""

import pytest

from tests.lockstep.exporting import Exporting, exporting_site, on_both
from tests.lockstep.playing import CPYTHON, MICROPYTHON
from wattback_hil.modbus import ModbusRefusedError
from wattback_sim.parameters import Value

WANTED_W = 5_000
MAY_SET = {"utility_may_set": 1}
STIFF: dict[str, Value] = {"grid.leg_ohm": 0.0}
WIDE: dict[str, Value] = STIFF | {"inverter.low_v": 0.0, "inverter.high_v": 400.0}


def export(site: Exporting) -> None:
    site.write(WSet=WANTED_W, WSetEna=1)
    site.until_exports(WANTED_W)


def point(site: Exporting, name: str, value: float | str) -> None:
    site.write_point(name, value)


def test_a_must_trip_that_is_set_is_kept_by_both_and_the_export_goes_on_meanwhile() -> None:
    def script(site: Exporting) -> None:
        export(site)
        began_s = site.now_s
        version = site.modbus("SettingsVersion")
        point(site, "710.Crv[2].MustTrip.Pt[2].Hz", 61.8)
        point(site, "710.AdptCrvReq", 2)
        assert site.modbus("710.AdptCrvRslt") == "completed"
        assert site.modbus("710.Crv[1].MustTrip.Pt[2].Hz") == pytest.approx(61.8)
        site.run(2.0)
        assert site.modbus("SettingsVersion") != version
        assert site.modbus("VehicleLink") == "authorised"
        assert min(site.numbers("target_w", began_s)) == WANTED_W
        told = site.site.world.vehicle.evcc.site
        assert told is not None
        assert {row.name: row.bound for row in told.must_trips}["OF2"] == pytest.approx(61.8)
        site.set("grid.frequency_hz", 61.9)
        assert site.until_is("world.contacts_closed", 0, 0.5) <= 0.18
        assert site.causes() == ("must_trip",)

    on_both(script, WIDE | {"grid_code.ahead_s": -5.0, "grid_code.ceases": False}, MAY_SET)


@pytest.mark.parametrize("lasts_ms", [1_000, 5_000])
def test_a_vehicle_that_does_not_acknowledge_in_time_is_authorised_no_more(lasts_ms: int) -> None:
    settings = MAY_SET | {"acknowledge_ms": lasts_ms}
    with exporting_site(MICROPYTHON, STIFF, settings) as site:
        export(site)
        site.set("link.acknowledges", False)
        point(site, "703.ESDlyTms", 20)
        seconds = site.until_is("target_w", 0, lasts_ms / 1000 + 1)
        assert lasts_ms / 1000 - 0.5 <= seconds <= lasts_ms / 1000 + 0.3
        site.run(3.0)
        assert "settings" in site.waits()
        assert site.get("power_w") < 100
        site.set("link.acknowledges", True)
        site.until_exports(WANTED_W)


def test_permission_to_serve_withdrawn_ceases_in_its_time() -> None:
    def script(site: Exporting) -> None:
        export(site)
        began_s = site.now_s
        point(site, "703.ES", "disabled")
        site.run(3.0)
        assert site.ceased_s(began_s) <= 2.0
        assert "permission" in site.waits()
        point(site, "703.ES", "enabled")
        site.until_exports(WANTED_W)

    on_both(script, STIFF, MAY_SET)


def test_volt_var_is_switched_on_and_performed() -> None:
    with exporting_site(MICROPYTHON, STIFF, MAY_SET) as site:
        export(site)
        point(site, "705.Ena", "enabled")
        site.set("grid.voltage_pu", 0.94)
        site.run(40.0)
        expected_var = 0.44 * 11_500 * (0.98 - 0.94) / (0.98 - 0.92)
        assert site.get("reactive_var") == pytest.approx(expected_var, abs=200)
        assert site.modbus("VehicleRefusal") == "none"
        point(site, "705.Ena", "disabled")
        site.run(20.0)
        assert site.get("reactive_var") == pytest.approx(0, abs=250)  # the share of an inverter


def test_a_vehicle_that_cannot_have_what_was_set_is_refused() -> None:
    initial: dict[str, Value] = STIFF | {"link.abnormal_category": 2}
    settings = MAY_SET | {"abnormal_category": 2, "trip_uv1_ms": 21_000, "trip_uv2_ms": 2_000}
    settings |= {"droop_over_bp": 300, "droop_under_bp": 300}
    with exporting_site(MICROPYTHON, initial, settings) as site:
        export(site)
        point(site, "711.Ctl[2].KOf", 2.0)
        point(site, "711.AdptCtlReq", 2)
        assert site.modbus("711.AdptCtlRslt") == "failed"
        assert site.modbus("LastRefusal") == "not_allowed"
        site.run(1.0)
        assert site.get("power_w") == pytest.approx(WANTED_W, abs=150)


def test_without_the_permission_nothing_is_set_and_nothing_disturbed() -> None:
    with exporting_site(MICROPYTHON, STIFF) as site:
        export(site)
        version = site.modbus("SettingsVersion")
        with pytest.raises(ModbusRefusedError):
            point(site, "703.ES", "disabled")
        assert site.modbus("LastRefusal") == "not_permitted"
        point(site, "707.AdptCrvReq", 2)
        assert site.modbus("707.AdptCrvRslt") == "failed"
        site.run(2.0)
        assert site.modbus("SettingsVersion") == version
        assert site.get("power_w") == pytest.approx(WANTED_W, abs=150)


def test_a_power_cut_brings_back_what_the_installer_has_stored() -> None:
    with exporting_site(CPYTHON, STIFF, MAY_SET) as site:
        point(site, "703.ESDlyTms", 60)
        assert site.site.ledger.setting("enter_service_delay_s") == 60
        assert site.site.board.settings_in_force()["enter_service_delay_s"] == 60
        site.act("connector.cut_power")
        site.run(1.0)
        site.act("connector.restore_power")
        site.run(2.0)
        assert site.site.board.settings_in_force()["enter_service_delay_s"] == 1
