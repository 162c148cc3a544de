"""The simulated board as a MicroPython process: frames in on stdin, answers out on stdout.

Every tick runs with the heap locked, and the heap must hold as many bytes after it as before it:
some allocations slip past the lock. What the firmware raises goes to stderr with the tick that
raised it, and ends the process, as a watchdog would end a board.
"""

from gc import collect, mem_alloc  # type: ignore[attr-defined]
from sys import exit, print_exception, stderr, stdin, stdout  # type: ignore[attr-defined]

from wattback.boards.sim import KIND_TICK, SimBoard

EXIT_RAISED = 70
EXIT_ALLOCATED = 71


def run() -> None:
    """Answer frames until stdin ends."""
    board = SimBoard()
    frame_in = board.frame_in
    frame_out = board.frame_out
    read = stdin.buffer.readinto  # type: ignore[union-attr]
    write = stdout.buffer.write
    size = len(frame_in) * 4
    held = 0
    while read(frame_in) == size:
        tick = frame_in[0] == KIND_TICK
        if not tick:
            held = 0
        elif not held:
            collect()
            held = mem_alloc()
        try:
            board.answer()
        except Exception as error:
            stderr.write("frame %d at %d ms raised\n" % (frame_in[1], frame_in[2]))
            print_exception(error, stderr)
            exit(EXIT_RAISED)
        if tick and mem_alloc() != held:
            stderr.write(
                "frame %d at %d ms allocated %d bytes past the heap lock\n"
                % (frame_in[1], frame_in[2], mem_alloc() - held)
            )
            exit(EXIT_ALLOCATED)
        write(frame_out)
