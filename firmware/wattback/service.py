"""The service plane: the ports of a board, advanced in small steps between the ticks.

A port is an object that turns bytes into bytes. It never waits, reads no clock, and touches the
control plane through `Connector` alone. Its contract:

- `room()`: how many bytes it takes now; `receive(data, count, now_us)`: takes `count` of them, at
  most `room()`, from the start of `data`; the last one arrived at `now_us`.
- `step(now_us)`: one unit of work, within 2 ms on a Pico: parse at most 64 bytes, build one reply,
  renew a part of the register image. Returns 1 when it has more to do at once, 0 when it waits for
  bytes, for time, for a tick, or for its output to be taken.
- `out`, `out_count`: what it wants sent. The board takes all of it at once and calls `sent()`.
- `due_us`: when `step` wants to be called although nothing has come, or NEVER.
- `opened()`, `closed()`: a connection begins, or is gone; a wire is opened once, at the start.
- `closing`: 1 when the port wants its connection closed after what is in `out`.

Times are microseconds of the board, wrapping at TIME_MASK_US. A step that has nothing to do
allocates nothing. `ports.py` says which ports there are; their channel numbers are here.
"""

from micropython import const

TIME_MASK_US = const((1 << 29) - 1)
NEVER = const(-1)

CHANNEL_CONSOLE = const(0)
CHANNEL_RTU = const(1)
CHANNEL_VEHICLE = const(2)
CHANNEL_GATEWAY = const(3)
CHANNEL_TCP = const(4)  # the first of the connections
TCP_CONNECTIONS = const(4)
CHANNELS = const(CHANNEL_TCP + TCP_CONNECTIONS)

# Work of one tick's time, whoever asks for it: a flood at one port waits instead of growing. The
# vehicle link has a share of its own, so that a flood elsewhere never keeps a vehicle waiting.
_STEPS_A_TICK = const(20)
_VEHICLE_STEPS_A_TICK = const(12)
_FUTURE_US = const(1 << 28)  # a wrapped difference below it lies ahead


class Service:
    """Gives every port its turn.

    ports: by channel number. bank: the register image, renewed by one `step` a tick. at_once: 1
    where steps cost nothing, and as many as a tick allows are made together; 0 on a board that
    asks for each of them, by `step_one`, and looks after its wires in between. outputs: bits
    of the channels that have output to take, or want to be closed. due_in_us: until `run_due`
    wants to be called, or NEVER; a tick calls every port anyway. idle: 1 when the last call found
    nothing to do.
    """

    def __init__(self, ports, bank, at_once: int = 1) -> None:  # type: ignore[no-untyped-def]
        self.ports = ports
        self.outputs = 0
        self.due_in_us = NEVER
        self.idle = 1
        self._bank = bank
        self._open = bytearray(len(ports))
        self._wants = bytearray(len(ports))  # 1: its last step has left work
        self._first = 0  # whose turn is first, another one each tick
        self._steps = _STEPS_A_TICK if at_once else 0
        self._vehicle_steps = _VEHICLE_STEPS_A_TICK if at_once else 0
        self._steps_left = self._steps
        self._vehicle_left = self._vehicle_steps
        for channel in range(min(CHANNEL_TCP, len(ports))):
            self._open[channel] = 1
            ports[channel].opened()

    def after_tick(self, now_us: int) -> None:
        """Every open port one step, then those that have more to do, in turns."""
        worked = self._bank.step()
        count = len(self.ports)
        first = self._first + 1 if self._first + 1 < count else 0
        self._first = first
        self._steps_left = self._steps
        self._vehicle_left = self._vehicle_steps
        more = self._step_each(first, count, now_us) | self._step_each(0, first, now_us)
        if more:
            self._work(now_us)
        self._survey(now_us)
        self.idle = 0 if more or self.outputs or worked else 1

    def step_one(self, now_us: int) -> int:
        """One more step for the next port that has more to do; 0 when none has."""
        count = len(self.ports)
        channel = self._first
        for _ in range(count):
            channel = channel + 1 if channel + 1 < count else 0
            if self._wants[channel]:
                self._first = channel
                self._wants[channel] = self.ports[channel].step(now_us)
                self._survey(now_us)
                return 1
        return 0

    def run_due(self, now_us: int) -> None:
        """Let the ports act whose time has come."""
        for channel in range(len(self.ports)):
            if self._open[channel]:
                due_us = self.ports[channel].due_us
                if due_us != NEVER and not 0 < (due_us - now_us) & TIME_MASK_US < _FUTURE_US:
                    self._act(channel, now_us)
        self._finish(now_us)

    def receive(self, channel: int, data, count: int, age_us: int, now_us: int) -> int:  # type: ignore[no-untyped-def]
        """Bytes have come, the last of them `age_us` before now_us (negative: after it).

        Returns how many the port has taken.
        """
        if not self._open[channel]:
            return count  # nobody is there: they are lost
        port = self.ports[channel]
        taken: int = min(count, port.room())
        if taken:
            port.receive(data, taken, (now_us - age_us) & TIME_MASK_US)
        self._act(channel, now_us)
        self._finish(now_us)
        return taken

    def take(self, channel: int, now_us: int) -> None:
        """The board has taken a port's output, which may now make the next."""
        self.ports[channel].sent()
        self._act(channel, now_us)
        self._finish(now_us)

    def open(self, channel: int, now_us: int) -> None:
        """A connection begins."""
        self._open[channel] = 1
        self.ports[channel].opened()
        self._act(channel, now_us)
        self._finish(now_us)

    def close(self, channel: int, now_us: int) -> None:
        """A connection is gone, or is closed as its port wanted."""
        if self._open[channel]:
            self._open[channel] = 0
            self._wants[channel] = 0
            self.ports[channel].closed()
        self._finish(now_us)

    def _step_each(self, first: int, end: int, now_us: int) -> int:
        """One step of every open port of a range; 1 when one of them has more to do."""
        ports = self.ports
        wants = self._wants
        more = 0
        for channel in range(first, end):
            if self._open[channel]:
                self._count_step(channel)
                wants[channel] = ports[channel].step(now_us)
                more |= wants[channel]
        return more

    def _act(self, channel: int, now_us: int) -> None:
        """One step for the port that something happened to, whatever has been used up."""
        self._count_step(channel)
        self._wants[channel] = self.ports[channel].step(now_us)

    def _count_step(self, channel: int) -> None:
        if channel == CHANNEL_VEHICLE:
            if self._vehicle_left > 0:
                self._vehicle_left -= 1
        elif self._steps_left > 0:
            self._steps_left -= 1

    def _finish(self, now_us: int) -> None:
        self._work(now_us)
        self._survey(now_us)
        self.idle = 0

    def _work(self, now_us: int) -> None:
        """Steps until nobody has more to do or the tick's share is used up: the vehicle link's,
        then those of the others in turns.
        """
        wants = self._wants
        while wants[CHANNEL_VEHICLE] and self._vehicle_left > 0:
            self._vehicle_left -= 1
            wants[CHANNEL_VEHICLE] = self.ports[CHANNEL_VEHICLE].step(now_us)
        count = len(self.ports)
        channel = self._first
        quiet = 0  # how many in a row had nothing to do
        while quiet < count and self._steps_left > 0:
            if wants[channel] and channel != CHANNEL_VEHICLE:
                self._steps_left -= 1
                wants[channel] = self.ports[channel].step(now_us)
                quiet = 0
            else:
                quiet += 1
            channel = channel + 1 if channel + 1 < count else 0

    def _survey(self, now_us: int) -> None:
        outputs = 0
        soonest_us = _FUTURE_US
        ports = self.ports
        for channel in range(len(ports)):
            if self._open[channel]:
                port = ports[channel]
                if port.out_count or port.closing:
                    outputs |= 1 << channel
                if port.due_us != NEVER:
                    # What is due now and still waits has had its step: the next tick serves it.
                    in_us = (port.due_us - now_us) & TIME_MASK_US
                    if 0 < in_us < soonest_us:
                        soonest_us = in_us
        self.outputs = outputs
        self.due_in_us = NEVER if soonest_us == _FUTURE_US else soonest_us
