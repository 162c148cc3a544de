"""The first wish of all: pause, resume and wake, in every state of the pilot.

A pause is a limit of 0 A, of the site or of the driver.
"""

from itertools import pairwise

from tests.lockstep.cases import EAGER
from tests.lockstep.known_hazards.cases import Hazard, Shows, between, opens_unloaded, played
from tests.lockstep.playing import Run

# --- pause and resume ---

_PAUSED_S, _LIFTED_S = 7.0, 15.0


def _pause(
    states: str,
    vehicle: str,
    closings: int = 2,
    owner: str = "site",
    faults: str = "",
    more: str = "",
) -> Shows:
    """A pause from 7 to 15 s. states: of the pilot in it, once it has been seen.

    closings: 2 where the vehicle was charging before. more: rows of what else happens.
    """

    def stays_connected(run: Run) -> None:
        assert between(run, 9.0, _LIFTED_S, "pilot_state") == set(states.split()), run.report()
        sessions = between(run, 9.0, _LIFTED_S, "session_state")
        assert sessions == ({"waiting", "fault", "boot", "idle"} if faults else {"waiting"})
        assert between(run, 14.0, _LIFTED_S, "waiting_for") == {"limit"}, run.report()
        assert between(run, 14.0, _LIFTED_S, "import_limit_owner") == {owner}
        assert between(run, 9.0, _LIFTED_S, "contactor_confirmed") == {"0"}, run.report()
        assert not [e for e in run.contacts if 8500.0 < e.t_ms < _LIFTED_S * 1000], run.report()

    body = f"""
duration_s = 21
at = [
    {{ t_s = {_PAUSED_S}, do = "{owner}.set_limit", import_a = 0 }},
    {{ t_s = {_LIFTED_S}, do = "{owner}.set_limit", import_a = -1 }},
    {more}
]
expect = [{{ t_s = 20.9, column = "session_state", is = "charging" }}]
"""
    causes = "planned" if closings == 2 else ""
    return played(closings, causes, faults, body, stays_connected, vehicle)


_SLOW = "vehicle.plugged = true\nvehicle.start_s = 4.0\n"
_STAYS_IN_C = EAGER + "vehicle.s2_without_pwm = true\n"
_IN_D = _STAYS_IN_C + "vehicle.ventilation = true\nconnector.ventilation_present = 1\n"
_IN_E = _STAYS_IN_C + 'fault = [{ t_s = 10.0, for_s = 1.0, part = "pilot", kind = "short" }]\n'
_PLUGGED_LATER = '{ t_s = 8.0, do = "vehicle.plug_in" }'

# The site pauses at 7 s, the driver at 8 s; the site lifts at 10 s, the driver at 13 s.
_TWO = played(
    2,
    "planned",
    "",
    """
duration_s = 18
at = [
    { t_s = 7.0, do = "site.set_limit", import_a = 0 },
    { t_s = 8.0, do = "driver.set_limit", import_a = 0 },
    { t_s = 10.0, do = "site.set_limit", import_a = -1 },
    { t_s = 13.0, do = "driver.set_limit", import_a = -1 },
]
expect = [
    { t_s = 7.9, column = "import_limit_owner", is = "site" },
    { t_s = 10.1, column = "import_limit_owner", is = "driver" },
    { t_s = 12.9, column = "waiting_for", is = "limit" },
    { t_s = 12.9, column = "contactor_confirmed", is = 0 },
    { t_s = 17.9, column = "session_state", is = "charging" },
]
""",
    opens_unloaded,
)


def _woken_twice_and_left_alone(run: Run) -> None:
    duty = [cell == "0" for cell in run.column("duty_bp")]
    pulses = [now and not before for before, now in pairwise(duty)]
    assert sum(pulses) == 2, run.report()  # the start is in F, too, but has no edge into it
    assert between(run, 32.0, 45.0, "duty_bp") == {"8000"}, run.report()


_SLEEPS = played(
    0,
    "",
    "",
    """
duration_s = 45
at = [
    { t_s = 2.0, do = "site.set_limit", import_a = 0 },
    { t_s = 8.0, do = "site.set_limit", import_a = -1 },
]
connector.wake_attempts = 2
connector.wake_after_s = 5
""",
    _woken_twice_and_left_alone,
    "vehicle.plugged = true\nvehicle.need_kwh = 0.0\n",
)

HAZARDS: dict[str, Hazard] = {
    "pause_resume_wake": Hazard(
        "EVerest#2710,#1690,#757,#823,#1790; dingo35#314,#347,#315,#403,#216,#168; "
        "openevse_esp32#954,#512,#333,#83; lincomatic#99; evcc#11958",
        {
            "before it is plugged in": _pause(
                "B", "vehicle.start_s = 0.0", 1, more=_PLUGGED_LATER
            ),
            "in B": _pause("B", _SLOW, 1),
            "in C, back to B": _pause("B", EAGER),
            "in C, by the driver": _pause("B", EAGER, owner="driver"),
            "in C, staying there": _pause("C", _STAYS_IN_C),
            "in D": _pause("D", _IN_D),
            "through E": _pause("C E F", _IN_E, faults="pilot_short"),
            "two pauses, two ends": _TWO,
            "a vehicle that sleeps": _SLEEPS,
        },
    ),
}
