"""Values of points that no field of status, report or settings holds as it is.

Each is a function of these three; the live table names it by its place in DERIVED.
"""

from micropython import const

from wattback.modbus.tables import ALARM_BITS, INVERTER_STATES
from wattback.session import CHARGING, DISCHARGING, STOPPING
from wattback.settings import Settings
from wattback.signals import Report, Status

_EXACT_VA = const(23000)  # up to it the sum of two squares stays below 2^30
_UNITY = const(1000)  # of a power factor
_UNKNOWN = const(-1)
_STORAGE_OK = const(0)


def line_dv(status: Status, _report: Report, _settings: Settings) -> int:
    """Voltage between the legs, 0.1 V."""
    return (status.voltage_l1_mv + status.voltage_l2_mv) // 100


def neutral_dv(status: Status, _report: Report, settings: Settings) -> int:
    """Mean voltage of the legs to neutral, 0.1 V; on a single phase there is one."""
    both_mv = status.voltage_l1_mv + status.voltage_l2_mv
    return both_mv // 100 if settings.single_phase else both_mv // 200


def ac_type(_status: Status, _report: Report, settings: Settings) -> int:
    """One phase (0), or two legs and neutral (1)."""
    return 0 if settings.single_phase else 1


def apparent_va(status: Status, _report: Report, _settings: Settings) -> int:
    """Apparent power, VA: the root of W² + var², found from above."""
    larger = abs(status.power_w)
    smaller = abs(status.reactive_var)
    if smaller > larger:
        larger, smaller = smaller, larger
    if not smaller:
        return larger
    if larger > _EXACT_VA:
        return larger + smaller // 3  # within 6 %, far beyond every rating
    square = larger * larger + smaller * smaller
    root = larger + smaller // 2 + 1
    following = (root + square // root) // 2
    while following < root:
        root = following
        following = (root + square // root) // 2
    return root


def power_factor(status: Status, report: Report, settings: Settings) -> int:
    """W / VA in thousandths."""
    power_w = status.power_w
    va = apparent_va(status, report, settings)
    if not va:
        return _UNITY
    magnitude = abs(power_w)
    while va > _EXACT_VA:  # so that the product stays below 2^30, whatever a sensor says
        magnitude >>= 1
        va >>= 1
    factor = magnitude * _UNITY // va
    return factor if power_w >= 0 else -factor


def operating(status: Status, _report: Report, _settings: Settings) -> int:
    """1 while the contactor is closed for energy."""
    state = status.session_state
    closed = state == CHARGING or state == DISCHARGING or state == STOPPING
    return 1 if closed and status.contactor_confirmed else 0


def inverter_state(status: Status, _report: Report, _settings: Settings) -> int:
    """The state of the visit in the words of model 701."""
    return INVERTER_STATES[status.session_state]


def alarms(status: Status, _report: Report, _settings: Settings) -> int:
    """The latched faults in the words of model 701."""
    faults = status.faults
    bits = 0
    index = 0
    while faults:
        if faults & 1:
            bits |= 1 << ALARM_BITS[index]
        faults >>= 1
        index += 1
    return bits


def rating_w(_status: Status, _report: Report, settings: Settings) -> int:
    """Rated power, W."""
    return settings.hardware_limit_ma // 1000 * (settings.nominal_line_mv // 1000)


def excited_w(status: Status, report: Report, settings: Settings) -> int:
    """Rated power at a power factor of 0.90, W."""
    return rating_w(status, report, settings) // 100 * 90


def reactive_max_var(status: Status, report: Report, settings: Settings) -> int:
    """The most that a reactive function may ask for: 44 % of the rating (evse.md 6.5, C), var."""
    return rating_w(status, report, settings) // 100 * 44


def export_max_w(status: Status, report: Report, settings: Settings) -> int:
    """The largest export that the utility's client allows, W."""
    return min(settings.export_max_w, rating_w(status, report, settings))


def import_max_w(status: Status, report: Report, settings: Settings) -> int:
    """The largest import likewise, W."""
    return min(settings.import_max_w, rating_w(status, report, settings))


def abnormal_category(_status: Status, _report: Report, settings: Settings) -> int:
    """Category 1 … 3 as model 702 counts it."""
    return settings.abnormal_category - 1


def normal_category(_status: Status, _report: Report, settings: Settings) -> int:
    """Category A (1) or B (2) as model 702 counts it."""
    return settings.normal_category - 1


def storage_state(_status: Status, report: Report, _settings: Settings) -> int:
    """OK while a vehicle tells its state of charge."""
    return _STORAGE_OK if report.soc_bp >= 0 else _UNKNOWN


DERIVED = (
    line_dv,
    neutral_dv,
    ac_type,
    apparent_va,
    power_factor,
    operating,
    inverter_state,
    alarms,
    rating_w,
    excited_w,
    reactive_max_var,
    export_max_w,
    import_max_w,
    abnormal_category,
    normal_category,
    storage_state,
)
