"""Where RP2040 and RP2350 differ for us: addresses and numbers of their datasheets."""

import sys


class Chip:
    """adc_base … timer_base: of the registers. dreq_adc: the DMA request of the ADC. irq_gpio:
    number of the pins' interrupt. Those of the RP2350 have been run on no chip yet.
    """

    def __init__(self) -> None:
        newer = "RP2350" in sys.implementation._machine
        self.adc_base = 0x400A0000 if newer else 0x4004C000
        self.dma_base = 0x50000000
        self.dreq_adc = 48 if newer else 36
        self.irq_gpio = 21 if newer else 13
        self.pio_base = 0x50200000
        self.timer_base = 0x400B0000 if newer else 0x40054000
        self.watchdog_base = 0x400D8000 if newer else 0x40058000
