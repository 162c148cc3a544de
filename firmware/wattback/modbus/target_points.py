"""The points of a target: model 704's WSet group for the programme, three of our own for the site.

A client may write them one by one in any order, so an enable alone does nothing: it takes effect
once the value has been written, at once when that came first. When it is disabled, by a write or
because the time is over, the value reads 0 and must be written anew. A write of any point of the
group while the target is in effect starts its time again.
"""

from micropython import const

from wattback.commands import COMMAND_SET_TARGET
from wattback.modbus.drafts import Drafts
from wattback.modbus.image import S16, S32, U16, U32, Image
from wattback.modbus.tables import WMAX_AT

# Places in the group of model 704, in bytes after WSetEna.
_MODE = const(2)
_W = const(4)
_W_AFTER = const(8)
_PERCENT = const(12)
_PERCENT_AFTER = const(14)
_ENABLE_AFTER = const(16)
_TIMEOUT = const(18)
_LEFT = const(22)
# In the site's own group.
_SITE_W = const(2)
_SITE_TIMEOUT = const(6)
_SITE_LEFT = const(10)

_MODE_PERCENT = const(0)
# Which values have been written since it was disabled last.
_FRESH_W = const(1)
_FRESH_PERCENT = const(2)
_FRESH = const(3)

_HUNDRED_PERCENT = const(10000)


class TargetPoints:
    """One owner's target, the site's; see ProgrammeTarget for the other.

    at: place of the enable point, the first of the group.
    """

    def __init__(self, image: Image, at: int, owner: int) -> None:
        self._image = image
        self._at = at
        self._owner = owner
        self._w_at = at + _SITE_W
        self._timeout_at = at + _SITE_TIMEOUT
        self._left_at = at + _SITE_LEFT
        self._fresh = 0
        self._active = 0  # the connector has been told to follow it
        self._w = 0
        # What the draft would make of these.
        self._draft_fresh = 0
        self._draft_active = 0
        self._draft_w = 0
        self._keeps = 0  # values that the write itself brings, as _FRESH bits
        self._disables = 0
        self._counts = _FRESH_W  # the value that the mode names, likewise

    def draft(self, first: int, end: int, drafts: Drafts) -> None:
        """image[first:end] has just been written: add the command that follows from it."""
        image = self._image
        enabled = image.get(self._at, U16)
        self._keeps = self._written(first, end)
        self._disables = 1 if first <= self._at and not enabled else 0
        fresh = (0 if self._disables else self._fresh) | self._keeps
        self._draft_fresh = fresh
        self._draft_active = self._active
        self._draft_w = self._w
        if self._disables:
            self._draft_active = 0
            drafts.add(COMMAND_SET_TARGET, self._owner, 0, 0, 0, 0, 0)
        elif enabled:
            self._counts = self._counting()
            if fresh & self._counts:
                self._draft_active = 1
                self._draft_fresh = _FRESH
                self._draft_w = self._asked_w()
                self._add(drafts, self._draft_w, image.get(self._timeout_at, U32))

    def commit(self) -> None:
        """The write has been accepted."""
        image = self._image
        if self._disables:
            self._show_w(0, self._keeps)
        elif self._draft_active:
            self._show_w(self._draft_w, self._keeps | self._counts)
        self._fresh = self._draft_fresh
        self._active = self._draft_active
        self._w = self._draft_w
        timeout_s = image.get(self._timeout_at, U32) if self._active else 0
        self._show_left(timeout_s or -1)

    def follow(self, enabled: int, w: int, left_s: int) -> None:
        """Show what the connector says of this owner's target."""
        if enabled:
            if not self._active or w != self._w:  # reverted to another one, or set by another port
                self._show_w(w, 0)
                self._w = w
            self._image.put(self._at, U16, 1)
            self._active = 1
            self._fresh = _FRESH
        elif self._active:
            self._image.put(self._at, U16, 0)
            self._show_w(0, 0)
            self._active = 0
            self._fresh = 0
        self._show_left(left_s)

    def _written(self, first: int, end: int) -> int:
        return _FRESH_W if first <= self._w_at < end else 0

    def _counting(self) -> int:
        return _FRESH_W

    def _asked_w(self) -> int:
        return self._image.get(self._w_at, S32)

    def _add(self, drafts: Drafts, w: int, timeout_s: int) -> None:
        drafts.add(COMMAND_SET_TARGET, self._owner, 1, w, timeout_s, 0, 0)

    def _show_w(self, w: int, keeps: int) -> None:
        if not keeps & _FRESH_W:
            self._image.put(self._w_at, S32, w)

    def _show_left(self, left_s: int) -> None:
        self._image.put(self._left_at, S32, left_s)


class ProgrammeTarget(TargetPoints):
    """The WSet group of model 704: watts or percent of WMax, and what follows after the time."""

    def __init__(self, image: Image, at: int, owner: int) -> None:
        super().__init__(image, at, owner)
        self._w_at = at + _W
        self._timeout_at = at + _TIMEOUT
        self._left_at = at + _LEFT
        image.put(at + _MODE, U16, 1)  # watts, before anyone has chosen

    def _written(self, first: int, end: int) -> int:
        percent_at = self._at + _PERCENT
        fresh = _FRESH_PERCENT if first <= percent_at < end else 0
        return super()._written(first, end) | fresh

    def _counting(self) -> int:
        in_percent = self._image.get(self._at + _MODE, U16) == _MODE_PERCENT
        return _FRESH_PERCENT if in_percent else _FRESH_W

    def _asked_w(self) -> int:
        return self._value_w(_W, _PERCENT)

    def _add(self, drafts: Drafts, w: int, timeout_s: int) -> None:
        after = self._image.get(self._at + _ENABLE_AFTER, U16)
        after_w = self._value_w(_W_AFTER, _PERCENT_AFTER)
        drafts.add(COMMAND_SET_TARGET, self._owner, 1, w, timeout_s, after, after_w)

    def _show_w(self, w: int, keeps: int) -> None:
        if not keeps & _FRESH_W:
            self._image.put(self._w_at, S32, w)
        if not keeps & _FRESH_PERCENT:
            max_w = self._max_w()
            percent = _rounded(w * _HUNDRED_PERCENT, max_w) if max_w else 0
            self._image.put(self._at + _PERCENT, S16, percent)

    def _show_left(self, left_s: int) -> None:
        self._image.put(self._left_at, U32, max(left_s, 0))

    def _value_w(self, w_at: int, percent_at: int) -> int:
        if self._counts == _FRESH_W:
            return self._image.get(self._at + w_at, S32)
        percent = self._image.get(self._at + percent_at, S16)
        return _rounded(percent * self._max_w(), _HUNDRED_PERCENT)

    def _max_w(self) -> int:
        return self._image.get(WMAX_AT, U16)  # as written, be it obeyed already or not


def _rounded(value: int, divisor: int) -> int:
    """value / divisor to the nearest, halves away from zero."""
    if value < 0:
        return -((-value + divisor // 2) // divisor)
    return (value + divisor // 2) // divisor
