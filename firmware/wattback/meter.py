"""Energy registers: watt-hours into and out of the vehicle, which never decrease.

What it gives to and takes from a home that is cut off from the grid is counted apart: no utility
pays for that.

Power times time is kept in watt-milliseconds until it makes a watt-hour, so nothing is lost to
rounding. Registers and remainders are retained memory: a power cut costs at most the ticks since
the board last stored them.
"""

from array import array

from micropython import const

from wattback.retained import (
    EXPORT_REST,
    EXPORT_WH,
    IMPORT_REST,
    IMPORT_WH,
    ISLAND_IMPORT_REST,
    ISLAND_IMPORT_WH,
    ISLAND_REST,
    ISLAND_WH,
)

_WMS_PER_WH = const(3600000)
_NO_LOAD_W = const(10)  # below it is noise of the sensor, not energy (setting of this design)


_HIGHEST_W = const(50000)  # more cannot pass the connector; keeps products below 2^30


class Meter:
    """The registers, in retained memory; import_wh and export_wh count since first power-up."""

    def __init__(self, retained: "array[int]") -> None:
        self._retained = retained
        self.import_wh = retained[IMPORT_WH]
        self.export_wh = retained[EXPORT_WH]

    def account(self, power_w: int, dt_ms: int, island: int = 0) -> None:
        """Add one tick: power in W, positive out of the vehicle, and its length in ms.

        island: 1 while the vehicle feeds the home alone.
        """
        if island:
            self._account_island(power_w, dt_ms)
            return
        retained = self._retained
        if power_w <= -_NO_LOAD_W:
            rest = retained[IMPORT_REST] + min(-power_w, _HIGHEST_W) * dt_ms
            while rest >= _WMS_PER_WH:
                rest -= _WMS_PER_WH
                self.import_wh += 1
            retained[IMPORT_REST] = rest
            retained[IMPORT_WH] = self.import_wh
        elif power_w >= _NO_LOAD_W:
            rest = retained[EXPORT_REST] + min(power_w, _HIGHEST_W) * dt_ms
            while rest >= _WMS_PER_WH:
                rest -= _WMS_PER_WH
                self.export_wh += 1
            retained[EXPORT_REST] = rest
            retained[EXPORT_WH] = self.export_wh

    def _account_island(self, power_w: int, dt_ms: int) -> None:
        retained = self._retained
        at = ISLAND_WH
        rest_at = ISLAND_REST
        if power_w < 0:
            at = ISLAND_IMPORT_WH
            rest_at = ISLAND_IMPORT_REST
            power_w = -power_w
        if power_w < _NO_LOAD_W:
            return
        rest = retained[rest_at] + min(power_w, _HIGHEST_W) * dt_ms
        while rest >= _WMS_PER_WH:
            rest -= _WMS_PER_WH
            retained[at] += 1
        retained[rest_at] = rest
