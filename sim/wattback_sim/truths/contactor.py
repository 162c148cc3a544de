"""Truths 1 and 5: when the contactor may be closed, in what time it must open, and why it did."""

from wattback.contactor import CAUSE_NAMES, CAUSE_NONE, CAUSE_PLANNED
from wattback.session import DISCHARGING
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.limit_ledger import LimitLedger
from wattback_sim.truths.violations import Fail

_COMMAND_US = 40_000  # 50 ms from an event to the coil command, less the tick before it is seen
_CONTACTS_US = 90_000  # 100 ms to the contacts, likewise (IEC 61851-1 2.2 and 8.1; evse.md 1.4, C)
_DIODE_US = 200_000  # this connector's own bound; 3 s are allowed (peers/evse.md 2.3)
_LATCH_US = 20_000
_ENERGY_FIRST_US = 450_000  # steady C or D before closing: the debounce, less phase
_LOADED_A = 1.3  # 1 A, and what a sensor may be wrong
_GONE_US = 480_000  # state A this long is an unplug, less phase

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
        self._stuck_us = -_CONTACTS_US
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
        latched = world.path.latched
        if latched != self._latched:
            self._latched = latched
            self._latched_us = now_us

    def _supply_fits(self) -> bool:
        grid = self._board.world.grid
        l1_mv = grid.voltage_l1_v * 1000.0
        l2_mv = grid.voltage_l2_v * 1000.0
        limits = self._settings
        slack_mv = 500.0  # the sensors' noise
        if self._board.answer[_SESSION] == DISCHARGING:
            # The grid code's timers count (truth 2); a lost neutral shows in the legs alone.
            apart_mv = 2 * limits["leg_high_mv"] - limits["nominal_line_mv"]
            return abs(l1_mv - l2_mv) <= apart_mv + slack_mv
        return (
            limits["leg_low_mv"] - slack_mv <= l1_mv <= limits["leg_high_mv"] + slack_mv
            and limits["leg_low_mv"] - slack_mv <= l2_mv <= limits["leg_high_mv"] + slack_mv
            and limits["line_low_mv"] - slack_mv <= l1_mv + l2_mv
            and l1_mv + l2_mv <= limits["line_high_mv"] + slack_mv
            and limits["frequency_low_millihertz"] - 20 <= grid.frequency_hz * 1000.0
            and grid.frequency_hz * 1000.0 <= limits["frequency_high_millihertz"] + 20
        )

    def _closing(self, now_us: int) -> None:
        if not self._energy or now_us - self._energy_us < _ENERGY_FIRST_US:
            self._fail(now_us, 1, "closed without a steady pilot C or D before")
        if not self._diode or now_us - max(self._diode_us, self._pwm_us) < _DIODE_US // 2:
            self._fail(now_us, 1, "closed without the diode seen in this PWM")
        if not self._board.world.path.tests_passed:
            self._fail(now_us, 1, "closed without a ground-fault self-test for this closing")
        if not self._supply:
            self._fail(now_us, 1, "closed on a supply outside its window")
        if self._board.world.wire.high_v < 4.0 and not self._settings["ventilation_present"]:
            self._fail(now_us, 1, "closed for a vehicle that needs ventilation")

    def _closed(self, now_us: int) -> None:
        if not self._energy and now_us - self._energy_us > _COMMAND_US:
            self._fail(now_us, 1, "commanded closed 50 ms after the pilot left C and D")
        if self._pwm and not self._diode and now_us - self._diode_us > _DIODE_US:
            self._fail(now_us, 1, "commanded closed without the vehicle's diode")
        trip_us = self._settings["supply_trip_ms"] * 1000 + 30_000
        if not self._supply and now_us - self._supply_us > trip_us:
            self._fail(now_us, 1, "commanded closed on a supply outside its window")
        if self._latched and now_us - self._latched_us > _LATCH_US:
            self._fail(now_us, 1, "commanded closed with the ground-fault latch tripped")
        if self._board.answer[_FAULTS]:
            self._fail(now_us, 1, "commanded closed with a fault latched")

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
        if path.stuck:
            self._stuck_us = now_us  # no firmware can open what is welded
            world.arcs.clear()
        elif path.closed:
            lost = not self._energy and now_us - self._energy_us > _CONTACTS_US
            if lost and now_us - self._stuck_us > _CONTACTS_US:
                self._fail(now_us, 1, "contacts closed 100 ms after the pilot left C and D")
        if world.arcs:
            world.arcs.clear()
            self._fail(now_us, 1, "the plug's pins parted under load")
