"""A whole unit on a Pico: the connector in a hard timer interrupt, its ports in the loop around.

The tick runs every 10 ms whatever the loop does, and half-way between two ticks the board measures
for the next; the loop moves bytes, keeps the retained words and feeds the watchdog, here alone and
only for ticks that have come. A tick that raises opens the contactor and ends the ticks; a loop
that raises or hangs feeds no more. Either way the watchdog restarts the unit with its outputs
safe, and the reset's cause is told.
"""

import gc
import os
import sys
import time
from binascii import hexlify

import machine
import micropython
from machine import I2C, WDT, Pin, Timer
from micropython import const

from wattback.boards.pico import pins
from wattback.boards.pico.board import PicoBoard
from wattback.boards.pico.fast import crc16
from wattback.boards.pico.fram import Fram, free_bus
from wattback.boards.pico.slow_inputs import SlowInputs
from wattback.boards.pico.wires import ConsoleWire, Rs485Wire, VehicleWire
from wattback.connector import TICK_MS, TIME_MASK_MS, Connector
from wattback.identity import Identity
from wattback.ports import make_service
from wattback.resets import RESET_BROWN_OUT, RESET_POWER_ON, RESET_WATCHDOG
from wattback.service import CHANNEL_GATEWAY, CHANNEL_RTU, NEVER, TIME_MASK_US

# Long enough for the longest collection and service step, short beside what a contactor may stay
# closed for without anybody watching it; the coil's pump has let go long before.
_WATCHDOG_MS = const(500)
# A collection stops the loop for longer than a master of Modbus should wait. Once half a second is
# over it comes while an answer is sent; without one, after a second and a half. So a master that
# polls once a second, or more often, and asks one thing at a time, hardly ever meets it.
_COLLECT_ANSWERING_TICKS = const(50)
_COLLECT_TICKS = const(150)
# And sooner, though not more often than this, when the room at the heap's low end (`boot.py`) is
# full: what is sought beyond it takes ten times as long, half a millisecond a call (measured on
# the emulated chip, which tells the two apart by far).
_COLLECT_FULL_TICKS = const(10)
_SLOW_US = const(250)
# Of so many ticks so many may be missed: a unit whose times run slow protects nobody, and ends in
# its watchdog.
_JUDGE_TICKS = const(100)
_MOST_MISSED = const(20)
_PIECE = const(64)  # bytes moved at once
_MOST_LOOKS = const(3)  # pieces at once: more than a ring holds, and an end to any flood
_BUS_HZ = const(400_000)  # the converter's most (the FRAM would take 1 MHz)
_BUS_TIMEOUT_US = const(10_000)  # of one transfer, ticks that come between included
_FUTURE_US = const(1 << 28)
_WATCHDOG_REASON = const(8)  # register of the watchdog (RP2040 datasheet 4.7.6), and its bit
_REASON_TIMER = const(1)


class Unit:
    """Built with its outputs safe; `run` starts the ticks and never returns.

    failure: what a tick has raised, else None. ticks: so far, wrapping.
    """

    def __init__(self) -> None:
        from wattback.boards.pico.chips import Chip

        chip = Chip()
        micropython.alloc_emergency_exception_buf(128)  # so that a failure names its line
        self.failure = None
        self.ticks = 0
        self._missed = 0
        self._ticks_next = 0
        self.board = PicoBoard(chip)
        free_bus(Pin(pins.FRAM_SCL, Pin.OPEN_DRAIN, value=1))
        i2c = I2C(
            0,
            sda=Pin(pins.FRAM_SDA),
            scl=Pin(pins.FRAM_SCL),
            freq=_BUS_HZ,
            timeout=_BUS_TIMEOUT_US,
        )
        self.fram = Fram(i2c)
        # machine.reset_cause() takes a restart that was asked for, after a flash, for the same.
        reason = machine.mem32[chip.watchdog_base + _WATCHDOG_REASON]
        cause = RESET_POWER_ON
        if reason & _REASON_TIMER:
            cause = RESET_WATCHDOG
        elif not reason and chip.browned_out():
            cause = RESET_BROWN_OUT
        chance = int.from_bytes(os.urandom(4), "little") >> 2  # of the ring oscillator
        self.connector = Connector(self.board, self.fram.load(), cause, chance)
        self.connector.stored = self.fram.stored
        self._arm(chip)
        self.slow_inputs = SlowInputs(i2c, self.connector.inputs)
        self._load_settings()
        serial = hexlify(machine.unique_id()).decode()
        self.service = make_service(self.connector, Identity(serial), crc16, at_once=0)
        self.wires = (
            ConsoleWire(chip),
            Rs485Wire(chip, self.connector.settings.modbus_baud),
            VehicleWire(chip),
        )
        for name in ("chips", "stored_settings", "pio_programs"):
            _forget("wattback.boards.pico", name)
        self._octets = bytearray(_PIECE)
        self._sending = 0  # bits of the channels whose output is on its way
        self._watchdog = None
        self._timer = None

    def _arm(self, chip) -> None:  # type: ignore[no-untyped-def]
        from wattback.boards.pico.spread import spread

        spread(self.connector)  # and its board, before the latch may interrupt
        self.board.arm(chip)
        _forget("wattback.boards.pico", "spread")

    def _load_settings(self) -> None:
        from wattback.boards.pico.stored_settings import read_settings

        values, wrong = read_settings()
        if not self.fram.sound:  # latches and counts would be lost
            wrong = "the retained memory does not answer"
        if wrong:
            print(wrong)
            values[0] = -1  # no row allows it: the whole load is refused
        refused = self.connector.load_settings(values)
        if refused and not wrong:
            print("settings: %s is out of its range" % refused)

    def run(self) -> None:
        """Tick and serve until the power goes, or the watchdog ends it."""
        gc.collect()
        gc.threshold(-1)  # from here on it comes when the loop has time, or when nothing is left
        self._watchdog = WDT(timeout=_WATCHDOG_MS)
        self._timer = Timer(
            -1, period=TICK_MS // 2, mode=Timer.PERIODIC, callback=self.beat, hard=True
        )
        try:
            self._serve()
        except KeyboardInterrupt:
            self._stop_for_maintenance()

    def beat(self, timer) -> None:  # type: ignore[no-untyped-def]
        """A tick, or a measurement for the next; in the interrupt."""
        try:  # first: what is pending (Ctrl-C) is raised at the next jump, in here too
            if self.failure is None:
                self._ticks_next ^= 1
                if self._ticks_next:
                    self.board.measure()
                else:
                    self.tick()
        except BaseException as error:
            self.board.cut()
            self.failure = error

    def tick(self) -> None:
        """One pass of the control plane; in the interrupt."""
        self.connector.tick(time.ticks_ms() & TIME_MASK_MS)
        self.ticks = (self.ticks + 1) & TIME_MASK_MS

    def _serve(self) -> None:
        seen = self.ticks
        uncollected = 0  # ticks
        judge_in = _JUDGE_TICKS
        service = self.service
        rtu = service.ports[CHANNEL_RTU]
        rtu_wire = self.wires[CHANNEL_RTU]
        sleep_ms = time.sleep_ms  # machine.idle() would come back at once, again and again
        while self.failure is None:
            now_us = self._now_us()
            waits = rtu.due_us != NEVER
            if waits and not 0 < (rtu.due_us - now_us) & TIME_MASK_US < _FUTURE_US:
                waits = False
                service.run_due(now_us)
                self._send(CHANNEL_RTU)
            # While a master of Modbus RTU waits, what follows a tick may wait for the next.
            if self.ticks != seen and (not waits or self.ticks != (seen + 1) & TIME_MASK_MS):
                seen = self.ticks
                self._watchdog.feed()
                self.after_tick()
                uncollected += 1
                if not waits and uncollected >= _COLLECT_FULL_TICKS and _is_slow() and _is_slow():
                    uncollected = 0
                    gc.collect()
                judge_in -= 1
                if judge_in == 0:
                    judge_in = _JUDGE_TICKS
                    self._judge_ticks()
            elif not waits and not service.step_one(now_us):
                answering = self._sending >> CHANNEL_RTU & 1 and not rtu_wire.idle()
                if uncollected >= (_COLLECT_ANSWERING_TICKS if answering else _COLLECT_TICKS):
                    uncollected = 0
                    gc.collect()
                else:
                    sleep_ms(1)
        if isinstance(self.failure, KeyboardInterrupt):
            raise self.failure  # it came while the tick ran
        sys.print_exception(self.failure)
        while True:  # not fed any more
            machine.idle()

    def _judge_ticks(self) -> None:
        missed = (self.connector.missed_ticks - self._missed) & TIME_MASK_MS
        self._missed = self.connector.missed_ticks
        if missed > _MOST_MISSED:
            raise RuntimeError("%d ticks missed in a second" % missed)

    def after_tick(self) -> None:
        """What the loop does once for a tick."""
        # Modbus RTU alone asks how long its wire was silent; the others can wait for a tick.
        for channel in range(CHANNEL_GATEWAY):
            for _ in range(_MOST_LOOKS):
                if not self.wires[channel].any():
                    break
                self._receive(channel)
        self.service.after_tick(self._now_us())
        if self.service.outputs:
            for channel in range(CHANNEL_GATEWAY):
                self._send(channel)
        self.fram.step(self.connector.retained)
        self.slow_inputs.step()

    def _now_us(self) -> int:
        # A time by which nothing has come that the port of Modbus RTU does not know: a tick may
        # have held up this loop for longer than the silence that ends a frame.
        now_us: int = time.ticks_us() & TIME_MASK_US
        for _ in range(_MOST_LOOKS):
            if not self.wires[CHANNEL_RTU].any():
                break
            self._receive(CHANNEL_RTU)
        return now_us

    def _receive(self, channel: int) -> None:
        service = self.service
        # A master may have asked again while this loop stood still: the answer to come must not be
        # taken for the one before.
        self._settle(channel, time.ticks_us() & TIME_MASK_US)
        room = min(service.ports[channel].room(), _PIECE)
        if room:
            wire = self.wires[channel]
            # One look at the clock for both: an interrupt between two would part a frame's bytes.
            now_us = time.ticks_us() & TIME_MASK_US
            count = wire.receive(self._octets, room, now_us)
            service.receive(channel, self._octets, count, wire.age_us, now_us)

    def _send(self, channel: int) -> None:
        service = self.service
        wire = self.wires[channel]
        if service.outputs >> channel & 1 and wire.idle():
            self._settle(channel, self._now_us())
            if service.outputs >> channel & 1:
                port = service.ports[channel]
                wire.send(port.out, port.out_count)
                self._sending |= 1 << channel

    def _settle(self, channel: int, now_us: int) -> None:
        """What has been sent is taken from its port."""
        if self._sending >> channel & 1 and self.wires[channel].idle():
            self._sending ^= 1 << channel
            self.service.take(channel, now_us)

    def _stop_for_maintenance(self) -> None:
        # Somebody at the USB port has pressed Ctrl-C, to copy files: no energy, and no restart.
        micropython.kbd_intr(-1)  # tools press it more than once
        self.board.cut()
        self._timer.deinit()
        self.board.cut()  # a tick may have come between
        self._timer = Timer(-1, period=_WATCHDOG_MS // 4, callback=self._keep_awake)
        print("stopped, outputs safe; machine.reset() starts again")
        micropython.kbd_intr(3)

    def _keep_awake(self, timer) -> None:  # type: ignore[no-untyped-def]
        self._watchdog.feed()


def _forget(package: str, name: str) -> None:
    """Let go of a module that has done its work: a kilobyte, on a board that counts them."""
    del sys.modules[package + "." + name]
    delattr(sys.modules[package], name)


def _is_slow() -> bool:
    # Whether a place for what lies on the heap for a moment is sought for long: the room that
    # boot.py has kept at its low end is full. An interrupt in between spares the second of two
    # questions.
    began_us = time.ticks_us()
    _need_room()
    took_us: int = time.ticks_diff(time.ticks_us(), began_us)
    return took_us > _SLOW_US


def _need_room() -> int:
    # With so many variables its frame does not fit on the stack.
    a = b = c = d = e = f = g = h = i = j = k = m = n = o = p = q = 0
    return a + b + c + d + e + f + g + h + i + j + k + m + n + o + p + q
