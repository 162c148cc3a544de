"""Whoever measures: someone at the keyboard, a file of answers, or nobody."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from wattback_sim.errors import BadInputError, suggestion
from wattback_tools.board_checks.checks import YES_NO, Check

_WORDS = {"yes": 1.0, "y": 1.0, "no": 0.0, "n": 0.0}


class Nobody:
    """Nothing is connected, nothing is measured."""

    def value(self, check: Check, question: str) -> float | None:
        """See running.Person."""
        return None

    def ready(self, check: Check, request: str) -> bool:
        """See running.Person."""
        return False


class Keyboard:
    """Asks on stderr, so that stdout stays one document. Enter alone skips."""

    def value(self, check: Check, question: str) -> float | None:
        """See running.Person."""
        about = question if check.reference else f"{check.what}\n  {question}"
        while True:
            said = self._asked(f"{check.id}: {about}; {check.limits()} is good; Enter skips")
            if not said:
                return None
            number = as_number(check, said)
            if number is not None:
                return number
            click.echo(f"{said!r} is no answer: expected {_expected(check)}", err=True)

    def ready(self, check: Check, request: str) -> bool:
        """See running.Person."""
        return bool(self._asked(f"{check.id}: {request}; type ok when it is done; Enter skips"))

    def _asked(self, text: str) -> str:
        said: str = click.prompt(text, default="", show_default=False, err=True)
        return said.strip()


class Answers:
    """A JSON object: id of a row to number, "yes", "no", or null for what was not measured.

    A row that needs something connected is run when the file has it: with the reference meter's
    reading, or with "ready". Nobody cuts the power for a file: what needs that is not measured.
    """

    def __init__(self, path: Path, checks: Iterable[Check]) -> None:
        rows = {check.id: check for check in checks}
        try:
            answers = json.loads(path.read_text("utf-8"))
        except OSError as error:
            raise BadInputError(f"{path}: {error.strerror}") from None
        except ValueError as error:
            raise BadInputError(f"{path} is no JSON: {error}") from None
        if not isinstance(answers, dict):
            raise BadInputError(f"{path} is no JSON object of answers by the rows' names")
        for name, answer in answers.items():
            if name not in rows:
                raise BadInputError(f"{path}: there is no row {name!r}{suggestion(name, rows)}")
            if not _fits(rows[name], answer):
                raise BadInputError(
                    f"{path}: {name} is {answer!r}; expected {_expected(rows[name])}, or null"
                )
        self._answers = answers

    def value(self, check: Check, question: str) -> float | None:
        """See running.Person."""
        answer = self._answers.get(check.id)
        return None if answer is None else as_number(check, str(answer))

    def ready(self, check: Check, request: str) -> bool:
        """See running.Person."""
        return request == check.needs and self._answers.get(check.id) is not None


def as_number(check: Check, said: str) -> float | None:
    """A number, or yes and no where that is the unit; None when it is neither."""
    if check.unit == YES_NO and not check.reference:
        return _WORDS.get(said.lower())
    try:
        return float(said.replace(",", "."))
    except ValueError:
        return None


def _fits(check: Check, answer: object) -> bool:
    if answer is None:
        return True
    if not check.is_asked and not check.reference:
        return answer == "ready" and bool(check.needs)
    if isinstance(answer, bool) or not isinstance(answer, (int, float, str)):
        return False
    return as_number(check, str(answer)) is not None


def _expected(check: Check) -> str:
    if check.is_asked and check.unit == YES_NO:
        return "yes or no"
    if check.is_asked or check.reference:
        return "a number"
    return '"ready"' if check.needs else "nothing, because the board measures it alone"
