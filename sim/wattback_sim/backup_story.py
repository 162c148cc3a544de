"""The story of a home in an outage: each step of it, what refused it, and what the gateway did."""

from collections.abc import Callable

from wattback.backup.steps import REFUSAL_NAMES, REFUSED_NONE, STATE_NAMES
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.texts import BACKUP_REFUSAL_TEXTS, BACKUP_TEXTS

_STATE = AT["backup_state"]
_REFUSAL = AT["backup_refusal"]


class BackupStory:
    """Watches one board in a site with a gateway. add: takes kind and sentence."""

    def __init__(self, board: SimulatedBoard, add: Callable[[str, str], None]) -> None:
        self._board = board
        self._add = add
        self._state = STATE_NAMES.index("grid")
        self._refusal = REFUSED_NONE
        self._switch_closed = True

    def restarted(self) -> None:
        """The board has lost its power."""
        self._state = STATE_NAMES.index("grid")
        self._refusal = REFUSED_NONE

    def watch(self) -> None:
        """Compare this tick with the one before."""
        gateway = self._board.world.gateway
        if gateway is None:
            return
        if gateway.switch.closed != self._switch_closed:
            self._switch_closed = gateway.switch.closed
            side = "joins home and grid" if self._switch_closed else "cuts the home off its grid"
            self._add("site", f"the gateway {side}")
        answer = self._board.answer
        if answer[_STATE] != self._state:
            self._state = answer[_STATE]
            if self._board.clock.now_us > 1_000_000:  # what it finds when it boots is no step
                self._add("connector", BACKUP_TEXTS[STATE_NAMES[self._state]])
        if answer[_REFUSAL] != self._refusal:
            self._refusal = answer[_REFUSAL]
            if self._refusal != REFUSED_NONE:
                text = BACKUP_REFUSAL_TEXTS[REFUSAL_NAMES[self._refusal]]
                self._add("connector", f"no backup: {text}")
