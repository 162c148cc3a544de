"""The whole firmware onto the emulated Pico by `wattback flash`, started, and asked who it is:

    python -m tests.pico.flash_whole

The emulator takes some five minutes, most of them for its USB and for the start, so this is run by
hand; the tests of the command copy a few files.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from wattback_hil.console import client
from wattback_tools.flash_command import flash

_STARTS_S = 600
_ANSWER_S = 30.0  # the chip's 500 ms take that long here


def main() -> None:
    """See above."""
    board = subprocess.Popen(
        [sys.executable, "-m", "tests.pico.flash_board"], stdout=subprocess.PIPE, text=True
    )
    assert board.stdout is not None
    urls = json.loads(board.stdout.readline())
    client.ANSWER_S = _ANSWER_S
    began_s = time.monotonic()
    try:
        flash.main(
            [urls["usb"], "--console", urls["console"], "--wait", str(_STARTS_S)],
            standalone_mode=False,
        )
        print(f"{time.monotonic() - began_s:.0f} s on this machine")
    finally:
        board.terminate()
        board.wait()


if __name__ == "__main__":
    main()
