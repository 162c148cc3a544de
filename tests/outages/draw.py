"""Random outages: everything that is drawn for one, from its seed alone."""

import random
from dataclasses import dataclass, field, replace

from wattback.backup.steps import STATE_NAMES

# What the vehicle is like when the grid goes.
READY, ASLEEP = "ready", "asleep"
UNWILLING, ABSENT = "unwilling", "absent"
CANNOT_FORM, LOW = "cannot form", "at its reserve"
VEHICLES = (READY, ASLEEP, UNWILLING, ABSENT, CANNOT_FORM, LOW)
# What it does by then.
IDLE, CHARGING, EXPORTING = "idle", "charging", "exporting"

# A visit that draws from a grid that is low is cut off as a fault, which takes 60 s to be gone.
DRAWS_PU = 0.45

# (part, kind, amount): each contact stuck either way, sensors and supplies that lie.
BREAKS = (
    ("grid_switch", "stuck_closed", 0.0),
    ("grid_switch", "stuck_open", 0.0),
    ("grid_switch", "pole_welded", 0.0),
    ("switch_closed_contact", "stuck_closed", 0.0),
    ("switch_closed_contact", "stuck_open", 0.0),
    ("switch_open_contact", "stuck_closed", 0.0),
    ("switch_open_contact", "stuck_open", 0.0),
    ("contactor", "stuck_closed", 0.0),
    ("contactor", "stuck_open", 0.0),
    ("contactor_aux", "stuck_closed", 0.0),
    ("contactor_aux", "stuck_open", 0.0),
    ("transformer", "open", 0.0),
    ("home", "held_live", 230.0),
    ("grid_side_sense", "frozen", 0.0),
    ("home_side_sense", "frozen", 0.0),
    ("gateway_link", "frozen", 0.0),
    ("gateway_link", "noisy", 2.0),
    ("forming", "sudden_stop", 0.0),
    ("sync_check", "stuck", 0.0),
    ("transformer_monitor", "stuck", 0.0),
    ("service_sense", "frozen", 0.0),
)
# All of them lie at once: a switch that is welded while both of its contacts say open.
WELDED_AND_LYING = (
    ("grid_switch", "stuck_closed", 0.0),
    ("switch_closed_contact", "stuck_open", 0.0),
    ("switch_open_contact", "stuck_closed", 0.0),
)
# The steps of both sequences, in each of which the link is lost as seeds go on.
LINK_STEPS = tuple(name for name in STATE_NAMES if name not in ("grid", "dark", "latched"))
# One that is refused before the legs are in their window is tried again after half a minute. The
# steps of the return come once only, and the last of them of a return without a match, or of a
# grid that was sooner than its vehicle.
BEFORE_LOADS = LINK_STEPS[: LINK_STEPS.index("load_steps")]
OF_RETURN = LINK_STEPS[LINK_STEPS.index("synchronise") :]
OVER_DEAD_HOME = LINK_STEPS[LINK_STEPS.index("stop_forming") :]

# The grid comes back good, at 0.885 of its voltage, and a home is led to 0.9 at least: for a site
# that asks for half a percent there is no synchronism.
_UNMATCHED_PU = 0.885
_UNMATCHED_SETTINGS = {"sync_voltage_bp": 100}
_UNMATCHED_PARAMETERS: dict[str, float | bool] = {"grid.leg_ohm": 0.005}

# The share of outages with solar in which it joins the island; else it waits for its 300 s.
_SOLAR_JOINS = 0.6

Break = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Outage:
    """depth_pu: what is left of the grid's voltage. lasts_s: until the grid is back for the first
    time, at returns_pu. flickers: (on, off) in seconds, before it stays. loads_w: essential and
    three groups.
    steps: (seconds into the outage, parameter, value). broken: from `broken_s` before (negative)
    or after the outage's begin on, for good. link_step: the step in which the link is lost, for
    `link_lost_s`. settings: of the connector, beyond those of every outage.
    """

    seed: int
    depth_pu: float
    lasts_s: float
    vehicle: str
    activity: str
    loads_w: tuple[float, float, float, float]
    leg_share: float
    solar_w: float
    flickers: tuple[tuple[float, float], ...] = ()
    steps: tuple[tuple[float, str, float | bool], ...] = ()
    broken: tuple[Break, ...] = ()
    broken_s: float = 0.0
    link_step: str = ""
    link_lost_s: float = 0.0
    returns_pu: float = 1.0
    parameters: dict[str, float | bool] = field(default_factory=dict)
    settings: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Nothing is broken and nothing is lost."""
        return not self.broken and not self.link_step

    @property
    def matched(self) -> bool:
        """A home can be brought in step with the grid that comes back."""
        return self.returns_pu == 1.0

    @property
    def draws(self) -> bool:
        """Its visit draws from a grid that is low, or feeds it."""
        return self.depth_pu > DRAWS_PU and self.activity in (CHARGING, EXPORTING)


def draw(seed: int) -> Outage:
    """The outage of this seed."""
    chance = random.Random(f"outage/{seed}")
    group = seed % 10  # so that every kind has its share, whatever is drawn
    turn = seed // 10
    if group in (7, 8):
        return _losing_link(seed, LINK_STEPS[(turn * 2 + group - 7) % len(LINK_STEPS)], chance)
    if group in (4, 5):
        outage = _drawn(seed, chance, 0.5)
        return _with_break(outage, (BREAKS[(turn * 2 + group - 4) % len(BREAKS)],), chance)
    if group == 6:
        broken = WELDED_AND_LYING if chance.random() < 0.3 else (chance.choice(BREAKS),)
        return _with_break(_drawn(seed, chance, 0.5), broken, chance)
    if group == 9:
        return _of_vehicle(_drawn(seed, chance, 0.0), VEHICLES[1 + turn % (len(VEHICLES) - 1)])
    outage = _drawn(seed, chance, 0.7)
    if group == 3 and turn % 4 == 0:
        return replace(_unmatched(outage, chance), flickers=())
    return _with_solar(outage, chance)


def _drawn(seed: int, chance: random.Random, long_share: float) -> Outage:
    """What is drawn for every outage. long_share: of those that a vehicle can feed in time."""
    activity = chance.choice((IDLE, CHARGING, CHARGING, EXPORTING))
    depth_pu = 0.0 if chance.random() < 0.6 else round(chance.uniform(0.0, 0.75), 3)
    lasts_s = round(0.5 * 60.0 ** chance.random(), 2)
    if chance.random() < long_share:
        waits_s = 66.0 if depth_pu > DRAWS_PU and activity != IDLE else 0.0
        lasts_s = round(waits_s + chance.uniform(30.0, 60.0), 2)
    heavy = chance.random() < 0.2
    loads_w = (
        chance.uniform(200.0, 4000.0),
        chance.uniform(0.0, 6000.0 if heavy else 2500.0),
        chance.uniform(0.0, 4000.0 if heavy else 2000.0),
        chance.uniform(0.0, 2000.0),
    )
    return Outage(
        seed=seed,
        depth_pu=depth_pu,
        lasts_s=lasts_s,
        vehicle=READY,
        activity=activity,
        loads_w=loads_w,
        leg_share=chance.uniform(0.3, 0.7),
        solar_w=chance.choice((0.0, 0.0, chance.uniform(500.0, 8000.0))),
        flickers=_flickers(chance),
        steps=_steps(chance, lasts_s),
        parameters={"home.motor_w": chance.uniform(300.0, 1500.0)},
    )


def _of_vehicle(outage: Outage, vehicle: str) -> Outage:
    """One whose vehicle is like that, for long enough to be asked."""
    lasts_s = {ASLEEP: 60.0, UNWILLING: 135.0}.get(vehicle, outage.lasts_s)
    activity = IDLE if vehicle in (ASLEEP, LOW) else outage.activity
    return replace(outage, vehicle=vehicle, lasts_s=lasts_s, activity=activity)


def _with_break(outage: Outage, broken: tuple[Break, ...], chance: random.Random) -> Outage:
    broken_s = chance.choice((-10.0, chance.uniform(0.0, max(outage.lasts_s, 1.0))))
    return replace(outage, broken=broken, broken_s=broken_s)


def _losing_link(seed: int, step: str, chance: random.Random) -> Outage:
    """One that reaches the step in which its link is lost, whatever else is drawn."""
    outage = _drawn(seed, chance, 1.0)
    activity = IDLE if outage.draws else outage.activity
    lasts_s = round(chance.uniform(*(57.0, 62.0) if step in BEFORE_LOADS else (25.0, 50.0)), 2)
    outage = replace(
        outage,
        activity=activity,
        lasts_s=lasts_s,
        flickers=() if step in OF_RETURN else outage.flickers,
        steps=_steps(chance, lasts_s),
        link_step=step,
        link_lost_s=chance.choice((3.0, 20.0)),
        parameters={"home.motor_w": chance.uniform(300.0, 900.0)},
    )
    if step not in OVER_DEAD_HOME:
        return outage
    if step != "stop_forming" and chance.random() < 0.5:  # the grid is sooner than its vehicle
        lasts_s = round(chance.uniform(12.0, 18.0), 2)
        return replace(outage, vehicle=ASLEEP, activity=IDLE, lasts_s=lasts_s)
    return _unmatched(outage, chance)


def _unmatched(outage: Outage, chance: random.Random) -> Outage:
    return replace(
        outage,
        lasts_s=round(max(outage.lasts_s, chance.uniform(25.0, 40.0)), 2),
        returns_pu=_UNMATCHED_PU,
        settings=_UNMATCHED_SETTINGS,
        parameters=outage.parameters | _UNMATCHED_PARAMETERS,
    )


def _with_solar(outage: Outage, chance: random.Random) -> Outage:
    """Some in which solar joins the island: with room for it, held by frequency, or kept away."""
    if not outage.solar_w or chance.random() >= _SOLAR_JOINS:
        return outage
    joins: dict[str, float | bool] = {
        "solar.reconnect_s": chance.uniform(3.0, 8.0),
        "solar.ramp_s": chance.uniform(1.0, 5.0),
        "vehicle.max_current_a": chance.choice((48.0, 48.0, 10.0)),
        "vehicle.soc": chance.choice((0.7, 0.7, 0.97)),
    }
    lasts_s = round(max(outage.lasts_s, chance.uniform(35.0, 60.0)), 2)
    return replace(outage, lasts_s=lasts_s, parameters=outage.parameters | joins)


def _flickers(chance: random.Random) -> tuple[tuple[float, float], ...]:
    if chance.random() < 0.6:
        return ()
    count = chance.randint(1, 3)
    return tuple(
        (round(chance.uniform(0.2, 8.0), 2), round(chance.uniform(0.2, 4.0), 2))
        for _ in range(count)
    )


def _steps(chance: random.Random, lasts_s: float) -> tuple[tuple[float, str, float | bool], ...]:
    steps: list[tuple[float, str, float | bool]] = []
    for _ in range(chance.randint(0, 4)):
        at_s = round(chance.uniform(0.0, lasts_s + 5.0), 2)
        if chance.random() < 0.5:
            steps.append((at_s, "home.motor_on", chance.random() < 0.7))
        else:
            steps.append((at_s, "home.essential_w", round(chance.uniform(100.0, 5000.0))))
    return tuple(sorted(steps))
