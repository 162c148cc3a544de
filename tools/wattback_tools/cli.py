"""`wattback`: the command line's root. Each group of commands has a file of its own."""

import click

from wattback_tools.exit_codes import EXIT_TEXTS
from wattback_tools.sim_commands import sim
from wattback_tools.technician_commands import TECHNICIAN_COMMANDS

_EPILOG = "Exit codes: " + "; ".join(f"{int(code)} {text}" for code, text in EXIT_TEXTS.items())


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wattback")
def main() -> None:
    """Open firmware, simulator and bench for a bidirectional EV wall connector."""


main.add_command(sim)
for command in TECHNICIAN_COMMANDS:
    main.add_command(command)
