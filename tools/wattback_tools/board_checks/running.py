"""Runs the table on a board, and asks a person for the rest.

Every row begins on a board that has forgotten the row before, its outputs safe. A row that needs a
person, where nobody helps, is not measured; one that the board could have measured and did not is
not run, which is told apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from wattback_hil.console import NotReachableError
from wattback_hil.errors import HilError
from wattback_tools.board_checks.checks import YES_NO, Check, Result, Verdict
from wattback_tools.flashing.repl import BoardCodeError, Repl

_RESETS_S = 5.0  # ten times what the watchdog waits
_RUN_S = 120.0  # the longest silence of a row, on silicon a few times less


class Person(Protocol):
    """Whoever measures and connects things: someone at the keyboard, a file, or nobody."""

    def value(self, check: Check, question: str) -> float | None:
        """What was measured; None: nothing was."""

    def ready(self, check: Check, request: str) -> bool:
        """Has this been done? False: it has not, and will not be."""


ConsoleCheck = Callable[[Check], float]


def run_checks(
    checks: Sequence[Check],
    repl: Repl,
    person: Person,
    over_console: ConsoleCheck | None,
) -> Iterator[Result]:
    """Results in the table's order, those over the console last, when the unit runs again."""
    for check in checks:
        if not check.over_console:
            yield _measure(check, repl, person)
    _start_unit(repl)
    for check in checks:
        if check.over_console:
            yield _ask_unit(check, over_console)


def judged(check: Check, value: float, note: str = "") -> Result:
    """A measured value against its limits."""
    if not math.isfinite(value):
        return Result(check, Verdict.NOT_RUN, None, f"{value} is no measurement")
    return Result(check, check.judge(value), value, note)


def _measure(check: Check, repl: Repl, person: Person) -> Result:
    try:
        if check.needs and not person.ready(check, check.needs):
            return Result(check, Verdict.NOT_MEASURED, None, f"nobody has: {check.needs}")
        reference = _reference(check, person)
        if check.reference and reference is None:
            return Result(check, Verdict.NOT_MEASURED, None, "no reading of the reference meter")
        if check.is_asked:
            return _ask_person(check, repl, person)
        value = _run(check, repl, person)
    except HilError as error:
        return Result(check, Verdict.NOT_RUN, None, str(error))
    if value is None:
        return Result(check, Verdict.NOT_MEASURED, None, f"nobody has: {check.needs_then}")
    if reference is not None:
        note = f"the board reads {value:g}, the reference meter {reference:g}"
        return judged(check, 100 * (value / reference - 1), note)
    return judged(check, value)


def _reference(check: Check, person: Person) -> float | None:
    reading = person.value(check, check.reference) if check.reference else None
    return reading or None  # nothing is how many percent of 0?


def _ask_person(check: Check, repl: Repl, person: Person) -> Result:
    if check.hold:
        repl.clear()
        repl.run(check.hold)
    unit = "yes or no" if check.unit == YES_NO else check.unit
    try:
        value = person.value(check, f"{check.method} ({unit})")
    finally:
        if check.hold:
            repl.clear()
    if value is None:
        return Result(check, Verdict.NOT_MEASURED, None, "nobody has measured it")
    return judged(check, value)


def _run(check: Check, repl: Repl, person: Person) -> float | None:
    """What the board prints; None when a person did not do the second part."""
    repl.clear()
    if not check.after:
        return _number(check, repl.run(check.code, _RUN_S))
    with suppress(NotReachableError):  # a reset is what some rows are about
        repl.run(check.code, _RUN_S if check.needs_then else _RESETS_S)
    if check.needs_then and not person.ready(check, check.needs_then):
        return None
    repl.await_return()
    return _number(check, repl.run(check.after, _RUN_S))


def _number(check: Check, printed: str) -> float:
    lines = printed.strip().splitlines()
    try:
        return float(lines[-1])
    except (IndexError, ValueError):
        raise BoardCodeError(
            f"{check.id}: expected a number from the board, and saw {printed.strip()[-80:]!r}"
        ) from None


def _start_unit(repl: Repl) -> None:
    try:
        repl.reset()
    except HilError:
        repl.close()  # what could not be run has said so; a person has to start it again


def _ask_unit(check: Check, over_console: ConsoleCheck | None) -> Result:
    if over_console is None:
        return Result(check, Verdict.NOT_MEASURED, None, "no --console was named")
    try:
        return judged(check, over_console(check))
    except HilError as error:
        return Result(check, Verdict.NOT_RUN, None, str(error))


def of_chip(checks: Sequence[Check], machine: str) -> list[Check]:
    """Rows that a board of this name has."""
    return [check for check in checks if any(chip in machine for chip in check.chips)]


def counted(results: Sequence[Result]) -> Mapping[Verdict, int]:
    """How many rows of each verdict."""
    return {verdict: sum(r.verdict == verdict for r in results) for verdict in Verdict}
