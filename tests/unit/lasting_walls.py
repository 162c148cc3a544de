"""Situations that may last for weeks: healthy ones, broken hardware, inputs that come and go."""

from collections.abc import Callable, Iterable
from itertools import cycle

from tests.unit.linked_wall import LinkedWall, exporting_wall, linked_wall, settings_with
from tests.unit.wall import DEFAULTS, TICK_MS, Wall, charging_wall, offering_wall
from wattback.commands import COMMAND_HEARTBEAT
from wattback.proximity import IEC_CABLE, WIRED_HANDLE

Make = Callable[[], Wall]


class FlickeringWall(Wall):
    """flickers: an input and the values that it takes in turn, each for one tick."""

    flickers: tuple[str, Iterable[int]] = ("reset_pressed", (0,))

    def tick(self, dt_ms: int = TICK_MS) -> None:
        name, values = self.flickers
        self.hold[name] = next(values)  # type: ignore[call-overload]
        super().tick(dt_ms)


def held(settings: Iterable[int] = DEFAULTS, **inputs: int) -> Make:
    """A vehicle that asks for energy in front of hardware that is broken in some way."""

    def make() -> Wall:
        wall = Wall(settings)
        wall.vehicle = "C"
        wall.hold = dict(inputs)
        return wall

    return make


def while_charging(**inputs: int) -> Make:
    """The hardware breaks while a vehicle charges."""

    def make() -> Wall:
        wall = charging_wall()
        wall.hold = dict(inputs)
        return wall

    return make


def flickering(name: str, *values: int) -> Make:
    """An input that never stands still, in front of a vehicle that asks for energy."""

    def make() -> Wall:
        wall = FlickeringWall()
        wall.vehicle = "C"
        wall.flickers = (name, cycle(values))
        return wall

    return make


def forbidden_wall() -> LinkedWall:
    """A vehicle exports whatever it is told, behind a contact that does not open."""
    wall = exporting_wall()
    wall.stubborn_w = 5_000
    wall.set("export_enabled", 0)
    wall.hold = {"contactor_aux_closed": 1, "power_w": 5_000, "current_l1_ma": 20_000}
    return wall


def lapsed_wall() -> LinkedWall:
    wall = linked_wall()
    wall.speaks = False
    return wall


def silent_wall() -> LinkedWall:
    wall = exporting_wall(controller_timeout_s=1)
    wall.command(COMMAND_HEARTBEAT, 1)
    return wall


def interrupted_wall() -> Wall:
    """After a power cut in a charge the supply has not come back to its window."""
    wall = Wall(DEFAULTS, charging_wall().connector.retained, chance=1 << 14)
    wall.vehicle = "C"
    wall.hold = {"voltage_l1_mv": 70_000}
    return wall


def abandoned_wall() -> Wall:
    """After a power cut in a charge the vehicle has gone."""
    return Wall(DEFAULTS, charging_wall().connector.retained, chance=1 << 14)


SITUATIONS: dict[str, Make] = {
    "idle": Wall,
    "without settings": lambda: Wall(settings=None),
    "offered": offering_wall,
    "charging": charging_wall,
    "no supply": held(voltage_l1_mv=0, voltage_l2_mv=0, frequency_millihertz=0),
    "one leg": held(voltage_l1_mv=0),
    "wrong frequency": held(frequency_millihertz=0),
    "legs apart": while_charging(voltage_l1_mv=150_000, voltage_l2_mv=90_000),
    "legs not opposite": while_charging(leg_angle_decideg=1_200),
    "pilot shorted": held(pilot_high_mv=0, pilot_low_mv=0),
    "pilot stuck": held(pilot_high_mv=12_000),
    "diode missing": held(pilot_low_mv=-5_000),
    "latch dead": held(ground_fault_latched=0),
    "latch does not release": held(ground_fault_latched=1),
    "leak below the latch": while_charging(residual_ua=25_000),
    "leak that the latch leaves": while_charging(residual_ua=80_000),
    "leak before a test": held(residual_ua=25_000),
    "contact does not close": held(contactor_aux_closed=0),
    "contact welded": held(contactor_aux_closed=1),
    "contact chatters": flickering("contactor_aux_closed", 0, 1),
    "coil without voltage": while_charging(coil_driven=0),
    "coil comes and goes": flickering("coil_driven", 0, 1),
    "vehicle's side live": held(load_mv=240_000),
    "vehicle's side live and out of phase": held(load_mv=240_000, load_angle_decideg=900),
    "vehicle's side dead": while_charging(load_mv=0),
    "current without offer": held(current_l1_ma=-90_000),
    "legs unbalanced": while_charging(current_l2_ma=0),
    "meter frozen": while_charging(voltage_l1_mv=120_000, power_w=-3_840),
    "emergency stop": while_charging(emergency_stopped=1),
    "emergency stop flickers": flickering("emergency_stopped", 1, 0),
    "disconnect open": held(disconnect_open=1),
    "button jammed": while_charging(reset_pressed=1),
    "no earth": while_charging(earth_ohm=1_000_000),
    "board hot": while_charging(board_decic=1_010),
    "terminal warm": while_charging(terminal_decic=900),
    "handle hot": while_charging(handle_decic=790),
    "handle's sensor open": while_charging(handle_decic=9_000),
    "handle's sensor comes and goes": flickering("handle_decic", 250, 9_000),
    "handle pressed": held(settings_with(proximity_profile=WIRED_HANDLE), proximity_ohm=480),
    "no cable": held(settings_with(proximity_profile=IEC_CABLE), proximity_ohm=1_000_000),
    "supply out after a power cut": interrupted_wall,
    "vehicle gone after a power cut": abandoned_wall,
    "exporting": exporting_wall,
    "exporting against its permission": forbidden_wall,
    "link lapsed": lapsed_wall,
    "controller silent": silent_wall,
}
