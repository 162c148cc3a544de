"""What is fixed at the unit besides the supply: its switches, its earth, its proximity wire."""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

NOTHING_OHM = 1_000_000.0  # where no wire is


@dataclass(slots=True)
class InstallationParameters:
    """Section `installation`."""

    emergency_stop: bool = parameter(False, "", 0, 1, "pressed, or its wire is broken")
    disconnect_open: bool = parameter(False, "", 0, 1, "the lockable disconnect, or its wire")
    reset_button: bool = parameter(False, "", 0, 1, "held down, on the unit")
    handle_loose: bool = parameter(
        False, "", 0, 1, "button of a wired handle, or an adapter that is not latched"
    )
    earth_ohm: float = parameter(1.0, "ohm", 0.0, NOTHING_OHM, "of the protective earth")
    proximity_ohm: float = parameter(
        NOTHING_OHM, "ohm", 0.0, NOTHING_OHM, "from the proximity pin to earth"
    )
