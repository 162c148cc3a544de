"""CDDL files of `docs/`: what they say about a message, by one of their rules."""

import re
from functools import cache
from pathlib import Path

import pycddl  # type: ignore[import-untyped]

DOCS = Path(__file__).resolve().parents[2] / "docs"


class Cddl:
    """One file. constants: its rules that are a whole number, by name."""

    def __init__(self, name: str) -> None:
        self._text = (DOCS / name).read_text(encoding="utf-8")
        found = re.findall(r"^(\w+) = (\d+)\s*(?:;.*)?$", self._text, re.MULTILINE)
        self.constants = {name: int(number) for name, number in found}
        self._schemas: dict[str, pycddl.Schema] = {}

    def problem(self, rule: str, cbor: bytes) -> str:
        """What is wrong with a message for that rule, "" when nothing is.

        The rule is checked by itself: in a choice of rules pycddl overlooks keys too many.
        """
        if rule not in self._schemas:
            self._schemas[rule] = pycddl.Schema(f"start = {rule}\n{self._text}")
        try:
            self._schemas[rule].validate_cbor(cbor)
        except pycddl.ValidationError as error:
            return str(error)
        return ""


@cache
def vehicle_link() -> Cddl:
    """The vehicle link's file."""
    return Cddl("vehicle_link.cddl")
