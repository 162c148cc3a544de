"""Alphabets around a home that is cut off from its grid: outage, return, and what lies."""

from __future__ import annotations

from tests.exploration.alphabets import (
    BUTTON,
    EXPORTING,
    GOOD,
    LOW,
    OUT,
    POWER_CUT,
    RESET,
    SPEAK,
    STOP,
    Alphabet,
    Event,
    charge,
    command,
    flag,
    setting_number,
    wishes,
)
from tests.exploration.rig import Rig
from wattback import commands
from wattback.backup.steps import STATE_NAMES, SWITCH_CLOSE

# As `QUICK`: what takes a minute by default is here a matter of seconds.
BACKED = {
    **EXPORTING,
    "gateway_fitted": 1,
    "backup_enabled": 1,
    "outage_ms": 500,
    "return_steady_s": 2,
    "sync_s": 5,
    "gateway_silence_s": 3,
}
BOUND = 250
_LONGEST_TICKS = 6_000


def _permission(name: str, value: int) -> Event:
    return command(name, commands.COMMAND_SET_SETTING, setting_number("backup_enabled"), value)


def _lie(rig: Rig) -> None:
    _say(rig, "stuck_closed", "stuck_open", "stuck_closed")


def _lie_not(rig: Rig) -> None:
    _say(rig, "", "", "")


def _say(rig: Rig, switch: str, closed_contact: str, open_contact: str) -> None:
    gateway = rig.world.gateway
    assert gateway is not None
    gateway.switch.stuck = switch
    gateway.switch.closed_contact.stuck = closed_contact
    gateway.switch.open_contact.stuck = open_contact


def _lies(rig: Rig) -> bool:
    gateway = rig.world.gateway
    return gateway is not None and gateway.switch.stuck != ""


SILENCE = flag("the gateway falls silent", "it speaks again", "gateway.silent")
HELD = flag("somebody holds the home live", "nobody does", "gateway.held_v", 230.0, 0.0)
NEUTRAL = flag("the home's neutral is lost", "it is back", "gateway.transformer", False, True)
WELDED = flag("the grid switch welds", "it is mended", "gateway.switch.stuck", "stuck_closed", "")
STICKS = flag(
    "the grid switch stays open", "it is mended", "gateway.switch.stuck", "stuck_open", ""
)
LYING = (
    Event("the grid switch welds, and says that it is open", _lie, lambda rig: not _lies(rig)),
    Event("it is mended, and says what it is", _lie_not, _lies),
)
LIES = flag(
    "the contact of the open switch is stuck",
    "it is sound",
    "gateway.switch.open_contact.stuck",
    "stuck_closed",
    "",
)
STUBBORN_FORMING = flag(
    "the vehicle forms on whatever it is told", "it obeys again", "vehicle.forming.stubborn"
)
# Not while the switch has been told to close: nobody can take back a contact that moves.
LOW_BEFORE = Event(LOW.name, LOW.act, lambda rig: LOW.applies(rig) and not _closes(rig))
PERMISSION = (
    _permission("the owner switches backup off", 0),
    _permission("the owner switches it on", 1),
)


def _closes(rig: Rig) -> bool:
    backup = rig.connector.backup
    return backup is not None and bool(backup.state == SWITCH_CLOSE)


def on_grid(rig: Rig) -> None:
    """A vehicle that can form a grid charges in a home with a gateway."""
    vehicle = rig.world.vehicle
    vehicle.parameters.on = True
    vehicle.forming.parameters.forms = True
    charge(rig)


def island(rig: Rig) -> None:
    """The grid fails, and the vehicle keeps the home alive."""
    on_grid(rig)
    OUT.act(rig)
    backup = rig.connector.backup
    assert backup is not None
    for _ in range(_LONGEST_TICKS):
        rig.tick()
        if STATE_NAMES[backup.state] == "island":
            return
    raise AssertionError(f"no island: {STATE_NAMES[backup.state]}")


BACKUP_ALPHABETS = (
    Alphabet("a home in an outage", (*wishes("A", "C"), GOOD, OUT), BOUND, on_grid, BACKED),
    Alphabet(
        "a home on a low grid", (*wishes("B", "C"), GOOD, LOW_BEFORE, OUT), BOUND, island, BACKED
    ),
    Alphabet("an island and its gateway", (*SILENCE, GOOD, OUT), BOUND, island, BACKED),
    Alphabet(
        "an island and its vehicle", (*SPEAK, *wishes("B", "C"), GOOD), BOUND, island, BACKED
    ),
    Alphabet("a switch that welds", (*WELDED, GOOD, OUT, BUTTON, RESET), BOUND, on_grid, BACKED),
    Alphabet("a switch that lies", (*LYING, GOOD, OUT, BUTTON), BOUND, island, BACKED),
    Alphabet("a switch that stays open", (*STICKS, GOOD, OUT), BOUND, island, BACKED),
    Alphabet("a contact that lies", (*LIES, GOOD, OUT), BOUND, on_grid, BACKED),
    Alphabet("a home that is held", (*HELD, GOOD, OUT), BOUND, island, BACKED),
    Alphabet("a home without a neutral", (*NEUTRAL, GOOD, OUT), BOUND, island, BACKED),
    Alphabet(
        "a vehicle that forms on", (*STUBBORN_FORMING, GOOD, OUT, BUTTON), BOUND, island, BACKED
    ),
    Alphabet("the permission of an island", (*PERMISSION, GOOD, OUT), BOUND, island, BACKED),
    Alphabet("an emergency in an island", (*STOP, BUTTON, GOOD, OUT), BOUND, island, BACKED),
    Alphabet("an island and a power cut", (POWER_CUT, GOOD, OUT), BOUND, island, BACKED),
)
