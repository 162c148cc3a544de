"""Hazards of the pilot: noise, a lost diode or wire, every state at a start, and D without C."""

from tests.lockstep.known_hazards.cases import Hazard, Shows, contacts_part, played
from tests.lockstep.playing import Run

# --- noise, and a lost pilot ---


def _noisy(
    offset_v: float, ripple_v: float, closings: int, opened: str, from_s: float = 6.0
) -> Shows:
    """20 s with a level moved and rippled: the contacts move as often as it says, and no more."""

    def calm(run: Run) -> None:
        assert len(run.contacts) == closings + len(opened.split()), run.report()

    body = f"""
duration_s = {from_s + 20.0}
at = [
    {{ t_s = {from_s}, set = "pilot.offset_v", to = {offset_v} }},
    {{ t_s = {from_s}, set = "pilot.ripple_v", to = {ripple_v} }},
]
connector.wake_attempts = 0
"""
    return played(closings, opened, "", body, calm)


def _lost(part: str, kind: str, cause: str, fault: str, within_ms: float = 100.0) -> Shows:
    body = f"""
duration_s = 6.5
fault = [{{ t_s = 6.0, part = "{part}", kind = "{kind}" }}]
expect = [{{ t_s = 5.9, column = "current_ma", at_most = -47000 }}]
"""
    return played(1, cause, fault, body, contacts_part(6.0, within_ms))


# --- starts ---


def _boots(closings: int, faults: str, body: str, vehicle: str) -> Shows:
    def rests_first(run: Run) -> None:
        assert run.cell(0.0, "duty_bp") == "0" and run.cell(0.0, "pilot_state") == "F"
        assert all(edge.t_ms >= 5000.0 for edge in run.contacts), run.report()

    return played(closings, "", faults, f"duration_s = 9\n{body}\n", rests_first, vehicle)


_C_AT_ONCE = "vehicle.plugged = true\nvehicle.s2_without_pwm = true\n"
_D_AT_ONCE = _C_AT_ONCE + "vehicle.ventilation = true\n"


def _never_c(run: Run) -> None:
    assert run.ever("pilot_state") <= {"F", "B", "D"}, run.report()


HAZARDS: dict[str, Hazard] = {
    "chatter_by_noise": Hazard(
        "dingo35#40; esp32-evse#173,#180; openevse_esp32#667",
        {
            "at 7.5 V between B and C": _noisy(1.5, 0.5, 1, "s2_opened"),
            "there from the start": _noisy(1.5, 0.5, 0, "", 0.1),
            "ripple of a power-line modem in C": _noisy(0.0, 0.5, 1, ""),
        },
    ),
    "slow_open_when_diode_or_pilot_lost": Hazard(
        "dingo35#133",
        {
            "diode shorted": _lost("diode", "short", "fault", "diode_missing", 250.0),
            "diode open": _lost("diode", "open", "unplug", ""),
            "wire shorted, E": _lost("pilot", "short", "fault", "pilot_short"),
            "wire cut, A": _lost("pilot", "open", "unplug", ""),
            "generator stuck": _lost(
                "pilot", "stuck_high", "fault", "diode_missing pilot_stuck", 250.0
            ),
        },
    ),
    "boot_with_a_vehicle_in_each_state": Hazard(
        "esp32-evse#71",
        {
            "A": _boots(0, "", "", ""),
            "B": _boots(0, "", "", "vehicle.plugged = true\nvehicle.start_s = 60.0"),
            "C": _boots(1, "", "", _C_AT_ONCE),
            "D, no ventilation": _boots(0, "", "", _D_AT_ONCE),
            "D, ventilation": _boots(1, "", "connector.ventilation_present = 1", _D_AT_ONCE),
            "E": _boots(
                0,
                "pilot_short",
                'fault = [{ t_s = 0.0, part = "pilot", kind = "short" }]',
                _C_AT_ONCE,
            ),
            "F, its own check failed": _boots(
                0,
                "ground_fault_self_test",
                """fault = [{ t_s = 0.0, part = "ground_fault_latch", kind = "dead" }]
expect = [{ t_s = 8.9, column = "pilot_state", is = "F" }]""",
                _C_AT_ONCE,
            ),
        },
    ),
    "b_to_d_without_c": Hazard(
        "esp32-evse#111",
        {
            "served where there is ventilation": played(
                1,
                "",
                "",
                """
duration_s = 8
expect = [
    { t_s = 5.2, column = "pilot_state", is = "B" },
    { t_s = 7.9, column = "session_state", is = "charging" },
    { t_s = 7.9, column = "pilot_state", is = "D" },
]
connector.ventilation_present = 1
""",
                _never_c,
                "vehicle.plugged = true\nvehicle.start_s = 1.0\nvehicle.ventilation = true\n",
            ),
            "waited for where there is none": played(
                0,
                "",
                "",
                """
duration_s = 8
expect = [
    { t_s = 5.2, column = "pilot_state", is = "B" },
    { t_s = 6.9, column = "waiting_for", has = "ventilation" },
    { t_s = 6.9, column = "duty_bp", is = 10000 },
]
""",
                _never_c,
                "vehicle.plugged = true\nvehicle.start_s = 1.0\nvehicle.ventilation = true\n",
            ),
        },
    ),
}
