"""Permission: does the vehicle's power stay within what it was told?

A vehicle that is not to export, or to export less, has a time to obey. What still flows then is a
fault, unless the export was permitted and the permission has just been withdrawn: that ends in an
opening of its own kind, and heals by itself. What the limits allow in amps is `overcurrent`'s.
"""

from micropython import const

from wattback.fault_table import POWER_NOT_PERMITTED
from wattback.recent import Recent
from wattback.settings import Settings

NO_EXPORT_W = const(240)  # 1 A at 240 V: less is no export worth the name
# A vehicle that follows a ramp is behind it: by its loop of 500 ms (evse.md 6.8, C) and the
# response of its inverter.
_BEHIND_SLICES = const(5)
_BEHIND_SLICE_MS = const(500)
# With that, more than the 5 s in which it may draw less and than the 6 s after which a stop is
# forced (evse.md 1.4, C): such an opening heals by itself.
_FOLLOW_MS = const(4500)


class Permission:
    """Watches measured power.

    fault_bits: present now. ceasing: 1 from a cut until what flows is permitted again, be the
    permission back or not. overdue: 1 when what flows against a withdrawn permission has had its
    time.
    """

    def __init__(self) -> None:
        self.fault_bits = 0
        self.overdue = 0
        self.ceasing = 0
        self._told = Recent(_BEHIND_SLICES, _BEHIND_SLICE_MS)
        self._export_ms = 0
        self._import_ms = 0

    def sense(
        self,
        power_w: int,
        target_w: int,
        told: int,
        withdrawn: int,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        """One sample of power against the target, both positive out of the vehicle.

        told: 1 when the vehicle hears targets. withdrawn: 1 when it was exporting with permission
        until a moment ago and is now to stop, or had to and has not yet.
        """
        recent = self._told
        recent.sense(target_w, dt_ms)
        excess_w = settings.permission_excess_w
        highest_w = recent.highest
        highest_w = highest_w + excess_w if highest_w > 0 else NO_EXPORT_W
        if power_w <= highest_w:
            if self._export_ms:
                self._export_ms = max(self._export_ms - dt_ms, 0)
            self.overdue = 0
            self.ceasing = 0
            self.fault_bits = 0
        elif self._export_ms + dt_ms < settings.permission_excess_ms:
            self._export_ms += dt_ms
        elif withdrawn or self.overdue:
            self.overdue = 1  # until it ceases, for contacts take their time to open
        else:
            self.fault_bits = POWER_NOT_PERMITTED
        lowest_w = recent.lowest
        lowest_w = lowest_w - excess_w if lowest_w < 0 else -excess_w
        if not told or power_w >= lowest_w:
            if self._import_ms:
                self._import_ms = max(self._import_ms - dt_ms, 0)
        elif self._import_ms < _FOLLOW_MS:
            self._import_ms += dt_ms
        else:
            self.fault_bits = POWER_NOT_PERMITTED

    def cut(self, spent_ms: int) -> None:
        """Nothing is to flow out any more: an export that was told before does not count now, and
        `spent_ms` of the time to cease have passed before it was known."""
        if self._told.highest > 0:
            self._told.forget(0)
        elif not self._export_ms:
            return  # nothing flows
        self.ceasing = 1
        self._export_ms = max(self._export_ms, spent_ms)
