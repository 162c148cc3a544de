"""Claims: the one event that an interval counts for.

An interval counts for an event if it shares some time with a participation of its connector in
it, and then whole: exports that an event asks for end with it, so what flowed in the interval in
which a participation ended flowed before. A participation that ended with its event is over at the
event's end, however late that was noticed.

No interval counts twice. Where several events could claim one, the HIGHEST_RANK rule decides: the
higher priority (0 is the highest, none the lowest), of equals the one that the utility created
last, as the controller obeys them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wattback_controller.records import Event, Interval, Participation
from wattback_controller.settlement.course import Course

_LOWEST_PRIORITY = 1 << 31


@dataclass(frozen=True, slots=True)
class Asked:
    """An event as this site took part in it. event: its identifier.

    start_s, end_s: its window, from the first segment's beginning to the last one's end; of an
    event that nobody knows any more, the time in which connectors were asked.
    """

    event: str
    name: str
    start_s: int
    end_s: int
    rank: tuple[int, int, str]
    participations: tuple[Participation, ...]

    @property
    def asked_from_s(self) -> int:
        """When the first of its participations began."""
        return min(each.start_s for each in self.participations)

    @property
    def asked_until_s(self) -> int:
        """When the last of its participations was over."""
        return max(self.over_s(each) for each in self.participations)

    def asked_of(self, connector: str) -> bool:
        """Whether a connector took part."""
        return any(each.connector == connector for each in self.participations)

    def over_s(self, participation: Participation) -> int:
        """When one of its participations was over."""
        if participation.stopped == "event_ended":
            return max(participation.start_s, min(participation.end_s, self.end_s))
        return participation.end_s


def asked_events(
    participations: Iterable[Participation], events: Iterable[Event]
) -> tuple[Asked, ...]:
    """Every event that somebody took part in, in order of time."""
    known = {event.event: event for event in events}
    parts: dict[str, list[Participation]] = {}
    for each in participations:
        parts.setdefault(each.event, []).append(each)
    found: list[Asked] = []
    for name, members in parts.items():
        ordered = tuple(sorted(members, key=lambda each: (each.start_s, each.connector)))
        event = known.get(name)
        if event is None:
            start_s = ordered[0].start_s
            end_s = max(each.end_s for each in ordered)
            found.append(Asked(name, name, start_s, end_s, (_LOWEST_PRIORITY, 0, name), ordered))
        else:
            priority = _LOWEST_PRIORITY if event.priority is None else event.priority
            rank = (priority, -event.created_s, name)
            title = event.name or name
            found.append(Asked(name, title, event.start_s, event.end_s, rank, ordered))
    return tuple(sorted(found, key=lambda asked: (asked.asked_from_s, asked.rank)))


def away_times(asked: Iterable[Asked], connector: str) -> list[tuple[int, int]]:
    """From when to when a connector was asked by events, whichever."""
    return [
        (each.start_s, event.over_s(each))
        for event in asked
        for each in event.participations
        if each.connector == connector
    ]


def claims(course: Course, asked: Iterable[Asked], connector: str) -> dict[str, list[Interval]]:
    """The intervals of a connector that count for each event, by its identifier, in order."""
    claimed: dict[Interval, str] = {}
    for event in sorted(asked, key=lambda each: each.rank, reverse=True):  # the highest comes last
        for part in event.participations:
            if part.connector == connector:
                for interval in course.overlapping(part.start_s, event.over_s(part)):
                    claimed[interval] = event.event
    by_event: dict[str, list[Interval]] = {}
    for interval in sorted(claimed, key=lambda each: each.start_s):
        by_event.setdefault(claimed[interval], []).append(interval)
    return by_event
