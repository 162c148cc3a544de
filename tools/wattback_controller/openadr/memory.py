"""What is known of a programme's events: which stand, and what was seen of those that do not.

A copy that is refused changes nothing: what was believed last stands until the utility withdraws
it, changes it believably, or it is over. So a bad copy neither moves power nor lifts a limit.
"""

from collections.abc import Collection, Iterable

from wattback_controller.openadr.events import Copy, Refusal
from wattback_controller.openadr.plausibility import Limits, Seen, implausible, over_s
from wattback_controller.records import Event

_HOUR_S = 3600


class Memory:
    """seen: what was remembered before a restart."""

    def __init__(self, limits: Limits, seen: Iterable[Seen]) -> None:
        self._limits = limits
        self._seen = {one.event: one for one in seen}

    @property
    def seen(self) -> tuple[Seen, ...]:
        """All that must survive a restart."""
        return tuple(self._seen.values())

    def standing(self, now_s: int) -> tuple[Event, ...]:
        """Events that are believed and not over."""
        accepted = (one.accepted for one in self._seen.values())
        return tuple(event for event in accepted if event is not None and over_s(event) > now_s)

    def hear(self, copy: Copy, now_s: int) -> Refusal | None:
        """Believe a copy, or say why not."""
        seen = self._seen.get(copy.event_id)
        if seen is None and copy.event is None:
            return None  # the cancelling of something that was never heard of
        if seen and (seen.modified_us, seen.accepted) == (copy.modified_us, copy.event):
            return None
        waiting = sum(one.until_s > now_s for one in self._seen.values())
        reason = implausible(copy, seen, waiting, self._limits, now_s)
        if reason is not None:
            return Refusal(copy.event_id, reason)
        changed_s: tuple[int, ...] = ()
        until_s = over_s(copy.event) if copy.event else 0
        if seen is not None:
            changed_s = (*(s for s in seen.changed_s if s > now_s - _HOUR_S), now_s)
            until_s = max(until_s, seen.until_s)
        self._seen[copy.event_id] = Seen(
            copy.event_id, copy.modified_us, copy.event, until_s, changed_s
        )
        return None

    def withdraw(self, event: str) -> None:
        """The utility has it no more."""
        seen = self._seen[event]
        self._seen[event] = Seen(event, seen.modified_us, None, seen.until_s, seen.changed_s)

    def forget(self, listed: Collection[str], now_s: int) -> None:
        """Drop what is listed no more and no replay can bring back, as all of its copies are over.

        listed: ids; what is over and listed still would be taken for new otherwise.
        """
        self._seen = {
            name: one for name, one in self._seen.items() if one.until_s > now_s or name in listed
        }
