"""`wattback sim utility`: the simulated utility over TCP, for controllers that take part in it.

Orders come by stdin, one JSON object a line (see `wattback_sim.utility.orders`), so that nobody
but who has started it can announce an event. Without any more input it goes on with what it has.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from wattback_cli.exit_codes import ExitCode
from wattback_cli.extras import needing
from wattback_cli.output import answer, guarded
from wattback_sim.allow_list import LOCALLY, is_this_machine
from wattback_sim.errors import BadInputError
from wattback_sim.orders import Lines

UTILITY_PORT = 15022
_PIECE = 4096


@click.command()
@click.option(
    "--host",
    default=LOCALLY.host,
    show_default=True,
    help="Address at which it listens; beyond loopback, with --cert and --key.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=UTILITY_PORT, show_default=True)
@click.option("--cert", type=click.Path(path_type=Path), help="Its certificate chain, PEM.")
@click.option("--key", type=click.Path(path_type=Path), help="The certificate's key, PEM.")
@click.option("--client-id", required=True, help="Of the controller that may ask.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path),
    required=True,
    help="That controller's secret, alone on one line; readable by its owner alone.",
)
@click.option("--programme", required=True, help="Name of the programme that it offers.")
@click.option("--json", "as_json", is_flag=True, help="Say where it is as one JSON line.")
@guarded
def utility(
    host: str,
    port: int,
    cert: Path | None,
    key: Path | None,
    client_id: str,
    secret_file: Path,
    programme: str,
    as_json: bool,
) -> None:
    """Serve a simulated utility (OpenADR 3) until it is interrupted; orders come by stdin."""
    tls = _tls(host, cert, key)
    with needing("controller", "the simulated utility"):
        from wattback_controller.secrets import read_secret
        from wattback_sim.utility.access import Account
        from wattback_sim.utility.orders import UtilityOrders
        from wattback_sim.utility.served import serve_utility
        from wattback_sim.utility.vtn import Utility
    account = Account(client_id, read_secret(secret_file), "ven")
    world = Utility(time.time, [account])
    orders = UtilityOrders(world, world.create_program(programme), time.time)
    served = serve_utility(world, host, port, tls)
    ended_by: list[int] = []
    ended, ending = os.pipe()

    def end(number: int, _frame: object) -> None:
        ended_by.append(number)
        os.write(ending, b"\n")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    served.start()
    try:
        if as_json:
            answer({"url": served.address, "programme": programme, "client_id": client_id})
        else:
            click.echo(f"{programme!r} at {served.address}, for {client_id!r}.")
            click.echo("Serving; events come by stdin as JSON; end it with Ctrl-C.")
        _obey_stdin(orders.answer, ended)
    finally:
        served.stop()
    sys.exit(ExitCode.INTERRUPTED if signal.SIGINT in ended_by else ExitCode.DONE)


def _tls(host: str, cert: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """Files of the certificate and of its key. Raises BadInputError."""
    if (cert is None) != (key is None):
        raise BadInputError("a certificate is no use without its key: give both --cert and --key")
    if cert is not None and key is not None:
        return cert, key
    if not is_this_machine(host):
        raise BadInputError(
            f"at {host} others than this machine could read the secret and the tokens: give "
            "--cert and --key"
        )
    return None


def _obey_stdin(obey: Callable[[bytes], bytes], ended: int) -> None:
    """Answer each line until there is something to read from `ended`."""
    watched = [ended] if sys.stdin is None else [ended, sys.stdin.fileno()]
    lines = Lines()
    while ended not in (ready := select.select(watched, [], [])[0]):
        for line in lines.take(os.read(ready[0], _PIECE)):
            click.echo(obey(line))
        if lines.over:
            watched = [ended]
