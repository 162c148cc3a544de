"""The contactor: commanded and confirmed kept apart, why it opened, how long it must rest.

The auxiliary contact confirms, the coil's own voltage says whether it was driven at all, and the
voltage on the vehicle's side must agree: dead behind open contacts, the supply's behind closed
ones. Nothing here decides whether to close; the session does, and asks `rested` and `dead` first.
"""

from array import array

from micropython import const

from wattback.fault_table import (
    COIL_IMPLAUSIBLE,
    CONTACTOR_CHATTER,
    CONTACTOR_STUCK_OPEN,
    CONTACTOR_WELDED,
    CONTACTOR_WORN,
    VEHICLE_STILL_ENERGISED,
)
from wattback.retained import OPENINGS, WORN
from wattback.signals import Inputs

# Why the contactor was opened: the closed list. A planned opening has unloaded first.
CAUSE_NONE = const(0)
CAUSE_PLANNED = const(1)  # the offer was withdrawn and the vehicle stopped drawing
CAUSE_S2_OPENED = const(2)  # the vehicle went back to state B
CAUSE_UNPLUG = const(3)  # the pilot showed state A
CAUSE_FORCED = const(4)  # the vehicle kept drawing for the standard's wait
CAUSE_FAULT = const(5)  # a row of the fault table
CAUSE_MUST_TRIP = const(6)  # abnormal voltage or frequency while exporting
CAUSE_PERMISSION = const(7)  # the permission to export was withdrawn, and it went on for too long
CAUSE_ISLAND = const(8)  # the vehicle fed the home alone, and had to end at once
CAUSE_NAMES = (
    "none",
    "planned",
    "s2_opened",
    "unplug",
    "forced",
    "fault",
    "must_trip",
    "permission",
    "island",
)

REST_MS = const(5000)  # open at least this long before closing again (WARP; evse.md 4.1, C)
_CONFIRM_MS = const(250)  # the auxiliary contact follows within it (WARP debounce; 4.1, C)
_COIL_MS = const(100)  # the coil's voltage follows the command within it (this design's)

LIVE_MV = const(30000)  # more is a live vehicle side (issue: 30 V)
_LEAST_MV = const(-1000)  # RMS values have no sign; this much is noise
_SUPPLIED_MV = const(60000)  # less is no supply to compare with (this design's)
# The same voltage and phase, after 1 s (the Safety functions' own): the drop of a cable and two
# sensors' errors, a tenth, and 15 degrees (this design's).
_JUDGED_MS = const(1000)
_SAME_PARTS = const(10)
_SAME_DECIDEG = const(150)

# The auxiliary contact leaves what it was told so often within the time: loose, or a coil that
# drops out again and again (this design's).
_DEPARTURES = const(3)
_CALM_MS = const(10000)

_WORN_UNITS = const(1000)  # of one opening at full load
_MOST_WORN = const(1 << 29)
_MOST_MA = const(400000)
_COUNT_MASK = const((1 << 29) - 1)


class Contactor:
    """Command, confirmation and bookkeeping of the main contacts.

    commanded, confirmed: 1 closed, 0 open. rested: 1 when it may close again. dead: 1 while the
    vehicle's side carries no voltage. open_cause: of the last opening, a CAUSE value.
    closings, hot_openings: since power-up; hot is an opening with at least 1 A flowing. For ever,
    openings are counted cold and hot by their causes; counted: which of these counts was last.
    fault_bits: present now, by auxiliary contact and coil; load_bits: by the vehicle's side.
    """

    def __init__(self, retained: "array[int]") -> None:
        self.commanded = 0
        self.confirmed = 0
        self.rested = 0
        self.dead = 0
        self.open_cause = CAUSE_NONE
        self.closings = 0
        self.hot_openings = 0
        self.counted = 0
        self.fault_bits = 0
        self.load_bits = 0
        self._retained = retained
        self._open_ms = 0
        self._differs_ms = 0
        self._coil_ms = 0
        self._load_ms = 0
        self._silent_ms = 0
        self._departures = 0
        self._calm_ms = 0

    def sense(self, aux_closed: int, coil_driven: int, dt_ms: int) -> None:
        """Compare auxiliary contact and coil with the command; let the rest time pass."""
        commanded = self.commanded
        if aux_closed == commanded:
            if self._differs_ms:
                self._differs_ms = max(self._differs_ms - dt_ms, 0)  # contacts that chatter add up
            if self.fault_bits:
                self.fault_bits &= ~(CONTACTOR_WELDED | CONTACTOR_STUCK_OPEN)
        else:
            self._differ(aux_closed, dt_ms)
        if self._departures:
            self._calm_ms += dt_ms
            if self._calm_ms >= _CALM_MS:
                self._departures = 0
                self.fault_bits &= ~CONTACTOR_CHATTER
        self.confirmed = aux_closed
        if coil_driven == commanded:
            if self._coil_ms:
                self._coil_ms = max(self._coil_ms - dt_ms, 0)
            if self.fault_bits:
                self.fault_bits &= ~COIL_IMPLAUSIBLE
        elif self._coil_ms < _COIL_MS:
            self._coil_ms += dt_ms
        else:
            self.fault_bits |= COIL_IMPLAUSIBLE
        if commanded or aux_closed:
            self._open_ms = 0
            self.rested = 0
        elif self._open_ms < REST_MS:
            self._open_ms += dt_ms
        else:
            self.rested = 1

    def _differ(self, aux_closed: int, dt_ms: int) -> None:
        if aux_closed != self.confirmed:  # it has left what it was told, and had reached
            self._calm_ms = 0
            if self._departures < _DEPARTURES:
                self._departures += 1
            if self._departures == _DEPARTURES:
                self.fault_bits |= CONTACTOR_CHATTER
        if self._differs_ms < _CONFIRM_MS:
            self._differs_ms += dt_ms
        else:
            self.fault_bits |= CONTACTOR_WELDED if aux_closed else CONTACTOR_STUCK_OPEN

    def sense_load(self, inputs: Inputs, silent: int, dt_ms: int) -> None:
        """Judge the voltage on the vehicle's side.

        silent: 1 while the pilot tells the vehicle to stop, E or F. A vehicle that is a source
        obeys within a second; what then still follows the supply comes through the contacts.
        """
        if not silent:
            self._silent_ms = 0
        elif self._silent_ms < _JUDGED_MS:
            self._silent_ms += dt_ms
        live = not _LEAST_MV <= inputs.load_mv <= LIVE_MV
        commanded = self.commanded
        confirmed = self.confirmed
        closed = commanded and confirmed
        self.dead = 0 if live or commanded or confirmed else 1
        if closed:
            wrong = not live and inputs.voltage_l1_mv + inputs.voltage_l2_mv > _SUPPLIED_MV
        else:
            wrong = live and commanded == confirmed
        if not wrong:
            if self._load_ms:
                self._load_ms = max(self._load_ms - dt_ms, 0)
            self.load_bits = 0
        elif self._load_ms < _JUDGED_MS:
            self._load_ms += dt_ms
        elif closed:
            self.load_bits = CONTACTOR_STUCK_OPEN
        elif self._silent_ms >= _JUDGED_MS and _is_same(inputs):
            self.load_bits = CONTACTOR_WELDED
        else:
            self.load_bits = VEHICLE_STILL_ENERGISED

    def close(self) -> None:
        """Command the coil on. The caller has checked every condition."""
        self.commanded = 1
        self._start_anew()
        self.rested = 0
        self.closings += 1

    def open(self, cause: int, magnitude_ma: int, loaded: int, rated_ma: int) -> None:
        """Command the coil off. cause: a CAUSE value; loaded: 1 when current flows, and how much:
        its square wears the contacts (a public estimate; evse.md 4.1, C).
        """
        self.commanded = 0
        self._start_anew()
        self.open_cause = cause
        self.hot_openings += loaded
        self.counted = 2 * (cause - CAUSE_PLANNED) + loaded
        at = OPENINGS + self.counted
        self._retained[at] = (self._retained[at] + 1) & _COUNT_MASK
        if loaded:
            # Percent; a saturated sensor's reading would make the product no small integer.
            share = min(min(magnitude_ma, _MOST_MA) // 10 * 100 // (rated_ma // 10), 300)
            worn = self._retained[WORN] + share * share * _WORN_UNITS // 10000
            self._retained[WORN] = min(worn, _MOST_WORN)

    @property
    def worn_openings(self) -> int:
        """All openings so far, in openings at full load."""
        return self._retained[WORN] // _WORN_UNITS

    def wear_bits(self, life_openings: int) -> int:
        """CONTACTOR_WORN when it has had its openings; life_openings: 0 when not known."""
        return CONTACTOR_WORN if life_openings and self.worn_openings >= life_openings else 0

    def _start_anew(self) -> None:
        self._differs_ms = 0
        self._coil_ms = 0
        self._load_ms = 0


def _is_same(inputs: Inputs) -> bool:
    line_mv = inputs.voltage_l1_mv + inputs.voltage_l2_mv
    if line_mv <= _SUPPLIED_MV:
        return False
    near = abs(inputs.load_mv - line_mv) <= line_mv // _SAME_PARTS
    return near and abs(inputs.load_angle_decideg) <= _SAME_DECIDEG
