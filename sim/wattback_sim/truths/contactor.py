"""Truths 1 and 5: when the contactor may be closed, in what time it must open, and why it did."""

from wattback.contactor import CAUSE_NAMES, CAUSE_NONE, CAUSE_PLANNED
from wattback.fault_table import ACTION_OPEN, ACTION_STOP, FAULTS
from wattback.session import BACKUP, DISCHARGING
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.clock import TICK_US
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths.violations import Fail

_COMMAND_US = 40_000  # 50 ms from an event to the coil command, less the tick before it is seen
_CONTACTS_US = 90_000  # 100 ms to the contacts, likewise (IEC 61851-1 2.2 and 8.1; evse.md 1.4, C)
_DIODE_US = 200_000  # this connector's own bound; 3 s are allowed (peers/evse.md 2.3)
_LATCH_US = 20_000
_ENERGY_FIRST_US = 450_000  # steady C or D before closing: the debounce, less phase
_LOADED_A = 1.3  # 1 A, and what a sensor may be wrong
_VENTILATION_US = 8_000_000  # D's debounce, a stop, and its forced end after 6 s (evse.md 1.4, C)
_GONE_US = 480_000  # state A this long is an unplug, less phase
_DEAD_V = 31.0  # 30 V on the vehicle's side, and a sensor's noise
# A stop: the vehicle has 3 s, is cut off after 6 s (IEC 61851-1 10.1, 10.2; evse.md 1.4, C), and
# an export ceases first, which takes its ramp.
_STOP_US = 60_000_000
_THRESHOLD_MA = 20.0  # CCID20, and its curve (evse.md 3.1, C)
_LIVE_LEG_MV = 81_000.0  # with less there is no angle to judge
_LEAST_CURVE_US = 40_000  # two ticks and a contactor's release are never beaten
_NEUTRAL_MV = 30_000.0  # of a single phase: more is no neutral
_LATCH_MA = 60.0  # from here up the latch alone keeps the curve
# What a dead latch should have cut the firmware does: its slowest row there (240 ms), its blanking
# at a closing, and a slow contactor.
_DEAD_LATCH_US = 350_000
_STUCK_CLOSED = "stuck_closed"

_OPENS = sum(1 << index for index, row in enumerate(FAULTS) if row[5] == ACTION_OPEN)
_STOPS = sum(1 << index for index, row in enumerate(FAULTS) if row[5] == ACTION_STOP)

_STATUS_COMMANDED = AT["contactor_commanded"]
_CONFIRMED = AT["contactor_confirmed"]
_CAUSE = AT["open_cause"]
_FAULTS = AT["faults"]
_SESSION = AT["session_state"]


class ContactorTruths:
    """Judges coil, contacts and causes."""

    def __init__(self, board: SimulatedBoard, ledger: LimitLedger, fail: Fail) -> None:
        self._fail = fail
        self._board = board
        self._ledger = ledger
        self._settings = board.settings_by_name
        self._commanded = 0
        self._pwm = False
        self._energy_us = 0  # since when the pilot has (or has not) asked for energy
        self._energy = False
        self._connected_us = 0  # the last time that a vehicle, or our own −12 V, was on the pilot
        self._pwm_us = 0
        self._diode_us = 0  # since when the low half has been right (or wrong)
        self._diode = False
        self._supply_us = 0
        self._supply = True
        self._latched_us = 0
        self._latched = False
        self._unventilated_us = 0  # when the pilot last was another than D's
        self._stuck_us = -_CONTACTS_US
        self._stopped_us = 0  # since when somebody has wanted it open
        self._stopped = False
        self._halted_us = 0
        self._leak_share = 0.0  # of the time that the curve gives a leak
        self._were_closed = False  # the contacts, a tick before
        self._aux_closed = 0  # a tick before

    def restarted(self) -> None:
        """The board has lost its power: its coil is off."""
        self._commanded = 0
        self._pwm = False
        self._aux_closed = int(self._board.world.path.aux_closed)

    def judge(self, now_us: int) -> None:
        """Judge this tick."""
        answer = self._board.answer
        self._watch_world(now_us)
        commanded = int(self._board.world.path.commanded)  # the coil's wire, not the status
        if answer[_STATUS_COMMANDED] != commanded:
            self._fail(now_us, 1, "the firmware's status does not tell its command to the coil")
        if commanded:
            if not self._commanded:
                self._closing(now_us)
            self._closed(now_us)
        elif self._commanded:
            self._opening(now_us)
        self._contacts(now_us)
        aux_closed = int(self._board.world.path.aux_closed)
        seen = (aux_closed, self._aux_closed) if self._board.late_ticks else (aux_closed,)
        self._aux_closed = aux_closed
        if answer[_CONFIRMED] not in seen:
            self._fail(
                now_us, 1, "the firmware's confirmed contactor is not the auxiliary contact"
            )
        self._commanded = commanded

    def _watch_world(self, now_us: int) -> None:
        world = self._board.world
        wire = world.wire
        energy = 1.0 < wire.high_v < 8.0
        if energy != self._energy:
            self._energy = energy
            self._energy_us = now_us
        if wire.high_v >= 4.0:
            self._unventilated_us = now_us
        if wire.high_v < 10.0:
            self._connected_us = now_us
        elif now_us - self._connected_us >= _GONE_US:
            self._ledger.unplugged()
        pwm = 0 < world.duty_bp < 10000
        if pwm and not self._pwm:
            self._pwm_us = now_us
        self._pwm = pwm
        diode = wire.low_v < -10.1
        if diode != self._diode:
            self._diode = diode
            self._diode_us = now_us
        supply = self._supply_fits()
        if supply != self._supply:
            self._supply = supply
            self._supply_us = now_us
        installation = world.installation
        stopped = installation.emergency_stop or installation.disconnect_open
        if stopped != self._stopped:
            self._stopped = stopped
            self._stopped_us = now_us
        latched = world.path.latched
        if latched != self._latched:
            self._latched = latched
            self._latched_us = now_us

    def _supply_fits(self) -> bool:
        bus = self._board.world.bus
        l1_mv = bus.voltage_l1_v * 1000.0
        l2_mv = bus.voltage_l2_v * 1000.0
        limits = self._settings
        slack_mv = 500.0  # the sensors' noise
        if limits["single_phase"]:
            return self._line_fits(l1_mv + l2_mv, slack_mv) and l2_mv <= _NEUTRAL_MV + slack_mv
        if abs(l1_mv - l2_mv) > limits["legs_apart_mv"] + slack_mv:
            return False  # a lost neutral
        tolerance_deg = limits["leg_angle_tolerance_decideg"] / 10.0 + 1.0
        live = min(l1_mv, l2_mv) > _LIVE_LEG_MV and 41.0 < bus.frequency_hz < 79.0
        if live and 180.0 - bus.leg_angle_deg > tolerance_deg:
            return False
        if self._board.answer[_SESSION] in (DISCHARGING, BACKUP):
            return True  # the grid code's timers count (truth 2), or the island's (truth 3)
        return (
            limits["leg_low_mv"] - slack_mv <= l1_mv <= limits["leg_high_mv"] + slack_mv
            and limits["leg_low_mv"] - slack_mv <= l2_mv <= limits["leg_high_mv"] + slack_mv
            and self._line_fits(l1_mv + l2_mv, slack_mv)
        )

    def _line_fits(self, line_mv: float, slack_mv: float) -> bool:
        if self._board.answer[_SESSION] == DISCHARGING:
            return True
        millihertz = self._board.world.bus.frequency_hz * 1000.0
        limits = self._settings
        return (
            limits["line_low_mv"] - slack_mv <= line_mv <= limits["line_high_mv"] + slack_mv
            and limits["frequency_low_millihertz"] - 20 <= millihertz
            and millihertz <= limits["frequency_high_millihertz"] + 20
        )

    def _closing(self, now_us: int) -> None:
        if not self._energy or now_us - self._energy_us < _ENERGY_FIRST_US:
            self._fail(now_us, 1, "closed without a steady pilot C or D before")
        if not self._diode or now_us - max(self._diode_us, self._pwm_us) < _DIODE_US // 2:
            self._fail(now_us, 1, "closed without the diode seen in this PWM")
        if not self._board.world.path.tests_passed:
            self._fail(now_us, 1, "closed without a ground-fault self-test for this closing")
        if self._board.answer[_SESSION] == BACKUP:
            bus = self._board.world.bus
            if max(bus.voltage_l1_v, bus.voltage_l2_v) > _DEAD_V:
                self._fail(now_us, 1, "closed for an island on a home that was not dead")
        elif not self._supply:
            self._fail(now_us, 1, "closed on a supply outside its window")
        if self._board.world.load_v > _DEAD_V and not self._board.world.path.closed:
            self._fail(now_us, 1, "closed on a vehicle's side that was not dead")
        asked = now_us - self._unventilated_us >= _ENERGY_FIRST_US  # debounced, as C and D are
        if asked and not self._settings["ventilation_present"]:
            self._fail(now_us, 1, "closed for a vehicle that needs ventilation")

    def _closed(self, now_us: int) -> None:
        if not self._energy and now_us - self._energy_us > _COMMAND_US:
            self._fail(now_us, 1, "commanded closed 50 ms after the pilot left C and D")
        if self._pwm and not self._diode and now_us - self._diode_us > _DIODE_US:
            self._fail(now_us, 1, "commanded closed without the vehicle's diode")
        trip_us = self._settings["supply_trip_ms"] * 1000 + 30_000
        if not self._supply and now_us - self._supply_us > trip_us:
            self._fail(now_us, 1, "commanded closed on a supply outside its window")
        unventilated = not self._settings["ventilation_present"]
        if unventilated and now_us - self._unventilated_us > _VENTILATION_US:
            self._fail(now_us, 1, "commanded closed long after a vehicle needs ventilation")
        if self._latched and now_us - self._latched_us > _LATCH_US:
            self._fail(now_us, 1, "commanded closed with the ground-fault latch tripped")
        faults = self._board.answer[_FAULTS]
        if faults & _OPENS:
            self._fail(now_us, 1, "commanded closed with a fault latched")
        if not faults & _STOPS:
            self._halted_us = now_us
        elif now_us - self._halted_us > _STOP_US:
            self._fail(now_us, 1, "commanded closed long after a fault that stops")
        if self._stopped and now_us - self._stopped_us > _COMMAND_US:
            self._fail(now_us, 1, "commanded closed 50 ms after an emergency stop or a disconnect")

    def _opening(self, now_us: int) -> None:
        cause = self._board.answer[_CAUSE]
        draw_a = abs(self._board.world.current_a)
        if cause == CAUSE_NONE:
            self._fail(now_us, 5, "opened without a cause")
        if cause == CAUSE_PLANNED and draw_a > _LOADED_A:
            self._fail(now_us, 5, f"a planned opening at {draw_a:.1f} A, before it was unloaded")
        if cause >= len(CAUSE_NAMES):
            self._fail(now_us, 5, f"opened for a cause {cause} that is not in the list")

    def _contacts(self, now_us: int) -> None:
        world = self._board.world
        path = world.path
        if path.stuck or path.coil_stuck == _STUCK_CLOSED:
            self._stuck_us = now_us  # no firmware can open what is welded, or driven
            world.arcs.clear()
        elif path.closed:
            if not (self._were_closed or path.commanded):
                self._stuck_us = now_us  # a weld of less than a tick
            lost = not self._energy and now_us - self._energy_us > _CONTACTS_US
            if lost and now_us - self._stuck_us > _CONTACTS_US:
                self._fail(now_us, 1, "contacts closed 100 ms after the pilot left C and D")
        self._were_closed = path.closed
        self._leak(now_us)
        if world.arcs:
            world.arcs.clear()
            self._fail(now_us, 1, "the plug's pins parted under load")

    def _leak(self, now_us: int) -> None:
        path = self._board.world.path
        leak_ma = path.leak_ma
        # A driver that stays on leaves the latch, which has its own range.
        driven = path.coil_stuck == _STUCK_CLOSED and (path.latch_dead or leak_ma < _LATCH_MA)
        if not path.closed or path.stuck or driven or leak_ma < _THRESHOLD_MA * 1.1:
            self._leak_share = 0.0
            return
        least_us = _DEAD_LATCH_US if path.latch_dead else _LEAST_CURVE_US
        curve_us = max((_THRESHOLD_MA / leak_ma) ** 1.43 * 1e6, least_us)
        self._leak_share += TICK_US / curve_us
        if self._leak_share > 1.0:
            self._leak_share = 0.0
            self._fail(now_us, 1, f"contacts closed for longer than {leak_ma:.0f} mA may flow")
