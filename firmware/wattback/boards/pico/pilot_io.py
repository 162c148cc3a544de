"""The pilot's wire: 1 kHz PWM out, and both of its levels in, without the processor's time.

The ADC runs freely and a DMA channel writes what it converts; every 10 ms the last period is taken
and the channel begins anew, so that what is read has ended less than a millisecond ago and nobody
writes into it meanwhile.
"""

from array import array

import rp2
from machine import ADC, PWM, Pin, mem32
from micropython import const
from uctypes import addressof

from wattback.boards.pico import pins
from wattback.boards.pico.fast import plateaus, restart
from wattback.signals import Inputs

_PWM_HZ = const(1000)  # (IEC 61851-1 Table A.2; evse.md 1.1, C)
_TOP = const(65535)

# 96 a period: of the shortest plateau, 40 µs at 80 A, three in a row are always whole.
_SAMPLES_PER_S = const(96_000)
_SAMPLES = const(900)  # of a tick: it ends half a millisecond before the next one
_WINDOW = const(208)  # two periods and more, so that a lone spike leaves one of each plateau

# Registers of the ADC (RP2040 datasheet 4.9.6), in a place of its own on either chip.
_ADC_CS = const(0x00)
_ADC_FCS = const(0x08)
_ADC_FIFO = const(0x0C)
_ADC_DIV = const(0x10)
_CS_EN_START_MANY = const(1 << 3 | 1)
_FCS_EN_DREQ_THRESH = const(1 << 24 | 1 << 3 | 1)
_ADC_CLOCK_HZ = const(48_000_000)

# No sound pilot reads beyond it: 12.6 V and the whole error of docs/board_pico.md. A reference or
# a divider that has lost its wire does, and would make a state C out of state A.
_MOST_MV = const(13_100)


class PilotIo:
    """drive(duty_bp) sets the wire; read(inputs) takes its levels. dma: brings the samples."""

    def __init__(self, chip) -> None:  # type: ignore[no-untyped-def]
        self._duty_bp = 0
        self._pwm = PWM(Pin(pins.PILOT_PWM), freq=_PWM_HZ, duty_u16=0)
        self._set_duty = self._pwm.duty_u16
        ADC(Pin(pins.PILOT_ADC))  # the pad becomes analog
        self._samples = array("H", [0] * _SAMPLES)
        self._address = addressof(self._samples)
        self._levels = array("i", [0, 0])
        self.dma = rp2.DMA()
        self._channel = chip.dma_base + 0x40 * self.dma.channel
        control = self.dma.pack_ctrl(
            size=1, inc_read=False, inc_write=True, treq_sel=chip.dreq_adc, irq_quiet=True
        )
        self.dma.config(
            read=chip.adc_base + _ADC_FIFO,
            write=self._samples,
            count=_SAMPLES,
            ctrl=control,
            trigger=True,
        )
        mem32[chip.adc_base + _ADC_DIV] = (_ADC_CLOCK_HZ // _SAMPLES_PER_S - 1) << 8
        mem32[chip.adc_base + _ADC_FCS] = _FCS_EN_DREQ_THRESH
        mem32[chip.adc_base + _ADC_CS] = _CS_EN_START_MANY

    def drive(self, duty_bp: int) -> None:
        """10000 is steady +12 V, 0 steady −12 V; taken over at the next period."""
        if duty_bp != self._duty_bp:
            self._duty_bp = duty_bp
            self._set_duty((duty_bp * _TOP + 5000) // 10000)

    def read(self, inputs: Inputs) -> None:
        """Take the levels of the last two periods; a dead pilot when they cannot be believed: the
        converter has not kept up, all is noise, or a level lies beyond what a pilot can show.
        """
        levels = self._levels
        counted = plateaus(self._samples, _SAMPLES - _WINDOW, _SAMPLES, levels)
        kept_up = restart(self._channel, self._address)
        if kept_up and counted and levels[0] <= _MOST_MV and levels[1] >= -_MOST_MV:
            inputs.pilot_high_mv = levels[0]
            inputs.pilot_low_mv = levels[1]
        else:
            inputs.pilot_high_mv = 0
            inputs.pilot_low_mv = 0
