"""`python -m wattback_tools.registers`: write the generated files, or `--check` them."""

import argparse
import sys
from pathlib import Path

from wattback_tools.registers.document import document
from wattback_tools.registers.firmware_tables import firmware_tables
from wattback_tools.registers.host_table import host_table
from wattback_tools.registers.models import VENDOR_FILE, vendor_text
from wattback_tools.registers.plan import make_plan

_ROOT = Path(__file__).resolve().parents[3]


def outputs() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    plan = make_plan()
    return {
        VENDOR_FILE: vendor_text(),
        _ROOT / "firmware/wattback/modbus/tables.py": firmware_tables(plan),
        _ROOT / "sim/wattback_sim/registers.csv": host_table(plan),
        _ROOT / "docs/registers.md": document(plan),
    }


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 1 when `--check` has found a file that differs."""
    parser = argparse.ArgumentParser(
        prog="python -m wattback_tools.registers",
        description="Generate the Modbus register map for firmware, host and readers.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a file is out of date"
    )
    only_check = parser.parse_args(arguments).check
    stale = [
        (path, text)
        for path, text in outputs().items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path, text in stale:
        name = path.relative_to(_ROOT).as_posix()
        if only_check:
            print(f"{name} is out of date: run `python -m wattback_tools.registers`")
        else:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
