"""Where RP2040 and RP2350 differ for us: addresses and numbers of their datasheets."""

import sys

from machine import mem32
from micropython import const

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

    def set_priority(self, irq: int, priority: int) -> None:
        """priority: 0 comes first, then 0x40; what nobody sets, a tick's timer too, has 0x80."""
        at = _NVIC_PRIORITIES + irq
        shift = (at & 3) * 8
        mem32[at & ~3] = (mem32[at & ~3] & ~(0xFF << shift) & 0xFFFFFFFF) | priority << shift
