"""Words of a statement: energies, why an event ended, what became of the reserve."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from wattback_controller.records import STOP_TEXTS, Participation
from wattback_controller.settlement.civil import Month, span_text
from wattback_controller.settlement.money import money_text

NO_EXPORT = "nothing went out to the grid"
NO_EXPORT_ISLAND = "the home was an island: nothing went out to the grid"
BELOW_BASELINE = "no more went out than the baseline"
NO_POWER = "nothing that counts was delivered"
NO_RATE = "the tariff pays nothing at this time"
BY_POWER = "the tariff pays the event's mean power, not its energy"
TIME_UNSET = "the time was not known"
METER_CHANGED = "the meter was changed, or its register went back"
OPEN_STRETCH = "estimated, and what it is estimated from reaches beyond the event"


def printable(text: str) -> str:
    """A name that others chose, without what would move a terminal's cursor or end a line."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def energy(energy_wh: int) -> str:
    """ "1.9 kWh", "420 Wh"."""
    return f"{Decimal(energy_wh) / 1000:.1f} kWh" if energy_wh >= 1000 else f"{energy_wh} Wh"


def event_sentence(
    span: tuple[int, int],
    delivered_wh: int,
    credit: Decimal,
    currency: str,
    zone: ZoneInfo,
    participations: Sequence[Participation],
) -> str:
    """ "18:15–18:30: 1.9 kWh delivered, credit $0.57, stopped because the event ended, reserve
    untouched". participations: of one event, in order of time.
    """
    delivered = f"{energy(delivered_wh)} delivered" if delivered_wh else "nothing delivered"
    return (
        f"{span_text(*span, zone)}: {delivered}, credit {money_text(credit, currency)}, "
        f"{_stops(participations)}, {_reserve(participations)}"
    )


def month_sentence(
    month: Month, event_count: int, delivered_wh: int, credit: Decimal, currency: str
) -> str:
    """The whole month in one sentence."""
    if not event_count:
        return f"No event asked this site for anything in {month.name}; nothing is due."
    events = "1 event" if event_count == 1 else f"{event_count} events"
    delivered = energy(delivered_wh) if delivered_wh else "nothing"
    return (
        f"{events} in {month.name}: {delivered} delivered to the grid, "
        f"credit {money_text(credit, currency)}."
    )


def _stops(participations: Sequence[Participation]) -> str:
    """How it ended for each connector; a connector that took part again ended as it did last."""
    last = {each.connector: each.stopped for each in participations}
    reasons: dict[str, list[str]] = {}
    for connector, stopped in last.items():
        reasons.setdefault(stopped, []).append(printable(connector))
    if list(reasons) == [""]:
        return STOP_TEXTS[""]
    told = [
        STOP_TEXTS[stopped] + (f" ({', '.join(who)})" if len(reasons) > 1 else "")
        for stopped, who in reasons.items()
    ]
    return f"stopped because {_joined(told)}"


def _reserve(participations: Iterable[Participation]) -> str:
    members = list(participations)
    touched = [each for each in members if 0 <= each.least_soc_bp < each.reserve_bp]
    if touched:
        told = [
            f"{printable(each.connector)} was at {each.least_soc_bp / 100:.1f} % of the "
            f"{each.reserve_bp / 100:.1f} % to keep"
            for each in touched
        ]
        return f"reserve touched: {_joined(told)}"
    if any(each.least_soc_bp < 0 for each in members):
        return "the vehicle told no state of charge, so the reserve is not known"
    return "reserve untouched"


def _joined(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
