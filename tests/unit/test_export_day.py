"""The day's limit of export: it counts the meter, ends at midnight, and outlives a power cut."""

from array import array

import pytest

from tests.unit.linked_wall import settings_with
from tests.unit.vehicle_messages import WAYS, after
from wattback.export import WAIT_DAY_LIMIT, Export
from wattback.retained import EXPORT_DAY_LEFT_S, EXPORT_DAY_WH, WORDS
from wattback.settings import Settings
from wattback.vehicle import LINK_AUTHORISED

DAY_S = 86_400
DAY = 20_500  # some day since 1970-01-01


class Days:
    """An Export on retained memory, a meter that it follows, and time that passes."""

    def __init__(self, export_wh: int = 0) -> None:
        self.retained = array("i", [0] * WORDS)
        self.export = Export(self.retained)
        self.export_wh = export_wh
        self.pass_s(1)

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.export.account(self.export_wh, 1_000)

    def flow(self, wh: int) -> None:
        self.export_wh += wh
        self.pass_s(1)

    def cut_power(self) -> None:
        self.retained = array("i", self.retained)
        self.export = Export(self.retained)
        self.pass_s(1)

    def reached(self, limit_wh: int) -> bool:
        settings = Settings()
        values = settings_with(export_permitted=1, export_enabled=1, export_day_limit_wh=limit_wh)
        assert settings.load(values) == ""
        self.export.judge(after(*WAYS[LINK_AUTHORISED]), 11_520, settings)
        return bool(self.export.waits & WAIT_DAY_LIMIT)


@pytest.mark.parametrize(
    ("limit_wh", "exported_wh", "reached"),
    [
        (-1, 0, False),
        (-1, 200_000, False),
        (0, 0, True),
        (5_000, 4_999, False),
        (5_000, 5_000, True),
        (5_000, 5_001, True),
    ],
)
def test_the_limit_is_reached_with_its_last_watt_hour(
    limit_wh: int, exported_wh: int, reached: bool
) -> None:
    days = Days()
    days.flow(exported_wh)
    assert days.reached(limit_wh) == reached


def test_what_the_meter_showed_before_is_no_export_of_today() -> None:
    days = Days(export_wh=123_456)
    assert days.export.day_wh == 0
    days.flow(10)
    assert days.export.day_wh == 10


def test_without_a_clock_the_day_lasts_24_h_from_its_first_watt_hour() -> None:
    days = Days()
    days.pass_s(10_000)
    days.flow(5_000)
    assert days.export.day_left_s == DAY_S - 1
    days.pass_s(DAY_S - 2)
    assert (days.export.day_wh, days.export.day_left_s) == (5_000, 1)
    days.pass_s(1)
    assert (days.export.day_wh, days.export.day_left_s) == (0, 0)


def test_with_a_clock_the_day_ends_at_midnight() -> None:
    days = Days()
    days.export.set_time(DAY, DAY_S - 100)
    days.flow(5_000)
    days.pass_s(98)
    assert (days.export.day_wh, days.export.civil_day) == (5_000, DAY)
    days.pass_s(1)
    assert (days.export.day_wh, days.export.civil_day, days.export.civil_s) == (0, DAY + 1, 0)


def test_a_day_that_begins_after_midnight_lasts_until_the_next() -> None:
    days = Days()
    days.export.set_time(DAY, 1_000)
    days.flow(1)
    days.pass_s(DAY_S - 1_000 - 2)
    assert days.export.day_wh == 1
    days.pass_s(1)
    assert days.export.day_wh == 0


def test_a_clock_that_is_set_late_brings_the_midnight_nearer_and_never_further() -> None:
    days = Days()
    days.flow(5_000)
    days.export.set_time(DAY, DAY_S - 50)
    assert days.export.day_left_s == 50
    days.export.set_time(DAY, 10)
    assert days.export.day_left_s == 50
    assert days.export.day_wh == 5_000


@pytest.mark.parametrize(("day", "left_wh"), [(DAY, 5_000), (DAY - 1, 5_000), (DAY + 1, 0)])
def test_a_clock_that_is_set_again_ends_the_day_only_when_it_is_a_later_one(
    day: int, left_wh: int
) -> None:
    days = Days()
    days.export.set_time(DAY, 40_000)
    days.flow(5_000)
    days.export.set_time(day, 40_000)
    assert days.export.day_wh == left_wh


def test_a_power_cut_takes_the_clock_and_leaves_the_day() -> None:
    days = Days()
    days.export.set_time(DAY, 40_000)
    days.flow(5_000)
    days.pass_s(100)
    left_s = days.export.day_left_s
    days.cut_power()
    assert (days.export.civil_day, days.export.day_wh) == (-1, 5_000)
    assert days.export.day_left_s == left_s - 1
    days.flow(10)
    assert days.export.day_wh == 5_010
    assert days.reached(5_000)


def test_after_a_power_cut_the_day_still_ends() -> None:
    days = Days()
    days.export.set_time(DAY, DAY_S - 100)
    days.flow(5_000)
    days.cut_power()
    days.pass_s(100)
    assert days.export.day_wh == 0
    assert not days.reached(5_000)


def test_what_is_retained_is_what_is_told() -> None:
    days = Days()
    days.export.set_time(DAY, DAY_S - 20)
    for wh in (100, 0, 50) * 10:
        days.flow(wh)
        assert days.retained[EXPORT_DAY_WH] == days.export.day_wh
        assert days.retained[EXPORT_DAY_LEFT_S] == days.export.day_left_s


def test_a_power_cut_in_the_first_tick_of_a_day_leaves_its_end() -> None:
    days = Days()
    days.export.account(5_000, 10)
    days.cut_power()
    assert days.reached(5_000)
    days.pass_s(DAY_S)
    assert not days.reached(5_000)


def test_a_power_cut_right_after_midnight_leaves_no_day() -> None:
    days = Days()
    days.export.set_time(DAY, 40_000)
    days.flow(5_000)
    days.export.set_time(DAY + 1, 40_000)
    days.cut_power()
    assert (days.export.day_wh, days.export.day_left_s) == (0, 0)


@pytest.mark.parametrize("dt_ms", [7, 10, 50])
def test_seconds_are_made_of_milliseconds_without_a_loss(dt_ms: int) -> None:
    days = Days()
    days.export.set_time(DAY, 1_000)
    for _ in range(70_000 // dt_ms):
        days.export.account(0, dt_ms)
    assert days.export.civil_s == 1_070


def test_a_clock_that_is_put_back_and_forth_begins_no_day_twice() -> None:
    days = Days()
    days.export.set_time(DAY, 1_000)
    days.flow(5_000)
    for _ in range(3):
        days.export.set_time(DAY - 1, 1_000)
        days.export.set_time(DAY, 1_000)
    assert days.export.day_wh == 5_000


def test_a_clock_that_was_years_ahead_is_no_reason_to_wait_for_that_day() -> None:
    days = Days()
    days.export.set_time(DAY + 5_000, 1_000)
    days.flow(5_000)
    days.export.set_time(DAY, DAY_S - 10)
    assert days.export.day_wh == 5_000
    days.export.set_time(DAY + 1, 10)
    assert days.export.day_wh == 0


def test_the_day_after_a_night_without_power_is_a_new_one() -> None:
    days = Days()
    days.export.set_time(DAY, 36_000)
    days.flow(5_000)
    restarted = Export(days.retained)
    assert restarted.day_wh == 5_000
    restarted.set_time(DAY + 3, 32_400)
    assert (restarted.day_wh, restarted.day_left_s) == (0, 0)
