"""sim:// URLs: programs that use pyserial talk to a simulated board on simulated time."""

from collections.abc import Iterator
from typing import Any

import minimalmodbus  # type: ignore[import-untyped]
import pytest
import serial  # type: ignore[import-untyped]
from pymodbus.client import ModbusSerialClient

from wattback_sim.serial_urls import register, registered
from wattback_sim.site import Site

MODEL_1 = [0x5375, 0x6E53, 1, 66]  # "SunS", then the common model and its length


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site("cpython")
    site.power_on()
    site.run_until(1_000_000)
    with registered("unit", site):
        yield site


def opened(channel: str, baud: int, **settings: object) -> Any:
    return serial.serial_for_url(f"sim://unit?channel={channel}", baudrate=baud, **settings)


def test_pymodbus_reads_registers(site: Site) -> None:
    client = ModbusSerialClient("sim://unit?channel=rtu", baudrate=19200, timeout=1, retries=0)
    assert client.connect()
    assert client.read_holding_registers(40000, count=4, device_id=1).registers == MODEL_1
    assert len(client.read_holding_registers(40000, count=100, device_id=1).registers) == 100
    assert client.read_holding_registers(100, count=4, device_id=1).isError()
    client.close()  # type: ignore[no-untyped-call]


def test_minimalmodbus_reads_registers(site: Site) -> None:
    instrument = minimalmodbus.Instrument(opened("rtu", 19200, timeout=0.5), 1)
    assert instrument.read_registers(40000, 4) == MODEL_1
    with pytest.raises(minimalmodbus.IllegalRequestError):
        instrument.read_register(100)


def test_a_person_reads_the_console(site: Site) -> None:
    with opened("console", 115200, timeout=0.2) as port:
        port.write(b"status\n")
        said = port.read(4000)
    assert b"idle" in said


def test_a_read_ends_with_the_byte_that_completes_it(site: Site) -> None:
    port = opened("console", 115200, timeout=5)
    port.write(b"status\n")
    began_us = site.clock.now_us
    assert len(port.read(10)) == 10
    assert site.clock.now_us - began_us < 30_000


def test_a_read_in_vain_takes_its_timeout_of_simulated_time(site: Site) -> None:
    port = opened("rtu", 19200, timeout=2.5)
    began_us = site.clock.now_us
    assert port.read(1) == b""
    assert site.clock.now_us - began_us == 2_500_000


@pytest.mark.parametrize("poll", ["in_waiting", "read"])
def test_a_program_that_polls_lets_time_pass(site: Site, poll: str) -> None:
    port = opened("rtu", 19200, timeout=0)
    port.write(bytes.fromhex("01039c400004"))
    began_us = site.clock.now_us
    for _ in range(10):
        assert not (port.in_waiting if poll == "in_waiting" else port.read(1))
    assert 10_000 <= site.clock.now_us - began_us <= 50_000


def test_flush_waits_until_the_last_byte_has_passed(site: Site) -> None:
    port = opened("rtu", 19200)
    began_us = site.clock.now_us
    port.write(b"x" * 100)
    port.flush()
    assert site.clock.now_us - began_us == -(-100 * 10_000_000 // 19200)


def test_what_has_come_can_be_thrown_away_and_a_closed_port_hears_nothing(site: Site) -> None:
    port = opened("console", 115200, timeout=0.2)
    port.write(b"status\n")
    site.run_until(site.clock.now_us + 100_000)
    port.reset_input_buffer()
    port.reset_output_buffer()
    assert port.read(1) == b""
    port.close()
    port.close()
    with pytest.raises(serial.SerialException):
        port.read(1)
    port.open()
    assert port.read(1) == b""


@pytest.mark.parametrize(
    ("url", "settings", "words"),
    [
        ("sim://unit?channel=rtu", {"baudrate": 9600}, "runs at 19200 bit/s 8N1, and not at 9600"),
        ("sim://unit?channel=rtu", {"baudrate": 19200, "parity": "E"}, "not at 19200 bit/s 8E1"),
        ("sim://unit?channel=usb", {}, "expected sim://NAME"),
        ("sim://unit", {}, "expected sim://NAME"),
        ("sim://?channel=rtu", {}, "expected sim://NAME"),
        ("sim://unit?channel=rtu&baud=3", {}, "expected sim://NAME"),
        ("sim://other?channel=rtu", {"baudrate": 19200}, "no simulated site .* 'other'.*: unit"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence(
    site: Site, url: str, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(serial.SerialException, match=words):
        serial.serial_for_url(url, **settings)


def test_a_name_is_used_once(site: Site) -> None:
    with pytest.raises(ValueError, match="already called 'unit'"):
        register("unit", site)
