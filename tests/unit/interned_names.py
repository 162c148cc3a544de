"""Says, on MicroPython, how many of the names that a tick looks attributes up by are interned.

Of the counts of openings, and of the settings: as they are written, and as `own_names` has them.
"""

from wattback.interned import own_names
from wattback.settings import SETTINGS, Settings
from wattback.signals import OPENING_NAMES, Report


def interned(thing: object, names: tuple[str, ...]) -> int:
    """How many of the names are the very keys of the thing's attributes."""
    count = 0
    for name in names:
        for key in thing.__dict__:
            count += name is key
    return count


report = Report()
settings = Settings()
names = tuple(row[0] for row in SETTINGS)
print("as they are written:", interned(report, OPENING_NAMES), interned(settings, names))
print(
    "own:",
    interned(report, own_names(report, OPENING_NAMES)),
    interned(settings, own_names(settings, names)),
)
