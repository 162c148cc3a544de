"""Settings from `settings.json` on the board's file system: what an installer has chosen.

    {"breaker_ma": 40000, "export_permitted": 1}

What the file does not name has its default. A file that cannot be followed leaves the connector
unavailable (fault settings_invalid) and says on the USB port what is wrong with it.
"""

import json

from wattback.settings import NUMBERS, SETTINGS

FILE = "settings.json"


def read_settings():  # type: ignore[no-untyped-def]
    """Values in table order, and "" or what is wrong with the file."""
    names = SETTINGS.names
    values = [SETTINGS.numbers[NUMBERS * index] for index in range(len(names))]
    try:
        with open(FILE) as file:
            chosen = json.load(file)
    except OSError:
        return values, ""  # there is none
    except ValueError:
        return values, "%s is no JSON" % FILE
    if not isinstance(chosen, dict):
        return values, "%s is no JSON object" % FILE
    for name in chosen:
        if name not in names:
            return values, "%s names %r, which is no setting" % (FILE, name)
        value = chosen[name]
        if type(value) is not int:
            return values, "%s: %s is %r, which is no integer" % (FILE, name, value)
        values[names.index(name)] = value
    return values, ""
