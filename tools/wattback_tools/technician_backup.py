"""Whether the vehicle would keep the home alive in an outage, and if not, why not."""

from collections.abc import Sequence
from typing import Any

from wattback.backup.readiness import WAIT_NAMES, WAIT_RESERVE_NEAR
from wattback.backup.steps import GRID, REFUSAL_NAMES, REFUSED_NONE, STATE_NAMES
from wattback.signals import NO_GATEWAY
from wattback_hil.console.answers import Why
from wattback_sim.texts import BACKUP_REFUSAL_TEXTS, BACKUP_TEXTS, READINESS_TEXTS


def backup_lines(why: Why) -> list[str]:
    """What a technician reads; nothing where there is no gateway."""
    waits = open_names(why.backup_waits)
    if waits is None:
        return []
    lines = [_headline(why, waits)]
    if why.backup_state == GRID:
        lines += [f"  WAIT  {READINESS_TEXTS.get(name, name)}" for name in waits]
    elif why.backup_waits & WAIT_RESERVE_NEAR:
        lines.append(
            "  WARN  the battery is near its reserve: loads are shed, then the home is dark"
        )
    if why.backup_refusal != REFUSED_NONE:
        refusal = name_at(REFUSAL_NAMES, why.backup_refusal)
        lines.append(f"  last: {BACKUP_REFUSAL_TEXTS.get(refusal, refusal)}")
    return lines


def backup_document(why: Why) -> dict[str, Any] | None:
    """The same for programs; None where there is no gateway."""
    waits = open_names(why.backup_waits)
    if waits is None:
        return None
    return {
        "verdict": _headline(why, waits),
        "state": name_at(STATE_NAMES, why.backup_state),
        "last_refusal": name_at(REFUSAL_NAMES, why.backup_refusal),
        "waiting_for": list(waits),
    }


def name_at(names: Sequence[str], at: int) -> str:
    """What a number stands for; one of a newer firmware has its number for a name."""
    return names[at] if 0 <= at < len(names) else str(at)


def open_names(bits: int) -> tuple[str, ...] | None:
    """Names of what would stop the next backup; None: there is no gateway."""
    if bits == NO_GATEWAY:
        return None
    places = [at for at in range(bits.bit_length()) if bits >> at & 1]
    return tuple(name_at(WAIT_NAMES, at) for at in places)


def _headline(why: Why, waits: Sequence[str]) -> str:
    if why.backup_state != GRID:
        state = name_at(STATE_NAMES, why.backup_state)
        return f"BACKUP: {BACKUP_TEXTS.get(state, state)}"
    if not waits:
        return "BACKUP READY"
    count = f"{len(waits)} of {len(WAIT_NAMES)} conditions open"
    return f"BACKUP NOT READY: waiting for {READINESS_TEXTS.get(waits[0], waits[0])} ({count})"
