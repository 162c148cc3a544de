"""Which interpreter runs the firmware when nobody says which."""

import click

from wattback_sim.link.micropython import find_interpreter


def choose_runtime(asked: str | None) -> str:
    """The runtime asked for; else MicroPython, or CPython where there is none, and say so."""
    if asked is not None:
        return asked
    if find_interpreter() is not None:
        return "micropython"
    click.echo("There is no MicroPython for this machine: the firmware runs on CPython.", err=True)
    return "cpython"
