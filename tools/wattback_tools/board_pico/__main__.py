"""`python -m wattback_tools.board_pico`: write the board's page and drawing, or `--check` them."""

import sys
from pathlib import Path

from wattback_tools.board_pico.drawing import drawing
from wattback_tools.board_pico.page import page
from wattback_tools.generated import write_or_check

_ROOT = Path(__file__).resolve().parents[3]


def outputs() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    return {
        _ROOT / "docs/board_pico.md": page(),
        _ROOT / "docs/board_pico.svg": drawing(),
    }


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 1 when `--check` has found a file that differs."""
    return write_or_check(
        "wattback_tools.board_pico",
        "Generate the page and the drawing of the Pico board.",
        _ROOT,
        outputs,
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
