"""The page and the drawing of the Pico board: up to date, with the figures of the firmware."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from wattback.boards.pico import pins
from wattback_sim.pico.circuit import METER_SCALE
from wattback_tools.board_pico import __main__ as generator
from wattback_tools.board_pico.drawing import drawing
from wattback_tools.board_pico.failures import FAILURES
from wattback_tools.board_pico.front_end import NOMINAL, pilot_v_at, total_mv
from wattback_tools.board_pico.pin_table import PINS, PULL_DOWN, firmware_pins
from wattback_tools.board_pico.scales import (
    AMPS_A_VOLT,
    LOAD_VOLTS_A_VOLT,
    RESIDUAL_AMPS_A_VOLT,
    VOLTS_A_VOLT,
    ScaleRow,
    scale_rows,
)
from wattback_tools.board_pico.temperatures import TEMPERATURES_C, Reading
from wattback_tools.board_pico.thresholds import Margin, margins


def test_page_and_drawing_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", generator.outputs(), ids=lambda path: path.name)
def test_every_generated_file_says_so(path: Path) -> None:
    text = generator.outputs()[path]
    assert "do not edit" in text
    assert path.suffix != ".md" or "{" not in text  # every mark of the page is filled


def test_the_pin_table_is_the_firmwares() -> None:
    assert {row.name: row.gpio for row in PINS} == firmware_pins()
    assert len({row.gpio for row in PINS}) == len(PINS)


def test_every_output_that_is_safe_low_is_pulled_down_at_its_far_end() -> None:
    pulled = {row.gpio for row in PINS if row.pull == PULL_DOWN}
    assert pulled == set(pins.OUTPUTS)


def test_every_pin_is_drawn_once_or_more() -> None:
    shapes = ElementTree.fromstring(drawing()).iter()
    texts = {element.text for element in shapes if element.tag.endswith("}text")}
    assert {row.name for row in PINS} <= texts


@pytest.mark.parametrize("margin", margins(), ids=lambda margin: margin.what)
def test_every_level_keeps_a_margin_to_its_border(margin: Margin) -> None:
    assert margin.left_mv > 0


def test_the_range_of_the_converter_holds_every_level_and_its_error() -> None:
    for level_v in (-12.6, 12.6):
        error_v = total_mv(level_v) / 1000
        assert pilot_v_at(0) < level_v - error_v < level_v + error_v < pilot_v_at(4095)
        assert 0 < NOMINAL.converter_v(level_v) < NOMINAL.reference_v


def test_no_failed_part_invents_a_wish_for_energy_beside_a_sound_low_half() -> None:
    assert [failure.what for failure in FAILURES if failure.invents_energy]
    for failure in FAILURES:
        assert failure.low_half != "sound" or not failure.invents_energy, failure.what


@pytest.mark.parametrize("row", scale_rows(), ids=lambda row: row.name)
def test_the_firmwares_factors_are_those_of_the_circuit(row: ScaleRow) -> None:
    assert abs(row.wrong_ppm) < 100
    assert (row.code >> row.conversion.shift) * row.conversion.factor < 1 << 31


def test_the_emulated_circuit_has_the_divider_and_transformer_of_the_page() -> None:
    assert METER_SCALE.voltage == pytest.approx(1 / VOLTS_A_VOLT)
    assert METER_SCALE.current == pytest.approx(1 / AMPS_A_VOLT)
    assert METER_SCALE.load_voltage == pytest.approx(1 / LOAD_VOLTS_A_VOLT)
    assert METER_SCALE.residual == pytest.approx(1 / RESIDUAL_AMPS_A_VOLT)


def test_the_vehicles_side_can_show_more_than_any_supply_that_is_let_in() -> None:
    assert 0.5**0.5 * LOAD_VOLTS_A_VOLT > 330


@pytest.mark.parametrize("celsius", [c for c in TEMPERATURES_C if c <= 110])
def test_a_temperature_of_the_page_is_the_firmwares(celsius: float) -> None:
    reading = Reading(celsius)
    assert abs(reading.read_decic / 10 - celsius) < 0.8 + reading.code_k
    assert reading.percent_k < 1.0
