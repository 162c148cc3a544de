"""The simulated board as a MicroPython process: frames in on stdin, answers out on stdout.

Every tick runs with the heap locked, and the heap must hold as many bytes after it as before it:
some allocations slip past the lock. What the firmware raises goes to stderr with the tick that
raised it, and ends the process, as a watchdog would end a board.
"""

import gc
import sys

import micropython

from wattback.boards.sim import KIND_TICK, SimBoard

EXIT_RAISED = 70
EXIT_ALLOCATED = 71


def run() -> None:
    """Answer frames until stdin ends."""
    board = SimBoard()
    frame_in = board.frame_in
    frame_out = board.frame_out
    read = sys.stdin.buffer.readinto
    write = sys.stdout.buffer.write
    size = len(frame_in) * 4
    held = 0
    while read(frame_in) == size:
        tick = frame_in[0] == KIND_TICK
        if not tick:
            held = 0
        elif not held:
            gc.collect()
            held = gc.mem_alloc()
        try:
            board.answer()
        except Exception as error:
            while micropython.heap_locked():
                micropython.heap_unlock()
            sys.stderr.write("frame %d at %d ms raised\n" % (frame_in[1], frame_in[2]))
            sys.print_exception(error, sys.stderr)
            sys.exit(EXIT_RAISED)
        if tick and gc.mem_alloc() != held:
            sys.stderr.write(
                "frame %d at %d ms allocated %d bytes past the heap lock\n"
                % (frame_in[1], frame_in[2], gc.mem_alloc() - held)
            )
            sys.exit(EXIT_ALLOCATED)
        write(frame_out)
