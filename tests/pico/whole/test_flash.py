"""`wattback flash` against the emulated Pico: the real command, mpremote, the chip's own flash.

Most runs copy a few files, because the emulator takes a minute and more for all of them; one board
holds the whole firmware, where every hash is taken by the chip. The chip's USB, raw prompt, file
system and resets are the emulator's.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner, Result

from tests.pico.hello_server import hello_server
from wattback_cli.exit_codes import ExitCode
from wattback_hil.console import NotReachableError
from wattback_sim.pico.board_files import BOOT, MAIN
from wattback_sim.pico.flash import file_system_image
from wattback_sim.pico.image import read_uf2
from wattback_tools import flash_command
from wattback_tools.flashing.board_files import BoardFiles, sha256
from wattback_tools.flashing.firmware_files import compiled_files, firmware_version
from wattback_tools.flashing.repl import BoardRepl
from wattback_tools.root import wattback

SERIAL = "ff" * 8  # the emulated chip's
PIECES = (
    "wattback/__init__.mpy",
    "wattback/boards/pico/pins.mpy",
    "wattback/boards/pico/chips.mpy",
)
STARTED = PurePosixPath("started")
FEW = {
    PurePosixPath("wattback/__init__.mpy"): b"",
    PurePosixPath("wattback/boards/__init__.mpy"): b"",
    BOOT: b"# nothing\n",
    MAIN: b"with open('started', 'a') as file:\n    file.write('x')\n",
}

_STARTS_S = 5.0  # whoever connects earlier stops what has not yet begun

pytestmark = pytest.mark.timeout(600)


@contextmanager
def emulated(
    folder: Path, files: dict[PurePosixPath, bytes] | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A Pico with MicroPython, and these files, whose USB port is a URL."""
    image = folder / "image.uf2"
    image.write_bytes(read_uf2())
    command = [sys.executable, "-m", "rp2040py", "micropython", "--board", "pico_w"]
    command += ["--image", str(image), "--tcp-port", "0"]
    if files is not None:
        (folder / "files.img").write_bytes(file_system_image(files))
        command += ["--littlefs", str(folder / "files.img")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield f"socket://127.0.0.1:{_port_of(process)}", process
    finally:
        process.terminate()
        process.wait()


def _port_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        said = re.search(r"listening on 127\.0\.0\.1:(\d+)", line)
        if said:
            # What it says later must not fill the pipe.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return int(said.group(1))
    raise AssertionError("the emulator ended before it listened")


def flash(port: str, *options: str) -> Result:
    """The command, for a program."""
    return CliRunner().invoke(wattback, ["flash", port, "--json", *options])


def flashed(port: str) -> dict[str, object]:
    """Its answer, when all went well and the board has had time to start."""
    result = flash(port)
    assert result.exit_code == ExitCode.DONE, result.output
    time.sleep(_STARTS_S)
    return document(result)


def document(result: Result) -> dict[str, object]:
    """Its answer."""
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


@contextmanager
def looking_at(port: str) -> Iterator[BoardFiles]:
    """The board's files, without the command."""
    repl = BoardRepl(port)
    try:
        yield BoardFiles(repl)
    finally:
        repl.close()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> dict[PurePosixPath, bytes]:
    """The files that the command copies in these tests: real modules, a harmless start."""
    whole = compiled_files()
    files = {PurePosixPath(name): whole[PurePosixPath(name)] for name in PIECES} | {
        path: content for path, content in FEW.items() if path in (BOOT, MAIN)
    }
    monkeypatch.setattr(flash_command, "compiled_files", lambda: dict(files))
    return files


def test_files_arrive_and_start_and_a_second_run_copies_nothing(
    tmp_path: Path, few: dict[PurePosixPath, bytes]
) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"breaker_ma": 40000}')
    names = [str(path) for path in few]
    with emulated(tmp_path) as (port, _), hello_server(SERIAL) as console:
        first = flash(port, "--settings", str(settings), "--console", console)
        assert first.exit_code == ExitCode.DONE, first.output
        told = document(first)
        assert told["copied"] == ["settings.json", *names]
        assert told["confirmed"] == {
            "console": console,
            "serial": SERIAL,
            "firmware": firmware_version(),
        }
        with looking_at(port) as board:
            assert board.digests(few) == {path: sha256(few[path]) for path in few}
            assert board.sizes()[STARTED] == 1  # main.py has run, once
            # A damaged module of the same size, and one that an earlier version had.
            board.write(PurePosixPath(PIECES[2]), bytes(len(few[PurePosixPath(PIECES[2])])))
            board.make_folders([PurePosixPath("wattback/old/gone.py")])
            board.write(PurePosixPath("wattback/old/gone.py"), b"1")
        second = flashed(port)
        assert second["copied"] == [PIECES[2]]
        assert second["removed"] == ["wattback/old/gone.py"]
        assert second["confirmed"] is None
        third = flashed(port)
        assert (third["copied"], third["removed"]) == ([], [])
        assert third["unchanged"] == len(few)
        with looking_at(port) as board:
            assert board.digests(few) == {path: sha256(few[path]) for path in few}
            assert board.sizes()[STARTED] == 3
            assert PurePosixPath("settings.json") in board.sizes()  # nobody named another


def test_an_interrupted_flash_starts_nothing_and_the_next_one_completes_it(
    tmp_path: Path, few: dict[PurePosixPath, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {MAIN: FEW[MAIN], PurePosixPath("wattback/__init__.mpy"): b"an older one"}
    write = BoardFiles.write

    def pull_the_cable(board: BoardFiles, path: PurePosixPath, content: bytes) -> None:
        if str(path) == PIECES[2]:
            write(board, path, content[:-100])
            board.let_go()
            raise NotReachableError("the cable was pulled")
        write(board, path, content)

    with emulated(tmp_path, old) as (port, _):
        monkeypatch.setattr(BoardFiles, "write", pull_the_cable)
        interrupted = flash(port)
        assert interrupted.exit_code == ExitCode.NOT_REACHABLE
        monkeypatch.undo()
        with looking_at(port) as board:
            left = board.sizes()
        assert MAIN not in left
        assert left[STARTED] == 1  # from before: the reset in the middle has started nothing
        monkeypatch.setattr(flash_command, "compiled_files", lambda: dict(few))
        completed = flashed(port)
        assert completed["copied"] == [PIECES[2], "boot.py", "main.py"]
        with looking_at(port) as board:
            assert board.digests(few) == {path: sha256(few[path]) for path in few}
            assert board.sizes()[STARTED] == 2


def test_the_chip_verifies_the_whole_firmware_and_one_wrong_byte_is_found(
    tmp_path: Path,
) -> None:
    files = compiled_files()
    # With another main.py, because starting the firmware takes the emulator minutes.
    files[MAIN] = FEW[MAIN]
    damaged = dict(files)
    victim = PurePosixPath("wattback/connector.mpy")
    damaged[victim] = files[victim][:-1] + bytes((files[victim][-1] ^ 1,))
    with (
        emulated(tmp_path, damaged) as (port, _),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(flash_command, "compiled_files", lambda: files)
        told = flashed(port)
        assert told["copied"] == [str(victim)]
        assert told["unchanged"] == len(files) - 1
        with looking_at(port) as board:
            assert board.digests([victim, MAIN]) == {
                victim: sha256(files[victim]),
                MAIN: sha256(files[MAIN]),
            }
