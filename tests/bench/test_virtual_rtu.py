"""The Modbus client on a serial line of a simulated board: unmodified, and on simulated time."""

from collections.abc import Iterator

import pytest

from wattback_hil.modbus import ModbusRefusedError, ModbusSilentError, Wire, rtu_wire
from wattback_hil.registers import ModbusClient
from wattback_sim.serial_urls import registered
from wattback_sim.site import Site

# 3.5 characters of 11 bits at 19200 bit/s, and the 8 characters of 10 bits of a request.
_SILENCE_US = 2005
_REQUEST_US = 4166


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site("cpython")
    site.power_on()
    site.run_until(1_000_000)
    with registered("virtual-rtu", site):
        yield site
    site.close()


@pytest.fixture
def wire(site: Site) -> Iterator[Wire]:
    wire = rtu_wire("sim://virtual-rtu?channel=rtu", 19200, 1)
    yield wire
    wire.close()


def test_registers_are_written_and_read_back(wire: Wire) -> None:
    client = ModbusClient(wire)
    client.write("site_import_limit", 16)
    assert client.read("site_import_limit") == 16
    assert client.read("session_state") == "idle"


def test_the_line_is_silent_before_every_request(site: Site, wire: Wire) -> None:
    wire.read(40000, 2, "the marker")
    answered_us = site.clock.now_us
    heard: list[int] = []

    class Listener:
        def deliver(self, now_us: int, data: bytes) -> None:
            heard.append(now_us)

        def gone(self, now_us: int) -> None: ...

    site.wiring.rtu.attach(Listener())
    wire.read(40000, 2, "the marker")
    assert heard[0] - answered_us >= _SILENCE_US + _REQUEST_US


def test_the_line_has_a_unit_of_its_own_and_the_others_are_silence(site: Site) -> None:
    other = rtu_wire("sim://virtual-rtu?channel=rtu", 19200, 2)
    before_us = site.clock.now_us
    with pytest.raises(ModbusSilentError, match="no answer from sim://virtual-rtu"):
        other.read(40000, 2, "the marker")
    other.close()
    assert 3_000_000 <= site.clock.now_us - before_us < 3_100_000


def test_a_refusal_comes_over_the_line(wire: Wire) -> None:
    with pytest.raises(ModbusRefusedError, match="illegal data address"):
        wire.read(100, 2, "nothing")
