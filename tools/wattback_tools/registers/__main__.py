"""`python -m wattback_tools.registers`: write the generated files, or `--check` them."""

import sys
from pathlib import Path

from wattback_tools.generated import write_or_check
from wattback_tools.registers.document import document, grid_code_document
from wattback_tools.registers.firmware_tables import firmware_tables
from wattback_tools.registers.host_table import host_table
from wattback_tools.registers.models import VENDOR_FILES, vendor_text
from wattback_tools.registers.plan import make_plan

_ROOT = Path(__file__).resolve().parents[3]


def outputs() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    plan = make_plan()
    return {
        **{path: vendor_text(number) for number, path in VENDOR_FILES.items()},
        _ROOT / "firmware/wattback/modbus/tables.py": firmware_tables(plan),
        _ROOT / "sim/wattback_sim/registers.csv": host_table(plan),
        _ROOT / "docs/registers.md": document(plan),
        _ROOT / "docs/registers_grid_code.md": grid_code_document(plan),
    }


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 1 when `--check` has found a file that differs."""
    return write_or_check(
        "wattback_tools.registers",
        "Generate the Modbus register map for firmware, host and readers.",
        _ROOT,
        outputs,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
