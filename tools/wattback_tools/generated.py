"""Generated files: written anew, or only held against what they should be."""

import argparse
from collections.abc import Callable
from pathlib import Path


def write_or_check(
    module: str,
    description: str,
    root: Path,
    outputs: Callable[[], dict[Path, str]],
    arguments: list[str] | None,
) -> int:
    """The command `python -m MODULE [--check]`. Returns 0, or 1 when `--check` finds a difference.

    outputs: every generated file and what must stand in it. root: their names are told from there.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
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
        name = path.relative_to(root).as_posix()
        if only_check:
            print(f"{name} is out of date: run `python -m {module}`")
        else:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 1 if only_check and stale else 0
