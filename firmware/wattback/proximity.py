"""Proximity: what the resistance at the handle says of the cable, the button and the adapter.

What there is to read depends on what is wired, so it is a profile:

- not_wired: a tethered J1772 cable brings no proximity to the connector; the vehicle acts on the
  handle's button by itself. Nothing is read.
- wired_handle: the J1772 handle's resistors, or a contact of its button.
- iec_cable: a socket that reads the coding of a loose cable (IEC 61851-1 Annex B).
- nacs_adapter: a docked J1772 adapter with an interlock switch. Its resistors are unconfirmed, so
  the switch alone is read.

A state that allows less is taken over once it has been seen for a quarter of a second in all,
which good samples make up for by no more than their own time; one that allows more, after as long
without a break.
"""

from micropython import const

from wattback.fault_table import PROXIMITY_SHORTED
from wattback.limits import NO_LIMIT_MA
from wattback.settings import Settings

NOT_WIRED = const(0)
WIRED_HANDLE = const(1)
IEC_CABLE = const(2)
NACS_ADAPTER = const(3)
PROFILE_NAMES = ("not_wired", "wired_handle", "iec_cable", "nacs_adapter")

# What may be at the handle: what allows less comes first.
_UNKNOWN = const(-1)
_SHORTED = const(0)
_LOOSE = const(1)
_NO_CABLE = const(2)
_CABLE_13_A = const(3)
_CABLE_20_A = const(4)
_CABLE_32_A = const(5)
_CABLE_63_A = const(6)
_LATCHED = const(7)
_LIMITS_MA = (0, 0, 0, 13000, 20000, 32000, 63000, NO_LIMIT_MA)

# Resistances from which the next state counts, ohm (evse.md 2.1, C): of two at a border, the one
# that allows less.
_CABLE_BORDERS_OHM = (75, 150, 330, 1000, 2201)
_CABLE_STATES = (_SHORTED, _CABLE_63_A, _CABLE_32_A, _CABLE_20_A, _CABLE_13_A, _NO_CABLE)
# 150 ohm latched, 480 with the button pressed (evse.md 2.2, C), more when a wire is broken. The
# border half-way is this design's, the lower one that of the cables.
_HANDLE_BORDERS_OHM = (75, 315)
_HANDLE_STATES = (_SHORTED, _LATCHED, _LOOSE)
_HIGHEST_OHM = const(0x3FFFFFFF)
_HYSTERESIS = const(20)  # a state is left a twentieth beyond its borders (this design's)

_DEBOUNCE_MS = const(250)  # as a plug's (OpenEVSE; evse.md 1.5, C)
_LONGEST_MS = const(125)  # that one sample counts: no single one decides


class Proximity:
    """limit_ma: what the cable carries, 0 without one; NO_LIMIT_MA where no coding is read.

    loose: 1 while nothing may be offered, because the button is pressed, its wire is broken, or
    the adapter is neither docked nor latched. fault_bits: present now.
    """

    def __init__(self) -> None:
        self.limit_ma = NO_LIMIT_MA
        self.loose = 0
        self.fault_bits = 0
        self._borders: tuple[int, ...] = ()
        self._states: tuple[int, ...] = ()
        self._state = _UNKNOWN
        self._low_ohm = 0  # the band of this state, with its hysteresis
        self._high_ohm = 0
        self._other = _UNKNOWN  # what the last sample said, and for how long it has
        self._other_ms = 0
        self._away_ms = 0

    def sense(self, proximity_ohm: int, handle_loose: int, settings: Settings, dt_ms: int) -> None:
        """Judge one turn."""
        profile = settings.proximity_profile
        if profile == NOT_WIRED:
            return
        if self._state == _UNKNOWN:
            self._begin(profile)
        if profile == NACS_ADAPTER:
            state = _LATCHED
        elif self._low_ohm <= proximity_ohm < self._high_ohm:
            state = self._state
        else:
            state = self._read(proximity_ohm)
        if handle_loose and state == _LATCHED:
            state = _LOOSE
        passed_ms = min(dt_ms, _LONGEST_MS)
        if state == self._state:
            self._other = _UNKNOWN
            if self._away_ms:
                self._away_ms = max(self._away_ms - passed_ms, 0)
            return
        if self._away_ms < _DEBOUNCE_MS:
            self._away_ms += passed_ms
        if state == self._other:
            self._other_ms += passed_ms
        else:
            self._other = state
            self._other_ms = 0
        less = state < self._state and self._away_ms >= _DEBOUNCE_MS
        if less or self._other_ms >= _DEBOUNCE_MS:
            self._enter(state, profile)

    def _begin(self, profile: int) -> None:
        # Nothing is offered before it is known what is there.
        if profile == IEC_CABLE:
            self._borders = _CABLE_BORDERS_OHM
            self._states = _CABLE_STATES
            self._enter(_NO_CABLE, profile)
            return
        if profile == WIRED_HANDLE:
            self._borders = _HANDLE_BORDERS_OHM
            self._states = _HANDLE_STATES
        self._enter(_LOOSE, profile)

    def _read(self, ohm: int) -> int:
        at = 0
        while at < len(self._borders) and ohm >= self._borders[at]:
            at += 1
        return self._states[at]

    def _enter(self, state: int, profile: int) -> None:
        self._state = state
        self._other = _UNKNOWN
        self._other_ms = 0
        self._away_ms = 0
        self.loose = 1 if state == _LOOSE else 0
        self.fault_bits = PROXIMITY_SHORTED if state == _SHORTED else 0
        self.limit_ma = _LIMITS_MA[state] if profile == IEC_CABLE else NO_LIMIT_MA
        borders = self._borders
        at = 0
        while at < len(borders) and self._states[at] != state:
            at += 1
        self._low_ohm = borders[at - 1] - borders[at - 1] // _HYSTERESIS if at else -_HIGHEST_OHM
        self._high_ohm = _HIGHEST_OHM
        if at < len(borders):
            self._high_ohm = borders[at] + borders[at] // _HYSTERESIS
