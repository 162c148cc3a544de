"""The simulated board as a MicroPython process: frames in on stdin, answers out on stdout.

Where the interpreter has no such streams, its host moves the frames and calls `Process.answer`.
Every tick runs with the heap locked, and no tick may leave more in the heap than it found: some
allocations slip past the lock. What the firmware raises goes to stderr with the frame that raised
it, and ends the process, as a watchdog would end a board.
"""

from gc import collect, mem_alloc  # type: ignore[attr-defined]
from sys import exit, print_exception, stderr, stdin, stdout  # type: ignore[attr-defined]

from wattback.boards.sim import KIND_BOOT, KIND_TICK, SimBoard
from wattback.signals import Status

EXIT_RAISED = 70
EXIT_ALLOCATED = 71

_UNKNOWN = -1
_IDLE_TICKS = 16


class HeapWatch:
    """Sees to it that ticks allocate nothing, at little cost: a look at the heap walks all of it.

    Nothing is freed between two looks, so one can answer for several ticks, as long as nothing
    else allocates in between. The service plane may, but not while it has nothing to do. So there
    is a look after every tick that follows work of the service plane, after every tick that
    changed something worth telling, before every frame that is no tick, and after every
    sixteenth tick of a quiet time.
    """

    def __init__(self) -> None:
        self._held = _UNKNOWN  # bytes at the last look, if nothing may have come since
        self._ticks = 0  # since that look
        self._told = 0
        self._faults = 0

    def before_tick(self) -> None:
        """Ready for a tick."""
        if self._held == _UNKNOWN:
            self._held = mem_alloc()
            self._ticks = _IDLE_TICKS

    def after_tick(self, status: Status) -> int:
        """Bytes that ticks since the last look have allocated; 0 as well when it need not look."""
        told = (
            status.session_state
            | status.pilot_state << 4
            | status.contactor_commanded << 8
            | status.contactor_confirmed << 9
            | status.waiting_for << 10
        )
        self._ticks += 1
        same = told == self._told and status.faults == self._faults
        if self._ticks < _IDLE_TICKS and same:
            return 0
        self._told = told
        self._faults = status.faults
        return self.look()

    def look(self) -> int:
        """Bytes allocated since the last look.

        Less than before is a collection: not within a tick, whose heap is locked, but after it the
        interpreter takes the frame of a large function from the heap, and gives it back. What a
        tick has left between the same two looks stays unseen.
        """
        self._ticks = 0
        more = mem_alloc() - self._held if self._held != _UNKNOWN else 0
        self._held += more
        return more if more > 0 else 0

    def forget(self) -> None:
        """Something that may allocate has run."""
        self._held = _UNKNOWN


class Process:
    """A simulated board and the watch over its heap. Whoever calls `answer` moves the frames."""

    def __init__(self) -> None:
        self.board = SimBoard()
        self._watch = HeapWatch()

    def answer(self) -> None:
        """Carry out frame_in and fill frame_out. Raises SystemExit once it has told why."""
        board = self.board
        watch = self._watch
        frame_in = board.frame_in
        try:
            if frame_in[0] == KIND_TICK:
                watch.before_tick()
                board.tick()
                _complain(board, watch.after_tick(board.connector.status))
                board.tell()
                # While commands wait in the queue, a port that found no room may try again.
                if not board.service.idle or board.connector.queue.first() >= 0:
                    watch.forget()
            else:
                _complain(board, watch.look())
                board.answer()
                watch.forget()
                if frame_in[0] == KIND_BOOT:
                    collect()  # what the compiler has left
        except Exception as error:
            stderr.write("frame %d at %d ms raised\n" % (frame_in[1], frame_in[2]))
            print_exception(error, stderr)
            exit(EXIT_RAISED)


def run() -> None:
    """Answer frames on stdin and stdout until stdin ends."""
    process = Process()
    frame_in = process.board.frame_in
    frame_out = process.board.frame_out
    read = stdin.buffer.readinto  # type: ignore[union-attr]
    write = stdout.buffer.write
    size = len(frame_in) * 4
    while read(frame_in) == size:
        process.answer()
        write(frame_out)


def _complain(board: SimBoard, allocated: int) -> None:
    if allocated:
        stderr.write(
            "frame %d at %d ms allocated %d bytes past the heap lock, or a tick just before it, "
            "or the service plane with nothing to do\n"
            % (board.frame_in[1], board.frame_in[2], allocated)
        )
        exit(EXIT_ALLOCATED)
