"""What a test can do to the world around a board: the verbs of scenarios, wherever the board is.

One form of orders, that of `wattback_sim.control`: a simulated board's world takes them in this
process, a served board's over its control socket. A board that stands alone can be told nothing.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from wattback_hil.errors import BenchError, MisuseError


class Orders(Protocol):
    """Whoever carries out orders: `wattback_sim.control.Control`, or a socket that leads to it."""

    def answer(self, line: bytes) -> bytes:
        """One JSON object for one JSON object."""


class Surroundings(Protocol):
    """The world of one board. acts: how often it was told something."""

    acts: int

    def act(self, action: str, arguments: Mapping[str, object]) -> None:
        """Do an action of a scenario, such as "vehicle.plug_in"."""

    def change(self, path: str, to: object, over_s: float) -> None:
        """Set a parameter, at once or as a ramp over a time."""

    def break_part(self, part: str, kind: str, amount: object, for_s: float) -> None:
        """Make a part faulty; for_s 0: until the test ends."""


class World:
    """Surroundings that take orders, and that can be put back."""

    def __init__(self, orders: Orders) -> None:
        self.acts = 0
        self._orders = orders
        self._before: dict[str, object] = {}  # parameters as they were before they were changed
        self._broken: list[dict[str, object]] = []

    def act(self, action: str, arguments: Mapping[str, object]) -> None:
        """See Surroundings. Raises MisuseError with the reason of a refusal."""
        self.acts += 1
        self._order({**arguments, "do": action})

    def change(self, path: str, to: object, over_s: float) -> None:
        """See Surroundings."""
        self.acts += 1
        before = self._read_if_there(path)
        self._order({"set": path, "to": to, "over_s": over_s})
        self._before.setdefault(path, before)

    def break_part(self, part: str, kind: str, amount: object, for_s: float) -> None:
        """See Surroundings."""
        self.acts += 1
        pair: dict[str, object] = {"part": part, "kind": kind}
        much = {} if amount is None else {"amount": amount}
        self._order({"fault": {**pair, **much, "for_s": for_s}})
        self._broken.append(pair)

    def read(self, name: str) -> Any:
        """What an instrument shows, a parameter's value, or a word of the firmware."""
        return self._order({"get": name})["values"][name]

    def put_back(self) -> None:
        """Mend what was broken, set what was set to what it was, unplug."""
        while self._broken:
            self._order({"mend": self._broken.pop()})
        while self._before:
            path, value = self._before.popitem()
            self._order({"set": path, "to": value})
        self._order({"do": "vehicle.release_s2"})
        if self.read("world.plugged"):
            self._order({"do": "vehicle.unplug"})

    def power_cycle(self) -> None:
        """Cut the board's own supply and give it back; latched faults are reset."""
        self._order({"do": "connector.cut_power"})
        self._order({"do": "connector.restore_power"})
        self._order({"do": "technician.reset_faults"})

    def _read_if_there(self, path: str) -> object:
        try:
            return self.read(path)
        except MisuseError:
            return None  # setting it will be refused, with the better sentence

    def _order(self, order: Mapping[str, object]) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._orders.answer(json.dumps(order).encode()))
        if "error" in said:
            raise MisuseError(said["error"])
        return said


class NoWorld:
    """A board on a bench that can do nothing to its surroundings. board: how sentences call it."""

    def __init__(self, board: str) -> None:
        self.acts = 0
        self._board = board

    def act(self, action: str, arguments: Mapping[str, object]) -> NoReturn:
        """See Surroundings. Raises BenchError."""
        self._refuse(action)

    def change(self, path: str, to: object, over_s: float) -> NoReturn:
        """See Surroundings. Raises BenchError."""
        self._refuse(f"set {path}")

    def break_part(self, part: str, kind: str, amount: object, for_s: float) -> NoReturn:
        """See Surroundings. Raises BenchError."""
        self._refuse(f"break {part}")

    def _refuse(self, verb: str) -> NoReturn:
        raise BenchError(
            f"{self._board} has no control, so nothing on this bench can do {verb!r}; run this "
            "test on a simulated or served board, or give the board its control in the bench file"
        )
