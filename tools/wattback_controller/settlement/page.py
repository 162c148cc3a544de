"""The statement as a page: one self-contained HTML file in the looks of the visit's page.

`statement_section` is what another page ends with: events in a sentence each, the chart, the
total. It brings no styles; whoever embeds it has those of the visit's page.
"""

from html import escape

from wattback_controller.settlement.cells import NUMBER_HEADS, note_text, number_cells
from wattback_controller.settlement.chart import chart
from wattback_controller.settlement.civil import day_text, local, span_text
from wattback_controller.settlement.money import money_text
from wattback_controller.settlement.statement import (
    EnergyLine,
    EventTotal,
    PowerLine,
    Statement,
)
from wattback_controller.settlement.words import energy, printable
from wattback_sim.page.style import STYLE
from wattback_sim.page.words import unbroken

_TABLE_STYLE = """
.lines { width: 100%; border-collapse: collapse; font-size: 14px; }
.lines th { color: var(--muted); font-weight: 500; text-align: left; }
.lines th, .lines td { padding: 6px 14px 6px 0; border-top: 1px solid var(--rule); }
.lines thead th { border-top: 0; }
.lines td { white-space: nowrap; }
.lines .number { text-align: right; }
.lines .note { color: var(--muted); white-space: normal; min-width: 15em; }
"""
_HEADS = ("Day", "Time", "Event", "Connector")


def statement_page(statement: Statement) -> str:
    """The whole page, as HTML."""
    title = escape(f"Statement for {statement.month.name}")
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>",
        f"<style>{STYLE}{_TABLE_STYLE}</style>\n</head>\n<body>\n<main>",
        f'<header><p class="brand">Wattback</p><h1>{title}</h1>',
        f'<p class="subtitle">Tariff: {escape(statement.tariff)}</p></header>',
        _figures(statement),
        statement_section(statement),
        _lines(statement),
        "<footer><p>Energy that went out to the grid while an event asked for it, in quarters of "
        "an hour. Each line is rounded to the cent once, and the total is the sum of the lines. "
        f"Times are those of {escape(statement.zone.key)}.</p></footer>",
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def statement_section(statement: Statement) -> str:
    """The closing section of a page, as an HTML fragment."""
    told = "".join(_event(event, statement) for event in statement.events)
    return "\n".join(
        part
        for part in (
            '<section aria-labelledby="statement-heading">',
            '<div class="section-head"><h2 id="statement-heading">Statement</h2>',
            f"<p>{escape(statement.month.name)}, tariff {escape(statement.tariff)}</p></div>",
            f'<ol class="events">{told}</ol>' if told else "",
            chart(statement),
            f'<p class="summary">{_text(statement.summary)}</p>',
            "</section>",
        )
        if part
    )


def _text(sentence: str) -> str:
    return escape(unbroken(sentence))


def _figures(statement: Statement) -> str:
    pairs = (
        ("delivered to the grid", energy(statement.delivered_wh)),
        ("paid", energy(statement.paid_wh)),
        ("credit", money_text(statement.credit, statement.currency)),
        ("events", str(len(statement.events))),
    )
    told = "".join(f"<div><dt>{label}</dt><dd>{_text(value)}</dd></div>" for label, value in pairs)
    return f'<dl class="figures">{told}</dl>'


def _event(event: EventTotal, statement: Statement) -> str:
    day = local(event.start_s, statement.zone).date().isoformat()
    return (
        f'<li class="grid"><time datetime="{day}">{day_text(event.start_s, statement.zone)}</time>'
        f'<span class="kind">{money_text(event.credit, statement.currency)}</span>'
        f'<span class="sentence"><strong>{escape(event.name)}</strong> '
        f"{_text(event.sentence)}</span></li>"
    )


def _lines(statement: Statement) -> str:
    if not statement.all_lines:
        return ""
    names = {event.event: event.name for event in statement.events}
    heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    heads += "".join(
        f'<th scope="col" class="number">{head.capitalize()}</th>' for head in NUMBER_HEADS
    )
    rows = "".join(_row(line, names[line.event], statement) for line in statement.all_lines)
    return (
        '<section aria-labelledby="lines-heading">'
        '<div class="section-head"><h2 id="lines-heading">Lines</h2>'
        "<p>Paid energy times rate is the credit</p></div>"
        '<div class="scroller" tabindex="0" role="group" aria-label="Lines, scroll sideways">'
        f'<table class="lines"><thead><tr>{heads}<th scope="col">Note</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _row(line: EnergyLine | PowerLine, name: str, statement: Statement) -> str:
    cells = (
        day_text(line.start_s, statement.zone),
        span_text(line.start_s, line.end_s, statement.zone),
        name,
        printable(line.connector),
    )
    numbers = number_cells(line, statement.currency)
    return (
        "<tr>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in numbers)
        + f'<td class="note">{escape(note_text(line))}</td></tr>'
    )
