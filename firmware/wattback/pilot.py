"""The control pilot: measured levels become states A to F, amps become a duty cycle.

IEC 61851-1 and SAE J1772 basic signalling. Levels in mV at the connector's pilot terminal, duty in
basis points with the two ends steady: 10000 is +12 V, 0 is −12 V (state F). Quick to see that
energy must stop, slow to see that it may flow. Nothing here knows limits, sessions or contactors.
"""

from micropython import const

from wattback.fault_table import DIODE_MISSING, PILOT_SHORT, PILOT_STUCK

STATE_A = const(0)  # 12 V: no vehicle
STATE_B = const(1)  # 9 V: vehicle connected
STATE_C = const(2)  # 6 V: vehicle wants energy
STATE_D = const(3)  # 3 V: vehicle wants energy and ventilation
STATE_E = const(4)  # 0 V: pilot shorted or dead
STATE_F = const(5)  # −12 V: connector not available
STATE_NAMES = ("A", "B", "C", "D", "E", "F")

DUTY_STEADY = const(10000)  # +12 V: no offer
DUTY_F = const(0)  # −12 V
DUTY_DIGITAL = const(500)  # 5 %: amps come by the digital link (evse.md 1.2, C)

# Between two states, mV: half-way between the nominal levels (1.1, C), left with ±250 mV of
# hysteresis (PZK: 10.75/10.25, 7.75/7.25, 4.75/4.25, 1.75/1.25 V; evse.md 1.5, C). The last one
# parts a dead pilot from a driven −12 V.
_BORDERS_MV = (10500, 7500, 4500, 1500, -10000)
_HYSTERESIS_MV = const(250)  # as A.4.11 tests it (1.4, C)
_NEVER_MV = const(1 << 28)

# Debounce, ms since the first sample that differed.
_TO_ENERGY_MS = const(500)  # steady C or D before it counts (WARP, SmartEVSE; evse.md 1.5, C)
_FROM_ENERGY_MS = const(30)  # three samples; with the coil it must end within 100 ms (1.4, C)
_PLUG_MS = const(250)  # A to B and back from E or F (OpenEVSE; 1.5, C)
_UNPLUG_MS = const(20)  # towards A (OpenEVSE 25 ms; 1.5, C)
# A good sample makes up for a fifth of its time only: a pilot that comes and goes must open too.
_FORGIVES = const(5)
_ASKING_MS = const(1000)  # a wish for energy that comes and goes is told for this long
# State A this long is an unplug that ends a visit; a loose contact only opens the contactor.
_GONE_MS = const(500)

# After our own edge on the pilot or the contactor a sample may be half old, half new, or disturbed
# by the coil. Short, because the 100 ms of an opening run on.
_BLANK_MS = const(20)

_DIODE_MV = const(-10000)  # the low half must reach it (WARP; evse.md 1.5, C)
_DIODE_SEEN_MS = const(100)  # this long good before closing
_DIODE_LOST_MS = const(100)  # this long bad is a fault (3 s are allowed: peers/evse.md 2.3)
# −12 V measured this long while driven proves the generator, and state F lasts at least that long
# after a fault (Table A.5; evse.md 1.4, C).
_NEGATIVE_MS = const(300)
_STUCK_MS = const(20)  # F driven but not measured, or measured but not driven: three samples

_RAISE_SPACING_MS = const(5000)  # PWM updates at least 5 s apart (Table A.6; evse.md 1.4, C)
MINIMUM_OFFER_MA = const(6000)  # the smallest current a duty can say (1.2, C)
MAXIMUM_OFFER_MA = const(80000)  # the largest (1.2, C)


def duty_bp_for_ma(offer_ma: int) -> int:
    """Duty in basis points that offers at most `offer_ma`; 10000 (no offer) below 6 A.

    IEC 61851-1 Table A.7 (evse.md 1.3, C): I / 0.6 up to 51 A, I / 2.5 + 64 from 52.5 A to 80 A.
    In the gap between them the 51 A value stays. Rounded down: never more than the amps.
    """
    if offer_ma < MINIMUM_OFFER_MA:
        return DUTY_STEADY
    if offer_ma <= 51000:
        return offer_ma // 6
    if offer_ma < 52500:
        return 8500
    if offer_ma < MAXIMUM_OFFER_MA:
        return offer_ma // 25 + 6400
    return 9600


def ma_for_duty_bp(duty_bp: int) -> int:
    """Current in mA that a vehicle may draw at this duty; 0 where basic signalling permits none.

    IEC 61851-1 Table A.8 (evse.md 1.2, C). 3–7 % asks for digital communication: a vehicle without
    it reads 0 A; below 3 %, between 7 and 8 % and above 97 % nothing is permitted.
    """
    if duty_bp < 800 or duty_bp > 9700:
        return 0
    if duty_bp < 1000:
        return 6000
    if duty_bp <= 8500:
        return duty_bp * 6
    if duty_bp <= 9600:
        return (duty_bp - 6400) * 25
    return 80000


class Pilot:
    """State of the vehicle as the pilot shows it, and the offer as the pilot makes it.

    state: debounced STATE_A … STATE_F. connected: a vehicle was seen and not yet seen to leave (it
    stays true while we drive F, which hides the vehicle). requesting: state C or D; steady: and
    every sample since has said so for the time that C must be steady.
    diode_seen: the vehicle's diode was in every sample of this PWM, for long enough.
    negative_seen: −12 V was driven and measured. offered_ma: the current that the
    duty offers (it may say up to 0.02 points less, and 51 A in the gap up to 52.5 A).
    asking: 1 when a sample of the last second said C or D, steady or not.
    spaced: 1 when the offer may be raised, or made anew. duty_bp: what to drive.
    fault_bits: causes present now.
    """

    def __init__(self) -> None:
        self.state = STATE_F
        self.connected = 0
        self.gone = 0
        self.requesting = 0
        self.steady = 0
        self.asking = 0
        self.diode_seen = 0
        self.negative_seen = 0
        self.duty_bp = DUTY_F
        self.offered_ma = 0
        self.fault_bits = 0
        self._level = STATE_F  # by hysteresis, not yet debounced
        self._level_ms = 0
        self._lowest_mv = _NEVER_MV  # within the two a sample is on this level for certain
        self._highest_mv = _NEVER_MV
        self._watching = 1  # the generator shows, or showed last, what is seldom there
        self._steady_ms = 0
        self._asking_ms = 0
        self._away_ms = 0
        self._gone_ms = 0
        self._negative_ms = 0
        self._blank_ms = 0
        self._diode_good_ms = 0
        self._diode_bad_ms = 0
        self._stuck_ms = 0
        self.spaced = 1
        self._spacing_ms = _RAISE_SPACING_MS

    def blank(self) -> None:
        """Our contactor is about to switch: distrust the next samples."""
        self._blank_ms = _BLANK_MS

    def sense(self, high_mv: int, low_mv: int, dt_ms: int) -> None:
        """Read one sample: levels in mV, `dt_ms` since the sample before."""
        if not self.spaced:
            self._spacing_ms += dt_ms
            self.spaced = 1 if self._spacing_ms >= _RAISE_SPACING_MS else 0
        if self._blank_ms > 0:
            self._blank_ms -= dt_ms
            if self._blank_ms > 0:
                return
        level = self._level
        if not self._lowest_mv <= high_mv <= self._highest_mv:
            level = self._classify(high_mv)
        asks = level == STATE_C or level == STATE_D
        if asks:
            self.asking = 1
            self._asking_ms = 0
        elif self.asking:
            self._asking_ms += dt_ms
            if self._asking_ms >= _ASKING_MS:
                self.asking = 0
        if self.requesting and not (asks and self.steady and not self._away_ms):
            self._watch_energy(level, dt_ms)
        if level == self.state:
            self._level_ms = 0
        else:
            self._debounce(level, dt_ms)
        if level != STATE_A or self.state != STATE_A:
            self._gone_ms = 0
            self.gone = 0
        elif self._gone_ms < _GONE_MS:
            self._gone_ms += dt_ms
        else:
            self.connected = 0
            self.gone = 1
        if self.duty_bp == DUTY_F or level == STATE_F or self._watching:
            self._watch_generator(level, dt_ms)
        if low_mv <= _DIODE_MV and self.diode_seen and not self._diode_bad_ms:
            return
        if 0 < self.duty_bp < DUTY_STEADY and STATE_B <= self.state <= STATE_D:
            self._watch_diode(low_mv, dt_ms)

    def offer(self, limit_ma: int, linked: int) -> None:
        """Offer `limit_ma` by PWM: lowered at once, raised at most every 5 s.

        Below 6 A nothing can be offered by duty: then a `linked` vehicle is told to listen to its
        digital link, and any other gets no offer.
        """
        offer_ma = min(limit_ma, MAXIMUM_OFFER_MA)
        if offer_ma < MINIMUM_OFFER_MA:
            self.withdraw(DUTY_DIGITAL if linked else DUTY_STEADY)
            return
        if offer_ma == self.offered_ma or (offer_ma > self.offered_ma and not self.spaced):
            return
        self._change_offer(offer_ma)
        self._drive(duty_bp_for_ma(offer_ma))

    def withdraw(self, duty_bp: int) -> None:
        """Offer no current: steady +12 V (DUTY_STEADY), −12 V (DUTY_F), or DUTY_DIGITAL."""
        if self.offered_ma:
            self._change_offer(0)
        self._drive(duty_bp)

    def _change_offer(self, offer_ma: int) -> None:
        self.offered_ma = offer_ma
        self.spaced = 0
        self._spacing_ms = 0

    def _drive(self, duty_bp: int) -> None:
        was_steady = self.duty_bp == DUTY_STEADY or self.duty_bp == DUTY_F
        is_steady = duty_bp == DUTY_STEADY or duty_bp == DUTY_F
        if was_steady or is_steady:
            if self.duty_bp == duty_bp:
                return
            # Another kind of signal: the diode must be seen anew and this window is mixed.
            self.diode_seen = 0
            self._diode_good_ms = 0
            self._diode_bad_ms = 0
            self._stuck_ms = 0
            self._blank_ms = _BLANK_MS
            self.fault_bits &= ~DIODE_MISSING  # nothing can be said of it without PWM
        self.duty_bp = duty_bp

    def _classify(self, high_mv: int) -> int:
        level = self._level
        while level < STATE_F and high_mv < _BORDERS_MV[level] - _HYSTERESIS_MV:
            level += 1
        while level > STATE_A and high_mv > _BORDERS_MV[level - 1] + _HYSTERESIS_MV:
            level -= 1
        if level == STATE_E and self.duty_bp == DUTY_F and high_mv < -_BORDERS_MV[3]:
            level = (
                STATE_F  # a shorted diode loads the −12 V; a short to earth would leave nothing
            )
        if level != self._level:
            self._level = level
            self._level_ms = -1  # the first sample to differ: no time has passed on it
            self._lowest_mv = _NEVER_MV
            self._highest_mv = _NEVER_MV
            if level < STATE_E:
                self._lowest_mv = _BORDERS_MV[level] - _HYSTERESIS_MV
            if STATE_A < level < STATE_E:
                self._highest_mv = _BORDERS_MV[level - 1] + _HYSTERESIS_MV
        return level

    def _watch_energy(self, level: int, dt_ms: int) -> None:
        if level == STATE_C or level == STATE_D:
            if self._away_ms:
                self._away_ms = max(self._away_ms - dt_ms // _FORGIVES, 0)
            if self._steady_ms < _TO_ENERGY_MS:
                self._steady_ms += dt_ms
            else:
                self.steady = 1
        else:
            self._away_ms += dt_ms
            self._steady_ms = 0
            self.steady = 0

    def _debounce(self, level: int, dt_ms: int) -> None:
        if self._level_ms < 0:
            self._level_ms = 0
        else:
            self._level_ms += dt_ms
        if level == STATE_C or level == STATE_D:
            wait_ms = _TO_ENERGY_MS
        elif self.requesting:
            wait_ms = 0 if self._away_ms >= _FROM_ENERGY_MS else _TO_ENERGY_MS
        elif level == STATE_A:
            wait_ms = _UNPLUG_MS
        else:
            wait_ms = _PLUG_MS
        if self._level_ms >= wait_ms:
            self._enter(level)

    def _enter(self, state: int) -> None:
        self.state = state
        self._level_ms = 0
        self.requesting = 1 if state == STATE_C or state == STATE_D else 0
        self.steady = self.requesting  # it took that long to get here
        self._away_ms = 0
        if STATE_B <= state <= STATE_D:
            self.connected = 1
        if state == STATE_E:
            self.fault_bits |= PILOT_SHORT
        else:
            self.fault_bits &= ~PILOT_SHORT

    def _watch_generator(self, level: int, dt_ms: int) -> None:
        # −12 V is the one level that only we can make: driven and measured must agree. 0 V in its
        # place is a short, which has a row of its own.
        driven = self.duty_bp == DUTY_F
        self._watching = 1 if driven or level == STATE_F else 0
        if not driven or level != STATE_F:
            self._negative_ms = 0
            self.negative_seen = 0
        elif self._negative_ms < _NEGATIVE_MS:
            self._negative_ms += dt_ms
        else:
            self.negative_seen = 1
        if (level == STATE_F) == driven or (driven and level == STATE_E):
            self._stuck_ms = 0
            self.fault_bits &= ~PILOT_STUCK
        elif self._stuck_ms < _STUCK_MS:
            self._stuck_ms += dt_ms
        else:
            self.fault_bits |= PILOT_STUCK

    def _watch_diode(self, low_mv: int, dt_ms: int) -> None:
        if low_mv <= _DIODE_MV:
            if self._diode_bad_ms:
                self._diode_bad_ms = max(self._diode_bad_ms - dt_ms // _FORGIVES, 0)
            self.fault_bits &= ~DIODE_MISSING
            if self._diode_good_ms < _DIODE_SEEN_MS:
                self._diode_good_ms += dt_ms
            else:
                self.diode_seen = 1
        else:
            self.diode_seen = 0
            self._diode_good_ms = 0
            self._diode_bad_ms += dt_ms
            if self._diode_bad_ms >= _DIODE_LOST_MS:
                self._diode_bad_ms = _DIODE_LOST_MS
                self.fault_bits |= DIODE_MISSING
