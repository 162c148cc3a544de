"""When each interval of an event begins and ends: defaults, followers, "now" and "for ever".

User guide of OpenADR 3.1, 7.3: an interval's own period comes before the event's; one without a
start follows the interval before it; the start 0001-01-01 means the same, or "now" in an event
whose duration is open-ended, where it is the time at which the utility said so.
"""

from dataclasses import dataclass
from typing import Any

from wattback_controller.openadr.fields import UnreadableError, rows, table
from wattback_controller.openadr.times import (
    BEGINNING_S,
    FOREVER_S,
    duration_s,
    is_beginning,
    moment_us,
)


@dataclass(frozen=True, slots=True)
class Window:
    """One interval. end_s: FOREVER_S when it is open-ended. payloads: as they were told."""

    start_s: int
    end_s: int
    payloads: list[Any]


@dataclass(frozen=True, slots=True)
class Windows:
    """All of an event, in the order in which they were told. randomize_s: of the first start."""

    windows: tuple[Window, ...]
    randomize_s: int
    notes: tuple[str, ...]

    @property
    def start_s(self) -> int:
        """When the first begins."""
        return min(window.start_s for window in self.windows)

    @property
    def end_s(self) -> int:
        """When the last is over."""
        return max(window.end_s for window in self.windows)


@dataclass(frozen=True, slots=True)
class _Period:
    start_s: int | None
    from_beginning: bool
    end_told: bool
    length_s: int | None  # None: open-ended, if end_told
    randomize_s: int


def windows_of(event: dict[str, Any], modified_s: int) -> Windows:
    """The windows of an event; without any, UnreadableError. modified_s: what "now" means."""
    default = _period(event.get("intervalPeriod"), "its intervalPeriod")
    found: list[Window] = []
    notes: list[str] = []
    randomize_s = default.randomize_s
    for number, raw in enumerate(rows(event.get("intervals"), "its intervals")):
        name = f"its interval {number}"
        interval = table(raw, name)
        own = _period(interval.get("intervalPeriod"), name)
        if own.randomize_s and number == 0:
            randomize_s = own.randomize_s
        elif own.randomize_s:
            notes.append(f"{name} has a randomizeStart of its own, which is not followed")
        payloads = rows(interval.get("payloads"), f"the payloads of {name}")
        found.append(_window(own, default, found[-1] if found else None, modified_s, payloads))
    if not found:
        raise UnreadableError("it has no intervals, so there is nothing to do")
    return _within(Windows(tuple(found), randomize_s, tuple(notes)), event.get("duration"))


def _period(value: object, what: str) -> _Period:
    period = table(value, what) if value is not None else {}
    start, length, spread = (period.get(n) for n in ("start", "duration", "randomizeStart"))
    from_beginning = is_beginning(start)
    known = start is not None and not from_beginning
    randomize_s = 0 if spread is None else duration_s(spread, f"randomizeStart of {what}")
    if randomize_s is None:
        raise UnreadableError(f"randomizeStart of {what} is open-ended, so it would never start")
    return _Period(
        start_s=moment_us(start, f"the start of {what}") // 1_000_000 if known else None,
        from_beginning=from_beginning,
        end_told=length is not None,
        length_s=None if length is None else duration_s(length, f"the duration of {what}"),
        randomize_s=randomize_s,
    )


def _window(
    own: _Period, default: _Period, before: Window | None, modified_s: int, payloads: list[Any]
) -> Window:
    lasting = own if own.end_told else default
    if not lasting.end_told:
        raise UnreadableError("neither it nor each of its intervals has a duration")
    start_s = own.start_s
    if start_s is None and before is not None:
        start_s = before.end_s
        if start_s == FOREVER_S:
            raise UnreadableError("an interval follows one that is open-ended, so never begins")
    if start_s is None:
        start_s = default.start_s
    if start_s is None:
        if not (own.from_beginning or default.from_beginning):
            raise UnreadableError("neither it nor its first interval has a start")
        start_s = modified_s if lasting.length_s is None else BEGINNING_S
    if lasting.length_s is None:
        return Window(start_s, FOREVER_S, payloads)
    return Window(start_s, min(start_s + lasting.length_s, FOREVER_S - 1), payloads)


def _within(told: Windows, lifespan: object) -> Windows:
    """An event's own duration cuts its intervals off; a longer one would repeat them."""
    if lifespan is None:
        return told
    longest_s = duration_s(lifespan, "its duration")
    if longest_s is None and told.end_s == FOREVER_S:
        return told
    end_s = FOREVER_S if longest_s is None else told.start_s + longest_s
    if end_s > told.end_s:
        raise UnreadableError(
            "its duration is longer than its intervals, so they would repeat: write them out"
        )
    kept = tuple(
        Window(window.start_s, min(window.end_s, end_s), window.payloads)
        for window in told.windows
        if window.start_s < end_s
    )
    nothing = Window(told.start_s, told.start_s, [])
    return Windows(kept or (nothing,), told.randomize_s, told.notes)
