"""What a line shows in a table, on whichever medium."""

from wattback_controller.settlement.money import money_text, rate_text
from wattback_controller.settlement.statement import EnergyLine, PowerLine

_MINUS = "\N{MINUS SIGN}"
NUMBER_HEADS = ("delivered", "baseline", "paid", "rate", "credit")


def number_cells(line: EnergyLine | PowerLine, currency: str) -> tuple[str, ...]:
    """A cell under each of NUMBER_HEADS, "" where the line has no such number."""
    rate = rate_text(line.rate, currency)
    credit = money_text(line.credit, currency)
    if isinstance(line, PowerLine):
        return "", "", f"{line.mean_w} W", f"{rate}/kW", credit
    return (
        f"{line.delivered_wh} Wh",
        "" if line.baseline_wh is None else f"{line.baseline_wh} Wh".replace("-", _MINUS),
        f"{line.paid_wh} Wh",
        f"{rate}/kWh",
        credit,
    )


def note_text(line: EnergyLine | PowerLine) -> str:
    """What a reader should know of a line: why nothing was paid, or what was not measured."""
    if line.note:
        return f"not paid: {line.note}"
    if isinstance(line, EnergyLine) and line.flags:
        return ", ".join(sorted(line.flags))
    return "mean power over the event" if isinstance(line, PowerLine) else ""
