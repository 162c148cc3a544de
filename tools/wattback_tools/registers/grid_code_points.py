"""What the points of the grid code's models show: enter service, curves, must-trips, droop.

Scales are chosen so that a register is a setting as it is: hundredths of a percent, millihertz,
milliseconds.
"""

from wattback.grid.support import VOLT_VAR, WATT_VAR
from wattback_tools.registers.models import POINTS_OF, SETS
from wattback_tools.registers.sources import Source, active, adopted, draft, draft_of, fixed

Points = dict[str, Source]

_CENTI_PERCENT = fixed(-2)
_MILLI = fixed(-3)
_RATED_WATTS = 0  # DeptRef: percent of WMax, which is the rating
_REACTIVE_FIRST = 1  # Pri
_READ_ONLY = 1
# Over 1.20 pu it is 160 ms, which nobody may change (evse.md 6.1, C).
_OV2_BP = 12000
_OV2_MS = 160


def _sets(group: str, settings: dict[str, str | int]) -> Points:
    """Both sets of a repeating group: a setting by the name of its point, or a constant."""
    points: Points = {}
    for name, what in settings.items():
        if isinstance(what, int):
            points[f"{group}[1].{name}"] = fixed(what)
            points[f"{group}[2].{name}"] = draft_of(what)
        else:
            points[f"{group}[1].{name}"] = active(what)
            points[f"{group}[2].{name}"] = draft(what)
    points[f"{group}[1].ReadOnly"] = fixed(_READ_ONLY)
    points[f"{group}[2].ReadOnly"] = fixed(0)
    return points


def _asked(prefix: str) -> Points:
    return {
        f"Adpt{prefix}Req": Source(
            value="adoption", order="adopted", accepts="draft", text="puts the second set in force"
        ),
        f"Adpt{prefix}Rslt": Source(
            "order", constant=1, text="if FAILED, 64750.LastRefusal and RefusedAddress say why"
        ),
    }


def _curve(model: int, settings: dict[str, str | int]) -> Points:
    return {
        **_asked("Crv"),
        "NPt": fixed(POINTS_OF[model]),
        "NCrv": fixed(SETS),
        "DeptRef_SF": _CENTI_PERCENT,
        **_sets("Crv", {"ActPt": POINTS_OF[model], "DeptRef": _RATED_WATTS, **settings}),
    }


def _must_trips(model: int, quantity: str, *points: tuple[str | int, str | int]) -> Points:
    settings: dict[str, str | int] = {"MustTrip.ActPt": len(points)}
    for nth, (threshold, time) in enumerate(points, 1):
        settings[f"MustTrip.Pt[{nth}].{quantity}"] = threshold
        settings[f"MustTrip.Pt[{nth}].Tms"] = time
    return {
        "Ena": fixed(1, "a must-trip cannot be switched off"),
        **_asked("Crv"),
        "NPt": fixed(POINTS_OF[model]),
        "NCrvSet": fixed(SETS),
        f"{quantity}_SF": _CENTI_PERCENT if quantity == "V" else _MILLI,
        "Tms_SF": _MILLI,
        **_sets("Crv", settings),
    }


GRID_CODE: dict[int, Points] = {
    703: {
        "ES": adopted("permit_service", text="0: nothing may be exported"),
        "ESVHi": adopted("enter_service_high_bp", text="of VNomRtg"),
        "ESVLo": adopted("enter_service_low_bp", text="of VNomRtg"),
        "ESHzHi": adopted("enter_service_high_millihertz"),
        "ESHzLo": adopted("enter_service_low_millihertz"),
        "ESDlyTms": adopted("enter_service_delay_s"),
        "ESRndTms": adopted("enter_service_random_s", text="in place of the ramp; 0: unused"),
        "ESRmpTms": adopted("enter_service_ramp_s"),
        "V_SF": _CENTI_PERCENT,
        "Hz_SF": _MILLI,
    },
    705: {
        "Ena": adopted("reactive_function", VOLT_VAR, "flag", "ends any other reactive function"),
        "V_SF": _CENTI_PERCENT,
        "RspTms_SF": _MILLI,
        **_curve(
            705,
            {
                "Pri": _REACTIVE_FIRST,
                "VRef": "volt_var_reference_bp",
                "VRefAutoEna": "volt_var_reference_follows",
                "VRefAutoTms": "volt_var_reference_s",
                "RspTms": "volt_var_response_ms",
                **{f"Pt[{n}].V": f"volt_var_v{n}_bp" for n in range(1, 5)},
                **{f"Pt[{n}].Var": f"volt_var_q{n}_bp" for n in range(1, 5)},
            },
        ),
    },
    706: {
        "Ena": adopted("volt_watt_enabled", 0, "flag"),
        "V_SF": _CENTI_PERCENT,
        "RspTms_SF": _MILLI,
        **_curve(
            706,
            {
                "RspTms": "volt_watt_response_ms",
                "Pt[1].V": "volt_watt_v1_bp",
                "Pt[1].W": 10000,
                "Pt[2].V": "volt_watt_v2_bp",
                "Pt[2].W": "volt_watt_p2_bp",
            },
        ),
    },
    707: _must_trips(707, "V", ("trip_uv1_bp", "trip_uv1_ms"), ("trip_uv2_bp", "trip_uv2_ms")),
    708: _must_trips(708, "V", ("trip_ov1_bp", "trip_ov1_ms"), (_OV2_BP, _OV2_MS)),
    709: _must_trips(
        709,
        "Hz",
        ("trip_uf1_millihertz", "trip_uf1_ms"),
        ("trip_uf2_millihertz", "trip_uf2_ms"),
    ),
    710: _must_trips(
        710,
        "Hz",
        ("trip_of1_millihertz", "trip_of1_ms"),
        ("trip_of2_millihertz", "trip_of2_ms"),
    ),
    711: {
        "Ena": adopted("droop_enabled", 0, "flag"),
        **_asked("Ctl"),
        "NCtl": fixed(SETS),
        "Db_SF": _MILLI,
        "K_SF": _CENTI_PERCENT,
        "RspTms_SF": _MILLI,
        **_sets(
            "Ctl",
            {
                "DbOf": "droop_over_deadband_millihertz",
                "DbUf": "droop_under_deadband_millihertz",
                "KOf": "droop_over_bp",
                "KUf": "droop_under_bp",
                "RspTms": "droop_response_ms",
            },
        ),
    },
    712: {
        "Ena": adopted("reactive_function", WATT_VAR, "flag", "ends any other reactive function"),
        "W_SF": _CENTI_PERCENT,
        **_curve(
            712,
            {
                "Pri": _REACTIVE_FIRST,
                **{f"Pt[{n}].W": f"watt_var_p{n}_bp" for n in range(1, 4)},
                **{f"Pt[{n}].Var": f"watt_var_q{n}_bp" for n in range(1, 4)},
            },
        ),
    },
}
