"""Leaks in the world, the firmware's ground-fault part in the loop: contacts against the curve."""

import math
import random

import pytest

from wattback.fault_table import (
    GROUND_FAULT,
    GROUND_FAULT_EARLY,
    GROUND_FAULT_LATCH,
    GROUND_FAULT_SELF_TEST,
)
from wattback.ground_fault import GroundFault
from wattback_sim.leakage import GroundFaultParameters, curve_s
from wattback_sim.power_path import ContactorParameters, PowerPath

TICK_US = 10_000
LEAKS_MA = (20, 22, 25, 30, 40, 50, 59.9, 60, 61, 66, 73, 80, 100, 150, 200, 264, 500, 1000, 5000)
PHASES = 200
LONGEST_US = 2_000_000


class Loop:
    """A power path and the firmware's part, ticked every 10 ms; the fault opens for good.

    error: the residual sensor's, as a share. delay_ticks: its readings are that old.
    """

    def __init__(
        self, parameters: ContactorParameters, error: float = 0.0, delay_ticks: int = 0
    ) -> None:
        self.path = PowerPath(parameters, GroundFaultParameters())
        self.part = GroundFault()
        self.now_us = 0
        self.faults = 0
        self.wants_closed = False
        self.deaf = False  # the firmware does not act on its fault
        self._error = error
        self._late = [0.0] * (delay_ticks + 1)
        self._ticked_us = 0
        self._commanded = 0

    def advance(self, to_us: int) -> None:
        while self._ticked_us + TICK_US <= to_us:
            self._ticked_us += TICK_US
            self._move(self._ticked_us)
            self._tick()
        self._move(to_us)

    def close(self) -> None:
        """Test, then close; returns with the coil just switched."""
        while not self.part.valid:
            self.advance(self.now_us + TICK_US)
            assert self.part.fault_bits == 0
            assert self.now_us < LONGEST_US
        self.wants_closed = True
        self.advance(self.now_us + TICK_US)
        assert self.path.commanded

    def until_open_us(self) -> int:
        """How long until the contacts part."""
        start_us = self.now_us
        while self.path.closed:
            assert self.now_us < start_us + LONGEST_US
            self.advance(self.now_us + TICK_US)
        return self.path.moved_us - start_us

    def _move(self, now_us: int) -> None:
        self.path.advance(now_us, (now_us - self.now_us) * 1e-6)
        self.now_us = now_us

    def _tick(self) -> None:
        path, part = self.path, self.part
        self._late.append(path.residual_ma * (1.0 + self._error))
        residual_ua = round(self._late.pop(0) * 1000)
        aux = int(path.aux_closed)
        may_test = int(not aux and not self._commanded and not self.wants_closed)
        part.sense(int(path.latched), residual_ua, may_test, self._commanded, aux, 10)
        self.faults |= part.fault_bits
        commanded = int(self.wants_closed and (self.deaf or not self.faults))
        if self._commanded and not commanded:
            part.spend()
        self._commanded = commanded
        path.drive(self.now_us, bool(commanded), bool(part.test), bool(part.reset))


def charging(loop: Loop, ms: int) -> Loop:
    loop.close()
    loop.advance(loop.now_us + ms * 1_000)
    assert loop.path.closed
    return loop


# --- the curve ---


@pytest.mark.covers("3.1 leak curve")
@pytest.mark.parametrize(
    ("leak_ma", "seconds"),
    [(20, 1.0), (30, 0.560), (60, 0.208), (100, 0.100), (200, 0.037), (264, 0.025)],
)
def test_the_curve_goes_through_its_published_points(leak_ma: float, seconds: float) -> None:
    assert curve_s(leak_ma) == pytest.approx(seconds, abs=0.0006)


def test_the_curve_has_no_limit_below_20_ma_and_25_ms_beyond_its_end() -> None:
    assert curve_s(19.999) == math.inf
    assert curve_s(5000.0) == curve_s(264.0)


# --- the contacts within the curve ---


@pytest.mark.covers("3.1 leak curve")
@pytest.mark.parametrize(
    ("open_ms", "delay_ticks"), [(20.0, 0), (30.0, 0), (60.0, 0), (60.0, 2)], ids=str
)
def test_a_leak_parts_the_contacts_within_the_curve(open_ms: float, delay_ticks: int) -> None:
    """While charging, at random phases of the tick and errors of the sensor."""
    chance = random.Random(f"{open_ms}/{delay_ticks}")
    parameters = ContactorParameters(open_ms=open_ms)
    print(f"\ncontacts {open_ms:g} ms, sensor {delay_ticks * 10} ms late: worst of {PHASES}")
    print("  leak mA   curve ms   open after ms   margin ms")
    for leak_ma in LEAKS_MA:
        worst_us = 0
        for _ in range(PHASES):
            loop = charging(Loop(parameters, chance.uniform(-0.1, 0.1), delay_ticks), 100)
            loop.advance(loop.now_us + chance.randrange(TICK_US))
            loop.path.leak_ma = leak_ma
            worst_us = max(worst_us, loop.until_open_us())
            assert loop.faults in (0, GROUND_FAULT_EARLY)
        limit_ms = 1000 * curve_s(leak_ma)
        print(
            f"{leak_ma:9g} {limit_ms:10.1f} {worst_us / 1000:15.1f} "
            f"{limit_ms - worst_us / 1000:11.1f}"
        )
        assert worst_us / 1000 <= limit_ms


@pytest.mark.parametrize("open_ms", [20.0, 60.0])
@pytest.mark.parametrize("close_ms", [0.0, 7.3, 25.0, 49.9, 60.0])
def test_closing_on_a_leak_parts_the_contacts_within_the_curve(
    close_ms: float, open_ms: float
) -> None:
    for leak_ma in LEAKS_MA:
        for error in (-0.1, 0.0, 0.1):
            loop = Loop(ContactorParameters(close_ms=close_ms, open_ms=open_ms), error)
            loop.close()
            loop.path.leak_ma = leak_ma
            while not loop.path.moved_us:
                loop.advance(loop.now_us + TICK_US)
            closed_us = loop.path.moved_us
            if loop.path.closed:
                loop.until_open_us()
                assert loop.path.moved_us - closed_us <= 1e6 * curve_s(leak_ma), (leak_ma, error)
            loop.advance(loop.now_us + TICK_US)
            assert loop.faults == GROUND_FAULT_EARLY


def test_a_leak_that_trips_later_than_10_s_after_closing_may_be_retried() -> None:
    for leak_ma in LEAKS_MA:
        loop = charging(Loop(ContactorParameters()), 10_000)
        loop.path.leak_ma = leak_ma
        loop.until_open_us()
        loop.advance(loop.now_us + TICK_US)
        assert loop.faults == GROUND_FAULT, leak_ma


# --- the latch by itself ---


@pytest.mark.parametrize("leak_ma", [60, 61, 80, 100, 150, 200, 263, 264, 265, 500, 5000])
def test_from_60_ma_up_the_latch_keeps_the_curve_with_nobody_listening(leak_ma: float) -> None:
    loop = Loop(ContactorParameters(open_ms=500.0))
    loop.deaf = True
    charging(loop, 100)
    for phase_us in range(0, TICK_US, 333):
        loop.advance(loop.now_us + phase_us)
        loop.path.leak_ma = leak_ma
        assert loop.until_open_us() <= 1e6 * curve_s(leak_ma)
        loop = Loop(ContactorParameters(open_ms=500.0))
        loop.deaf = True
        charging(loop, 100)


@pytest.mark.parametrize("leak_ma", [20, 30, 50, 59.9])
def test_below_60_ma_the_latch_alone_is_too_slow(leak_ma: float) -> None:
    loop = Loop(ContactorParameters())
    loop.deaf = True
    charging(loop, 100)
    loop.path.leak_ma = leak_ma
    assert curve_s(leak_ma) < loop.until_open_us() * 1e-6 < 2 * curve_s(leak_ma)


def test_below_20_ma_nothing_opens() -> None:
    loop = charging(Loop(ContactorParameters(), error=-0.1), 100)
    loop.path.leak_ma = 19.9
    loop.advance(loop.now_us + 5_000_000)
    assert (loop.path.closed, loop.faults) == (True, 0)


@pytest.mark.parametrize("leak_ma", [66, 80, 100, 200, 500, 5000])
def test_a_latch_that_has_died_is_found_by_the_leak_and_by_its_next_test(leak_ma: float) -> None:
    loop = charging(Loop(ContactorParameters()), 100)
    loop.path.latch_dead = True
    loop.path.leak_ma = leak_ma
    loop.until_open_us()
    assert loop.faults == GROUND_FAULT_LATCH
    loop.wants_closed = False
    loop.advance(loop.now_us + 3_000_000)
    assert loop.part.fault_bits == GROUND_FAULT_SELF_TEST


# --- test winding, release, contacts ---


def test_the_residual_is_the_leak_behind_closed_contacts_or_the_test_current() -> None:
    path = PowerPath(ContactorParameters())
    path.leak_ma = 50.0
    assert path.residual_ma == 0.0
    path.drive(0, False, True, False)
    assert path.residual_ma == 200.0
    path.latch_dead = True
    assert path.residual_ma == 200.0
    path.drive(0, True, False, False)
    path.advance(TICK_US * 3, 0.03)
    assert path.closed
    assert path.residual_ma == 50.0


def test_a_test_is_counted_once_and_used_up_by_opening() -> None:
    loop = Loop(ContactorParameters())
    loop.close()
    assert loop.path.tests_passed == 1
    loop.advance(loop.now_us + 100_000)
    loop.wants_closed = False
    loop.advance(loop.now_us + 30_000)
    assert not loop.path.closed
    assert loop.path.tests_passed == 0


def test_the_latch_opens_a_contactor_that_a_command_is_already_opening_no_later() -> None:
    path = PowerPath(ContactorParameters(close_ms=0.0, open_ms=20.0))
    path.drive(0, True, False, False)
    path.advance(TICK_US, 0.01)
    path.leak_ma = 264.0  # trips after 15 ms
    path.drive(TICK_US, False, False, False)
    path.advance(3 * TICK_US, 0.02)
    assert (path.closed, path.moved_us) == (False, 3 * TICK_US)


def test_a_stuck_contact_stays_closed_whatever_the_latch_does() -> None:
    path = PowerPath(ContactorParameters())
    path.stuck = "stuck_closed"
    path.leak_ma = 1000.0
    for at in range(1, 20):
        path.advance(at * TICK_US, 0.01)
    assert (path.closed, path.latched) == (True, True)
    path.stuck = ""
    path.advance(20 * TICK_US, 0.01)
    path.advance(22 * TICK_US, 0.02)
    assert not path.closed
