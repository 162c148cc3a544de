"""One session at a time on a board: who comes second is refused at once and told who holds it.

A lock is a file of the system's `flock`, which the kernel frees however its process ends; what the
file says is for people. Serial ports are opened exclusively besides, for programs that do not ask.
"""

import fcntl
import getpass
import json
import os
import re
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from wattback_hil.errors import BenchError


class BoardInUseError(BenchError):
    """Another session holds the board; the message says who."""


def locks_folder() -> Path:
    """Where the lock files of this machine lie, for all its users."""
    return Path(tempfile.gettempdir()) / "wattback-bench-locks"


class BoardLock:
    """The wires of one board, held by this process from construction to `free`.

    board: its name, for sentences. wires: names that are the same for every session.
    Raises BoardInUseError when any of them is taken.
    """

    def __init__(self, board: str, wires: Iterable[str]) -> None:
        self._board = board
        self._since = datetime.now().isoformat(sep=" ", timespec="seconds")
        self._files: list[int] = []
        try:
            for wire in wires:
                self._take(wire)
        except BaseException:
            self.free()
            raise
        self.tell("no test yet")

    def tell(self, test: str) -> None:
        """Write down which test holds the board now."""
        holder = {
            "user": getpass.getuser(),
            "pid": os.getpid(),
            "since": self._since,
            "test": test,
        }
        text = json.dumps(holder).encode()
        for file in self._files:
            os.pwrite(file, text, 0)
            os.ftruncate(file, len(text))

    def free(self) -> None:
        """Let others have the board. Harmless when called again."""
        while self._files:
            os.close(self._files.pop())

    def _take(self, wire: str) -> None:
        path = _shared_folder() / (re.sub(r"[^A-Za-z0-9.-]+", "_", wire).strip("_") + ".lock")
        file = _open_for_all(path)
        self._files.append(file)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BoardInUseError(self._refusal(wire, path)) from None

    def _refusal(self, wire: str, path: Path) -> str:
        held = f"board {self._board!r} ({wire}) is in use"
        holder = _holder(path)
        if holder is None:
            return f"{held} by a session that has not said who it is; try again in a moment"
        return (
            f"{held} by {holder['user']}, pid {holder['pid']}, since {holder['since']}, in "
            f"{holder['test']}; wait for it, or end it with: kill {holder['pid']}"
        )


def _shared_folder() -> Path:
    folder = locks_folder()
    try:
        folder.mkdir()
    except FileExistsError:
        return folder
    folder.chmod(0o1777)  # as the folder around it: everyone writes, nobody removes another's
    return folder


def _open_for_all(path: Path) -> int:
    """Open a lock file that every user of the machine may lock.

    Creating comes second: the system forbids O_CREAT on another user's file in a shared folder.
    """
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        os.fchmod(file, 0o666)
        return file


def _holder(path: Path) -> dict[str, Any] | None:
    """What the holder wrote, None while it is writing."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return holder if isinstance(holder, dict) and "pid" in holder else None
