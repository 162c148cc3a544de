"""Exports that are refused: nothing flows, the reason is the same on Modbus and in `why`, and once
it is gone the export begins without anybody's help.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.lockstep.exporting import NOTHING_W, Exporting, on_both
from wattback_hil.modbus import ModbusRefusedError
from wattback_sim.parameters import Value

WANTED_W = 4_000


@dataclass(frozen=True)
class Refusal:
    """reason: as `export_waits` names it. also: registers that say more. happens: once the vehicle
    charges, before anybody asks. heals: what makes it go away; None: nothing does in this visit.
    """

    reason: str
    also: dict[str, object] = field(default_factory=dict)
    initial: dict[str, Value] = field(default_factory=dict)
    settings: dict[str, int] = field(default_factory=dict)
    happens: Callable[[Exporting], None] = lambda site: None
    heals: Callable[[Exporting], None] | None = None


def set_link(name: str, value: object) -> Callable[[Exporting], None]:
    """The vehicle says something else from now on, and sets up anew."""

    def heal(site: Exporting) -> None:
        site.set(name, value)
        site.act("vehicle.unplug")
        site.run(1.0)
        site.act("vehicle.plug_in")

    return heal


def lapse(site: Exporting) -> None:
    site.break_part("vehicle_link", "open", 30.0)
    site.run(2.0)


REFUSALS = {
    "a vehicle that is not certified": Refusal(
        "certification",
        {"vehicle_link": "refused", "vehicle_refusal": "certification"},
        {"link.certified": False},
        heals=set_link("link.certified", True),
    ),
    "a vehicle of too low a category": Refusal(
        "certification",
        {"vehicle_refusal": "category"},
        {"link.abnormal_category": 1},
        heals=set_link("link.abnormal_category", 3),
    ),
    "a vehicle that can only charge": Refusal(
        "certification",
        {"vehicle_refusal": "charge_only", "vehicle_discharge_max": 0},
        {"inverter.discharge_kw": 0.0},
    ),
    "a vehicle that does not take over the site's settings": Refusal(
        "settings",
        {"vehicle_link": "accepted"},
        {"link.acknowledges": False},
        heals=set_link("link.acknowledges", True),
    ),
    "a vehicle with basic signalling": Refusal(
        "vehicle_link",
        {"vehicle_link": "none"},
        {"link.on": False},
        heals=lambda site: site.set("link.on", True),
    ),
    "a site without the utility's permission": Refusal(
        "permission", {"in_service": "yes"}, settings={"export_permitted": 0}
    ),
    "a site whose owner has switched it off": Refusal(
        "permission",
        {"export_enable": "disabled"},
        happens=lambda site: site.write(export_enable=0),
        heals=lambda site: site.write(export_enable=1),
    ),
    "a link that has lapsed": Refusal(
        "vehicle_link",
        {"vehicle_link": "lapsed"},
        happens=lapse,
        heals=lambda site: site.run(30.0),
    ),
    "a limit of the site": Refusal(
        "limit",
        {"export_limit": 0.0, "export_limit_owner": "site", "export_power": 0},
        happens=lambda site: site.write(site_export_limit=0),
        heals=lambda site: site.write(site_export_limit=-1),
    ),
    "a battery at its reserve": Refusal(
        "reserve",
        {"reserve_now": 70.0},
        happens=lambda site: site.write(reserve=70),
        heals=lambda site: site.write(reserve=20),
    ),
    "a day whose limit is used up": Refusal(
        "day_limit",
        {"export_day_limit": 0},
        happens=lambda site: site.write(export_day_limit=0),
        heals=lambda site: site.write(export_day_limit=1_000),
    ),
    "a grid that has not been good for long enough": Refusal(
        "service",
        {"in_service": "no"},
        settings={"enter_service_delay_s": 40},
        heals=lambda site: site.run(30.0),
    ),
}


@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS.keys())
def test_nothing_is_exported_and_the_reason_is_told(case: Refusal) -> None:
    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 15.0)
        site.run(2.0)
        case.happens(site)
        site.run(0.5)
        site.write(WSet=WANTED_W, WSetEna=1)
        site.run(4.0)
        # A vehicle that hears no target may not even stay connected, when it is not to charge.
        assert [name for name in site.waits() if name != "contactor"] == [case.reason]
        for name, value in case.also.items():
            assert site.modbus(name) == value, name
        assert site.modbus("target_asked") == WANTED_W
        assert site.modbus("target_told") <= 0
        assert max(site.numbers("power_w")) < NOTHING_W
        assert "discharging" not in site.column("session_state")
        if case.heals is not None:
            case.heals(site)
            site.until_exports(WANTED_W, 30.0)
            assert site.waits() == []
        assert set(site.column("faults")) == {""}

    on_both(script, case.initial, case.settings)


def test_a_target_beyond_the_sites_limit_is_followed_up_to_the_limit() -> None:
    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 15.0)
        site.write(site_export_limit=10)
        site.write(WSet=9_000, WSetEna=1)
        limited_w = 10 * site.get("world.voltage_v")
        site.until_exports(round(limited_w))
        assert site.waits() == []
        assert (site.modbus("export_limit"), site.modbus("export_limit_owner")) == (10.0, "site")
        assert site.modbus("target_asked") == 9_000
        assert site.modbus("target_told") == site.modbus("export_power")
        assert site.why().export_limit_owner == "site"
        site.run(5.0)
        assert max(site.numbers("current_ma")) < 10_500
        site.write(site_export_limit=-1)
        site.until_exports(9_000)

    on_both(script)


def test_a_target_beyond_the_rating_is_refused_whole_and_the_register_says_so() -> None:
    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 15.0)
        for name, value in (("WSet", 11_521), ("WSet", -11_521), ("site_target", 11_521)):
            with pytest.raises(ModbusRefusedError, match="illegal data value"):
                site.write(**{name: value})
            assert site.modbus("last_refusal") == "out_of_range"
        site.write(WSetEna=1)
        site.run(2.0)
        assert (site.modbus("target_owner"), site.waits()) == ("none", ["target"])

    on_both(script)


def test_a_target_whose_time_is_over_is_stale_until_it_is_written_again() -> None:
    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 15.0)
        site.write(WSetRvrtTms=6, WSet=WANTED_W, WSetEna=1)
        site.until_exports(WANTED_W)
        site.until_is("target_owner", "none", 7.0)
        ended_s = site.now_s
        site.run(8.0)
        assert site.ceased_s(ended_s) <= WANTED_W / 4_000 + 1.0, "the ramp, and the inverter's"
        assert site.waits() == ["target"]
        assert site.modbus("target_state") == site.why().target_state == "expired"
        assert (site.modbus("704.WSetEna"), site.modbus("704.WSet")) == ("disabled", 0)
        site.write(WSetEna=1)
        site.run(2.0)
        assert site.waits() == ["target"], "an enable alone does not bring it back"
        site.write(WSet=WANTED_W)
        site.until_exports(WANTED_W)

    on_both(script)
