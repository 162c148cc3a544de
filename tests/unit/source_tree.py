"""The project's source files and what their syntax trees say, for the tests of architecture."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware" / "wattback"
BOARDS = FIRMWARE / "boards"
# What others generated or downloaded, and what no person reads.
_NOT_OURS = {"out", "dist", "build", "node_modules", "__pycache__"}


def files(root: Path, *suffixes: str) -> list[Path]:
    """Files below a folder, without hidden and generated folders."""
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix in suffixes
        and path.is_file()
        and not any(
            part in _NOT_OURS or part.startswith(".") for part in path.relative_to(ROOT).parts[:-1]
        )
    )


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), name_of(path))


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names that a file imports anywhere in it; `from a import b` is both a and a.b."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            assert node.module is not None
            yield node.module
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def under(name: str, *packages: str) -> bool:
    """A dotted name is one of the packages or lies in one."""
    return any(name == package or name.startswith(package + ".") for package in packages)
