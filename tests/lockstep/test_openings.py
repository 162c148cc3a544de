"""Openings under load: in time at every phase of the tick, once, and for a named cause.

The bounds are the standard's 100 ms to the contacts (sequences 2.2 and 8.1; evse.md 1.4) and half
of it for the coil's command, which leaves a contactor its own time. A lost diode has a bound of
this connector's own, where 3 s are allowed (peers/evse.md 2.3).
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lockstep.cases import EAGER
from tests.lockstep.playing import Run, passes

_EVENT_US = 6_000_000
_PHASES_US = [k * 700 for k in range(21)]  # more than a tick, in steps that do not divide it

_CHARGING = """
duration_s = 6.4
expect = [
    { t_s = 5.9, column = "current_ma", at_most = -47000 },
    { t_s = 6.4, column = "session_state", is_not = "charging" },
]
"""


@dataclass(frozen=True, slots=True)
class Event:
    """line: of the scenario, at a time. fault: latched by it, or "". command_ms: to the coil."""

    line: str
    cause: str
    fault: str
    command_ms: float = 50.0
    contacts_ms: float = 100.0


def _act(action: str) -> str:
    return f'at = [{{ t_s = TIME, do = "{action}" }}]'


def _break(part: str, kind: str) -> str:
    return f'fault = [{{ t_s = TIME, part = "{part}", kind = "{kind}" }}]'


EVENTS = {
    "unplugged": Event(_act("vehicle.unplug"), "unplug", ""),
    "S2 opened": Event(_act("vehicle.open_s2"), "s2_opened", ""),
    "pilot wire shorted": Event(_break("pilot", "short"), "fault", "pilot_short"),
    "pilot wire cut": Event(_break("pilot", "open"), "unplug", ""),
    "diode open": Event(_break("diode", "open"), "unplug", ""),
    "diode shorted": Event(_break("diode", "short"), "fault", "diode_missing", 200.0, 250.0),
    "generator stuck": Event(
        _break("pilot", "stuck_high"), "fault", "diode_missing", 200.0, 250.0
    ),
}


@pytest.mark.covers("IEC 61851-1 sequence 2.2", "IEC 61851-1 sequence 8.1")
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_opens_in_time_once_and_for_its_cause(event: Event, tmp_path: Path) -> None:
    for phase_us in _PHASES_US:
        at_us = _EVENT_US + phase_us
        line = event.line.replace("TIME", f"{at_us / 1e6:.6f}")
        _judge(passes(tmp_path, line + _CHARGING + EAGER), event, at_us / 1000)


def _judge(run: Run, event: Event, at_ms: float) -> None:
    assert run.causes() == (event.cause,), run.report()
    command_ms = run.openings()[0].t_ms - at_ms
    contacts = [edge for edge in run.contacts if not edge.closed]
    assert len(contacts) == 1, run.report()
    assert 0.0 < command_ms <= event.command_ms, run.report()
    assert contacts[0].t_ms - at_ms <= event.contacts_ms, run.report()
    assert run.result.violations == () and run.arcs_ms == ()
    seen = run.ever("faults")
    assert event.fault in seen if event.fault else not seen, run.report()


@pytest.mark.parametrize("clear", ["vehicle.unplug", "technician.reset_faults"])
def test_a_lost_diode_stays_a_fault_until_unplug_or_reset(clear: str, tmp_path: Path) -> None:
    run = passes(
        tmp_path,
        f"""
duration_s = 75
at = [{{ t_s = 70.0, do = "{clear}" }}]
fault = [{{ t_s = 8.0, part = "diode", kind = "short", for_s = 0.5 }}]
expect = [
    {{ t_s = 8.0, within_s = 0.2, column = "faults", has = "diode_missing" }},
    {{ t_s = 69.99, column = "faults", is = "diode_missing" }},
    {{ t_s = 69.99, column = "session_state", is = "fault" }},
    {{ t_s = 70.0, within_s = 0.6, column = "faults", is = "" }},
]
vehicle.plugged = true
""",
    )
    assert run.causes() == ("fault",)
