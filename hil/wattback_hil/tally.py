"""What comes out of a run that names a bench or a file for records; registered only then.

It sees the reports of all tests, those of xdist's workers too.
"""

from pathlib import Path

import pytest

from wattback_hil.reports import RecordFile, record_in

_UNUSED = "no test has used a board of this bench, so this run has shown nothing"


class Tally:
    """Writes records, and counts the tests that used a board of the bench.

    bench: file of `--bench`, records: of `--bench-record`; None where not given. Raises OSError.
    """

    def __init__(self, bench: Path | None, records: Path | None) -> None:
        self._bench = bench
        self._records = None if records is None else RecordFile(records)
        self._exercised = 0
        self._unused = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one report."""
        record = record_in(report)
        if record is None:
            return
        if report.when == "call" and not report.skipped:
            self._exercised += 1
        if self._records is not None:
            self._records.write(record)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A bench that was named and not used is no success."""
        if self._bench is None or self._exercised or session.config.option.collectonly:
            return
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            self._unused = True
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say so."""
        if self._unused:
            terminalreporter.write_line(f"--bench {self._bench}: {_UNUSED}", red=True)

    def pytest_unconfigure(self) -> None:
        """The last record is written."""
        if self._records is not None:
            self._records.close()
