"""Files on a board: what lies there and with which SHA-256, and how it is changed.

All of it is done by code that the board itself runs: a hash from here proves what its flash holds,
not what was sent.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from wattback_hil.console import NotReachableError, VersionMismatchError
from wattback_hil.errors import HilError
from wattback_tools.flashing.repl import BoardCodeError, Repl

_CHUNK_BYTES = 3072  # a multiple of 3; as text it takes 4 kB of the board's memory
_FULL = ("OSError: 28", "ENOSPC")
_HASH_S = 60.0
# The one that the tests run; timers in a hard interrupt came not long before.
_LEAST_MICROPYTHON = (1, 27)
_THUMB = range(4, 9)  # ARMv6-M to ARMv7E-M, as `_mpy` numbers them (MicroPython's mpconfig)

# Sent once after each start.
_TOOLS = """\
import binascii, hashlib, os
def walk(folder):
 for entry in os.ilistdir(folder):
  path = folder + '/' + entry[0] if folder else entry[0]
  if entry[1] & 0x4000:
   if folder or entry[0] == 'wattback':
    print('d', 0, path)
    walk(path)
  else:
   print('f', entry[3], path)
def digest(path):
 h = hashlib.sha256()
 b = bytearray(1024)
 v = memoryview(b)
 with open(path, 'rb') as f:
  n = f.readinto(b)
  while n:
   h.update(v[:n])
   n = f.readinto(b)
 print(binascii.hexlify(h.digest()).decode(), path)
def put(path, mode, text):
 with open(path, mode) as f:
  f.write(binascii.a2b_base64(text))
"""
_WHO = """\
import binascii, machine, sys
i = sys.implementation
print(getattr(i, '_machine', ''))
print(getattr(i, '_mpy', 0))
print('.'.join(str(n) for n in i.version[:3]))
print(binascii.hexlify(machine.unique_id()).decode())
"""


@dataclass(frozen=True)
class BoardIdentity:
    """machine: what MicroPython calls the board. mpy: which `.mpy` files it reads, in its own
    number. serial: of the chip, which is the unit's.
    """

    machine: str
    mpy: int
    micropython: str
    serial: str


class BoardFiles:
    """The file system behind a prompt."""

    def __init__(self, repl: Repl) -> None:
        self._repl = repl
        self._has_tools = False

    def identity(self) -> BoardIdentity:
        """Who is there. Raises HilError when it is no Pico."""
        said = self._repl.run(_WHO).splitlines()
        if len(said) != 4 or not said[1].isdigit():
            raise NotReachableError(f"{self._repl.url}: what answers there is no MicroPython")
        who = BoardIdentity(said[0], int(said[1]), said[2], said[3])
        if "RP2040" not in who.machine and "RP2350" not in who.machine:
            raise HilError(
                f"{self._repl.url} is {who.machine or 'an unknown board'}; expected a Raspberry "
                "Pi Pico, with RP2040 or RP2350"
            )
        return who

    def sizes(self) -> dict[PurePosixPath, int]:
        """Bytes of the files in the root and below `wattback`."""
        return {path: size for kind, size, path in self._walked() if kind == "f"}

    def digests(self, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
        """SHA-256 of files that are there, computed by the board."""
        names = [str(path) for path in paths]
        said = self._tools(f"for p in {names!r}:\n digest(p)\n", _HASH_S)
        pairs = (line.split(" ", 1) for line in said.splitlines())
        return {PurePosixPath(path): digest for digest, path in pairs}

    def write(self, path: PurePosixPath, content: bytes) -> None:
        """Put a file there, whose folder is there already."""
        for at in range(0, max(len(content), 1), _CHUNK_BYTES):
            text = b64encode(content[at : at + _CHUNK_BYTES]).decode()
            mode = "ab" if at else "wb"
            try:
                self._tools(f"put({str(path)!r}, {mode!r}, {text!r})")
            except BoardCodeError as error:
                reason = str(error)
                if any(full in reason for full in _FULL):
                    reason = "its file system is full"
                raise BoardCodeError(f"{path} cannot be written on the board: {reason}") from None

    def make_folders(self, paths: Iterable[PurePosixPath]) -> None:
        """Every folder above these files."""
        known = {path for kind, _, path in self._walked() if kind == "d"}
        wanted = {folder for path in paths for folder in path.parents if folder.name}
        missing = [str(folder) for folder in sorted(wanted - known)]
        if missing:
            self._tools(f"for p in {missing!r}:\n os.mkdir(p)\n")

    def remove(self, paths: Iterable[PurePosixPath]) -> None:
        """Delete files, and the folders below `wattback` that are empty then."""
        names = [str(path) for path in paths]
        if not names:
            return
        self._tools(f"for p in {names!r}:\n os.remove(p)\n")
        walked = self._walked()
        full = {folder for kind, _, path in walked if kind == "f" for folder in path.parents}
        folders = [path for kind, _, path in walked if kind == "d" and path not in full]
        empty = [str(path) for path in sorted(folders, reverse=True)]
        if empty:
            self._tools(f"for p in {empty!r}:\n os.rmdir(p)\n")

    def rename(self, old: PurePosixPath, new: PurePosixPath) -> None:
        """In one step, over what has the name."""
        self._tools(f"os.rename({str(old)!r}, {str(new)!r})")

    def restart(self) -> None:
        """Reset the board and come back: whatever ran there is gone from its memory."""
        self._repl.restart()
        self._has_tools = False

    def let_go(self) -> None:
        """Reset the board and let it run."""
        self._repl.reset()

    def _walked(self) -> list[tuple[str, int, PurePosixPath]]:
        rows = (line.split(" ", 2) for line in self._tools("walk('')").splitlines())
        return [(kind, int(size), PurePosixPath(path)) for kind, size, path in rows]

    def _tools(self, code: str, within_s: float = 30.0) -> str:
        if not self._has_tools:
            self._repl.run(_TOOLS)
            self._has_tools = True
        return self._repl.run(code, within_s)


def check_mpy(board: BoardIdentity, files: Mapping[PurePosixPath, bytes]) -> None:
    """Raises VersionMismatchError when the board's MicroPython cannot run the compiled files."""
    for path, content in files.items():
        if path.suffix != ".mpy":
            continue
        version, revision = content[1], content[2] & 3
        if content[2] >> 2 and board.mpy >> 10 & 0xF not in _THUMB:
            raise VersionMismatchError(
                f"{path} has machine code for the Pico's ARM cores, and this board runs another "
                "kind of processor: install a MicroPython for its ARM cores"
            )
        if (board.mpy & 0xFF, board.mpy >> 8 & 3) == (version, revision):
            continue
        if not content[2] >> 2 and board.mpy & 0xFF == version:
            continue  # bytecode alone: the revision is that of machine code
        raise VersionMismatchError(
            f"MicroPython {board.micropython} on the board reads .mpy files of version "
            f"{board.mpy & 0xFF}.{board.mpy >> 8 & 3}, and the firmware is compiled to "
            f"{version}.{revision}: install a MicroPython on the board that reads these"
        )
    numbers = tuple(int(part) for part in re.findall(r"\d+", board.micropython)[:2])
    if numbers < _LEAST_MICROPYTHON:
        raise VersionMismatchError(
            f"the board has MicroPython {board.micropython}, and the firmware has been run on "
            f"{'.'.join(map(str, _LEAST_MICROPYTHON))}: install that or a newer one on the board"
        )


def sha256(content: bytes) -> str:
    """As the board tells it."""
    return hashlib.sha256(content).hexdigest()
