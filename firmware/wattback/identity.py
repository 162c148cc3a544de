"""Who this unit is: what every port tells of it, in the same words."""

VERSION = "0.1.0"  # of the firmware, the same as the project's


class Identity:
    """ASCII texts of at most 32 characters, as a SunSpec common model holds them.

    serial: the unit's own, given by its board.
    """

    def __init__(self, serial: str) -> None:
        self.manufacturer = "Wattback"
        self.model = "Wall Connector"
        self.version = VERSION
        self.serial = serial
