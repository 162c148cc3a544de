"""The vehicle of a test: what a driver does, and what kind of vehicle it is."""

from wattback_hil.surroundings import Surroundings


class Vehicle:
    """Plugs in, unplugs, and is given its parameters (section `vehicle` of a scenario)."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def plug_in(self, max_amps: float | None = None, **parameters: object) -> None:
        """Plug a vehicle in.

        max_amps: what its charger draws at most. parameters: any other of `wattback sim
        parameters`, by its name in section `vehicle`, such as `start_s=3.0`.
        """
        if max_amps is not None:
            parameters["max_current_a"] = max_amps
        self.set(**parameters)
        self._surroundings.act("vehicle.plug_in", {})

    def unplug(self) -> None:
        """Pull the plug."""
        self._surroundings.act("vehicle.unplug", {})

    def set(self, **parameters: object) -> None:
        """Set parameters of the vehicle by their names in section `vehicle`."""
        for name, value in parameters.items():
            self._surroundings.change(f"vehicle.{name}", value, 0.0)
