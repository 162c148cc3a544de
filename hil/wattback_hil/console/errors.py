"""What can go wrong at a console, told apart by what a person does about it."""

from wattback_hil.errors import BenchError, BoardError, HilError


class ConsoleError(HilError):
    """Base of all of these."""


class NotReachableError(ConsoleError, BenchError):
    """No such port, a port in use, a port that went away, or nobody that answers."""


class NotPermittedError(ConsoleError, BenchError):
    """The operating system does not let this user open the port."""


class VersionMismatchError(ConsoleError, BenchError):
    """The unit speaks another major version of the protocol, or lacks the command asked for."""


class RefusedError(ConsoleError, BoardError):
    """The unit answered with an error. group: None for one of the protocol; code: its number."""

    def __init__(self, message: str, group: int | None, code: int) -> None:
        super().__init__(message)
        self.group = group
        self.code = code


class GarbledError(ConsoleError, BoardError):
    """The unit answered, and not as `docs/console.cddl` says."""
