"""How soon an export ends: the hazards of exporting, observed as those of charging are."""

from __future__ import annotations

from tests.evidence.figures import Section
from tests.evidence.hazards_exporting import EXPORT_W, EXPORTING_HAZARDS
from tests.evidence.reactions import PHASES, ROWS_A_PROCESS, observe, section


def measure(phases: int = PHASES, rows_a_process: int = ROWS_A_PROCESS) -> Section:
    """Let the hazards of exporting happen."""
    return section(
        "ceasing",
        "Ceasing to export",
        f"The vehicle feeds {EXPORT_W:,} W, asked for by a Modbus client. Where it must be the "
        "connector that ends the export, the vehicle's inverter feeds on, whatever link, voltage "
        "and frequency do.",
        observe(EXPORTING_HAZARDS, phases, rows_a_process),
    )
