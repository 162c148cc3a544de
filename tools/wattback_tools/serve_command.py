"""`wattback sim serve`: a simulated board in real time, for programs that open ports."""

import math
import signal
import sys
from pathlib import Path
from typing import Any

import click

from wattback_cli.exit_codes import ExitCode
from wattback_cli.output import answer, guarded
from wattback_sim.allow_list import LOCALLY, listen_at
from wattback_sim.errors import FirmwareStoppedError
from wattback_sim.link import RUNTIMES
from wattback_sim.player import open_site
from wattback_sim.scenario import load_scenario
from wattback_sim.serve import CONTROL_PORT, MODBUS_PORT, Server
from wattback_sim.site import Site
from wattback_tools.runtimes import choose_runtime

_LABELS = {
    "console": "serial console",
    "modbus_rtu": "Modbus RTU",
    "unit_id": "unit of both",
    "modbus_tcp": "Modbus TCP",
    "control": "control",
}


class _Speed(click.FloatRange):
    """A range that nan, which no comparison finds outside, does not fit."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """See click."""
        speed = float(super().convert(value, param, ctx))
        if math.isnan(speed):
            self.fail(f"{value} is not in the range {self.min}<=x<={self.max}.", param, ctx)
        return speed


@click.command()
@click.option(
    "--speed",
    type=_Speed(0.01, 1000.0),
    default=1.0,
    show_default=True,
    help="Simulated seconds a second.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all noise.")
@click.option(
    "--runtime",
    type=click.Choice(RUNTIMES),
    help="Interpreter for the firmware; without it MicroPython, or CPython where there is none.",
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    help="Begin with this file's world and settings; what it does happens too, once.",
)
@click.option("--modbus-port", type=click.IntRange(0, 65535), default=MODBUS_PORT)
@click.option(
    "--modbus-bind",
    default=LOCALLY.host,
    show_default=True,
    help="Address of this machine at which Modbus TCP listens; beyond loopback, with --allow.",
)
@click.option(
    "--allow",
    multiple=True,
    help="Address or network that may come to Modbus TCP, such as 192.168.1.0/24; repeatable.",
)
@click.option("--control-port", type=click.IntRange(0, 65535), default=CONTROL_PORT)
@click.option("--json", "as_json", is_flag=True, help="Say where everything is as one JSON line.")
@guarded
def serve(
    speed: float,
    seed: int,
    runtime: str | None,
    scenario: Path | None,
    modbus_port: int,
    modbus_bind: str,
    allow: tuple[str, ...],
    control_port: int,
    as_json: bool,
) -> None:
    """Serve a simulated board in real time until it is interrupted: two PTYs, two TCP ports."""
    modbus = listen_at(modbus_bind, allow)
    loaded = load_scenario(scenario) if scenario is not None else None
    chosen = choose_runtime(runtime)
    site = Site(chosen, seed) if loaded is None else open_site(loaded, chosen, seed)
    server = Server(site, speed, modbus_port, control_port, _complain, modbus)
    ended_by: list[int] = []

    def end(number: int, _frame: object) -> None:
        ended_by.append(number)
        server.stop()

    try:
        server.start()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        _introduce(server, as_json)
        server.run()
    except FirmwareStoppedError as error:
        _complain(str(error))
        sys.exit(ExitCode.FAILED)
    finally:
        server.close()
    sys.exit(ExitCode.INTERRUPTED if signal.SIGINT in ended_by else ExitCode.DONE)


def _introduce(server: Server, as_json: bool) -> None:
    addresses = server.addresses()
    if as_json:
        answer(addresses)
    else:
        for name, address in addresses.items():
            click.echo(f"{_LABELS[name]:15} {address}")
        click.echo("Serving; end it with Ctrl-C.")
    sys.stdout.flush()


def _complain(text: str) -> None:
    click.echo(f"wattback: {text}", err=True)
