"""Must-trip: abnormal voltage or frequency for longer than its time ends the export.

The backstop behind the vehicle's own inverter, with the settings of IEEE 1547-2018 (evse.md
6.1, C; 6.2, C). Each row has its own timer. The time includes the contactor's opening, so a trip
is called that much earlier.
"""

from array import array

from micropython import const

from wattback.settings import Settings

# The coil's release and the age of a sample; from the shortest time of 160 ms 100 are left.
_AHEAD_MS = const(60)
# Below both there is no voltage to count a frequency from: a dead line, or a dead meter. A dip to
# nothing is ridden through for 1 s (evse.md 6.3, C), and nobody feeds what nobody measures for
# more than the 2 s of an island (evse.md 6.6, C), whatever the rows of the voltage are set to.
_COUNTED_BP = const(5000)
_COUNTED_MILLIHERTZ = const(1000)
_DEAD_MS = const(2000)
_OV2_BP = const(12000)  # fixed in every category (6.1, C), like its time
_OV2_MS = const(160)

TRIP_NAMES = ("OV2", "OV1", "UV1", "UV2", "OF2", "OF1", "UF1", "UF2")
# What may have run out: one of these rows, or what has none.
NO_ROW = const(0)
DEAD_LINE = const(9)
ISLAND = const(10)
ROW_NAMES = ("none",) + TRIP_NAMES + ("dead_line", "island")
_ROWS = const(8)
# What the place of a row says: four of the voltage first, of each two above and two below.
_FIRST_OF_FREQUENCY = const(4)
_BELOW = const(2)


class Trips:
    """tripped: 1 while some row has run out. row: which, last, a place in ROW_NAMES. normal: 1
    when the last sample was beyond no row.
    thresholds, times_ms: of each of TRIP_NAMES, as loaded; basis points of nominal or millihertz.
    """

    def __init__(self) -> None:
        self.tripped = 0
        self.row = NO_ROW
        self.normal = 1
        self.thresholds = array("i", [0] * _ROWS)
        self.times_ms = array("i", [0] * _ROWS)
        self._beyond_ms = array("i", [0] * _ROWS)
        self._dead_ms = 0
        self._island = 0
        self._low_bp = 0  # between these no row runs
        self._high_bp = 0
        self._low_millihertz = 0
        self._high_millihertz = 0
        self._nominal_millihertz = 0
        self.load(Settings())

    def load(self, settings: Settings) -> None:
        """Take over the settings; what has run of a row's time stays. It allocates nothing."""
        self._set(0, _OV2_BP, _OV2_MS)
        self._set(1, settings.trip_ov1_bp, settings.trip_ov1_ms)
        self._set(2, settings.trip_uv1_bp, settings.trip_uv1_ms)
        self._set(3, settings.trip_uv2_bp, settings.trip_uv2_ms)
        self._set(4, settings.trip_of2_millihertz, settings.trip_of2_ms)
        self._set(5, settings.trip_of1_millihertz, settings.trip_of1_ms)
        self._set(6, settings.trip_uf1_millihertz, settings.trip_uf1_ms)
        self._set(7, settings.trip_uf2_millihertz, settings.trip_uf2_ms)
        self._nominal_millihertz = settings.nominal_millihertz
        self._low_bp = max(settings.trip_uv1_bp, settings.trip_uv2_bp)
        self._high_bp = min(settings.trip_ov1_bp, _OV2_BP)
        self._low_millihertz = max(settings.trip_uf1_millihertz, settings.trip_uf2_millihertz)
        self._high_millihertz = min(settings.trip_of1_millihertz, settings.trip_of2_millihertz)

    def sense(self, line_bp: int, millihertz: int, dt_ms: int) -> None:
        """Judge one sample: line voltage in basis points of nominal, frequency."""
        dead = line_bp < _COUNTED_BP and millihertz < _COUNTED_MILLIHERTZ
        if dead:
            millihertz = self._nominal_millihertz
        elif (
            self._low_bp <= line_bp <= self._high_bp
            and self._low_millihertz <= millihertz <= self._high_millihertz
        ):
            if not self.normal:
                self._clear()
            return
        self.normal = 0
        self.tripped = self._island
        if not dead:
            self._dead_ms = 0
        elif self._dead_ms < _DEAD_MS - _AHEAD_MS:
            self._dead_ms += dt_ms
        else:
            self.tripped = 1
            self.row = DEAD_LINE
        beyond_ms = self._beyond_ms
        thresholds = self.thresholds
        times_ms = self.times_ms
        for index in range(_ROWS):
            value = line_bp if index < _FIRST_OF_FREQUENCY else millihertz
            threshold = thresholds[index]
            if value > threshold if index & _BELOW == 0 else value < threshold:
                if beyond_ms[index] < times_ms[index] - _AHEAD_MS:
                    beyond_ms[index] += dt_ms
                else:
                    self.tripped = 1
                    self.row = index + 1
            else:
                beyond_ms[index] = 0

    def heed(self, island: int) -> None:
        """An island counts like a row that has run out, from when it is found until it is not."""
        self._island = island
        if self.normal:
            self.tripped = island

    def _set(self, row: int, threshold: int, time_ms: int) -> None:
        self.thresholds[row] = threshold
        self.times_ms[row] = time_ms

    def _clear(self) -> None:
        for index in range(_ROWS):
            self._beyond_ms[index] = 0
        self._dead_ms = 0
        self.normal = 1
        self.tripped = self._island
