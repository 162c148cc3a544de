"""What the page says about a connector: what it does, why it does not export, what was chosen.

Plain texts, not yet escaped for HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from wattback_controller.choices import OPTION_NAMES, Choices
from wattback_controller.connector_link import Reading, Silence
from wattback_controller.owner_page.times import time_text
from wattback_sim.fault_texts import FAULT_TEXTS
from wattback_sim.page.words import DISCHARGING, IDLE, direction_of, percent, plain, power_words
from wattback_sim.texts import EXPORT_WAIT_TEXTS

SESSION_TEXTS = {
    "boot": "starting up",
    "idle": "no vehicle is plugged in",
    "waiting": "a vehicle is plugged in and waits",
    "offered": "energy is offered, the vehicle takes none",
    "charging": "the vehicle draws almost nothing",
    "discharging": "the vehicle gives almost nothing",
    "stopping": "stopping",
    "fault": "stopped by a fault",
    "backup": "the vehicle feeds the home, which takes almost nothing",
}
# What a connector that is ready for an export waits for, until one is asked for.
_READY_WAITS = frozenset({"target", "contactor"})


def doing_text(answer: Reading | Silence | None) -> str:
    """What it is doing now, in a few words."""
    if answer is None:
        return "not heard of yet"
    if isinstance(answer, Silence):
        return "does not answer"
    power = power_words(answer.power_w)
    if power == IDLE:
        power = SESSION_TEXTS.get(answer.session_state, plain(answer.session_state))
    return power if answer.on_grid else f"{power}; the home is cut off from the grid"


def reason_text(answer: Reading | Silence | None) -> str:
    """Why it does that: its faults, or why it does not export, or its silence. "" without one."""
    if answer is None:
        return ""
    if isinstance(answer, Silence):
        return f"{answer.reason}."
    if answer.faults:
        return f"Fault: {joined([FAULT_TEXTS.get(n, plain(n)) for n in sorted(answer.faults)])}."
    if direction_of(answer.power_w) == DISCHARGING:
        return ""
    if answer.waits <= _READY_WAITS:
        return "It can export as soon as somebody asks for it."
    waits = answer.waits - _READY_WAITS
    known = [text for name, text in EXPORT_WAIT_TEXTS.items() if name in waits]
    unknown = [plain(name) for name in sorted(waits - EXPORT_WAIT_TEXTS.keys())]
    return f"It does not export: it waits for {joined(known + unknown)}."


def charge_text(answer: Reading | Silence | None, choices: Choices) -> str:
    """The state of charge against the reserve."""
    reserve_bp = choices.reserve_bp
    if not isinstance(answer, Reading) or answer.soc_bp < 0:
        return f"State of charge not known; {percent(reserve_bp)} is never exported."
    if answer.reserve_now_bp > reserve_bp:
        kept = f"the vehicle itself keeps {percent(answer.reserve_now_bp)}"
        reserve_bp = answer.reserve_now_bp
    else:
        kept = f"{percent(reserve_bp)} is never exported"
    spare_bp = answer.soc_bp - reserve_bp
    spare = f"{percent(spare_bp)} to spare" if spare_bp > 0 else "nothing to spare"
    return f"{percent(answer.soc_bp)} charged; {kept}: {spare}."


def standing_text(choices: Choices, now_s: float, zone: ZoneInfo) -> str:
    """Where the owner stands towards the programme."""
    if not choices.enrolled:
        return "It is not in the programme: nothing is exported for the utility."
    if choices.opted_out:
        return "It stays out of all events, until told otherwise."
    if now_s < choices.out_until_s:
        return f"It stays out of events until {time_text(choices.out_until_s, now_s, zone)}."
    return "It takes part in the programme."


def option_text(option: str, choices: Choices) -> str:
    """What is chosen for one of OPTION_NAMES, as its row reads it."""
    row = OPTION_NAMES[option]
    value = getattr(choices, row.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if row.name.endswith("_bp"):
        return f"{value / 100:g}%"
    if value is None:
        return "never"
    return str(value) or "none"


def sentence(text: str) -> str:
    """The text with a capital at its beginning; names after it keep theirs."""
    return text[:1].upper() + text[1:]


def joined(texts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
