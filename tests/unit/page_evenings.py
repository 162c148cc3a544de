"""Synthetic traces for the tests of the page: a quiet evening, a fault, an export, chaos.

The rows imitate the trace of a run (one row each 100 ms), so that these tests need neither world
nor firmware.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone

from wattback_sim.page import PageEvent, render_page
from wattback_sim.page.digest import CONTINUOUS_COLUMNS, DISCRETE_COLUMNS

COLUMNS = ["t_ms", "pilot_high_mv", *DISCRETE_COLUMNS, *CONTINUOUS_COLUMNS]
LATER_COLUMNS = {
    "in_service",
    "grid_switch_closed",
    "target_w",
    "target_var",
    "reactive_var",
    "backup_state",
    "island_wh",
    "island_import_wh",
}
FIRST_COLUMNS = [name for name in COLUMNS if name not in LATER_COLUMNS]

EVENING = datetime(2026, 2, 10, 18, 0, tzinfo=timezone(timedelta(hours=-6)))
HOUR_MS = 3_600_000
FACTS = [("energy", "9.35 kWh"), ("longest", "55 min"), ("interpreter", "MicroPython 1.28 unix")]
EVENTS = [
    PageEvent(10_000, "vehicle", "plugs in"),
    PageEvent(10_300, "connector", "offers 48.0 A (limit of the breaker)"),
    PageEvent(14_000, "vehicle", "is ready for energy"),
    PageEvent(14_200, "connector", "closes the contactor"),
    PageEvent(1_200_000, "limit", "is 20.0 A now, set by the site"),
    PageEvent(1_800_000, "limit", "is 48.0 A again, of the breaker"),
    PageEvent(3_300_000, "vehicle", "has what it needs and opens S2"),
    PageEvent(3_420_000, "vehicle", "is unplugged"),
]

Row = dict[str, int | str]


def evening(t_ms: int, noise: random.Random) -> Row:
    """18:00:10 plug in, 48 A, 20 A between 18:20 and 18:30, enough at 18:55, gone at 18:57."""
    here = 10_000 <= t_ms < 3_420_000
    drawing = 14_000 <= t_ms < 3_300_000
    limited = 1_200_000 <= t_ms < 1_800_000
    limit_ma = 20_000 if limited else 48_000
    offered = here and t_ms >= 10_300
    ramp = min(1.0, max(0.0, (t_ms - 14_500) / 4_000)) if drawing else 0.0
    current_ma = round(ramp * (limit_ma - 400) + noise.gauss(0, 60)) if ramp else 0
    volts = 240.6 - current_ma / 48_000 * 1.8 + noise.gauss(0, 0.15)
    state = "charging" if drawing else "offered" if offered else "waiting" if here else "idle"
    return {
        "pilot_state": "C" if drawing else "B" if here else "A",
        "pilot_high_mv": 5_990 if drawing else 8_980 if here else 11_970,
        "pilot_low_mv": -11_950 if offered else 0,
        "duty_bp": limit_ma // 6 if offered else 10_000,
        "contactor_commanded": int(drawing and t_ms >= 14_200),
        "contactor_confirmed": int(drawing and t_ms >= 14_300),
        "open_cause": "none",
        "session_state": state,
        "mode": "grid",
        "in_service": 1,
        "grid_switch_closed": 1,
        "import_limit_ma": limit_ma,
        "export_limit_ma": 0,
        "import_limit_owner": "site" if limited else "breaker",
        "export_limit_owner": "site",
        "target_w": 0,
        "target_var": 0,
        "power_w": -round(current_ma * volts / 1000),
        "reactive_var": 0,
        "voltage_l1_mv": round(volts * 500),
        "voltage_l2_mv": round(volts * 500 - 250 + noise.gauss(0, 40)),
        "current_ma": -current_ma,
        "frequency_millihertz": 60_000 + round(noise.gauss(0, 8)),
        "faults": "",
        "backup_state": "grid",
    }


def faulted_evening(t_ms: int, noise: random.Random) -> Row:
    """The same evening until a ground fault at 18:40, whose contactor hangs for three seconds."""
    row = evening(t_ms, noise)
    if t_ms >= 2_400_000:
        row |= {
            "duty_bp": 0,
            "contactor_commanded": 0,
            "contactor_confirmed": int(t_ms < 2_403_000),
            "open_cause": "fault",
            "session_state": "fault",
            "pilot_state": "A" if t_ms >= 3_420_000 else "F",
            "power_w": 0,
            "current_ma": 0,
            "faults": "ground_fault;contactor_stuck" if t_ms < 2_403_000 else "ground_fault",
        }
    return row


def export_evening(t_ms: int, noise: random.Random) -> Row:
    """Charging until 18:25, then 8 kW back into the grid until 18:50."""
    row = evening(t_ms, noise)
    if t_ms >= 1_500_000:
        giving = t_ms < 3_000_000
        power_w = round(8_000 + noise.gauss(0, 30)) if giving else 0
        row |= {
            "power_w": power_w,
            "target_w": 8_000 if giving else 0,
            "current_ma": power_w * 1000 // 240,
            "reactive_var": 900 if giving else 0,
            "target_var": 900 if giving else 0,
            "export_limit_ma": 40_000,
            "session_state": "discharging" if giving else "offered",
        }
    return row


OUTAGE_MS, RETURN_MS = 2_400_000, 3_060_700
# (from this many ms after the outage, the step)
_OUTAGE_STEPS = (
    (2_000, "contactor_open"),
    (2_100, "switch_open"),
    (2_200, "home_dead"),
    (2_400, "vehicle_ready"),
    (2_700, "contactor_closed"),
    (9_000, "voltage_ramp"),
    (10_500, "legs_in_window"),
    (11_500, "load_steps"),
    (17_500, "island"),
    (660_000, "synchronise"),
    (660_500, "switch_close"),
    (660_700, "grid_following"),
    (660_800, "grid"),
)


def outage_evening(t_ms: int, noise: random.Random) -> Row:
    """8 kW into the grid from 18:25 to 18:30; from 18:40 to 18:51 an island of 3 kW."""
    row = evening(t_ms, noise)
    since_ms = t_ms - OUTAGE_MS
    if 1_500_000 <= t_ms < 1_800_000:
        row |= {"power_w": 8_000, "current_ma": 33_333, "session_state": "discharging"}
    steps = [step for from_ms, step in _OUTAGE_STEPS if from_ms <= since_ms]
    state = steps[-1] if steps else "grid"
    if since_ms >= 0 and t_ms < RETURN_MS:
        feeding = since_ms >= 10_500
        row |= {
            "power_w": 3_000 if feeding else 0,
            "current_ma": 12_500 if feeding else 0,
            "voltage_l1_mv": 120_000 if feeding else 0,
            "voltage_l2_mv": 120_000 if feeding else 0,
        }
    if state != "grid":
        row |= {
            "mode": "island",
            "grid_switch_closed": 0 if 2_200 <= since_ms < 660_700 else 1,
            "session_state": "backup" if since_ms >= 9_000 else "waiting",
            "backup_state": state,
        }
    return row


def rows_of(
    story: Callable[[int, random.Random], Row],
    columns: Sequence[str] = COLUMNS,
    until_ms: int = HOUR_MS,
    every_ms: int = 100,
) -> Iterator[list[str]]:
    """Rows as the trace writes them; the registers of energy follow the power."""
    noise = random.Random(1)
    import_mwh = export_mwh = (
        1_234_000_000.0  # thousandths of a Wh; a register that has seen years
    )
    island_mwh = island_import_mwh = 0.0
    stored_mwh = 30_000_000.0
    for t_ms in range(0, until_ms, every_ms):
        row = story(t_ms, noise)
        flow_mwh = int(row["power_w"]) * every_ms / 3600
        if row["grid_switch_closed"]:
            import_mwh += max(-flow_mwh, 0)
            export_mwh += max(flow_mwh, 0)
        else:
            island_import_mwh += max(-flow_mwh, 0)
            island_mwh += max(flow_mwh, 0)
        stored_mwh -= flow_mwh
        row |= {
            "t_ms": t_ms,
            "soc_bp": round(stored_mwh / 75_000_000 * 10_000),
            "import_wh": int(import_mwh / 1000),
            "export_wh": int(export_mwh / 1000),
            "island_wh": int(island_mwh / 1000),
            "island_import_wh": int(island_import_mwh / 1000),
        }
        yield [str(row[name]) for name in columns]


def page_of(
    rows: Iterable[Sequence[str]],
    columns: Sequence[str] = COLUMNS,
    events: Sequence[PageEvent] | None = None,
) -> str:
    return render_page(
        title="An evening on the driveway",
        subtitle="A 75 kWh vehicle on a 60 A circuit",
        starts_at=EVENING,
        columns=columns,
        rows=rows,
        events=EVENTS if events is None else events,
        facts=FACTS,
    )


def wild(t_ms: int, noise: random.Random) -> Row:
    """Everything changes in every row."""
    row = evening(t_ms, noise)
    return row | {
        "pilot_state": noise.choice("ABCDEF"),
        "session_state": noise.choice(["idle", "charging", "fault"]),
        "duty_bp": noise.randrange(0, 10_001),
        "import_limit_ma": noise.choice([-1, 0, 6_000, 16_000, 48_000]),
        "import_limit_owner": noise.choice(["site", "driver"]),
        "contactor_commanded": noise.randrange(2),
        "contactor_confirmed": noise.randrange(2),
        "power_w": noise.randrange(-12_000, 12_000),
        "current_ma": noise.randrange(-50_000, 50_000),
        "voltage_l1_mv": noise.randrange(0, 130_000),
        "faults": noise.choice(["", "ground_fault", "over_current"]),
    }
