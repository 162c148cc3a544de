"""The evening of 15 February 2021 in Texas, played by three connectors with the real firmware.

The prices are ERCOT's of that day. The supply comes back at 18:00, as it did for many after the
day's load shed, and vehicles are plugged in one after the other. The utility asks for 18 kW at
18:15, tells of a grid emergency at 18:35, and asks for 12 kW at 18:45. One owner stays out of the
second event, one battery is near its reserve, and one connector's network breaks in the second.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import wattback_controller
from tests.programme.rig import address
from wattback_controller.records import Participation
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.statement import Statement
from wattback_controller.simulated import Address
from wattback_controller.statement_of import statement_of

ZONE = ZoneInfo("America/Chicago")
STARTS = datetime(2021, 2, 15, 18, 0, tzinfo=ZONE)
NAMES = ("driveway", "garage", "street")
_WORLDS = {
    "driveway": {"vehicle.soc": 0.80},
    "garage": {"vehicle.soc": 0.375, "battery.capacity_kwh": 30.0},
    "street": {"vehicle.soc": 0.70},
}
_SERVICE = """
[[service]]
name = "panel"
import_a = 80
export_a = 96
connectors = ["driveway", "garage", "street"]
"""
_TARIFF = """\
name = "Real-time"
currency = "USD"
time_zone = "America/Chicago"
valid_from = 2021-02-13
valid_until = 2021-02-17

[[real_time]]
file = "{prices}"
start_column = "hour_start"
price_column = "usd_per_mwh"
times = "local"
share = 0.90
"""
_PRICES = Path(wattback_controller.__file__).parent / "tariffs" / "ercot_hb_north_202102.csv"
FIRST = (15 * 60, 15 * 60)  # begins, lasts
ALERT = (35 * 60, 5 * 60)
SECOND = (45 * 60, 15 * 60)
_CUT = (50 * 60, 55 * 60)
_ENDS_S = 66 * 60


@dataclass(frozen=True)
class Evening:
    """What the evening came to. exported_wh: by connector and second of the run, as the boards'
    own registers read at the quarters; powers_w: at moments that are asked about.
    """

    statement: Statement
    parts: tuple[Participation, ...]
    exported_wh: dict[str, dict[int, int]]
    powers_w: dict[str, dict[int, int]]
    audit: tuple[str, ...]
    violations: tuple[str, ...]


def play(folder: Path) -> Evening:
    """Play it; a minute of it takes a second or two."""
    prices = folder / "prices.csv"
    prices.write_bytes(_PRICES.read_bytes())
    at, wires = address(
        folder,
        STARTS.timestamp(),
        NAMES,
        _WORLDS,
        _SERVICE,
        _TARIFF.format(prices=prices.name),
    )
    with ExitStack() as stack:
        for site in at.sites.values():
            stack.callback(site.close)
        _choose(at)
        second = _announce(at)
        owner = at.owner()
        doings: dict[int, Callable[[], object]] = {
            60: at.sites["driveway"].world.vehicle.plug_in,
            75: at.sites["garage"].world.vehicle.plug_in,
            90: at.sites["street"].world.vehicle.plug_in,
            40 * 60: lambda: owner.stay_out_of("street", second, at.now_s()),
            _CUT[0]: lambda: wires.cut.add("driveway"),
            _CUT[1]: wires.cut.clear,
        }
        exported: dict[str, dict[int, int]] = {name: {} for name in NAMES}
        powers: dict[str, dict[int, int]] = {name: {} for name in NAMES}
        for t_s in sorted({*doings, *range(60, _ENDS_S + 1, 30)}):
            at.run_until(t_s)
            doings.get(t_s, lambda: None)()
            for name, site in at.sites.items():
                exported[name][t_s] = site.board.status("export_wh")
                powers[name][t_s] = site.board.status("power_w")
        statement = statement_of(at.site, at.store, Month(2021, 2))
        return Evening(
            statement,
            tuple(at.store.participations(0, 1 << 40)),
            exported,
            powers,
            tuple(f"{who}: {what}" for _, who, what in at.store.audit_lines(1000)),
            tuple(
                violation.sentence()
                for site in at.sites.values()
                for violation in site.truths.violations
            ),
        )


def _choose(at: Address) -> None:
    owner = at.owner()
    for name in NAMES:
        owner.ask(name, "enrol", at.now_s())
        owner.choose(name, "departure", "none", at.now_s())


def _announce(at: Address) -> str:
    """The id of the second event."""
    start_s = at.starts_s
    at.utility.create_event(
        at.programme_id, start_s + FIRST[0], FIRST[1], {"DISPATCH_SETPOINT": [-18.0]}, name="first"
    )
    at.utility.create_event(
        at.programme_id,
        start_s + ALERT[0],
        ALERT[1],
        {"ALERT_GRID_EMERGENCY": ["load shed"]},
        name="alert",
        priority=0,
    )
    return at.utility.create_event(
        at.programme_id,
        start_s + SECOND[0],
        SECOND[1],
        {"DISPATCH_SETPOINT": [-12.0]},
        name="second",
    )
