"""The firmware in a MicroPython process, on the same core as the simulator.

The interpreter is, in this order, what WATTBACK_MICROPYTHON names, the wheel beside this Python,
or `micropython` on PATH.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wattback_sim.errors import BadInputError
from wattback_sim.firmware import firmware_root
from wattback_sim.link.piped import PipedLink

# 384 Ki words: more than the firmware needs, source and compiler included, and little enough that
# asking for the heap's fill level, which walks all of it, stays cheap.
_HEAP = "384wK"
_START = "from wattback.boards import sim_process; sim_process.run()"


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, and boards started within, on one core.

    The two sides never run at the same time, so one warm cache is worth more than two cores. For
    programs that play one scenario; a suite with several workers has better use for its cores.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def find_interpreter() -> Path | None:
    """The MicroPython to use, or None. Raises BadInputError when the one named is missing."""
    named = os.environ.get("WATTBACK_MICROPYTHON")
    if named:
        found = shutil.which(named)
        if found is None:
            raise BadInputError(
                f"WATTBACK_MICROPYTHON names {named!r}, which is no program; correct or unset it"
            )
        return Path(found)
    beside = Path(sys.executable).parent / "micropython"
    if beside.exists():
        return beside
    found = shutil.which("micropython")
    return Path(found) if found else None


class MicroPythonLink(PipedLink):
    """One board in one process; see Link. Raises BadInputError where there is no interpreter."""

    def __init__(self) -> None:
        interpreter = find_interpreter()
        if interpreter is None:
            raise BadInputError(
                "no MicroPython is installed here; install one, name it in WATTBACK_MICROPYTHON, "
                "or use --runtime cpython"
            )
        command = [str(interpreter), "-X", f"heapsize={_HEAP}", "-c", _START]
        super().__init__(command, {"MICROPYPATH": str(firmware_root())})
