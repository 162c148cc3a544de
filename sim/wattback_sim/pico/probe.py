"""Reads the running firmware's objects out of the emulated chip's memory, as a debug probe would.

Nothing in the firmware helps or notices. The layouts are those of MicroPython 1.27 on a 32-bit
board: interned strings in chained pools, an object's attributes in a hash table of pairs, small
integers shifted left by one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from rp2040py.rp2040 import RP2040

from wattback.settings import SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES

_RAM = 0x2000_0000
_FLASH = 0x1000_0000
_POOL_HEAD = 6  # words: previous, strings before (31 bits), room, count, hashes, lengths
_QSTR_TAG = 2
_TABLE_REACH = 2048  # bytes between two attributes of one object at most
_COMMAND_WORDS = 7
_LONGEST_NAME = 64
_SETTING_NAMES = tuple(row[0] for row in SETTINGS)


class Probe:
    """Finds a `Connector` and reads what it has published. `found`: it has."""

    def __init__(self, mcu: RP2040) -> None:
        self._mcu = mcu
        self._at: dict[str, int] = {}  # addresses of attributes of the connector
        self._fields: dict[int, list[int]] = {}  # by table: addresses of the values, in order
        self._keys: Mapping[str, int] = {}
        self._tail = -1

    @property
    def found(self) -> bool:
        """A connector is in memory."""
        return bool(self._at)

    def forget(self) -> None:
        """The chip has restarted: what was found is not there any more."""
        self._at = {}
        self._fields = {}
        self._tail = -1

    def look(self) -> bool:
        """Search the memory for the connector."""
        ram = memoryview(self._mcu.sram).cast("I")
        self._keys = self._interned(
            ram, {*STATUS_NAMES, *REPORT_NAMES, *_SETTING_NAMES, *_ATTRIBUTES}
        )
        wanted = self._keys.get("status")  # nothing else of this name has a Status
        if wanted is None:
            return False
        for index in range(len(ram) - 1):
            if ram[index] == wanted and self._is_status(ram[index + 1]):
                self._at = self._attributes_near(_RAM + 4 * index)
                return self.found
        return False

    def status(self) -> list[int]:
        """Values of STATUS_NAMES."""
        return self._values("status", STATUS_NAMES)

    def report(self) -> list[int]:
        """Values of REPORT_NAMES."""
        return self._values("report", REPORT_NAMES)

    def settings(self) -> list[int]:
        """Values of SETTINGS, those in force."""
        return self._values("settings", _SETTING_NAMES)

    def obeyed(self) -> list[int]:
        """The command that was carried out since the last call, if there was one; at most one a
        tick."""
        queue = self._attributes(self._word(self._at["queue"]))
        tail = self._word(queue["tail"]) >> 1
        before, self._tail = self._tail, tail
        if before in (-1, tail):
            return []
        items = self._word(self._word(queue["words"]) + 12)  # of the array
        return [self._signed(items + 4 * (before + i)) for i in range(_COMMAND_WORDS)]

    def poke(self, name: str, value: int) -> None:
        """Set an attribute of the connector, or of a part of it (`contactor.rested`), to a small
        integer, whatever it was.
        """
        part, _, field = name.rpartition(".")
        at = self._attributes(self._word(self._at[part]))[field] if part else self._at[name]
        struct.pack_into("<I", self._mcu.sram, at - _RAM, value << 1 | 1)

    # --- how memory is laid out ---

    def _values(self, holder: str, names: Iterable[str]) -> list[int]:
        instance = self._word(self._at[holder])
        addresses = self._fields.get(instance)
        if addresses is None:
            attributes = self._attributes(instance)
            addresses = self._fields[instance] = [attributes[name] for name in names]
        return [self._signed(address) >> 1 for address in addresses]

    def _attributes(self, instance: int) -> dict[str, int]:
        """Addresses of the values of an object's attributes."""
        names = {key: name for name, key in self._keys.items()}
        room, table = self._word(instance + 8), self._word(instance + 12)
        found = {}
        for place in range(room):
            name = names.get(self._word(table + 8 * place))
            if name is not None:
                found[name] = table + 8 * place + 4
        return found

    def _is_status(self, instance: int) -> bool:
        if not _RAM <= instance < _RAM + len(self._mcu.sram) - 16 or instance % 4:
            return False
        room, table = self._word(instance + 8), self._word(instance + 12)
        if room > 256 or not _RAM <= table < _RAM + len(self._mcu.sram) - 8 * room or table % 4:
            return False
        wanted = self._keys["sequence"]
        return any(self._word(table + 8 * place) == wanted for place in range(room))

    def _attributes_near(self, address: int) -> dict[str, int]:
        found = {}
        for name in _ATTRIBUTES:
            key = self._keys.get(name)
            for at in range(max(address - _TABLE_REACH, _RAM), address + _TABLE_REACH, 8):
                if self._word(at) == key:
                    found[name] = at + 4
        return found if "status" in found and "report" in found and "queue" in found else {}

    def _interned(self, ram: memoryview, names: set[str]) -> dict[str, int]:
        """Objects that stand for names, where the interpreter knows them."""
        found: dict[str, int] = {}
        pool = self._youngest_pool(ram)
        while pool:
            before, earlier, _, count = (self._word(pool + 4 * i) for i in range(4))
            first = pool + 4 * _POOL_HEAD
            for index in range(count):
                text = self._text(self._word(first + 4 * index))
                if text in names:
                    found[text] = ((earlier & 0x7FFF_FFFF) + index) << 3 | _QSTR_TAG
            pool = before
        return found

    def _youngest_pool(self, ram: memoryview) -> int:
        youngest, most = 0, 0
        for index in range(len(ram) - _POOL_HEAD):
            before, earlier, room, count, hashes = ram[index : index + 5]
            if not 0 < count <= room <= 4096 or before % 4 or not self._is_memory(before):
                continue
            if hashes != _RAM + 4 * (index + _POOL_HEAD + room):  # they follow the strings
                continue
            total = (self._word(before + 4) & 0x7FFF_FFFF) + self._word(before + 12)
            if total and total == earlier & 0x7FFF_FFFF and total + count > most:
                youngest, most = _RAM + 4 * index, total + count
        return youngest

    def _is_memory(self, address: int) -> bool:
        return (
            _FLASH <= address < _FLASH + 0x20_0000
            or _RAM <= address < _RAM + len(self._mcu.sram) - 64
        )

    def _word(self, address: int) -> int:
        if address >= _RAM:
            return int(struct.unpack_from("<I", self._mcu.sram, address - _RAM)[0])
        return int(struct.unpack_from("<I", self._mcu.flash, address - _FLASH)[0])

    def _signed(self, address: int) -> int:
        return int(struct.unpack_from("<i", self._mcu.sram, address - _RAM)[0])

    def _text(self, address: int) -> str:
        if not self._is_memory(address):
            return ""
        memory, at = (
            (self._mcu.sram, address - _RAM)
            if address >= _RAM
            else (self._mcu.flash, address - _FLASH)
        )
        return bytes(memory[at : at + _LONGEST_NAME]).split(b"\0")[0].decode("ascii", "replace")


_ATTRIBUTES = (
    "status",
    "report",
    "queue",
    "tail",
    "words",
    "pilot",
    "contactor",
    "rested",
    "settings",
)
