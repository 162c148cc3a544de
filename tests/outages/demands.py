"""What is still asked of an outage in which something breaks or the link is lost; as tables.

Each row says why. A break that has no row stands in the way of the supply or of the return.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.outages.draw import Outage

# The link is lost for a moment: shorter than the silence of 10 s that an island bears.
_MOMENT_S = 10.0
# An attempt that was refused is made again after 30 s in the dark.
_AGAIN_S = 35.0


@dataclass(frozen=True, slots=True)
class Demand:
    """supply: the home is fed in its time, or it is refused for the right reason. gapless: it goes
    back to the grid without a gap. later_s: by which the supply may come later.
    """

    supply: bool
    gapless: bool
    why: str
    later_s: float = 0.0


_ALL = Demand(True, True, "nothing is broken, and no link is lost")
_NOTHING = Demand(False, False, "it stands in the way")

BREAKS = {
    ("sync_check", "stuck"): Demand(
        True, True, "the connector itself closes on a home in step only"
    ),
    ("transformer_monitor", "stuck"): Demand(
        True, True, "it says that the neutral is held, and it is"
    ),
    ("service_sense", "frozen"): Demand(
        True, True, "no step goes by the power of the service while the home is an island"
    ),
}
_AGAIN = Demand(
    True, True, "without the link nothing closes: the next attempt comes after 30 s", _AGAIN_S
)
_BORNE = Demand(True, True, "an island bears a silence of 10 s, and so does its return")
_ANEW = Demand(
    True, False, "an island that has just begun is given up, and tried again after 30 s", _AGAIN_S
)
# Before the home has what it needs, for a moment or for longer.
LINK_AT_ANY_LENGTH = {
    "contactor_open": _AGAIN,
    "switch_open": _AGAIN,
    "home_dead": _AGAIN,
    "vehicle_ready": _AGAIN,
    "contactor_closed": _AGAIN,
    "voltage_ramp": _ANEW,
    "legs_in_window": _ANEW,
}
# In the others for a moment only. A longer silence ends the island.
LINK_FOR_A_MOMENT = {
    "load_steps": _BORNE,
    "island": _BORNE,
    "synchronise": _BORNE,
    "switch_close": Demand(True, False, "nobody can say whether it has closed: the island ends"),
    "grid_following": Demand(True, True, "the switch has closed, and the vehicle says the rest"),
    "stop_forming": Demand(True, False, "the switch waits for the link over a dead home"),
    "home_dead_again": Demand(True, False, "the switch waits for the link over a dead home"),
    "reconnect": Demand(True, False, "the switch waits for the link over a dead home"),
}


def demand_of(outage: Outage) -> Demand:
    """What is asked of it."""
    if outage.link_step in LINK_AT_ANY_LENGTH:
        return LINK_AT_ANY_LENGTH[outage.link_step]
    if outage.link_step:
        moment = outage.link_lost_s < _MOMENT_S
        return LINK_FOR_A_MOMENT[outage.link_step] if moment else _NOTHING
    if len(outage.broken) > 1:
        return _NOTHING
    if outage.broken:
        return BREAKS.get(outage.broken[0][:2], _NOTHING)
    return _ALL
