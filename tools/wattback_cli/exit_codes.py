"""Exit codes of `wattback`: a promise to scripts. One row a code that some command returns."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Values never change their meaning; texts are for `--help` and the README."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_REACHABLE = 3
    TEST_FAILED = 4
    NOT_PERMITTED = 6
    VERSION_MISMATCH = 7
    INTERRUPTED = 130
    UNREAD = 141


EXIT_TEXTS = {
    ExitCode.DONE: "done, or passed",
    ExitCode.FAILED: "refused or failed: the firmware stopped, or did not answer as it should",
    ExitCode.USAGE: "usage, or a file that is not accepted",
    ExitCode.NOT_REACHABLE: "not reachable: no port, a port in use, no answer",
    ExitCode.TEST_FAILED: "a run ended, and a truth or an expectation did not hold",
    ExitCode.NOT_PERMITTED: "not permitted: this user may not open the port",
    ExitCode.VERSION_MISMATCH: "the unit speaks another version of the protocol",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.UNREAD: "whoever read the output has stopped reading",
}
