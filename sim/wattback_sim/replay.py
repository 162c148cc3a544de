"""Recorded signals that drive a parameter: a CSV file becomes a line through its points."""

import csv
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Replay:
    """path: of the parameter. times_us increase; between two points the value is linear."""

    path: str
    times_us: tuple[int, ...]
    values: tuple[float, ...]

    def value_at(self, now_us: int) -> float:
        """The value at a time; the first before the first point, the last after the last."""
        times, values = self.times_us, self.values
        after = bisect_right(times, now_us)
        if after == 0 or after == len(times):
            return values[min(after, len(times) - 1)]
        part = (now_us - times[after - 1]) / (times[after] - times[after - 1])
        return values[after - 1] + part * (values[after] - values[after - 1])


def read_replay(parameters: Parameters, path: str, source: Path, time: str, column: str) -> Replay:
    """Read a CSV file with a header; lines that begin with # are comments.

    time: name of the column of seconds; column: of the values, checked against the parameter.
    Raises BadInputError.
    """
    if isinstance(parameters.check_later(path).default, bool):
        raise BadInputError(f"{path} is true or false and cannot be replayed")
    try:
        with source.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{source} cannot be read: {error}") from None
    for name in (time, column):
        if not rows or name not in rows[0]:
            known = [head for head in rows[0] if head] if rows else []
            raise BadInputError(f"{source} has no column {name!r}{suggestion(name, known)}")
    try:
        times = tuple(to_us(float(row[time])) for row in rows)
        values = tuple(float(row[column]) for row in rows)
    except (TypeError, ValueError) as error:
        raise BadInputError(f"{source} holds something else than numbers: {error}") from None
    if list(times) != sorted(set(times)):
        raise BadInputError(f"the times of {source} do not increase")
    for value in values:
        parameters.check(path, value)
    return Replay(path, times, values)
