"""The connector: owns the parts; `tick` is the whole data flow, readable top to bottom.

sample → sense → protect → permit → decide → act → account, every 10 ms, in one direction. A tick
allocates nothing and reads no clock: time comes in with the tick. The connector starts safe and
offers nothing before its settings are loaded and its self-tests have passed.
"""

from array import array

from micropython import const

from wattback import commands
from wattback.chance import CHANCE_MASK, renewed
from wattback.commands import CommandQueue
from wattback.contactor import CAUSE_S2_OPENED, Contactor
from wattback.dispatch import Dispatch
from wattback.export import MODE_PEAK_LIMIT
from wattback.facts import UNLOADED_MA, find_facts
from wattback.fault_table import (
    METER_IMPLAUSIBLE,
    PILOT_F,
    PILOT_F_BRIEFLY,
    SETTINGS_INVALID,
)
from wattback.faults import Faults
from wattback.grid.categories import fitting, grid_code_allows
from wattback.ground_fault import GroundFault
from wattback.heartbeat import PRESENT
from wattback.interlocks import Interlocks
from wattback.interned import own_names
from wattback.limits import (
    FOR_EVER,
    NO_LIMIT_MA,
    OWNER_BREAKER,
    OWNER_CAPACITY,
    OWNER_HARDWARE,
    OWNER_SERVICE,
    OWNER_SITE,
    SCOPE_GRID,
    SCOPE_ISLAND,
    Limits,
)
from wattback.meter import Meter
from wattback.overcurrent import Overcurrent
from wattback.pilot import (
    DUTY_F,
    DUTY_STEADY,
    STATE_A,
    Pilot,
)
from wattback.plausible import Plausible
from wattback.protection import present, sense
from wattback.proximity import Proximity
from wattback.publish import REPORT_TURNS, publish_openings, publish_report, publish_status
from wattback.resets import RESET_POWER_ON, RESET_WATCHDOG
from wattback.restart import Restart
from wattback.retained import BROWN_OUTS, WATCHDOG_RESETS
from wattback.session import (
    BOOT,
    FAULT,
    WAIT_HANDLE,
    WAIT_SELF_TEST,
    WAIT_VENTILATION,
    Session,
)
from wattback.settings import SETTINGS, Settings
from wattback.signals import OPENING_NAMES, Inputs, Outputs, Report, Status
from wattback.supply import Supply, windows_allow_export
from wattback.thermal import Thermal
from wattback.turns import TURNS, hear, take_turn
from wattback.wake import Wake

TICK_MS = const(10)
# The board's millisecond counter wraps here on every floor: small enough for small integers.
TIME_MASK_MS = const((1 << 29) - 1)
# A step that no healthy tick can take (a counter that stands, jumps or runs backwards, or ticks
# that were suspended, outputs safe) counts as one tick: no wait is dodged, none stands still.
_LONGEST_STEP_MS = const(50)
_LATE_MS = const(20)  # with this step one tick at least has been missed

_LONGEST_WAIT = const(6)  # of a turn, in ticks

# A loose handle, a self-test that is a day old, a state D that nobody ventilates.
_ENDS = WAIT_HANDLE | WAIT_SELF_TEST | WAIT_VENTILATION

_F_MINIMUM_MS = const(300)  # state F after a fault (Table A.5; evse.md 1.4, C)


class Connector:
    """One wall connector on one board.

    board: sample(inputs) and drive(outputs), see `wattback.boards`. retained: the words of
    `retained.py` as they survived the last power cut; `tick` keeps them up to date. reset_cause:
    why the board has started (`resets.py`). chance: 30 random bits. new_backup: the class of what
    deals with outages, on a board that has a wire to a gateway, or None.
    status: the latest published picture; report: what changes slowly. queue: the way in for
    commands; vehicle: its inbox is the way in for the vehicle link. stored: what a power cut
    would leave of `retained`, the energy registers at least; a board that takes a while to store
    puts its own words there.
    """

    def __init__(  # type: ignore[no-untyped-def]
        self, board, retained, reset_cause: int = RESET_POWER_ON, chance: int = 0, new_backup=None
    ) -> None:
        self.outputs = Outputs()
        board.drive(self.outputs)  # before anything else: contactor open, pilot F
        self._board = board
        self.inputs = Inputs()
        self.retained = array("i", retained)
        self.stored = self.retained
        self.settings = Settings()
        self.prepared = Settings()  # on which new ones are tried
        self._both_settings = (self.settings, self.prepared)  # as `_statuses` below
        self.setting_names = own_names(self.settings, SETTINGS.names)
        self.queue = CommandQueue()
        self.pilot = Pilot()
        self.contactor = Contactor(self.retained)
        self.supply = Supply()
        self.ground_fault = GroundFault()
        self.overcurrent = Overcurrent()
        self.interlocks = Interlocks()
        self.plausible = Plausible()
        self.thermal = Thermal()
        self.proximity = Proximity()
        self.restart = Restart(self.retained, chance)
        self.wake = Wake()
        self.limits = Limits()
        self.faults = Faults(self.retained)
        self.session = Session()
        self.meter = Meter(self.retained)
        self.dispatch = Dispatch(self.retained)
        self.dispatch.enter_service.chance = renewed(chance & CHANCE_MASK or 1)
        self.vehicle = self.dispatch.vehicle
        self.backup = new_backup(self.retained) if new_backup else None
        if self.backup:
            self.dispatch.house = self.backup.house
        # Of the backup in the last tick; without one the home is never an island.
        self._islanded = 0
        self._counts = 0
        self.waiting_for = 0
        self.opening_faults = 0
        self.opening_waits = 0
        self.opening_export_waits = 0
        self.uptime_s = 0
        self.missed_ticks = 0
        self.reset_cause = reset_cause
        if reset_cause != RESET_POWER_ON:
            at = WATCHDOG_RESETS if reset_cause == RESET_WATCHDOG else BROWN_OUTS
            self.retained[at] = (self.retained[at] + 1) & TIME_MASK_MS
        self.settings_loaded = 0
        self.settings_fault = 0
        self.slow_bits = 0  # faults present, of what judges in turns
        self._now_ms = -1
        self.current_ma = 0  # of the larger leg
        self.magnitude_ma = 0  # of the same
        self.offerable_ma = 0
        self.unloaded_ms = 0
        self.ventilation_ms = 0
        self._turn = 0
        self.passed_ms = 0  # in this round of turns
        self._lap_ms = 0
        self._turn_waits = 0
        self.slow_part = 0  # whose turn it is among the slow parts, and their times
        self.slow_ms = 0
        self.slow_lap_ms = 0
        self._heard = 0  # 1: the vehicle came before the last command
        self._report_turn = 0
        self._uptime_ms = 0
        self._spare_status = Status()
        self.status = Status()
        # A collector that is at work while a tick swaps the two must find both all the same.
        self._statuses = (self._spare_status, self.status)
        # Without a gateway the home is always on its grid: no tick has to say so.
        self._spare_status.grid_switch_closed = 1
        self.status.grid_switch_closed = 1
        self.report = Report()
        self.opening_names = own_names(self.report, OPENING_NAMES)
        for turn in range(REPORT_TURNS):
            publish_report(self, self.report, turn)
        for at in range(len(OPENING_NAMES)):
            publish_openings(self, self.report, at)

    def load_settings(self, values) -> str:  # type: ignore[no-untyped-def]
        """Take over the stored settings, integers in table order; allowed once, before a visit.

        Returns the name of the first value refused, "a second load", or "". A refused value leaves
        the connector unavailable with the fault settings_invalid.
        """
        if self.settings_loaded:
            return "a second load"
        refused = (
            self.settings.load(values)
            or self.prepared.load(values)
            or grid_code_allows(self.settings)
            or windows_allow_export(self.settings)
        )
        if refused:
            self.settings_fault = SETTINGS_INVALID
            self.slow_bits = SETTINGS_INVALID
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
        self._apply_capacity()
        self.restart.begin(settings)
        self.dispatch.trips.load(settings)
        self.supply.load(settings)
        if self.backup:
            self.backup.load(settings)
        self.vehicle.settings_version = settings.version()
        self.vehicle.fitting = fitting(settings)
        self.settings_loaded = 1
        return ""

    def renew_report(self, turn: int) -> None:
        """Publish a part of the report at once, for a port that must not act on an old one."""
        publish_report(self, self.report, turn)

    def tick(self, now_ms: int) -> None:
        """One pass of the control plane. now_ms: the board's counter, wrapping at TIME_MASK_MS."""
        dt_ms = self._elapsed(now_ms)
        inputs = self.inputs
        self._board.sample(inputs)
        before = self.session.state
        if self.limits.expiring:
            self.limits.age(dt_ms)
        sense(self, inputs, dt_ms)
        busy = self._protect(dt_ms)
        told = 0
        if not busy and not self._turn_waits:
            told = self._hear_or_obey()
        busy |= told | self._dispatch(inputs, told, dt_ms)
        if self.backup:
            self._back_up(self.backup, inputs, dt_ms)
            self._heed_house(self.backup, inputs)
        self.session.decide(find_facts(self, inputs, dt_ms), dt_ms)
        self._act()
        self._board.drive(self.outputs)
        self._account(inputs, dt_ms)
        self._publish(inputs)
        if self.session.state != before:
            busy = 1
        self._take_turn(busy, dt_ms)

    def _elapsed(self, now_ms: int) -> int:
        if self._now_ms < 0:
            dt_ms = TICK_MS
        else:
            dt_ms = (now_ms - self._now_ms) & TIME_MASK_MS
        self._now_ms = now_ms
        if 0 < dt_ms < _LATE_MS:
            return dt_ms
        missed = dt_ms // TICK_MS - 1
        if not 0 < dt_ms <= _LONGEST_STEP_MS:
            dt_ms = TICK_MS
            missed = 1  # or more: how many, a counter that jumps does not say
        self.missed_ticks = (self.missed_ticks + missed) & TIME_MASK_MS
        return dt_ms

    def _hear_or_obey(self) -> int:
        # One of them a tick, in turns, so that a vehicle that never stops talking silences nobody;
        # returns 0 when there is neither.
        at = self.queue.first()
        if self.vehicle.inbox_full and not (self._heard and at >= 0):
            self._heard = 1
            hear(self, 0)
            return 1
        self._heard = 0
        if at < 0:
            return 0
        self._obey(at)
        self.queue.drop()
        return 1

    def _obey(self, at: int) -> None:
        words = self.queue.words
        code = words[at]
        if code == commands.COMMAND_HEARTBEAT:
            heartbeat = self.dispatch.heartbeat
            heartbeat.beat(words[at + 1])
            if heartbeat.state == PRESENT:
                self.limits.suspend(OWNER_SITE, 0)
        elif code == commands.COMMAND_SET_LIMIT:
            lasts_ms = words[at + 4] * 1000 if words[at + 4] else FOR_EVER
            self.limits.set(words[at + 1], words[at + 2], words[at + 3], lasts_ms)
        elif code == commands.COMMAND_SET_TARGET:
            self.dispatch.targets.set(
                words[at + 1],
                words[at + 2],
                words[at + 3],
                words[at + 4],
                words[at + 5],
                words[at + 6],
            )
        elif code == commands.COMMAND_SET_SETTING:
            setattr(self.settings, self.setting_names[words[at + 1]], words[at + 2])
            setattr(self.prepared, self.setting_names[words[at + 1]], words[at + 2])
            self._apply_capacity()
            self.dispatch.judge(self.settings)
        elif code == commands.COMMAND_SET_TIME:
            self.dispatch.export.set_time(words[at + 1], words[at + 2])
        elif code == commands.COMMAND_PAUSE:
            self.limits.pause(words[at + 1], words[at + 2])
        elif code == commands.COMMAND_ADOPT:
            self._adopt(words[at + 1], words[at + 2])
        elif code == commands.COMMAND_WITHDRAW:
            # In both, so that no adoption under way brings it back.
            self.settings.permit_service = 0
            self.prepared.permit_service = 0
            self.dispatch.judge(self.settings)
        elif code == commands.COMMAND_RESET_FAULTS:
            self.reset_faults(0)

    def _adopt(self, version: int, fits: int) -> None:
        # All but the grid code's is the same in both.
        settings = self.prepared
        self.prepared = self.settings
        self.settings = settings
        self.dispatch.trips.load(settings)
        self.vehicle.renew(version, fits)
        self.dispatch.judge(settings)

    def reset_faults(self, on_site: int) -> None:
        """Clear what a reset may clear. on_site: 1 by the button on the unit, 0 from afar."""
        self.ground_fault.retry()
        self.faults.reset(present(self), on_site)
        if on_site:
            self.restart.skip()

    def _apply_capacity(self) -> None:
        settings = self.settings
        volts = settings.nominal_line_mv // 1000
        import_ma = settings.import_max_w * 1000 // volts
        export_ma = settings.export_max_w * 1000 // volts
        self.limits.set(OWNER_CAPACITY, import_ma, export_ma, FOR_EVER)
        if self.backup is None:
            # Without a house's meter nobody knows what a peak leaves.
            peak = settings.operating_mode == MODE_PEAK_LIMIT
            self.limits.set(OWNER_SERVICE, 0 if peak else NO_LIMIT_MA, NO_LIMIT_MA, FOR_EVER)

    def _protect(self, dt_ms: int) -> int:
        return self.faults.judge(present(self), self.pilot.gone, dt_ms)

    def _dispatch(self, inputs: Inputs, told: int, dt_ms: int) -> int:
        limits = self.limits
        islanded = self._islanded
        limits.settle(SCOPE_ISLAND if islanded else SCOPE_GRID, self.pilot.connected)
        # In a stop the vehicle unloads: no export begins. One that is under way outlives a bad
        # sample of the auxiliary contact; a contactor that has dropped out is a fault in its time.
        visit = self.session
        confirmed = self.contactor.confirmed or self.dispatch.exporting
        # These end a visit, both ways; an island is no matter of targets.
        ends = self.waiting_for & _ENDS or islanded
        closed = visit.closed and visit.offering and confirmed and not ends
        ending = ends or visit.closed and not visit.offering
        faults = self.faults
        return self.dispatch.decide(
            limits.import_ma,
            limits.export_ma,
            1 if faults.action else 0,  # a warning stops nothing
            closed,
            1 if ending else 0,
            inputs.power_w,
            told,
            self.settings,
            dt_ms,
        )

    def _heed_house(self, backup, inputs: Inputs) -> None:  # type: ignore[no-untyped-def]
        house = backup.house
        line_mv = inputs.voltage_l1_mv + inputs.voltage_l2_mv
        if house.sense(backup.gateway, inputs.power_w, self.settings, line_mv):
            self.dispatch.heed_house(self.settings)
            slot = self.limits.slots[OWNER_SERVICE]
            if slot.import_ma != house.import_ma or slot.export_ma != house.export_ma:
                self.limits.set(OWNER_SERVICE, house.import_ma, house.export_ma, FOR_EVER)

    def _back_up(self, backup, inputs: Inputs, dt_ms: int) -> None:  # type: ignore[no-untyped-def]
        if self.interlocks.pressed:
            backup.reset_on_site()
        backup.decide(
            inputs,
            self.session.closed,
            self.contactor.confirmed,
            1 if self.pilot.connected and self.pilot.state != STATE_A else 0,
            self.faults.action,
            self.magnitude_ma,
            self.limits,
            self.vehicle,
            self.settings,
            dt_ms,
        )
        self._islanded = backup.engaged
        self._counts = backup.counts

    def _act(self) -> None:
        outputs = self.outputs
        visit = self.session
        contactor = self.contactor
        pilot = self.pilot
        if visit.closed and not contactor.commanded:
            contactor.close()
            pilot.blank()
        elif contactor.commanded and not visit.closed:
            if visit.cause == CAUSE_S2_OPENED and 0 < pilot.duty_bp < DUTY_STEADY:
                self.wake.finish()  # under an offer that stood
            loaded = 1 if self.magnitude_ma >= UNLOADED_MA else 0
            contactor.open(visit.cause, self.magnitude_ma, loaded, self.settings.hardware_limit_ma)
            self.opening_faults = self.faults.active
            self.opening_waits = self.waiting_for
            self.opening_export_waits = self.dispatch.waits
            self.ground_fault.spend()
            pilot.blank()
        if visit.offering:
            if self.wake.pulse and not visit.closed:
                pilot.withdraw(DUTY_F)
            elif pilot.duty_bp == DUTY_F and not pilot.spaced:
                pilot.withdraw(DUTY_STEADY)  # the pulse is over, its offer may not come back yet
            else:
                # Under a closed contactor PWM stays until the session stops: 5 % offers nothing.
                # A fault leaves nothing to draw, though an export that it ends still ramps down.
                # And in an island nobody charges by the pilot.
                islanded = self._islanded
                offer_ma = 0 if self.faults.action or islanded else self.offerable_ma
                pilot.offer(offer_ma, self.vehicle.linked or visit.closed or islanded)
        else:
            pilot.withdraw(self._steady_duty())
        outputs.contactor_closed = contactor.commanded
        outputs.pilot_duty_bp = pilot.duty_bp
        outputs.ground_fault_test = self.ground_fault.test
        outputs.ground_fault_reset = self.ground_fault.reset

    def _steady_duty(self) -> int:
        state = self.session.state
        if state == BOOT:
            return DUTY_F
        if state == FAULT:
            action = self.faults.pilot
            if action == PILOT_F:
                return DUTY_F
            if action == PILOT_F_BRIEFLY and self.faults.raised_ms < _F_MINIMUM_MS:
                return DUTY_F
        return DUTY_STEADY

    def _account(self, inputs: Inputs, dt_ms: int) -> None:
        contactor = self.contactor
        # Behind open contacts only a sensor's offset is left, unless they lie.
        flows = contactor.commanded or contactor.confirmed or self.magnitude_ma >= UNLOADED_MA
        if self.plausible.fault_bits & METER_IMPLAUSIBLE:
            flows = 0  # what cannot be believed is not counted
        self.meter.account(inputs.power_w if flows else 0, dt_ms, self._counts)

    def pass_time(self, lap_ms: int) -> None:
        """Count the seconds since power-up."""
        self._uptime_ms += lap_ms
        if self._uptime_ms >= 1000:
            self._uptime_ms -= 1000
            self.uptime_s += 1

    def _publish(self, inputs: Inputs) -> None:
        status = self._spare_status
        publish_status(self, status, inputs)
        self._spare_status = self.status
        self.status = status

    def _take_turn(self, busy: int, dt_ms: int) -> None:
        # A tick latches a fault, goes on to another state, hears, obeys, decides anew, or takes a
        # turn: with all of it one would be too long. Nobody keeps a turn waiting for longer.
        self.passed_ms += dt_ms
        if busy and self._turn_waits < _LONGEST_WAIT:
            self._turn_waits += 1
            return
        self._turn_waits = 0
        turn = self._turn + 1 if self._turn < TURNS - 1 else 0
        self._turn = turn
        if turn == 0:
            self._lap_ms = self.passed_ms
            self.passed_ms = 0
        take_turn(self, turn, self._lap_ms)
        publish_report(self, self.report, self._report_turn)
        self._report_turn = self._report_turn + 1 if self._report_turn < REPORT_TURNS - 1 else 0
