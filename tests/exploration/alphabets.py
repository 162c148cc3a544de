"""The alphabets: small sets of events, each of which lets a fixed point be reached.

An event is something that a vehicle, a person, a controller or the supply does at one moment. One
that would change nothing is not tried. `TIME` is in every alphabet: time passes until something
can be seen to have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.exploration.rig import Rig
from wattback import commands
from wattback.limits import NO_LIMIT_MA, OWNER_DRIVER, OWNER_SITE, OWNER_TECHNICIAN
from wattback.settings import SETTINGS
from wattback.targets import OWNER_SITE as TARGET_OF_SITE

Act = Callable[[Rig], None]
Applies = Callable[[Rig], bool]


def _always(_: Rig) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Event:
    """name: for people. act: what it does to a rig. applies: whether it would change anything."""

    name: str
    act: Act
    applies: Applies = _always


@dataclass(frozen=True, slots=True)
class Alphabet:
    """events, and how many states may be explored with them. begin: from power-up to the first
    state. settings: of the connector, by name. settle_ms: after each event. longest_ms: that time
    passes at a stretch."""

    name: str
    events: tuple[Event, ...]
    bound: int
    begin: Act
    settings: Mapping[str, int] = field(default_factory=dict)
    settle_ms: int = 600  # longer than the pilot's debounce
    longest_ms: int = 65_000


# A site in a hurry: what the defaults take minutes for is here a matter of seconds.
QUICK = {
    "restart_delay_s": 0,
    "restart_ramp_s": 0,
    "wake_after_s": 5,
    "controller_timeout_s": 5,
    "enter_service_delay_s": 1,
    "enter_service_ramp_s": 1,
}
EXPORTING = {
    **QUICK,
    "export_permitted": 1,
    "target_ramp_w_per_s": 5_000,
}
EXPORT_W = 5_000
BOUND = 500
_PRESS_TICKS = 120
_SOME_MA = 16_000
_LESS_MA = 8_000


def wishes(*names: str) -> tuple[Event, ...]:
    """The vehicle goes to these states: "A" is unplugged."""

    def event(wish: str) -> Event:
        def act(rig: Rig) -> None:
            rig.world.vehicle.wish = wish

        text = "the vehicle is unplugged" if wish == "A" else f"the vehicle shows {wish}"
        return Event(text, act, lambda rig: rig.world.vehicle.wish != wish)

    return tuple(event(wish) for wish in names)


def flag(on: str, off: str, path: str, value: object = True, rest: object = False) -> list[Event]:
    """An attribute of the world, by its path, goes to a value and back."""
    *parts, last = path.split(".")

    def holder(rig: Rig) -> object:
        part: object = rig.world
        for name in parts:
            part = getattr(part, name)
        return part

    def event(text: str, goal: object) -> Event:
        return Event(
            text,
            lambda rig: setattr(holder(rig), last, goal),
            lambda rig: bool(getattr(holder(rig), last) != goal),
        )

    return [event(on, value), event(off, rest)]


def command(name: str, code: int, *words: int) -> Event:
    """Someone sends a command."""
    return Event(name, lambda rig: rig.command(code, *words))


def supply(name: str, l1_v: float, l2_v: float, hz: float = 60.0, angle: float = 180.0) -> Event:
    """The supply goes to these values."""
    goal = (l1_v, l2_v, hz, angle)

    def act(rig: Rig) -> None:
        grid = rig.world.grid
        grid.voltage_l1_v, grid.voltage_l2_v, grid.frequency_hz, grid.leg_angle_deg = goal

    def applies(rig: Rig) -> bool:
        grid = rig.world.grid
        now = (grid.voltage_l1_v, grid.voltage_l2_v, grid.frequency_hz, grid.leg_angle_deg)
        return now != goal

    return Event(name, act, applies)


def limit(name: str, owner: int, import_ma: int, export_ma: int, lasts_s: int = 0) -> Event:
    """An owner writes its slot."""
    return command(name, commands.COMMAND_SET_LIMIT, owner, import_ma, export_ma, lasts_s)


def _beat(rig: Rig) -> None:
    rig.world.beats = (rig.world.beats + 1) & 0xFFFF
    rig.command(commands.COMMAND_HEARTBEAT, rig.world.beats)


def _press(rig: Rig) -> None:
    rig.world.installation.reset_button = True
    rig.run(_PRESS_TICKS)
    rig.world.installation.reset_button = False


UNPLUG_AND_BACK = wishes("A", "B", "C")
STOP = flag("the emergency stop is pressed", "it is released", "installation.emergency_stop")
DISCONNECT = flag("the disconnect is opened", "it is closed", "installation.disconnect_open")
BUTTON = Event("the reset button is pressed for 1.2 s", _press)
RESET = command("a reset comes from afar", commands.COMMAND_RESET_FAULTS)
# Not while the contacts are stuck: the judge of a unit without power does not ask for that.
POWER_CUT = Event(
    "the unit's own power is cut and comes back",
    lambda rig: rig.cut_power(),
    lambda rig: not rig.world.path.stuck,
)
PAUSE = (
    command("the driver pauses", commands.COMMAND_PAUSE, OWNER_DRIVER, 1),
    command("the driver goes on", commands.COMMAND_PAUSE, OWNER_DRIVER, 0),
)
BEAT = Event("the controller beats", _beat)
GOOD = supply("the supply is good", 120.0, 120.0)
LOW = supply("the supply is low", 70.0, 70.0)
OUT = supply("the supply is out", 0.0, 0.0, 0.0)
FAST = supply("the supply is fast", 120.0, 120.0, 64.0)
NO_NEUTRAL = supply("the neutral is lost", 150.0, 90.0)
LIMITS = (
    limit("the site allows 8 A", OWNER_SITE, _LESS_MA, _LESS_MA),
    limit("the site allows all", OWNER_SITE, NO_LIMIT_MA, NO_LIMIT_MA),
    limit("the technician allows nothing", OWNER_TECHNICIAN, 0, 0),
    limit("the technician allows all", OWNER_TECHNICIAN, NO_LIMIT_MA, NO_LIMIT_MA),
)
DRIVER = (
    limit("the driver allows 16 A", OWNER_DRIVER, _SOME_MA, _SOME_MA),
    limit("the driver allows 8 A for 20 s", OWNER_DRIVER, _LESS_MA, _LESS_MA, 20),
)
WANT = command("the site asks for 5 kW", commands.COMMAND_SET_TARGET, TARGET_OF_SITE, 1, EXPORT_W)
WANT_NOTHING = command("the site asks for nothing", commands.COMMAND_SET_TARGET, TARGET_OF_SITE)
SPEAK = flag("the vehicle falls silent", "it speaks", "vehicle.evcc.silent")
STUBBORN = flag(
    "the vehicle feeds 5 kW whatever it is told",
    "it obeys again",
    "vehicle.stubborn_w",
    float(EXPORT_W),
    None,
)


def power_up(rig: Rig) -> None:
    """Self-tests pass, nobody is there."""
    rig.run(1_000)


def charge(rig: Rig) -> None:
    """A vehicle without a link charges."""
    power_up(rig)
    rig.world.vehicle.wish = "B"
    rig.run(200)
    rig.world.vehicle.wish = "C"
    rig.run(400)
    assert rig.connector.contactor.commanded, "no charge has begun"


def export(rig: Rig) -> None:
    """A vehicle that speaks feeds what the site has asked for."""
    rig.world.vehicle.parameters.on = True
    rig.command(commands.COMMAND_SET_SETTING, setting_number("export_enabled"), 1)
    charge(rig)
    WANT.act(rig)
    rig.run(1_000)
    assert rig.world.power_w > EXPORT_W * 0.9, "no export has begun"


def setting_number(name: str) -> int:
    """Of a setting, as a command names it."""
    return [row[0] for row in SETTINGS].index(name)


ALPHABETS = (
    Alphabet("a visit", (*UNPLUG_AND_BACK, *PAUSE), BOUND, power_up, QUICK),
    Alphabet("ventilation", wishes("A", "C", "D"), BOUND, power_up, QUICK),
    Alphabet("an emergency stop", (*wishes("A", "C"), *STOP, BUTTON), BOUND, charge, QUICK),
    Alphabet(
        "a disconnect", (*wishes("B", "C"), *DISCONNECT, RESET, BUTTON), BOUND, charge, QUICK
    ),
    Alphabet("two stops", (*wishes("A", "C"), *STOP, *DISCONNECT, BUTTON), BOUND, charge, QUICK),
    Alphabet("limits", (*wishes("B", "C"), *LIMITS), BOUND, charge, QUICK),
    Alphabet("the driver's limit", (*wishes("A", "C"), *DRIVER), BOUND, charge, QUICK),
    Alphabet(
        "a silent controller",
        (*wishes("B", "C"), BEAT, LIMITS[0]),
        BOUND,
        charge,
        {**QUICK, "site_failsafe_import_ma": 10_000},
    ),
    Alphabet("the vehicle's link", (*wishes("A", "C"), *SPEAK), BOUND, export, EXPORTING),
    Alphabet(
        "a silent vehicle that feeds on",
        (*wishes("B", "C"), *SPEAK, *STUBBORN),
        BOUND,
        export,
        EXPORTING,
    ),
    Alphabet(
        "an emergency in an export",
        (*wishes("A", "C"), *STOP, BUTTON),
        BOUND,
        export,
        EXPORTING,
    ),
    Alphabet("an outage", (*wishes("A", "C"), GOOD, OUT), BOUND, charge, QUICK),
    Alphabet("a bad supply", (*wishes("B", "C"), GOOD, LOW, FAST), BOUND, charge, QUICK),
    Alphabet("an open neutral", (*wishes("B", "C"), GOOD, NO_NEUTRAL), BOUND, charge, QUICK),
    Alphabet(
        "an export and its wishes",
        (*wishes("B", "C"), WANT, WANT_NOTHING, *LIMITS[:2], BEAT, *STUBBORN),
        BOUND,
        export,
        EXPORTING,
    ),
    Alphabet(
        "the supply of an export",
        (*wishes("B", "C"), GOOD, LOW, OUT, FAST),
        BOUND,
        export,
        EXPORTING,
    ),
)
