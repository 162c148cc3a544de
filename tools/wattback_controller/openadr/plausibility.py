"""What is believed of an event that is well-formed: limits, and what was heard of it before.

A utility that is mistaken, replayed or taken over can move power only within these limits. Each
check is one function that returns a sentence or None; the sentence holds no time of ours, so the
same refusal reads the same at every poll.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_controller.openadr.events import RESTRICTIONS, Copy
from wattback_controller.openadr.times import FOREVER_S
from wattback_controller.records import Event

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_MOVES_POWER = "DISPATCH_SETPOINT"
_PRICES = ("PRICE", "EXPORT_PRICE")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an event may ask for. Each has its reason; a site's file may tighten set-points.

    most_listed: objects in a list; a year of daily events. most_events: not over at once, those
    that were cancelled included. most_segments: two days of five-minute prices in two directions,
    and some. largest_power_w: of a set-point, four 22 kW connectors; beyond it somebody has mixed
    up W and kW. largest_limit_w: of a capacity limit, for the same reason. largest_price: per kWh,
    twice the 9 $ that Texas allowed in February 2021. latest_start_s: ahead; a week, as nobody
    dispatches later ones. oldest_start_s: how long ago a set-point that was never heard of may
    have begun; the longest loss of a network after which one still joins. longest_s: two days of
    prices. longest_randomize_s: what a start is put off. clock_s: by how much the utility's clock
    may be ahead of ours. most_changes: of one event within an hour.
    """

    most_listed: int = 1000
    most_events: int = 300
    most_segments: int = 1200
    largest_power_w: int = 100_000
    largest_limit_w: int = 100_000
    largest_price: float = 18.0
    latest_start_s: int = 7 * _DAY_S
    oldest_start_s: int = 6 * _HOUR_S
    longest_s: int = 2 * _DAY_S
    longest_randomize_s: int = _HOUR_S
    clock_s: int = 120
    most_changes: int = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of an event that was believed; the store keeps it over a restart.

    modified_us: of the newest copy. accepted: that copy, None once it is cancelled. until_s: when
    every copy that was ever believed is over, so that no replay of one can matter. changed_s: when
    it was changed, within the last hour.
    """

    event: str
    modified_us: int
    accepted: Event | None
    until_s: int
    changed_s: tuple[int, ...] = ()


def over_s(event: Event) -> int:
    """When an event is over at the latest, seconds since 1970 UTC."""
    return event.end_s + event.randomize_s


def implausible(
    copy: Copy, seen: Seen | None, waiting: int, limits: Limits, now_s: int
) -> str | None:
    """Why a copy that differs from what was seen is not believed, or None.

    waiting: how many events are remembered that are not over.
    """
    reason = _against_memory(copy, seen, limits, now_s)
    if reason is not None or copy.event is None:
        return reason
    if seen is None and waiting >= limits.most_events:
        return f"more than {limits.most_events} events are not over, so no new one is taken."
    for check in _CHECKS:
        reason = check(copy.event, seen is not None, limits, now_s)
        if reason is not None:
            return reason
    return None


def _against_memory(copy: Copy, seen: Seen | None, limits: Limits, now_s: int) -> str | None:
    if copy.modified_us > (now_s + limits.clock_s) * 1_000_000:
        return "it was changed in the future: is the utility's clock right, and is ours?"
    if seen is None:
        return None
    if copy.modified_us < seen.modified_us:
        return "a newer copy of it is known, so this one is a replay."
    if copy.modified_us == seen.modified_us:
        if seen.accepted is None:
            return "it was cancelled and is back without a newer change, so it is a replay."
        return "it says something else than before without a newer modificationDateTime."
    recent = [at_s for at_s in seen.changed_s if now_s - _HOUR_S < at_s <= now_s]
    if copy.event is not None and len(recent) >= limits.most_changes:
        return f"it has been changed {limits.most_changes} times within an hour already."
    return None


def _created(event: Event, known: bool, limits: Limits, now_s: int) -> str | None:
    if event.created_s > now_s + limits.clock_s:
        return "it was created in the future: is the utility's clock right, and is ours?"
    return None


def _over(event: Event, known: bool, limits: Limits, now_s: int) -> str | None:
    if not known and over_s(event) <= now_s:
        return "it was over before it was heard of."
    return None


def _start(event: Event, known: bool, limits: Limits, now_s: int) -> str | None:
    if event.start_s > now_s + limits.latest_start_s:
        return f"it starts more than {_in_days(limits.latest_start_s)} ahead."
    moves = any(segment.kind == _MOVES_POWER for segment in event.segments)
    if moves and not known and event.start_s < now_s - limits.oldest_start_s:
        return f"its set-point began more than {limits.oldest_start_s / _HOUR_S:g} h ago, unheard."
    return None


def _length(event: Event, known: bool, limits: Limits, now_s: int) -> str | None:
    if event.randomize_s > limits.longest_randomize_s:
        return f"its start may be put off by more than {limits.longest_randomize_s} s."
    ends = [(segment.kind, segment.end_s == FOREVER_S) for segment in event.segments]
    endless = [kind for kind, is_endless in ends if is_endless and kind not in RESTRICTIONS]
    if endless:
        return f"its {endless[0]} has no end, which only limits and alerts may have."
    last_s = max((s.end_s for s in event.segments if s.end_s < FOREVER_S), default=event.start_s)
    if last_s - event.start_s > limits.longest_s:
        return f"it lasts longer than {_in_days(limits.longest_s)}."
    return None


def _amount(event: Event, known: bool, limits: Limits, now_s: int) -> str | None:
    for segment in event.segments:
        size = abs(segment.value)
        if segment.kind in _PRICES:
            if size > limits.largest_price:
                return (
                    f"its {segment.kind} of {segment.value:g} per kWh is beyond "
                    f"{limits.largest_price:g}."
                )
            continue
        # A limit that is looser than what the site can do asks for nothing, and does no harm.
        moves = segment.kind == _MOVES_POWER
        largest_w = limits.largest_power_w if moves else limits.largest_limit_w
        if size > largest_w:
            return (
                f"its {segment.kind} of {segment.value / 1000:g} kW is beyond "
                f"{largest_w / 1000:g} kW: was a unit mixed up?"
            )
    return None


def _in_days(length_s: int) -> str:
    return f"{length_s / _DAY_S:g} days"


_CHECKS: tuple[Callable[[Event, bool, Limits, int], str | None], ...] = (
    _created,
    _over,
    _start,
    _length,
    _amount,
)
