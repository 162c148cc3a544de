"""The points of a limit: model 704's WMaxLimPct group for the programme, our own for the others.

A write of any point of a group sets the whole limit and starts its time again. When the time is
over a limit is gone, but the site's is what the site's failsafe says.
"""

from micropython import const

from wattback.commands import COMMAND_SET_LIMIT
from wattback.limits import NO_LIMIT_MA, OWNER_PROGRAMME
from wattback.modbus.drafts import Drafts
from wattback.modbus.image import S16, S32, U16, U32, Image
from wattback.modbus.tables import WMAX_AT

# Places in the group of model 704, in bytes after WMaxLimPctEna.
_PERCENT = const(2)
_TIMEOUT = const(8)
_LEFT = const(12)
# In a group of our own, after its import limit.
_EXPORT = const(2)
_OWN_TIMEOUT = const(4)
_OWN_LEFT = const(8)

_HUNDRED_PERCENT = const(10000)
_MA_PER_STEP = const(10)  # of our own points
_NO_LIMIT_STEPS = const(-100)  # they say −1 A


class ProgrammeLimit:
    """Limits export to a share of WMax. at: place of WMaxLimPctEna, the first of the group."""

    def __init__(self, connector, image: Image, at: int) -> None:  # type: ignore[no-untyped-def]
        self._connector = connector
        self._image = image
        self._at = at
        self._enabled = 0
        self._ma = NO_LIMIT_MA
        self._draft_ma = NO_LIMIT_MA
        self._keeps = 0
        image.put(at + _PERCENT, U16, _HUNDRED_PERCENT)

    def draft(self, first: int, end: int, drafts: Drafts) -> None:
        """image[first:end] has just been written: add the command that follows from it."""
        image = self._image
        at = self._at
        self._keeps = 1 if first <= at + _PERCENT < end else 0
        self._draft_ma = NO_LIMIT_MA
        if image.get(at, U16):
            percent = image.get(at + _PERCENT, U16)
            self._draft_ma = self._full_ma() // 10 * percent // 1000
            timeout_s = image.get(at + _TIMEOUT, U32)
            drafts.add(COMMAND_SET_LIMIT, OWNER_PROGRAMME, NO_LIMIT_MA, self._draft_ma, timeout_s)
        elif first <= at:
            drafts.add(COMMAND_SET_LIMIT, OWNER_PROGRAMME, NO_LIMIT_MA, NO_LIMIT_MA, 0)

    def commit(self) -> None:
        """The write has been accepted."""
        image = self._image
        enabled = image.get(self._at, U16)
        if self._enabled and not enabled and not self._keeps:
            image.put(self._at + _PERCENT, U16, _HUNDRED_PERCENT)
        self._enabled = enabled
        self._ma = self._draft_ma
        image.put(self._at + _LEFT, U32, image.get(self._at + _TIMEOUT, U32) if enabled else 0)

    def follow(self, ma: int, left_s: int) -> None:
        """Show what the connector says of the programme's limit, in mA or NO_LIMIT_MA."""
        image = self._image
        if ma != self._ma:  # its time is over, or another port has set it
            self._ma = ma
            self._enabled = 0 if ma == NO_LIMIT_MA else 1
            image.put(self._at, U16, self._enabled)
            image.put(self._at + _PERCENT, U16, self._percent(ma))
        image.put(self._at + _LEFT, U32, max(left_s, 0))

    def _percent(self, ma: int) -> int:
        full_ma = self._full_ma()
        if ma == NO_LIMIT_MA or not full_ma:
            return _HUNDRED_PERCENT
        return ma * 1000 // max(full_ma // 10, 1)

    def _full_ma(self) -> int:
        volts: int = self._connector.settings.nominal_line_mv // 1000
        # WMax as written, be it obeyed already or not.
        return self._image.get(WMAX_AT, U16) * 1000 // volts


class LimitPoints:
    """One owner's limits for import and export, the site's or the technician's.

    at: place of the import limit, the first of the group.
    """

    def __init__(self, image: Image, at: int, owner: int) -> None:
        self._image = image
        self._at = at
        self._owner = owner

    def draft(self, _first: int, _end: int, drafts: Drafts) -> None:
        """The group has just been written: add the command that follows from it."""
        image = self._image
        at = self._at
        drafts.add(
            COMMAND_SET_LIMIT,
            self._owner,
            _ma(image.get(at, S16)),
            _ma(image.get(at + _EXPORT, S16)),
            image.get(at + _OWN_TIMEOUT, U32),
        )

    def commit(self) -> None:
        """The write has been accepted."""
        timeout_s = self._image.get(self._at + _OWN_TIMEOUT, U32)
        self._image.put(self._at + _OWN_LEFT, S32, timeout_s or -1)

    def follow(self, import_ma: int, export_ma: int, left_s: int) -> None:
        """Show what the connector says of this owner's limits."""
        image = self._image
        image.put(self._at, S16, _steps(import_ma))
        image.put(self._at + _EXPORT, S16, _steps(export_ma))
        image.put(self._at + _OWN_LEFT, S32, left_s)


def _ma(steps: int) -> int:
    return NO_LIMIT_MA if steps < 0 else steps * _MA_PER_STEP


def _steps(ma: int) -> int:
    return _NO_LIMIT_STEPS if ma < 0 else ma // _MA_PER_STEP
