"""The simulated board finds what a tick has left in the heap, wherever it hides."""

import os
import subprocess

import pytest

from wattback_sim.firmware import firmware_root
from wattback_sim.link.micropython import find_interpreter

# Ticks are played by hand: each letter of a script does something; printed is what was found. The
# player itself must allocate nothing.
_PLAY = """
from array import array
from gc import collect
from wattback.boards.sim_process import HeapWatch
from wattback.signals import Status

def play(script, seen, kept, watch, status):
    for at in range(len(script)):
        letter = script[at]
        if letter == 0x66:    # f: a frame that is no tick, and what its work leaves
            seen[at] = watch.look()
            kept[at] = bytearray(40)
            watch.forget()
        else:
            watch.before_tick()
            if letter == 0x61 or letter == 0x41:    # a, A: a tick that allocates
                kept[at] = bytearray(40)
            if letter == 0x41 or letter == 0x53:    # A, S: a tick that changes the state
                status.session_state += 1
            seen[at] = watch.after_tick(status)
            if letter == 0x67:    # g: a collection after it, though nobody keeps anything
                collect()
            if letter == 0x77:    # w: the service plane works after it, and leaves something
                kept[at] = bytearray(40)
                watch.forget()

seen = array("i", [0] * len(SCRIPT))
bytearray(8000)  # what a collection finds
play(SCRIPT, seen, [None] * len(SCRIPT), HeapWatch(), Status())
print(*seen)
"""


def found(script: str) -> list[int]:
    """Bytes that the watch found at each letter."""
    interpreter = find_interpreter()
    assert interpreter is not None
    done = subprocess.run(
        [interpreter, "-X", "heapsize=384wK", "-c", f"SCRIPT = {script.encode()!r}\n{_PLAY}"],
        env={**os.environ, "MICROPYPATH": str(firmware_root())},
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(word) for word in done.stdout.split()]


@pytest.mark.parametrize("script", ["t" * 60, "tStStStS", "twtwttww", "tfttfSwt" + "t" * 20])
def test_ticks_that_allocate_nothing_are_not_blamed(script: str) -> None:
    assert set(found(script)) == {0}


def test_a_collection_is_nobodys_fault_and_hides_nothing_after_the_next_look() -> None:
    assert set(found("Stg" + "t" * 20)) == {0}
    seen = found("Stg" + "t" * 17 + "a" + "t" * 17)
    assert sum(seen) > 0 and set(seen[:20]) == {0}


def test_what_a_quiet_tick_leaves_is_found_within_sixteen_ticks() -> None:
    for at in range(1, 17):
        seen = found("S" + "t" * at + "a" + "t" * 17)
        assert sum(seen) > 0
        first = next(index for index, more in enumerate(seen) if more)
        assert at < first + 1 <= at + 17, (at, seen)


@pytest.mark.parametrize(
    ("script", "where"),
    [
        ("A", 0),  # a tick that changes something is looked at by itself
        ("ttA", 2),
        ("twa", 2),  # and so is one after work of the service plane
        ("ttfa", 3),
        ("Sttaf", 4),  # what a quiet tick left is found before a frame lets others allocate
    ],
)
def test_it_is_found_at_once_where_it_could_be_lost(script: str, where: int) -> None:
    seen = found(script)
    assert seen[where] > 0
    assert not any(seen[:where])
