# mypy: ignore-errors
# ruff: noqa: F821
"""What a Pico must do faster than bytecode can: viper functions, the only ones of the firmware.

They allocate nothing. Pointers are to arrays of the width that their names say.
"""

import micropython
from micropython import const

# Two neighbours that lie closer together than this are on one plateau: 1.5 V on the pilot.
_NEAR = const(203)
# Samples that lie closer together than this are of one level: 2.5 V on the pilot. Less than any
# vehicle leaves between the two, more than noise makes.
_FLAT = const(338)
# From counts to mV: the divider of docs/board_pico.md gives 0.45045 of the reference at 0 V, and
# 135.303 counts a volt.
_ZERO_32NDS = const(59042)
_NUMERATOR = const(3784)
_SHIFT = const(14)


@micropython.viper
def plateaus(samples: ptr16, first: int, end: int, out: ptr32) -> int:
    """The two levels in samples[first:end] as mV on the pilot: out[0] high, out[1] low.

    A sample counts when it is near both its neighbours, so that neither edges nor lone spikes do,
    however high. The first that counts is of one level, and whatever is far from it of the other.
    A window with one level gives it twice. Returns how many samples count; 0: `out` is as before.
    """
    level = -1  # none yet
    ones = 0
    one = 0
    others = 0
    other = 0
    was_near = 0
    before = int(samples[first])
    for i in range(first + 1, end):
        sample = int(samples[i])
        step = sample - before
        if -_NEAR < step < _NEAR:
            if was_near:
                if level < 0:
                    level = before
                step = before - level
                if -_FLAT < step < _FLAT:
                    one += before
                    ones += 1
                else:
                    other += before
                    others += 1
            was_near = 1
        else:
            was_near = 0
        before = sample
    if ones == 0:
        return 0
    one = (((one << 5) // ones - _ZERO_32NDS) * _NUMERATOR) >> _SHIFT
    if others:
        other = (((other << 5) // others - _ZERO_32NDS) * _NUMERATOR) >> _SHIFT
    else:
        other = one
    if other > one:
        out[0] = other
        out[1] = one
    else:
        out[0] = one
        out[1] = other
    return ones + others


@micropython.viper
def measured(octets: ptr8, table: ptr32, rows: int, out: ptr32):
    """Registers of 32 bits, the highest byte first, as numbers in their units.

    table: of each row where its register lies in `octets`, and shift, factor, shift, so that no
    number between leaves 32 bits. The last row is the metering chip's period, and becomes mHz:
    8000 Hz · 65536 / period, both divided by 256; 0 where there is no period.
    """
    row = 0
    while row < rows:
        at = int(table[4 * row])
        value = octets[at] << 24 | octets[at + 1] << 16 | octets[at + 2] << 8 | octets[at + 3]
        scaled = (value >> int(table[4 * row + 1])) * int(table[4 * row + 2])
        out[row] = scaled >> int(table[4 * row + 3])
        row += 1
    last = rows - 1
    period = int(out[last])
    dividend = 31250  # shifted when it runs: as a constant it would be no machine word
    if period > 0:
        out[last] = (dividend << 16) // period
    else:
        out[last] = 0


@micropython.viper
def levels(register: ptr32, mask: int) -> int:
    """The bits of a register that `mask` names, all of the same moment; mask: below bit 30."""
    return register[0] & mask


@micropython.viper
def restart(channel: ptr32, address: int) -> int:
    """Let a DMA channel write from `address` again, as much as before; 0: it is still writing.

    channel: its registers. BUSY is bit 24 of CTRL (RP2040 datasheet 2.5.7), 26 on the RP2350.
    """
    if channel[3] & (1 << 24 | 1 << 26):
        return 0
    channel[11] = address  # AL2_WRITE_ADDR_TRIG
    return 1


@micropython.viper
def differ(words: ptr32, others: ptr32, first: int, end: int) -> int:
    """1 when one of words[first:end] is not the same in `others`."""
    i = first
    while i < end:
        if words[i] != others[i]:
            return 1
        i += 1
    return 0


@micropython.viper
def copy(words: ptr32, into: ptr32, count: int):
    """Copy `count` words."""
    i = 0
    while i < count:
        into[i] = words[i]
        i += 1


@micropython.viper
def crc16(octets: ptr8, start: int, end: int) -> int:
    """CRC-16 of Modbus RTU over octets[start:end] (polynomial 0xA001, reflected)."""
    crc = 0xFFFF
    i = start
    while i < end:
        crc ^= octets[i]
        bit = 0
        while bit < 8:
            if crc & 1:
                crc = crc >> 1 ^ 0xA001
            else:
                crc >>= 1
            bit += 1
        i += 1
    return crc
