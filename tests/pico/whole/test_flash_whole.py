"""The whole firmware onto the emulated Pico by `wattback flash`, started, and asked who it is.

What answers on its console is the unit itself. Most of the minutes are for the emulator's USB and
for the start; `test_flash.py` has what may go wrong, with a few files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from wattback_cli.exit_codes import ExitCode
from wattback_hil.console import client
from wattback_tools.flashing.firmware_files import compiled_files, firmware_version
from wattback_tools.root import wattback

_STARTS_S = 900
_ANSWER_S = 60.0  # the chip's 500 ms take that long here

pytestmark = pytest.mark.timeout(2000)  # an emulated board is slow where there is much else to do


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Of the USB port and the console of a Pico with nothing but MicroPython on it."""
    monkeypatch.setattr(client, "ANSWER_S", _ANSWER_S)
    board = subprocess.Popen(
        [sys.executable, "-m", "tests.pico.flash_board"], stdout=subprocess.PIPE, text=True
    )
    assert board.stdout is not None
    try:
        yield json.loads(board.stdout.readline())
    finally:
        board.terminate()
        board.wait()


def test_the_whole_firmware_is_flashed_starts_and_says_who_it_is(urls: dict[str, str]) -> None:
    arguments = [urls["usb"], "--console", urls["console"], "--wait", str(_STARTS_S), "--json"]
    result = CliRunner().invoke(wattback, ["flash", *arguments])
    assert result.exit_code == ExitCode.DONE, result.output
    told = json.loads(result.stdout)
    assert len(told["copied"]) == len(compiled_files())
    confirmed = told["confirmed"]
    assert (confirmed["serial"], confirmed["firmware"]) == ("f" * 16, firmware_version())
