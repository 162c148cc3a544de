"""Broken parts: each told by its own name, in time, and ended only as its row says."""

from pathlib import Path

import pytest

from tests.lockstep.cases import EAGER, Case, case, holds
from tests.lockstep.playing import passes

CASES = {
    "welded contactor is told after the opening and survives unplug and reset": case(
        2,
        "planned",
        "contactor_welded",
        """
duration_s = 20
at = [
    { t_s = 7.0, do = "site.set_limit", import_a = 0 },
    { t_s = 9.5, do = "vehicle.unplug" },
    { t_s = 10.0, do = "technician.reset_faults" },
    { t_s = 10.5, do = "vehicle.plug_in" },
    { t_s = 11.0, do = "site.set_limit", import_a = -1 },
    { t_s = 14.0, do = "technician.reset_faults" },
]
fault = [{ t_s = 6.5, part = "contactor", kind = "stuck_closed", for_s = 6.5 }]
expect = [
    { t_s = 8.0, within_s = 0.5, column = "faults", is = "contactor_welded" },
    { t_s = 8.5, column = "duty_bp", is = 0 },
    { t_s = 9.8, column = "faults", is = "contactor_welded" },
    { t_s = 13.9, column = "faults", is = "contactor_welded" },
    { t_s = 14.0, within_s = 0.1, column = "faults", is = "" },
    { t_s = 19.5, column = "session_state", is = "charging" },
]
""",
    ),
    "contactor that does not close is a fault, ended by unplug": case(
        2,
        "fault",
        "contactor_stuck_open",
        """
duration_s = 12
at = [
    { t_s = 8.0, do = "vehicle.unplug" },
    { t_s = 9.0, do = "vehicle.plug_in" },
]
fault = [{ t_s = 5.0, part = "contactor", kind = "stuck_open", for_s = 2.0 }]
expect = [
    { t_s = 5.5, within_s = 0.33, column = "faults", is = "contactor_stuck_open" },
    { t_s = 7.9, column = "faults", is = "contactor_stuck_open" },
    { t_s = 8.0, within_s = 0.6, column = "faults", is = "" },
    { t_s = 11.5, column = "session_state", is = "charging" },
]
""",
    ),
    "auxiliary contact stuck open while charging": case(
        1,
        "fault",
        "contactor_stuck_open",
        """
duration_s = 8
fault = [{ t_s = 6.5, part = "contactor_aux", kind = "stuck_open" }]
expect = [
    { t_s = 6.5, within_s = 0.3, column = "faults", is = "contactor_stuck_open" },
    { t_s = 6.5, within_s = 0.3, column = "contactor_commanded", is = 0 },
]
""",
    ),
    "auxiliary contact stuck closed while charging is a weld at the opening": case(
        1,
        "s2_opened",
        "contactor_welded",
        """
duration_s = 9
at = [{ t_s = 8.0, do = "vehicle.open_s2" }]
fault = [{ t_s = 6.5, part = "contactor_aux", kind = "stuck_closed" }]
expect = [
    { t_s = 7.9, column = "session_state", is = "charging" },
    { t_s = 8.0, within_s = 0.4, column = "faults", is = "contactor_welded" },
]
""",
    ),
    "latch that died since the last closing is found before the next": case(
        2,
        "unplug",
        "ground_fault_self_test",
        """
duration_s = 18
at = [
    { t_s = 7.0, do = "vehicle.unplug" },
    { t_s = 8.0, do = "vehicle.plug_in" },
    { t_s = 14.0, do = "technician.reset_faults" },
]
fault = [{ t_s = 6.5, part = "ground_fault_latch", kind = "dead", for_s = 7.0 }]
expect = [
    { t_s = 7.5, within_s = 1.0, column = "faults", is = "ground_fault_self_test" },
    { t_s = 13.9, column = "duty_bp", is = 0 },
    { t_s = 14.0, within_s = 1.0, column = "faults", is = "" },
    { t_s = 17.0, column = "session_state", is = "charging" },
]
""",
    ),
    "leak that stays trips again after unplug and plug": case(
        2,
        "fault fault",
        "ground_fault_early",
        """
duration_s = 14
at = [
    { t_s = 9.0, do = "vehicle.unplug" },
    { t_s = 10.0, do = "vehicle.plug_in" },
]
fault = [{ t_s = 6.5, part = "cable", kind = "leak", amount = 30.0 }]
expect = [
    { t_s = 6.5, within_s = 0.6, column = "faults", is = "ground_fault_early" },
    { t_s = 9.0, within_s = 0.6, column = "faults", is = "" },
    { t_s = 13.9, column = "faults", is = "ground_fault_early" },
]
""",
    ),
    "leak below the threshold opens nothing": case(
        1,
        "",
        "",
        """
duration_s = 12
fault = [{ t_s = 6.5, part = "cable", kind = "leak", amount = 15.0 }]
""",
    ),
    "overcurrent may retry three times, the fourth waits for an unplug": case(
        5,
        "fault fault fault fault",
        "overcurrent",
        """
duration_s = 92
at = [
    { t_s = 6.0, set = "vehicle.obeys_duty", to = false },
    { t_s = 6.0, do = "site.set_limit", import_a = 10 },
    { t_s = 88.0, set = "vehicle.obeys_duty", to = true },
    { t_s = 88.0, do = "vehicle.unplug" },
    { t_s = 89.0, do = "vehicle.plug_in" },
]
expect = [
    { t_s = 12.9, column = "session_state", is = "charging" },
    { t_s = 13.0, within_s = 1.1, column = "faults", is = "overcurrent" },
    { t_s = 23.0, within_s = 1.2, column = "faults", is = "" },
    { t_s = 70.0, column = "faults", is = "overcurrent" },
    { t_s = 87.9, column = "faults", is = "overcurrent" },
    { t_s = 91.5, column = "session_state", is = "charging" },
]
""",
    ),
}


@pytest.mark.parametrize("row", CASES.values(), ids=CASES.keys())
def test_broken_part(row: Case, tmp_path: Path) -> None:
    holds(tmp_path, Case(row.closings, row.causes, row.faults, row.body + EAGER))


# The latch, from 60 mA up, and the firmware below it have the contacts open in time; so does a
# leak that is there before them.
@pytest.mark.parametrize("leak_ma", [20.0, 30.0, 59.9, 60.0, 100.0, 264.0])
@pytest.mark.parametrize(
    ("at_s", "fault"),
    [(5.0, "ground_fault_early"), (6.5037, "ground_fault_early"), (16.5037, "ground_fault")],
)
def test_a_leak_is_cut_within_its_curve_and_the_fault_has_its_name(
    at_s: float, fault: str, leak_ma: float, tmp_path: Path
) -> None:
    run = passes(
        tmp_path,
        f"""
duration_s = {at_s + 1.8}
fault = [{{ t_s = {at_s}, part = "cable", kind = "leak", amount = {leak_ma} }}]
{EAGER}
""",
    )
    closed, opened = run.contacts
    curve_ms = 1000.0 * (20.0 / leak_ma) ** 1.43
    assert opened.t_ms - max(at_s * 1000.0, closed.t_ms) <= curve_ms, run.report()
    assert run.causes() == ("fault",)
    assert run.ever("faults") == {fault}


def test_a_ground_fault_is_retried_after_15_minutes_and_no_sooner(tmp_path: Path) -> None:
    run = passes(
        tmp_path,
        f"""
duration_s = 920
fault = [{{ t_s = 16.5, part = "cable", kind = "leak", amount = 100.0, for_s = 3.0 }}]
expect = [
    {{ t_s = 916.5, column = "faults", is = "ground_fault" }},
    {{ t_s = 916.5, within_s = 0.3, column = "faults", is = "" }},
    {{ t_s = 919.0, column = "session_state", is = "charging" }},
]
{EAGER}
""",
    )
    assert [edge.t_ms > 916_500.0 for edge in run.closings()] == [False, True]
