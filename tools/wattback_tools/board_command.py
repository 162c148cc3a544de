"""`wattback board check | checks`: what only a real board can show, measured and recorded."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich import box
from rich.table import Table

from wattback_cli.exit_codes import ExitCode
from wattback_cli.output import answer, check_writable, guarded
from wattback_cli.paper import Paper
from wattback_hil.console import ConsoleError, NotReachableError, attach
from wattback_sim.errors import BadInputError, suggestion
from wattback_tools.board_checks.by_board import BY_BOARD
from wattback_tools.board_checks.by_person import BY_PERSON
from wattback_tools.board_checks.checks import Check, Result, Verdict
from wattback_tools.board_checks.people import Answers, Keyboard, Nobody
from wattback_tools.board_checks.record import (
    Record,
    check_document,
    head_document,
    measured_by,
    result_document,
)
from wattback_tools.board_checks.running import Person, counted, of_chip, run_checks
from wattback_tools.flashing.board_files import BoardFiles
from wattback_tools.flashing.repl import BoardCodeError, BoardRepl, Repl

CHECKS = (*BY_BOARD, *BY_PERSON)

_ECHOES = 200
_ECHO = "0123456789abcdef" * 4
_STARTS_S = 20.0
_VERSION = "from wattback.identity import VERSION\nprint(VERSION)\n"
_COLOURS = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "bold red",
    Verdict.NOT_MEASURED: "dim",
    Verdict.NOT_RUN: "yellow",
}

_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@click.group()
def board() -> None:
    """Measure on a real board what no emulator can show."""


@board.command()
@_json_option
@guarded
def checks(as_json: bool) -> None:
    """List the measurements, their limits and why the emulator does not settle them."""
    if as_json:
        answer({"command": "board checks", "checks": [check_document(c) for c in CHECKS]})
        return
    for check in CHECKS:
        click.echo(f"{check.id}: {check.what}")
        rows = check_document(check)
        click.echo(f"  {rows['measured_by']}: {check.method}")
        if rows["needs"]:
            click.echo(f"  needs: {rows['needs']}")
        click.echo(f"  good: {check.limits()} ({check.source})")
        click.echo(f"  emulator: {check.unproved}")


@board.command()
@click.argument("port")
@click.option("--console", help="Serial port of the unit's console, for the rows that need it.")
@click.option("--only", multiple=True, metavar="ID", help="Only this row; may be repeated.")
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    help="What a person has measured (JSON), instead of asking.",
)
@click.option(
    "--record", type=click.Path(path_type=Path), help="Write every result there (JSON lines)."
)
@_json_option
@guarded
def check(
    port: str,
    console: str | None,
    only: tuple[str, ...],
    answers: Path | None,
    record: Path | None,
    as_json: bool,
) -> None:
    """Measure on the Pico on PORT (its USB), and ask for what a person has to measure.

    The unit stops meanwhile. Ends with 4 when a measurement is out of its limits, with 1 when one
    could not be run. What nobody measures is recorded as not measured, never as passed.
    """
    wanted = _wanted(only)
    person = _person(answers)
    if record is not None:
        check_writable("--record", record)
    repl = BoardRepl(port)
    try:
        who = BoardFiles(repl).identity()
        head = head_document(_now(), port, who, _firmware(repl))
        kept = Record(record)
        kept.add(head)
        results = []
        over_console = None if console is None else (lambda row: _echo_failures(console))
        for result in run_checks(of_chip(wanted, who.machine), repl, person, over_console):
            results.append(result)
            kept.add(result_document(result))
            if not as_json:
                click.echo(f"{result.verdict}: {result.check.id}", err=True)
    finally:
        repl.close()
    numbers = counted(results)
    if as_json:
        rows = [result_document(result) for result in results]
        totals = {verdict.value: count for verdict, count in numbers.items()}
        answer({**head, "results": rows, "totals": totals})
    else:
        Paper().print(_table(results))
        click.echo(", ".join(f"{count} {verdict}" for verdict, count in numbers.items()))
    if numbers[Verdict.FAILED]:
        sys.exit(ExitCode.TEST_FAILED)
    if numbers[Verdict.NOT_RUN]:
        sys.exit(ExitCode.FAILED)


def _wanted(only: tuple[str, ...]) -> list[Check]:
    rows = {check.id: check for check in CHECKS}
    for name in only:
        if name not in rows:
            raise BadInputError(f"there is no row {name!r}{suggestion(name, rows)}")
    return [check for check in CHECKS if not only or check.id in only]


def _person(answers: Path | None) -> Person:
    if answers is not None:
        return Answers(answers, CHECKS)
    return Keyboard() if sys.stdin.isatty() else Nobody()


def _firmware(repl: Repl) -> str:
    try:
        return repl.run(_VERSION).strip()
    except BoardCodeError:
        raise BadInputError(
            f"{repl.url}: there is no Wattback firmware on this board; run `wattback flash` first"
        ) from None


def _echo_failures(console: str) -> float:
    """How many echoes come back wrong, or not at all. Raises HilError when the unit is silent."""
    deadline_s = time.monotonic() + _STARTS_S
    while True:
        try:
            return _echoed(console)
        except NotReachableError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.5)


def _echoed(console: str) -> float:
    failures = 0
    with attach(console) as unit:
        for _ in range(_ECHOES):
            try:
                failures += unit.echo(_ECHO) != _ECHO
            except ConsoleError:
                failures += 1
    return failures


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _table(results: list[Result]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("row", "verdict", "value", "good", "by", "note"):
        table.add_column(column)
    for result in results:
        value = "" if result.value is None else f"{result.value:g}"
        table.add_row(
            result.check.id,
            f"[{_COLOURS[result.verdict]}]{result.verdict}[/]",
            value,
            result.check.limits(),
            measured_by(result.check),
            result.note,
        )
    return table
