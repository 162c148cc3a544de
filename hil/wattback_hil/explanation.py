"""Why a connector does what it does: its own answers, and a few lines of them for a failed wait.

The conditions under a failed wait come over Modbus, which every board has; answers and log come
over the console, where there is one.
"""

from wattback_hil.console import Console
from wattback_hil.console.answers import Vitals, Why
from wattback_hil.console.log import parse
from wattback_hil.errors import BenchError, HilError
from wattback_hil.registers import ModbusClient
from wattback_sim.texts import WAIT_TEXTS

_LAST_LINES = 4


class Explanation:
    """Of one board. board: how sentences call it. console: None where the bench has none."""

    def __init__(self, board: str, modbus: ModbusClient, console: Console | None) -> None:
        self._board = board
        self._modbus = modbus
        self._console = console

    def why(self) -> Why:
        """Its answer to why. Raises BenchError without a console."""
        return self._asked().why()

    def vitals(self) -> Vitals:
        """Everything it measures and has decided. Raises BenchError without a console."""
        return self._asked().vitals()

    def when_stuck(self) -> list[str]:
        """Conditions open and met, what stands behind them, and the last lines of the log."""
        try:
            lines = self._conditions()
        except HilError as error:
            lines = [f"it cannot be asked why: {error}"]
        return lines + self._log()

    def _asked(self) -> Console:
        if self._console is None:
            raise BenchError(f"{self._board} has no console to ask: name it in the bench file")
        return self._console

    def _conditions(self) -> list[str]:
        read = self._modbus.read
        waits = self._modbus.read_names("waiting_for")
        waited = [f"{name} ({WAIT_TEXTS[name]})" for name in waits]
        met = [name for name in WAIT_TEXTS if name not in waits]
        faults = self._modbus.read_names("faults")
        return [
            f"open: {', '.join(waited) or 'nothing'}",
            f"met: {', '.join(met) or 'nothing'}",
            f"pilot {str(read('pilot_state')).upper()}, charging limit "
            f"{self._modbus.read_number('import_limit'):g} A by {read('import_limit_owner')}, "
            f"faults: {', '.join(faults) or 'none'}",
        ]

    def _log(self) -> list[str]:
        if self._console is None:
            return []
        try:
            self._console.faults()  # whatever it has said before is read along with the answer
        except HilError as error:
            return [f"its console: {error}"]
        told = [text.strip() for text in self._console.texts if parse(text) is not None]
        return [f"log: {text}" for text in told[-_LAST_LINES:]]
