"""The statement in a terminal: a table of its lines, a sentence per event, the total."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wattback_controller.settlement.cells import NUMBER_HEADS, note_text, number_cells
from wattback_controller.settlement.civil import day_text, span_text
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.words import printable


def statement_table(statement: Statement) -> RenderableType:
    """The statement for rich's console."""
    title = Text(f"Statement for {statement.month.name}, tariff {statement.tariff}", "bold")
    parts: list[RenderableType] = [title]
    if statement.all_lines:
        parts.append(_lines(statement))
    for event in statement.events:
        day = day_text(event.start_s, statement.zone)
        parts.append(Text(f"{day}, {event.name}. {event.sentence}"))
    parts.append(Text(statement.summary, "bold"))
    return Group(*parts)


def _lines(statement: Statement) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("day", no_wrap=True)
    table.add_column("time", no_wrap=True)
    table.add_column("connector")
    for name in NUMBER_HEADS:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("note")
    for line in statement.all_lines:
        table.add_row(
            day_text(line.start_s, statement.zone),
            span_text(line.start_s, line.end_s, statement.zone),
            Text(printable(line.connector)),
            *number_cells(line, statement.currency),
            Text(note_text(line)),
        )
    return table
