"""The private group 17750: what the unit is, everything it measures, why it waits, its faults.

An answer is a map of fields, written a few a step, because a board needs milliseconds for one of
them all; it is written from a copy, because that may take longer than a tick. What does not fit
into one message ends with "next": a request with "from" of that number brings the rest, of the
same moment as its beginning. `docs/console.cddl` describes the messages.
"""

from array import array

from micropython import const

from wattback.codec.cbor import UNKNOWN_LENGTH, Writer
from wattback.console.fields import CHOICE, FAULT_NAMES, SET, kind_of, names_of, told
from wattback.fault_table import CLEAR_NAMES, FAULTS
from wattback.signals import REPORT_NAMES, STATUS_NAMES

GROUP = const(17750)
PROTOCOL = (1, 0)  # the first number changes when an old program could misread an answer
COMMAND_NAMES = ("hello", "vitals", "why", "faults")
_HELLO = const(0)
_VITALS = const(1)
_WHY = const(2)
_FAULTS = const(3)

# Room that is kept for the end of a message: a map closed, "next" with its number, a map closed.
_TAIL_BYTES = const(10)
_PARTS_A_STEP = const(2)
_NAMES_A_PART = const(2)

_PROFILE_FIELDS = ("profile_version", "profile_hash")  # settings
_HELLO_FIELDS = (
    ("proto", "manufacturer", "model", "serial", "fw") + _PROFILE_FIELDS + ("uptime_s", "features")
)
_WHY_FIELDS = (
    "waiting_for",
    "export_waits",
    "session_state",
    "pilot_state",
    "contactor_confirmed",
    "faults",
    "open_cause",
    "opening_faults",
    "opening_waits",
    "opening_export_waits",
    "offered_ma",
    "import_limit_ma",
    "import_limit_owner",
    "export_limit_ma",
    "export_limit_owner",
    "paused_by",
    "site_left_s",
    "programme_left_s",
    "in_service",
    "service_left_s",
    "target_owner",
    "target_state",
    "target_w",
    "target_asked_w",
    "target_left_s",
    "controller_state",
    "vehicle_link",
    "vehicle_refusal",
    "soc_bp",
    "reserve_bp",
    "need_wh",
    "departure_s",
    "export_day_wh",
    "export_day_left_s",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "frequency_millihertz",
    "backup_state",
    "backup_refusal",
    "backup_waits",
)
_WHY_CONDITIONS = const(2)  # the first ones, with every condition, met or open
COMMANDS = const(4)
_COPIED = STATUS_NAMES + REPORT_NAMES
# Where the parts begin that are copied in one step: the status, and thirds of the report.
_STATUS_END = len(STATUS_NAMES)
_THIRD = len(REPORT_NAMES) // 3
_PARTS_AT = (0, _STATUS_END, _STATUS_END + _THIRD, _STATUS_END + 2 * _THIRD, len(_COPIED))
_PARTS = len(_PARTS_AT) - 1
_FIELDS = (_HELLO_FIELDS, _COPIED, _WHY_FIELDS, FAULT_NAMES)


class Group:
    """Writes one answer at a time into `writer`."""

    def __init__(self, connector, identity, writer: Writer) -> None:  # type: ignore[no-untyped-def]
        self._connector = connector
        self._identity = identity
        self._writer = writer
        self._copy = array("i", [0] * len(_COPIED))
        self._command = _HELLO
        self._field = 0  # which is written now
        self._part = 0  # of that field
        self._field_at = 0  # where it begins; 0 before the first

    def start(self, command: int, first: int) -> int:
        """Begin the answer to `command` with its field `first`; returns 0 when there is no such
        field. command: below COMMANDS.
        """
        if first >= len(_FIELDS[command]):
            return 0
        self._command = command
        self._field = first
        self._part = 0
        self._field_at = 0
        return 1

    def step(self) -> int:
        """Write some more; returns 1 until the answer is complete."""
        writer = self._writer
        fields = _FIELDS[self._command]
        if not self._field_at:
            self._begin()
            return 1
        for _ in range(_PARTS_A_STEP):
            if self._field == len(fields) or writer.overflow:
                self._end(len(fields))
                return 0
            if self._write_part(fields[self._field]):
                self._part += 1
            elif not writer.overflow:
                self._field += 1
                self._part = 0
                self._field_at = writer.at
        return 1

    def _end(self, fields: int) -> None:
        writer = self._writer
        writer.start(self._field_at)  # without what did not fit
        writer.end += _TAIL_BYTES
        if self._command == _FAULTS:
            writer.close()
        if self._field < fields:
            writer.text("next")
            writer.integer(self._field)
        writer.close()

    def _begin(self) -> None:
        # A part a step: the status, the report in thirds (the same tick's, or younger), the head.
        part = _PARTS if self._field else self._part
        self._part = part + 1
        if part < _PARTS:
            at = _PARTS_AT[part]
            source = self._connector.report if part else self._connector.status
            copy = self._copy
            while at < _PARTS_AT[part + 1]:
                copy[at] = getattr(source, _COPIED[at])
                at += 1
            return
        self._part = 0
        writer = self._writer
        writer.end -= _TAIL_BYTES
        writer.map(UNKNOWN_LENGTH)
        writer.text("tick")
        writer.integer(self._copy[0])
        if self._command == _FAULTS:
            writer.text("faults")
            writer.map(UNKNOWN_LENGTH)
        self._field_at = writer.at

    def _write_part(self, name: str) -> int:
        # Returns 1 when the field has more parts.
        part = self._part
        if self._command == _FAULTS:
            return self._write_fault(name, part)
        if name == "sequence":
            return 0  # told already, under a name that smpclient does not use for itself
        if name == "features":
            return self._write_names(name, -1, COMMAND_NAMES, False, part)
        copied = name in _COPIED
        value = self._copy[_COPIED.index(name)] if copied else 0
        kind = kind_of(name)
        if kind == SET:
            every = self._command == _WHY and self._field < _WHY_CONDITIONS
            return self._write_names(name, value, names_of(name), every, part)
        writer = self._writer
        writer.text(name)
        if kind == CHOICE:
            writer.text(told(name, value))
        elif copied:
            writer.integer(value)
        elif name in _PROFILE_FIELDS:
            writer.integer(getattr(self._connector.settings, name))
        elif name == "proto":
            writer.array(2)
            writer.integer(PROTOCOL[0])
            writer.integer(PROTOCOL[1])
        else:
            writer.text(getattr(self._identity, "version" if name == "fw" else name))
        return 0

    def _write_fault(self, name: str, part: int) -> int:
        # Of a latched one: after how long and how often it ends by itself, and all ways out of it.
        if not self._copy[_COPIED.index("faults")] >> self._field & 1:
            return 0
        row = FAULTS[self._field]
        if part:
            return self._write_names("clears", row[2], CLEAR_NAMES, False, part - 1)
        writer = self._writer
        writer.text(name)
        writer.map(3)
        writer.text("after_s")
        writer.integer(row[3])
        writer.text("retries")
        writer.integer(row[4])
        return 1

    def _write_names(self, key: str, bits: int, names, every: bool, part: int) -> int:  # type: ignore[no-untyped-def]
        # An array of the names whose bits are set, or a map of every name to its bit.
        writer = self._writer
        if part == 0:
            writer.text(key)
            if every:
                writer.map(len(names))
            else:
                writer.array(UNKNOWN_LENGTH)
            return 1
        first = (part - 1) * _NAMES_A_PART
        last = min(first + _NAMES_A_PART, len(names))
        for index in range(first, last):
            bit = bits >> index & 1
            if every or bit:
                writer.text(names[index])
            if every:
                writer.flag(bit)
        if last < len(names):
            return 1
        if not every:
            writer.close()
        return 0
