# mypy: ignore-errors
# ruff: noqa: F821
"""What a Pico must do faster than bytecode can: viper functions, the only ones of the firmware.

They allocate nothing. Pointers are to arrays of the width that their names say.
"""

import micropython
from micropython import const

# A window whose samples lie closer together than this holds one level: 1.0 V on the pilot.
_FLAT = const(136)
# A sample further from the mean of its plateau is an outlier: 0.75 V on the pilot.
_NEAR = const(101)


@micropython.viper
def plateaus(samples: ptr16, first: int, end: int, out: ptr32):
    """The two levels in samples[first:end], in sixteenths of a count: out[0] high, out[1] low.

    A sample counts when both its neighbours lie on its side of the middle, so that neither edges
    nor lone spikes do, and when it is near the mean of those that count. A window without two
    levels gives one level twice.
    """
    least = int(samples[first])
    most = least
    i = first
    while i < end:
        sample = int(samples[i])
        if sample < least:
            least = sample
        if sample > most:
            most = sample
        i += 1
    middle = (least + most) >> 1
    if most - least < _FLAT:
        middle = -1  # all of it is the high level
    high = 0
    low = 0
    highs = 0
    lows = 0
    high_mean = 0
    low_mean = 0
    near = 4096  # the first pass takes every sample that counts
    turn = 0
    while turn < 2:
        high = 0
        low = 0
        highs = 0
        lows = 0
        before = int(samples[first])
        sample = int(samples[first + 1])
        i = first + 2
        while i < end:
            after = int(samples[i])
            if before > middle:
                if sample > middle and after > middle:
                    away = sample - high_mean
                    if -near < away < near:
                        high += sample
                        highs += 1
            elif sample <= middle and after <= middle:
                away = sample - low_mean
                if -near < away < near:
                    low += sample
                    lows += 1
            before = sample
            sample = after
            i += 1
        if highs:
            high_mean = high // highs
        if lows:
            low_mean = low // lows
        near = _NEAR
        turn += 1
    if highs:
        out[0] = (high << 4) // highs
    else:
        out[0] = high_mean << 4
    if lows:
        out[1] = (low << 4) // lows
    else:
        out[1] = low_mean << 4
    if high_mean == 0:
        out[0] = int(out[1])
    if low_mean == 0:
        out[1] = int(out[0])


@micropython.viper
def big_endian(octets: ptr8, at: int, words: ptr32, first: int, count: int):
    """Words of 32 bits, the highest byte first, out of octets[at:] into words[first:]."""
    i = 0
    while i < count:
        words[first + i] = (
            octets[at] << 24 | octets[at + 1] << 16 | octets[at + 2] << 8 | octets[at + 3]
        )
        at += 4
        i += 1


@micropython.viper
def scaled(words: ptr32, at: int, shift: int, factor: int, more: int) -> int:
    """words[at] >> shift, times factor, >> more, without a number that leaves 32 bits between."""
    return ((int(words[at]) >> shift) * factor) >> more


@micropython.viper
def quotient(dividend_hi: int, words: ptr32, at: int, shift: int) -> int:
    """dividend_hi * 65536 // (words[at] >> shift); 0 where that is not positive."""
    divisor = int(words[at]) >> shift
    if divisor <= 0:
        return 0
    return (dividend_hi << 16) // divisor


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
