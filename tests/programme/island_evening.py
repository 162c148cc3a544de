"""An evening on which the grid goes in the middle of what the utility asks for, at one whole home.

From 18:12 to 18:35 the utility asks for 5 kW, and tells of a grid emergency for as long. The grid
is out from 18:14 to 18:31: the vehicle keeps the home alive, and exports again once the grid has
been good for its delay. While it cannot export the emergency counts, so the connector takes part
in an event through the whole outage.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.programme.rig import address
from wattback_controller.records import Interval, Participation
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.statement import Statement
from wattback_controller.statement_of import statement_of
from wattback_sim.parameters import Value

NAME = "garage"
STARTS_S = int(datetime(2026, 2, 10, 18, 10, tzinfo=ZoneInfo("America/Chicago")).timestamp())
EVENT = (120, 1500)  # from, to
OUTAGE = (240, 1260)
ENTER_SERVICE_S = 60
PLUGGED_S = 30
ENDS_S = 1560
_STEP_S = 20

_WORLD: dict[str, Value] = {"gateway.fitted": True, "forming.forms": True, "home.group1_w": 1000.0}
_SETTINGS = {
    "gateway_fitted": 1,
    "backup_enabled": 1,
    "return_steady_s": 5,
    "enter_service_delay_s": ENTER_SERVICE_S,
}


@dataclass(frozen=True)
class IslandEvening:
    """What it came to. exported_wh, island_wh: the board's own registers, by second of the run.
    served_wh: out of the vehicle while the switch was open, in the simulated world itself.
    """

    statement: Statement
    parts: tuple[Participation, ...]
    intervals: tuple[Interval, ...]
    exported_wh: dict[int, int]
    island_wh: dict[int, int]
    served_wh: float
    violations: tuple[str, ...]


def play(folder: Path) -> IslandEvening:
    """Play it, in half a minute or so."""
    at, _ = address(folder, STARTS_S, (NAME,), {NAME: _WORLD}, settings=_SETTINGS)
    site = at.sites[NAME]
    with closing(site):
        at.owner().ask(NAME, "enrol", at.now_s())
        at.owner().choose(NAME, "departure", "none", at.now_s())
        start_s, lasts_s = STARTS_S + EVENT[0], EVENT[1] - EVENT[0]
        for name, payload in (
            ("setpoint", {"DISPATCH_SETPOINT": [-5.0]}),
            ("alert", {"ALERT_GRID_EMERGENCY": ["load shed"]}),
        ):
            at.utility.create_event(at.programme_id, start_s, lasts_s, payload, name=name)
        doings: dict[int, Callable[[], object]] = {
            PLUGGED_S: site.world.vehicle.plug_in,
            OUTAGE[0]: lambda: site.change("grid.voltage_pu", 0.0),
            OUTAGE[1]: lambda: site.change("grid.voltage_pu", 1.0),
        }
        exported: dict[int, int] = {}
        island: dict[int, int] = {}
        for t_s in sorted({*doings, *range(_STEP_S, ENDS_S + 1, _STEP_S)}):
            at.run_until(t_s)
            doings.get(t_s, lambda: None)()
            exported[t_s] = site.board.status("export_wh")
            island[t_s] = site.board.status("island_wh")
        return IslandEvening(
            statement_of(at.site, at.store, Month(2026, 2)),
            tuple(at.store.participations(0, 1 << 40)),
            tuple(at.store.intervals(0, 1 << 40)),
            exported,
            island,
            site.world.island_wh,
            tuple(violation.sentence() for violation in site.truths.violations),
        )
