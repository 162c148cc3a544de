"""A master of Modbus RTU may ask at any time between two ticks, and is answered each time.

The ticks of the firmware as it is flashed come between the bytes of a request, and its collector
now and then; `pytest -rP` prints how long the unit has let the master wait. Each answer is
followed by the next request at once, so that some come while the collector stops the loop.
"""

from __future__ import annotations

import statistics
from pathlib import PurePosixPath

import pytest

from tests.pico.visits import BAUD, BIT_US, T35_US, TICK_US
from wattback.codec.crc_modbus import crc16_modbus
from wattback_sim.pico.board_files import compiled_files
from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.circuit import Circuit

PHASES = 16  # of the request's beginning, between two ticks; each is followed by another at once
WITHIN_US = 2 * TICK_US + 20_000  # two ticks, and a collection between them

_BYTE_NS = 10 * BIT_US * 1000
_LOOK_NS = 20_000
_ANSWER_LOOK_NS = 500_000


@pytest.mark.timeout(1200)  # an emulated board is slow where there is much else to do
def test_a_request_is_answered_whenever_it_comes() -> None:
    unit = _Unit()
    waits_us: list[float] = []
    for phase in range(PHASES):
        waits_us += (unit.poll(phase), unit.poll_again())
    print(
        f"\n{len(waits_us)} polls; the answer begins after a silence of {T35_US:,.0f} µs and ",
        end="",
    )
    median_us = statistics.median(waits_us)
    print(f"{min(waits_us):,.0f} … {median_us:,.0f} … {max(waits_us):,.0f} µs more")
    assert min(waits_us) >= 0
    assert max(waits_us) <= WITHIN_US


class _Unit:
    """A unit that idles, and a master on its RS-485."""

    def __init__(self) -> None:
        files: dict[PurePosixPath, bytes] = compiled_files()
        self._chip = EmulatedChip(files, pios=1, step=64)
        self._circuit = Circuit(self._chip, BAUD)
        self._circuit.pilot.high_v = self._circuit.pilot.low_v = -12.0
        self._measure(0)
        while self._circuit.pumps < 10:
            self._pass(TICK_US * 1000)
            assert self._chip.now_ns < 8e9, "the unit did not begin to tick"

    def poll(self, phase: int) -> float:
        """Ask in this phase of a tick; µs from the end of the silence to the answer."""
        circuit = self._circuit
        after_us = phase / PHASES * TICK_US
        self._measure(phase)
        pumps = circuit.pumps
        while circuit.pumps == pumps:
            self._pass(_LOOK_NS)
        self._pass(after_us * 1000)
        return self._ask(f"asked at {after_us:,.0f} µs")

    def poll_again(self) -> float:
        """Ask as soon as a master may after an answer; returns the same."""
        self._pass(T35_US * 1000)
        return self._ask("asked at once")

    def _ask(self, when: str) -> float:
        circuit = self._circuit
        circuit.enables.clear()
        circuit.rs485.clear()
        request = bytes((1, 3, *(40000).to_bytes(2, "big"), 0, 2))
        request += crc16_modbus(request, 0, len(request)).to_bytes(2, "little")
        for octet in request:
            circuit.send_on_rs485(bytes((octet,)))
            self._pass(_BYTE_NS)
        ended_ns = circuit.heard_ns
        while len(circuit.enables) < 2:
            self._pass(_ANSWER_LOOK_NS)
            assert self._chip.now_ns < ended_ns + 300e6, f"no answer, {when}"
        reply = circuit.rs485
        assert (len(reply), crc16_modbus(reply, 0, len(reply))) == (9, 0)
        return (circuit.enables[0][0] - ended_ns) / 1000 - T35_US

    def _measure(self, noise: int) -> None:
        # A meter whose readings stand still is a fault.
        self._circuit.meter.measure((120 + noise / 100, 120), (0, 0), 0, 0, 60.0)

    def _pass(self, ns: float) -> None:
        self._chip.run_until(self._chip.now_ns + ns)
