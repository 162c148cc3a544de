# mypy: ignore-errors
# ruff: noqa: F821
"""A serial line in PIO, eight cycles a bit, 8N1: the names in here are the assembler's."""

import rp2
from rp2 import PIO


@rp2.asm_pio(
    sideset_init=PIO.OUT_LOW,
    out_init=PIO.OUT_HIGH,
    set_init=PIO.OUT_HIGH,
    out_shiftdir=PIO.SHIFT_RIGHT,
)
def transmit():
    """Side-set is the line driver's enable: on one bit before the first start bit, off at the end
    of the last stop bit, on without a gap while bytes follow each other. A byte comes four times
    in a word of the FIFO, so that a word of 1 can stand for "nothing follows".
    """
    wrap_target()
    pull(block).side(0)
    nop().side(1)[7]
    label("start")
    set(pins, 0).side(1)[6]
    set(x, 7).side(1)
    label("bit")
    out(pins, 1).side(1)[6]
    jmp(x_dec, "bit").side(1)
    set(pins, 1).side(1)[3]
    set(x, 1).side(1)
    pull(noblock).side(1)
    mov(y, osr).side(1)
    jmp(x_not_y, "start").side(1)
    wrap()


@rp2.asm_pio(in_shiftdir=PIO.SHIFT_RIGHT, fifo_join=PIO.JOIN_RX)
def receive():
    """Samples in the middle of each bit; the byte is the highest of the word that it pushes. Waits
    for the line to be idle again before it looks for the next start bit.
    """
    wrap_target()
    wait(0, pin, 0)
    set(x, 7)[10]
    label("bit")
    in_(pins, 1)
    jmp(x_dec, "bit")[6]
    wait(1, pin, 0)
    push(block)
    wrap()
