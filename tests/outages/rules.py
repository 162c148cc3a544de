"""What the rules ask of one outage, written down anew and not from the firmware.

Where nothing is broken, a vehicle that can and may feeds the home in its time, and it does not
when it cannot or may not; and the home comes back to the grid without a gap. Of a break that does
not stand in the way, and of a link that is lost for a moment, as much is asked as `demands.py`
says. In the end the home hangs on the grid, unless something that is broken keeps it from there.
"""

from tests.outages.demands import demand_of
from tests.outages.draw import ABSENT, ASLEEP, CANNOT_FORM, LOW, READY, UNWILLING, Outage
from tests.outages.play import Played

# From the outage to the vehicle's supply: 2 s until it is one, the visit ends, the contactor rests
# for 5 s, the vehicle closes S2, the voltage rises.
READY_S = 20.0
# One that sleeps is woken after 30 s without an answer.
ASLEEP_S = 50.0
# A dip of a motor that starts is no gap.
GAPLESS_S = 1.0
# Of a return over a dead home: the contactor opens without load, which is waited for for 2 s, the
# home is dead, the switch closes.
OPEN_S = 3.0
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
    if outage.depth_pu < _OUT_PU and demand_of(outage).supply:
        found += _supply(played) if outage.vehicle in (READY, ASLEEP) else _none(played)
        found += _return(played)
    may_stay_off = any(each[:2] in _KEEPS_OFF for each in outage.broken)
    if not played.on_grid and not may_stay_off and "latched" not in played.states:
        found.append("the home does not hang on the grid in the end")
    return found


def bound_s(outage: Outage) -> float:
    """Within which a vehicle that can and may feeds the home."""
    within_s = ASLEEP_S if outage.vehicle == ASLEEP else READY_S
    if outage.draws:
        within_s += 75.0
    return within_s + demand_of(outage).later_s


def is_due(outage: Outage) -> bool:
    """It lasts long enough that the home must be supplied."""
    demanded = demand_of(outage).supply and outage.vehicle in (READY, ASLEEP)
    return demanded and bearable(outage) and outage.lasts_s >= bound_s(outage)


def bearable(outage: Outage) -> bool:
    """Its loads that cannot be shed, motors that start included, are what a vehicle bears."""
    essential_w = max(
        [outage.loads_w[0]]
        + [float(value) for _, path, value in outage.steps if path == "home.essential_w"]
    )
    starts = any(path == "home.motor_on" and value for _, path, value in outage.steps)
    motor_w = 6.0 * float(outage.parameters["home.motor_w"]) if starts else 0.0
    return essential_w + motor_w < _RATED_W


def _none(played: Played) -> list[str]:
    """Its vehicle cannot or may not."""
    outage = played.outage
    found = []
    if played.first_gap_s is not None:
        found.append("the home is supplied by a vehicle that cannot or may not")
    needs_s = {UNWILLING: 125.0}.get(outage.vehicle, 12.0)
    wanted = _REFUSALS[outage.vehicle]
    if outage.lasts_s > needs_s and wanted not in played.refusals:
        found.append(f"it was not refused for {wanted} but {played.refusals}")
    return found


def _supply(played: Played) -> list[str]:
    if not is_due(played.outage):
        return []
    within_s = bound_s(played.outage)
    if played.first_gap_s is None or played.first_gap_s > within_s:
        return [f"the home is not supplied within {within_s:.0f} s but {played.first_gap_s}"]
    again = [gap_s for gap_s in played.gaps_s[1:] if gap_s > within_s]
    if again:
        return [f"a home that is out once more is not supplied within {within_s:.0f} s: {again}"]
    return []


def _return(played: Played) -> list[str]:
    outage = played.outage
    if not demand_of(outage).gapless:
        return []
    found = []
    if not outage.matched:
        if played.return_gap_s is not None and "no_synchronism" not in played.refusals:
            found.append(f"nothing was in step, and no_synchronism is not in {played.refusals}")
    elif "no_synchronism" in played.refusals:
        found.append("a home that could be brought in step was refused for no_synchronism")
    if not bearable(outage):
        return found
    if "leg_out_of_window" in played.refusals:
        found.append("loads that can be borne have led to leg_out_of_window")
    most_s = GAPLESS_S if outage.matched else OPEN_S
    late = [gap_s for gap_s in played.island_gaps_s if gap_s > most_s]
    if late:
        found.append(f"a home that is supplied was without it for {late} s")
    return found
