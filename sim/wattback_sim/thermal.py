"""What warms up: the board in its box, the terminals of the supply's wires, the handle.

Each place is of first order: it moves towards its surroundings plus a rise that goes with the
square of the current. The box surrounds the terminals, the ambient the box and the handle.
"""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

_RATED_A2 = 48.0 * 48.0
_STEP_S = 0.0995  # ten ticks of 10 ms make a step, whatever their sum is rounded to


@dataclass(slots=True)
class ThermalParameters:
    """Section `thermal`. The defaults are a sound 48 A unit, as assumed here."""

    ambient_c: float = parameter(25.0, "degC", -60.0, 120.0, "around the box, the sun included")
    board_rise_k: float = parameter(12.0, "K", 0.0, 100.0, "board above ambient at 48 A")
    terminal_rise_k: float = parameter(15.0, "K", 0.0, 100.0, "terminal above board at 48 A")
    terminal_loosening: float = parameter(
        1.0, "", 0.1, 20.0, "factor on the terminal's rise: 4 is a loose one"
    )
    handle_rise_k: float = parameter(12.0, "K", 0.0, 100.0, "handle above ambient at 48 A")
    board_time_s: float = parameter(600.0, "s", 1.0, 36000.0, "time constant of the box")
    terminal_time_s: float = parameter(300.0, "s", 1.0, 36000.0, "time constant of a terminal")
    handle_time_s: float = parameter(600.0, "s", 1.0, 36000.0, "time constant of the handle")


class Thermal:
    """board_c, terminal_c, handle_c: temperatures after the last `advance`; ambient at first."""

    def __init__(self, parameters: ThermalParameters) -> None:
        self.parameters = parameters
        self.board_c = parameters.ambient_c
        self.terminal_c = parameters.ambient_c
        self.handle_c = parameters.ambient_c
        self._waiting_s = 0.0
        self._waiting_a2s = 0.0

    def advance(self, dt_s: float, current_a: float) -> None:
        """Let `current_a` flow for `dt_s` seconds; its sign does not matter."""
        self._waiting_s += dt_s
        self._waiting_a2s += current_a * current_a * dt_s
        if self._waiting_s >= _STEP_S:
            self._step(self._waiting_s, self._waiting_a2s / self._waiting_s / _RATED_A2)
            self._waiting_s = 0.0
            self._waiting_a2s = 0.0

    def _step(self, dt_s: float, heat: float) -> None:
        # Implicit steps: stable at any length, and the same digits on every machine.
        p = self.parameters
        goal_c = p.ambient_c + p.board_rise_k * heat
        self.board_c += (goal_c - self.board_c) * dt_s / (p.board_time_s + dt_s)
        goal_c = self.board_c + p.terminal_rise_k * p.terminal_loosening * heat
        self.terminal_c += (goal_c - self.terminal_c) * dt_s / (p.terminal_time_s + dt_s)
        goal_c = p.ambient_c + p.handle_rise_k * heat
        self.handle_c += (goal_c - self.handle_c) * dt_s / (p.handle_time_s + dt_s)
