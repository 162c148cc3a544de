"""Rich's console, which leaves a closed pipe to whoever ends the program."""

from rich.console import Console


class Paper(Console):
    """Tables, colours and progress for people."""

    def on_broken_pipe(self) -> None:
        """See rich, which would end the program with 1. Called while the error is handled."""
        raise
