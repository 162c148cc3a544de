"""`python -m wattback_tools.backup_page`: write the page of the backup, or `--check` it."""

import sys
from pathlib import Path

from wattback_tools.backup_page.page import page
from wattback_tools.generated import write_or_check

_ROOT = Path(__file__).resolve().parents[3]


def outputs() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    return {_ROOT / "docs/backup.md": page()}


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 1 when `--check` has found a file that differs."""
    return write_or_check(
        "wattback_tools.backup_page",
        "Generate the page of the backup.",
        _ROOT,
        outputs,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
