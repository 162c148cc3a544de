"""Categories: what IEEE 1547-2018 narrows of the ranges in `settings.SETTINGS`.

Settings that are right one by one may be wrong together, or for the site's category, or for that
of the vehicle which would be given them. Asked when they are loaded, and of each vehicle.
"""

from micropython import const

from wattback.grid.support import CONSTANT_PF, CONSTANT_VAR, VOLT_VAR, WATT_VAR
from wattback.settings import Settings

_CATEGORY_III = const(3)
_CATEGORY_B = const(2)
# Where the times of category III begin, those of I and II end (6.1, C).
_UV1_MS = const(21000)
_UV2_MS = const(2000)
# The steepest and quickest droop of categories I and II (6.5, C).
_DROOP_BP = const(300)
_DROOP_MS = const(1000)
_ABSORBS_A_BP = const(2500)  # the most that category A can (6.5, C)
_PF_A_BP = const(9700)  # absorbing that, an inverter at its rating absorbs a quarter of it
# Volt-var: how far its points are from the reference, and from each other (6.5, C).
_INNER_BP = const(300)
_OUTER_BP = const(1800)
_APART_BP = const(200)
_VOLT_WATT_APART_BP = const(100)  # (6.5, C)


def category_has(settings: Settings, abnormal: int, normal: int) -> str:
    """The first setting that an inverter of these categories may not be given, or "".

    abnormal: 1 … 3. normal: 1 for A, 2 for B. All other ranges are alike (evse.md 6.1, C;
    6.2, C; 6.5, C).
    """
    third = abnormal == _CATEGORY_III
    uv1_ms = settings.trip_uv1_ms
    uv2_ms = settings.trip_uv2_ms
    if uv1_ms < _UV1_MS if third else uv1_ms > _UV1_MS:
        return "trip_uv1_ms"
    if uv2_ms < _UV2_MS if third else uv2_ms > _UV2_MS:
        return "trip_uv2_ms"
    if not third:
        if settings.droop_over_bp < _DROOP_BP:
            return "droop_over_bp"
        if settings.droop_under_bp < _DROOP_BP:
            return "droop_under_bp"
        if settings.droop_response_ms < _DROOP_MS:
            return "droop_response_ms"
    if normal < _CATEGORY_B and _absorbs_bp(settings) > _ABSORBS_A_BP:
        return "normal_category"
    return ""


def fitting(settings: Settings) -> int:
    """Which categories an inverter may have at this site, as bits by `fitting_bit`: the site's or
    better, if it can be given the site's settings. Too long for a tick.
    """
    bits = 0
    for abnormal in range(settings.abnormal_category, _CATEGORY_III + 1):
        for normal in range(settings.normal_category, _CATEGORY_B + 1):
            if not category_has(settings, abnormal, normal):
                bits |= fitting_bit(abnormal, normal)
    return bits


def fitting_bit(abnormal: int, normal: int) -> int:
    """The bit of an inverter's categories, 0 for what is none (0 is one that was not said)."""
    if not 1 <= abnormal <= _CATEGORY_III or not 1 <= normal <= _CATEGORY_B:
        return 0
    return 1 << (abnormal * _CATEGORY_B + normal)


def _absorbs_bp(settings: Settings) -> int:
    # The most that the reactive function in force asks to be absorbed, of the rating.
    which = settings.reactive_function
    if which == CONSTANT_VAR:
        return -settings.constant_var_bp
    if which == CONSTANT_PF:
        if settings.constant_pf_absorbs and settings.constant_pf_bp < _PF_A_BP:
            return _ABSORBS_A_BP + 1
    elif which == VOLT_VAR:
        return -min(
            settings.volt_var_q1_bp,
            settings.volt_var_q2_bp,
            settings.volt_var_q3_bp,
            settings.volt_var_q4_bp,
        )
    elif which == WATT_VAR:
        return -min(settings.watt_var_q1_bp, settings.watt_var_q2_bp, settings.watt_var_q3_bp)
    return 0


def grid_code_allows(settings: Settings) -> str:
    """The first setting that the site's categories or the others do not allow, or ""."""
    own = category_has(settings, settings.abnormal_category, settings.normal_category)
    return own or curves_allow(settings)


def curves_allow(settings: Settings) -> str:
    """The first point of a curve that does not go with the others, or ""."""
    reference_bp = settings.volt_var_reference_bp
    v2_bp = settings.volt_var_v2_bp
    v3_bp = settings.volt_var_v3_bp
    for name, lowest, value, highest in (
        ("volt_var_v2_bp", reference_bp - _INNER_BP, v2_bp, reference_bp),
        ("volt_var_v3_bp", reference_bp, v3_bp, reference_bp + _INNER_BP),
        (
            "volt_var_v1_bp",
            reference_bp - _OUTER_BP,
            settings.volt_var_v1_bp,
            v2_bp - _APART_BP,
        ),
        (
            "volt_var_v4_bp",
            v3_bp + _APART_BP,
            settings.volt_var_v4_bp,
            reference_bp + _OUTER_BP,
        ),
        (
            "volt_watt_v2_bp",
            settings.volt_watt_v1_bp + _VOLT_WATT_APART_BP,
            settings.volt_watt_v2_bp,
            settings.volt_watt_v2_bp,
        ),
        (
            "watt_var_p2_bp",
            settings.watt_var_p1_bp + 1,
            settings.watt_var_p2_bp,
            settings.watt_var_p3_bp - 1,
        ),
    ):
        if not lowest <= value <= highest:
            return name
    return ""
