"""Turns: no port and no vehicle keeps what judges by the second waiting for long."""

from collections.abc import Callable

from tests.unit.linked_wall import LinkedWall, exporting_wall
from wattback import commands
from wattback.limits import OWNER_DRIVER

ROUND_MS = 150  # what `permission_excess_ms` has room for (settings.py)


def test_a_round_of_turns_takes_60_ms() -> None:
    wall = exporting_wall(3_000)
    assert _longest_round_ms(wall, lambda tick: None) <= 80


def test_a_full_queue_and_a_vehicle_that_never_stops_talking_hold_up_no_round() -> None:
    wall = exporting_wall(3_000)

    def press(tick: int) -> None:
        queue = wall.connector.queue
        while queue.room():
            amps = 20 + tick % 20
            queue.put(commands.COMMAND_SET_LIMIT, OWNER_DRIVER, amps * 1000, amps * 1000, 0)
            tick += 1
        wall.connector.vehicle.inbox_full |= tick & 1  # what it has said last, again

    assert 60 < _longest_round_ms(wall, press) <= ROUND_MS


def _longest_round_ms(wall: LinkedWall, press: Callable[[int], None]) -> int:
    longest_ms = began_ms = before = 0
    for tick in range(1, 601):
        press(tick)
        wall.tick()
        turn = vars(wall.connector)["_turn"]
        if turn == 0 and before:
            longest_ms = max(longest_ms, tick * 10 - began_ms)
            began_ms = tick * 10
        before = turn
    return longest_ms
