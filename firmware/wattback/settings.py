"""Settings: what an installer chooses, with defaults and allowed ranges.

The board loads the values; a value outside its range is refused as a whole load, and the connector
then stays unavailable (fault settings_invalid) rather than guess.
"""

from wattback.limits import HIGHEST_LIMIT_MA, NO_LIMIT_MA

# (name, default, lowest, highest), in the order in which boards store them.
SETTINGS = (
    ("hardware_limit_ma", 48000, 6000, HIGHEST_LIMIT_MA),
    # The branch breaker's rating; 80 % of it may be drawn (NEC 625.42; evse.md 5, C).
    ("breaker_ma", 60000, 7500, 100000),
    # What the site's slot is worth without a site controller; −1: no restriction of its own.
    ("site_failsafe_import_ma", NO_LIMIT_MA, NO_LIMIT_MA, HIGHEST_LIMIT_MA),
    ("site_failsafe_export_ma", NO_LIMIT_MA, NO_LIMIT_MA, HIGHEST_LIMIT_MA),
    # State D is served only where the room is ventilated.
    ("ventilation_present", 0, 0, 1),
    # A vendor's window for 208 to 277 V, 160 to 320 V for 2 s (evse.md 4.3, C); a leg is half.
    ("line_low_mv", 160000, 80000, 240000),
    ("line_high_mv", 320000, 220000, 330000),
    ("leg_low_mv", 80000, 40000, 120000),
    ("leg_high_mv", 160000, 110000, 165000),
    ("supply_trip_ms", 2000, 100, 10000),
    # ±3 Hz around nominal (PZK; evse.md 4.1, C).
    ("frequency_low_millihertz", 57000, 45000, 60000),
    ("frequency_high_millihertz", 63000, 50000, 66000),
)


class Settings:
    """One connector's settings; attributes named as in the table, integers in the unit named."""

    hardware_limit_ma: int
    breaker_ma: int
    site_failsafe_import_ma: int
    site_failsafe_export_ma: int
    ventilation_present: int
    line_low_mv: int
    line_high_mv: int
    leg_low_mv: int
    leg_high_mv: int
    supply_trip_ms: int
    frequency_low_millihertz: int
    frequency_high_millihertz: int

    def __init__(self) -> None:
        for row in SETTINGS:
            setattr(self, row[0], row[1])

    def load(self, values) -> str:  # type: ignore[no-untyped-def]
        """Take over `values`, integers in table order. Returns the first name refused, or "".

        Nothing is taken over when one value is refused.
        """
        for index, row in enumerate(SETTINGS):
            if not row[2] <= values[index] <= row[3]:
                return row[0]
        for index, row in enumerate(SETTINGS):
            setattr(self, row[0], values[index])
        return ""
