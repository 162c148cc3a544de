"""`wattback status`, `why`, `vitals`, `monitor`: what a technician asks a connector.

They only read, over its serial console, and attaching does not disturb it: nothing is reset, and
nothing is sent but requests to read; `monitor` sends nothing but its greeting.
"""

import json
from typing import Any

import click

from wattback_cli.output import answer, guarded
from wattback_hil.console import NotReachableError, attach
from wattback_hil.console.log import LogLine, parse
from wattback_hil.console.ports import port_names
from wattback_sim.errors import BadInputError
from wattback_tools.technician_views import (
    profile_text,
    status_document,
    status_lines,
    why_document,
    why_lines,
)
from wattback_tools.technician_vitals import vitals_document, vitals_lines

_port_option = click.option(
    "--port",
    help="Serial port, or any pyserial URL; without it the only serial port there is.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@click.command()
@_port_option
@_json_option
@guarded
def status(port: str | None, as_json: bool) -> None:
    """Say what the connector does, on one screen."""
    with attach(chosen(port)) as console:
        seen = (console.hello(), console.vitals(), console.faults(), console.why())
    if as_json:
        answer(status_document(*seen))
    else:
        _say(status_lines(*seen))


@click.command()
@_port_option
@_json_option
@guarded
def why(port: str | None, as_json: bool) -> None:
    """Say why it does not charge, does not export, and why it stopped."""
    with attach(chosen(port)) as console:
        hello, asked = console.hello(), console.why()
        seen = console.vitals()
    power_w = seen.power_w  # what it may do is one thing, what flows another
    if as_json:
        answer(why_document(hello, asked, power_w))
    else:
        _say(why_lines(asked, power_w))
        _say([f"PROFILE: {profile_text(hello, seen.settings_version)}"])


@click.command()
@_port_option
@_json_option
@guarded
def vitals(port: str | None, as_json: bool) -> None:
    """Show everything it measures and has decided."""
    with attach(chosen(port)) as console:
        hello, seen = console.hello(), console.vitals()
    if as_json:
        answer(vitals_document(hello, seen))
    else:
        _say(vitals_lines(hello, seen))


@click.command()
@_port_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
@guarded
def monitor(port: str | None, as_json: bool) -> None:
    """Follow its log until Ctrl-C. A line whose check sum is wrong is marked."""
    with attach(chosen(port)) as console:
        for text in console.follow():
            line = parse(text)
            click.echo(json.dumps(log_document(text, line)) if as_json else log_text(text, line))


def chosen(port: str | None) -> str:
    """The port that was named, or the only one there is."""
    if port == "":
        raise BadInputError(
            "the name after --port is empty: name a serial port like /dev/ttyACM0, or leave the "
            "option out where there is only one"
        )
    if port is not None:
        return port
    found = port_names()
    if not found:
        raise NotReachableError(
            "there is no serial port here: plug the cable in, or name a port with --port"
        )
    if len(found) > 1:
        raise BadInputError(
            f"there are {len(found)} serial ports, name one with --port: {', '.join(found)}"
        )
    return found[0]


def log_text(text: str, line: LogLine | None) -> str:
    """A readable line for a terminal."""
    if line is None:
        return text
    if not line.intact:
        return click.style(f"{text}  (damaged on its way)", dim=True)
    return click.style(text, fg={"W": "yellow", "E": "red"}.get(line.level))


def log_document(text: str, line: LogLine | None) -> dict[str, Any]:
    """A readable line for a program."""
    if line is None:
        return {"text": text}
    return {
        "text": text,
        "intact": line.intact,
        "board_s": line.board_ms / 1000,
        "level": line.level,
        "tag": line.tag,
        "fields": dict(line.fields),
    }


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
