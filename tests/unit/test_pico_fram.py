"""The Pico's retained memory: whenever the power goes, one record is whole, the old or the new."""

from __future__ import annotations

import importlib
import sys
from array import array
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import pytest

from wattback import retained
from wattback.codec.crc_modbus import crc16_modbus
from wattback_sim.pico.fram_chip import FramChip

ADDRESS = 0x50
STEPS = 20  # more than any record takes


class PowerCut(Exception):
    """The board has lost its supply."""


class Bus:
    """The I2C of a board with an FRAM on it; the power goes after so many bytes written."""

    def __init__(self, chip: FramChip) -> None:
        self.chip = chip
        self.bytes_left: int | None = None
        self.written = 0

    def writeto_mem(self, address: int, at: int, data: bytes, *, addrsize: int) -> None:
        self._meet(address, addrsize)
        for octet in (at >> 8, at & 0xFF):
            self.chip.take(octet)
        for octet in bytes(data):
            if self.bytes_left == 0:
                raise PowerCut
            if self.bytes_left is not None:
                self.bytes_left -= 1
            self.written += 1
            self.chip.take(octet)

    def readfrom_mem_into(self, address: int, at: int, into: bytearray, *, addrsize: int) -> None:
        self._meet(address, addrsize)
        for octet in (at >> 8, at & 0xFF):
            self.chip.take(octet)
        for index in range(len(into)):
            into[index] = self.chip.give()

    def _meet(self, address: int, addrsize: int) -> None:
        if address != ADDRESS or not self.chip.present:
            raise OSError(5)
        assert addrsize == 16
        self.chip.write_begins()


def _copy(words: Any, into: Any, count: int) -> None:
    memoryview(into).cast("B")[: 4 * count] = memoryview(words).cast("B")[: 4 * count]


def _differ(words: Sequence[int], others: Sequence[int], first: int, end: int) -> int:
    return int(any(words[i] != others[i] for i in range(first, end)))


@pytest.fixture
def fram_module(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The board's file, with what only a board has replaced by the same in plain Python."""
    machine = ModuleType("machine")
    machine.__dict__.update(disable_irq=lambda: 0, enable_irq=lambda state: None)
    fast = ModuleType("wattback.boards.pico.fast")
    fast.__dict__.update(copy=_copy, differ=_differ, crc16=crc16_modbus)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "wattback.boards.pico.fast", fast)
    name = "wattback.boards.pico.fram"
    monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module(name)
    sys.modules.pop(name, None)


def words(**values: int) -> array[int]:
    made = array("i", [0] * retained.WORDS)
    for name, value in values.items():
        made[getattr(retained, name)] = value
    return made


def store(fram: Any, kept: array[int]) -> None:
    for _ in range(STEPS):
        fram.step(kept)


def test_a_new_memory_holds_zeros(fram_module: Any) -> None:
    assert fram_module.Fram(Bus(FramChip())).load() == [0] * retained.WORDS


def test_what_is_stored_comes_back_the_youngest_of_it(fram_module: Any) -> None:
    bus = Bus(FramChip())
    fram = fram_module.Fram(bus)
    fram.load()
    for wh in (1, 2, 3):
        store(fram, words(IMPORT_WH=wh, FAULTS_LATCHED=-5, EXPORT_DAY=20_000))
        assert fram_module.Fram(bus).load() == list(
            words(IMPORT_WH=wh, FAULTS_LATCHED=-5, EXPORT_DAY=20_000)
        )


def test_the_rests_of_a_watt_hour_alone_are_not_worth_a_record(fram_module: Any) -> None:
    bus = Bus(FramChip())
    fram = fram_module.Fram(bus)
    fram.load()
    store(fram, words(IMPORT_WH=1))
    written = bus.written
    store(fram, words(IMPORT_WH=1, IMPORT_REST=77, EXPORT_REST=5))
    assert bus.written == written
    for name in ("FAULTS_LATCHED", "IMPORT_WH", "EXPORT_WH", "EXPORT_DAY_WH", "RETRIES"):
        store(fram, words(**{name: 9}))
        assert bus.written > written, name
        written = bus.written


def test_a_power_cut_at_any_byte_leaves_the_old_words_or_the_new(fram_module: Any) -> None:
    old = words(IMPORT_WH=255, FAULTS_LATCHED=3)
    new = words(IMPORT_WH=256, FAULTS_LATCHED=7, EXPORT_WH=1)
    seen = set()
    cut_after = 0
    while True:
        bus = Bus(FramChip())
        fram = fram_module.Fram(bus)
        fram.load()
        store(fram, old)
        bus.bytes_left = cut_after
        try:
            store(fram, new)
        except PowerCut:
            after = tuple(fram_module.Fram(bus).load())
            assert after in (tuple(old), tuple(new)), f"cut after {cut_after} bytes"
            seen.add(after)
            cut_after += 1
        else:
            break
    assert cut_after > 4 * retained.WORDS
    assert seen == {tuple(old)}  # a record counts with its last byte
    assert fram_module.Fram(bus).load() == list(new)


def test_a_chip_that_does_not_answer_is_noticed_and_written_when_it_is_back(
    fram_module: Any,
) -> None:
    bus = Bus(FramChip())
    fram = fram_module.Fram(bus)
    fram.load()
    bus.chip.present = False
    store(fram, words(IMPORT_WH=4))
    assert fram.sound == 0
    bus.chip.present = True
    store(fram, words(IMPORT_WH=4))
    assert fram.sound == 1
    assert fram_module.Fram(bus).load() == list(words(IMPORT_WH=4))


def test_nobody_is_told_of_energy_that_a_power_cut_would_take_back(fram_module: Any) -> None:
    bus = Bus(FramChip())
    fram = fram_module.Fram(bus)
    fram.load()
    for wh in range(1, 40):
        for _ in range(wh % 12):  # a cut at any step of a record
            fram.step(words(IMPORT_WH=wh, EXPORT_WH=2 * wh))
            told = (fram.stored[retained.IMPORT_WH], fram.stored[retained.EXPORT_WH])
            kept = fram_module.Fram(bus).load()
            assert (kept[retained.IMPORT_WH], kept[retained.EXPORT_WH]) == told
    again = fram_module.Fram(bus)
    assert list(again.stored) == [0] * len(again.stored)
    kept = again.load()
    assert list(again.stored) == kept[: len(again.stored)]


def test_without_a_memory_the_registers_are_told_as_they_are(fram_module: Any) -> None:
    bus = Bus(FramChip())
    fram = fram_module.Fram(bus)
    fram.load()
    bus.chip.present = False
    store(fram, words(IMPORT_WH=4, EXPORT_WH=1))
    assert (fram.stored[retained.IMPORT_WH], fram.stored[retained.EXPORT_WH]) == (4, 1)


def test_a_record_is_written_within_the_lag_that_the_board_states(fram_module: Any) -> None:
    bus = Bus(FramChip())
    fram = fram_module.Fram(bus)
    fram.load()
    fram.step(words(IMPORT_WH=1))
    latest = words(IMPORT_WH=1, FAULTS_LATCHED=1)  # just after a record was begun
    ticks = 0
    while fram_module.Fram(bus).load() != list(latest):
        fram.step(latest)
        ticks += 1
    assert ticks * 10 <= fram_module.LAG_MS
