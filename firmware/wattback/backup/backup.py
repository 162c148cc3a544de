"""Backup: opens the grid switch, lets the vehicle form the home's voltage, and leads it back.

Step after step as in `steps.py`; nothing is done on what is not confirmed. The contactor closes
between two dead sides only, the switch on a dead home or on one that is in step with the grid.
Nothing here measures or drives: `connector` hands in what there is, the session moves the
contactor, the gateway's port sends the orders.
"""

from array import array

from micropython import const

from wattback.backup import outage, returning
from wattback.backup.island import LEG_HIGH_BP, LEG_LOW_BP, Island, leg_bp, per_unit_bp
from wattback.backup.readiness import (
    WAIT_BACKFED,
    WAIT_LIMIT,
    WAIT_RESERVE_NEAR,
    is_low,
    readiness,
)
from wattback.backup.steps import (
    CONTACTOR_CLOSED,
    DARK,
    GRID,
    GRID_FOLLOWING,
    LATCHED,
    NO_LIMIT_MS,
    RECONNECT,
    REFUSED_BACKFEED,
    REFUSED_NONE,
    REFUSED_RESERVE,
    REFUSED_SWITCH_CONTACTS,
    REFUSED_VEHICLE_ABSENT,
    REFUSED_VEHICLE_CANNOT_FORM,
    REFUSED_VEHICLE_SILENT,
    REFUSED_VEHICLE_UNWILLING,
    STEPS,
    STOP_FORMING,
    SWITCH_CLOSE,
    SWITCH_OPEN,
    SYNCHRONISE,
    VEHICLE_READY,
)
from wattback.facts import UNLOADED_MA
from wattback.gateway import (
    DEAD_MV,
    STATE_GRID_L1_MV,
    STATE_GRID_L2_MV,
    STATE_GRID_MILLIHERTZ,
    STATE_HOME_L1_MV,
    STATE_HOME_L2_MV,
    STATE_SERVICE_W,
    SWITCH_CLOSED,
    SWITCH_UNKNOWN,
    Gateway,
)
from wattback.gateway import SWITCH_OPEN as SWITCH_IS_OPEN
from wattback.house import House
from wattback.limits import SCOPE_ISLAND, Limits
from wattback.retained import BACKFED, ISLAND_IMPORT_WH, ISLAND_WH
from wattback.settings import Settings
from wattback.signals import NO_GATEWAY, Inputs, Report
from wattback.vehicle import Vehicle

# A grid is out beyond these (evse.md 4.1 and 4.3, C: PZK's ±3 Hz; a vendor's charger goes down to
# 0.67 and up to 1.33, but a home is more delicate, so 0.80 and 1.20 are this design's).
_OUT_LOW_BP = const(8000)
_OUT_HIGH_BP = const(12000)
_OUT_MILLIHERTZ = const(3000)
_GOOD_MILLIHERTZ = const(1200)  # 58.8 to 61.2 Hz (evse.md 6.3, C)
_LONGEST_MS = const(1 << 28)
_DARK_STEADY_MS = const(5000)  # this design's
_SECOND_MS = const(1000)


class Backup:
    """state: a step of `steps.STEPS`. refusal: why the last attempt ended. waits: what would stop
    the next one, `readiness` bits, found once a second; NO_GATEWAY where there is none.

    gateway: the inbox of its link is the way in. house: what its meter says. island: shed loads
    and solar. engaged: 1 while the home is, becomes or ends being an island: no visit but for it.
    offers: 1 while the vehicle is to be offered PWM for it; closes: 1 when the contactor may close
    for it; ends: 1 when it must open. forming: 1 while the vehicle is to form, at target_mv
    between the legs and target_millihertz. update_ms: within which it is to ask again; 0: at its
    own pace. watching: 1 while an outage would be this part's to deal with. counts: 1 while energy
    is an island's. switch_closed: 0 only while both contacts say that the grid switch is open.
    forbids: 1 while the home waits behind a switch that is not known to be closed: nothing charges
    from it.

    inputs, vehicle, settings and what follows them: of this tick, for the steps.
    """

    def __init__(self, retained: "array[int]") -> None:
        self.gateway = Gateway()
        self.island = Island()
        self.house = House()
        self.retained = retained
        self.state = GRID
        self.refusal = REFUSED_NONE
        self.waits = NO_GATEWAY
        self.engaged = 0
        self.offers = 0
        self.closes = 0
        self.ends = 0
        self.forming = 0
        self.target_mv = 0
        self.target_millihertz = 0
        self.update_ms = 0
        self.watching = 0
        self.counts = 0
        self.switch_closed = 1
        self.forbids = 0
        self.state_ms = 0
        self.out_ms = 0  # since the grid has been out
        self.steady_ms = 0  # since it has been good
        self.meeting_ms = 0  # since the grid is to be met, the switch's own tries included
        self.attempts = 0  # in this outage
        self.planned = 0  # 1: the end of the island takes the voltage away first
        self.inputs = Inputs()
        self.vehicle = Vehicle()
        self.settings = Settings()
        self.closed = 0
        self.confirmed = 0
        self.connected = 0
        self.magnitude_ma = 0
        self.limits = Limits()
        self.limit_ma = 0  # what may flow out
        self.dt_ms = 0
        self._held_ms = 0  # that what a step waits for has been so
        self._second_ms = 0
        self._steps = (
            outage.on_grid,
            outage.open_contactor,
            outage.open_switch,
            outage.await_dead_home,
            outage.await_vehicle,
            outage.close_contactor,
            outage.raise_voltage,
            outage.await_legs,
            outage.add_loads,
            outage.run,
            returning.synchronise,
            returning.close_switch,
            returning.await_following,
            returning.stop_forming,
            returning.await_dead_home_again,
            returning.reconnect,
            returning.in_the_dark,
            returning.latched,
        )

    def load(self, settings: Settings) -> None:
        """Begin with what the site has: where there is a gateway, it is asked what is."""
        if not settings.gateway_fitted:
            return
        self.state = DARK
        self.waits = 0
        if self.retained[BACKFED]:
            self.state = LATCHED
            self.refusal = REFUSED_BACKFEED

    def decide(
        self,
        inputs: Inputs,
        closed: int,
        confirmed: int,
        connected: int,
        faulty: int,
        magnitude_ma: int,
        limits: Limits,
        vehicle: Vehicle,
        settings: Settings,
        dt_ms: int,
    ) -> None:
        """One tick. closed: 1 while the session has the contactor closed; confirmed: its contact.

        connected: a vehicle is on the pilot. faulty: a row that stops is latched. magnitude_ma: of
        the larger leg. limits: settled in the present scope.
        """
        if not settings.gateway_fitted:
            return
        self.inputs = inputs
        self.vehicle = vehicle
        self.settings = settings
        self.closed = closed
        self.confirmed = confirmed
        self.connected = connected
        self.magnitude_ma = magnitude_ma
        self.limits = limits
        self.limit_ma = limits.export_ma
        if vehicle.discharge_w:
            volts = settings.nominal_line_mv // 1000
            self.limit_ma = min(self.limit_ma, vehicle.discharge_w * 1000 // volts)
        self.dt_ms = dt_ms
        gateway = self.gateway
        gateway.sense(settings.gateway_timeout_ms, dt_ms)
        if self.state_ms < _LONGEST_MS:
            self.state_ms += dt_ms
        if SYNCHRONISE <= self.state <= SWITCH_CLOSE:
            self.meeting_ms += dt_ms
        self._watch_grid()
        self._second_ms += dt_ms
        if self._second_ms >= _SECOND_MS:
            self._second_ms = 0
            self.waits = readiness(gateway, vehicle, inputs, connected, faulty, settings)
            if self.retained[BACKFED]:
                self.waits |= WAIT_BACKFED
            if self.is_limited():
                self.waits |= WAIT_LIMIT
            if self.engaged and self.island.warned:
                self.waits |= WAIT_RESERVE_NEAR
        limit_ms = STEPS[self.state][1]
        if limit_ms != NO_LIMIT_MS and self.state_ms >= limit_ms:
            self.refuse(self._reason())
        else:
            self._steps[self.state](self)
        self._conclude()

    def _conclude(self) -> None:
        # What follows from where the home is, for the connector and for the gateway.
        gateway = self.gateway
        opened = gateway.switch == SWITCH_IS_OPEN
        apart = gateway.heard and gateway.switch != SWITCH_CLOSED
        self.switch_closed = 0 if opened else 1
        self.forbids = 1 if apart and self.state >= DARK else 0
        gateway.order_shed = self.island.shed if self.engaged or self.forbids else 0
        islanded = opened or apart and self.engaged
        self.counts = 1 if islanded and (self.closed or self.confirmed) else 0

    def reset_on_site(self) -> None:
        """Somebody at the unit has looked: a backfeed does not count any more."""
        if self.state == LATCHED:
            self.retained[BACKFED] = 0
            self.enter(DARK)

    def publish(self, report: Report, stored: "array[int]") -> None:
        """Renew what the report says of it. stored: what a power cut would leave."""
        gateway = self.gateway
        report.backup_refusal = self.refusal
        report.backup_waits = self.waits
        report.backup_shed = gateway.order_shed
        report.service_w = gateway.state[STATE_SERVICE_W] if gateway.fresh else 0
        report.island_wh = stored[ISLAND_WH]
        report.island_import_wh = stored[ISLAND_IMPORT_WH]

    # --- from one step to another ---

    def enter(self, state: int) -> None:
        """Go on to a step."""
        self.state = state
        self.state_ms = 0
        self._held_ms = 0
        if not SYNCHRONISE <= state <= SWITCH_CLOSE:
            self.meeting_ms = 0
        self.engaged = 1 if GRID < state < DARK else 0
        self.offers = 1 if VEHICLE_READY <= state <= GRID_FOLLOWING else 0
        self.closes = 1 if state == CONTACTOR_CLOSED else 0
        self.forming = 1 if VEHICLE_READY <= state <= SWITCH_CLOSE or state == STOP_FORMING else 0
        self.ends = 0
        if state == GRID:
            self.out_ms = 0
        if state == GRID or state > STOP_FORMING:
            self.target_mv = 0
            self.update_ms = 0

    def refuse(self, reason: int) -> None:
        """This attempt has failed: what is closed for it opens, the rest waits for the grid."""
        if self.closed and CONTACTOR_CLOSED <= self.state < STOP_FORMING:
            self.stop(reason, 0)
        else:
            self.refusal = reason
            if self.state == RECONNECT or self.state == SWITCH_CLOSE:
                self.gateway.order_switch = 0
            # An island that has reached the grid stays latched, whatever else went wrong.
            self.enter(LATCHED if self.retained[BACKFED] else DARK)

    def stop(self, reason: int, planned: int) -> None:
        """The island ends. planned: 1 when there is time to take the voltage away first."""
        self.refusal = reason
        if reason == REFUSED_BACKFEED:
            self.retained[BACKFED] = 1
        following = self.state == GRID_FOLLOWING
        self.enter(STOP_FORMING)
        if following:
            self.forming = 0  # the switch stays closed: the home is the grid's
        else:
            self.gateway.order_switch = 0
        self.planned = planned
        self.target_mv = 0
        self.update_ms = outage.UPDATE_MS
        self.ends = 1 - planned

    def holds(self, fits: bool, for_ms: int) -> bool:
        """Has it been so for this long, in this step?"""
        self._held_ms = self._held_ms + self.dt_ms if fits else 0
        return self._held_ms >= for_ms

    def _reason(self) -> int:
        # Of a step that has taken too long, the closest.
        if self.state == VEHICLE_READY:
            vehicle = self.vehicle
            if not self.connected:
                return REFUSED_VEHICLE_ABSENT
            if not vehicle.linked:
                return REFUSED_VEHICLE_SILENT
            if not vehicle.forms:
                return REFUSED_VEHICLE_CANNOT_FORM
            if is_low(vehicle, self.settings):
                return REFUSED_RESERVE
            return REFUSED_VEHICLE_UNWILLING
        if self.state == SWITCH_OPEN and self.gateway.switch == SWITCH_UNKNOWN:
            return REFUSED_SWITCH_CONTACTS
        reason: int = STEPS[self.state][2]
        return reason

    # --- what steps ask ---

    def _watch_grid(self) -> None:
        fresh = self.gateway.fresh
        # One that is being dealt with stays so, whatever becomes of the link.
        watched = fresh or self.engaged or self.forbids
        self.watching = 1 if watched and self.settings.backup_enabled else 0
        if fresh and self._grid_is_good():
            if self.steady_ms < _LONGEST_MS:
                self.steady_ms += self.dt_ms
        else:
            self.steady_ms = 0

    def _grid_is_good(self) -> bool:
        # Good for a home: the region of continuous operation, on each leg, for the sum of both
        # looks well without a neutral, too. An export waits for enter service.
        state = self.gateway.state
        settings = self.settings
        if abs(state[STATE_GRID_MILLIHERTZ] - settings.nominal_millihertz) > _GOOD_MILLIHERTZ:
            return False
        if settings.single_phase:
            return LEG_LOW_BP <= self.grid_bp() <= LEG_HIGH_BP
        l1_mv = state[STATE_GRID_L1_MV]
        l2_mv = state[STATE_GRID_L2_MV]
        low_bp = leg_bp(min(l1_mv, l2_mv), settings)
        return LEG_LOW_BP <= low_bp and leg_bp(max(l1_mv, l2_mv), settings) <= LEG_HIGH_BP

    def is_limited(self) -> bool:
        """Less may flow out in an island than is worth closing for."""
        for slot in self.limits.slots:
            if slot.counts & SCOPE_ISLAND and 0 <= slot.export_now_ma < UNLOADED_MA:
                return True
        return False

    def grid_is_out(self) -> bool:
        """As the gateway measures it."""
        return self._is_out(self.grid_bp(), self.gateway.state[STATE_GRID_MILLIHERTZ])

    def grid_is_back(self) -> bool:
        """Good for long enough to give it a home that is dead, which waits for nothing else."""
        return self.steady_ms >= min(self.settings.return_steady_s * 1000, _DARK_STEADY_MS)

    def home_is_out(self) -> bool:
        """As the connector itself measures it."""
        return self._is_out(self.home_bp(), self.inputs.frequency_millihertz)

    def _is_out(self, line_bp: int, millihertz: int) -> bool:
        apart = abs(millihertz - self.settings.nominal_millihertz)
        return not _OUT_LOW_BP <= line_bp <= _OUT_HIGH_BP or apart > _OUT_MILLIHERTZ

    def home_is_dead(self) -> bool:
        """By the connector's own sensors and by the gateway's."""
        inputs = self.inputs
        state = self.gateway.state
        return (
            max(inputs.voltage_l1_mv, inputs.voltage_l2_mv) < DEAD_MV
            and max(state[STATE_HOME_L1_MV], state[STATE_HOME_L2_MV]) < DEAD_MV
        )

    def home_mv(self) -> int:
        """Between the home's legs, by the connector's own sensors."""
        return self.inputs.voltage_l1_mv + self.inputs.voltage_l2_mv

    def home_bp(self) -> int:
        """The same per unit."""
        return per_unit_bp(self.home_mv(), self.settings.nominal_line_mv)

    def grid_bp(self) -> int:
        """The line voltage on the grid's side, per unit, by the gateway's sensors."""
        return per_unit_bp(self.gateway.grid_line_mv, self.settings.nominal_line_mv)
