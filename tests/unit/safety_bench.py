"""Visits of a vehicle that obeys, a button on the unit, a reset from afar, a power cut."""

from tests.unit.linked_wall import settings_with
from tests.unit.wall import Wall, offering_wall
from wattback.commands import COMMAND_RESET_FAULTS
from wattback.limits import OWNER_NAMES


def charging_wall(draw_ma: int = 16_000, **settings: int) -> Wall:
    """A vehicle that obeys charges, and has done so for 6 s: its offer may be raised."""
    wall = offering_wall(settings_with(**settings))
    wall.obeys = True
    wall.draw_ma = draw_ma
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.run(6_000)
    return wall


def press(wall: Wall, ms: int = 1_100) -> None:
    """The button on the unit."""
    wall.hold["reset_pressed"] = 1
    wall.run(ms)
    del wall.hold["reset_pressed"]
    wall.run(50)


def reset_from_afar(wall: Wall) -> None:
    wall.connector.queue.put(COMMAND_RESET_FAULTS, 0, 0, 0, 0)
    wall.run(200)
    assert wall.connector.queue.first() < 0


def again(wall: Wall, chance: int = 0, **settings: int) -> Wall:
    """The same unit and vehicle after a power cut."""
    after = Wall(settings_with(**settings), wall.connector.retained, chance=chance)
    after.vehicle = wall.vehicle
    after.draw_ma = wall.draw_ma
    after.obeys = wall.obeys
    after.hold = wall.hold
    return after


def import_limit(wall: Wall) -> tuple[int, str]:
    status = wall.connector.status
    return status.import_limit_ma, OWNER_NAMES[status.import_limit_owner]
