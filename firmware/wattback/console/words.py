"""Five words for whoever has nothing but a plain terminal, answered in text. They only read."""

from micropython import const

from wattback.console.fields import told
from wattback.console.log import checked
from wattback.signals import STATUS_NAMES

WORDS = ("help", "status", "why", "faults", "version")
BOOT = "boot"  # asked by nobody: the greeting
_BOOT_LINE = "      0.000 I boot serial=%s firmware=%s"
_ROOM = const(100)  # characters of a field's words, of the 127 of a line

# Fields of the answers, a row a line, by the names that every port gives them.
_STATUS = (
    ("session_state", "pilot_state", "contactor_confirmed", "in_service"),
    ("power_w", "offered_ma", "target_w", "target_owner"),
    ("import_limit_ma", "import_limit_owner"),
    ("export_limit_ma", "export_limit_owner"),
    ("faults",),
)
_WHY = (
    ("waiting_for",),
    ("export_waits",),
    ("faults",),
    ("open_cause",),
    ("opening_waits",),
    ("opening_export_waits",),
    ("opening_faults",),
)


def line(asked: str, number: int, connector, identity) -> str:  # type: ignore[no-untyped-def]
    """The line of that number, from 0, of the answer to one of WORDS or BOOT, with its newline;
    "" after the last.
    """
    if asked == "status" or asked == "why" or asked == "faults":
        rows = _STATUS if asked == "status" else _WHY if asked == "why" else _STATUS[-1:]
        if number == len(rows):
            return ""
        text = []
        for field in rows[number]:
            source = connector.status if field in STATUS_NAMES else connector.report
            text.append(field)
            text.append("=")
            text.append(told(field, getattr(source, field), _ROOM))
            text.append(" ")
        text[-1] = "\n"
        return "".join(text)
    if asked == BOOT:
        if number == 0:
            return checked(_BOOT_LINE % (identity.serial, identity.version))
        number -= 1
    if number == 0:
        return "%s %s %s, firmware %s\n" % (
            identity.manufacturer,
            identity.model,
            identity.serial,
            identity.version,
        )
    if asked == "version" or number == 3:
        return ""
    if number == 1:
        return "The tool: pipx install wattback, then: wattback status\n"
    return "By hand, read-only: %s\n" % " ".join(WORDS)
