"""Adoption: settings of the grid code that a utility's client writes take effect, all or none.

A write of single settings, or the request to adopt a model's second set, is tried on a second
`Settings`: the permission, the allowed ranges, then what the site's categories and the settings
together allow. Only then the connector takes all of it over, in one tick. A step at a time, as it
is too long for one; another one waits until it is over.
"""

from array import array

from micropython import const

from wattback.commands import ACCEPTED as QUEUED
from wattback.commands import COMMAND_ADOPT, COMMAND_WITHDRAW
from wattback.grid.categories import category_has, curves_allow, fitting
from wattback.modbus.access import (
    ACCEPTED,
    BUSY,
    NOT_ALLOWED,
    NOT_PERMITTED,
    OUT_OF_RANGE,
    PENDING,
    ROW,
    SETTING,
)
from wattback.modbus.image import OCTETS, U16, Image, value_at
from wattback.modbus.tables import ADOPTED, BASE, REFUSAL_AT, SETS, WRITABLE
from wattback.settings import (
    AT_ADOPTION,
    NOMINAL_MILLIHERTZ,
    NUMBERS,
    SETTINGS,
    WHEN,
    shift_of,
)

# A row of ADOPTED: place (2), kind, setting, which.
_ROW = const(5)
_KIND = const(2)
_SETTING = const(3)
_WHICH = const(4)
_REQUEST = const(254)
_CONSTANT = const(255)
# A row of SETS: first row of the set, the row behind it, how far behind the second set lies.
_SET = const(3)
_RESULT = const(2)  # how far behind its request a result lies, in bytes

_AT_ONCE = const(8)  # rows that one write may cover; the generator checks it
# Settings that a step copies, those that it counts, and rows that it tries or shows.
_COPIED_A_STEP = const(6)
_COUNTED_A_STEP = const(4)
_ROWS_A_STEP = const(3)

# How far it has come.
_IDLE = const(0)
_COPY = const(1)
_SET_SINGLE = const(2)
_SET_SECOND = const(3)
_JUDGE = const(4)
_JUDGE_CURVES = const(5)
_FIT = const(6)
_IDENTIFY = const(7)
_POST = const(8)
_OBEY = const(9)
_SHOW = const(10)

_IN_PROGRESS = const(0)  # of AdptCrvRslt
_COMPLETED = const(1)
_FAILED = const(2)
_NONE = const(-1)
_HIGHEST_VERSION = const(0xFFFF)
_MOST = const(0x1FFFFFFF)  # more is as much: it is beyond every range


class Adoption:
    """For the bank: shows what is in force, the second sets, and how a request has ended."""

    def __init__(self, connector, image: Image) -> None:  # type: ignore[no-untyped-def]
        self._connector = connector
        self._image = image
        self._reason = ACCEPTED  # or why it fails, and the place of the point
        self._refused_at = 0
        self._state = _IDLE
        self._row = 0  # of ADOPTED, or of SETTINGS
        self._rows = array("i", [0] * _AT_ONCE)  # what was written: rows of ADOPTED, values
        self._values = array("i", [0] * _AT_ONCE)
        self._count = 0  # of them; 0 when nobody will ask any more what became of it
        self._set = _NONE  # place in SETS of the second set that is to be adopted
        for row in range(0, len(ADOPTED), _ROW):
            self._show(row)
        for at in range(0, len(SETS), _SET):
            for row in range(SETS[at] * _ROW, SETS[at + 1] * _ROW, _ROW):
                kind = ADOPTED[row + _KIND]
                image.put(_place(row) + SETS[at + 2], kind, image.get(_place(row), kind))

    def ask(self, row: int, octets, at: int, end: int) -> int:  # type: ignore[no-untyped-def]
        """A write of octets[at:end], judged by the rows of WRITABLE from `row` on.

        PENDING until it is known what becomes of it: ask again. BUSY while another one goes on.
        A failed request is accepted, and its result says so.
        """
        same = self._is_the_same(row, octets, at, end)
        if not same:
            self._withdraw(row, octets, at, end)
        if self._state == _IDLE:
            if same:
                self._count = 0
                return ACCEPTED if self._set != _NONE else self._reason
            self._begin(row, octets, at, end)
        elif not same:
            return BUSY
        self.step()
        return PENDING

    def _withdraw(self, row: int, octets, at: int, end: int) -> None:  # type: ignore[no-untyped-def]
        # The permission to serve ends with the next tick, whatever else there is to do: the source
        # must have ceased 2 s after the write. Written alone, so that no other value refuses it.
        connector = self._connector
        first = ADOPTED[WRITABLE[row + SETTING] * _ROW + _SETTING]
        alone = connector.setting_names[first] == "permit_service" and end == at + 2
        if alone and not value_at(octets, at, U16):
            if connector.settings.utility_may_set and connector.settings.permit_service:
                connector.queue.put(COMMAND_WITHDRAW, 0, 0, 0, 0)

    def redraft(self) -> int:
        """A second set is about to be written: ACCEPTED, or BUSY while one may be looked at. What
        was asked for before, if nobody has heard of it, is not what will be asked for next.
        """
        if self._state:
            return BUSY
        self._count = 0
        return ACCEPTED

    def step(self) -> int:
        """One step of what goes on; 0 if nothing does."""
        state = self._state
        if state == _IDLE:
            return 0
        settings = self._connector.settings
        prepared = self._connector.prepared
        names = self._connector.setting_names
        if state == _COPY:
            numbers = SETTINGS.numbers
            for row in range(self._row, min(self._row + _COPIED_A_STEP, len(SETTINGS))):
                if numbers[NUMBERS * row + WHEN] == AT_ADOPTION:
                    setattr(prepared, names[row], getattr(settings, names[row]))
            self._go_on(_COPIED_A_STEP, len(SETTINGS), _SET_SINGLE)
        elif state == _SET_SINGLE:
            end = min(self._row + _ROWS_A_STEP, self._count)
            for index in range(self._row, end):
                self._try(self._rows[index], self._values[index], 0)
            self._row = end
            if end == self._count:
                self._row = SETS[self._set] if self._set != _NONE else 0
                self._state = _SET_SECOND if self._set != _NONE else _JUDGE
        elif state == _SET_SECOND:
            away = SETS[self._set + 2]
            end = SETS[self._set + 1]
            for row in range(self._row, min(self._row + _ROWS_A_STEP, end)):
                self._try_second(row * _ROW, away)
            self._go_on(_ROWS_A_STEP, end, _JUDGE)
        elif state == _JUDGE:
            self._judge(
                category_has(prepared, prepared.abnormal_category, prepared.normal_category)
            )
            self._state = _JUDGE_CURVES
        elif state == _JUDGE_CURVES:
            self._judge(curves_allow(prepared))
            self._state = _FIT
        elif state == _FIT:
            self._fitting = fitting(prepared)
            self._version = 1
            self._row = 0
            self._state = _IDENTIFY
        elif state == _IDENTIFY:
            self._version = prepared.version_on(
                self._version, self._row, self._row + _COUNTED_A_STEP
            )
            self._go_on(_COUNTED_A_STEP, len(SETTINGS), _POST)
        elif state == _POST:
            queue = self._connector.queue
            self._tried = prepared
            # A sum of 16 bits may be that of other settings: what is adopted has another number.
            version = self._version or 1
            if version == self._connector.vehicle.settings_version:
                version = version % _HIGHEST_VERSION + 1
            if queue.put(COMMAND_ADOPT, version, self._fitting, 0, 0) == QUEUED:
                self._state = _OBEY
        elif state == _OBEY:
            if settings is self._tried:
                self._row = 0
                self._state = _SHOW
        else:
            rows = len(ADOPTED) // _ROW
            for row in range(self._row, min(self._row + _ROWS_A_STEP, rows)):
                self._show(row * _ROW)
            self._go_on(_ROWS_A_STEP, rows, _IDLE)
        if self._reason != ACCEPTED and self._state != _IDLE:
            self._end(_FAILED)
        elif self._state == _IDLE:
            self._end(_COMPLETED)
        return 1

    def _begin(self, row: int, octets, at: int, end: int) -> None:  # type: ignore[no-untyped-def]
        self._reason = ACCEPTED
        self._set = _NONE
        self._row = 0
        self._state = _COPY
        count = 0
        while at < end:
            adopted = WRITABLE[row + SETTING] * _ROW
            self._rows[count] = adopted
            self._values[count] = min(value_at(octets, at, ADOPTED[adopted + _KIND]), _MOST)
            if ADOPTED[adopted + _WHICH] == _REQUEST:
                self._set = ADOPTED[adopted + _SETTING] * _SET
                self._request_at = _place(adopted)
                self._image.put(self._request_at, U16, self._values[count])
                self._image.put(self._request_at + _RESULT, U16, _IN_PROGRESS)
            count += 1
            at += OCTETS[ADOPTED[adopted + _KIND]]
            row += ROW
        self._count = count
        if not self._connector.settings.utility_may_set:
            self._refuse(NOT_PERMITTED, _place(self._rows[0]))

    def _is_the_same(self, row: int, octets, at: int, end: int) -> bool:  # type: ignore[no-untyped-def]
        # As what was written last: its writer asks how it goes, or has sent it again.
        for index in range(self._count):
            adopted = self._rows[index]
            kind = ADOPTED[adopted + _KIND]
            if at >= end or WRITABLE[row + SETTING] * _ROW != adopted:
                return False
            if min(value_at(octets, at, kind), _MOST) != self._values[index]:
                return False
            at += OCTETS[kind]
            row += ROW
        return at == end

    def _go_on(self, done: int, end: int, following: int) -> None:
        self._row += done
        if self._row >= end:
            self._row = 0
            self._state = following

    def _try(self, adopted: int, value: int, away: int) -> None:
        which = ADOPTED[adopted + _WHICH]
        if which == _REQUEST:
            return
        prepared = self._connector.prepared
        index = ADOPTED[adopted + _SETTING]
        name = SETTINGS.names[index]
        if which:
            # Switched off is what was on; and one of these functions alone can be on.
            on = getattr(prepared, name)
            value = which if value else 0 if on == which else on
        moved = value
        if prepared.nominal_millihertz != NOMINAL_MILLIHERTZ:
            moved -= shift_of(index, prepared.nominal_millihertz)
        if SETTINGS.allows(index, moved):
            setattr(prepared, name, value)
        else:
            self._refuse(OUT_OF_RANGE, _place(adopted) + away)

    def _try_second(self, adopted: int, away: int) -> None:
        kind = ADOPTED[adopted + _KIND]
        value = self._image.get(_place(adopted) + away, kind)
        if ADOPTED[adopted + _WHICH] != _CONSTANT:
            self._try(adopted, value, away)
        elif value != self._image.get(_place(adopted), kind):
            self._refuse(OUT_OF_RANGE, _place(adopted) + away)

    def _judge(self, name: str) -> None:
        # What is wrong together is told by the point that shows it, where this write has one.
        if not name:
            return
        at = _place(self._rows[0])
        away = SETS[self._set + 2] if self._set != _NONE else 0
        for adopted in range(0, len(ADOPTED), _ROW):
            which = ADOPTED[adopted + _WHICH]
            if not which and SETTINGS.names[ADOPTED[adopted + _SETTING]] == name:
                at = _place(adopted)
                if away and SETS[self._set] <= adopted // _ROW < SETS[self._set + 1]:
                    at += away
        self._refuse(NOT_ALLOWED, at)

    def _refuse(self, reason: int, at: int) -> None:
        if self._reason == ACCEPTED:
            self._reason = reason
            self._refused_at = at

    def _end(self, result: int) -> None:
        self._state = _IDLE
        if self._set == _NONE:
            return
        self._image.put(self._request_at + _RESULT, U16, result)
        if result == _FAILED:
            self._image.put(REFUSAL_AT, U16, self._reason)
            self._image.put(REFUSAL_AT + 2, U16, BASE + self._refused_at // 2)

    def _show(self, adopted: int) -> None:
        which = ADOPTED[adopted + _WHICH]
        if which >= _REQUEST:
            return
        connector = self._connector
        name = connector.setting_names[ADOPTED[adopted + _SETTING]]
        value = getattr(connector.settings, name)
        if which:
            value = 1 if value == which else 0
        self._image.put(_place(adopted), ADOPTED[adopted + _KIND], value)


def _place(adopted: int) -> int:
    return ADOPTED[adopted] << 8 | ADOPTED[adopted + 1]
