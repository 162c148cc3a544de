"""The other wishes that are about unit and world: contacts, links, limits, directions, counts."""

from itertools import pairwise

import pytest

from tests.lockstep.cases import EAGER
from tests.lockstep.exporting import Exporting
from tests.lockstep.known_hazards.cases import (
    BASIC,
    Hazard,
    all_of,
    between,
    opens_unloaded,
    over_wires,
    played,
)
from tests.lockstep.playing import Run
from wattback.signals import OPENING_NAMES
from wattback_hil.console import Console
from wattback_hil.console.answers import Vitals
from wattback_hil.console.ports import SerialPort
from wattback_hil.modbus import ModbusRefusedError

# --- contacts ---


def _rests(run: Run) -> None:
    """Between an opening and the next closing there are 5 s, whoever flaps."""
    assert len(run.contacts) >= 3, run.report()
    for before, after in pairwise(run.contacts):
        assert not after.closed or after.t_ms - before.t_ms >= 5000.0, run.report()


def _flapping(count: int) -> str:
    rows = (
        f'{{ t_s = {7.0 + n}, do = "site.set_limit", import_a = {-1 if n % 2 else 0} }}'
        for n in range(count)
    )
    return f"duration_s = 24\nat = [{', '.join(rows)}]\n"


# --- links ---

_GAP = """
duration_s = 16
at = [
    { t_s = 0.5, do = "modbus.write", point = "controller_timeout", value = 3 },
    { t_s = 0.7, do = "modbus.write", point = "site_import_limit", value = 32 },
    { t_s = 1.0, do = "controller.start_heartbeat", every_s = 0.5 },
    { t_s = 9.0, do = "controller.stop_heartbeat" },
    { t_s = 11.0, do = "controller.start_heartbeat", every_s = 0.5 },
]
expect = [{ t_s = 15.9, column = "offered_ma", is = 32000 }]
connector.site_failsafe_import_ma = 10000
"""


def _never_less(run: Run) -> None:
    assert between(run, 9.0, 16.0, "offered_ma") == {"32000"}, run.report()


def _obeyed_at_once_while_silent(site: Exporting) -> None:
    site.write(controller_timeout=2, site_import_limit=32, heartbeat=1)
    site.until_is("session_state", "charging", 12.0)
    site.until_is("offered_ma", 10_000, 8.0)
    assert site.modbus("controller_state") == "silent"
    assert site.modbus("import_limit_owner") == "site"
    site.run(3.0)
    site.write(site_import_limit=20, heartbeat=2)
    site.until_is("import_limit_ma", 20_000, 0.5)
    site.run(0.5)
    assert site.modbus("controller_state") == "present"
    site.until_is("offered_ma", 20_000, 6.0)
    site.until("world.current_a", lambda a: bool(-20.5 < a < -19.0), 6.0)
    assert site.causes() == ()


# --- commanded and actual ---


def _told_with_its_owner(site: Exporting) -> None:
    """Tenths of amps; the smallest counts, on both wires, with whose it is."""
    site.until_is("session_state", "charging", 12.0)
    _effective(site, 16.0, "breaker")
    site.write(site_import_limit=13.7)
    _effective(site, 13.7, "site")
    site.act("driver.set_limit", import_a=9.3)
    _effective(site, 9.3, "driver")
    site.act("driver.set_limit", import_a=5.9)
    site.until_is("contactor_confirmed", 0, 5.0)
    site.run(0.5)
    assert site.modbus("import_limit") == 5.9 and site.modbus("offered_current") == 0.0
    assert "limit" in site.modbus("waiting_for") and site.why().waiting_for["limit"]
    assert site.modbus("import_limit_owner") == "driver"


def _effective(site: Exporting, limit_a: float, owner: str) -> None:
    site.run(6.0)
    assert site.modbus("import_limit") == limit_a == site.modbus("offered_current")
    assert site.modbus("import_limit_owner") == owner == site.why().import_limit_owner
    assert site.why().import_limit_ma == round(limit_a * 1000)
    assert limit_a - 0.5 < -site.get("world.current_a") <= limit_a + 0.05


# --- both directions ---


def _signs(site: Exporting) -> None:
    """Negative into the vehicle, positive out of it, on every wire and in the world."""
    site.until_is("session_state", "charging", 12.0)
    site.until("world.power_w", lambda w: bool(w < -9_000), 10.0)
    site.run(0.5)
    assert site.modbus("701.W") < -8_000 and site.get("power_w") < -8_000
    taken, given = site.modbus("import_energy"), site.modbus("export_energy")
    site.write(WSet=4_000, WSetEna=1)
    site.until_exports(4_000)
    site.run(6.0)
    assert site.get("world.power_w") > 3_800
    assert site.modbus("701.W") > 3_800 and site.why().target_w == 4_000
    assert site.modbus("export_energy") > given and site.modbus("import_energy") >= taken
    site.write(site_export_limit=0)
    site.until("world.power_w", lambda w: bool(w < 100), 10.0)
    assert site.modbus("import_limit") == 48.0, "the other direction is not limited"
    assert site.modbus("export_limit_owner") == "site"


def _refused_with_a_reason(site: Exporting) -> None:
    """A value beyond the rating is refused, not clamped; a set-point without its enable asks for
    nothing."""
    site.until_is("session_state", "charging", 12.0)
    site.write(WSet=4_000)
    site.run(4.0)
    assert site.get("world.power_w") < 0 and "target" in site.waits()
    with pytest.raises(ModbusRefusedError):
        site.write(WSet=30_000)
    assert site.modbus("last_refusal") != "none" and site.modbus("704.WSet") == 4_000
    with pytest.raises(ModbusRefusedError):
        site.write(site_import_limit=-5)
    site.run(1.0)
    assert site.get("world.power_w") < 0 and site.modbus("site_import_limit") == -1


# --- the contactor's history ---


def _counted(site: Exporting) -> None:
    """A cold opening, then a hot one; both wires tell the same counts."""
    site.until_is("session_state", "charging", 12.0)
    site.run(3.0)
    _counts(site, 1, 0)
    site.act("site.set_limit", import_a=0)
    site.until_is("world.contacts_closed", 0, 5.0)
    _counts(site, 1, 0)
    site.act("site.set_limit", import_a=-1)
    site.until_is("session_state", "charging", 12.0)
    site.run(3.0)
    site.act("vehicle.open_s2")
    site.until_is("world.contacts_closed", 0, 0.1)
    _counts(site, 2, 1)
    assert site.modbus("open_cause") == "s2_opened" == site.why().open_cause
    told = _vitals()
    for name in OPENING_NAMES:
        count = 1 if name in ("planned_cold", "s2_opened_hot") else 0
        assert getattr(told, name) == count, name
        if not name.startswith("island_"):  # the console alone tells those
            assert site.modbus(name) == count, name


def _vitals() -> Vitals:
    port = SerialPort("sim://exporting?channel=console")
    told = Console(port).vitals()
    port.close()
    return told


def _counts(site: Exporting, closings: int, hot: int) -> None:
    site.run(1.0)
    assert (site.modbus("closings"), site.modbus("hot_openings")) == (closings, hot)
    told = _vitals()
    assert (told.closings, told.hot_openings) == (closings, hot)
    edges = pairwise(site.column("contactor_commanded"))
    assert sum(edge == ("0", "1") for edge in edges) == closings


_QUICK = BASIC | {"vehicle.ramp_a_per_s": 100.0}
HAZARDS: dict[str, Hazard] = {
    "never_opens_loaded_never_chatters": Hazard(
        "openevse_esp32#390,#1209; OpenEVSE_PLUS#21; lincomatic#102,#168,#178; open_evse#51; "
        "SmartEVSE-3#26,#141; dingo35#40,#41; warp-charger#3,#4; esp32-evse#173",
        {
            "a limit that flaps": played(
                3, "planned planned", "", _flapping(8), all_of(_rests, opens_unloaded), EAGER
            )
        },
    ),
    "link_loss_safe_and_healing": Hazard(
        "evcc#13953,#14279,#5936,#11581,#25545,#3081,#31729; openevse_esp32#953,#540,#1100,#69; "
        "lbbrhzn/ocpp#492; SimpleEVSE-WiFi#19; go-eCharger-API-v2#10,#212; lincomatic#154",
        {
            "healed in time": played(1, "", "", _GAP, _never_less),
            "obeyed at once on its return": over_wires(
                _obeyed_at_once_while_silent, _QUICK, {"site_failsafe_import_ma": 10_000}
            ),
        },
    ),
    "commanded_is_actual_or_says_why": Hazard(
        "evcc, its list of current mismatches",
        {
            "limits of three owners": over_wires(
                _told_with_its_owner, _QUICK, {"breaker_ma": 20_000}
            )
        },
    ),
    "two_directions_without_doubt": Hazard(
        "Growatt#306; marstek#199; Sigenergy#368; HA#83518; evcc#33851,#29150,#22401; "
        "iso15118#256; openevse_esp32#451",
        {
            "signs on every wire": over_wires(_signs),
            "refused with a reason": over_wires(_refused_with_a_reason),
        },
    ),
    "contact_health_told": Hazard(
        "openevse_esp32#1209,#1127", {"cold and hot openings": over_wires(_counted, _QUICK)}
    ),
}
