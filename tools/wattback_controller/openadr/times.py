"""Times and durations as OpenADR writes them, read strictly."""

import re
from datetime import UTC, datetime, timedelta

from wattback_controller.openadr.fields import UnreadableError, text
from wattback_controller.openadr.untrusted import shown

# The end of what has no end, 9999-12-31T23:59:59Z, and the duration that says so.
FOREVER_S = 253_402_300_799
OPEN_ENDED = "P9999Y"

# The start of what has no start, 0001-01-01T00:00:00Z.
BEGINNING_S = -62_135_596_800

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_BEGINNING = re.compile(r"0001-01-01(?:[Tt ]00:00:00(?:\.0{1,9})?(?:[Zz]|[+-]00:00)?)?", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})(?:\.0{1,9})?S)?)?",
    re.ASCII,
)
_LENGTHS_S = (7 * 86_400, 86_400, 3600, 60, 1)


def moment_us(value: object, what: str) -> int:
    """Microseconds since 1970 UTC of a time that carries its zone. Raises UnreadableError."""
    found = _MOMENT.fullmatch(text(value, what))
    if found is None:
        raise UnreadableError(f"{what} was expected as a time of RFC 3339, not {shown(value)}")
    day, clock, fraction, zone = found.groups()
    if zone is None:
        raise UnreadableError(f"{what} was expected with its time zone, not {shown(value)}")
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{zone.upper()}")
    except ValueError:
        raise UnreadableError(f"{what} is no time that exists: {shown(value)}") from None
    whole = (at - _EPOCH) // timedelta(microseconds=1)
    return whole + int((fraction or "").ljust(6, "0")[:6])


def is_beginning(value: object) -> bool:
    """The start that means "now", or "when the interval before is over"."""
    return isinstance(value, str) and _BEGINNING.fullmatch(value) is not None


def duration_s(value: object, what: str) -> int | None:
    """Seconds of a duration, or None when it is open-ended. Raises UnreadableError."""
    written = text(value, what)
    if written == OPEN_ENDED:
        return None
    found = _DURATION.fullmatch(written)
    if found is None:
        raise UnreadableError(
            f"{what} was expected in weeks, days, hours, minutes and whole seconds, such as "
            f"PT15M, not {shown(value)}"
        )
    return sum(
        int(n or 0) * length_s for n, length_s in zip(found.groups(), _LENGTHS_S, strict=True)
    )
