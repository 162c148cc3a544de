"""Where RP2040 and RP2350 differ for us: addresses and numbers of their datasheets."""

import sys

from machine import mem32
from micropython import const

_POWMAN_CHIP_RESET = const(0x4010002C)  # of the RP2350 alone
_HAD_BROWN_OUT = const(1 << 17)
_NVIC_PRIORITIES = const(0xE000E400)  # a byte an interrupt (ARMv6-M B3.4.7)


class Chip:
    """adc_base … timer_base: of the registers. dreq_adc: the DMA request of the ADC. irq_gpio,
    irq_uart0: numbers of interrupts. Those of the RP2350 have been run on no chip yet.
    """

    def __init__(self) -> None:
        newer = "RP2350" in sys.implementation._machine
        self.adc_base = 0x400A0000 if newer else 0x4004C000
        self.dma_base = 0x50000000
        self.dreq_adc = 48 if newer else 36
        self.irq_gpio = 21 if newer else 13
        self.irq_uart0 = 33 if newer else 20
        self.pio_base = 0x50200000
        self.timer_base = 0x400B0000 if newer else 0x40054000
        self.watchdog_base = 0x400D8000 if newer else 0x40058000
        self._newer = newer

    def browned_out(self) -> bool:
        """Whether the last reset of the chip was that of its brown-out detector; an RP2040 has one
        flag for it and for its power coming on (datasheet 2.12.8, HAD_POR), and never says so.
        """
        return self._newer and bool(mem32[_POWMAN_CHIP_RESET] & _HAD_BROWN_OUT)

    def set_priority(self, irq: int, priority: int) -> None:
        """priority: 0 comes first, then 0x40; what nobody sets, a tick's timer too, has 0x80."""
        at = _NVIC_PRIORITIES + irq
        shift = (at & 3) * 8
        mem32[at & ~3] = (mem32[at & ~3] & ~(0xFF << shift) & 0xFFFFFFFF) | priority << shift
