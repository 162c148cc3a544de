"""Exit codes of `wattback`: a promise to scripts. One row a code that some command returns."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Values never change their meaning; texts are for `--help` and the README."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    TEST_FAILED = 4
    INTERRUPTED = 130


EXIT_TEXTS = {
    ExitCode.DONE: "done, or passed",
    ExitCode.FAILED: "refused or failed: the firmware stopped",
    ExitCode.USAGE: "usage, or a file that is not accepted",
    ExitCode.TEST_FAILED: "a run ended, and a truth or an expectation did not hold",
    ExitCode.INTERRUPTED: "interrupted",
}
