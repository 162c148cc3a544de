"""Traces: what a run looked like, one row a sampled tick, as CSV.

The columns are a promise to other people's programs; their order is DESIGN's, new ones come at the
end. Enumerated values are the names of the firmware's own tables.
"""

import csv
from collections.abc import Callable
from typing import TextIO

from wattback.backup.steps import STATE_NAMES as BACKUP_NAMES
from wattback.contactor import CAUSE_NAMES
from wattback.export import WAIT_NAMES as EXPORT_WAIT_NAMES
from wattback.fault_table import FAULTS
from wattback.limits import MODE_NAMES, OWNER_NAMES
from wattback.pilot import STATE_NAMES as PILOT_NAMES
from wattback.session import STATE_NAMES as SESSION_NAMES
from wattback.session import WAIT_NAMES
from wattback.targets import OWNER_NAMES as TARGET_OWNER_NAMES
from wattback_sim.board import AT, SimulatedBoard

Cell = int | str
_FAULT_NAMES = tuple(row[0] for row in FAULTS)


def fault_names(bits: int) -> list[str]:
    """Names of the faults whose bits are set, in table order."""
    return [name for index, name in enumerate(_FAULT_NAMES) if bits & (1 << index)]


def wait_names(bits: int) -> list[str]:
    """Names of what is waited for, in table order."""
    return [name for index, name in enumerate(WAIT_NAMES) if bits & (1 << index)]


def export_wait_names(bits: int) -> list[str]:
    """Names of why nothing is exported, in table order."""
    return [name for index, name in enumerate(EXPORT_WAIT_NAMES) if bits & (1 << index)]


def _word(name: str) -> Callable[[SimulatedBoard], Cell]:
    at = AT[name]
    return lambda board: board.answer[at]


def _named(name: str, names: tuple[str, ...]) -> Callable[[SimulatedBoard], Cell]:
    at = AT[name]
    return lambda board: names[board.answer[at]]


# Enumerated columns and their values, for people and for `wattback sim parameters`.
ENUMERATED: dict[str, tuple[str, ...]] = {
    "pilot_state": PILOT_NAMES,
    "open_cause": CAUSE_NAMES,
    "session_state": SESSION_NAMES,
    "mode": MODE_NAMES,
    "import_limit_owner": OWNER_NAMES,
    "export_limit_owner": OWNER_NAMES,
    "faults": _FAULT_NAMES,
    "waiting_for": WAIT_NAMES,
    "target_owner": TARGET_OWNER_NAMES,
    "export_waits": EXPORT_WAIT_NAMES,
    "backup_state": BACKUP_NAMES,
}
# Columns whose cell is a set of names joined by ";".
SETS = ("faults", "waiting_for", "export_waits")

COLUMNS: dict[str, Callable[[SimulatedBoard], Cell]] = {
    "t_ms": lambda board: board.clock.now_us // 1000,
    "pilot_state": _named("pilot_state", PILOT_NAMES),
    "pilot_high_mv": _word("pilot_high_mv"),
    "pilot_low_mv": _word("pilot_low_mv"),
    "duty_bp": _word("duty_bp"),
    "contactor_commanded": _word("contactor_commanded"),
    "contactor_confirmed": _word("contactor_confirmed"),
    "open_cause": _named("open_cause", CAUSE_NAMES),
    "session_state": _named("session_state", SESSION_NAMES),
    "mode": _named("mode", MODE_NAMES),
    "in_service": _word("in_service"),
    "grid_switch_closed": _word("grid_switch_closed"),
    "import_limit_ma": _word("import_limit_ma"),
    "export_limit_ma": _word("export_limit_ma"),
    "import_limit_owner": _named("import_limit_owner", OWNER_NAMES),
    "export_limit_owner": _named("export_limit_owner", OWNER_NAMES),
    "target_w": _word("target_w"),
    "power_w": _word("power_w"),
    "reactive_var": _word("reactive_var"),
    "voltage_l1_mv": _word("voltage_l1_mv"),
    "voltage_l2_mv": _word("voltage_l2_mv"),
    "current_ma": _word("current_ma"),
    "frequency_millihertz": _word("frequency_millihertz"),
    "soc_bp": lambda board: int(board.world.battery.soc * 10000),
    "import_wh": _word("import_wh"),
    "export_wh": _word("export_wh"),
    "faults": lambda board: ";".join(fault_names(board.answer[AT["faults"]])),
    "offered_ma": _word("offered_ma"),
    "waiting_for": lambda board: ";".join(wait_names(board.answer[AT["waiting_for"]])),
    "target_owner": _named("target_owner", TARGET_OWNER_NAMES),
    "export_waits": lambda board: ";".join(export_wait_names(board.answer[AT["export_waits"]])),
    "backup_state": _named("backup_state", BACKUP_NAMES),
    "island_wh": _word("island_wh"),
    "island_import_wh": _word("island_import_wh"),
}


class Trace:
    """Rows of one run, written as they come, kept in memory, or both.

    every_ms: a row at each multiple of it. While the board has no power there are no rows.
    """

    def __init__(self, every_ms: int, out: TextIO | None = None, keep: bool = True) -> None:
        self.rows: list[list[str]] = []
        self._keep = keep
        self._every_us = every_ms * 1000
        self._cells = tuple(COLUMNS.values())
        self._writer = csv.writer(out, lineterminator="\n") if out is not None else None
        if self._writer is not None:
            self._writer.writerow(COLUMNS)

    def record(self, board: SimulatedBoard) -> None:
        """Add this tick's row if it is one of those to keep."""
        if board.clock.now_us % self._every_us or not (self._keep or self._writer):
            return
        row = [str(cell(board)) for cell in self._cells]
        if self._keep:
            self.rows.append(row)
        if self._writer is not None:
            self._writer.writerow(row)
