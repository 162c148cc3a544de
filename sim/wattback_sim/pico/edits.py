"""Pieces of a source put in other pieces' places, every line left where it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """What stands at a place of the source instead. Columns count bytes, lines from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def edit(node: ast.stmt | ast.expr, text: str) -> Edit:
    """An edit of a whole statement or expression."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    return Edit(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text)


def edited(source: str, edits: Iterable[Edit]) -> str:
    """The source with all edits made; no two may overlap."""
    lines = source.encode().splitlines(keepends=True)
    for it in sorted(edits, reverse=True):
        first, last = lines[it.line - 1], lines[it.end_line - 1]
        kept_newlines = b"\n" * (it.end_line - it.line)
        joined = first[: it.column] + it.text.encode() + last[it.end_column :]
        # What a statement of several lines took stays behind it, empty.
        lines[it.line - 1 : it.end_line] = [
            joined + kept_newlines,
            *([b""] * (it.end_line - it.line)),
        ]
    return b"".join(lines).decode()
