"""What each connector may be drawing now, whatever it is about to be told.

A connector that does not answer counts with what it was allowed last, or with its failsafe if
that is more. One that has been told to take less has 5 s to follow (SAE J1772, IEC 61851-1), so it
counts with what it had before until then.
"""

from __future__ import annotations

from collections.abc import Mapping

from wattback_controller.connector_link import NO_LIMIT_MA, Reading

_FOLLOWS_WITHIN_S = 6.0  # the vehicle's 5 s, and the connector's turn
_UNLIMITED_MA = 80_000  # the most that a pilot can offer (SAE J1772, IEC 61851-1)


class HeldLimits:
    """failsafe_ma: of each connector that has one. told_ma: what each was allowed last."""

    def __init__(self, failsafe_ma: Mapping[str, int], told_ma: Mapping[str, int]) -> None:
        self._failsafe_ma = failsafe_ma
        self._told_ma = dict(told_ma)
        self._before: dict[str, tuple[float, int]] = {}  # until when, how much

    def counted(self, now_s: float, readings: Mapping[str, Reading]) -> dict[str, int]:
        """In mA, of every connector that answers or has ever been told anything."""
        names = {*self._told_ma, *self._failsafe_ma, *readings}
        return {name: self._counted_ma(now_s, name, readings.get(name)) for name in names}

    def intend(self, now_s: float, name: str, limit_ma: int) -> None:
        """It is about to be told a limit, mA or NO_LIMIT_MA."""
        before_ma = _amount(self._told_ma.get(name, 0))
        if _amount(limit_ma) < before_ma:
            falling_ma = max(before_ma, self._falling_ma(now_s, name))
            self._before[name] = (now_s + _FOLLOWS_WITHIN_S, falling_ma)
        self._told_ma[name] = limit_ma

    def _counted_ma(self, now_s: float, name: str, reading: Reading | None) -> int:
        told_ma = _amount(self._told_ma.get(name, 0))
        falling_ma = self._falling_ma(now_s, name)
        if reading is None:
            return max(told_ma, falling_ma, self._failsafe_ma.get(name, 0))
        most_ma = max(told_ma, falling_ma, _amount(reading.site_import_ma))
        return min(most_ma, reading.rated_ma)

    def _falling_ma(self, now_s: float, name: str) -> int:
        until_s, before_ma = self._before.get(name, (0.0, 0))
        if now_s < until_s:
            return before_ma
        self._before.pop(name, None)
        return 0


def _amount(limit_ma: int) -> int:
    return _UNLIMITED_MA if limit_ma == NO_LIMIT_MA else limit_ma
