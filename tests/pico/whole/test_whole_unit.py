"""The firmware as it is flashed, on the emulated Pico: visits, faults, ports, a failure, a reset.

The world drives its pins, buses and wires, the truths judge every tick of it, and a stopwatch in
the interrupt holds each tick against its limits. `pytest -rP` prints the figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.pico.core_phases import GROWTH_LIMIT_BYTES, TICK_LIMIT_US
from tests.pico.latch_latency import LATCH_LIMIT_US
from tests.pico.rooms import HEAP_LEFT_LIMIT_BYTES
from tests.pico.visits import (
    ANSWER_LIMIT_US,
    BIT_US,
    FIRST_REPLY_WITHIN_US,
    FIRST_TICK_LIMIT_MS,
    READY_LIMIT_MS,
    REPLY_BYTES,
    REPLY_WITHIN_US,
    SAFE_LIMIT_MS,
    SPACING_LIMIT_US,
    TICK_US,
    charging_visit,
    exporting_visit,
)
from tests.pico.whole_unit import Phase, table_of
from wattback.codec.crc_modbus import crc16_modbus

pytestmark = pytest.mark.timeout(1500)  # an emulated board is slow where there is much else to do


RESETTING = (
    "opens",
    "watchdog",
    "boots again",
    "tells why",
    "logs why",
    "to its end",
)  # few ticks, or none


def test_it_charges_answers_its_wires_and_restarts_when_a_tick_fails() -> None:
    visit = charging_visit()
    print(f"\noutputs safe {visit.safe_ms:,.0f} ms after power-up, ", end="")
    print(f"first tick {visit.first_tick_ms:,.0f} ms, ready {visit.ready_ms:,.0f} ms; ", end="")
    print(f"heap left beside the stopwatch {visit.free_bytes:,} bytes")
    print(f"an answer of 60 registers is made in {visit.answer_us:,} µs, and begins ", end="")
    print(", ".join(f"{poll.waited_us:,.0f}" for poll in visit.polls), "µs after the silence")
    bits = [poll.drove_us / BIT_US for poll in visit.polls]
    print(f"driver on for {min(bits):.2f} … {max(bits):.2f} bits; it is {10 * REPLY_BYTES} long")
    print(table_of(visit.phases))
    assert visit.violations == ()
    assert visit.safe_ms <= SAFE_LIMIT_MS
    assert visit.first_tick_ms <= FIRST_TICK_LIMIT_MS
    assert visit.ready_ms <= READY_LIMIT_MS
    assert not any(visit.boot_levels)
    assert visit.free_bytes >= HEAP_LEFT_LIMIT_BYTES
    judge(visit.phases)
    assert 0 < visit.answer_us <= ANSWER_LIMIT_US
    assert 0 <= visit.polls[0].waited_us <= FIRST_REPLY_WITHIN_US
    for poll in visit.polls[1:]:
        assert 0 <= poll.waited_us <= REPLY_WITHIN_US
    for poll in visit.polls:
        assert poll.reply[:7] == b"\x01\x03\x78SunS"
        assert crc16_modbus(poll.reply, 0, len(poll.reply)) == 0
        # One bit before the first start bit; off within another after the last stop bit. On the
        # emulated chip a byte begins 9.998 to 10.013 bits after the one before: less apart than a
        # cycle of the PIO, an eighth of a bit, so its clock is the emulator's. That makes half a
        # bit of 125 bytes.
        assert 10 * REPLY_BYTES + 0.9 <= poll.drove_us / BIT_US <= 10 * REPLY_BYTES + 2
    hello, vitals, why = visit.console.hello, visit.console.vitals, visit.console.why
    assert (hello.manufacturer, hello.serial) == ("Wattback", "f" * 16)
    assert vitals.session_state == why.session_state == "charging"
    assert vitals.power_w < -9000
    assert vitals.reset_cause == "power_on"
    assert visit.opened_levels  # at once, and for good
    assert not any(visit.opened_levels)
    assert " W board reset=watchdog " in visit.told


def test_it_opens_for_an_unplug_under_load_exports_and_opens_for_a_ground_fault() -> None:
    visit = exporting_visit()
    print(f"\ncontactor's output off {visit.latch_us:.0f} µs after the latch's edge")
    print(table_of(visit.phases))
    assert visit.violations == ()
    judge(visit.phases)
    assert visit.answers == ("", "")
    assert 0 < visit.latch_us <= LATCH_LIMIT_US


def judge(phases: Sequence[Phase]) -> None:
    """Every phase's ticks are within their limits."""
    weighed = [phase.figures.ticks for phase in phases if phase.name == "weighed"]
    assert min(weighed, default=20) >= 10  # of 20: weighing takes longer than a tick has
    for phase in phases:
        it = phase.figures
        if phase.seconds > 0.05 and phase.name not in RESETTING:
            assert it.ticks, f"{phase.name}: no tick was timed"
        assert it.worst_us <= TICK_LIMIT_US, f"{phase.name}: a tick took {it.worst_us} µs"
        assert it.grown_bytes <= GROWTH_LIMIT_BYTES, f"{phase.name}: {it.grown_bytes} bytes"
        if it.most_gap_us:
            assert it.least_gap_us >= TICK_US - SPACING_LIMIT_US, phase.name
            assert it.most_gap_us <= TICK_US + SPACING_LIMIT_US, phase.name
