"""The Pico's slow inputs: the firmware's driver against the converter and its dividers."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from math import inf
from types import ModuleType
from typing import Any

import pytest

from wattback.signals import Inputs
from wattback_sim.pico.adc_chip import COUNTS, AdcChip
from wattback_sim.pico.sensors import Channel, ntc_celsius, ntc_ratio, proximity_ratio

ADDRESS = 0x48
COLDEST_DECIC, HOTTEST_DECIC = -400, 1500
OPEN_OHM = 1 << 20
TEMPERATURES = ("board_decic", "terminal_decic", "handle_decic")
_NAME = "wattback.boards.pico.slow_inputs"


class Bus:
    """The I2C of a board with a converter on it."""

    def __init__(self) -> None:
        self.chip = AdcChip()
        self.chip.ratios[:3] = [ntc_ratio(25.0)] * 3
        self.chip.ratios[Channel.PROXIMITY] = proximity_ratio(inf)
        self.chip.ratios[Channel.RESET] = 1.0
        self.transfers = 0
        self.says_ones = False

    def readfrom_mem_into(self, address: int, command: int, into: bytearray) -> None:
        self.transfers += 1
        if address != ADDRESS or not self.chip.present:
            raise OSError(5)
        self.chip.take(command)
        self.chip.read_begins()
        for index in range(len(into)):
            into[index] = 0xFF if self.says_ones else self.chip.give()


@pytest.fixture
def slow_inputs(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.delitem(sys.modules, _NAME, raising=False)
    yield importlib.import_module(_NAME)
    sys.modules.pop(_NAME, None)


def begun(slow_inputs: Any, bus: Bus) -> Any:
    return slow_inputs.SlowInputs(bus, Inputs())


def seen(slow: Any) -> Inputs:
    inputs: Inputs = slow._inputs
    return inputs


def all_channels(slow: Any) -> None:
    for _ in Channel:
        slow.step()


def temperatures(slow: Any) -> list[int]:
    inputs = seen(slow)
    return [getattr(inputs, name) for name in TEMPERATURES]


def is_silent(slow: Any) -> bool:
    inputs = seen(slow)
    beyond = all(not COLDEST_DECIC <= decic <= HOTTEST_DECIC for decic in temperatures(slow))
    buttons = (inputs.handle_loose, inputs.reset_pressed)
    return beyond and inputs.proximity_ohm == OPEN_OHM and buttons == (1, 0)


def test_without_a_chip_every_sensor_is_open_from_the_first_tick_on(slow_inputs: Any) -> None:
    bus = Bus()
    bus.chip.present = False
    assert is_silent(begun(slow_inputs, bus))


def test_the_first_tick_finds_every_channel_measured(slow_inputs: Any) -> None:
    inputs = seen(begun(slow_inputs, Bus()))
    assert [getattr(inputs, name) for name in TEMPERATURES] == [250, 250, 250]
    assert inputs.proximity_ohm == OPEN_OHM
    assert (inputs.handle_loose, inputs.reset_pressed) == (0, 0)


@pytest.mark.parametrize("channel", list(Channel)[:3], ids=lambda channel: channel.name.lower())
def test_each_sensor_has_a_channel_of_its_own(slow_inputs: Any, channel: Channel) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    bus.chip.ratios[channel] = ntc_ratio(90.0)
    all_channels(slow)
    changed = [decic > 800 for decic in temperatures(slow)]
    assert changed == [place == channel for place in range(3)]


def test_a_step_is_one_transfer(slow_inputs: Any) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    bus.transfers = 0
    for _ in range(7):
        slow.step()
    assert bus.transfers == 7


def test_the_table_is_that_of_the_sensor(slow_inputs: Any) -> None:
    table = slow_inputs._DECIC
    points = [int.from_bytes(table[at : at + 2], "big") - 1000 for at in range(0, len(table), 2)]
    assert points[1:-1] == [round(10 * ntc_celsius(place / 64)) for place in range(1, 64)]
    assert (points[0], points[-1]) == (-1000, 3000)


def test_a_temperature_is_right_within_0_8_k_and_a_code(slow_inputs: Any) -> None:
    for code in range(100, 3891):  # −40 … 110 °C
        true_decic = 10 * ntc_celsius((code + 0.5) / COUNTS)
        code_decic = 10 * (ntc_celsius((code + 1) / COUNTS) - ntc_celsius(code / COUNTS))
        wrong_decic = slow_inputs.decic(code) - true_decic
        assert abs(wrong_decic) < 8 + code_decic, code
        if code > COUNTS // 2:  # where it is warm, it is not told colder than it is
            assert wrong_decic > -1.5 - code_decic / 2, code


def test_a_temperature_rises_with_the_code(slow_inputs: Any) -> None:
    read = [slow_inputs.decic(code) for code in range(COUNTS)]
    assert read == sorted(read)


@pytest.mark.parametrize("ratio", [0.0, 0.001, 0.999, 1.0])
def test_an_open_or_shorted_sensor_reads_beyond_all_places(slow_inputs: Any, ratio: float) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    bus.chip.ratios[:3] = [ratio] * 3
    all_channels(slow)
    for decic in temperatures(slow):
        assert decic < COLDEST_DECIC if ratio < 0.5 else decic > HOTTEST_DECIC


@pytest.mark.parametrize("ohm", [0, 75, 100, 150, 220, 330, 480, 680, 1000, 1500, 2200])
def test_proximity_is_read_within_a_hundredth_and_two_ohms(slow_inputs: Any, ohm: int) -> None:
    bus = Bus()
    bus.chip.ratios[Channel.PROXIMITY] = proximity_ratio(ohm)
    assert seen(begun(slow_inputs, bus)).proximity_ohm == pytest.approx(ohm, rel=0.01, abs=2)


def test_a_loose_handle_is_told(slow_inputs: Any) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    bus.chip.ratios[Channel.HANDLE_LOOSE] = 1.0
    all_channels(slow)
    assert (seen(slow).handle_loose, seen(slow).reset_pressed) == (1, 0)


def test_the_reset_button_is_told(slow_inputs: Any) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    bus.chip.ratios[Channel.RESET] = 0.0
    all_channels(slow)
    assert (seen(slow).handle_loose, seen(slow).reset_pressed) == (0, 1)


@pytest.mark.parametrize("says_ones", [False, True], ids=["no answer", "all ones"])
def test_a_chip_that_falls_silent_is_no_cold_reading_but_open_sensors(
    slow_inputs: Any, says_ones: bool
) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    bus.chip.present, bus.says_ones = says_ones, says_ones
    steps = 0
    while not is_silent(slow):
        assert temperatures(slow) == [250, 250, 250]
        slow.step()
        steps += 1
    assert steps == slow_inputs.SILENT_STEPS
    for _ in range(3 * steps):
        slow.step()
        assert is_silent(slow)
    bus.chip.present, bus.says_ones = True, False
    all_channels(slow)
    assert temperatures(slow) == [250, 250, 250]


def test_a_chip_that_answers_now_and_then_is_believed(slow_inputs: Any) -> None:
    bus = Bus()
    slow = begun(slow_inputs, bus)
    for step in range(400):
        bus.chip.present = step % 4 == 0
        slow.step()
    assert temperatures(slow) == [250, 250, 250]
