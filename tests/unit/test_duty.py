"""Amps become a duty cycle and a duty cycle amps: all of them, against exact fractions."""

from fractions import Fraction

import pytest

from tests.unit.duty_tables import amps_of_bp, ideal_percent
from wattback.pilot import DUTY_F, DUTY_STEADY, duty_bp_for_ma, ma_for_duty_bp

EVERY_100_MA = range(6_000, 85_001, 100)
EVERY_MA = range(0, 85_001)
OFFERABLE_MA = range(6_000, 80_001)
READ_MA = [amps_of_bp(duty_bp) * 1000 for duty_bp in range(10_001)]


def amps(milliamps: int) -> Fraction:
    return Fraction(milliamps, 1000)


@pytest.mark.covers("IEC 61851-1 Table A.7")
@pytest.mark.parametrize(
    ("offer_ma", "duty_bp"),
    [
        (6_000, 1000),
        (12_000, 2000),
        (16_000, 2666),
        (24_000, 4000),
        (30_000, 5000),
        (32_000, 5333),
        (40_000, 6666),
        (48_000, 8000),
        (51_000, 8500),
        (60_000, 8800),
        (72_000, 9280),
        (80_000, 9600),
    ],
)
def test_the_currents_that_people_know_have_the_duties_of_the_standard(
    offer_ma: int, duty_bp: int
) -> None:
    assert duty_bp_for_ma(offer_ma) == duty_bp


@pytest.mark.covers("IEC 61851-1 Table A.7")
def test_every_tenth_of_an_amp_has_its_ideal_duty_or_up_to_002_points_less() -> None:
    wrong = []
    for offer_ma in EVERY_100_MA:
        duty_bp = duty_bp_for_ma(offer_ma)
        missing = ideal_percent(min(amps(offer_ma), Fraction(80))) - Fraction(duty_bp, 100)
        if not 0 <= missing <= Fraction(2, 100) or amps_of_bp(duty_bp) > amps(offer_ma):
            wrong.append((offer_ma, duty_bp))
    assert wrong == []


def test_no_milliamp_is_offered_as_more_than_itself() -> None:
    too_much = [ma for ma in EVERY_MA if READ_MA[duty_bp_for_ma(ma)] > ma]
    assert too_much == []


def test_no_milliamp_loses_more_than_002_points_of_duty() -> None:
    too_little = [
        ma
        for ma in OFFERABLE_MA
        if ideal_percent(amps(ma)) - Fraction(duty_bp_for_ma(ma), 100) > Fraction(2, 100)
    ]
    assert too_little == []


def test_more_milliamps_never_give_a_smaller_duty() -> None:
    duties = [duty_bp_for_ma(ma) for ma in range(6_000, 85_001)]
    assert duties == sorted(duties)


@pytest.mark.covers("1.2 range of offers")
def test_below_6_a_nothing_is_offered() -> None:
    assert {duty_bp_for_ma(ma) for ma in range(0, 6_000)} == {DUTY_STEADY}
    assert duty_bp_for_ma(-1) == DUTY_STEADY
    assert duty_bp_for_ma(-(2**28)) == DUTY_STEADY


def test_no_offer_is_steady_12_v_and_f_is_steady_minus_12_v() -> None:
    assert (DUTY_STEADY, DUTY_F) == (10_000, 0)


def test_from_6_a_on_the_duty_is_always_pwm_in_a_permitted_band() -> None:
    duties = {duty_bp_for_ma(ma) for ma in range(6_000, 85_001)}
    assert min(duties) == 1000
    assert max(duties) == 9600


def test_in_the_gap_of_the_standard_the_duty_stays_at_85_percent() -> None:
    assert {duty_bp_for_ma(ma) for ma in range(51_000, 52_501)} == {8500}


@pytest.mark.covers("1.2 range of offers")
@pytest.mark.parametrize("offer_ma", [80_000, 80_001, 80_100, 85_000, 100_000, 2**28])
def test_above_80_a_never_more_than_80_a_is_offered(offer_ma: int) -> None:
    assert duty_bp_for_ma(offer_ma) == 9600
    assert amps_of_bp(9600) == 80


@pytest.mark.covers("IEC 61851-1 Table A.8")
def test_every_duty_is_read_as_the_table_says() -> None:
    wrong = [bp for bp in range(10_001) if ma_for_duty_bp(bp) != amps_of_bp(bp) * 1000]
    assert wrong == []


@pytest.mark.covers("IEC 61851-1 Table A.8")
@pytest.mark.parametrize(
    ("band", "first_bp", "last_bp"),
    [
        ("no PWM", 0, 299),
        ("digital communication required", 300, 700),
        ("not permitted, 7 to 8 %", 701, 799),
        ("not permitted, 97 to 100 %", 9701, 9999),
        ("steady +12 V", 10_000, 10_000),
    ],
)
def test_every_duty_of_a_forbidden_band_reads_0_a(band: str, first_bp: int, last_bp: int) -> None:
    assert {ma_for_duty_bp(bp) for bp in range(first_bp, last_bp + 1)} == {0}, band


def test_outside_0_to_100_percent_nothing_is_read() -> None:
    assert [ma_for_duty_bp(bp) for bp in (-(2**28), -1, 10_001, 2**28)] == [0, 0, 0, 0]


def test_what_a_vehicle_reads_back_is_never_more_than_was_offered() -> None:
    granted_more = [ma for ma in EVERY_MA if ma_for_duty_bp(duty_bp_for_ma(ma)) > ma]
    assert granted_more == []


def test_what_a_vehicle_reads_back_is_at_most_one_step_of_duty_less() -> None:
    low_zone = [ma - ma_for_duty_bp(duty_bp_for_ma(ma)) for ma in range(6_000, 51_001)]
    high_zone = [ma - ma_for_duty_bp(duty_bp_for_ma(ma)) for ma in range(52_526, 80_001)]
    assert max(low_zone) < 6
    assert max(high_zone) < 25
