"""Random outages: everything that is drawn for one, from its seed alone."""

import random
from dataclasses import dataclass, field

from wattback.backup.steps import STATE_NAMES

# What the vehicle is like when the grid goes.
READY, ASLEEP = "ready", "asleep"
UNWILLING, ABSENT = "unwilling", "absent"
CANNOT_FORM, LOW = "cannot form", "at its reserve"
VEHICLES = (READY, ASLEEP, UNWILLING, ABSENT, CANNOT_FORM, LOW)
# What it does by then.
IDLE, CHARGING, EXPORTING = "idle", "charging", "exporting"

# (part, kind, amount): each contact stuck either way, sensors and supplies that lie.
BREAKS = (
    ("grid_switch", "stuck_closed", 0.0),
    ("grid_switch", "stuck_open", 0.0),
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
)
# All of them lie at once: a switch that is welded while both of its contacts say open.
WELDED_AND_LYING = (
    ("grid_switch", "stuck_closed", 0.0),
    ("switch_closed_contact", "stuck_open", 0.0),
    ("switch_open_contact", "stuck_closed", 0.0),
)
# The steps in which the link is lost, once each as seeds go on.
LINK_STEPS = tuple(
    name for name in STATE_NAMES if name not in ("grid", "dark", "latched", "home_dead_again")
)

Break = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Outage:
    """depth_pu: what is left of the grid's voltage. lasts_s: until the grid is back for the first
    time. flickers: (on, off) in seconds, before it stays. loads_w: essential and three groups.
    steps: (seconds into the outage, parameter, value). broken: from `broken_s` before (negative)
    or after the outage's begin on, for good. link_step: the step in which the link is lost, for
    `link_lost_s`.
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
    parameters: dict[str, float | bool] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Nothing is broken and nothing is lost."""
        return not self.broken and not self.link_step


def draw(seed: int) -> Outage:
    """The outage of this seed."""
    chance = random.Random(f"outage/{seed}")
    group = seed % 10  # so that every kind has its share, whatever is drawn
    vehicle = READY
    broken: tuple[Break, ...] = ()
    link_step = ""
    if group in (4, 5):
        broken = (BREAKS[seed // 10 * 2 % len(BREAKS) + group - 4],)
    elif group == 6:
        broken = WELDED_AND_LYING if chance.random() < 0.3 else (chance.choice(BREAKS),)
    elif group in (7, 8):
        link_step = LINK_STEPS[(seed // 10 * 2 + group - 7) % len(LINK_STEPS)]
    elif group == 9:
        vehicle = VEHICLES[1 + seed // 10 % (len(VEHICLES) - 1)]
    activity = chance.choice((IDLE, CHARGING, CHARGING, EXPORTING))
    if vehicle in (ASLEEP, LOW):
        activity = IDLE
    lasts_s = round(0.5 * 120.0 ** chance.random(), 2)
    if vehicle in (ASLEEP, UNWILLING):
        lasts_s = 60.0 if vehicle == ASLEEP else 135.0
    heavy = chance.random() < 0.2
    loads_w = (
        chance.uniform(200.0, 4000.0),
        chance.uniform(0.0, 6000.0 if heavy else 2500.0),
        chance.uniform(0.0, 4000.0 if heavy else 2000.0),
        chance.uniform(0.0, 2000.0),
    )
    return Outage(
        seed=seed,
        depth_pu=0.0 if chance.random() < 0.6 else round(chance.uniform(0.0, 0.75), 3),
        lasts_s=lasts_s,
        vehicle=vehicle,
        activity=activity,
        loads_w=loads_w,
        leg_share=chance.uniform(0.3, 0.7),
        solar_w=chance.choice((0.0, 0.0, chance.uniform(500.0, 8000.0))),
        flickers=_flickers(chance),
        steps=_steps(chance, lasts_s),
        broken=broken,
        broken_s=chance.choice((-10.0, chance.uniform(0.0, max(lasts_s, 1.0)))),
        link_step=link_step,
        link_lost_s=chance.choice((3.0, 20.0)),
        parameters={"home.motor_w": chance.uniform(300.0, 1500.0)},
    )


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
