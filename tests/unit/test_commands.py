"""The command queue: order, room, and everything that it refuses at the door."""

import pytest

from wattback.commands import (
    ACCEPTED,
    ANSWER_NAMES,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
    REFUSED_FULL,
    REFUSED_OWNER,
    REFUSED_RANGE,
    REFUSED_UNKNOWN,
    CommandQueue,
)
from wattback.limits import (
    HIGHEST_LIMIT_MA,
    LONGEST_S,
    NO_LIMIT_MA,
    OWNER_BREAKER,
    OWNER_DRIVER,
    OWNER_HARDWARE,
    OWNER_SITE,
)

ROOM = 3


def take(queue: CommandQueue) -> list[int]:
    """The oldest command's five words, removed from the queue."""
    at = queue.first()
    words = list(queue.words[at : at + 5])
    queue.drop()
    return words


def put_limit(queue: CommandQueue, import_ma: int) -> int:
    return queue.put(COMMAND_SET_LIMIT, OWNER_SITE, import_ma, NO_LIMIT_MA, 60)


def test_an_empty_queue_has_no_first() -> None:
    assert CommandQueue().first() == -1


def test_commands_leave_in_the_order_in_which_they_came_with_all_their_words() -> None:
    queue = CommandQueue()
    assert queue.put(COMMAND_SET_LIMIT, OWNER_SITE, 16_000, 8_000, 60) == ACCEPTED
    assert queue.put(COMMAND_RESET_FAULTS, 0, 0, 0, 0) == ACCEPTED
    assert queue.put(COMMAND_SET_LIMIT, OWNER_DRIVER, 0, NO_LIMIT_MA, 0) == ACCEPTED
    assert take(queue) == [COMMAND_SET_LIMIT, OWNER_SITE, 16_000, 8_000, 60]
    assert take(queue) == [COMMAND_RESET_FAULTS, 0, 0, 0, 0]
    assert take(queue) == [COMMAND_SET_LIMIT, OWNER_DRIVER, 0, NO_LIMIT_MA, 0]
    assert queue.first() == -1


@pytest.mark.parametrize("taken_before", range(20))
def test_three_fit_and_the_fourth_is_refused_wherever_the_ring_stands(taken_before: int) -> None:
    queue = CommandQueue()
    for _ in range(taken_before):
        put_limit(queue, 0)
        take(queue)
    assert [put_limit(queue, ma) for ma in range(ROOM)] == [ACCEPTED] * ROOM
    assert put_limit(queue, ROOM) == REFUSED_FULL
    assert [take(queue)[2] for _ in range(ROOM)] == list(range(ROOM))
    assert queue.first() == -1


def test_room_returns_with_the_first_that_leaves() -> None:
    queue = CommandQueue()
    for ma in range(ROOM):
        put_limit(queue, ma)
    take(queue)
    assert put_limit(queue, ROOM) == ACCEPTED
    assert put_limit(queue, ROOM) == REFUSED_FULL


@pytest.mark.parametrize("code", [0, -1, 3, 4, 100, 2**28, -(2**28)])
def test_an_unknown_command_is_refused(code: int) -> None:
    queue = CommandQueue()
    assert queue.put(code, OWNER_SITE, 16_000, 16_000, 60) == REFUSED_UNKNOWN
    assert queue.first() == -1


@pytest.mark.parametrize("owner", [-1, OWNER_HARDWARE, OWNER_BREAKER, 4, 100, -(2**28)])
def test_only_site_and_driver_are_set_by_command(owner: int) -> None:
    queue = CommandQueue()
    assert queue.put(COMMAND_SET_LIMIT, owner, 16_000, 16_000, 60) == REFUSED_OWNER
    assert queue.first() == -1


@pytest.mark.parametrize("owner", [OWNER_SITE, OWNER_DRIVER])
@pytest.mark.parametrize("ma", [NO_LIMIT_MA, 0, 1, 6_000, HIGHEST_LIMIT_MA])
@pytest.mark.parametrize("lasts_s", [0, 1, LONGEST_S])
def test_the_edges_of_every_range_are_accepted(owner: int, ma: int, lasts_s: int) -> None:
    assert CommandQueue().put(COMMAND_SET_LIMIT, owner, ma, ma, lasts_s) == ACCEPTED


@pytest.mark.parametrize("owner", [OWNER_SITE, OWNER_DRIVER])
@pytest.mark.parametrize("ma", [NO_LIMIT_MA - 1, HIGHEST_LIMIT_MA + 1, 2**28, -(2**28)])
def test_a_limit_outside_its_range_is_refused_on_either_side(owner: int, ma: int) -> None:
    queue = CommandQueue()
    assert queue.put(COMMAND_SET_LIMIT, owner, ma, 16_000, 60) == REFUSED_RANGE
    assert queue.put(COMMAND_SET_LIMIT, owner, 16_000, ma, 60) == REFUSED_RANGE
    assert queue.first() == -1


@pytest.mark.parametrize("lasts_s", [-1, LONGEST_S + 1, 2**28, -(2**28)])
def test_a_time_outside_its_range_is_refused(lasts_s: int) -> None:
    queue = CommandQueue()
    assert queue.put(COMMAND_SET_LIMIT, OWNER_SITE, 16_000, 16_000, lasts_s) == REFUSED_RANGE
    assert queue.first() == -1


def test_the_longest_time_is_a_day_and_in_ms_still_a_small_integer() -> None:
    assert LONGEST_S == 24 * 60 * 60
    assert LONGEST_S * 1000 < 2**28


def test_a_bad_command_is_told_apart_from_a_full_queue() -> None:
    queue = CommandQueue()
    for _ in range(ROOM):
        put_limit(queue, 0)
    assert queue.put(99, 0, 0, 0, 0) == REFUSED_UNKNOWN


def test_every_answer_has_a_text() -> None:
    answers = [ACCEPTED, REFUSED_UNKNOWN, REFUSED_OWNER, REFUSED_RANGE, REFUSED_FULL]
    assert answers == list(range(len(ANSWER_NAMES)))
