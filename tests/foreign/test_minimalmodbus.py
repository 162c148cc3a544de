"""`minimalmodbus` on the RS-485 wire: reads, writes, its own exceptions, silence, a broadcast."""

from collections.abc import Iterator
from importlib.metadata import version

import minimalmodbus  # type: ignore[import-untyped]
import pytest

from tests.foreign.board import Board
from wattback_sim.register_map import find_point

BAUD = 19_200
HEARTBEAT = find_point("heartbeat").address
MARGIN = find_point("departure_margin").address
TARGET = find_point("site_target").address
DAY_LIMIT = find_point("export_day_limit").address


def instrument(board: Board, unit_id: int) -> minimalmodbus.Instrument:
    found = minimalmodbus.Instrument(board.rtu, unit_id)
    found.serial.baudrate = BAUD
    found.serial.timeout = 5.0
    return found


@pytest.fixture
def unit(board: Board) -> Iterator[minimalmodbus.Instrument]:
    found = instrument(board, board.unit_id)
    yield found
    found.serial.close()


def test_it_reads_texts_words_and_signed_numbers(unit: minimalmodbus.Instrument) -> None:
    assert unit.read_string(40_000, 2) == "SunS"
    assert unit.read_string(find_point("1.Mn").address, 16).rstrip("\0") == "Wattback"
    assert unit.read_string(find_point("1.Vr").address, 8).rstrip("\0") == version("wattback")
    assert unit.read_registers(40_070, 2) == [701, 153]
    assert unit.read_register(find_point("701.W").address, signed=True) < -10_000
    assert unit.read_long(find_point("target_told").address, signed=True) < -10_000
    assert len(unit.read_registers(40_100, 125)) == 125


def test_it_writes_and_reads_back(unit: minimalmodbus.Instrument) -> None:
    unit.write_register(MARGIN, 700, functioncode=6)
    assert unit.read_register(MARGIN) == 700
    unit.write_register(MARGIN, 900, functioncode=16)
    assert unit.read_register(MARGIN) == 900
    unit.write_long(DAY_LIMIT, 54_321, signed=True)
    assert unit.read_long(DAY_LIMIT, signed=True) == 54_321
    unit.write_long(DAY_LIMIT, -1, signed=True)
    assert unit.read_long(DAY_LIMIT, signed=True) == -1


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda unit: unit.read_register(39_999), "illegal data address"),
        (lambda unit: unit.write_register(TARGET + 1, 1, functioncode=6), "illegal data address"),
        (lambda unit: unit.write_register(MARGIN, 7_201, functioncode=6), "illegal data value"),
        (lambda unit: unit.read_register(40_000, functioncode=4), "illegal function"),
    ],
)
def test_what_it_may_not_is_its_own_exception(
    unit: minimalmodbus.Instrument, act: object, refusal: str
) -> None:
    assert callable(act)
    unit.serial.timeout = 0.7  # it waits that long for the rest of the answer that it hopes for
    with pytest.raises(minimalmodbus.IllegalRequestError, match=refusal):
        act(unit)
    assert unit.read_string(40_000, 2) == "SunS"


def test_another_unit_is_silent_and_this_one_not_the_less_there(
    board: Board, unit: minimalmodbus.Instrument
) -> None:
    other = instrument(board, board.unit_id + 1)
    other.serial.timeout = 0.7
    with pytest.raises(minimalmodbus.NoResponseError):
        other.read_register(40_000)
    unit.serial.timeout = 5.0
    assert unit.read_string(40_000, 2) == "SunS"


def test_a_broadcast_is_obeyed_and_not_answered(
    board: Board, unit: minimalmodbus.Instrument
) -> None:
    everyone = instrument(board, 0)
    everyone.write_register(MARGIN, 660, functioncode=6)
    assert unit.read_register(MARGIN) == 660
    everyone.write_registers(MARGIN, [900])
    assert unit.read_register(MARGIN) == 900
