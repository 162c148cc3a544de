"""What a row of the tables of the world's faults says: `faults`, `gateway_faults`."""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_sim.world import World


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row. owner.attribute of the world takes `broken`, or the amount, and later `sound`.

    unit: of the amount, "" where there is none; low, high: its range.
    """

    part: str
    kind: str
    text: str
    owner: Callable[[World], object]
    attribute: str
    broken: bool | str
    sound: bool | str | float
    unit: str = ""
    low: float = 0.0
    high: float = 0.0

    def break_it(self, world: World, amount: float) -> None:
        """Make the part faulty; `amount` counts where the kind has one."""
        setattr(self.owner(world), self.attribute, amount if self.unit else self.broken)

    def mend(self, world: World) -> None:
        """Make the part sound again."""
        setattr(self.owner(world), self.attribute, self.sound)
