"""The pilot's chain on the emulated Pico keeps to its error budget, and every state is recognised.

`pytest -rP` prints the table. Readings are the firmware's own; the circuit around it is a model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import pytest

from tests.pico.pilot_cases import OFFERS_A, Case, Disturbance, cases
from tests.pico.pilot_chain import Reading, measure
from wattback.pilot import STATE_NAMES, Pilot, duty_bp_for_ma
from wattback_sim.pico.pilot_line import PilotFrontEnd
from wattback_tools.board_pico.failures import FAILURES, Failure
from wattback_tools.board_pico.front_end import total_mv

pytestmark = pytest.mark.timeout(600)  # an emulated board is slow where there is much else to do

_DUTY_US = 5.0  # of a period of 1 ms (IEC 61851-1 Table A.2; evse.md 1.1, C)
_TICK_MS = 10
_SETTLED_TICKS = 100  # longer than any debounce


@pytest.fixture(scope="module")
def all_readings() -> list[Reading]:
    """All cases, in one run of the chip."""
    return measure(cases())


@pytest.fixture
def readings(all_readings: list[Reading]) -> list[Reading]:
    """Those without spikes, each of which must be right."""
    return [reading for reading in all_readings if not reading.case.disturbance.spikes_v]


def settled(duty_bp: int, *levels: tuple[float, float]) -> Pilot:
    """The firmware's pilot after these levels, in mV, each of them longer than any debounce."""
    pilot = Pilot()
    pilot.withdraw(duty_bp)
    for high_mv, low_mv in levels:
        for _ in range(_SETTLED_TICKS):
            pilot.sense(round(high_mv), round(low_mv), _TICK_MS)
    return pilot


def states_of(reading: Reading) -> str:
    """What the firmware takes the reading for, coming from +12 V and from −12 V."""
    levels = (reading.high_mv, reading.low_mv)
    ends = ((12000, -12000), (-12000, -12000))
    pilots = (settled(reading.case.duty_bp, end, levels) for end in ends)
    return "".join(sorted({STATE_NAMES[pilot.state] for pilot in pilots}))


def row_of(readings: Iterable[Reading]) -> str:
    """The worst of a state under one disturbance, with the bound of that very reading."""
    group = list(readings)
    high = max(group, key=lambda reading: abs(reading.high_error_mv) / reading.high_bound_mv)
    low = max(group, key=lambda reading: abs(reading.low_error_mv) / reading.low_bound_mv)
    case = group[0].case
    read_as = "".join(sorted(set("".join(map(states_of, group)))))
    beyond = sum(not reading.within_bounds for reading in group)
    return (
        f"{case.disturbance.name:16}{case.state:>5}{len(group):10}{read_as:>9}{beyond:8}"
        f"{high.high_error_mv:+9.0f} of {high.high_bound_mv:4.0f}  {high.case.offer:7}"
        f"{low.low_error_mv:+9.0f} of {low.low_bound_mv:4.0f}  {low.case.offer:7}"
    )


def test_every_level_is_read_within_the_error_budget(
    all_readings: list[Reading], readings: list[Reading]
) -> None:
    print(f"\n{'disturbance':16}{'state':>5}{'readings':>10}{'read as':>9}{'beyond':>8}", end="")
    print(f"{'high level, mV wrong':>25}{'low level, mV wrong':>26}")
    for _, group in groupby(all_readings, key=lambda r: (r.case.disturbance.name, r.case.state)):
        print(row_of(group))
    wrong = [reading for reading in readings if not reading.within_bounds]
    assert not wrong, "\n".join(map(str, wrong))


def test_lone_spikes_change_no_state(all_readings: list[Reading]) -> None:
    spiky = [reading for reading in all_readings if reading.case.disturbance.spikes_v]
    assert spiky
    for (state, offer), group in groupby(spiky, key=lambda r: (r.case.state, r.case.offer)):
        run = list(group)
        case = run[0].case
        pilot = settled(case.duty_bp, (case.high_v * 1000, case.low_v * 1000))
        faults = pilot.fault_bits
        for reading in run:
            pilot.sense(reading.high_mv, reading.low_mv, _TICK_MS)
            assert STATE_NAMES[pilot.state] == state, f"{offer}, {reading}"
            assert pilot.fault_bits == faults, f"{offer}, {reading}"


def test_most_readings_are_right_under_lone_spikes(all_readings: list[Reading]) -> None:
    spiky = [reading for reading in all_readings if reading.case.disturbance.spikes_v]
    wrong = [reading for reading in spiky if not reading.within_bounds]
    print(f"\n{len(wrong)} of {len(spiky)} readings beyond their bounds")
    assert len(wrong) * 20 <= len(spiky), "\n".join(map(str, wrong))


def test_the_bounds_of_the_parts_stay_within_the_budget_of_the_document() -> None:
    for case in cases():
        assert case.bound_mv(case.high_v, case.high_us) <= total_mv(case.high_v), case
        assert case.bound_mv(case.low_v, case.low_us) <= total_mv(case.low_v), case


def test_every_state_is_recognised_whatever_level_came_before(readings: list[Reading]) -> None:
    wrong = [reading for reading in readings if states_of(reading) != reading.case.state]
    assert not wrong, "\n".join(map(str, wrong))


def test_the_vehicles_diode_is_seen_in_every_offer(readings: list[Reading]) -> None:
    offered = [
        reading for reading in readings if reading.case.state in "BCD" and reading.case.has_pwm
    ]
    assert {reading.case.offer for reading in offered} == {"5 %", *(f"{a} A" for a in OFFERS_A)}
    for reading in offered:
        pilot = settled(reading.case.duty_bp, (reading.high_mv, reading.low_mv))
        assert pilot.diode_seen, str(reading)


@pytest.mark.covers("IEC 61851-1 Table A.2")
def test_the_duty_on_the_pin_is_within_five_microseconds(readings: list[Reading]) -> None:
    errors_us = [
        reading.high_us - reading.case.high_us
        for reading in readings
        if reading.high_us is not None and reading.case.has_pwm
    ]
    worst_us = max(errors_us, key=abs)
    print(f"\n{len(errors_us)} pulses, the worst {worst_us:+.2f} µs of {_DUTY_US:.0f} µs wrong")
    assert abs(worst_us) <= _DUTY_US


@dataclass(frozen=True, slots=True)
class BrokenFrontEnd(PilotFrontEnd):
    """A front end one part of which has failed."""

    failure: Failure = FAILURES[0]

    def converter_v(self, pilot_v: float) -> float:
        """See PilotFrontEnd; scaled, because the failed board's converter has another range."""
        failed = self.failure
        siemens = 1 / failed.pilot_ohm + 1 / failed.up_ohm + 1 / failed.down_ohm
        node_v = (pilot_v / failed.pilot_ohm + failed.divider_v / failed.up_ohm) / siemens
        return node_v / failed.converter_v * self.reference_v


def test_a_part_that_fails_makes_no_wish_for_energy_that_the_low_half_would_believe() -> None:
    offer, duty_bp = "16 A", duty_bp_for_ma(16_000)
    broken = [
        Case(state, offer, duty_bp, volts, -12.0, 0.0, Disturbance(it.what, front_end=part))
        for it in FAILURES
        for part in (BrokenFrontEnd(failure=it),)
        for state, volts in (("A", 12.0), ("B", 9.0))
    ]
    for reading in measure(broken):
        pilot = settled(duty_bp, (12000, -12000), (reading.high_mv, reading.low_mv))
        asks = pilot.requesting and pilot.diode_seen and not pilot.fault_bits
        assert not asks, str(reading)
