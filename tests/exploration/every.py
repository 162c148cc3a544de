"""All alphabets, in the order in which they are told; the last one is everything at once."""

from __future__ import annotations

from tests.exploration.alphabets import (
    ALPHABETS,
    BEAT,
    BUTTON,
    DISCONNECT,
    DRIVER,
    EXPORTING,
    FAST,
    GOOD,
    LIMITS,
    NO_NEUTRAL,
    OUT,
    PAUSE,
    POWER_CUT,
    RESET,
    SPEAK,
    STOP,
    UNPLUG_AND_BACK,
    WANT,
    WANT_NOTHING,
    Alphabet,
    export,
)
from tests.exploration.backup_alphabets import BACKUP_ALPHABETS
from tests.exploration.fault_alphabets import fault_alphabets

_EVERYTHING = Alphabet(
    "everything at once",
    (
        *UNPLUG_AND_BACK,
        *PAUSE,
        *STOP,
        *DISCONNECT,
        BUTTON,
        RESET,
        POWER_CUT,
        *LIMITS,
        *DRIVER,
        BEAT,
        WANT,
        WANT_NOTHING,
        *SPEAK,
        GOOD,
        OUT,
        FAST,
        NO_NEUTRAL,
    ),
    600,
    export,
    EXPORTING,
)


def every_alphabet() -> tuple[Alphabet, ...]:
    """Raises KeyError when a row of the fault table has no way to be raised."""
    return (*ALPHABETS, *BACKUP_ALPHABETS, *fault_alphabets(), _EVERYTHING)
