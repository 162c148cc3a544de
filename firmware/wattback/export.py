"""Export: may energy flow out of the vehicle, how much, and if not, why not?

Every reason is a bit of its own, so that a person, a register and a test see the same answer. The
owner's reserve, the driver's departure and the day's limit are kept here, by the connector itself,
whoever asks. Nothing here knows the pilot, the contactor or a port.
"""

from array import array

from micropython import const

from wattback.retained import EXPORT_DAY, EXPORT_DAY_LEFT_S, EXPORT_DAY_WH
from wattback.settings import Settings
from wattback.vehicle import LINK_ACCEPTED, LINK_AUTHORISED, LINK_REFUSED, Vehicle

# Why nothing may flow out, as bits; the first that is set is the first to tell.
WAIT_FAULT = const(1)
WAIT_PERMISSION = const(2)  # the utility's, or the owner's switch
WAIT_LINK = const(4)  # no digital link, or it has fallen silent
WAIT_CERTIFICATION = const(8)  # the vehicle's inverter is not accepted, see its refusal
WAIT_SETTINGS = const(16)  # the vehicle has not acknowledged the site's settings
WAIT_SERVICE = const(32)  # the grid has not been good for long enough
WAIT_LIMIT = const(64)  # the effective limit for export is 0
WAIT_RESERVE = const(128)
WAIT_DEPARTURE = const(256)  # the driver needs the energy
WAIT_DAY_LIMIT = const(512)
WAIT_CONTROLLER = const(1024)  # who asked has fallen silent
WAIT_TARGET = const(2048)  # nobody asks for it
WAIT_CONTACTOR = const(4096)  # the visit has not got that far
WAIT_MODE = const(8192)  # the mode that the owner has chosen exports nothing
WAIT_METER = const(16384)  # the mode goes by the house's meter, which says nothing
WAIT_NAMES = (
    "fault",
    "permission",
    "vehicle_link",
    "certification",
    "settings",
    "service",
    "limit",
    "reserve",
    "departure",
    "day_limit",
    "controller",
    "target",
    "contactor",
    "mode",
    "house_meter",
)

_RESERVE_BAND_BP = const(100)  # above the reserve before export may begin again (this design's)
_PUT_OFF_S = const(600)  # a departure this much later ends a charge for it (this design's)
_LEAST_W = const(100)
_DAY_S = const(86400)
_UNKNOWN = const(-1)

# What the owner uses the vehicle for. Self-consumption and the limit of a peak are `house.py`'s.
MODE_CHARGE = const(0)
MODE_EVENT = const(1)  # export when somebody asks for it
MODE_SELF_CONSUMPTION = const(2)
MODE_PEAK_LIMIT = const(3)
MODE_BACKUP_ONLY = const(4)


class Export:
    """The reasons, the owner's bookkeeping, and civil time as far as it matters for it.

    waits: the reasons of this tick that do not depend on the visit. departing: 1 when the vehicle
    must be charged now to leave in time. day_wh, day_left_s: exported in the present day, and how
    long it lasts; both outlive a power cut. civil_day, civil_s: −1 until the time has been set.
    """

    def __init__(self, retained: "array[int]") -> None:
        self.waits = WAIT_PERMISSION
        self.departing = 0
        self.reserve_bp = 0
        self.civil_day = _UNKNOWN
        self.civil_s = 0
        self.day_wh = retained[EXPORT_DAY_WH]
        self.day_left_s = retained[EXPORT_DAY_LEFT_S]
        self._retained = retained
        self._counted_wh = _UNKNOWN
        self._low = 0
        self._second_ms = 0

    def set_time(self, day: int, second: int) -> None:
        """The civil time now: days since 1970-01-01 and second of that day, local."""
        # A clock that is put back does not begin the same day twice; one that was far ahead is no
        # reason to wait for that day.
        counted = self._retained[EXPORT_DAY]
        if day > counted and counted:
            self._new_day()
        if day != counted - 1:
            self._retained[EXPORT_DAY] = day
        self.civil_day = day
        self.civil_s = second
        # A day that was under way ends at midnight, never later than it would have.
        if self.day_left_s > _DAY_S - second:
            self.day_left_s = _DAY_S - second

    def account(self, export_wh: int, dt_ms: int) -> None:
        """Follow the meter's export register and let the day pass."""
        if export_wh != self._counted_wh:
            if self._counted_wh != _UNKNOWN:
                if not self.day_left_s:
                    self.day_left_s = _DAY_S - self.civil_s if self.civil_day >= 0 else _DAY_S
                self.day_wh += export_wh - self._counted_wh
                self._retained[EXPORT_DAY_WH] = self.day_wh
                self._retained[EXPORT_DAY_LEFT_S] = self.day_left_s
            self._counted_wh = export_wh
        self._second_ms += dt_ms
        if self._second_ms >= 1000:
            self._second_ms -= 1000
            self._pass_second()

    def judge(
        self, vehicle: Vehicle, charging_w: int, settings: Settings, metered: int = 1
    ) -> None:
        """Find the reasons that do not depend on limits, grid and visit.

        charging_w: what a charge until departure may count on. metered: 1 while the house's meter
        can be believed.
        """
        waits = 0
        mode = settings.operating_mode
        if mode == MODE_CHARGE or mode == MODE_BACKUP_ONLY:
            waits = WAIT_MODE
        elif mode != MODE_EVENT and not metered:
            waits = WAIT_METER
        permitted = settings.export_permitted and settings.permit_service
        if not permitted or not settings.export_enabled:
            waits |= WAIT_PERMISSION
        link = vehicle.link
        if link == LINK_REFUSED:
            waits |= WAIT_CERTIFICATION
        elif link == LINK_ACCEPTED:
            waits |= WAIT_SETTINGS
        elif link != LINK_AUTHORISED:
            waits |= WAIT_LINK
        self.reserve_bp = max(settings.reserve_bp, vehicle.minimum_soc_bp)
        above_bp = self.reserve_bp + (_RESERVE_BAND_BP if self._low else 0)
        self._low = 1 if vehicle.soc_bp <= above_bp else 0
        if self._low and vehicle.linked:
            waits |= WAIT_RESERVE
        self._watch_departure(vehicle, charging_w, settings)
        if self.departing:
            waits |= WAIT_DEPARTURE
        if 0 <= settings.export_day_limit_wh <= self.day_wh:
            waits |= WAIT_DAY_LIMIT
        self.waits = waits

    def _watch_departure(self, vehicle: Vehicle, charging_w: int, settings: Settings) -> None:
        if vehicle.departure_s < 0 or not vehicle.need_wh:
            self.departing = 0
            return
        # Charging at the full limit takes need / power hours; once it must begin, it is finished.
        power_w = charging_w
        if vehicle.charge_w:
            power_w = min(power_w, vehicle.charge_w)
        power_w = max(power_w, _LEAST_W)
        needs_s = vehicle.need_wh * 900 // power_w * 4
        left_s = vehicle.departure_s - settings.departure_margin_s
        if needs_s >= left_s:
            self.departing = 1
        elif needs_s + _PUT_OFF_S < left_s:
            self.departing = 0

    def _pass_second(self) -> None:
        if self.civil_day >= 0:
            self.civil_s += 1
            if self.civil_s >= _DAY_S:
                self.set_time(self.civil_day + 1, 0)
        if self.day_left_s:
            self.day_left_s -= 1
            if not self.day_left_s:
                self._new_day()
        self._retained[EXPORT_DAY_LEFT_S] = self.day_left_s

    def _new_day(self) -> None:
        self.day_wh = 0
        self.day_left_s = 0
        self._retained[EXPORT_DAY_WH] = 0
        self._retained[EXPORT_DAY_LEFT_S] = 0
