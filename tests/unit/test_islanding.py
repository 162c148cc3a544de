"""Passive islanding supervision: what no grid does is detected, what a grid may do never is."""

from collections.abc import Callable, Iterable

import pytest

from tests.property.small_int import SmallInt, carry
from wattback.grid.islanding import Islanding
from wattback.settings import Settings

NOMINAL_BP = 10_000
NOMINAL = 60_000  # mHz
LAP_MS = 80  # a round of turns while exporting; the longest are 150 ms and, once, 420
LAPS = (60, 70, 80, 110, 150, 420)
# Rate of change that a category must ride through, in mHz/s, typed in anew from evse.md 6.2.
RATES = {1: 500, 2: 2_000, 3: 3_000}
# What a step may be before it is seen, in such rounds: 250 mHz and what the reference has
# followed in three samples.
UNSEEN = {category: 250 + 3 * rate * LAP_MS // 1_000 for category, rate in RATES.items()}
WINDOW_MS = 83  # 5 cycles (evse.md 6.6): so long a phase jump shows as a frequency
each_category = pytest.mark.parametrize("category", RATES)
each_lap = pytest.mark.parametrize("lap_ms", LAPS)
each_side = pytest.mark.parametrize("sign", [1, -1], ids=["up", "down"])


class Watched:
    """A supervision that has settled at nominal frequency, unless told otherwise."""

    def __init__(self, category: int = 3, lap_ms: int = LAP_MS, settled: bool = True) -> None:
        self.settings = Settings()
        self.settings.abnormal_category = category
        self.islanding = Islanding()
        self.lap_ms = lap_ms
        if settled:
            self.feed([NOMINAL] * 6)

    def feed(self, samples: Iterable[int], line_bp: int = NOMINAL_BP) -> list[int]:
        """Whether it was detected after each of these frequencies, a round each."""
        seen = []
        for millihertz in samples:
            self.islanding.sense(line_bp, millihertz, 1, self.settings, self.lap_ms)
            seen.append(self.islanding.detected)
        return seen

    def follow(self, course: Callable[[int], int], ms: int, begins_ms: int = 0) -> bool:
        """Whether anything was detected on a course of mHz over ms, sampled from a phase on."""
        return any(self.feed(course(t_ms) for t_ms in range(begins_ms, ms, self.lap_ms)))


# --- an island ---


@pytest.mark.covers("6.6 passive supervision")
@each_category
@each_side
def test_a_frequency_that_steps_farther_than_a_grid_could_go_is_an_island_in_three_rounds(
    category: int, sign: int
) -> None:
    step = UNSEEN[category] + 1
    assert Watched(category).feed([NOMINAL + sign * step] * 4) == [0, 0, 1, 1]


@each_category
@each_side
def test_the_largest_step_that_is_taken_for_a_grids(category: int, sign: int) -> None:
    step = UNSEEN[category]
    assert not any(Watched(category).feed([NOMINAL + sign * step] * 100))


@each_lap
def test_it_takes_three_samples_however_long_a_round_lasts(lap_ms: int) -> None:
    assert Watched(lap_ms=lap_ms).feed([NOMINAL + 6_000] * 5) == [0, 0, 1, 1, 1]


@each_category
@each_side
def test_a_ramp_of_half_as_much_again_as_the_category_rides_through_is_an_island(
    category: int, sign: int
) -> None:
    rate = sign * RATES[category] * 3 // 2
    assert Watched(category).follow(lambda ms: NOMINAL + rate * ms // 1_000, 2_000)


def test_what_was_detected_counts_until_the_export_has_ended() -> None:
    watched = Watched()
    watched.feed([NOMINAL + 1_000] * 3)
    assert all(watched.feed([NOMINAL] * 20))
    assert all(watched.feed([0] * 20, line_bp=0))
    watched.islanding.sense(NOMINAL_BP, NOMINAL, 0, watched.settings, LAP_MS)
    assert watched.islanding.detected == 0


def test_the_next_export_begins_with_a_reference_of_its_own() -> None:
    watched = Watched()
    watched.feed([NOMINAL + 1_000] * 3)
    watched.islanding.sense(NOMINAL_BP, NOMINAL, 0, watched.settings, LAP_MS)
    assert not any(watched.feed([NOMINAL + 1_000] * 50))
    assert watched.feed([NOMINAL] * 3) == [0, 0, 1]


# --- what must be ridden through ---


@pytest.mark.covers("6.2 rate of change")
@each_category
@each_lap
@each_side
def test_the_categorys_own_rate_of_change_is_ridden_through_to_the_must_trips_and_back(
    category: int, lap_ms: int, sign: int
) -> None:
    rate = RATES[category]
    far = 1_990 if sign > 0 else 3_490  # just inside OF2 and UF2
    turns_ms = far * 1_000 // rate

    def course(t_ms: int) -> int:
        up_ms = min(t_ms, turns_ms)
        back_ms = min(max(t_ms - turns_ms - 1_000, 0), turns_ms)
        return NOMINAL + sign * rate * (up_ms - back_ms) // 1_000

    for begins_ms in range(0, lap_ms, 10):
        watched = Watched(category, lap_ms)
        assert not watched.follow(course, 2 * turns_ms + 3_000, begins_ms)


@pytest.mark.covers("6.6 passive supervision")
@each_category
@each_lap
@each_side
@pytest.mark.parametrize("apart_ms", [170, 240, 500])
def test_phase_jumps_that_show_for_five_cycles_are_ridden_through_however_often(
    category: int, lap_ms: int, sign: int, apart_ms: int
) -> None:
    # 60 degrees in 5 cycles are 2 Hz, in a single one 10. What turns so far five times a second
    # and always the same way has another frequency.
    for by in (2_000, 10_000):
        for begins_ms in range(0, lap_ms, 10):
            shows = [t_ms % (apart_ms + WINDOW_MS) for t_ms in range(begins_ms, 1_000, lap_ms)]
            course = [NOMINAL + sign * by * (t_ms < WINDOW_MS) for t_ms in shows]
            assert not any(Watched(category, lap_ms).feed(course))


@each_side
def test_a_phase_jump_there_and_back_is_ridden_through(sign: int) -> None:
    away = [NOMINAL + sign * 2_000] * 2 + [NOMINAL - sign * 2_000] * 2
    assert not any(Watched().feed(away * 10))


@pytest.mark.covers("6.3 dips", "6.6 passive supervision")
@each_category
@each_lap
@pytest.mark.parametrize("garbage", [0, 40_000, 70_000])
def test_a_dip_and_its_edges_say_nothing_of_the_frequency(
    category: int, lap_ms: int, garbage: int
) -> None:
    # The grid comes back 1 s later at what the category's rate has made of it.
    after = NOMINAL + RATES[category] * 9 // 10
    for edge_ms in (20, 80):
        for begins_ms in range(0, lap_ms, 10):
            watched = Watched(category, lap_ms)
            for t_ms in range(begins_ms, 3_000, lap_ms):
                dips = 100 <= t_ms < 1_000
                edge = dips or 100 - edge_ms <= t_ms < 1_000 + edge_ms
                hertz = garbage if edge else NOMINAL if t_ms < 1_000 else after
                assert watched.feed([hertz], 4_999 if dips else NOMINAL_BP) == [0]


def test_with_half_of_the_voltage_a_frequency_counts() -> None:
    assert not any(Watched().feed([NOMINAL + 1_000] * 9, line_bp=4_999))
    assert Watched().feed([NOMINAL + 1_000] * 3, line_bp=5_000) == [0, 0, 1]


@pytest.mark.parametrize(("lap_ms", "samples"), [(60, 5), (100, 3), (199, 3), (200, 2)])
def test_the_frequency_is_taken_for_the_grids_until_there_has_been_one_for_200_ms(
    lap_ms: int, samples: int
) -> None:
    watched = Watched(lap_ms=lap_ms, settled=False)
    watched.feed([NOMINAL - 5_000] * (samples - 1))
    assert not any(watched.feed([NOMINAL] + [NOMINAL] * 20))
    watched = Watched(lap_ms=lap_ms, settled=False)
    watched.feed([NOMINAL] * samples)
    assert any(watched.feed([NOMINAL + 5_000] * 3))


def test_a_wait_that_was_cut_short_begins_anew() -> None:
    watched = Watched(settled=False)
    watched.feed([NOMINAL] * 3)
    watched.feed([NOMINAL], line_bp=0)
    watched.feed([NOMINAL + 5_000] * 3)
    assert not any(watched.feed([NOMINAL] * 20))


@each_side
def test_what_was_counted_before_a_dip_does_not_count_after_it(sign: int) -> None:
    watched = Watched()
    watched.feed([NOMINAL + sign * 3_000] * 2)
    watched.feed([NOMINAL], line_bp=0)
    watched.feed([NOMINAL] * 4)
    assert watched.feed([NOMINAL + sign * 3_000] * 3) == [0, 0, 1]


def test_what_is_near_the_reference_again_begins_its_time_anew() -> None:
    watched = Watched()
    for _ in range(20):
        assert watched.feed([NOMINAL + 2_000, NOMINAL + 2_000, NOMINAL]) == [0, 0, 0]


@each_side
def test_a_step_to_the_other_side_begins_its_time_anew(sign: int) -> None:
    assert Watched().feed([NOMINAL + sign * 3_000] * 2 + [NOMINAL - sign * 3_000] * 3) == [
        0,
        0,
        0,
        0,
        1,
    ]


def test_nobody_is_supervised_who_does_not_export_or_where_it_is_switched_off() -> None:
    watched = Watched()
    watched.settings.island_supervision = 0
    assert not any(watched.feed([NOMINAL + 5_000] * 20))
    watched.settings.island_supervision = 1
    for _ in range(20):
        watched.islanding.sense(NOMINAL_BP, NOMINAL + 5_000, 0, watched.settings, LAP_MS)
        assert watched.islanding.detected == 0


def test_it_makes_no_large_integer_of_the_largest_samples() -> None:
    most = (1 << 28) - 1
    watched = Watched(lap_ms=420)
    carry(watched.islanding)
    for sign in (1, -1, 1, 1, -1):
        watched.feed([SmallInt(sign * most)] * 3, SmallInt(most))
    assert watched.islanding.detected
