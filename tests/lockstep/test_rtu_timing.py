"""Modbus RTU on the wire: an answer begins after the silence that ends a frame, and soon after."""

import pytest

from tests.lockstep.playing import CPYTHON, MICROPYTHON
from tests.lockstep.traffic import Ear, rtu
from wattback_sim.board import default_settings
from wattback_sim.site import Site
from wattback_sim.uart import byte_times_us

REQUEST = rtu("01 03 9c40 0004")
ANSWER = rtu("01 03 08 53756e53 0001 0042")
LATEST_US = 4000  # after the silence


def silence_us(baud: int) -> float:
    """3.5 characters of eleven bits, above 19200 baud 1.75 ms, as the serial-line guide has it."""
    return 3.5 * 11 * 1e6 / baud if baud <= 19200 else 1750.0


class Line:
    """A powered site whose RTU wire is listened to."""

    def __init__(self, baud: int, runtime: str = CPYTHON) -> None:
        self.baud = baud
        self.site = Site(runtime, settings={**default_settings(), "modbus_baud": baud})
        self.heard: list[tuple[int, str, bytes]] = []
        self.wire = self.site.wiring.rtu
        self.wire.attach(Ear("rtu", self.heard))
        self.site.power_on()

    def send(self, at_us: int, data: bytes) -> int:
        """Put bytes on the wire at a time; returns when the last of them has passed."""
        self.site.run_until(at_us)
        return self.wire.send(data)

    def listen(self, until_us: int) -> bytes:
        self.site.run_until(until_us)
        return b"".join(data for _, _, data in self.heard)

    def began_us(self) -> int:
        """When the first bit of the answer was on the wire."""
        return self.heard[0][0] - byte_times_us(1, self.baud)


@pytest.mark.parametrize("baud", [1200, 9600, 19200, 38400, 115200])
@pytest.mark.parametrize("phase_us", [0, 1, 2500, 5000, 9999])
def test_the_answer_begins_between_t35_and_4_ms_later(baud: int, phase_us: int) -> None:
    line = Line(baud)
    end_us = line.send(1_000_000 + phase_us, REQUEST)
    assert line.listen(3_000_000) == ANSWER
    waited_us = line.began_us() - end_us
    assert silence_us(baud) <= waited_us <= silence_us(baud) + LATEST_US


@pytest.mark.parametrize("runtime", [MICROPYTHON, CPYTHON])
def test_the_answer_has_no_gaps(runtime: str) -> None:
    line = Line(19200, runtime)
    line.send(1_000_000, rtu("01 03 9c40 0044"))
    line.listen(3_000_000)
    line.site.close()
    began_us = line.began_us()
    times = [time_us for time_us, _, _ in line.heard]
    assert times == [began_us + byte_times_us(n, 19200) for n in range(1, len(times) + 1)]
    assert len(times) == 5 + 2 * 0x44


@pytest.mark.parametrize("gap_us", [0, 100, 500, 1000])
def test_a_gap_shorter_than_the_silence_does_not_end_a_frame(gap_us: int) -> None:
    line = Line(19200)
    line.send(1_000_000, REQUEST[:3])
    line.send(1_000_000 + byte_times_us(3, 19200) + gap_us, REQUEST[3:])
    assert line.listen(2_000_000) == ANSWER


@pytest.mark.parametrize("gap_us", [0, 400, 1200])
def test_a_long_frame_is_one_however_it_falls_on_ticks_and_pieces(gap_us: int) -> None:
    line = Line(19200)
    frame = rtu("01 10 9c40 0050 a0" + "00" * 160)
    at_us = 1_000_000
    for begin in range(0, len(frame), 7):
        at_us = line.send(at_us, frame[begin : begin + 7]) + gap_us
    answer = line.listen(3_000_000)
    assert answer[:2] == bytes.fromhex("01 90"), "refused as a whole, but heard as a whole"


@pytest.mark.parametrize("gap_us", [2100, 5000, 20_000])
def test_a_longer_one_ends_it_and_neither_half_is_answered(gap_us: int) -> None:
    line = Line(19200)
    line.send(1_000_000, REQUEST[:3])
    line.send(1_000_000 + byte_times_us(3, 19200) + gap_us, REQUEST[3:])
    assert line.listen(2_000_000) == b""


def test_two_requests_with_a_silence_between_are_two_and_without_are_rubbish() -> None:
    line = Line(19200)
    end_us = line.send(1_000_000, REQUEST)
    line.send(end_us + 30_000, REQUEST)
    assert line.listen(2_000_000) == ANSWER * 2
    line.heard.clear()
    line.send(2_000_000, REQUEST + REQUEST)
    assert line.listen(3_000_000) == b""


def test_a_broadcast_is_not_answered_and_other_units_neither() -> None:
    line = Line(19200)
    for at_us, frame in ((1_000_000, "00 03 9c40 0004"), (1_200_000, "02 03 9c40 0004")):
        line.send(at_us, rtu(frame))
    assert line.listen(2_000_000) == b""
