"""Dispatch: the power that the vehicle is told, and everything that has a say in it.

Vehicle, heartbeat, targets, grid code and the owner's reasons come together here. The answer is a
target for vehicles that hear one, a cap for those with basic signalling, and the reasons why no
energy flows out. What is not permitted any more is cut in the tick that knows it; the rest ramps.
"""

from micropython import const

from wattback.export import (
    WAIT_CONTACTOR,
    WAIT_CONTROLLER,
    WAIT_DEPARTURE,
    WAIT_FAULT,
    WAIT_LIMIT,
    WAIT_LINK,
    WAIT_MODE,
    WAIT_SERVICE,
    WAIT_TARGET,
    Export,
)
from wattback.grid.enter_service import PERIOD_MS, EnterService
from wattback.grid.islanding import Islanding
from wattback.grid.supervision import Supervision
from wattback.grid.support import Support, active_w
from wattback.grid.trips import ISLAND, NO_ROW, Trips
from wattback.heartbeat import SILENT, Heartbeat
from wattback.permission import NO_EXPORT_W, Permission
from wattback.pilot import MINIMUM_OFFER_MA
from wattback.settings import Settings
from wattback.signals import Inputs
from wattback.targets import OWNER_DEPARTURE, OWNER_HOUSE, OWNER_NONE, Targets
from wattback.targets import SILENT as TARGET_SILENT
from wattback.vehicle import LINK_LAPSED, Vehicle

# These end an export by the ramp; every other reason cuts it.
_RAMPS = WAIT_DEPARTURE | WAIT_CONTROLLER | WAIT_TARGET | WAIT_MODE
_HOUSE_RAMP_W_PER_S = const(20000)  # a house's loads come at once (this design's)
_LEAST_EXPORT_MA = const(1000)  # less is no export worth the name
_HIGHEST_LINE_MV = const(600000)  # keeps products below 2^30; far outside every window
_SECOND_MS = const(1000)
# Below it a vehicle ceases by itself, and goes on afterwards (evse.md 6.3, C): no voltage to
# reckon its power by.
_DIP_BP = const(5000)
_PU_BP = const(10000)
NO_CAP_W = const(-1)

# Who had acted when a must-trip's time was over during an export.
ACTED_NONE = const(0)
ACTED_VEHICLE = const(1)  # nothing flowed any more
ACTED_CONNECTOR = const(2)
ACTED_NAMES = ("none", "vehicle", "connector")


class Dispatch:
    """What came of it, after each `decide`; in a fault nothing flows, and the rest may wait for
    `serve`.

    waits: why nothing may flow out, export.WAIT bits. wanted: 1 when export is asked for and may
    happen, be the contactor closed or not. exporting: 1 while the vehicle is told to export.
    cap_w: for a vehicle that hears no target, the most that it may draw, or NO_CAP_W. owner: of
    the target that is followed. import_power_w, export_power_w: what the limits
    allow, the latter beside reactive power.
    house: what the owner's mode asks for, on a board that hears a house's meter, or None.
    trip_row, trip_acted: of the last must-trip of an export, a place in trips.ROW_NAMES and one in
    ACTED_NAMES.
    """

    def __init__(self, retained) -> None:  # type: ignore[no-untyped-def]
        self.vehicle = Vehicle()
        self.heartbeat = Heartbeat()
        self.targets = Targets()
        self.export = Export(retained)
        self.enter_service = EnterService()
        self.trips = Trips()
        self.support = Support()
        self.supervision = Supervision()
        self.islanding = Islanding()
        self.house = None
        self.trip_row = NO_ROW
        self.trip_acted = ACTED_NONE
        self.permission = Permission()
        self.waits = WAIT_LINK
        self.wanted = 0
        self.exporting = 0
        self.cap_w = NO_CAP_W
        self.owner = OWNER_NONE
        self.import_power_w = 0
        self.export_power_w = 0
        self._export_va = 0
        self._aside_w = 0  # of them, for reactive power
        self._line_v = 0
        self._line_ms = _SECOND_MS
        self._line_mv = 0
        self._line_bp = 0
        self._period_ms = 0
        self._into_ms = 0
        # What was decided by, and how long ago.
        self._news = 1
        self._faulty = 0
        self._closed = 0
        self._ending = 0
        self._import_ma = 0
        self._export_ma = 0
        self._undecided_ms = 0
        self._followed = OWNER_NONE
        self._lapsed = 0

    def guard(
        self, line_mv: int, millihertz: int, supplied: int, settings: Settings, dt_ms: int
    ) -> None:
        """Look at the grid, in every tick: a source must leave it in time.

        line_mv: between the legs. supplied: 1 while the supply is fit to be used at all.
        """
        if not 0 <= line_mv <= _HIGHEST_LINE_MV:
            line_mv = max(0, min(line_mv, _HIGHEST_LINE_MV))
        self._line_mv = line_mv
        self._line_bp = line_mv // 10 * 10000 // (settings.nominal_line_mv // 10)
        self.trips.sense(self._line_bp, millihertz, dt_ms)
        if self.trips.tripped or not supplied:
            self._news |= self.enter_service.in_service
            self.enter_service.leave()
            self._period_ms = 0

    def age(self, settings: Settings, dt_ms: int) -> None:
        """Let what controller and targets have said run out."""
        self.heartbeat.age(settings.controller_timeout_s, dt_ms)
        self.targets.age(dt_ms)

    def hear(self, connected: int, settings: Settings, dt_ms: int) -> None:
        """Take the vehicle's message, if any, and let its times run.

        connected: 0 as soon as the pilot shows state A.
        """
        self.vehicle.sense(connected, settings, dt_ms)
        self.judge(settings)

    def lose_vehicle(self, settings: Settings) -> None:
        """The pilot shows state A, however briefly: what comes after it starts from nothing.

        For now there is no link; all else is found in the vehicle's turn.
        """
        self.vehicle.sense(0, settings, 0)
        self.export.waits |= WAIT_LINK
        self._news |= self.exporting

    def judge(self, settings: Settings) -> None:
        """Find anew what vehicle and owner have against an export."""
        waits = self.export.waits
        metered = 0 if self.house is None or self.house.stale else 1
        self.export.judge(self.vehicle, self._charging_w(settings), settings, metered)
        if self.export.waits != waits:
            self._news = 1

    def heed_house(self, settings: Settings) -> None:
        """The house asks for something else, or says nothing any more."""
        self._news = 1
        self.judge(settings)

    def serve(self, millihertz: int, settings: Settings, dt_ms: int) -> None:
        """Let the entry into service go on, and decide anew whatever has changed."""
        self._news = 1
        self._period_ms += dt_ms
        if self._period_ms >= PERIOD_MS:
            self._period_ms %= PERIOD_MS  # in slow ticks service comes later, never sooner
            self.enter_service.sense(self._line_bp, millihertz, settings)
        if self._line_ms < _SECOND_MS:
            self._line_ms += dt_ms
        if self._line_ms >= _SECOND_MS and self._line_bp >= _DIP_BP:
            self._line_ms = 0
            self._line_v = self._line_mv // 1000

    def support_grid(self, inputs: Inputs, settings: Settings, dt_ms: int) -> None:
        """Find what the grid code's curves ask for."""
        vehicle = self.vehicle
        support = self.support
        rating_w = vehicle.discharge_w
        highest_bp = support.highest_bp
        aside_w = self._aside_w
        support.sense(
            self._line_bp,
            inputs.frequency_millihertz,
            inputs.power_w,
            rating_w,
            settings,
            dt_ms,
        )
        # Amperes carry reactive power too: what is left of the limit is active.
        var_bp = max(support.most_var_bp, -support.least_var_bp)
        apparent_va = self._export_va
        self._aside_w = apparent_va - active_w(apparent_va, rating_w // 10 * var_bp // 1000)
        if support.highest_bp != highest_bp or self._aside_w != aside_w:
            self._news = 1

    def supervise_vehicle(self, inputs: Inputs, gone: int, settings: Settings, dt_ms: int) -> None:
        """Find whether the vehicle does it. gone: 1 when it is seen that there is none."""
        vehicle = self.vehicle
        support = self.support
        supervision = self.supervision
        if gone:
            vehicle.forgive()
            supervision.forget()
        if not self.exporting or vehicle.discharge_w <= 0:
            supervision.rest(dt_ms)
            return
        supervision.sense(
            self._line_bp,
            inputs.power_w,
            inputs.reactive_var,
            self.targets.target_w,
            vehicle,
            support,
            settings,
            dt_ms,
        )
        if supervision.found:
            vehicle.refuse(supervision.found)
            self.judge(settings)

    def decide(
        self,
        import_ma: int,
        export_ma: int,
        faulty: int,
        closed: int,
        ending: int,
        power_w: int,
        told: int,
        settings: Settings,
        dt_ms: int,
    ) -> int:
        """Find target, cap and reasons, if anything has changed or time has passed.

        import_ma, export_ma: the effective limits. closed: 1 while the contactor is commanded and
        confirmed closed. ending: 1 while the vehicle is to unload. power_w: measured. told: 1 when
        this tick has heard or obeyed: what neither limits nor cuts is then decided in the next,
        for both would be too long. Returns 1 when it had to.
        """
        self._undecided_ms += dt_ms
        ends = self.trips.tripped or self.export.waits & ~_RAMPS
        limited = import_ma != self._import_ma or export_ma != self._export_ma
        if told and not (limited or self.exporting and ends):
            return 0
        targets = self.targets
        news = targets.settle(1 if self.heartbeat.state == SILENT else 0) | self._news
        if (
            not news
            and faulty == self._faulty
            and closed == self._closed
            and ending == self._ending
            and (faulty or not limited)
        ):
            return 0
        if self.trips.tripped and self.exporting:
            self.trip_row = ISLAND if self.islanding.detected else self.trips.row
            self.trip_acted = ACTED_CONNECTOR if power_w > NO_EXPORT_W else ACTED_VEHICLE
        cuts = faulty and not self._faulty or self.exporting and ends
        if cuts and not limited:
            self._cut(faulty)
            return 1
        dt_ms = self._undecided_ms
        self._undecided_ms = 0
        self._news = 0
        self._faulty = faulty
        self._closed = closed
        self._ending = ending
        self._import_ma = import_ma
        self._export_ma = export_ma
        vehicle = self.vehicle
        # The utility's maxima are amps among the limits, at nominal voltage; here they are watts.
        self.import_power_w = min(import_ma // 10 * self._line_v // 100, settings.import_max_w)
        self._export_va = min(export_ma // 10 * self._line_v // 100, settings.export_max_w)
        self.export_power_w = max(self._export_va - self._aside_w, 0)
        owner = targets.owner
        asked_w = targets.asked_w
        if self.export.departing or owner == OWNER_NONE:
            owner = OWNER_DEPARTURE if self.export.departing else OWNER_NONE
            asked_w = -self.import_power_w
        house = self.house
        if house is not None and house.wishes and not self.export.departing:
            if house.outweighs(asked_w, owner != OWNER_NONE):
                owner = OWNER_HOUSE
                asked_w = house.wish_w
        waits = self._reasons(export_ma, faulty, closed, asked_w)
        lowest_w = 0 if faulty or ending else -self.import_power_w
        highest_w = 0 if waits & ~_RAMPS else self._highest_w(settings)
        if asked_w <= 0:
            goal_w = asked_w if asked_w > lowest_w else lowest_w
        elif waits:
            goal_w = 0
        else:
            goal_w = asked_w if asked_w < highest_w else highest_w
        if self._followed == OWNER_NONE and owner != OWNER_NONE:
            # From the power that flows, but not from an export that nobody has told.
            targets.start(min(power_w, max(targets.target_w, 0)))
        self._followed = owner
        if owner == OWNER_NONE and targets.target_w <= 0:
            targets.start(goal_w)  # nobody wants a certain power: as the limits allow
        elif not lowest_w <= targets.target_w <= highest_w:
            targets.confine(lowest_w, highest_w)
        elif targets.target_w != goal_w:
            ramp_w_per_s = settings.target_ramp_w_per_s
            if owner == OWNER_HOUSE:
                ramp_w_per_s = _HOUSE_RAMP_W_PER_S
            targets.follow(goal_w, ramp_w_per_s, dt_ms)
        if not highest_w or (self.exporting and targets.target_w <= 0):
            self._cease()
        self._lapsed = 1 if vehicle.link == LINK_LAPSED else 0
        self.owner = owner
        self.waits = waits
        self.wanted = 1 if not waits & ~WAIT_CONTACTOR else 0
        self.exporting = 1 if targets.target_w > 0 else 0
        told = vehicle.linked
        self.cap_w = NO_CAP_W if told or owner == OWNER_NONE else max(0, -goal_w)
        return 1

    def _cut(self, faulty: int) -> None:
        # What cannot wait, in a tick that has heard, or has a contactor to open; the next one
        # decides the rest.
        self._faulty = faulty
        self._news = 1
        waits = self.export.waits
        if faulty:
            waits |= WAIT_FAULT
        elif self.trips.tripped:
            waits |= WAIT_SERVICE
        self.waits |= waits
        self.wanted = 0
        self.exporting = 0
        self.targets.start(0)
        self._cease()

    def _cease(self) -> None:
        # Of the time to cease, what the vehicle was silent for has passed; it is spent once.
        lapses = self.vehicle.link == LINK_LAPSED and not self._lapsed
        if lapses:
            self._lapsed = 1
        self.permission.cut(self.vehicle.age_ms if lapses else 0)

    def watch(self, power_w: int, discharging: int, settings: Settings, dt_ms: int) -> None:
        """Compare measured power with what was told. discharging: the session's state is."""
        ceasing = not self.exporting or self.permission.ceasing
        withdrawn = 1 if discharging and ceasing else 0
        target_w = self.targets.target_w
        still_w = self.support.still_w
        if target_w > 0 and still_w > 0:  # which the vehicle adds by itself, up to the limits
            target_w = max(target_w, min(target_w + still_w, self._supported_w()))
        self.permission.sense(power_w, target_w, self.vehicle.linked, withdrawn, settings, dt_ms)

    def supervise(
        self, millihertz: int, discharging: int, settings: Settings, lap_ms: int, into_ms: int
    ) -> None:
        """Look for an island, once a round of turns, from the first with a source to the first
        without one. lap_ms: of the round before this one; into_ms: since this one has begun.
        """
        between_ms = lap_ms - self._into_ms + into_ms  # exactly, for a rate is judged
        self._into_ms = into_ms
        self.islanding.sense(self._line_bp, millihertz, discharging, settings, between_ms)
        self.trips.heed(self.islanding.detected)

    def _reasons(self, export_ma: int, faulty: int, closed: int, asked_w: int) -> int:
        waits = self.export.waits
        if faulty:
            waits |= WAIT_FAULT
        if not self.enter_service.in_service:
            waits |= WAIT_SERVICE
        if (
            export_ma < _LEAST_EXPORT_MA
            or self._aside_w
            and not self.export_power_w
            or self.vehicle.discharge_w
            and not self._supported_w()
        ):
            waits |= WAIT_LIMIT
        if asked_w <= 0:  # a house may ask whatever has become of a controller
            waits |= WAIT_CONTROLLER if self.targets.state == TARGET_SILENT else WAIT_TARGET
        if not closed:
            waits |= WAIT_CONTACTOR
        return waits

    def _charging_w(self, settings: Settings) -> int:
        # What a departure is reckoned with: as limited now, or, where nothing may be drawn now (as
        # long as an event lasts), as the installation allows.
        if self._import_ma >= MINIMUM_OFFER_MA:
            return self.import_power_w
        lasting_ma = min(settings.hardware_limit_ma, settings.breaker_ma * 8 // 10)
        return min(lasting_ma // 10 * self._line_v // 100, settings.import_max_w)

    def _highest_w(self, settings: Settings) -> int:
        rating_w = settings.hardware_limit_ma // 1000 * (settings.nominal_line_mv // 1000)
        risen_w = rating_w // 10 * self.enter_service.risen_bp // 1000
        return min(self._supported_w(), risen_w)

    def _supported_w(self) -> int:
        # What limits, vehicle, volt-watt and the limit of power leave.
        rating_w = self.vehicle.discharge_w
        highest_w = rating_w
        if self.support.highest_bp < _PU_BP:
            highest_w = rating_w // 10 * self.support.highest_bp // 1000
        return min(self.export_power_w, highest_w)
