"""Durations as tests write them: "10 s", "500 ms", "2 min", "1 h", or a number of seconds."""

import math
import re

from wattback_hil.errors import MisuseError

Duration = str | int | float

_UNITS_S = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h)\s*")


def seconds(duration: Duration) -> float:
    """A duration in seconds, from 0 on. Raises MisuseError."""
    if isinstance(duration, str):
        match = _FORM.fullmatch(duration)
        if match is not None:
            return float(match.group(1)) * _UNITS_S[match.group(2)]
    elif not isinstance(duration, bool) and math.isfinite(duration) and duration >= 0:
        return float(duration)
    raise MisuseError(
        f"{duration!r} is no duration: write seconds as a number, "
        'or "500 ms", "10 s", "2 min", "1 h"'
    )


def spoken(duration_s: float) -> str:
    """A duration for a sentence: "500 ms", "10 s", "2.5 min"."""
    if duration_s < 1.0:
        return f"{duration_s * 1000:.0f} ms"
    if duration_s < 120.0:
        return f"{duration_s:.4g} s"
    return f"{duration_s / 60:.4g} min"
