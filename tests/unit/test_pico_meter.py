"""The Pico's metering: the firmware's driver against the chip's registers."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import pytest

from wattback.signals import Inputs
from wattback_sim.pico.circuit import METER_SCALE
from wattback_sim.pico.metering import MeteringChip

READS = 60  # more than it takes to set a chip up and to look at all of it
_NAME = "wattback.boards.pico.meter"


class Spi:
    """The bus of a board with a metering chip on it."""

    def __init__(self, chip: MeteringChip) -> None:
        self._chip = chip

    def write_readinto(self, out: bytes, into: memoryview) -> None:
        for index, octet in enumerate(out):
            into[index] = self._chip.exchange(octet)

    def write(self, out: bytes) -> None:
        for octet in out:
            self._chip.exchange(octet)


def _measured(octets: bytearray, table: Sequence[int], rows: int, out: Any) -> None:
    for row in range(rows):
        at, shift, factor, more = table[4 * row : 4 * row + 4]
        value = int.from_bytes(octets[at : at + 4], "big", signed=True)
        scaled = (value >> shift) * factor
        assert -(1 << 31) <= scaled < 1 << 31, "leaves a machine word"
        out[row] = scaled >> more
    out[rows - 1] = (31250 << 16) // out[rows - 1] if out[rows - 1] > 0 else 0


@pytest.fixture
def chip() -> MeteringChip:
    return MeteringChip(METER_SCALE)


@pytest.fixture
def meter(chip: MeteringChip, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The board's driver, with what only a board has replaced by the same in plain Python."""

    class Pin:
        OUT = 1

        def __init__(self, number: int, *_: Any, **__: Any) -> None:
            pass

        def __call__(self, level: int) -> None:
            chip.select(not level)

    machine = ModuleType("machine")
    machine.__dict__.update(SPI=lambda *_, **__: Spi(chip), Pin=Pin)
    fast = ModuleType("wattback.boards.pico.fast")
    fast.__dict__.update(measured=_measured)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "wattback.boards.pico.fast", fast)
    monkeypatch.delitem(sys.modules, _NAME, raising=False)
    yield importlib.import_module(_NAME).Meter()
    sys.modules.pop(_NAME, None)


def house(chip: MeteringChip, frequency_hz: float = 60.0, **more: float) -> None:
    chip.measure((121.0, 119.0), (30.0, 31.0), -7300.0, 400.0, frequency_hz, **more)


def read(meter: Any, times: int = READS) -> Inputs:
    inputs = Inputs()
    for _ in range(times):
        meter.read(inputs)
    return inputs


def test_both_legs_are_read(meter: Any, chip: MeteringChip) -> None:
    house(chip)
    inputs = read(meter)
    assert inputs.voltage_l1_mv == pytest.approx(121_000, rel=1e-3)
    assert inputs.voltage_l2_mv == pytest.approx(119_000, rel=1e-3)
    assert inputs.current_l1_ma == pytest.approx(-30_000, rel=1e-3)
    assert inputs.current_l2_ma == pytest.approx(-31_000, rel=1e-3)
    assert inputs.power_w == pytest.approx(-7300, abs=5)
    assert inputs.reactive_var == pytest.approx(400, abs=3)
    assert inputs.frequency_millihertz == pytest.approx(60_000, abs=3)


@pytest.mark.parametrize("load_v", [0.0, 5.0, 240.0, 330.0, 630.0])
def test_the_vehicles_side_is_read_up_to_its_full_scale(
    meter: Any, chip: MeteringChip, load_v: float
) -> None:
    house(chip, load_v=load_v)
    assert read(meter).load_mv == pytest.approx(1000 * load_v, rel=1e-3, abs=25)


@pytest.mark.parametrize("residual_a", [0.0, 0.005, 0.02, 0.264, 3.5])
def test_the_residual_current_is_read(meter: Any, chip: MeteringChip, residual_a: float) -> None:
    house(chip, residual_a=residual_a)
    assert read(meter).residual_ua == pytest.approx(1e6 * residual_a, rel=2e-3, abs=20)


@pytest.mark.parametrize("frequency_hz", [50.0, 57.0, 60.0, 63.0])
@pytest.mark.parametrize("ahead_deg", [-170.0, -90.0, -10.0, 0.0, 10.0, 120.0, 179.0])
def test_angles_are_those_of_the_circuit_at_any_frequency(
    meter: Any, chip: MeteringChip, ahead_deg: float, frequency_hz: float
) -> None:
    house(chip, frequency_hz, leg_angle_deg=ahead_deg, load_v=240.0, load_angle_deg=ahead_deg)
    inputs = read(meter)
    assert inputs.leg_angle_decideg == pytest.approx(abs(10 * ahead_deg), abs=3)
    assert inputs.load_angle_decideg == pytest.approx(10 * ahead_deg, abs=3)


@pytest.mark.parametrize("power_w", [-3_680.0, 3_680.0])
def test_on_a_single_phase_the_neutral_carries_the_current_of_leg_1_with_its_sign(
    meter: Any, chip: MeteringChip, power_w: float
) -> None:
    chip.measure((230.0, 0.0), (16.0, 16.0), power_w, 0.0, 50.0)
    inputs = read(meter)
    assert inputs.voltage_l1_mv == pytest.approx(230_000, rel=1e-3)
    assert inputs.voltage_l2_mv == pytest.approx(0, abs=25)
    sign = 1 if power_w > 0 else -1
    assert inputs.current_l1_ma == pytest.approx(sign * 16_000, rel=1e-3)
    assert inputs.current_l2_ma == pytest.approx(sign * 16_000, rel=1e-3)
    assert inputs.power_w == pytest.approx(power_w, abs=5)


def test_a_split_phase_has_its_legs_opposite(meter: Any, chip: MeteringChip) -> None:
    house(chip)
    assert read(meter).leg_angle_decideg == pytest.approx(1800, abs=3)


def test_no_reading_of_a_supply_comes_without_its_angles(meter: Any, chip: MeteringChip) -> None:
    house(chip, leg_angle_deg=180.0, load_v=240.0, load_angle_deg=-90.0)
    inputs = Inputs()
    seen = set()
    for turn in range(4 * READS):
        if turn == 2 * READS:
            chip.restart()
        meter.read(inputs)
        live = inputs.voltage_l1_mv > 100_000
        seen.add(live)
        if live:
            assert inputs.leg_angle_decideg == pytest.approx(1800, abs=3)
            assert inputs.load_angle_decideg == pytest.approx(-900, abs=3)
    assert seen == {False, True}
    assert inputs.voltage_l1_mv > 100_000


def test_a_change_of_angle_is_seen_within_40_ms(meter: Any, chip: MeteringChip) -> None:
    house(chip, load_v=240.0)
    inputs = read(meter)
    house(chip, load_v=240.0, load_angle_deg=60.0, leg_angle_deg=120.0)
    for _ in range(4):
        meter.read(inputs)
    assert inputs.load_angle_decideg == pytest.approx(600, abs=3)
    assert inputs.leg_angle_decideg == pytest.approx(1200, abs=3)


def test_a_dead_supply_has_no_angle_that_would_do(meter: Any, chip: MeteringChip) -> None:
    house(chip)
    inputs = read(meter)
    chip.measure((0.0, 0.0), (0.0, 0.0), 0.0, 0.0, 0.0, load_v=240.0)
    meter.read(inputs)
    assert (inputs.leg_angle_decideg, inputs.load_angle_decideg) == (0, -1800)
    assert inputs.load_mv == pytest.approx(240_000, rel=1e-3)


def test_a_chip_that_is_not_there_is_a_supply_of_0_v(meter: Any, chip: MeteringChip) -> None:
    house(chip, load_v=240.0, residual_a=0.1)
    inputs = read(meter)
    chip.present = False
    meter.read(inputs)
    assert (inputs.voltage_l1_mv, inputs.voltage_l2_mv, inputs.load_mv) == (0, 0, 0)
    assert (inputs.residual_ua, inputs.frequency_millihertz) == (0, 0)
