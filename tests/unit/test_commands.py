"""The command queue: order, room, and everything that it refuses at the door."""

import pytest

from wattback.commands import (
    ACCEPTED,
    ANSWER_NAMES,
    COMMAND_ADOPT,
    COMMAND_HEARTBEAT,
    COMMAND_PAUSE,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
    COMMAND_SET_SETTING,
    COMMAND_SET_TARGET,
    COMMAND_SET_TIME,
    COMMAND_WITHDRAW,
    REFUSED_FULL,
    REFUSED_OWNER,
    REFUSED_RANGE,
    REFUSED_UNKNOWN,
    CommandQueue,
    judge,
)
from wattback.limits import (
    HIGHEST_LIMIT_MA,
    LONGEST_S,
    NO_LIMIT_MA,
    OWNER_BREAKER,
    OWNER_CAPACITY,
    OWNER_DRIVER,
    OWNER_HARDWARE,
    OWNER_NAMES,
    OWNER_PROGRAMME,
    OWNER_SITE,
    OWNER_TECHNICIAN,
)
from wattback.settings import AT_RUN_TIME, SETTINGS
from wattback.targets import HIGHEST_TARGET_W, OWNER_DEPARTURE, OWNER_NONE
from wattback.targets import OWNER_PROGRAMME as TARGET_OF_PROGRAMME
from wattback.targets import OWNER_SITE as TARGET_OF_SITE

ROOM = 7
FAR = (2**28, -(2**28))
AT_START_ROWS = [index for index, row in enumerate(SETTINGS) if row[4] != AT_RUN_TIME]
AT_RUN_TIME_ROWS = [index for index, row in enumerate(SETTINGS) if row[4] == AT_RUN_TIME]


def take(queue: CommandQueue) -> list[int]:
    """The oldest command's seven words, removed from the queue."""
    at = queue.first()
    words = list(queue.words[at : at + 7])
    queue.drop()
    return words


def put_limit(queue: CommandQueue, import_ma: int) -> int:
    return queue.put(COMMAND_SET_LIMIT, OWNER_SITE, import_ma, NO_LIMIT_MA, 60)


# --- the queue ---


def test_an_empty_queue_has_no_first_and_all_its_room() -> None:
    assert CommandQueue().first() == -1
    assert CommandQueue().room() == ROOM


def test_commands_leave_in_the_order_in_which_they_came_with_all_their_words() -> None:
    queue = CommandQueue()
    assert queue.put(COMMAND_SET_LIMIT, OWNER_SITE, 16_000, 8_000, 60) == ACCEPTED
    assert queue.put(COMMAND_RESET_FAULTS, 0, 0, 0, 0) == ACCEPTED
    assert queue.put(COMMAND_SET_TARGET, TARGET_OF_SITE, 1, -3_000, 60, 1, 4_000) == ACCEPTED
    assert take(queue) == [COMMAND_SET_LIMIT, OWNER_SITE, 16_000, 8_000, 60, 0, 0]
    assert take(queue) == [COMMAND_RESET_FAULTS, 0, 0, 0, 0, 0, 0]
    assert take(queue) == [COMMAND_SET_TARGET, TARGET_OF_SITE, 1, -3_000, 60, 1, 4_000]
    assert queue.first() == -1


@pytest.mark.parametrize("taken_before", range(20))
def test_seven_fit_and_the_eighth_is_refused_wherever_the_ring_stands(taken_before: int) -> None:
    queue = CommandQueue()
    for _ in range(taken_before):
        put_limit(queue, 0)
        take(queue)
    assert [put_limit(queue, ma) for ma in range(ROOM)] == [ACCEPTED] * ROOM
    assert put_limit(queue, ROOM) == REFUSED_FULL
    assert [take(queue)[2] for _ in range(ROOM)] == list(range(ROOM))
    assert queue.first() == -1


@pytest.mark.parametrize("taken_before", range(10))
def test_room_is_what_still_fits(taken_before: int) -> None:
    queue = CommandQueue()
    for _ in range(taken_before):
        put_limit(queue, 0)
        take(queue)
    for waiting in range(ROOM):
        assert queue.room() == ROOM - waiting
        put_limit(queue, 0)
    assert queue.room() == 0
    take(queue)
    assert queue.room() == 1


def test_room_returns_with_the_first_that_leaves() -> None:
    queue = CommandQueue()
    for ma in range(ROOM):
        put_limit(queue, ma)
    take(queue)
    assert put_limit(queue, ROOM) == ACCEPTED
    assert put_limit(queue, ROOM) == REFUSED_FULL


def test_a_bad_command_is_told_apart_from_a_full_queue() -> None:
    queue = CommandQueue()
    for _ in range(ROOM):
        put_limit(queue, 0)
    assert queue.put(99, 0, 0, 0, 0) == REFUSED_UNKNOWN


def test_what_is_refused_leaves_the_queue_as_it_was() -> None:
    queue = CommandQueue()
    put_limit(queue, 1)
    words = list(queue.words)
    assert queue.put(COMMAND_SET_LIMIT, OWNER_SITE, -2, 0, 0) == REFUSED_RANGE
    assert queue.put(COMMAND_SET_TARGET, OWNER_NONE, 1, 0, 0) == REFUSED_OWNER
    assert (list(queue.words), queue.room()) == (words, ROOM - 1)


def test_every_answer_has_a_text() -> None:
    answers = [ACCEPTED, REFUSED_UNKNOWN, REFUSED_OWNER, REFUSED_RANGE, REFUSED_FULL]
    assert answers == list(range(len(ANSWER_NAMES)))


# --- what is judged ---


@pytest.mark.parametrize("code", [0, -1, 10, 100, *FAR])
def test_an_unknown_command_is_refused(code: int) -> None:
    assert judge(code, OWNER_SITE, 16_000, 16_000, 60) == REFUSED_UNKNOWN


SETTABLE = [OWNER_SITE, OWNER_DRIVER, OWNER_PROGRAMME, OWNER_TECHNICIAN]
PAUSING = [OWNER_SITE, OWNER_DRIVER, OWNER_TECHNICIAN]
LIMIT = (COMMAND_SET_LIMIT, OWNER_SITE, 16_000, 16_000, 60, 0, 0)
TARGET = (COMMAND_SET_TARGET, TARGET_OF_SITE, 1, 5_000, 60, 1, 5_000)
SETTING = (COMMAND_SET_SETTING, AT_RUN_TIME_ROWS[0], 60, 0, 0, 0, 0)
BEAT = (COMMAND_HEARTBEAT, 0, 0, 0, 0, 0, 0)
TIME = (COMMAND_SET_TIME, 20_000, 0, 0, 0, 0, 0)
RESET = (COMMAND_RESET_FAULTS, 0, 0, 0, 0, 0, 0)
WITHDRAW = (COMMAND_WITHDRAW, 0, 0, 0, 0, 0, 0)
ADOPT = (COMMAND_ADOPT, 1, 0b1_0000_0000, 0, 0, 0, 0)
PAUSE = (COMMAND_PAUSE, OWNER_SITE, 1, 0, 0, 0, 0)


# A good command, the index of one word of it, the values that it takes, and those it refuses.
RANGES = [
    (LIMIT, 2, [NO_LIMIT_MA, 0, 1, 6_000, HIGHEST_LIMIT_MA], [-2, HIGHEST_LIMIT_MA + 1, *FAR]),
    (LIMIT, 3, [NO_LIMIT_MA, 0, 1, 6_000, HIGHEST_LIMIT_MA], [-2, HIGHEST_LIMIT_MA + 1, *FAR]),
    (LIMIT, 4, [0, 1, LONGEST_S], [-1, LONGEST_S + 1, *FAR]),
    (TARGET, 2, [0, 1], [-1, 2, *FAR]),
    (TARGET, 3, [-19_200, -1, 0, 1, 19_200], [-19_201, 19_201, *FAR]),
    (TARGET, 4, [0, 1, LONGEST_S], [-1, LONGEST_S + 1, *FAR]),
    (TARGET, 5, [0, 1], [-1, 2, *FAR]),
    (TARGET, 6, [-19_200, 0, 19_200], [-19_201, 19_201, *FAR]),
    (SETTING, 1, AT_RUN_TIME_ROWS[:1], [-1, len(SETTINGS), *FAR]),
    (BEAT, 1, [0, 1, 65_535], [-1, 65_536, *FAR]),
    (TIME, 1, [0, 20_000, 47_482], [-1, 47_483, *FAR]),
    (TIME, 2, [0, 86_399], [-1, 86_400, *FAR]),
    (PAUSE, 2, [0, 1], [-1, 2, *FAR]),
    (ADOPT, 1, [1, 65_535], [-1, 0, 65_536, *FAR]),
    (ADOPT, 2, [0, 0x1FF], [-1, 0x200, *FAR]),
    *((ADOPT, word, [0], [-1, 1, *FAR]) for word in range(3, 7)),
    *((WITHDRAW, word, [0], [-1, 1, *FAR]) for word in range(1, 7)),
    *((RESET, word, [0], [-1, 1, *FAR]) for word in range(1, 7)),
]


@pytest.mark.parametrize(("good", "word", "values", "refused"), RANGES)
def test_every_argument_is_taken_within_its_range_and_refused_outside(
    good: tuple[int, ...], word: int, values: list[int], refused: list[int]
) -> None:
    words = list(good)
    for value in values:
        words[word] = value
        assert CommandQueue().put(*words) == ACCEPTED, value
    for value in refused:
        queue = CommandQueue()
        words[word] = value
        assert queue.put(*words) == REFUSED_RANGE, value
        assert queue.first() == -1


@pytest.mark.parametrize("owner", [*SETTABLE, -1, OWNER_HARDWARE, OWNER_BREAKER, 6, *FAR])
def test_only_site_driver_technician_and_programme_set_limits(owner: int) -> None:
    expected = ACCEPTED if owner in SETTABLE else REFUSED_OWNER
    assert judge(COMMAND_SET_LIMIT, owner, 16_000, 16_000, 60) == expected
    assert judge(COMMAND_SET_LIMIT, OWNER_CAPACITY, 16_000, 16_000, 60) == REFUSED_OWNER


@pytest.mark.parametrize("owner", range(len(OWNER_NAMES)))
def test_only_people_and_the_site_pause(owner: int) -> None:
    expected = ACCEPTED if owner in PAUSING else REFUSED_OWNER
    for paused in (0, 1):
        assert judge(COMMAND_PAUSE, owner, paused, 0, 0) == expected


@pytest.mark.parametrize("owner", [-1, OWNER_NONE, OWNER_DEPARTURE, 4, *FAR])
def test_only_programme_and_site_set_targets(owner: int) -> None:
    assert judge(COMMAND_SET_TARGET, owner, 1, 5_000, 60) == REFUSED_OWNER
    for good in (TARGET_OF_PROGRAMME, TARGET_OF_SITE):
        assert judge(COMMAND_SET_TARGET, good, 1, 5_000, 60) == ACCEPTED


@pytest.mark.parametrize("index", AT_RUN_TIME_ROWS)
def test_a_setting_of_run_time_is_taken_within_the_range_of_its_row(index: int) -> None:
    _, _, lowest, highest, _ = SETTINGS[index]
    for value in (lowest, highest):
        assert judge(COMMAND_SET_SETTING, index, value, 0, 0) == ACCEPTED
    for value in (lowest - 1, highest + 1):
        assert judge(COMMAND_SET_SETTING, index, value, 0, 0) == REFUSED_RANGE


@pytest.mark.parametrize("index", AT_START_ROWS)
def test_an_installers_setting_is_not_set_by_command(index: int) -> None:
    assert judge(COMMAND_SET_SETTING, index, SETTINGS[index][1], 0, 0) == REFUSED_OWNER


def test_the_longest_time_is_a_day_and_in_ms_still_a_small_integer() -> None:
    assert LONGEST_S == 24 * 60 * 60
    assert LONGEST_S * 1000 < 2**28


def test_the_largest_target_is_80_a_at_240_v() -> None:
    assert HIGHEST_TARGET_W == 80 * 240
