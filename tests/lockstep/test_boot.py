"""Power-up in every state that a vehicle or the wire can be in: no closing without every check."""

from pathlib import Path

import pytest

from tests.lockstep.cases import Case, case, holds

CASES = {
    "vehicle in C closes after rest, self-test and diode": case(
        1,
        "",
        "",
        """
duration_s = 8
expect = [
    { t_s = 0.5, within_s = 0.5, column = "pilot_state", is = "C" },
    { t_s = 4.9, column = "contactor_commanded", is = 0 },
    { t_s = 5.0, within_s = 0.5, column = "session_state", is = "charging" },
]
vehicle.plugged = true
vehicle.s2_without_pwm = true
""",
    ),
    "vehicle in B closes once it asks": case(
        1,
        "",
        "",
        """
duration_s = 8
expect = [
    { t_s = 0.4, within_s = 0.3, column = "pilot_state", is = "B" },
    { t_s = 1.0, column = "waiting_for", has = "contactor_rest" },
    { t_s = 5.0, within_s = 0.1, column = "session_state", is = "offered" },
    { t_s = 6.5, within_s = 0.6, column = "session_state", is = "charging" },
]
vehicle.plugged = true
""",
    ),
    "vehicle in D in an unventilated room never closes": case(
        0,
        "",
        "",
        """
duration_s = 40
expect = [
    { t_s = 0.5, within_s = 0.5, column = "pilot_state", is = "D" },
    { t_s = 10.0, column = "waiting_for", is = "ventilation" },
    { t_s = 39.0, column = "waiting_for", is = "ventilation" },
]
vehicle.plugged = true
vehicle.s2_without_pwm = true
vehicle.ventilation = true
""",
    ),
    "vehicle in D in a ventilated room closes": case(
        1,
        "",
        "",
        """
duration_s = 8
expect = [
    { t_s = 5.0, within_s = 0.5, column = "session_state", is = "charging" },
    { t_s = 7.0, column = "pilot_state", is = "D" },
]
vehicle.plugged = true
vehicle.s2_without_pwm = true
vehicle.ventilation = true
connector.ventilation_present = 1
""",
    ),
    "shorted pilot (E) is a fault until the short has gone": case(
        1,
        "",
        "pilot_short",
        """
duration_s = 10
fault = [{ t_s = 0.0, part = "pilot", kind = "short", for_s = 4.0 }]
expect = [
    { t_s = 0.2, within_s = 0.2, column = "pilot_state", is = "E" },
    { t_s = 3.9, column = "session_state", is = "fault" },
    { t_s = 5.0, within_s = 0.5, column = "faults", is = "" },
    { t_s = 7.0, within_s = 2.0, column = "session_state", is = "charging" },
]
vehicle.plugged = true
""",
    ),
    "generator stuck at +12 V stays a fault until a technician resets it": case(
        1,
        "",
        "pilot_stuck",
        """
duration_s = 16
at = [
    { t_s = 3.0, do = "vehicle.unplug" },
    { t_s = 4.0, do = "technician.reset_faults" },
    { t_s = 5.0, do = "vehicle.plug_in" },
    { t_s = 10.0, do = "technician.reset_faults" },
]
fault = [{ t_s = 0.0, part = "pilot", kind = "stuck_high", for_s = 7.0 }]
expect = [
    { t_s = 0.0, within_s = 0.1, column = "session_state", is = "fault" },
    { t_s = 5.0, column = "faults", is = "pilot_stuck" },
    { t_s = 9.9, column = "faults", is = "pilot_stuck" },
    { t_s = 10.0, within_s = 0.1, column = "faults", is = "" },
    { t_s = 12.0, within_s = 2.0, column = "session_state", is = "charging" },
]
vehicle.plugged = true
""",
    ),
    "dead latch never offers": case(
        0,
        "",
        "ground_fault_self_test",
        """
duration_s = 20
at = [{ t_s = 8.0, do = "technician.reset_faults" }]
fault = [{ t_s = 0.0, part = "ground_fault_latch", kind = "dead" }]
expect = [
    { t_s = 1.0, within_s = 0.1, column = "faults", is = "ground_fault_self_test" },
    { t_s = 9.5, column = "faults", is = "ground_fault_self_test" },
    { t_s = 19.0, column = "duty_bp", is = 0 },
]
vehicle.plugged = true
""",
    ),
    "auxiliary contact stuck closed never closes": case(
        0,
        "",
        "contactor_welded",
        """
duration_s = 12
at = [{ t_s = 6.0, do = "technician.reset_faults" }]
fault = [{ t_s = 0.0, part = "contactor_aux", kind = "stuck_closed" }]
expect = [
    { t_s = 0.2, within_s = 0.1, column = "faults", is = "contactor_welded" },
    { t_s = 11.0, column = "faults", is = "contactor_welded" },
]
vehicle.plugged = true
""",
    ),
    "supply outside its window is waited for, and is no fault yet": case(
        1,
        "",
        "",
        """
duration_s = 14
at = [{ t_s = 8.0, set = "grid.voltage_pu", to = 1.0 }]
expect = [
    { t_s = 7.9, column = "waiting_for", is = "supply" },
    { t_s = 9.0, within_s = 0.2, column = "session_state", is = "offered" },
    { t_s = 10.5, within_s = 1.0, column = "session_state", is = "charging" },
]
vehicle.plugged = true
grid.voltage_pu = 0.5
""",
    ),
}


@pytest.mark.parametrize("row", CASES.values(), ids=CASES.keys())
def test_boot(row: Case, tmp_path: Path) -> None:
    run = holds(tmp_path, row)
    for edge in run.closings():
        assert edge.t_ms >= 5000.0, "the contactor has not rested since power-up"
