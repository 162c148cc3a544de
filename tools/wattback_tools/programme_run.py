"""A scenario with a programme: the site's controller goes along, and a statement is its end."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from wattback_cli.extras import needing
from wattback_sim.player import Player
from wattback_sim.scenario import Scenario

if TYPE_CHECKING:
    from wattback_controller.simulated import ScenarioController


class Accompanied:
    """The controller beside a player, if its scenario has a programme; its records end with it.

    section: the statement as HTML. sentences: for people. credits: for programs. Raises
    BadInputError.
    """

    def __init__(self, player: Player, scenario: Scenario, stack: ExitStack) -> None:
        self.section = ""
        self.sentences: list[str] = []
        self.credits: list[dict[str, Any]] = []
        self._controller: ScenarioController | None = None
        if scenario.programme is None:
            return
        make = _maker(scenario.path)
        folder = stack.enter_context(TemporaryDirectory(prefix="wattback-"))
        self._controller = make(player, scenario, Path(folder))
        stack.callback(self._controller.close)
        player.companions.append(self._controller)

    def settle(self) -> None:
        """The run is over: what is it worth?"""
        if self._controller is None:
            return
        from wattback_controller.settlement.page import statement_section

        statement = self._controller.statement()
        self.section = statement_section(statement)
        for event in statement.events:
            self.sentences.append(event.sentence)
            self.credits.append(
                {
                    "event": event.name,
                    "paid_wh": event.paid_wh,
                    "credit": str(event.credit),
                    "currency": statement.currency,
                }
            )


def _maker(path: Path) -> type["ScenarioController"]:
    """Not everybody who simulates has the controller's libraries."""
    with needing("controller", f"the [programme] of {path}"):
        from wattback_controller.simulated import ScenarioController
    return ScenarioController
