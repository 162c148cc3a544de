"""The code of `wattback board check` on the emulated Pico, where its numbers mean nothing.

What counts here is that each piece runs against the firmware as it is and prints a number: a row
that breaks would be found on a bench, by somebody with a probe in each hand.
"""

from __future__ import annotations

import re
import time
from pathlib import PurePosixPath

import pytest

from wattback_sim.pico.board_files import MAIN
from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.pilot_line import PilotLine
from wattback_tools.board_command import CHECKS
from wattback_tools.flashing.firmware_files import compiled_files

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_WALL_S = 1100.0  # against hanging only: an emulated board is slow where there is much else to do
# A metering chip and an FRAM are not wired to this chip, and a reset would end the run.
_NEEDS_CHIPS = ("meter_", "fram_", "watchdog_told")
# Rows whose pieces others have, too, run once. Times are cut short: emulated ones are dear.
_SHORTER = (
    ("10000\n", "100\n"),
    ("10000)", "40)"),
    ("range(1000)", "range(2)"),
    ("range(50)", "range(2)"),
)


# Runs each piece, a file, with a `print` of its own; says over UART0 what it printed, or raised.
# As on a bench, no piece lies on the heap while another one runs.
_MAIN = """\
import gc, rp2, sys
from io import StringIO
from machine import UART

gc.threshold(8192)  # as boot.py does
uart = UART(0, 115200)


def run(name):
    said = []
    rp2.PIO(0).remove_program()  # as the soft reset between two rows does
    try:
        with open(name + ".py") as file:
            exec(file.read(), {"print": lambda value: said.append(str(value))})
    except Exception as error:
        text = StringIO()
        sys.print_exception(error, text)
        said.append(text.getvalue().replace("\\n", "; "))
    uart.write("%s %s\\n" % (name, said[-1]))
    uart.flush()


"""
_END = "end"

pytestmark = pytest.mark.timeout(1200)


def test_what_the_board_runs_prints_a_number() -> None:
    pieces: dict[str, tuple[str, str]] = {}
    for check in CHECKS:
        if check.code and not check.id.startswith(_NEEDS_CHIPS):
            pieces.setdefault(_without_numbers(check.code), (check.id, check.code))
        if check.hold:
            stop = "timer.deinit()\n" if "timer = " in check.hold else ""
            held = (check.id, f"{check.hold}{stop}print(1)\n")
            pieces.setdefault(_without_numbers(check.hold), held)
    # What imports nothing of the firmware goes first: on a bench each has a heap of its own.
    in_order = sorted(pieces.values(), key=lambda piece: "wattback" in piece[1])
    texts = {name: _short(text) for name, text in in_order} | {_END: "print(0)\n"}
    files = {PurePosixPath(f"{name}.py"): text.encode() for name, text in texts.items()}
    calls = [f"run({name!r})\ngc.collect()\n" for name in texts]
    told = _told(files | {MAIN: (_MAIN + "".join(calls)).encode()})
    assert told.keys() == {name for name, _ in pieces.values()} | {_END}
    wrong = {name: value for name, value in told.items() if not _NUMBER.fullmatch(value)}
    assert wrong == {}
    assert int(told["rp2350_native"]) == 0x4B37


def _told(files: dict[PurePosixPath, bytes]) -> dict[str, str]:
    """What the pieces printed, by name, on a board that has these files besides the firmware's."""
    chip = EmulatedChip({**compiled_files(), **files}, pios=1, step=64)
    pilot = PilotLine(lambda: chip.now_ns)
    pilot.high_v = pilot.low_v = 9.0  # a level that the firmware does not refuse
    chip.mcu.adc.channel_values = pilot  # type: ignore[assignment]  # it is only indexed
    said = bytearray()

    def hear(octet: int) -> None:
        said.append(octet)
        if said.endswith(b"end 0\n"):
            chip.stop()

    chip.mcu.uart[0].on_byte = hear
    deadline_s = time.monotonic() + _WALL_S
    while not chip.run_a_little():
        assert time.monotonic() < deadline_s, said.decode()
    return dict(line.split(" ", 1) for line in said.decode().splitlines())


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _short(text: str) -> str:
    for long, short in _SHORTER:
        text = text.replace(long, short)
    return text
