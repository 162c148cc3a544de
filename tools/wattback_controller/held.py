"""What each connector may be drawing or giving now, whatever it is about to be told.

A connector that does not answer counts with what it was allowed last, or with its failsafe if
that is more. What it was told may never have arrived, so what it said itself counts too. One that
has been told to take less has 5 s to follow (SAE J1772, IEC 61851-1), so it counts with what it
had before until then.
"""

from __future__ import annotations

from collections.abc import Mapping

from wattback_controller.connector_link import NO_LIMIT_MA, TARGET_HOLDS_S, Reading

_FOLLOWS_WITHIN_S = 6.0  # the vehicle's 5 s, and the connector's turn
_UNLIMITED_MA = 80_000  # the most that a pilot can offer (SAE J1772, IEC 61851-1)


class HeldLimits:
    """failsafe_ma: of each connector that has one. told_ma: as `intend` has returned it last."""

    def __init__(self, failsafe_ma: Mapping[str, int], told_ma: Mapping[str, int]) -> None:
        self._failsafe_ma = failsafe_ma
        self._told_ma = {name: _amount(limit_ma) for name, limit_ma in told_ma.items()}
        self._said_ma: dict[str, int] = {}  # its own register, when it was read last
        self._before: dict[str, tuple[float, int]] = {}  # until when, how much

    def counted(self, now_s: float, readings: Mapping[str, Reading]) -> dict[str, int]:
        """In mA, of every connector that answers or has ever been told anything."""
        for name, reading in readings.items():
            said_ma = _amount(reading.site_import_ma)
            self._may_fall(now_s, name, self._said_ma.get(name, 0), said_ma)
            self._said_ma[name] = said_ma
        names = {*self._told_ma, *self._failsafe_ma, *readings}
        return {name: self._counted_ma(now_s, name, readings.get(name)) for name in names}

    def intend(self, now_s: float, name: str, limit_ma: int) -> int:
        """It is about to be told a limit, mA or NO_LIMIT_MA.

        Returns what to remember of it: the most that it may draw if it is never heard again.
        """
        told_ma = _amount(limit_ma)
        self._may_fall(now_s, name, self._told_ma.get(name, 0), told_ma)
        self._told_ma[name] = told_ma
        return self._held_ma(now_s, name)

    def _counted_ma(self, now_s: float, name: str, reading: Reading | None) -> int:
        held_ma = self._held_ma(now_s, name)
        if reading is None:
            return max(held_ma, self._failsafe_ma.get(name, 0))
        return min(held_ma, reading.rated_ma)

    def _held_ma(self, now_s: float, name: str) -> int:
        told_ma, said_ma = self._told_ma.get(name, 0), self._said_ma.get(name, 0)
        return max(told_ma, said_ma, self._falling_ma(now_s, name))

    def _may_fall(self, now_s: float, name: str, before_ma: int, now_ma: int) -> None:
        if now_ma < before_ma:
            falling_ma = max(before_ma, self._falling_ma(now_s, name))
            self._before[name] = (now_s + _FOLLOWS_WITHIN_S, falling_ma)

    def _falling_ma(self, now_s: float, name: str) -> int:
        until_s, before_ma = self._before.get(name, (0.0, 0))
        if now_s < until_s:
            return before_ma
        self._before.pop(name, None)
        return 0


class HeldTargets:
    """What silent connectors may still be giving, until their own timers end it.

    told: until when and how much, W, as `intend` has returned it last.
    """

    def __init__(self, told: Mapping[str, tuple[float, int]]) -> None:
        self._told = dict(told)
        self._said: dict[str, tuple[float, int]] = {}

    def given(self, now_s: float, readings: Mapping[str, Reading]) -> dict[str, int]:
        """In W, of those that do not answer now."""
        for name, reading in readings.items():
            self._said[name] = (now_s + TARGET_HOLDS_S, max(0, reading.target_w or 0))
        found: dict[str, int] = {}
        for held in (self._told, self._said):
            for name, (until_s, power_w) in held.items():
                if name not in readings and now_s < until_s and power_w > found.get(name, 0):
                    found[name] = power_w
        return found

    def intend(self, now_s: float, name: str, target_w: int | None) -> tuple[float, int]:
        """It is about to be told a target, None for none.

        Returns what to remember of it: until when it may be giving what, if it is never heard
        again. What it said itself counts too, for it may never hear this.
        """
        until_s, told_w = now_s + TARGET_HOLDS_S, max(0, target_w or 0)
        self._told[name] = (until_s, told_w)
        said_until_s, said_w = self._said.get(name, (0.0, 0))
        return until_s, max(told_w, said_w) if now_s < said_until_s else told_w


def _amount(limit_ma: int) -> int:
    return _UNLIMITED_MA if limit_ma == NO_LIMIT_MA else limit_ma
