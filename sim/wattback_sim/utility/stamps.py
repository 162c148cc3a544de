"""Times as OpenADR writes them: RFC 3339 in UTC with milliseconds, and ISO 8601 durations."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(
    r"P(?:(\d{1,5})Y)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?"
)
_LENGTHS_S = (365 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1)


def moment(time_s: float) -> str:
    """A time in seconds since 1970 UTC, as `2026-02-10T18:00:00.000Z`."""
    return (_EPOCH + timedelta(milliseconds=round(time_s * 1000))).strftime(
        "%Y-%m-%dT%H:%M:%S."
    ) + f"{round(time_s * 1000) % 1000:03}Z"


def moment_s(text: str) -> float:
    """The same back. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH) / timedelta(seconds=1)


def duration(length_s: int) -> str:
    """A length in seconds, as `PT900S`."""
    return f"PT{length_s}S"


def duration_s(text: str) -> int:
    """The seconds of a duration without months; a year has 365 days. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return sum(
        int(n or 0) * length_s for n, length_s in zip(found.groups(), _LENGTHS_S, strict=True)
    )
