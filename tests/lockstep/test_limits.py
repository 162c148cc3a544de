"""Limits under way: lowered at once, raised with care, 0 is 0 A, and silence falls back."""

from pathlib import Path

import pytest

from tests.lockstep.cases import EAGER, Case, case, holds

CASES = {
    "below 6 A the vehicle unloads first, and the reason is told": case(
        2,
        "planned",
        "",
        """
duration_s = 14
at = [
    { t_s = 7.0, do = "site.set_limit", import_a = 5.999 },
    { t_s = 13.0, do = "site.set_limit", import_a = 6.0 },
]
expect = [
    { t_s = 7.0, within_s = 0.01, column = "duty_bp", is = 10000 },
    { t_s = 7.0, within_s = 0.01, column = "session_state", is = "stopping" },
    { t_s = 7.0, within_s = 1.5, column = "contactor_commanded", is = 0 },
    { t_s = 12.9, column = "waiting_for", is = "limit" },
    { t_s = 13.0, within_s = 0.01, column = "duty_bp", is = 1000 },
    { t_s = 13.9, column = "session_state", is = "charging" },
]
""",
    ),
    "0 is 0 A, never no limit": case(
        1,
        "planned",
        "",
        """
duration_s = 13
at = [{ t_s = 7.0, do = "site.set_limit", import_a = 0 }]
expect = [
    { t_s = 7.0, within_s = 0.01, column = "offered_ma", is = 0 },
    { t_s = 7.0, within_s = 0.01, column = "import_limit_ma", is = 0 },
    { t_s = 12.9, column = "duty_bp", is = 10000 },
    { t_s = 12.9, column = "waiting_for", is = "limit" },
]
""",
    ),
    "a failsafe of 0 A never offers without a controller": case(
        1,
        "",
        "",
        """
duration_s = 10
at = [{ t_s = 8.0, do = "site.set_limit", import_a = 16 }]
expect = [
    { t_s = 7.9, column = "import_limit_owner", is = "site" },
    { t_s = 7.9, column = "waiting_for", is = "limit" },
    { t_s = 7.9, column = "duty_bp", is = 10000 },
    { t_s = 9.0, column = "offered_ma", is = 16000 },
]
connector.site_failsafe_import_ma = 0
""",
    ),
    "a vehicle that will not stop is cut off after 6 s": case(
        1,
        "forced",
        "",
        """
duration_s = 14
at = [
    { t_s = 6.9, set = "vehicle.obeys_duty", to = false },
    { t_s = 7.0, do = "site.set_limit", import_a = 0 },
]
expect = [
    { t_s = 12.99, column = "contactor_commanded", is = 1 },
    { t_s = 13.0, within_s = 0.1, column = "contactor_confirmed", is = 0 },
]
""",
    ),
    "a limit that expires falls back to the failsafe": case(
        1,
        "",
        "",
        """
duration_s = 22
at = [{ t_s = 7.0, do = "site.set_limit", import_a = 32, for_s = 10 }]
expect = [
    { t_s = 6.9, column = "offered_ma", is = 8000 },
    { t_s = 10.0, within_s = 0.02, column = "offered_ma", is = 32000 },
    { t_s = 16.98, column = "offered_ma", is = 32000 },
    { t_s = 17.0, within_s = 0.02, column = "offered_ma", is = 8000 },
    { t_s = 18.5, column = "current_ma", at_least = -8500 },
]
connector.site_failsafe_import_ma = 8000
""",
    ),
    "a fallback to 0 A stops as planned": case(
        1,
        "planned",
        "",
        """
duration_s = 11
at = [{ t_s = 2.0, do = "site.set_limit", import_a = 32, for_s = 6 }]
expect = [
    { t_s = 7.9, column = "session_state", is = "charging" },
    { t_s = 8.0, within_s = 0.02, column = "offered_ma", is = 0 },
    { t_s = 8.0, within_s = 1.5, column = "contactor_confirmed", is = 0 },
]
connector.site_failsafe_import_ma = 0
""",
    ),
    "lowered at once, raised 5 s later": case(
        1,
        "",
        "",
        """
duration_s = 20
at = [
    { t_s = 10.2, do = "site.set_limit", import_a = 20 },
    { t_s = 10.4, do = "site.set_limit", import_a = 10 },
    { t_s = 10.6, do = "site.set_limit", import_a = 40 },
    { t_s = 10.8, do = "site.set_limit", import_a = 30 },
]
expect = [
    { t_s = 10.2, within_s = 0.01, column = "offered_ma", is = 20000 },
    { t_s = 10.4, within_s = 0.01, column = "offered_ma", is = 10000 },
    { t_s = 15.39, column = "offered_ma", is = 10000 },
    { t_s = 15.4, within_s = 0.02, column = "offered_ma", is = 30000 },
]
""",
    ),
    "a pause unloads, and its end restores what was offered": case(
        2,
        "planned",
        "",
        """
duration_s = 15
at = [
    { t_s = 6.0, do = "site.set_limit", import_a = 20 },
    { t_s = 7.0, do = "driver.pause" },
    { t_s = 13.0, do = "driver.resume" },
]
expect = [
    { t_s = 7.0, within_s = 0.01, column = "session_state", is = "stopping" },
    { t_s = 7.0, within_s = 0.01, column = "import_limit_owner", is = "driver" },
    { t_s = 7.0, within_s = 1.5, column = "contactor_commanded", is = 0 },
    { t_s = 12.9, column = "waiting_for", is = "pause" },
    { t_s = 12.9, column = "pilot_state", is = "B" },
    { t_s = 13.0, within_s = 0.01, column = "offered_ma", is = 20000 },
    { t_s = 14.9, column = "session_state", is = "charging" },
]
""",
    ),
    "a technician limits by a register, and a vehicle by its ratings": case(
        1,
        "",
        "",
        """
duration_s = 16
at = [
    { t_s = 6.0, do = "modbus.write", point = "technician_import_limit", value = 8.0 },
    { t_s = 8.0, do = "modbus.write", point = "technician_import_limit", value = -1.0 },
]
expect = [
    { t_s = 5.9, column = "import_limit_owner", is = "vehicle" },
    { t_s = 5.9, column = "import_limit_ma", is = 30000 },
    { t_s = 6.0, within_s = 0.5, column = "import_limit_owner", is = "technician" },
    { t_s = 7.9, column = "offered_ma", is = 8000 },
    { t_s = 15.9, column = "offered_ma", is = 30000 },
]
link.on = true
vehicle.max_current_a = 30
""",
    ),
    "what the driver sets ends with the visit": case(
        2,
        "unplug",
        "",
        """
duration_s = 16
at = [
    { t_s = 7.0, do = "driver.set_limit", import_a = 10 },
    { t_s = 9.0, do = "vehicle.unplug" },
    { t_s = 9.8, do = "vehicle.plug_in" },
]
expect = [
    { t_s = 7.0, within_s = 0.01, column = "import_limit_owner", is = "driver" },
    { t_s = 9.0, within_s = 0.6, column = "import_limit_owner", is = "hardware" },
    { t_s = 14.5, column = "offered_ma", is = 48000 },
]
""",
    ),
}


@pytest.mark.parametrize("row", CASES.values(), ids=CASES.keys())
def test_limit(row: Case, tmp_path: Path) -> None:
    run = holds(tmp_path, Case(row.closings, row.causes, row.faults, row.body + EAGER))
    for cause, edge in zip(run.causes(), run.openings(), strict=True):
        if cause == "planned":
            current_ma = abs(int(run.cell(edge.t_ms / 1000, "current_ma")))
            assert current_ma < 1000, run.report()
