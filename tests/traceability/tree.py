"""The files of a checkout as texts and syntax trees: a changed copy is cheap to look at."""

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = "firmware/wattback/"
_FOLDERS = (("firmware/wattback", "*.py"), ("tests", "*.py"), ("tests/defects", "*.patch"))


class Tree:
    """files: text by path below the root, with slashes."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)

    def with_file(self, name: str, text: str) -> "Tree":
        """A copy in which one file has another text."""
        return Tree({**self.files, name: text})

    def below(self, folder: str, suffix: str = ".py") -> Iterator[tuple[str, str]]:
        """Path and text of each file below a folder, in order."""
        for name in sorted(self.files):
            if name.startswith(folder) and name.endswith(suffix):
                yield name, self.files[name]


def checkout() -> Tree:
    """This one: the firmware, the tests, and the patches of the seeded defects."""
    paths = {path for folder, glob in _FOLDERS for path in (ROOT / folder).rglob(glob)}
    return Tree(
        {
            path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
            for path in paths
            if "__pycache__" not in path.parts
        }
    )


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(text)


@lru_cache(maxsize=4096)
def symbols(text: str) -> tuple[tuple[int, int, str], ...]:
    """First line, last line and name of what a module consists of, inner ones after outer ones.

    A name is that of a class, a function, a method with its class, or a constant; what adds to a
    constant later is a part of it.
    """
    return tuple(_symbols(parsed(text).body, ""))


def _symbols(body: list[ast.stmt], outer: str) -> Iterator[tuple[int, int, str]]:
    adds = _adding(body)
    for node in body:
        end = node.end_lineno or node.lineno
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield first, end, outer + node.name
            yield from _symbols(node.body, f"{outer}{node.name}.")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not outer:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(targets[0], ast.Name):
                yield node.lineno, end, targets[0].id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not outer:
            name = ast.unparse(node.value.func)
            if name in adds:
                yield node.lineno, end, adds[name]


def _adding(body: list[ast.stmt]) -> dict[str, str]:
    """Short names for the method `add` of a constant, as in `_row = ROWS.add`, with its name."""
    return {
        ast.unparse(node.targets[0]): ast.unparse(node.value.value)
        for node in body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "add"
    }


def symbol_at(text: str, line: int) -> str:
    """The innermost symbol that holds a line; "" at the level of the module."""
    holding = [name for first, last, name in symbols(text) if first <= line <= last]
    return holding[-1] if holding else ""


def symbol_from(text: str, line: int) -> str:
    """The same, or, where none holds the line, the first that begins after it."""
    following = [name for first, _, name in symbols(text) if first > line]
    return symbol_at(text, line) or (following[0] if following else "")
