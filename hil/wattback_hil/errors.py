"""What can go wrong on a bench, told apart by who has to act: the board, the bench, or the test.

Every message is a sentence: what was expected, what was seen, what to try. `blame_of` sorts any
exception that ends a test; nothing here knows pytest.
"""

from typing import Literal

from wattback_sim.errors import FirmwareStoppedError

Blame = Literal["board", "bench", "test"]

BLAME_TEXTS: dict[Blame, str] = {
    "board": "the connector did not do what the test expects of it",
    "bench": "the bench could not carry out the test; it says nothing about the connector",
    "test": "the test asks for something that does not exist, or shows nothing",
}


class HilError(Exception):
    """Base of everything this package raises on purpose. blame: who has to act."""

    blame: Blame


class BoardError(HilError):
    """The connector answered, and not as it should."""

    blame = "board"


class BenchError(HilError):
    """No board, a silent wire, a board in use, a verb that this bench has no means for."""

    blame = "bench"


class MisuseError(HilError):
    """The test names or gives something that cannot be."""

    blame = "test"


def blame_of(error: BaseException) -> Blame:
    """Who has to act on an exception that ended a test."""
    if isinstance(error, HilError):
        return error.blame
    if isinstance(error, (AssertionError, FirmwareStoppedError)):
        return "board"  # the expectation of a plain `assert` is one of the connector
    return "test"
