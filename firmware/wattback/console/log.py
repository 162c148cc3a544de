"""The readable log: what changed, when, and why, one line each.

        123.450 I session state=charging prev=offered pilot=C why=none #7c1e

Board time in seconds, level (I, W, E), tag, key=value, and the CRC-16/XMODEM of all that stands
before " #". The log watches status and report between the steps of the console, so the core knows
nothing of it. A change is noted in the tick that shows it and put into words when its turn comes,
so that a burst of them makes no step long. One that finds no room is counted, and the count told.
"""

from array import array

from micropython import const

from wattback.codec.crc import crc16_xmodem
from wattback.console.fields import FAULT_NAMES, told
from wattback.contactor import CAUSE_PLANNED
from wattback.heartbeat import SILENT

_SEQUENCE_MASK = const((1 << 29) - 1)
_TICKS_PER_S = const(100)
_TICK_MS = const(10)
_MOST_WAITING = const(16)  # of either kind
_WHY_ROOM = const(40)  # characters; keeps the longest line, check sum and newline included, to 127

# What is watched: (field, how its line begins, a field that is told with it, its key).
_WATCHED = (
    ("session_state", "session state=", "pilot_state", " pilot="),
    ("contactor_commanded", "contactor closed=", "open_cause", " cause="),
    ("import_limit_owner", "limit import_owner=", "import_limit_ma", " import_ma="),
    ("export_limit_owner", "limit export_owner=", "export_limit_ma", " export_ma="),
    ("target_owner", "target owner=", "target_w", " w="),
    ("in_service", "grid in_service=", "frequency_millihertz", " millihertz="),
    ("vehicle_link", "vehicle link=", "vehicle_refusal", " refusal="),
    ("controller_state", "controller state=", "uptime_s", " uptime_s="),
    ("reset_cause", "board reset=", "uptime_s", " uptime_s="),
    ("missed_ticks", "board missed_ticks=", "uptime_s", " uptime_s="),
)
# What `watch` returns.
NOTHING_NEW = const(0)
NEW_TICK = const(1)  # in which nothing differs
NOTED = const(2)

# Rows of the table.
_CONTACTOR = const(1)  # this and the one before also say why
_IN_SERVICE = const(5)
_VEHICLE = const(6)  # this and the next ones are fields of the report
_CONTROLLER = const(7)
_RESET = const(8)  # this and the next one have nothing that was before
# Events that no row watches, and what their value is.
_LATCHED = const(-1)  # index of the fault
_CLEARED = const(-2)
_LOST = const(-3)  # how many


class Log:
    """Notes changes with `watch`, tells them with `line`.

    faults, others: what waits to be told, of faults and of all else. second: of board time.
    """

    def __init__(self) -> None:
        self.faults = []  # type: ignore[var-annotated]
        self.others = []  # type: ignore[var-annotated]
        self.second = 0
        self._hundredths = 0
        self._sequence = 0
        self._row = 0  # that is compared next
        self._lost = 0
        # Zeros are what a connector is before its first tick.
        self._latched = 0
        self._told = array("i", [0] * len(_WATCHED))

    def watch(self, status, report) -> int:  # type: ignore[no-untyped-def]
        """Note one thing that differs from before; call it again as long as it returns NOTED."""
        elapsed = (status.sequence - self._sequence) & _SEQUENCE_MASK
        if elapsed:
            self._sequence = status.sequence
            self._hundredths += elapsed
            self.second += self._hundredths // _TICKS_PER_S
            self._hundredths %= _TICKS_PER_S
            self._row = 0
        row = self._row
        if row == len(_WATCHED):
            return NOTHING_NEW
        latched = status.faults
        if latched != self._latched:
            index = 0
            while not (latched ^ self._latched) >> index & 1:
                index += 1
            self._latched ^= 1 << index
            self._note(self.faults, _LATCHED if latched >> index & 1 else _CLEARED, index)
            return NOTED
        told = self._told
        while row < len(_WATCHED):
            source = status if row < _VEHICLE else report
            value = getattr(source, _WATCHED[row][0])
            if value != told[row]:
                other = getattr(source, _WATCHED[row][2])
                why = latched or status.waiting_for
                self._note(self.others, row, value, told[row], other, latched, why)
                told[row] = value
                self._row = row + 1
                return NOTED
            row += 1
        self._row = row
        if self._lost and len(self.others) < _MOST_WAITING:
            self._note(self.others, _LOST, self._lost)
            self._lost = 0
        return NEW_TICK

    def line(self, events) -> str:  # type: ignore[no-untyped-def]
        """The oldest of `faults` or `others` in words, without its check sum; it is told then."""
        event = events.pop(0)
        kind = event[2]
        value = event[3]
        # In one list and one join, because each string that is made in between costs a board time.
        text = ["%7d.%03d " % (event[0], event[1] * _TICK_MS)]
        if kind == _LOST:
            text.append("W log lost=%d" % value)
        elif kind < 0:
            text.append("E fault latched=" if kind == _LATCHED else "E fault cleared=")
            text.append(FAULT_NAMES[value])
        else:
            row = _WATCHED[kind]
            warns = kind == _CONTACTOR and not value and event[5] > CAUSE_PLANNED
            warns = warns or kind == _CONTROLLER and value == SILENT or kind >= _RESET
            text.append("W " if warns else "I ")
            text.append(row[1])
            text.append(told(row[0], value))
            # Of yes and no it is the other.
            if kind != _CONTACTOR and kind != _IN_SERVICE and kind < _RESET:
                text.append(" prev=")
                text.append(told(row[0], event[4]))
            text.append(row[3])
            text.append(told(row[2], event[5]))
            if kind <= _CONTACTOR:
                text.append(" why=")
                text.append(told("faults" if event[6] else "waiting_for", event[7], _WHY_ROOM))
        return "".join(text)

    def _note(self, events, kind: int, value: int, before=0, other=0, faulty=0, why=0) -> None:  # type: ignore[no-untyped-def]
        if len(events) == _MOST_WAITING:
            self._lost += 1
            return
        second = self.second
        events.append((second, self._hundredths, kind, value, before, other, faulty, why))


def checked(text: str) -> str:
    """A line of the log with its check sum and newline."""
    return "%s #%04x\n" % (text, crc16_xmodem(text.encode(), 0, len(text)))
