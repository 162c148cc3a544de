"""After an outage, to the turn: the drawn part of the delay, when the ramp ends, and the draws."""

from array import array

import pytest

from wattback.limits import NO_LIMIT_MA
from wattback.restart import Restart
from wattback.retained import INTERRUPTED, WORDS
from wattback.settings import Settings

TURN_MS = 10
FIRST_MA = 6_000
BASE = 1 << 15  # a draw is a 2^15th part of the delay
PRIME = 32_760 * BASE - 1  # multiply with carry: each draw is the last one divided by BASE


def site(delay_s: int, ramp_s: int = 60) -> Settings:
    settings = Settings()
    settings.restart_delay_s = delay_s
    settings.restart_ramp_s = ramp_s
    return settings


def begun(settings: Settings, chance: int, interrupted: int = 1) -> Restart:
    retained = array("i", [0] * WORDS)
    retained[INTERRUPTED] = interrupted
    restart = Restart(retained, chance)
    restart.begin(settings)
    return restart


def turn(restart: Restart, settings: Settings, closed: int = 0) -> None:
    restart.sense(closed, 1, 0, settings, TURN_MS)


def another_outage(restart: Restart, settings: Settings) -> None:
    turn(restart, settings)
    turn(restart, settings)
    restart.lost_supply()


def chance_of(restart: Restart) -> int:
    return int(vars(restart)["_chance"])


def test_a_fresh_one_without_an_interrupted_visit_has_nothing_left() -> None:
    restart = begun(site(60), 0x4000, interrupted=0)
    assert (restart.waiting, restart.left_s, restart.limit_ma) == (0, 0, NO_LIMIT_MA)


# --- the delay ---


# The lower 15 bits of the chance, the set delay, the part that waits.
@pytest.mark.parametrize(
    ("chance", "delay_s", "part_ms"),
    [
        (0x2000, 1, 250),
        (0x6000, 1, 750),
        (0x7F00, 1, 992),
        (0x4000, 60, 30_000),
        (0x2000, 7, 1_750),
        (0x6000, 7, 5_250),
        (0x0001, 1_800, 54),
    ],
)
def test_a_chance_waits_for_its_2_to_the_15th_parts_of_the_delay_to_the_turn(
    chance: int, delay_s: int, part_ms: int
) -> None:
    settings = site(delay_s)
    restart = begun(settings, chance)
    assert restart.left_s == -(-part_ms // 1_000)
    turn(restart, settings)  # the supply counts as lost until a turn has passed without its loss
    for left_ms in range(part_ms - TURN_MS, 0, -TURN_MS):
        turn(restart, settings)
        assert (restart.waiting, restart.left_s) == (1, -(-left_ms // 1_000))
    turn(restart, settings)
    assert (restart.waiting, restart.left_s) == (0, 0)


def test_a_supply_that_was_lost_in_the_turn_before_is_the_same_outage() -> None:
    settings = site(1_800)
    restart = begun(settings, 0x2000)
    another_outage(restart, settings)
    drawn = chance_of(restart)
    turn(restart, settings)
    restart.lost_supply()
    assert chance_of(restart) == drawn
    another_outage(restart, settings)
    assert chance_of(restart) != drawn


# --- the draws ---


def is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def test_the_draws_run_through_half_of_all_the_words_below_the_prime_before_they_repeat() -> None:
    # The order of BASE divides PRIME - 1 = 2 × a prime, and is neither 1 nor 2.
    assert is_prime(PRIME)
    assert is_prime((PRIME - 1) // 2)
    settings = site(1_800)
    restart = begun(settings, 0x12345678)
    for _ in range(1_000):
        before = chance_of(restart)
        another_outage(restart, settings)
        assert chance_of(restart) * BASE % PRIME == before % PRIME


@pytest.mark.parametrize("bit", range(30))
def test_each_of_the_30_bits_of_a_chance_tells_one_unit_from_another(bit: int) -> None:
    settings = site(1_800)
    one, other = begun(settings, 0x15555555), begun(settings, 0x15555555 ^ 1 << bit)
    assert chance_of(one) != chance_of(other)
    another_outage(one, settings)
    another_outage(other, settings)
    assert chance_of(one) != chance_of(other)


@pytest.mark.parametrize("chance", [-1, 2**31 - 1, 2**30, -(2**31)])
def test_what_is_beyond_the_30_bits_is_left_out(chance: int) -> None:
    restart = begun(site(1_800), chance)
    assert 0 < chance_of(restart) < 2**30


# --- the ramp ---


def test_the_ramp_ends_in_its_last_turn_and_has_its_whole_time_again_after_an_outage() -> None:
    settings = site(0, ramp_s=1)
    restart = begun(settings, 0x4000)
    for _ in range(3):
        turn(restart, settings)
        turn(restart, settings)
        assert restart.waiting == 0
        for _ in range(1_000 // TURN_MS - 1):
            turn(restart, settings, closed=1)
            assert FIRST_MA <= restart.limit_ma < 48_000
        turn(restart, settings, closed=1)
        assert restart.limit_ma == NO_LIMIT_MA
        restart.lost_supply()
        assert (restart.waiting, restart.limit_ma) == (1, FIRST_MA)
