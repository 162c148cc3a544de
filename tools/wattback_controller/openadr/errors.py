"""What can go wrong between the controller and the utility, told apart by what helps.

`ProgrammeError` is the base of all of them: a loop that catches it goes on with what it knows.
"""

from wattback_hil.errors import BenchError


class ProgrammeError(BenchError):
    """The utility could not be asked, or did not answer as it should."""


class NotReachableError(ProgrammeError):
    """No connection, no trust in its certificate, no answer in time, or busy: try again later."""


class UnauthorisedError(ProgrammeError):
    """The utility does not accept who we are or what we ask for: a person has to look."""


class ProtocolError(ProgrammeError):
    """An answer that OpenADR does not allow, or that is too large to be one."""


class NotFoundError(ProgrammeError):
    """The utility has nothing under this name or id."""


class ConflictError(ProgrammeError):
    """The utility has it already."""
