"""`mbpoll`, on libmodbus in C, over TCP and over the wire: reads, writes, exceptions, silence."""

import re
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from tests.foreign.board import Board
from wattback_sim.register_map import POINTS, find_point

MARGIN = find_point("departure_margin").address
DAY_LIMIT = find_point("export_day_limit").address
TARGET = find_point("site_target").address
# Behind the last model, whatever it has grown to: the two words that end a map, and no more.
END = max(point.address + point.registers for point in POINTS)
_VALUE = re.compile(r"\[(\d+)\]:\s+(-?\w+)")


@dataclass(frozen=True)
class Master:
    """How mbpoll reaches the board: options of the way, and its argument."""

    board: Board
    over: str

    def run(self, options: str, *values: str, unit_id: int = 1, timeout_s: float = 10.0) -> str:
        """What mbpoll says; its complaint when it fails. options: its own, apart from the way."""
        # Not "skip": who asks for this program's tests must know that it is not there.
        program = shutil.which("mbpoll")
        assert program is not None, "mbpoll is missing: `make test-foreign` installs it"
        way = ["-p", str(self.board.port), self.board.host]
        if self.over == "rtu":
            way = ["-b", "19200", "-P", "none", self.board.rtu]
        command = [program, "-m", self.over, "-0", "-1", "-a", str(unit_id), "-o", f"{timeout_s}"]
        done = subprocess.run(
            [*command, *options.split(), *way, *values],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout if done.returncode == 0 else done.stderr

    def read(self, options: str) -> list[str]:
        """The values that it has read, as it writes them."""
        return [value for _, value in _VALUE.findall(self.run(options))]


@pytest.fixture(params=["tcp", "rtu"])
def master(request: pytest.FixtureRequest, board: Board) -> Master:
    return Master(board, request.param)


def test_it_reads_words_and_signed_numbers(master: Master) -> None:
    assert master.read("-r 40000 -c 4") == ["21365", "28243", "1", "66"]
    assert master.read(f"-t 4:hex -r {END} -c 2") == ["0xFFFF", "0x0000"]
    (told_w,) = master.read(f"-t 4:int -B -r {find_point('target_told').address}")
    assert int(told_w) < -10_000
    assert len(master.read("-r 40100 -c 125")) == 125


def test_it_writes_and_reads_back(master: Master) -> None:
    assert "Written 1 references" in master.run(f"-r {MARGIN}", "840")
    assert master.read(f"-r {MARGIN}") == ["840"]
    master.run(f"-r {MARGIN}", "900")
    assert "Written 1 references" in master.run(f"-t 4:int -B -r {DAY_LIMIT}", "54321")
    assert master.read(f"-t 4:int -B -r {DAY_LIMIT}") == ["54321"]
    master.run(f"-t 4:int -B -r {DAY_LIMIT}", "--", "-1")
    assert master.read(f"-t 4:int -B -r {DAY_LIMIT}") == ["-1"]


def test_a_target_is_followed(master: Master) -> None:
    master.run(f"-t 4:int -B -r {TARGET}", "3500")
    master.run(f"-r {TARGET - 1}", "1")
    master.board.wait_for("target_w", 3500)
    master.run(f"-r {TARGET - 1}", "0")
    assert master.read(f"-t 4:int -B -r {TARGET}") == ["0"]


@pytest.mark.parametrize(
    ("options", "values", "complaint"),
    [
        ("-r 39999", (), "Illegal data address"),
        (f"-r {END - 6} -c 9", (), "Illegal data address"),
        ("-r 40000", ("1",), "Illegal data address"),
        (f"-r {MARGIN}", ("7201",), "Illegal data value"),
        ("-t 3 -r 40000", (), "Illegal function"),
        ("-t 0 -r 0", (), "Illegal function"),
    ],
)
def test_what_it_may_not_is_its_own_complaint(
    master: Master, options: str, values: tuple[str, ...], complaint: str
) -> None:
    assert complaint in master.run(options, *values)
    assert master.read("-r 40000 -c 2") == ["21365", "28243"]


def test_another_unit_is_not_here(master: Master) -> None:
    said = master.run("-r 40000", unit_id=9, timeout_s=0.7)
    assert ("timed out" if master.over == "rtu" else "Target device failed to respond") in said
    assert master.read("-r 40000 -c 2") == ["21365", "28243"]
