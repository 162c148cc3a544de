"""Limit slots: who may restrict the current, and whose restriction counts now.

Everyone who has a say owns one slot. The effective limit is the smallest active one of the present
mode, import and export apart, and it remembers its owner, because "why only 10 A?" is the first
question on site. Nothing here knows the pilot or the contactor.
"""

from micropython import const

NO_LIMIT_MA = const(
    -1
)  # a value of its own: 0 means 0 A (a zeroed register must never free a unit)
FOR_EVER = const(-1)
HIGHEST_LIMIT_MA = const(80000)  # the most that a pilot can offer (evse.md 1.2, C)
LONGEST_S = const(86400)  # of an expiry
_ANY_MA = const(1 << 29)  # more than any slot; that of the hardware always says something

OWNER_HARDWARE = const(0)  # what contactor, wiring and connector are rated for
OWNER_BREAKER = const(1)  # 80 % of the branch breaker (NEC 625.42; evse.md 5, C)
OWNER_SITE = const(2)  # the site's controller; expires when it falls silent
OWNER_DRIVER = const(3)  # for this visit
OWNER_CAPACITY = const(4)  # the utility's largest power (SunSpec 702), as current
OWNER_PROGRAMME = const(5)  # the utility's present limit (SunSpec 704 WMaxLimPct), export only
OWNER_THERMAL = const(6)  # less while something is hot
OWNER_CABLE = const(7)  # what its proximity coding says that it carries
OWNER_RESTART = const(8)  # rises slowly after an outage or a reset
OWNER_TECHNICIAN = const(9)  # of somebody at the unit, until a restart
OWNER_VEHICLE = const(10)  # its own ratings, as its link says them
OWNER_SERVICE = const(11)  # what the rest of the house leaves of the service's peak
OWNER_NAMES = (
    "hardware",
    "breaker",
    "site",
    "driver",
    "capacity",
    "programme",
    "thermal",
    "cable",
    "restart",
    "technician",
    "vehicle",
    "service",
)

# The mode of the power path, and the scope of a slot as a set of modes.
MODE_GRID = const(0)
MODE_ISLAND = const(1)  # the vehicle feeds the home alone, or is about to
MODE_NAMES = ("grid", "island")
SCOPE_GRID = const(1)
SCOPE_ISLAND = const(2)
SCOPE_BOTH = const(3)


class LimitSlot:
    """One owner's restriction.

    import_ma, export_ma: magnitudes in mA, 0 … 80_000, or NO_LIMIT_MA. scope: SCOPE bits in which
    it counts. remaining_ms: until it falls back to its failsafe, or FOR_EVER.
    clears_on_unplug: 1 when it ends with the visit. suspended: 1 while only its failsafe counts,
    because its owner is silent; paused: 1 while it counts for 0 A both ways. What was set stays
    under either, and counts again afterwards. import_now_ma, export_now_ma: what counts now.
    counts: SCOPE bits in which it restricts anything, or 0.
    """

    def __init__(self, owner: int, scope: int, clears_on_unplug: int) -> None:
        self.owner = owner
        self.scope = scope
        self.clears_on_unplug = clears_on_unplug
        self.import_ma = NO_LIMIT_MA
        self.export_ma = NO_LIMIT_MA
        self.failsafe_import_ma = NO_LIMIT_MA
        self.failsafe_export_ma = NO_LIMIT_MA
        self.remaining_ms = FOR_EVER
        self.suspended = 0
        self.paused = 0
        self.import_now_ma = NO_LIMIT_MA
        self.export_now_ma = NO_LIMIT_MA
        self.counts = 0

    def set(self, import_ma: int, export_ma: int, lasts_ms: int) -> None:
        """Restrict to these magnitudes for `lasts_ms`, or FOR_EVER."""
        self.import_ma = import_ma
        self.export_ma = export_ma
        self.remaining_ms = lasts_ms
        self.renew()

    def fall_back(self) -> None:
        """Return to the failsafe: the owner has left or fallen silent."""
        self.import_ma = self.failsafe_import_ma
        self.export_ma = self.failsafe_export_ma
        self.remaining_ms = FOR_EVER
        self.renew()

    def renew(self) -> None:
        """Find what counts now."""
        if self.suspended:
            self.import_now_ma = self.failsafe_import_ma
            self.export_now_ma = self.failsafe_export_ma
        elif self.paused:
            self.import_now_ma = 0
            self.export_now_ma = 0
        else:
            self.import_now_ma = self.import_ma
            self.export_now_ma = self.export_ma
        restricts = self.import_now_ma != NO_LIMIT_MA or self.export_now_ma != NO_LIMIT_MA
        self.counts = self.scope if restricts else 0


class Limits:
    """All slots and the effective limit. Recomputed only when something changed.

    import_ma, export_ma: effective magnitudes in mA, never NO_LIMIT_MA once the hardware slot is
    set; 0 before. import_owner, export_owner: OWNER values of whoever restricts most; of equals
    the first in the order of the table. paused: bits of the owners who have paused the visit; one
    that is silent pauses nothing.
    """

    def __init__(self) -> None:
        self.slots = (
            LimitSlot(OWNER_HARDWARE, SCOPE_BOTH, 0),
            LimitSlot(OWNER_BREAKER, SCOPE_BOTH, 0),
            LimitSlot(OWNER_SITE, SCOPE_GRID, 0),
            LimitSlot(OWNER_DRIVER, SCOPE_GRID, 1),
            LimitSlot(OWNER_CAPACITY, SCOPE_GRID, 0),
            LimitSlot(OWNER_PROGRAMME, SCOPE_GRID, 0),
            LimitSlot(OWNER_THERMAL, SCOPE_BOTH, 0),
            LimitSlot(OWNER_CABLE, SCOPE_BOTH, 0),
            LimitSlot(OWNER_RESTART, SCOPE_GRID, 0),
            LimitSlot(OWNER_TECHNICIAN, SCOPE_BOTH, 0),
            LimitSlot(OWNER_VEHICLE, SCOPE_BOTH, 0),
            LimitSlot(OWNER_SERVICE, SCOPE_GRID, 0),
        )
        self.import_ma = 0
        self.import_owner = OWNER_HARDWARE
        self.export_ma = 0
        self.export_owner = OWNER_HARDWARE
        self.slots[OWNER_HARDWARE].set(0, 0, FOR_EVER)  # nothing is allowed before the settings
        self._changed = 1
        self.expiring = 0  # 1 while some slot has an end
        self.paused = 0
        self._scope = SCOPE_GRID
        self._was_connected = 0

    def set(self, owner: int, import_ma: int, export_ma: int, lasts_ms: int) -> None:
        """Set one owner's slot; magnitudes in mA or NO_LIMIT_MA, `lasts_ms` or FOR_EVER."""
        slot = self.slots[owner]
        if slot.import_ma != import_ma or slot.export_ma != export_ma:
            self._changed = 1
        slot.set(import_ma, export_ma, lasts_ms)
        if lasts_ms != FOR_EVER:
            self.expiring = 1

    def set_failsafe(self, owner: int, import_ma: int, export_ma: int) -> None:
        """Say what an owner's slot is worth without its owner, and start from there."""
        slot = self.slots[owner]
        slot.failsafe_import_ma = import_ma
        slot.failsafe_export_ma = export_ma
        slot.fall_back()
        self._changed = 1

    def suspend(self, owner: int, silent: int) -> None:
        """Let an owner's slot count for its failsafe while the owner is silent."""
        slot = self.slots[owner]
        if slot.suspended != silent:
            slot.suspended = silent
            self._renew(slot)

    def pause(self, owner: int, paused: int) -> None:
        """Let an owner's slot count for 0 A, or again for what was set."""
        slot = self.slots[owner]
        slot.paused = paused
        self._renew(slot)

    def _renew(self, slot: LimitSlot) -> None:
        slot.renew()
        bit = 1 << slot.owner
        self.paused &= ~bit
        if slot.paused and not slot.suspended:
            self.paused |= bit
        self._changed = 1

    def age(self, dt_ms: int) -> None:
        """Let expiries run by the time since the last tick, before new limits are set."""
        self.expiring = 0
        for slot in self.slots:
            if slot.remaining_ms != FOR_EVER:
                self.expiring = 1
                slot.remaining_ms -= dt_ms
                if slot.remaining_ms <= 0:
                    slot.fall_back()
                    self._changed = 1

    def settle(self, scope: int, connected: int) -> None:
        """Find the effective limit of `scope`, SCOPE_GRID or SCOPE_ISLAND, if anything changed.

        connected: 0 once the vehicle has left; then what lasts for the visit ends.
        """
        if self._was_connected and not connected:
            for slot in self.slots:
                if slot.clears_on_unplug:
                    slot.paused = 0
                    slot.fall_back()
                    self._renew(slot)
        self._was_connected = connected
        if self._changed or scope != self._scope:
            self._scope = scope
            self._changed = 0
            self._find_effective()

    def _find_effective(self) -> None:
        lowest_import_ma = _ANY_MA
        lowest_export_ma = _ANY_MA
        scope = self._scope
        for slot in self.slots:
            if slot.counts & scope:
                ma = slot.import_now_ma
                if 0 <= ma < lowest_import_ma:  # NO_LIMIT_MA is below 0
                    lowest_import_ma = ma
                    self.import_owner = slot.owner
                ma = slot.export_now_ma
                if 0 <= ma < lowest_export_ma:
                    lowest_export_ma = ma
                    self.export_owner = slot.owner
        self.import_ma = lowest_import_ma
        self.export_ma = lowest_export_ma
