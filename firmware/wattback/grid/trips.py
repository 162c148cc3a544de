"""Must-trip: abnormal voltage or frequency for longer than its time ends the export.

The backstop behind the vehicle's own inverter, with the default settings of IEEE 1547-2018 for
abnormal category III (evse.md 6.1, C; 6.2, C). Each row has its own timer. The time includes the
contactor's opening, so a trip is called that much earlier.
"""

from array import array

from micropython import const

_VOLTAGE = const(0)  # basis points of nominal
_FREQUENCY = const(1)  # millihertz
# The coil's release and the age of a sample; from the shortest time of 160 ms 100 are left.
_AHEAD_MS = const(60)
# Below both there is no voltage to count a frequency from, and the rows of the voltage judge: a
# dip to nothing is ridden through for its 2 s (evse.md 6.3, C).
_COUNTED_BP = const(5000)
_COUNTED_MILLIHERTZ = const(1000)
_NOMINAL_MILLIHERTZ = const(60000)

# (quantity, above, threshold, ms): `above` 1 trips over the threshold, 0 below it.
TRIPS = (
    (_VOLTAGE, 1, 12000, 160),  # OV2
    (_VOLTAGE, 1, 11000, 13000),  # OV1
    (_VOLTAGE, 0, 8800, 21000),  # UV1
    (_VOLTAGE, 0, 5000, 2000),  # UV2
    (_FREQUENCY, 1, 62000, 160),  # OF2
    (_FREQUENCY, 1, 61200, 300000),  # OF1
    (_FREQUENCY, 0, 58500, 300000),  # UF1
    (_FREQUENCY, 0, 56500, 160),  # UF2
)
TRIP_NAMES = ("OV2", "OV1", "UV1", "UV2", "OF2", "OF1", "UF1", "UF2")


class Trips:
    """tripped: 1 while some row has run out. normal: 1 when the last sample was beyond no row."""

    def __init__(self) -> None:
        self.tripped = 0
        self.normal = 1
        self._beyond_ms = array("i", [0] * len(TRIPS))

    def sense(self, line_bp: int, millihertz: int, dt_ms: int) -> None:
        """Judge one sample: line voltage in basis points of nominal, frequency."""
        if line_bp < _COUNTED_BP and millihertz < _COUNTED_MILLIHERTZ:
            millihertz = _NOMINAL_MILLIHERTZ
        beyond = line_bp > 11000 or line_bp < 8800 or millihertz > 61200 or millihertz < 58500
        if not beyond:
            if not self.normal:
                self._clear()
            return
        self.normal = 0
        self.tripped = 0
        beyond_ms = self._beyond_ms
        for index in range(len(TRIPS)):
            quantity, above, threshold, row_ms = TRIPS[index]
            value = line_bp if quantity == _VOLTAGE else millihertz
            if value > threshold if above else value < threshold:
                if beyond_ms[index] < row_ms - _AHEAD_MS:
                    beyond_ms[index] += dt_ms
                else:
                    self.tripped = 1
            else:
                beyond_ms[index] = 0

    def _clear(self) -> None:
        for index in range(len(TRIPS)):
            self._beyond_ms[index] = 0
        self.normal = 1
        self.tripped = 0
