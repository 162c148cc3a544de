"""The truths that always hold, judged on the world after every tick (DESIGN, "Truths").

Contacts, volts and amps of the world decide, not what the firmware says of itself; where its word
is used (why it opened, which faults it has latched) that is what the truth is about. Bounds are
those of the sources, less the one tick between an event and the first sample that can show it.
"""

from dataclasses import dataclass

from wattback.contactor import CAUSE_NAMES, CAUSE_NONE, CAUSE_PLANNED
from wattback.fault_table import CLEAR_GONE, CLEAR_RESET, CLEAR_RETRY, CLEAR_UNPLUG, FAULTS
from wattback.session import STOPPING
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.limit_ledger import LimitLedger

_COMMAND_US = 40_000  # 50 ms from an event to the coil command, less the tick before it is seen
_CONTACTS_US = 90_000  # 100 ms to the contacts, likewise (IEC 61851-1 2.2 and 8.1; evse.md 1.4, C)
_DIODE_US = 200_000  # this connector's own bound; 3 s are allowed (peers/evse.md 2.3)
_LATCH_US = 20_000
_ENERGY_FIRST_US = 450_000  # steady C or D before closing: the debounce, less phase
_EXCESS_US = 7_200_000  # overcurrent's time and one opening
_SPACING_US = 4_990_000  # 5 s between raises (Table A.6; evse.md 1.4, C)
_LOADED_A = 1.3  # 1 A, and what a sensor may be wrong
_GONE_US = 480_000  # state A this long is an unplug, less phase
_MOST = 20

_STATUS_COMMANDED = AT["contactor_commanded"]
_CONFIRMED = AT["contactor_confirmed"]
_CAUSE = AT["open_cause"]
_SESSION = AT["session_state"]
_FAULTS = AT["faults"]
_IMPORT = AT["import_wh"]
_EXPORT = AT["export_wh"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A truth that did not hold. t_us: since the start."""

    t_us: int
    truth: int
    text: str


def offered_a(duty_bp: int) -> float:
    """What a duty offers, in A, read from IEC 61851-1 Table A.8 anew (evse.md 1.2)."""
    if 1000 <= duty_bp <= 8500:
        return duty_bp * 0.006
    if 8500 < duty_bp <= 9600:
        return (duty_bp / 100 - 64) * 2.5
    if 800 <= duty_bp < 1000:
        return 6.0
    return 80.0 if 9600 < duty_bp <= 9700 else 0.0


class Truths:
    """Judges one board. violations: the first few, in order; ticks: how many were judged."""

    def __init__(self, board: SimulatedBoard, ledger: LimitLedger) -> None:
        self.violations: list[Violation] = []
        self.ticks = 0
        self._board = board
        self._ledger = ledger
        self._settings = board.settings_by_name
        self._commanded = 0
        self._duty_bp = 0
        self._offer_a = 0.0
        self._offer_changed_us = -_SPACING_US
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
        self._excess_us = 0
        self._stuck_us = -_CONTACTS_US
        self._faults = 0
        self._gone_us = [0] * len(FAULTS)
        self._reset_us = -1
        self._energies = (0, 0)

    def technician_reset(self) -> None:
        """Faults were reset on site at this time."""
        self._reset_us = self._board.clock.now_us

    def restarted(self) -> None:
        """The board has lost its power: its coil is off, its running times are gone."""
        self._commanded = 0
        self._duty_bp = 0
        self._offer_a = 0.0

    def judge(self) -> None:
        """Judge the world as it is after this tick."""
        self.ticks += 1
        now_us = self._board.clock.now_us
        answer = self._board.answer
        self._ledger.advance(now_us)
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
        self._contacts(now_us, commanded)
        self._offer(now_us, commanded)
        self._latches(now_us, answer[_FAULTS])
        self._energy_registers(now_us)
        if answer[_CONFIRMED] != self._board.world.path.aux_closed:
            self._fail(
                now_us, 1, "the firmware's confirmed contactor is not the auxiliary contact"
            )
        self._commanded = commanded

    def _fail(self, now_us: int, truth: int, text: str) -> None:
        if len(self.violations) < _MOST:
            self.violations.append(Violation(now_us, truth, text))

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
        pwm = 0 < self._board.world.duty_bp < 10000
        if pwm and not self._diode and now_us - self._diode_us > _DIODE_US:
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

    def _contacts(self, now_us: int, commanded: int) -> None:
        world = self._board.world
        path = world.path
        if path.stuck:
            self._stuck_us = now_us  # no firmware can open what is welded
            world.arcs.clear()
        elif path.closed:
            lost = not self._energy and now_us - self._energy_us > _CONTACTS_US
            if lost and now_us - self._stuck_us > _CONTACTS_US:
                self._fail(now_us, 1, "contacts closed 100 ms after the pilot left C and D")
        if path.closed:
            draw_a = abs(world.current_a)
            if draw_a <= self._offer_a * 1.1 + _LOADED_A or path.stuck:
                self._excess_us = now_us
            elif now_us - self._excess_us > _EXCESS_US:
                self._fail(
                    now_us, 4, f"{draw_a:.1f} A drawn for over 7 s, {self._offer_a:.1f} A offered"
                )
        else:
            self._excess_us = now_us
        if world.arcs:
            world.arcs.clear()
            self._fail(now_us, 1, "the plug's pins parted under load")

    def _offer(self, now_us: int, commanded: int) -> None:
        duty_bp = self._board.world.duty_bp
        if duty_bp == self._duty_bp:
            if self._offer_a * 1000.0 > self._ledger.import_ma + 0.5:
                self._fail(now_us, 4, self._too_much(self._offer_a))
            return
        offer_a = offered_a(duty_bp)
        was_pwm = 0 < self._duty_bp < 10000
        is_pwm = 0 < duty_bp < 10000
        if is_pwm and not was_pwm:
            self._pwm_us = now_us
        if was_pwm and not is_pwm and commanded and self._board.answer[_SESSION] != STOPPING:
            self._fail(now_us, 5, "the pilot left PWM under a closed contactor")
        if offer_a * 1000.0 > self._ledger.import_ma + 0.5:
            self._fail(now_us, 4, self._too_much(offer_a))
        if offer_a > self._offer_a and now_us - self._offer_changed_us < _SPACING_US:
            self._fail(now_us, 4, "the offer was raised within 5 s of its last change")
        if offer_a != self._offer_a:
            self._offer_changed_us = now_us
        self._duty_bp = duty_bp
        self._offer_a = offer_a

    def _too_much(self, offer_a: float) -> str:
        return f"{offer_a:.2f} A offered, {self._ledger.import_ma / 1000:.2f} A allowed"

    def _latches(self, now_us: int, latched: int) -> None:
        if latched == self._faults:
            return
        left = self._faults & ~latched
        raised = latched & ~self._faults
        for index, row in enumerate(FAULTS):
            if raised & (1 << index):
                self._gone_us[index] = now_us
            if left & (1 << index) and not self._may_leave(now_us, row[2], row[3], index):
                self._fail(now_us, 6, f"fault {row[0]} left by no clear of its row")
        self._faults = latched

    def _may_leave(self, now_us: int, clears: int, after_s: int, index: int) -> bool:
        waited = now_us - self._gone_us[index] >= after_s * 1_000_000 - 10_000
        unplugged = not self._board.world.vehicle.plugged or self._board.world.wire.high_v > 10.0
        return bool(
            (clears & (CLEAR_GONE | CLEAR_RETRY) and waited)
            or (clears & CLEAR_UNPLUG and unplugged)
            or (clears & CLEAR_RESET and now_us - self._reset_us <= 20_000)
        )

    def _energy_registers(self, now_us: int) -> None:
        answer = self._board.answer
        energies = (answer[_IMPORT], answer[_EXPORT])
        if energies != self._energies:
            if energies[0] < self._energies[0] or energies[1] < self._energies[1]:
                self._fail(
                    now_us, 7, f"an energy register fell from {self._energies} to {energies}"
                )
            self._energies = energies
        world = self._board.world
        off_wh = abs(energies[0] - world.import_wh)
        if off_wh > 3.0 + 0.02 * world.import_wh and world.sensors["power_w"].sound:
            self._fail(now_us, 7, f"the import register is {off_wh:.0f} Wh away from the truth")
