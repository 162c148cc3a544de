"""Power cuts: energy never falls, latches and retries survive, nothing closes by itself."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.lockstep.cases import AT_ONCE, EAGER, Case, case, holds
from tests.lockstep.playing import passes, play_both
from wattback.settings import SETTINGS

CASES = {
    "a cut while charging opens, and the visit starts anew": case(
        2,
        "none",
        "",
        """
duration_s = 17
at = [
    { t_s = 8.0037, do = "connector.cut_power" },
    { t_s = 10.0, do = "connector.restore_power" },
]
expect = [
    { t_s = 14.9, column = "contactor_commanded", is = 0 },
    { t_s = 16.0, column = "session_state", is = "charging" },
]
""",
    ),
    "a cut shorter than the contactor's own time still takes the whole rest": case(
        2,
        "none",
        "",
        """
duration_s = 15
at = [
    { t_s = 8.0037, do = "connector.cut_power" },
    { t_s = 8.0047, do = "connector.restore_power" },
]
expect = [
    { t_s = 13.0, column = "contactor_commanded", is = 0 },
    { t_s = 14.0, column = "session_state", is = "charging" },
]
""",
    ),
    "the vehicle leaves in the dark": case(
        1,
        "none",
        "",
        """
duration_s = 12
at = [
    { t_s = 8.0, do = "connector.cut_power" },
    { t_s = 9.0, do = "vehicle.unplug" },
    { t_s = 10.0, do = "connector.restore_power" },
]
expect = [{ t_s = 11.0, column = "session_state", is = "idle" }]
""",
    ),
    "a ground fault survives": case(
        1,
        "fault",
        "ground_fault",
        """
duration_s = 40
at = [
    { t_s = 17.5, do = "connector.cut_power" },
    { t_s = 19.0, do = "connector.restore_power" },
]
fault = [{ t_s = 16.5, part = "cable", kind = "leak", amount = 100.0, for_s = 0.5 }]
expect = [
    { t_s = 19.01, column = "faults", is = "ground_fault" },
    { t_s = 39.0, column = "session_state", is = "fault" },
]
""",
    ),
    "a weld survives, and keeps the pilot at F": case(
        1,
        "planned",
        "contactor_welded",
        """
duration_s = 16
at = [
    { t_s = 7.0, do = "site.set_limit", import_a = 0 },
    { t_s = 9.0, do = "connector.cut_power" },
    { t_s = 11.0, do = "connector.restore_power" },
]
fault = [{ t_s = 6.5, part = "contactor", kind = "stuck_closed", for_s = 3.5 }]
expect = [
    { t_s = 11.01, column = "faults", is = "contactor_welded" },
    { t_s = 15.9, column = "faults", is = "contactor_welded" },
    { t_s = 15.9, column = "duty_bp", is = 0 },
]
""",
    ),
    "a lost diode survives until the unplug": case(
        2,
        "fault",
        "diode_missing pilot_stuck",
        """
duration_s = 22
at = [
    { t_s = 9.0, do = "connector.cut_power" },
    { t_s = 10.0, do = "connector.restore_power" },
    { t_s = 14.0, do = "vehicle.unplug" },
    { t_s = 14.5, do = "technician.reset_faults" },
    { t_s = 15.0, do = "vehicle.plug_in" },
]
fault = [{ t_s = 7.0, part = "pilot", kind = "stuck_high", for_s = 0.5 }]
expect = [
    { t_s = 10.01, column = "faults", has = "diode_missing" },
    { t_s = 13.9, column = "faults", has = "diode_missing" },
    { t_s = 14.6, column = "faults", is = "" },
    { t_s = 21.0, column = "session_state", is = "charging" },
]
""",
    ),
    "retries of an overcurrent are not given back": case(
        4,
        "fault fault fault fault",
        "overcurrent",
        """
duration_s = 86
at = [
    { t_s = 6.0, set = "vehicle.obeys_duty", to = false },
    { t_s = 15.0, do = "connector.cut_power" },
    { t_s = 15.5, do = "connector.restore_power" },
    { t_s = 52.0, do = "connector.cut_power" },
    { t_s = 52.5, do = "connector.restore_power" },
]
expect = [{ t_s = 85.9, column = "faults", is = "overcurrent" }]
connector.site_failsafe_import_ma = 10000
""",
    ),
}


@pytest.mark.parametrize("row", CASES.values(), ids=CASES.keys())
def test_power_cut(row: Case, tmp_path: Path) -> None:
    body = row.body + EAGER + AT_ONCE
    holds(tmp_path, Case(row.closings, row.causes, row.faults, body))


def test_energy_never_falls_however_often_the_power_is_cut(tmp_path: Path) -> None:
    cuts = [(9.0 + 8.0 * k + 0.0013 * k, 0.0007 + 0.013 * k) for k in range(12)]
    acts = "\n".join(
        f'{{ t_s = {at_s:.6f}, do = "connector.cut_power" }},'
        f'{{ t_s = {at_s + dark_s:.6f}, do = "connector.restore_power" }},'
        for at_s, dark_s in cuts
    )
    run = passes(tmp_path, f"duration_s = 110\nat = [\n{acts}\n]\n{EAGER}{AT_ONCE}")
    registers = [int(cell) for cell in run.column("import_wh")]
    assert all(before <= after for before, after in pairwise(registers))
    assert len(run.closings()) == 13
    lost_wh = run.import_wh - registers[-1]
    print(f"{run.import_wh:.2f} Wh taken, {registers[-1]} Wh counted over {len(cuts)} cuts")
    # One tick of each cut, the current that runs on until the contacts part, and one open Wh.
    assert 0.0 <= lost_wh <= 1.0 + len(cuts) * 11.3e3 * 0.05 / 3600.0


BAD_SETTINGS = [(row[0], value) for row in SETTINGS for value in (row[2] - 1, row[3] + 1)]


@pytest.mark.parametrize(("name", "value"), BAD_SETTINGS)
def test_a_setting_out_of_its_range_leaves_the_connector_unavailable(
    name: str, value: int, tmp_path: Path
) -> None:
    body = """
duration_s = 4
at = [
    { t_s = 1.0, do = "technician.reset_faults" },
    { t_s = 1.5, do = "vehicle.unplug" },
    { t_s = 2.0, do = "vehicle.plug_in" },
    { t_s = 2.5, do = "connector.cut_power" },
    { t_s = 2.6, do = "connector.restore_power" },
]
vehicle.plugged = true
vehicle.s2_without_pwm = true
"""
    run = play_both(tmp_path, body, settings={name: value})
    assert set(run.column("faults")) == {"settings_invalid"}
    assert set(run.column("duty_bp")) == {"0"}
    assert run.coil == ()
