"""The supply: are both legs, the line voltage and the frequency fit to charge from?

Windows of the connector itself, for charging; while exporting the grid code's count. Half-way
between the legs is neutral, so the line voltage is their sum, and a lost neutral shows as one leg
high and one low while the sum looks well.
"""

from micropython import const

from wattback.fault_table import SUPPLY_OUT_OF_WINDOW
from wattback.settings import Settings

_STEADY_MS = const(1000)  # in the window this long before the first use after power-up


class Supply:
    """Judges the supply against its windows.

    inside: 1 when the last sample was. fit: 1 when it has been inside for a second and not outside
    for `supply_trip_ms` since; a good sample makes up for no more than its own time.
    fault_bits: SUPPLY_OUT_OF_WINDOW while outside for longer than that, once it was fit.
    """

    def __init__(self) -> None:
        self.inside = 0
        self.fit = 0
        self.fault_bits = 0
        self._was_fit = 0
        self._inside_ms = 0
        self._outside_ms = 0

    def sense(
        self,
        l1_mv: int,
        l2_mv: int,
        millihertz: int,
        exporting: int,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        """Judge one sample: legs to neutral in mV RMS, frequency in millihertz.

        exporting: 1 while a source is connected, which must ride through what a charger need not:
        the grid code's own timers then judge line and frequency (`grid/trips.py`), and only a lost
        neutral counts here, as a difference between the legs.
        """
        line_mv = l1_mv + l2_mv
        if exporting:
            inside = abs(l1_mv - l2_mv) <= settings.leg_high_mv * 2 - settings.nominal_line_mv
        else:
            inside = (
                settings.leg_low_mv <= l1_mv <= settings.leg_high_mv
                and settings.leg_low_mv <= l2_mv <= settings.leg_high_mv
                and settings.line_low_mv <= line_mv <= settings.line_high_mv
                and settings.frequency_low_millihertz <= millihertz
                and millihertz <= settings.frequency_high_millihertz
            )
        self.inside = 1 if inside else 0
        if inside:
            if self._outside_ms:
                self._outside_ms = max(self._outside_ms - dt_ms, 0)
            self.fault_bits = 0
            if self._inside_ms < _STEADY_MS:
                self._inside_ms += dt_ms
            elif not self.fit:
                self.fit = 1
                self._was_fit = 1
        else:
            self._inside_ms = 0
            if self._outside_ms < settings.supply_trip_ms:
                self._outside_ms += dt_ms
            else:
                self.fit = 0
                if self._was_fit:
                    self.fault_bits = SUPPLY_OUT_OF_WINDOW
