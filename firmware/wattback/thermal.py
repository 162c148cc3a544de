"""Temperatures: less current while something is hot, none once it is too hot.

Three places are watched: the board, the terminals of the supply's wires, the handle. A sensor that
is open, shorted or frozen is a fault and no cold reading. Heating goes with the square of the
current, so two filtered squares, of a fast place and of a slow one, tell what the sensors should
have noticed: who has not moved although both changed is frozen, and a terminal that rises above
the board by more than they explain is loose.
"""

from array import array

from micropython import const

from wattback.fault_table import (
    BOARD_OVERHEATED,
    HANDLE_OVERHEATED,
    TEMPERATURE_SENSOR,
    TERMINAL_LOOSE,
    TERMINAL_OVERHEATED,
)
from wattback.limits import NO_LIMIT_MA
from wattback.settings import Settings
from wattback.signals import Inputs

_BOARD = const(0)  # places, in the order of their faults' bits
_TERMINAL = const(1)
_HANDLE = const(2)
_PLACES = const(3)
_OVERHEATED = BOARD_OVERHEATED | TERMINAL_OVERHEATED | HANDLE_OVERHEATED

# Steps of 25 % are a vendor's, 3 K of hysteresis OpenEVSE's (evse.md 4.4, C); their distance and
# the dwell are this design's. The last step, to nothing, comes with the stop.
_STEPS = const(4)
_STEP_DECIC = const(50)  # 75 % from 15 K below the limit on, 50 % from 10 K, 25 % from 5 K
_HYSTERESIS_DECIC = const(30)
_DWELL_MS = const(60000)  # cool enough for so long, before each step back
_FULL_BP = const(10000)
_LEAST_MA = const(6000)  # of an offer (evse.md 5, C)

_STOP_MS = const(2000)  # at the limit or above it (this design's)
_CLEAR_DECIC = const(200)  # 20 K below: a vendor's 80 °C for 100 °C (evse.md 4.4, C)

_LOWEST_DECIC = const(-400)  # beyond is an open or a shorted sensor (this design's)
_HIGHEST_DECIC = const(1500)
_LOST_MS = const(1000)
_NOWHERE_DECIC = const(-10000)

# All of the heat model is this design's. Squares are in (100 mA)².
_LAP_MS = const(5000)
_FAST_LAPS = const(12)  # time constants: no place is faster than 1 min, and what is slower
_SLOW_LAPS = const(240)  # than 20 min still moves in the time below
_MOST_MA = const(100000)
_SQUARE_48_A = const(230400)
_FLICKER_DECIC = const(1)  # as much is no movement
_STILL_LAPS = const(120)  # 10 min
_STILL_SQUARE = const(20000)  # (14 A)²: makes 1 K where 48 A make 12 K
_LOOSE_FROM = const(160)  # 16 A: with less current the rise is not told from the sensors' errors
_LOOSE_DECIC = const(50)  # nor is a smaller rise
_LOOSE_LAPS = const(60)  # 5 min


class Thermal:
    """Derates, stops, and doubts its sensors. fault_bits: present now.

    share_bp: of the rated current that may flow. limit_ma: the same as a current, no less than
    the smallest offer unless it is 0; NO_LIMIT_MA while nothing is hot. A doubted sensor leaves
    both as they are: its fault stops by itself.
    """

    def __init__(self) -> None:
        self.fault_bits = 0
        self.share_bp = _FULL_BP
        self.limit_ma = NO_LIMIT_MA
        self._steps = 0  # taken from the share
        self._above_decic = 0  # of the place that is nearest to its limit, or beyond it
        self._cool_ms = 0
        self._decic = array("i", [_NOWHERE_DECIC] * _PLACES)  # last plausible reading
        self._hot_ms = array("i", [0] * _PLACES)
        self._lost_ms = array("i", [0] * _PLACES)
        self._lost = 0  # bits of places
        self._frozen = 0
        self._still_decic = array("i", [0] * _PLACES)  # where it last moved to,
        self._still_fast = array("i", [0] * _PLACES)  # what the squares were then,
        self._still_slow = array("i", [0] * _PLACES)
        self._still_laps = array("i", [0] * _PLACES)  # and for how long they have been others
        self._lap_ms = 0
        self._fast = 0
        self._slow = 0
        self._past = _SQUARE_48_A  # what may have flowed before the start, as a slow square
        self._loose_laps = 0

    def sense(self, inputs: Inputs, magnitude_ma: int, settings: Settings, dt_ms: int) -> None:
        """Judge one sample; `magnitude_ma` of the larger leg, at most a lap since the last."""
        self._above_decic = _NOWHERE_DECIC
        self._look(_BOARD, inputs.board_decic, settings.board_hot_decic, dt_ms)
        self._look(_TERMINAL, inputs.terminal_decic, settings.terminal_hot_decic, dt_ms)
        self._look(_HANDLE, inputs.handle_decic, settings.handle_hot_decic, dt_ms)
        self._derate(settings.hardware_limit_ma, dt_ms)
        self._lap_ms += dt_ms
        if self._lap_ms >= _LAP_MS:
            self._lap_ms -= _LAP_MS
            current = min(abs(magnitude_ma), _MOST_MA) // 100
            square = current * current
            self._fast += (square - self._fast) // _FAST_LAPS
            self._slow += (square - self._slow) // _SLOW_LAPS
            self._past -= self._past // _SLOW_LAPS
            for place in range(_PLACES):
                self._seek_movement(place)
            if current >= _LOOSE_FROM and not self._lost | self._frozen:
                square = max(square, self._slow, self._past)
                self._judge_terminal(square, settings.terminal_rise_decic)
        if self._lost | self._frozen:
            self.fault_bits |= TEMPERATURE_SENSOR
        else:
            self.fault_bits &= ~TEMPERATURE_SENSOR

    def _look(self, place: int, decic: int, hot_decic: int, dt_ms: int) -> None:
        lost_ms = self._lost_ms
        if not _LOWEST_DECIC <= decic <= _HIGHEST_DECIC:
            self._cool_ms = 0  # nobody knows
            if lost_ms[place] < _LOST_MS:
                lost_ms[place] += dt_ms
            else:
                self._lost |= 1 << place
            return
        if lost_ms[place]:  # a loose wire comes and goes: a quarter of the time makes up for it
            lost_ms[place] = max(lost_ms[place] - (dt_ms + 3) // 4, 0)
            if not lost_ms[place]:
                self._lost &= ~(1 << place)
        self._decic[place] = decic
        above_decic = decic - hot_decic
        if above_decic > self._above_decic:
            self._above_decic = above_decic
        hot_ms = self._hot_ms
        if above_decic >= 0:
            if hot_ms[place] < _STOP_MS:
                hot_ms[place] += dt_ms
            else:
                self.fault_bits |= BOARD_OVERHEATED << place
        elif hot_ms[place]:
            hot_ms[place] = max(hot_ms[place] - dt_ms, 0)
        elif above_decic < -_CLEAR_DECIC:
            self.fault_bits &= ~(BOARD_OVERHEATED << place)

    def _derate(self, rated_ma: int, dt_ms: int) -> None:
        if self.fault_bits & _OVERHEATED:
            reached = _STEPS
            held = _STEPS
        else:
            held = _steps_at(self._above_decic + _HYSTERESIS_DECIC)
            if not held and not self._steps:
                return
            reached = _steps_at(self._above_decic)
        if reached > self._steps:
            self._steps = reached
            self._cool_ms = 0
        elif held >= self._steps:
            self._cool_ms = 0
        elif self._cool_ms < _DWELL_MS:
            self._cool_ms += dt_ms
        else:
            self._cool_ms = 0
            self._steps -= 1
        left = _STEPS - self._steps
        self.share_bp = _FULL_BP // _STEPS * left
        if not self._steps:
            self.limit_ma = NO_LIMIT_MA
        else:
            self.limit_ma = max(rated_ma * left // _STEPS, _LEAST_MA) if left else 0

    def _seek_movement(self, place: int) -> None:
        decic = self._decic[place]
        still_laps = self._still_laps
        moved = abs(decic - self._still_decic[place]) > _FLICKER_DECIC
        if moved or self._lost & 1 << place:
            self._still_decic[place] = decic
            self._still_fast[place] = self._fast
            self._still_slow[place] = self._slow
            still_laps[place] = 0
            self._frozen &= ~(1 << place)
        elif (
            abs(self._fast - self._still_fast[place]) > _STILL_SQUARE
            and abs(self._slow - self._still_slow[place]) > _STILL_SQUARE
        ):
            if still_laps[place] < _STILL_LAPS:
                still_laps[place] += 1
            else:
                self._frozen |= 1 << place
        elif still_laps[place]:
            still_laps[place] -= 1

    def _judge_terminal(self, square: int, highest_decic: int) -> None:
        # `square`: the largest of the present and the slow ones. After a step up the terminal is
        # colder than the present current explains, after a step down than the slow square does.
        rise_decic = self._decic[_TERMINAL] - self._decic[_BOARD]
        loose = rise_decic * (_SQUARE_48_A // 100) > highest_decic * (square // 100)
        if loose and rise_decic >= _LOOSE_DECIC:
            if self._loose_laps < _LOOSE_LAPS:
                self._loose_laps += 1
            else:
                self.fault_bits |= TERMINAL_LOOSE
        elif self._loose_laps > 0:
            self._loose_laps -= 1
        else:
            self.fault_bits &= ~TERMINAL_LOOSE


def _steps_at(above_decic: int) -> int:
    # Steps without the last one; `above_decic` is negative below the limit.
    return max(min(above_decic // _STEP_DECIC + _STEPS, _STEPS - 1), 0)
