"""What the rules ask of one outage, written down anew and not from the firmware.

Where nothing is broken, a vehicle that can and may feeds the home in its time, and it does not
when it cannot or may not. In the end the home hangs on the grid, unless something that is broken
keeps it from there.
"""

from tests.outages.draw import (
    ABSENT,
    ASLEEP,
    CANNOT_FORM,
    CHARGING,
    EXPORTING,
    LOW,
    READY,
    UNWILLING,
    Outage,
)
from tests.outages.play import Played

# From the outage to the vehicle's supply: 2 s until it is one, the visit ends, the contactor rests
# for 5 s, the vehicle closes S2, the voltage rises.
READY_S = 20.0
# One that sleeps is woken after 30 s without an answer.
ASLEEP_S = 50.0
# A visit that still draws from a low grid is cut off as a fault, which takes 60 s to be gone.
_DRAWS_PU = 0.45
# A step in which the grid's voltage falls and does not leave its window is no outage.
_OUT_PU = 0.78
_RATED_W = 11_500.0

# What keeps a home from its grid: a switch that does not close, a sensor that does not see the
# grid or the dead home, an unknown source in the home, a contactor that holds the vehicle to it.
_KEEPS_OFF = {
    ("grid_switch", "stuck_open"),
    ("grid_side_sense", "frozen"),
    ("home_side_sense", "frozen"),
    ("home", "held_live"),
    ("gateway_link", "frozen"),
    ("contactor", "stuck_closed"),
    ("contactor_aux", "stuck_closed"),
}
_REFUSALS = {
    ABSENT: "vehicle_absent",
    UNWILLING: "vehicle_unwilling",
    CANNOT_FORM: "vehicle_cannot_form",
    LOW: "reserve",
}


def broken_rules(played: Played) -> list[str]:
    """Each rule that this outage has broken, in a sentence."""
    outage = played.outage
    found = list(played.violations)
    if outage.sound and outage.depth_pu < _OUT_PU:
        found += _supply(played)
    may_stay_off = any(each[:2] in _KEEPS_OFF for each in outage.broken)
    if not played.on_grid and not may_stay_off and "latched" not in played.states:
        found.append("the home does not hang on the grid in the end")
    return found


def bound_s(outage: Outage) -> float:
    """Within which a vehicle that can and may feeds the home."""
    within_s = ASLEEP_S if outage.vehicle == ASLEEP else READY_S
    if outage.depth_pu > _DRAWS_PU and outage.activity in (CHARGING, EXPORTING):
        within_s += 75.0
    return within_s


def _supply(played: Played) -> list[str]:
    outage = played.outage
    if outage.vehicle not in (READY, ASLEEP):
        found = []
        if played.first_gap_s is not None:
            found.append("the home is supplied by a vehicle that cannot or may not")
        needs_s = {UNWILLING: 125.0}.get(outage.vehicle, 12.0)
        wanted = _REFUSALS[outage.vehicle]
        if outage.lasts_s > needs_s and wanted not in played.refusals:
            found.append(f"it was not refused for {wanted} but {played.refusals}")
        return found
    if not _bearable(outage):
        return []
    within_s = bound_s(outage)
    if outage.lasts_s < within_s:
        return []
    if played.first_gap_s is None or played.first_gap_s > within_s:
        return [f"the home is not supplied within {within_s:.0f} s but {played.first_gap_s}"]
    again = [gap_s for gap_s in played.gaps_s[1:] if gap_s > within_s]
    if again:
        return [f"a home that is out once more is not supplied within {within_s:.0f} s: {again}"]
    late = [gap_s for gap_s in played.island_gaps_s if gap_s > 1.0]
    if late and "home_dead_again" not in played.states:
        return [f"a home that is supplied was without it for {late} s"]
    return []


def _bearable(outage: Outage) -> bool:
    """Its loads that cannot be shed, motors that start included, are what a vehicle bears."""
    essential_w = max(
        [outage.loads_w[0]]
        + [float(value) for _, path, value in outage.steps if path == "home.essential_w"]
    )
    starts = any(path == "home.motor_on" and value for _, path, value in outage.steps)
    motor_w = 6.0 * float(outage.parameters["home.motor_w"]) if starts else 0.0
    return essential_w + motor_w < _RATED_W
