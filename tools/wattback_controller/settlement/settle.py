"""Settlement of a month: from what was metered to what is due, line by line.

For each event and connector the intervals that count for it (see `claims`) are taken together by
settlement period, a quarter of an hour, and by why they cannot be paid, if they cannot. Energy is
paid after the baseline (see `baseline`) at the rate of the period; energies add up before anything
is rounded, so it does not matter into how many intervals a period was cut. Never paid, but listed:

- energy whose time was not known, or during which the meter was changed;
- estimated energy, unless all of the stretch that it is estimated over lies inside the event's
  window, because nobody knows how much of it belongs to the event;
- energy at a time for which the tariff has no rate.

A line belongs to the month in which it begins. Where the tariff pays per kW of an event, each
connector has one more line: its mean power, which is what was paid of its energy over the whole of
the event's window, as programmes reckon that pay so; an early stop lowers it. That line belongs to
the month in which the window ends.
"""

from collections.abc import Iterable

from wattback_controller.records import Event, Interval, Participation
from wattback_controller.settlement import words
from wattback_controller.settlement.account import Account
from wattback_controller.settlement.baseline import LOOK_BACK_DAYS
from wattback_controller.settlement.civil import DAY_S, Month
from wattback_controller.settlement.claims import Asked, asked_events, away_times, claims
from wattback_controller.settlement.course import Course
from wattback_controller.settlement.statement import (
    EnergyLine,
    EventTotal,
    PowerLine,
    Statement,
    credits_of,
)
from wattback_controller.settlement.tariff import Tariff

# Beyond the month itself: baselines look back, and an event may begin in the month before.
_BEFORE_S = (LOOK_BACK_DAYS + 3) * DAY_S
_AFTER_S = 2 * DAY_S


def needed_span(month: Month, tariff: Tariff) -> tuple[int, int]:
    """From when to when a month's settlement may look at intervals and participations."""
    return month.begin_s(tariff.zone) - _BEFORE_S, month.end_s(tariff.zone) + _AFTER_S


def settle(
    month: Month,
    intervals: Iterable[Interval],
    participations: Iterable[Participation],
    events: Iterable[Event],
    tariff: Tariff,
) -> Statement:
    """The statement of a month, civil in the tariff's zone.

    All in any order, and at least what `needed_span` spans. Raises BadInputError when intervals
    overlap or are longer than five minutes.
    """
    asked = asked_events(participations, events)
    span = (month.begin_s(tariff.zone), month.end_s(tariff.zone))
    due = [event for event in asked if _is_due(event, span, tariff)]
    lines: list[EnergyLine] = []
    power_lines: list[PowerLine] = []
    for connector, recorded in _by_connector(intervals).items():
        course = Course(recorded, away_times(asked, connector))
        claimed = claims(course, asked, connector)
        for event in due:
            if not event.asked_of(connector):
                continue
            account = Account(event, connector, course, tariff)
            whole = account.lines(claimed.get(event.event, []))
            lines += [line for line in whole if span[0] <= line.start_s < span[1]]
            if _ends_in(event, span) and tariff.per_kw:
                power_lines.append(account.power_line(whole))
    lines.sort(key=_place)
    power_lines.sort(key=_place)
    totals = tuple(_total(event, lines, power_lines, span, tariff) for event in due)
    delivered_wh = sum(line.delivered_wh for line in lines)
    credit = credits_of([*lines, *power_lines])
    return Statement(
        month=month,
        tariff=tariff.name,
        currency=tariff.currency,
        zone=tariff.zone,
        lines=tuple(lines),
        power_lines=tuple(power_lines),
        events=totals,
        delivered_wh=delivered_wh,
        paid_wh=sum(line.paid_wh for line in lines),
        credit=credit,
        summary=words.month_sentence(month, len(totals), delivered_wh, credit, tariff.currency),
    )


def _by_connector(intervals: Iterable[Interval]) -> dict[str, list[Interval]]:
    recorded: dict[str, list[Interval]] = {}
    for interval in intervals:
        recorded.setdefault(interval.connector, []).append(interval)
    return recorded


def _place(line: EnergyLine | PowerLine) -> tuple[int, str, str]:
    return line.start_s, line.connector, line.event


def _is_due(event: Asked, span: tuple[int, int], tariff: Tariff) -> bool:
    """Whether an event has something to do with the month: asked in it, or its power due in it."""
    asked = event.asked_from_s < span[1] and event.asked_until_s > span[0]
    return asked or (bool(tariff.per_kw) and _ends_in(event, span))


def _ends_in(event: Asked, span: tuple[int, int]) -> bool:
    return span[0] < event.end_s <= span[1]


def _total(
    event: Asked,
    lines: Iterable[EnergyLine],
    power_lines: Iterable[PowerLine],
    span: tuple[int, int],
    tariff: Tariff,
) -> EventTotal:
    """An event's share of the month. Its times: when connectors were asked, within the month."""
    energy = [line for line in lines if line.event == event.event]
    power = [line for line in power_lines if line.event == event.event]
    start_s = max(event.asked_from_s, span[0])
    end_s = min(event.asked_until_s, span[1])
    if end_s < start_s:  # all was asked in the month before; the mean power is due in this one
        start_s, end_s = event.asked_from_s, event.asked_until_s
    delivered_wh = sum(line.delivered_wh for line in energy)
    credit = credits_of([*energy, *power])
    return EventTotal(
        event=event.event,
        name=words.printable(event.name),
        start_s=start_s,
        end_s=end_s,
        delivered_wh=delivered_wh,
        paid_wh=sum(line.paid_wh for line in energy),
        credit=credit,
        sentence=words.event_sentence(
            (start_s, end_s),
            delivered_wh,
            credit,
            tariff.currency,
            tariff.zone,
            event.participations,
        ),
    )
