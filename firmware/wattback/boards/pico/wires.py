"""The serial wires of a Pico, all alike to whoever moves bytes: for the service plane.

`any()` is how many bytes have come, `receive(into, room, now_us)` brings at most `room` of them
and returns how many, the last of them `age_us` before now_us, or after it where that is negative;
`idle()` says that nothing is being sent, and only then `send(data, count)` begins; `data` stays as
it is until the wire is idle again.
"""

import rp2
from machine import UART, Pin
from micropython import const
from uctypes import addressof

from wattback.boards.pico import pins

CONSOLE_BAUD = const(115_200)
VEHICLE_BAUD = const(115_200)

_CYCLES_A_BIT = const(8)
_UART_BYTES = const(256)  # in and out
_RING_BYTES = const(256)  # what comes in 22 ms at 115200: more than a message of the vehicle's
_RING_BITS = const(8)
_STAMPED = const(256)  # likewise, with a time of two bytes each
_STAMPED_BITS = const(8)
_STAMP_MASK = const(0xFFFF)
_AHEAD_US = const(10_000)  # a tick
_NEVER_ENDING = const(0xFFFFFFFF)

_TRANSMIT_RS485 = const(0)  # state machines of PIO 0
_TRANSMIT_VEHICLE = const(1)
_RECEIVE_VEHICLE = const(2)
_RECEIVE_RS485 = const(3)
_PIO_FIFO_OUT = const(0x10)  # offsets of the PIO's registers (RP2040 datasheet 3.7)
_PIO_FIFO_IN = const(0x20)
_DREQ_PIO_OUT = const(0)
_DREQ_PIO_IN = const(4)
_TIMER_RAW_LOW = const(0x28)  # microseconds (RP2040 datasheet 4.6.5)


class ConsoleWire:
    """UART 0, both ways."""

    age_us = 0  # nobody asks

    def __init__(self, chip) -> None:  # type: ignore[no-untyped-def]
        self._uart = UART(
            0,
            CONSOLE_BAUD,
            tx=Pin(pins.CONSOLE_TX),
            rx=Pin(pins.CONSOLE_RX),
            rxbuf=_UART_BYTES,
            txbuf=_UART_BYTES,
        )
        self.any = self._uart.any
        # Its 32 bytes are 2.8 ms, less than a tick may take: they are fetched in the midst of one.
        chip.set_priority(chip.irq_uart0, 0x40)

    def receive(self, into, room: int, now_us: int) -> int:  # type: ignore[no-untyped-def]
        """See above."""
        return _read(self._uart, into, room)

    def idle(self) -> bool:
        """See above."""
        return bool(self._uart.txdone())

    def send(self, data, count: int) -> None:  # type: ignore[no-untyped-def]
        """See above; count is at most what the buffer holds, so it does not wait."""
        self._uart.write(data[:count])


class Rs485Wire:
    """Both ways by PIO, which switches the line driver to the bit and notes when each byte came.

    A master's silence ends its frame, and the loop may look late: so bytes that a silence parts
    are never brought together.
    """

    def __init__(self, chip, baud: int) -> None:  # type: ignore[no-untyped-def]
        self._out = _Transmitter(chip, _TRANSMIT_RS485, baud, pins.RS485_TX, pins.RS485_DE)
        self._in = _StampedReceiver(chip, _RECEIVE_RS485, baud, pins.RS485_RX)
        self.any = self._in.any

    @property
    def age_us(self) -> int:
        """See above."""
        return self._in.age_us

    def receive(self, into, room: int, now_us: int) -> int:  # type: ignore[no-untyped-def]
        """See above."""
        return self._in.receive(into, room, now_us)

    def idle(self) -> bool:
        """See above."""
        return self._out.idle()

    def send(self, data, count: int) -> None:  # type: ignore[no-untyped-def]
        """See above."""
        self._out.send(data, count)


class VehicleWire:
    """The vehicle link's modem, both ways by PIO."""

    age_us = 0  # nobody asks

    def __init__(self, chip) -> None:  # type: ignore[no-untyped-def]
        self._out = _Transmitter(
            chip, _TRANSMIT_VEHICLE, VEHICLE_BAUD, pins.VEHICLE_TX, pins.VEHICLE_BUSY
        )
        self._in = _Receiver(chip, _RECEIVE_VEHICLE, VEHICLE_BAUD, pins.VEHICLE_RX)
        self.any = self._in.any
        self.receive = self._in.receive

    def idle(self) -> bool:
        """See above."""
        return self._out.idle()

    def send(self, data, count: int) -> None:  # type: ignore[no-untyped-def]
        """See above."""
        self._out.send(data, count)


class _Transmitter:
    """A PIO state machine fed by a DMA channel; busy_pin is high from before the first bit on
    until the last stop bit has ended.
    """

    def __init__(self, chip, number: int, baud: int, pin: int, busy_pin: int) -> None:  # type: ignore[no-untyped-def]
        self._busy = Pin(busy_pin, Pin.OUT, value=0)
        from wattback.boards.pico.pio_programs import transmit

        self._machine = rp2.StateMachine(
            number,
            transmit,
            freq=baud * _CYCLES_A_BIT,
            out_base=Pin(pin),
            set_base=Pin(pin),
            sideset_base=self._busy,
        )
        self._machine.active(1)
        self._dma = rp2.DMA()
        control = self._dma.pack_ctrl(
            size=0, inc_write=False, treq_sel=_DREQ_PIO_OUT + number, irq_quiet=True
        )
        self._dma.config(write=chip.pio_base + _PIO_FIFO_OUT + 4 * number, ctrl=control)

    def idle(self) -> bool:
        return not self._dma.active() and not self._busy.value() and not self._machine.tx_fifo()

    def send(self, data, count: int) -> None:  # type: ignore[no-untyped-def]
        self._dma.config(read=data, count=count, trigger=True)


class _Receiver:
    """A PIO state machine that a DMA channel empties into a ring."""

    def __init__(  # type: ignore[no-untyped-def]
        self, chip, number: int, baud: int, pin: int, ring_bits: int = _RING_BITS
    ) -> None:
        self._ring = _aligned(1 << ring_bits)
        self._ring_bits = ring_bits
        self._base = addressof(self._ring)
        self._at = 0
        from wattback.boards.pico.pio_programs import receive

        self._machine = rp2.StateMachine(
            number,
            receive,
            freq=baud * _CYCLES_A_BIT,
            in_base=Pin(pin, Pin.IN, Pin.PULL_UP),
        )
        self._dma = rp2.DMA()
        self._fifo = chip.pio_base + _PIO_FIFO_IN + 4 * number + 3  # the word's highest byte
        self._dreq = _DREQ_PIO_IN + number
        self._start()
        self._machine.active(1)

    def _start(self) -> None:
        self._at = 0
        self._dma.config(
            read=self._fifo,
            write=self._ring,
            count=_NEVER_ENDING,
            ctrl=self._control(self._dma.channel),
            trigger=True,
        )

    def _control(self, chain_to: int) -> int:
        # To itself is to none.
        return self._dma.pack_ctrl(
            size=0,
            inc_read=False,
            inc_write=True,
            ring_sel=True,
            ring_size=self._ring_bits,
            treq_sel=self._dreq,
            chain_to=chain_to,
            irq_quiet=True,
        )

    def any(self) -> int:
        count = (self._dma.write - self._base - self._at) & (_RING_BYTES - 1)
        if not count and not self._dma.active():
            self._start()  # after 2^32 bytes it has ended
        return count

    def receive(self, into, room: int, now_us: int) -> int:  # type: ignore[no-untyped-def]
        ring = self._ring
        at = self._at
        end = (self._dma.write - self._base) & (_RING_BYTES - 1)
        count = 0
        while at != end and count < room:
            into[count] = ring[at]
            count += 1
            at = (at + 1) & (_RING_BYTES - 1)
        self._at = at
        return count


class _StampedReceiver(_Receiver):
    """Two channels in turns: one takes a byte, the other the low half of the chip's µs counter."""

    def __init__(self, chip, number: int, baud: int, pin: int) -> None:  # type: ignore[no-untyped-def]
        self.age_us = 0
        self._stamps = _aligned(2 * _STAMPED)
        self._stamps_base = addressof(self._stamps)
        self._stamp_dma = rp2.DMA()
        self._clock = chip.timer_base + _TIMER_RAW_LOW
        self._bit_us = (1_000_000 + baud - 1) // baud
        # From stop bit to stop bit, a silence of one and a half characters of ten bits.
        self._pause_us = 25 * self._bit_us
        _Receiver.__init__(self, chip, number, baud, pin, _STAMPED_BITS)

    def _start(self) -> None:
        self._at = 0
        byte_channel, stamp_channel = self._dma.channel, self._stamp_dma.channel
        self._stamp_dma.config(
            read=self._clock,
            write=self._stamps,
            count=1,
            ctrl=self._stamp_dma.pack_ctrl(
                size=1,
                inc_read=False,
                inc_write=True,
                ring_sel=True,
                ring_size=_STAMPED_BITS + 1,
                chain_to=byte_channel,
                irq_quiet=True,
            ),
        )
        self._dma.config(
            read=self._fifo,
            write=self._ring,
            count=1,
            ctrl=self._control(stamp_channel),
            trigger=True,
        )

    def any(self) -> int:
        return (self._end() - self._at) & (_STAMPED - 1)

    def _end(self) -> int:
        # By the times, because a byte's comes after it.
        return (self._stamp_dma.write - self._stamps_base) >> 1 & (_STAMPED - 1)

    def receive(self, into, room: int, now_us: int) -> int:  # type: ignore[no-untyped-def]
        ring = self._ring
        at = self._at
        end = self._end()
        came_us = self._stamp(at)
        count = 0
        while at != end and count < room:
            stamp_us = self._stamp(at)
            if (stamp_us - came_us) & _STAMP_MASK > self._pause_us:
                break  # what comes after a silence is the next call's
            came_us = stamp_us
            into[count] = ring[at]
            count += 1
            at = (at + 1) & (_STAMPED - 1)
        self._at = at
        # A tick may have come between the caller's look at the clock and this look at the line.
        age_us = ((now_us - came_us + _AHEAD_US) & _STAMP_MASK) - _AHEAD_US
        self.age_us = age_us - self._bit_us  # it is noted as its stop bit begins
        return count

    def _stamp(self, at: int) -> int:
        at *= 2
        return self._stamps[at] | self._stamps[at + 1] << 8


def _aligned(size: int):  # type: ignore[no-untyped-def]
    """A ring: it begins at a multiple of its size."""
    room = bytearray(2 * size)
    start = -addressof(room) % size
    return memoryview(room)[start : start + size]


def _read(uart, into, room: int) -> int:  # type: ignore[no-untyped-def]
    return uart.readinto(into, min(uart.any(), room)) or 0
