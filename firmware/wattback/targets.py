"""Targets: who wants which power, whose wish counts now, and how fast it is approached.

A target is signed power in W, positive out of the vehicle. Everyone who may set one owns a slot
with an end and a value for afterwards; the first active slot of the table wins. What is told to
the vehicle approaches the goal by a ramp, so a reversal passes through zero; what is not permitted
any more is cut at once. Nothing here knows permissions, limits or the pilot.
"""

from micropython import const

OWNER_NONE = const(0)  # nobody: the vehicle charges as the limits allow
OWNER_PROGRAMME = const(1)  # the utility's programme (SunSpec 704 WSet)
OWNER_SITE = const(2)  # the site's own controller
OWNER_DEPARTURE = const(3)  # the connector itself: the driver must be able to leave
OWNER_HOUSE = const(4)  # the connector itself: the mode that its owner has chosen
OWNER_NAMES = ("none", "programme", "site", "departure", "house")

# What became of the wishes.
UNSET = const(0)
ACTIVE = const(1)
EXPIRED = const(2)  # its time is over and nothing follows it
SILENT = const(3)  # its controller is silent, so it does not count
STATE_NAMES = ("unset", "active", "expired", "silent")

HIGHEST_TARGET_W = const(19200)  # 80 A, the most a pilot can offer, at 240 V
FOR_EVER = const(-1)


class TargetSlot:
    """One owner's wish. left_ms: until what follows replaces it (5.1, C), or FOR_EVER."""

    def __init__(self, owner: int) -> None:
        self.owner = owner
        self.enabled = 0
        self.expired = 0
        self.w = 0
        self.left_ms = FOR_EVER
        self.next_enabled = 0
        self.next_w = 0

    def set(self, enabled: int, w: int, lasts_s: int, next_enabled: int, next_w: int) -> None:
        """Take over a wish: w in W, for `lasts_s` seconds (0: for ever), then what follows it."""
        self.enabled = enabled
        self.expired = 0
        self.w = w
        self.left_ms = lasts_s * 1000 if enabled and lasts_s else FOR_EVER
        self.next_enabled = next_enabled
        self.next_w = next_w

    def age(self, dt_ms: int) -> int:
        """Let its time run; returns 1 when it is over."""
        if self.left_ms == FOR_EVER:
            return 0
        self.left_ms -= dt_ms
        if self.left_ms > 0:
            return 0
        self.left_ms = FOR_EVER
        self.enabled = self.next_enabled
        self.w = self.next_w
        self.expired = 1 - self.enabled
        return 1


class Targets:
    """All slots, the wish that counts, and the ramp. Found again only when something changed.

    owner, asked_w: of the wish that counts; OWNER_NONE and 0 when there is none. state: ACTIVE,
    or why there is none. target_w: what the vehicle is told now.
    """

    def __init__(self) -> None:
        self.slots = (TargetSlot(OWNER_PROGRAMME), TargetSlot(OWNER_SITE))
        self.owner = OWNER_NONE
        self.asked_w = 0
        self.state = UNSET
        self.target_w = 0
        self._changed = 0
        self._expiring = 0  # 1 while some slot has an end
        self._silent = 0
        self._rest = 0  # of the ramp, in thousandths of a watt

    @property
    def left_ms(self) -> int:
        """Until the wish that counts ends; FOR_EVER when it does not, or when there is none."""
        return self.slots[self.owner - OWNER_PROGRAMME].left_ms if self.owner else FOR_EVER

    def set(
        self, owner: int, enabled: int, w: int, lasts_s: int, next_enabled: int, next_w: int
    ) -> None:
        """Set the slot of OWNER_PROGRAMME or OWNER_SITE, see TargetSlot.set."""
        self.slots[owner - OWNER_PROGRAMME].set(enabled, w, lasts_s, next_enabled, next_w)
        self._changed = 1
        self._expiring = 1

    def age(self, dt_ms: int) -> None:
        """Let times run by the time since the last tick, before new wishes are set."""
        if self._expiring:
            self._expiring = 0
            for slot in self.slots:
                self._changed |= slot.age(dt_ms)
                if slot.left_ms != FOR_EVER:
                    self._expiring = 1

    def settle(self, silent: int) -> int:
        """Find whose wish counts, if that may have changed; returns 1 then.

        silent: the controller is.
        """
        if not self._changed and silent == self._silent:
            return 0
        self._changed = 0
        self._silent = silent
        self._find()
        return 1

    def _find(self) -> None:
        self.owner = OWNER_NONE
        self.asked_w = 0
        self.state = UNSET
        for slot in self.slots:
            if slot.enabled and not self._silent:
                if self.owner == OWNER_NONE:
                    self.owner = slot.owner
                    self.asked_w = slot.w
                    self.state = ACTIVE
            elif slot.enabled:
                self.state = SILENT  # it comes back with its controller, the expired one does not
            elif slot.expired and self.state == UNSET:
                self.state = EXPIRED

    def start(self, w: int) -> None:
        """Begin the ramp at the power that flows now."""
        self.target_w = w
        self._rest = 0

    def follow(self, goal_w: int, ramp_w_per_s: int, dt_ms: int) -> None:
        """Approach `goal_w` by one tick of the ramp."""
        self._rest += ramp_w_per_s * dt_ms
        step_w = self._rest // 1000
        self._rest -= step_w * 1000
        if goal_w > self.target_w:
            self.target_w = min(goal_w, self.target_w + step_w)
        else:
            self.target_w = max(goal_w, self.target_w - step_w)

    def confine(self, lowest_w: int, highest_w: int) -> None:
        """Cut what is told to what is permitted, at once."""
        self.target_w = max(lowest_w, min(highest_w, self.target_w))
