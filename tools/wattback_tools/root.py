"""The command line's root. Each group of commands has a file of its own, imported when it is asked
for: the simulator takes half a second that a technician does not want to wait.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click

from wattback_cli.exit_codes import EXIT_TEXTS, ExitCode
from wattback_cli.extras import needing
from wattback_cli.output import fail
from wattback_sim.errors import BadInputError

_EPILOG = "Exit codes: " + "; ".join(f"{int(code)} {text}" for code, text in EXIT_TEXTS.items())
_MODULES = {
    "board": "wattback_tools.board_command",
    "flash": "wattback_tools.flash_command",
    "monitor": "wattback_tools.technician_commands",
    "profiles": "wattback_tools.profiles_command",
    "programme": "wattback_controller.commands",
    "sim": "wattback_tools.sim_commands",
    "status": "wattback_tools.technician_commands",
    "vitals": "wattback_tools.technician_commands",
    "why": "wattback_tools.technician_commands",
}

# Commands whose libraries not everybody installs, and what brings them.
_EXTRAS = {"programme": "controller"}


class Root(click.Group):
    """Ends in the program's own way, whatever a command or its options raise."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See click."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See click."""
        if cmd_name not in _MODULES:
            return None
        if cmd_name not in _EXTRAS:
            return _command(cmd_name)
        try:
            with needing(_EXTRAS[cmd_name], f"`wattback {cmd_name}`"):
                return _command(cmd_name)
        except BadInputError as error:
            return _unavailable(cmd_name, str(error))

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        """See click. It prints the help."""
        with _unread_ends():
            return super().make_context(*given, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """See click, which would put an empty line before what is said of Ctrl-C."""
        try:
            with _unread_ends():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.Abort from None

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> NoReturn:
        """See click. Always exits; what is wrong is a document where one is asked for."""
        words = sys.argv[1:] if args is None else args
        as_json = "--json" in words
        extra["standalone_mode"] = False
        try:
            code = super().main(args, *more, **extra)
        except click.Abort:
            fail("interrupted", ExitCode.INTERRUPTED, as_json)
        except click.ClickException as error:
            if as_json:
                fail(error.format_message(), ExitCode.USAGE, as_json)
            error.show()
            sys.exit(error.exit_code)
        sys.exit(code or ExitCode.DONE)


def _command(name: str) -> click.Command:
    command: click.Command = getattr(import_module(_MODULES[name]), name)
    return command


def _unavailable(name: str, sentence: str) -> click.Command:
    """In place of a command whose libraries are missing: help and use both say which."""

    def complain(words: tuple[str, ...]) -> None:
        raise click.UsageError(sentence)

    anything = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True}
    return click.Command(
        name, settings, complain, [anything], help=sentence, add_help_option=False
    )


@contextmanager
def _unread_ends() -> Iterator[None]:
    """Whoever read stdout has read enough: end without a word. Click would end with 1."""
    try:
        yield
    except BrokenPipeError:
        # What is left in the buffer would be tried again at the end, and complained about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.UNREAD)


@click.group(cls=Root, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wattback")
def wattback() -> None:
    """Open firmware, simulator and bench for a bidirectional EV wall connector."""
