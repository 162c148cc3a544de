"""The whole page, and the page that says why something was not done.

Both stand for themselves: no script, and nothing that a browser would fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from wattback_controller.owner_page.card import ConnectorView, card
from wattback_controller.owner_page.markup import foreign
from wattback_controller.owner_page.style import STYLE
from wattback_controller.owner_page.times import exact_text
from wattback_controller.owner_page.words import sentence


@dataclass(frozen=True, slots=True)
class SiteView:
    """What is known of a site. audit: time, who, what; oldest first."""

    name: str
    zone: ZoneInfo
    connectors: Sequence[ConnectorView]
    audit: Sequence[tuple[int, str, str]]


def place_of(number: int) -> str:
    """The id of a connector's section, by its number in the site's file."""
    return f"connector-{number}"


def render_site(view: SiteView, token: str, now_s: float) -> str:
    """The page as HTML. token: that its forms carry."""
    cards = [
        card(connector, place_of(number), token, now_s, view.zone)
        for number, connector in enumerate(view.connectors)
    ]
    zone = escape(view.zone.key)
    inside = [
        f'<header><p class="brand">Wattback</p><h1>{foreign(view.name)}</h1>',
        f'<p class="subtitle">{exact_text(now_s, view.zone)}, local time of {zone} · '
        '<a href="/">look again</a></p></header>',
        *cards,
        '<section aria-labelledby="log-heading">',
        '<div class="section-head"><h2 id="log-heading">Who asked for what</h2>',
        "<p>The last lines of the log, newest first</p></div>",
        _log(view),
        "</section>",
        "<footer><p>What is asked for here holds from the controller's next step on, a second "
        "later at most.</p></footer>",
    ]
    return _document(view.name, inside)


def render_refusal(status: int, text: str) -> str:
    """Why a request was not served, as HTML. text: a full sentence."""
    inside = [
        '<header><p class="brand">Wattback</p><h1>Nothing was changed</h1></header>',
        f'<section><p class="faulted">{foreign(sentence(text))}.</p>',
        '<p><a href="/">Back to the page</a></p></section>',
    ]
    return _document(f"Not done ({status})", inside)


def _document(title: str, inside: Sequence[str]) -> str:
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>\n</head>\n<body>\n<main>",
            *inside,
            "</main>\n</body>\n</html>\n",
        ]
    )


def _log(view: SiteView) -> str:
    if not view.audit:
        return '<p class="none">Nobody has asked for anything yet.</p>'
    rows = "".join(
        f'<tr><td class="when">{exact_text(t_s, view.zone)}</td>'
        f'<td class="who">{foreign(who)}</td><td>{foreign(what)}</td></tr>'
        for t_s, who, what in reversed(view.audit)
    )
    return (
        '<table class="log"><thead><tr><th>When</th><th>Who</th><th>What</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
