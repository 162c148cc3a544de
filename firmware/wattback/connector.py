"""The connector: owns the parts; `tick` is the whole data flow, readable top to bottom.

sample → sense → protect → permit → decide → act → account, every 10 ms, in one direction. A tick
allocates nothing and reads no clock: time comes in with the tick. The connector starts safe and
offers nothing before its settings are loaded and its self-tests have passed.
"""

from array import array

from micropython import const

from wattback import commands, session
from wattback.commands import CommandQueue
from wattback.contactor import Contactor
from wattback.fault_table import PILOT_F, PILOT_F_BRIEFLY, SETTINGS_INVALID
from wattback.faults import Faults
from wattback.ground_fault import GroundFault
from wattback.limits import (
    FOR_EVER,
    MODE_GRID,
    OWNER_BREAKER,
    OWNER_HARDWARE,
    OWNER_SITE,
    SCOPE_GRID,
    Limits,
)
from wattback.meter import Meter
from wattback.overcurrent import Overcurrent
from wattback.pilot import (
    DUTY_F,
    DUTY_STEADY,
    MINIMUM_OFFER_MA,
    STATE_A,
    STATE_B,
    STATE_D,
    Pilot,
)
from wattback.session import Session
from wattback.settings import Settings
from wattback.signals import Inputs, Outputs, Status
from wattback.supply import Supply

TICK_MS = const(10)
# The board's millisecond counter wraps here on every floor: small enough for small integers.
TIME_MASK_MS = const((1 << 29) - 1)
# A step that no healthy tick can take (a counter that stands, jumps or runs backwards, or ticks
# that were suspended, outputs safe) counts as one tick: no wait is dodged, none stands still.
_LONGEST_STEP_MS = const(50)

_UNLOADED_MA = const(1000)  # a planned opening waits for it (OpenEVSE; evse.md 4.1, C)
_UNLOADED_MS = const(100)  # for this long, so that a zero crossing of a ramp is not enough
_F_MINIMUM_MS = const(300)  # state F after a fault (Table A.5; evse.md 1.4, C)
_VENTILATION_MS = const(30000)  # after a refused state D (WARP; evse.md 1.5, C)


class Connector:
    """One wall connector on one board.

    board: sample(inputs) and drive(outputs), see `wattback.boards`. retained: the words of
    `retained.py` as they survived the last power cut; `tick` keeps them up to date.
    status: the latest published picture. queue: the way in for commands.
    """

    def __init__(self, board, retained) -> None:  # type: ignore[no-untyped-def]
        self.outputs = Outputs()
        board.drive(self.outputs)  # before anything else: contactor open, pilot F
        self._board = board
        self.inputs = Inputs()
        self.retained = array("i", retained)
        self.settings = Settings()
        self.queue = CommandQueue()
        self.pilot = Pilot()
        self.contactor = Contactor()
        self.supply = Supply()
        self.ground_fault = GroundFault()
        self.overcurrent = Overcurrent()
        self.limits = Limits()
        self.faults = Faults(self.retained)
        self.session = Session()
        self.meter = Meter(self.retained)
        self.waiting_for = 0
        self._settings_loaded = 0
        self._settings_fault = 0
        self._now_ms = -1
        self._current_ma = 0  # the larger leg, a magnitude
        self._unloaded_ms = 0
        self._ventilation_ms = 0
        self._spare_status = Status()
        self.status = Status()

    def load_settings(self, values) -> str:  # type: ignore[no-untyped-def]
        """Take over the stored settings, integers in table order; allowed once, before a visit.

        Returns the name of the first value refused, "a second load", or "". A refused value leaves
        the connector unavailable with the fault settings_invalid.
        """
        if self._settings_loaded:
            return "a second load"
        refused = self.settings.load(values)
        if refused:
            self._settings_fault = SETTINGS_INVALID
            return refused
        settings = self.settings
        self.limits.set(
            OWNER_HARDWARE, settings.hardware_limit_ma, settings.hardware_limit_ma, FOR_EVER
        )
        breaker_ma = settings.breaker_ma * 8 // 10
        self.limits.set(OWNER_BREAKER, breaker_ma, breaker_ma, FOR_EVER)
        self.limits.set_failsafe(
            OWNER_SITE, settings.site_failsafe_import_ma, settings.site_failsafe_export_ma
        )
        self._settings_loaded = 1
        return ""

    def tick(self, now_ms: int) -> None:
        """One pass of the control plane. now_ms: the board's counter, wrapping at TIME_MASK_MS."""
        dt_ms = self._elapsed(now_ms)
        inputs = self.inputs
        self._board.sample(inputs)
        self.limits.age(dt_ms)
        self._obey()
        self._sense(inputs, dt_ms)
        self._protect(dt_ms)
        self.session.decide(self._permit(dt_ms), dt_ms)
        self._act()
        self._board.drive(self.outputs)
        self.meter.account(inputs.power_w, dt_ms)
        self._publish(inputs)

    def _elapsed(self, now_ms: int) -> int:
        if self._now_ms < 0:
            dt_ms = TICK_MS
        else:
            dt_ms = (now_ms - self._now_ms) & TIME_MASK_MS
        self._now_ms = now_ms
        return dt_ms if 0 < dt_ms <= _LONGEST_STEP_MS else TICK_MS

    def _obey(self) -> None:
        queue = self.queue
        reset = 0  # several are one: a full queue must not make a long tick
        at = queue.first()
        while at >= 0:
            words = queue.words
            if words[at] == commands.COMMAND_SET_LIMIT:
                lasts_ms = words[at + 4] * 1000 if words[at + 4] else FOR_EVER
                self.limits.set(words[at + 1], words[at + 2], words[at + 3], lasts_ms)
            elif words[at] == commands.COMMAND_RESET_FAULTS:
                reset = 1
            queue.drop()
            at = queue.first()
        if reset:
            self.ground_fault.retry()
            self.faults.reset(self._present())

    def _sense(self, inputs: Inputs, dt_ms: int) -> None:
        self.supply.sense(
            inputs.voltage_l1_mv,
            inputs.voltage_l2_mv,
            inputs.frequency_millihertz,
            self.settings,
            dt_ms,
        )
        pilot = self.pilot
        contactor = self.contactor
        pilot.sense(inputs.pilot_high_mv, inputs.pilot_low_mv, dt_ms)
        contactor.sense(inputs.contactor_aux_closed, dt_ms)
        is_open = not contactor.commanded and not contactor.confirmed
        self.ground_fault.sense(
            inputs.ground_fault_latched,
            1 if is_open and not self.session.offering else 0,
            contactor.commanded,
            dt_ms,
        )
        if contactor.confirmed and not contactor.commanded and self.ground_fault.valid:
            self.ground_fault.spend()  # a closing that nobody asked for has used the test up
        self._current_ma = max(abs(inputs.current_l1_ma), abs(inputs.current_l2_ma))
        # Nothing is offered to a vehicle that feeds the grid: it may not, any current is too much.
        offered_ma = pilot.offered_ma if inputs.power_w <= 0 else 0
        self.overcurrent.sense(self._current_ma, offered_ma, dt_ms)

    def _present(self) -> int:
        return (
            self.pilot.fault_bits
            | self.contactor.fault_bits
            | self.supply.fault_bits
            | self.ground_fault.fault_bits
            | self.overcurrent.fault_bits
            | self._settings_fault
        )

    def _protect(self, dt_ms: int) -> None:
        pilot = self.pilot
        unplugged = 1 if pilot.state == STATE_A and not pilot.connected else 0
        self.faults.judge(self._present(), unplugged, dt_ms)
        self.limits.settle(SCOPE_GRID, pilot.connected)

    def _permit(self, dt_ms: int) -> int:
        pilot = self.pilot
        contactor = self.contactor
        facts = 0
        if self.faults.active:
            facts |= session.FAULTY
        # A ready board: it knows its settings, its latch works, its pilot reaches −12 V, and the
        # contactor is confirmed open.
        if self._settings_loaded and self.ground_fault.valid and pilot.negative_seen:
            facts |= session.READY
        if STATE_B <= pilot.state <= STATE_D:
            facts |= session.CONNECTED
        if pilot.requesting:
            facts |= session.REQUESTING
        self._wait(dt_ms)
        if not self.waiting_for:
            facts |= session.OFFERABLE
        if pilot.steady and pilot.diode_seen and not contactor.confirmed:
            facts |= session.CLOSABLE
        if self._current_ma >= _UNLOADED_MA:
            self._unloaded_ms = 0
        elif self._unloaded_ms < _UNLOADED_MS:
            self._unloaded_ms += dt_ms
        else:
            facts |= session.UNLOADED
        return facts

    def _wait(self, dt_ms: int) -> None:
        waiting = 0
        if not self.supply.fit or not (self.supply.inside or self.session.closed):
            waiting |= session.WAIT_SUPPLY
        if self.limits.import_ma < MINIMUM_OFFER_MA:
            waiting |= session.WAIT_LIMIT
        if not self.session.closed:
            if not self.contactor.rested:
                waiting |= session.WAIT_REST
            if not self.ground_fault.valid:
                waiting |= session.WAIT_SELF_TEST
        if not self.session.offering and not self.pilot.spaced:
            waiting |= session.WAIT_SPACING
        if self.pilot.state == STATE_D and not self.settings.ventilation_present:
            self._ventilation_ms = _VENTILATION_MS
        if not self.pilot.connected:
            self._ventilation_ms = 0
        if self._ventilation_ms > 0:
            self._ventilation_ms -= dt_ms
            waiting |= session.WAIT_VENTILATION
        self.waiting_for = waiting

    def _act(self) -> None:
        outputs = self.outputs
        visit = self.session
        contactor = self.contactor
        pilot = self.pilot
        if visit.closed and not contactor.commanded:
            contactor.close()
            pilot.blank()
        elif contactor.commanded and not visit.closed:
            contactor.open(visit.cause, 1 if self._current_ma >= _UNLOADED_MA else 0)
            self.ground_fault.spend()
            pilot.blank()
        if visit.offering:
            pilot.offer(self.limits.import_ma)
        else:
            pilot.withdraw(self._steady_duty())
        outputs.contactor_closed = contactor.commanded
        outputs.pilot_duty_bp = pilot.duty_bp
        outputs.ground_fault_test = self.ground_fault.test
        outputs.ground_fault_reset = self.ground_fault.reset

    def _steady_duty(self) -> int:
        state = self.session.state
        if state == session.BOOT:
            return DUTY_F
        if state == session.FAULT:
            action = self.faults.pilot
            if action == PILOT_F:
                return DUTY_F
            if action == PILOT_F_BRIEFLY and self.faults.raised_ms < _F_MINIMUM_MS:
                return DUTY_F
        return DUTY_STEADY

    def _signed_current_ma(self, inputs: Inputs) -> int:
        one, other = inputs.current_l1_ma, inputs.current_l2_ma
        return one if abs(one) >= abs(other) else other

    def _publish(self, inputs: Inputs) -> None:
        status = self._spare_status
        pilot = self.pilot
        contactor = self.contactor
        limited = self.limits
        status.sequence = (self.status.sequence + 1) & TIME_MASK_MS
        status.pilot_state = pilot.state
        status.pilot_high_mv = inputs.pilot_high_mv
        status.pilot_low_mv = inputs.pilot_low_mv
        status.duty_bp = pilot.duty_bp
        status.contactor_commanded = contactor.commanded
        status.contactor_confirmed = contactor.confirmed
        status.open_cause = contactor.open_cause
        status.session_state = self.session.state
        status.waiting_for = self.waiting_for
        status.mode = MODE_GRID
        status.import_limit_ma = limited.import_ma
        status.export_limit_ma = limited.export_ma
        status.import_limit_owner = limited.import_owner
        status.export_limit_owner = limited.export_owner
        status.offered_ma = pilot.offered_ma
        status.power_w = inputs.power_w
        status.voltage_l1_mv = inputs.voltage_l1_mv
        status.voltage_l2_mv = inputs.voltage_l2_mv
        status.current_ma = self._signed_current_ma(inputs)
        status.frequency_millihertz = inputs.frequency_millihertz
        status.import_wh = self.meter.import_wh
        status.export_wh = self.meter.export_wh
        status.faults = self.faults.active
        status.closings = contactor.closings
        status.hot_openings = contactor.hot_openings
        self._spare_status = self.status
        self.status = status
