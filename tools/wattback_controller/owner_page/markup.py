"""Pieces of HTML that every part of the page is made of: escaped, whatever the text is."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

TOKEN_FIELD = "token"


def foreign(text: str) -> str:
    """A text that others have written: escaped, and its direction of writing kept to itself."""
    return f"<bdi>{escape(text)}</bdi>"


def form(action: str, token: str, hidden: Mapping[str, str], inside: str) -> str:
    """A form that changes something. inside: HTML of its fields and buttons."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in {TOKEN_FIELD: token, **hidden}.items()
    )
    return f'<form method="post" action="{action}">{fields}{inside}</form>'
