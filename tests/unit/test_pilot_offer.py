"""The offer on the pilot: lowered at once, raised or made anew at most every 5 s."""

from itertools import pairwise

import pytest

from tests.unit.duty_tables import amps_of_bp
from tests.unit.pilot_samples import TICK_MS, feed, pilot_in
from wattback.fault_table import DIODE_MISSING
from wattback.pilot import DUTY_DIGITAL, DUTY_F, DUTY_STEADY, Pilot


def ms_until_offered(pilot: Pilot, limit_ma: int) -> int:
    """Time until the pilot offers `limit_ma`, asked each tick as the connector asks."""
    for count in range(10_000):
        pilot.offer(limit_ma, 0)
        if pilot.offered_ma == limit_ma:
            return count * TICK_MS
        feed(pilot, "B", TICK_MS)
    raise AssertionError(f"never offered {limit_ma} mA")


def test_the_first_offer_is_made_at_once() -> None:
    assert ms_until_offered(pilot_in("B"), 16_000) == 0


@pytest.mark.parametrize("limit_ma", [31_999, 16_000, 6_000])
def test_a_lower_limit_is_offered_in_the_same_call(limit_ma: int) -> None:
    pilot = pilot_in("B", offer_ma=32_000)
    pilot.offer(limit_ma, 0)
    assert pilot.offered_ma == limit_ma
    assert amps_of_bp(pilot.duty_bp) * 1000 <= limit_ma


def test_every_tick_may_lower_the_offer_further() -> None:
    pilot = pilot_in("B", offer_ma=32_000)
    for limit_ma in range(31_000, 5_999, -1_000):
        pilot.offer(limit_ma, 0)
        assert amps_of_bp(pilot.duty_bp) * 1000 <= limit_ma
        feed(pilot, "B", TICK_MS)


@pytest.mark.covers("IEC 61851-1 Table A.6")
@pytest.mark.parametrize("limit_ma", [16_001, 32_000, 80_000])
def test_a_higher_limit_is_offered_5_s_after_the_last_change(limit_ma: int) -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    assert ms_until_offered(pilot, limit_ma) == 5_000


def test_a_lowered_offer_starts_the_5_s_anew() -> None:
    pilot = pilot_in("B")
    pilot.offer(32_000, 0)
    feed(pilot, "B", 4_000)
    pilot.offer(16_000, 0)
    assert ms_until_offered(pilot, 20_000) == 5_000


def test_the_same_offer_again_does_not_start_the_5_s_anew() -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    for _ in range(400):
        feed(pilot, "B", TICK_MS)
        pilot.offer(16_000, 0)
    assert ms_until_offered(pilot, 20_000) == 1_000


@pytest.mark.parametrize("duty_bp", [DUTY_STEADY, DUTY_F])
def test_withdrawing_and_offering_again_does_not_dodge_the_5_s(duty_bp: int) -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    feed(pilot, "B", 1_000)
    pilot.withdraw(duty_bp)
    feed(pilot, "B", 1_000)
    assert ms_until_offered(pilot, 32_000) == 4_000


def test_cycles_of_withdrawing_and_offering_never_raise_twice_within_5_s() -> None:
    pilot = pilot_in("B")
    raised_at: list[int] = []
    for now_ms in range(0, 60_000, TICK_MS):
        before_ma = pilot.offered_ma
        if now_ms // 200 % 2:
            pilot.withdraw(DUTY_STEADY)
        else:
            pilot.offer(16_000, 0)
        if pilot.offered_ma > before_ma:
            raised_at.append(now_ms)
        feed(pilot, "B", TICK_MS)
    assert len(raised_at) > 5
    assert all(b - a >= 5_000 for a, b in pairwise(raised_at))


def test_withdrawing_what_was_not_offered_does_not_start_the_5_s() -> None:
    pilot = pilot_in("B")
    pilot.withdraw(DUTY_F)
    pilot.withdraw(DUTY_STEADY)
    assert ms_until_offered(pilot, 16_000) == 0


def test_blanked_samples_count_for_the_5_s_too() -> None:
    pilot = pilot_in("B")
    pilot.offer(16_000, 0)
    for _ in range(500):
        pilot.blank()
        feed(pilot, "B", TICK_MS)
    pilot.offer(20_000, 0)
    assert pilot.offered_ma == 20_000


@pytest.mark.parametrize("duty_bp", [DUTY_STEADY, DUTY_F])
def test_a_withdrawn_offer_is_gone_in_the_same_call(duty_bp: int) -> None:
    pilot = pilot_in("C", offer_ma=32_000)
    pilot.withdraw(duty_bp)
    assert (pilot.duty_bp, pilot.offered_ma) == (duty_bp, 0)


@pytest.mark.parametrize("limit_ma", [80_001, 100_000, 2**28])
def test_more_than_80_a_is_offered_as_80_a(limit_ma: int) -> None:
    pilot = pilot_in("B")
    pilot.offer(limit_ma, 0)
    assert (pilot.offered_ma, pilot.duty_bp) == (80_000, 9600)


def test_spaced_tells_to_the_millisecond_when_the_offer_may_be_raised() -> None:
    pilot = pilot_in("B")
    assert pilot.spaced == 1
    pilot.offer(16_000, 0)
    assert pilot.spaced == 0
    for _ in range(4_999):
        pilot.sense(9_000, -12_000, 1)
        assert pilot.spaced == 0
    pilot.sense(9_000, -12_000, 1)
    assert pilot.spaced == 1


# --- less than a duty can say ---


@pytest.mark.parametrize("limit_ma", [0, 1, 5_999])
def test_below_6_a_a_basic_vehicle_gets_no_offer_at_all(limit_ma: int) -> None:
    pilot = pilot_in("B", offer_ma=16_000)
    pilot.offer(limit_ma, 0)
    assert (pilot.duty_bp, pilot.offered_ma) == (DUTY_STEADY, 0)


@pytest.mark.covers("1.2 digital duty")
@pytest.mark.parametrize("limit_ma", [0, 1, 5_999])
def test_below_6_a_a_linked_vehicle_is_told_by_5_percent_to_listen_to_its_link(
    limit_ma: int,
) -> None:
    pilot = pilot_in("B", offer_ma=16_000)
    pilot.offer(limit_ma, 1)
    assert (pilot.duty_bp, pilot.offered_ma) == (DUTY_DIGITAL, 0)
    assert DUTY_DIGITAL == 500
    assert amps_of_bp(DUTY_DIGITAL) == 0


def test_from_6_a_on_a_linked_vehicle_is_offered_amps_like_any_other() -> None:
    one, other = pilot_in("B"), pilot_in("B")
    one.offer(6_000, 0)
    other.offer(6_000, 1)
    assert one.duty_bp == other.duty_bp == 1_000


def test_amps_after_5_percent_wait_for_the_5_s_since_the_offer_ended() -> None:
    pilot = pilot_in("B", offer_ma=16_000)
    pilot.offer(0, 1)
    feed(pilot, "B", 1_000)
    assert ms_until_offered(pilot, 16_000) == 4_000


def test_5_percent_is_pwm_in_which_the_diode_is_watched() -> None:
    pilot = pilot_in("C")
    pilot.offer(0, 1)
    feed(pilot, "C", 200)
    assert pilot.diode_seen == 1
    feed(pilot, "C", 200, low_mv=0)
    assert (pilot.diode_seen, pilot.fault_bits) == (0, DIODE_MISSING)


def test_a_duty_that_changes_between_5_percent_and_amps_keeps_the_diode() -> None:
    pilot = pilot_in("C", offer_ma=16_000)
    assert pilot.diode_seen == 1
    pilot.offer(0, 1)
    assert pilot.diode_seen == 1
    pilot.offer(0, 0)
    assert pilot.diode_seen == 0
