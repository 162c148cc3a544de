"""`wattback flash`: the firmware onto a board, verified there, started, and asked who it is."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import Any

import click

from wattback_cli.output import answer, guarded
from wattback_hil.console.answers import Hello
from wattback_sim.pico.board_files import SETTINGS
from wattback_sim.site_profiles import Profile, find_profile
from wattback_tools.flashing import steps
from wattback_tools.flashing.board_files import BoardFiles, BoardIdentity, check_mpy
from wattback_tools.flashing.confirm import confirm
from wattback_tools.flashing.firmware_files import compiled_files, firmware_version, settings_file
from wattback_tools.flashing.repl import BoardRepl


@click.command()
@click.argument("port")
@click.option("--console", help="Serial port of the unit's console, to confirm what has started.")
@click.option(
    "--profile",
    "profile_name",
    help="The kind of site to begin with; `wattback profiles` lists them.",
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help="The installer's settings (JSON), over the profile's; without either those on the board "
    "stay.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=20.0,
    show_default=True,
    help="Seconds that the unit may take to answer on its console.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@guarded
def flash(
    port: str,
    console: str | None,
    profile_name: str | None,
    settings: Path | None,
    wait_s: float,
    as_json: bool,
) -> None:
    """Copy the firmware to the Pico on PORT (its USB), verify it there, and start it.

    The unit stops while it is flashed, its outputs safe. Only what differs is copied; a flash that
    was interrupted starts nothing, and is completed by the next one.
    """
    say = (lambda text: None) if as_json else click.echo
    profile = None if profile_name is None else find_profile(profile_name)
    chosen = settings is not None or profile is not None
    extra = {SETTINGS: settings_file(settings, profile)} if chosen else {}
    files = extra | compiled_files()
    repl = BoardRepl(port)
    try:
        board = BoardFiles(repl)
        who = board.identity()
        check_mpy(who, files)
        say(f"{who.machine}, serial {who.serial}, MicroPython {who.micropython}")
        report = steps.flash(board, files, _show_progress if not as_json else _show_nothing)
        say(_report_line(report, firmware_version()))
        if profile is not None:
            say(f"Settings: profile {_in_words(profile)}.")
        board.let_go()
    finally:
        repl.close()
    hello = None
    if console is not None:
        hello = confirm(console, who.serial, firmware_version(), wait_s)
    if as_json:
        answer(flash_document(port, who, report, profile, console, hello))
    elif hello is not None:
        say(f"Started: unit {hello.serial} says that it runs firmware {hello.fw}.")
    else:
        say("Started; its version was not confirmed, because no --console was named.")


def flash_document(
    port: str,
    who: BoardIdentity,
    report: steps.FlashReport,
    profile: Profile | None,
    console: str | None,
    hello: Hello | None,
) -> dict[str, Any]:
    """The answer for a program. profile, confirmed: null where nobody asked for it."""
    return {
        "command": "flash",
        "port": port,
        "board": {
            "machine": who.machine,
            "micropython": who.micropython,
            "serial": who.serial,
        },
        "firmware": firmware_version(),
        "copied": [str(path) for path in report.copied],
        "removed": [str(path) for path in report.removed],
        "unchanged": report.unchanged,
        "profile": None
        if profile is None
        else {"name": profile.name, "version": profile.version, "hash": profile.hash},
        "confirmed": None
        if hello is None
        else {"console": console, "serial": hello.serial, "firmware": hello.fw},
    }


def _in_words(profile: Profile) -> str:
    return f"{profile.name}, version {profile.version} ({profile.hash})"


def _report_line(report: steps.FlashReport, version: str) -> str:
    if not report.copied and not report.removed:
        return f"Firmware {version} is there already: {report.unchanged} files, each verified."
    gone = f", {len(report.removed)} of an earlier one removed" if report.removed else ""
    return (
        f"Firmware {version}: {len(report.copied)} files copied and verified on the board, "
        f"{report.unchanged} were there{gone}."
    )


def _show_progress(done: int, total: int, path: PurePosixPath) -> None:
    """One line that is written over on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return
    click.echo(f"\r\x1b[K{done + 1} of {total}: {path}", nl=False, err=True)
    if done + 1 == total:
        click.echo("\r\x1b[K", nl=False, err=True)


def _show_nothing(done: int, total: int, path: PurePosixPath) -> None:
    """For programs."""
