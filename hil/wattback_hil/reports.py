"""How a test with a connector is told: short failures, whose they are, and one record a test.

The measurements of a test are kept as properties of its report (JUnit shows them) and, with
`--bench-record`, as one JSON line a test in a file that can be read while the run goes on.
"""

import json
from pathlib import Path
from typing import Any, TextIO

import pytest

from wattback_hil.connector import Connector
from wattback_hil.errors import BLAME_TEXTS, HilError, blame_of
from wattback_hil.measurements import Measurement
from wattback_sim.errors import SimulationError

_SECTION = "wattback bench"
_FAILURE_CLASS = "failure class"
_PACKAGE = Path(__file__).resolve().parent
# The attribute of a report that carries the record of a test; xdist takes it to its controller.
_RECORD = "wattback_record"


def tell_failure(
    report: pytest.TestReport,
    item: pytest.Item,
    excinfo: pytest.ExceptionInfo[BaseException],
    besides: list[str],
) -> None:
    """Say who has to act, and shorten what is a sentence already.

    besides: what else was found in this test.
    """
    error = excinfo.value
    # What `pytest.fail` says is expected of the board, as with a plain assert.
    blame = "board" if isinstance(error, pytest.fail.Exception) else blame_of(error)
    lines = [f"class: {blame} ({BLAME_TEXTS[blame]})", *besides]
    report.sections.append((_SECTION, "\n".join(lines)))
    _add_property(report, item, (_FAILURE_CLASS, blame))
    if isinstance(error, (HilError, SimulationError)) and not item.config.option.fulltrace:
        report.longrepr = _sentence_with_its_line(item, excinfo)


def keep(report: pytest.TestReport, item: pytest.Item, connector: Connector | None) -> None:
    """Put board and measurements of a test into its report; None: it got no connector."""
    taken: list[Measurement] = []
    if connector is not None:
        taken = connector.measurements.taken
        if report.when == "call":
            _add_property(report, item, ("board", connector.description))
            for measurement in taken:
                _add_property(report, item, _as_property(measurement))
    record = {
        "test": report.nodeid,
        "phase": report.when,
        "outcome": report.outcome,
        "failure_class": dict(report.user_properties).get(_FAILURE_CLASS),
        "board": None if connector is None else connector.description,
        "duration_s": round(report.duration, 3),
        "measurements": [measurement.as_record() for measurement in taken],
    }
    setattr(report, _RECORD, record)


def record_in(report: pytest.TestReport) -> dict[str, Any] | None:
    """The record that `keep` has put there, in whatever process."""
    record: dict[str, Any] | None = getattr(report, _RECORD, None)
    return record


def _as_property(measurement: Measurement) -> tuple[str, str]:
    """Name with unit, value with limits and verdict."""
    name = f"{measurement.name} [{measurement.unit}]" if measurement.unit else measurement.name
    verdict = "passed" if measurement.passed else "failed"
    return name, f"{measurement.value:.6g} ({measurement.limits}) {verdict}"


def _add_property(report: pytest.TestReport, item: pytest.Item, pair: tuple[str, str]) -> None:
    """To this report, and through the item to those of its later phases."""
    report.user_properties.append(pair)
    item.user_properties.append(pair)


def _sentence_with_its_line(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]
) -> Any:
    """The line of the test that asked, and the sentence; no frame of anybody else."""
    asked = excinfo.traceback.cut(path=item.path)
    ours = [_PACKAGE in Path(entry.path).parents for entry in asked]
    own = asked[: ours.index(True)] if True in ours else asked
    if own and own[0].path == item.path:
        excinfo.traceback = own
        told = excinfo.getrepr(style="short", chain=False)
    else:  # judged after the test, or refused before it
        told = excinfo.getrepr(style="value", chain=False)
    if told.reprcrash is not None:
        told.reprcrash.message = str(excinfo.value)  # for the summary, without the class's path
    return told


class RecordFile:
    """The file of `--bench-record`, begun anew; a line is complete once written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("w", encoding="utf-8")

    def write(self, record: dict[str, Any]) -> None:
        """Add one line."""
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """No more lines."""
        self._file.close()
