"""One connector on the page: what it does, what is coming, and what its owner may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from wattback_controller.choices import DEFAULT_CHOICES, OPTION_NAMES, Choices
from wattback_controller.connector_link import Reading, Silence
from wattback_controller.owner import REQUESTS
from wattback_controller.owner_page.events import ComingEvent
from wattback_controller.owner_page.markup import foreign, form
from wattback_controller.owner_page.times import exact_text, time_text
from wattback_controller.owner_page.words import (
    charge_text,
    doing_text,
    option_text,
    reason_text,
    sentence,
    standing_text,
)
from wattback_sim.page.words import CHARGING, DISCHARGING, direction_of, unbroken

ASK = "/ask"
STAY_OUT = "/stay-out"
CHOOSE = "/choose"

_MOST_EVENTS = 3
_FRESH_S = 30  # the controller reads once a second; whoever is older says so


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """What is known of a connector. answer: its last, None when there was none."""

    name: str
    answer: Reading | Silence | None
    choices: Choices
    events: Sequence[ComingEvent]


def card(view: ConnectorView, place: str, token: str, now_s: float, zone: ZoneInfo) -> str:
    """Its section as HTML. place: its id in the document."""
    parts = [
        f'<section id="{place}" aria-labelledby="{place}-name">',
        f'<div class="section-head"><h2 id="{place}-name">{foreign(view.name)}</h2>',
        f"<p>{escape(_heard(view.answer, now_s, zone))}</p></div>",
        f'<p class="doing {_look(view.answer)}">{_said(sentence(doing_text(view.answer)))}</p>',
        _paragraph("reason", sentence(reason_text(view.answer))),
        _battery(view.answer, view.choices),
        _paragraph("charge", charge_text(view.answer, view.choices)),
        "<h3>Next events</h3>",
        _events(view, token),
        "<h3>Taking part</h3>",
        _paragraph("standing", standing_text(view.choices, now_s, zone)),
        _requests(view.name, token),
        "<details><summary>Settings</summary>",
        *(_option(option, view, place, token) for option in OPTION_NAMES),
        "</details></section>",
    ]
    return "\n".join(part for part in parts if part)


def _said(text: str) -> str:
    return foreign(unbroken(text))


def _paragraph(look: str, text: str) -> str:
    return f'<p class="{look}">{_said(text)}</p>' if text else ""


def _heard(answer: Reading | Silence | None, now_s: float, zone: ZoneInfo) -> str:
    if answer is None:
        return ""
    fresh = now_s - answer.t_s <= _FRESH_S
    return f"at {exact_text(answer.t_s, zone)}" if fresh else _stale(answer.t_s, now_s, zone)


def _stale(t_s: float, now_s: float, zone: ZoneInfo) -> str:
    return f"as it was at {time_text(t_s, now_s, zone)}; nobody has asked it since"


def _look(answer: Reading | Silence | None) -> str:
    if not isinstance(answer, Reading) or answer.faults:
        return "fault" if answer is not None else "calm"
    looks = {CHARGING: "in", DISCHARGING: "out"}
    return looks.get(direction_of(answer.power_w), "calm")


def _battery(answer: Reading | Silence | None, choices: Choices) -> str:
    """The state of charge as a bar, with a line where the reserve ends; its text stands below."""
    if not isinstance(answer, Reading) or answer.soc_bp < 0:
        return ""
    reserve = max(choices.reserve_bp, answer.reserve_now_bp) / 100
    return (
        '<svg class="battery" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="empty" width="100" height="8"/>'
        f'<rect class="full" width="{answer.soc_bp / 100:g}" height="8"/>'
        f'<rect class="reserve" x="{min(reserve, 99.4):g}" width="0.6" height="8"/></svg>'
    )


def _events(view: ConnectorView, token: str) -> str:
    if not view.events:
        return '<p class="none">The utility has announced nothing.</p>'
    shown = "".join(_event(event, view.name, token) for event in view.events[:_MOST_EVENTS])
    more = len(view.events) - _MOST_EVENTS
    rest = f'<p class="none">And {more} more, later or less pressing.</p>' if more > 0 else ""
    return f'<ul class="coming">{shown}</ul>{rest}'


def _event(event: ComingEvent, connector: str, token: str) -> str:
    asks = "".join(f'<p class="asks">{_said(line)}</p>' for line in event.asks)
    return (
        f'<li><p class="span">{_said(event.span)} · {foreign(event.name)}</p>{asks}'
        f'<p class="part">{_said(event.taking_part)}</p>'
        f"{_stay_out(event, connector, token) if event.may_stay_out else ''}</li>"
    )


def _stay_out(event: ComingEvent, connector: str, token: str) -> str:
    button = '<button type="submit">Stay out of this event</button>'
    return form(STAY_OUT, token, {"connector": connector, "event": event.event}, button)


def _requests(connector: str, token: str) -> str:
    buttons = "".join(
        f'<button type="submit" name="request" value="{escape(request.name)}">'
        f"{escape(sentence(request.text))}</button>"
        for request in REQUESTS
    )
    return form(ASK, token, {"connector": connector}, f'<div class="buttons">{buttons}</div>')


def _option(option: str, view: ConnectorView, place: str, token: str) -> str:
    row = OPTION_NAMES[option]
    value = option_text(option, view.choices)
    field = f"{place}-{option}"
    if isinstance(getattr(DEFAULT_CHOICES, row.name), bool):
        entry = _yes_or_no(field, value)
    else:
        entry = (
            f'<input id="{field}" name="value" value="{escape(value)}" maxlength="20" required '
            'autocomplete="off">'
        )
    inside = (
        f'<label for="{field}">{escape(sentence(row.text))}</label>'
        f'<span class="entry">{entry}<button type="submit">Set</button></span>'
    )
    return form(CHOOSE, token, {"connector": view.name, "option": option}, inside)


def _yes_or_no(field: str, value: str) -> str:
    answers = "".join(
        f"<option{' selected' if answer == value else ''}>{answer}</option>"
        for answer in ("yes", "no")
    )
    return f'<select id="{field}" name="value">{answers}</select>'
