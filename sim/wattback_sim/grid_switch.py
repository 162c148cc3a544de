"""The gateway's switch between grid and home: a main contact and two that tell where it is."""

from typing import NamedTuple

_CLOSED = "stuck_closed"
# Of two live sides that are joined, in pu, Hz and degrees: what is harmless, and what the
# gateway's own check lets pass.
IN_STEP = (0.1, 0.5, 20.0)
CHECKED = (0.15, 1.0, 30.0)


class Closing(NamedTuple):
    """The switch joined two live sides. angle_deg: of the home against the grid."""

    at_us: int
    away_pu: float
    away_hz: float
    angle_deg: float

    def within(self, most: tuple[float, float, float]) -> bool:
        """As harmless as that."""
        voltage_pu, hz, angle_deg = most
        near = self.away_pu <= voltage_pu and abs(self.away_hz) <= hz
        return near and abs(self.angle_deg) <= angle_deg


class Feedback:
    """An auxiliary contact. stuck: "stuck_closed" made, "stuck_open" broken, whatever happens."""

    def __init__(self) -> None:
        self.stuck = ""

    def says(self, made: bool) -> int:
        """What it shows where it should be made, or not."""
        return int(self.stuck == _CLOSED if self.stuck else made)


class GridSwitch:
    """closed: the main contact. moved_us: when it last moved. ordered: where it was told to be.

    stuck: "stuck_closed" or "stuck_open". closed_contact is made while the main contact is closed,
    open_contact while it is open: both are driven by it, and so tell when it is stuck.
    pole_welded: the pole of leg 1 does not part with the other one, which no contact tells.
    """

    def __init__(self) -> None:
        self.closed = True
        self.ordered = True
        self.moved_us = 0
        self.stuck = ""
        self.pole_welded = False
        self.closed_contact = Feedback()
        self.open_contact = Feedback()
        self._due_us = 0

    @property
    def moving(self) -> bool:
        """It has been told to move, and has not yet."""
        return self.closed != self.ordered

    def order(self, closed: bool, due_us: int) -> None:
        """Move, so that it is there at `due_us`; an order that it has already changes nothing."""
        if closed != self.ordered:
            self.ordered = closed
            self._due_us = due_us

    def settle(self, now_us: int) -> None:
        """Be where it is at `now_us`."""
        if self.stuck:
            self._due_us = now_us  # what is mended later moves from then on
            self._move(self.stuck == _CLOSED, now_us)
        elif self.moving and now_us >= self._due_us:
            self._move(self.ordered, self._due_us)

    def _move(self, closed: bool, at_us: int) -> None:
        if closed != self.closed:
            self.closed = closed
            self.moved_us = at_us
