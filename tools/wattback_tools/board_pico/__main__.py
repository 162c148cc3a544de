"""`python -m wattback_tools.board_pico`: write the board's page and drawing, or `--check` them."""

import argparse
import sys
from pathlib import Path

from wattback_tools.board_pico.drawing import drawing
from wattback_tools.board_pico.page import page

_ROOT = Path(__file__).resolve().parents[3]


def outputs() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    return {
        _ROOT / "docs/board_pico.md": page(),
        _ROOT / "docs/board_pico.svg": drawing(),
    }


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 1 when `--check` has found a file that differs."""
    parser = argparse.ArgumentParser(
        prog="python -m wattback_tools.board_pico",
        description="Generate the page and the drawing of the Pico board.",
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
            print(f"{name} is out of date: run `python -m wattback_tools.board_pico`")
        else:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
