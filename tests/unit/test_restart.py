"""After an outage: a random delay that is fair, a ramp, and what ends them."""

from array import array
from random import Random

import pytest

from wattback.limits import HIGHEST_LIMIT_MA, NO_LIMIT_MA
from wattback.restart import Restart
from wattback.retained import INTERRUPTED, WORDS
from wattback.settings import Settings

TURN_MS = 100
FIRST_MA = 6_000
HALF = 0x7FFF  # of the chance: half of the delay, when it is HALF // 2 + 1
WORDS_OF_CHANCE = [0, 1, 0x3FFF, 0x4000, 0x7FFF, 0x8000, 2**29, 2**30 - 1, 2**31 - 1, -1, -(2**31)]


def site(delay_s: int = 60, ramp_s: int = 60, hardware_ma: int = 48_000) -> Settings:
    settings = Settings()
    settings.restart_delay_s = delay_s
    settings.restart_ramp_s = ramp_s
    settings.hardware_limit_ma = hardware_ma
    return settings


def words(interrupted: int) -> "array[int]":
    retained = array("i", [0] * WORDS)
    retained[INTERRUPTED] = interrupted
    return retained


class Unit:
    """A restart with its retained words and settings, fed turn by turn."""

    def __init__(
        self, interrupted: int = 1, chance: int = 0x4000, settings: Settings | None = None
    ) -> None:
        self.retained = words(interrupted)
        self.settings = settings or site()
        self.restart = Restart(self.retained, chance)
        self.restart.begin(self.settings)

    def feed(self, ms: int, closed: int = 0, connected: int = 1, dt_ms: int = TURN_MS) -> None:
        for _ in range(ms // dt_ms):
            self.restart.sense(closed, connected, 1 - connected, self.settings, dt_ms)

    def hide(self, ms: int) -> None:
        """The pilot is at −12 V: nobody knows whether there is a vehicle."""
        for _ in range(ms // TURN_MS):
            self.restart.sense(0, 0, 0, self.settings, TURN_MS)

    def outage(self, ms: int, connected: int = 1) -> None:
        for _ in range(ms // TURN_MS):
            self.restart.lost_supply()
            self.restart.sense(0, connected, 1 - connected, self.settings, TURN_MS)

    def power_cut(self, chance: int) -> None:
        """The same words in another start."""
        self.restart = Restart(self.retained, chance)
        self.restart.begin(self.settings)

    @property
    def interrupted(self) -> int:
        return self.retained[INTERRUPTED]

    def delay_ms(self, dt_ms: int = TURN_MS) -> int:
        passed_ms = 0
        while self.restart.waiting:
            self.feed(dt_ms, dt_ms=dt_ms)
            passed_ms += dt_ms
            assert passed_ms < 2_000_000, "it waits for ever"
        return passed_ms


def part_s(chance: int, delay_s: int) -> int:
    unit = Unit(1, chance, site(delay_s))
    return unit.restart.left_s


# --- what is remembered ---


def test_a_unit_that_was_idle_waits_for_nothing() -> None:
    unit = Unit(interrupted=0)
    unit.feed(60_000, connected=0)
    assert (unit.restart.waiting, unit.restart.left_s) == (0, 0)
    assert (unit.restart.limit_ma, unit.interrupted) == (NO_LIMIT_MA, 0)


@pytest.mark.parametrize("closed", [0, 1])
def test_a_vehicle_is_remembered_from_its_first_turn_be_it_held_back_or_not(closed: int) -> None:
    unit = Unit(interrupted=0)
    unit.feed(TURN_MS, closed)
    assert unit.interrupted == 1
    assert (unit.restart.waiting, unit.restart.limit_ma) == (0, NO_LIMIT_MA)
    unit.feed(3_600_000)
    assert unit.interrupted == 1


def test_what_a_pilot_at_minus_12_v_hides_stays_as_it_was() -> None:
    for interrupted in (0, 1):
        unit = Unit(interrupted)
        unit.hide(3_600_000)
        assert unit.interrupted == interrupted


def test_an_unplug_is_forgotten_at_once() -> None:
    unit = Unit(interrupted=0)
    unit.feed(60_000, closed=1)
    unit.feed(TURN_MS, connected=0)
    assert unit.interrupted == 0


@pytest.mark.parametrize("cut_after_s", [0, 10, 29, 35, 60, 89])
def test_a_second_cut_before_the_ramp_is_over_makes_it_wait_again(cut_after_s: int) -> None:
    unit = Unit()  # 30 s of delay, then 60 s of ramp
    unit.feed(cut_after_s * 1000, closed=0)
    unit.feed(1_000, closed=0 if unit.restart.waiting else 1)
    assert unit.interrupted == 1
    unit.power_cut(chance=0x2000)
    assert (unit.restart.waiting, unit.restart.left_s) == (1, 15)
    assert unit.restart.limit_ma == FIRST_MA


# --- the delay ---


def test_it_waits_from_the_constructor_on_and_until_the_settings_are_there() -> None:
    restart = Restart(words(1), 0x4000)
    settings = site()
    for _ in range(3_000):
        restart.sense(0, 1, 0, settings, TURN_MS)
        restart.skip()
        restart.lost_supply()
    assert (restart.waiting, restart.limit_ma) == (1, FIRST_MA)
    restart.begin(settings)
    assert restart.left_s == 30


@pytest.mark.parametrize("dt_ms", [50, 100, 600])
def test_it_waits_for_its_part_and_counts_the_seconds_down(dt_ms: int) -> None:
    unit = Unit(settings=site(delay_s=1_800))
    lasts = []
    while unit.restart.waiting:
        lasts.append(unit.restart.left_s)
        unit.feed(dt_ms, dt_ms=dt_ms)
        assert len(lasts) * dt_ms <= 900_000 + 2 * dt_ms
    assert lasts[0] == 900
    assert lasts == sorted(lasts, reverse=True) and lasts[-1] == 1
    assert set(lasts) == set(range(1, 901))
    assert len(lasts) * dt_ms >= 900_000
    assert unit.restart.left_s == 0


@pytest.mark.parametrize("delay_s", [0, 1, 60, 1_800])
@pytest.mark.parametrize("chance", WORDS_OF_CHANCE)
def test_no_chance_waits_for_more_than_the_set_delay(chance: int, delay_s: int) -> None:
    unit = Unit(1, chance, site(delay_s))
    assert 0 <= unit.restart.left_s <= delay_s
    assert unit.delay_ms() <= delay_s * 1000 + 2 * TURN_MS


@pytest.mark.parametrize("delay_s", [1, 7, 60, 300, 1_800])
def test_over_all_chances_each_second_is_as_likely_as_any_other(delay_s: int) -> None:
    counts = [0] * (delay_s + 1)
    for low in range(HALF + 1):
        counts[part_s(low or 2**29, delay_s)] += 1
    expected = (HALF + 1) / delay_s
    within_a_ms = expected / 1_000  # these wait for 0 ms, and one of 1,000 ms is missing
    assert counts[0] <= within_a_ms + 1
    assert all(abs(count - expected) <= within_a_ms + 2 for count in counts[1:])


@pytest.mark.parametrize("outages", [0, 1, 2])
def test_over_random_words_the_parts_spread_evenly_in_each_outage(outages: int) -> None:
    random = Random(6)
    bins = [0] * 20
    units = 10_000
    settings = site(delay_s=1_800)
    for _ in range(units):
        unit = Unit(1, random.getrandbits(30), settings)
        for _ in range(outages):
            unit.feed(2 * TURN_MS)
            unit.restart.lost_supply()
        bins[(unit.restart.left_s - 1) * 20 // 1_800] += 1
    expected = units / 20
    chi_squared = sum((count - expected) ** 2 / expected for count in bins)
    assert chi_squared < 43.8  # 19 degrees of freedom: one in a thousand


def test_units_that_drew_alike_in_one_outage_draw_apart_in_the_next() -> None:
    settings = site(delay_s=1_800)
    seconds = set()
    for high in range(200):
        unit = Unit(1, high << 15 | 0x1234, settings)
        assert unit.restart.left_s == part_s(0x1234, 1_800)
        unit.feed(2 * TURN_MS)
        unit.restart.lost_supply()
        seconds.add(unit.restart.left_s)
    assert len(seconds) > 10


@pytest.mark.parametrize("chance", WORDS_OF_CHANCE)
def test_the_chance_stays_below_2_to_the_30_and_never_gets_stuck(chance: int) -> None:
    unit = Unit(1, chance)
    drawn = set()
    for _ in range(1_000):
        unit.feed(2 * TURN_MS)
        unit.restart.lost_supply()
        drawn.add(unit.restart.left_s)
        assert all(abs(v) < 2**30 for v in vars(unit.restart).values() if isinstance(v, int))
    assert drawn >= set(range(1, 61))


# --- a supply that goes while the board stays ---


def test_a_lost_supply_under_a_visit_is_an_outage_too() -> None:
    unit = Unit(interrupted=0)
    unit.feed(60_000, closed=1)
    unit.outage(5_000)
    assert (unit.restart.waiting, unit.restart.limit_ma, unit.interrupted) == (1, FIRST_MA, 1)


def test_a_supply_lost_without_a_vehicle_is_none() -> None:
    unit = Unit(interrupted=0)
    unit.feed(60_000, connected=0)
    unit.outage(5_000, connected=0)
    unit.outage(5_000, connected=1)  # one that comes in the dark has lost nothing
    assert (unit.restart.waiting, unit.restart.limit_ma) == (0, NO_LIMIT_MA)


def test_the_delay_does_not_run_out_during_the_outage() -> None:
    unit = Unit()
    unit.feed(10_000)
    unit.outage(TURN_MS)
    left_s = unit.restart.left_s
    unit.outage(3_600_000)
    assert (unit.restart.waiting, unit.restart.left_s) == (1, left_s)
    assert (left_s - 1) * 1000 <= unit.delay_ms() <= left_s * 1000 + 2 * TURN_MS


def test_turns_that_report_the_loss_without_sensing_do_the_same() -> None:
    unit = Unit()
    unit.feed(10_000)
    unit.restart.lost_supply()
    left_s = unit.restart.left_s
    for _ in range(1_000):
        unit.restart.lost_supply()
    assert unit.restart.left_s == left_s


def test_each_outage_draws_another_part() -> None:
    unit = Unit(settings=site(delay_s=1_800))
    parts = set()
    for _ in range(20):
        unit.feed(2 * TURN_MS)
        unit.outage(1_000)
        parts.add(unit.restart.left_s)
    assert len(parts) > 15


def test_a_supply_that_is_not_yet_fit_at_the_start_is_the_same_outage() -> None:
    unit = Unit()
    unit.outage(2_000)
    assert unit.restart.left_s == 30


def test_a_supply_that_comes_and_goes_never_lets_the_delay_run_out_early() -> None:
    unit = Unit(settings=site(delay_s=1_800))
    for _ in range(200):
        unit.outage(200)
        unit.feed(200)
        assert unit.restart.limit_ma == FIRST_MA
        assert unit.interrupted == 1


def test_an_outage_in_the_ramp_begins_again_at_6_a() -> None:
    unit = Unit()
    unit.delay_ms()
    unit.feed(30_000, closed=1)
    assert unit.restart.limit_ma > FIRST_MA
    unit.outage(1_000)
    assert (unit.restart.waiting, unit.restart.limit_ma) == (1, FIRST_MA)
    unit.restart.skip()
    unit.feed(1_000, closed=1)
    assert unit.restart.limit_ma < 7_000


# --- what ends it ---


def test_a_skip_on_site_ends_the_delay_and_not_the_ramp() -> None:
    unit = Unit()
    unit.feed(5_000)
    unit.restart.skip()
    assert (unit.restart.waiting, unit.restart.left_s) == (0, 0)
    assert unit.restart.limit_ma == FIRST_MA
    unit.feed(5_000, closed=1)
    assert unit.restart.waiting == 0


def test_a_skip_without_a_delay_changes_nothing() -> None:
    unit = Unit(interrupted=0)
    unit.restart.skip()
    assert (unit.restart.waiting, unit.restart.limit_ma) == (0, NO_LIMIT_MA)


def test_a_skip_during_the_outage_counts_when_it_is_over() -> None:
    unit = Unit()
    unit.feed(5_000)
    unit.outage(1_000)
    unit.restart.skip()
    unit.outage(1_000)
    unit.feed(1_000)
    assert unit.restart.waiting == 0


@pytest.mark.parametrize("during", ["delay", "outage", "ramp"])
def test_an_unplug_ends_delay_and_ramp(during: str) -> None:
    unit = Unit()
    unit.feed(1_000)
    if during == "ramp":
        unit.restart.skip()
        unit.feed(1_000, closed=1)
    if during == "outage":
        unit.outage(1_000)
        unit.outage(TURN_MS, connected=0)
    else:
        unit.feed(TURN_MS, connected=0)
    assert (unit.restart.waiting, unit.restart.left_s) == (0, 0)
    assert (unit.restart.limit_ma, unit.interrupted) == (NO_LIMIT_MA, 0)


def test_an_unplug_in_an_outage_without_a_reset_ends_it_at_once() -> None:
    unit = Unit(interrupted=0)
    unit.feed(60_000, closed=1)
    unit.restart.lost_supply()
    assert unit.restart.waiting
    unit.outage(TURN_MS, connected=0)
    assert (unit.restart.waiting, unit.interrupted) == (0, 0)


def test_a_vehicle_that_the_start_has_not_shown_yet_is_no_unplug() -> None:
    unit = Unit()
    unit.hide(10_000)
    assert unit.restart.waiting
    unit.feed(TURN_MS, connected=1)
    assert unit.restart.waiting


def test_a_vehicle_that_was_unplugged_in_the_outage_leaves_no_delay_to_the_next() -> None:
    unit = Unit()
    unit.feed(TURN_MS, connected=0)
    assert (unit.restart.waiting, unit.interrupted) == (0, 0)
    assert unit.restart.limit_ma == NO_LIMIT_MA


# --- the ramp ---


@pytest.mark.parametrize("ramp_s", [1, 60, 1_800])
@pytest.mark.parametrize("hardware_ma", [FIRST_MA, 6_005, 32_000, 48_000, HIGHEST_LIMIT_MA])
def test_the_ramp_is_a_straight_line_from_6_a_to_the_hardwares_limit(
    hardware_ma: int, ramp_s: int
) -> None:
    unit = Unit(settings=site(0, ramp_s, hardware_ma))
    unit.feed(2 * TURN_MS)
    assert unit.restart.limit_ma == FIRST_MA
    for turn in range(1, ramp_s * 1000 // TURN_MS):
        unit.feed(TURN_MS, closed=1)
        exact_ma = FIRST_MA + (hardware_ma - FIRST_MA) * turn * TURN_MS / (ramp_s * 1000)
        assert exact_ma - 1_020 < unit.restart.limit_ma <= exact_ma  # in whole amps
        assert unit.restart.limit_ma % 1_000 == 0
    unit.feed(TURN_MS, closed=1)
    assert unit.restart.limit_ma == NO_LIMIT_MA


def test_the_ramp_waits_for_the_vehicle() -> None:
    unit = Unit(settings=site(delay_s=0))
    unit.feed(3_600_000)
    assert (unit.restart.limit_ma, unit.interrupted) == (FIRST_MA, 1)
    unit.feed(30_000, closed=1)
    assert unit.restart.limit_ma == 27_000


def test_an_opening_in_the_ramp_neither_raises_nor_ends_it() -> None:
    unit = Unit(settings=site(delay_s=0))
    unit.feed(30_000, closed=1)
    before_ma = unit.restart.limit_ma
    unit.feed(3_600_000)
    assert unit.restart.limit_ma == before_ma


def test_without_delay_and_ramp_everything_is_as_if_nothing_had_happened() -> None:
    unit = Unit(settings=site(delay_s=0, ramp_s=0))
    unit.feed(3 * TURN_MS)
    assert (unit.restart.waiting, unit.restart.limit_ma) == (0, NO_LIMIT_MA)
    unit.feed(TURN_MS, connected=0)
    assert unit.interrupted == 0


def test_after_the_ramp_a_running_visit_is_remembered_on() -> None:
    unit = Unit(settings=site(delay_s=0, ramp_s=1))
    unit.feed(60_000, closed=1)
    assert (unit.restart.limit_ma, unit.interrupted) == (NO_LIMIT_MA, 1)
    unit.feed(TURN_MS, connected=0)
    assert unit.interrupted == 0


def test_it_writes_one_retained_word_and_reads_no_other() -> None:
    retained = array("i", [7] * WORDS)
    retained[INTERRUPTED] = 1
    restart = Restart(retained, 5)
    restart.begin(site())
    for at in range(2_000):
        restart.sense(at & 1, 1, 0, site(), TURN_MS)
    retained[INTERRUPTED] = 7
    assert set(retained) == {7}
