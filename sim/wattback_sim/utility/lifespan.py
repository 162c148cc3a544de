"""Whether an event is going on: from its first interval's start, for as long as they all last."""

from typing import Any

from wattback_sim.utility.objects import Body
from wattback_sim.utility.stamps import duration_s, moment_s


def is_active(event: Body, now_s: float) -> bool:
    """The event's lifespan includes this moment. One that tells no times is not active."""
    try:
        return _goes_on(event, now_s)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return False


def _goes_on(event: Body, now_s: float) -> bool:
    default: dict[str, Any] = event.get("intervalPeriod") or {}
    starts_s: list[float] = []
    end_s = 0.0
    for interval in event["intervals"]:
        period = default | (interval.get("intervalPeriod") or {})
        own_start = (interval.get("intervalPeriod") or {}).get("start")
        start_s = moment_s(own_start or default["start"]) if own_start or not starts_s else end_s
        starts_s.append(start_s)
        end_s = start_s + duration_s(period["duration"])
    return bool(starts_s) and min(starts_s) <= now_s < end_s
