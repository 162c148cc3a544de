"""One session at a time on a board; the second is told who holds it, and kill -9 frees it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wattback_hil import board_lock
from wattback_hil.board_lock import BoardLock
from wattback_hil.errors import BenchError

WIRES = ["/dev/ttyUSB0", "tcp:127.0.0.1:15020"]

# Holds the board until it is killed; says when it has it.
HOLDER = """
import sys
from pathlib import Path
from wattback_hil import board_lock
board_lock.locks_folder = lambda: Path(sys.argv[1])
lock = board_lock.BoardLock("hall 3", sys.argv[2:])
lock.tell("test_x.py::test_y")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_lock, "locks_folder", lambda: tmp_path / "locks")


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another session that has the board."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "locks"), *WIRES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("wires", [WIRES, WIRES[:1], WIRES[1:]])
def test_a_second_session_on_any_wire_is_refused_within_1_s_and_told_who_holds_it(
    holder: subprocess.Popen[str], wires: list[str]
) -> None:
    started_s = time.monotonic()
    with pytest.raises(BenchError) as caught:
        BoardLock("wall box", wires)
    assert time.monotonic() - started_s < 1.0
    sentence = str(caught.value)
    assert f"board 'wall box' ({wires[0]}) is in use by " in sentence
    assert f"pid {holder.pid}, since 20" in sentence
    assert "in test_x.py::test_y" in sentence
    assert sentence.endswith(f"kill {holder.pid}")


def test_a_board_is_free_again_when_its_session_is_killed(holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    BoardLock("hall 3", WIRES).free()


def test_a_freed_board_can_be_taken_and_freeing_twice_harms_nobody() -> None:
    first = BoardLock("hall 3", WIRES)
    first.free()
    first.free()
    BoardLock("hall 3", WIRES).free()


def test_what_was_taken_of_a_board_is_freed_when_the_rest_is_not_to_be_had() -> None:
    other = BoardLock("other", WIRES[1:])
    with pytest.raises(BenchError):
        BoardLock("hall 3", WIRES)
    BoardLock("third", WIRES[:1]).free()
    other.free()


def test_boards_on_other_wires_do_not_wait_for_each_other() -> None:
    one = BoardLock("one", ["/dev/ttyUSB0"])
    two = BoardLock("two", ["/dev/ttyUSB1"])
    one.free()
    two.free()


def test_a_holder_that_has_not_written_yet_is_still_a_holder(tmp_path: Path) -> None:
    lock = BoardLock("hall 3", WIRES[:1])
    (written,) = (tmp_path / "locks").iterdir()
    written.write_text("", encoding="utf-8")
    with pytest.raises(BenchError, match="has not said who it is"):
        BoardLock("hall 3", WIRES)
    lock.free()


def test_the_lock_files_are_for_every_user_of_the_machine(tmp_path: Path) -> None:
    BoardLock("hall 3", WIRES).free()
    folder = tmp_path / "locks"
    assert folder.stat().st_mode & 0o7777 == 0o1777
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666}
