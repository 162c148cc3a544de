"""Where the value of each implemented point comes from, and what a write of it does.

A point of a model that has no row here is not implemented: it reads its type's "not implemented"
value and cannot be written. That is right for what the connector does not have; a point which the
model tags with IEEE 1547-2018 needs a reason besides (`ABSENT`).
"""

from dataclasses import dataclass

# The parts of the firmware that a write goes through, in the order in which `Bank` holds them.
ORDERS = (
    "programme_target",
    "programme_limit",
    "site_target",
    "site_limit",
    "setting",
    "heartbeat",
    "civil_time",
    "reset",
)
# What a write may contain, in the order of `access.RANGES`; "judged": what the command accepts.
ACCEPTED = (
    "judged",
    "flag",
    "off",
    "percent",
    "signed percent",
    "watts",
    "amps",
    "seconds",
    "rated watts",
)
ACCEPTED_TEXTS = {
    "judged": "",
    "flag": "0 or 1",
    "off": "0 alone",
    "percent": "0 … 100 %",
    "signed percent": "-100 … 100 %",
    "watts": "within the ratings of model 702",
    "amps": "0 … 80 A, or -1 A: no limit",
    "seconds": "0 … 86400 s",
    "rated watts": "0 … the rating of model 702",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One implemented point.

    value: "status.x", "report.x" or "settings.x", a field of that record; "derived.x", a function
    of `modbus/derived.py`; "identity.x", a text; "order": kept by the order; "step": kept by the
    bank. divisor: of the field, to reach the point's unit. constant: the value, for ever.
    order: which of ORDERS obeys a write, "" for none. accepts: which of ACCEPTED. setting: the one
    that a write sets. text: what the point means here, where its model does not say.
    """

    value: str = ""
    divisor: int = 1
    constant: int | None = None
    order: str = ""
    accepts: str = "judged"
    setting: str = ""
    text: str = ""


def fixed(constant: int, text: str = "") -> Source:
    """A value that never changes."""
    return Source(constant=constant, text=text)


def live(value: str, divisor: int = 1, text: str = "") -> Source:
    """A value that is renewed all the time."""
    return Source(value=value, divisor=divisor, text=text)


def kept(order: str, accepts: str = "judged", text: str = "") -> Source:
    """A writable value of a group that one order obeys as a whole."""
    return Source(value="order", order=order, accepts=accepts, text=text)


def shown(order: str, text: str = "") -> Source:
    """A value that an order shows and nobody writes."""
    return Source(value="order", order=order, accepts="", text=text)


def setting(name: str, value: str = "", accepts: str = "judged", text: str = "") -> Source:
    """A setting that may change at run time. value: what it reads, if not the setting itself."""
    value = value or f"settings.{name}"
    return Source(value=value, order="setting", accepts=accepts, setting=name, text=text)


_PT = "programme_target"
_PL = "programme_limit"

SOURCES: dict[int, dict[str, Source]] = {
    1: {
        "Mn": live("identity.manufacturer", text="manufacturer"),
        "Md": live("identity.model", text="product"),
        "Vr": live("identity.version", text="version of the firmware"),
        "SN": live("identity.serial", text="serial number of the unit"),
    },
    701: {
        "ACType": fixed(1, "two legs and neutral"),
        "St": live("derived.operating", text="ON while the contactor is closed for energy"),
        "InvSt": live("derived.inverter_state", text="the state of the visit in these words"),
        "ConnSt": live("status.contactor_confirmed", text="contactor confirmed closed"),
        "Alrm": live("derived.alarms", text="latched faults in these words; 64750.Faults has all"),
        "W": live("status.power_w", text="both legs; positive out of the vehicle"),
        "VA": live("derived.apparent_va", text="from W and Var"),
        "Var": live("status.reactive_var", text="both legs"),
        "PF": live("derived.power_factor", text="W / VA, signed as W; 1 while nothing flows"),
        "A": live("status.current_ma", 10, "the larger leg, its sign that of its power"),
        "LLV": live("derived.line_dv", text="between the legs"),
        "LNV": live("derived.neutral_dv", text="mean of both legs to neutral"),
        "Hz": live("status.frequency_millihertz", text="0 while there is no voltage to count"),
        "TotWhInj": live("status.export_wh", text="out of vehicles since the first power-up"),
        "TotWhAbs": live("status.import_wh", text="into vehicles since the first power-up"),
        "VL1L2": live("derived.line_dv", text="between the legs"),
        "VL1": live("status.voltage_l1_mv", 100, "leg 1 to neutral"),
        "VL2": live("status.voltage_l2_mv", 100, "leg 2 to neutral"),
        "A_SF": fixed(-2),
        "V_SF": fixed(-1),
        "Hz_SF": fixed(-3),
        "W_SF": fixed(0),
        "PF_SF": fixed(-3),
        "VA_SF": fixed(0),
        "Var_SF": fixed(0),
        "TotWh_SF": fixed(0),
    },
    702: {
        "WMaxRtg": live("derived.rating_w", text="rated current × nominal voltage"),
        "WOvrExtRtg": live("derived.rating_w", text="as WMaxRtg: at unity power factor"),
        "WOvrExtRtgPF": fixed(1000, "unity: no reactive function is served yet"),
        "WUndExtRtg": live("derived.rating_w", text="as WMaxRtg: at unity power factor"),
        "WUndExtRtgPF": fixed(1000, "unity: no reactive function is served yet"),
        "VAMaxRtg": live("derived.rating_w", text="as WMaxRtg"),
        "VarMaxInjRtg": fixed(0, "no reactive function is served yet"),
        "VarMaxAbsRtg": fixed(0, "no reactive function is served yet"),
        "WChaRteMaxRtg": live("derived.rating_w", text="as WMaxRtg"),
        "WDisChaRteMaxRtg": live("derived.rating_w", text="as WMaxRtg"),
        "VAChaRteMaxRtg": live("derived.rating_w", text="as WMaxRtg"),
        "VADisChaRteMaxRtg": live("derived.rating_w", text="as WMaxRtg"),
        "VNomRtg": live("settings.nominal_line_mv", 100, "between the legs"),
        "VMaxRtg": live("settings.line_high_mv", 100, "beyond it nothing is served"),
        "VMinRtg": live("settings.line_low_mv", 100, "below it nothing is served"),
        "AMaxRtg": live("settings.hardware_limit_ma", 10, "contactor, wiring and connector"),
        "ReactSusceptRtg": fixed(0, "none: an open contactor leaves nothing connected"),
        "AbnOpCatRtg": live("derived.abnormal_category", text="a vehicle needs it or better"),
        "CtrlModes": fixed(3, "what model 704 serves"),
        "WMax": setting("export_max_w", "derived.export_max_w", "rated watts", "most power out"),
        "WChaRteMax": setting("import_max_w", "derived.import_max_w", "rated watts", "most in"),
        "WDisChaRteMax": setting(
            "export_max_w", "derived.export_max_w", "rated watts", "the same setting as WMax"
        ),
        "W_SF": fixed(0),
        "PF_SF": fixed(-3),
        "VA_SF": fixed(0),
        "Var_SF": fixed(0),
        "V_SF": fixed(-1),
        "A_SF": fixed(-2),
        "S_SF": fixed(0),
    },
    704: {
        "PFWInjEna": fixed(0, "not served yet"),
        "PFWAbsEna": fixed(0, "not served yet"),
        "WMaxLimPctEna": kept(_PL, "flag", "limits export alone"),
        "WMaxLimPct": kept(_PL, "percent", "of WMax as it is when written; 100 when disabled"),
        "WMaxLimPctRvrt": kept(_PL, "percent", "kept; without effect, see WMaxLimPctEnaRvrt"),
        "WMaxLimPctEnaRvrt": kept(_PL, "off", "the limit reverts to no limit"),
        "WMaxLimPctRvrtTms": kept(_PL, "seconds", "0: never; a write of the group restarts it"),
        "WMaxLimPctRvrtRem": shown(_PL, "0 while no timer runs"),
        "WSetEna": kept(_PT, "flag", "takes effect once WSet or WSetPct has been written"),
        "WSetMod": kept(_PT, "flag", "which of WSet and WSetPct counts"),
        "WSet": kept(_PT, "watts", "positive out of the vehicle; 0 when disabled"),
        "WSetRvrt": kept(_PT, "watts", "WSet after the reversion"),
        "WSetPct": kept(_PT, "signed percent", "of WMax as it is when written; 0 when disabled"),
        "WSetPctRvrt": kept(_PT, "signed percent", "WSetPct after the reversion"),
        "WSetEnaRvrt": kept(_PT, "flag", "WSetEna after the reversion"),
        "WSetRvrtTms": kept(_PT, "seconds", "0: never; a write of the group restarts it"),
        "WSetRvrtRem": shown(_PT, "0 while no timer runs"),
        "VarSetEna": fixed(0, "not served yet"),
        "PF_SF": fixed(-3),
        "WMaxLimPct_SF": fixed(-2),
        "WSet_SF": fixed(0),
        "WSetPct_SF": fixed(-2),
        "VarSet_SF": fixed(0),
        "VarSetPct_SF": fixed(-2),
    },
    713: {
        "SoC": live("report.soc_bp", text="not implemented while no vehicle tells it"),
        "Sta": live("derived.storage_state", text="OK, or not implemented like SoC"),
        "WH_SF": fixed(2),
        "Pct_SF": fixed(-2),
    },
    64750: {
        "SiteImportLimit": kept("site_limit", "amps"),
        "SiteExportLimit": kept("site_limit", "amps"),
        "SiteLimitTimeout": kept("site_limit", "seconds"),
        "SiteLimitLeft": shown("site_limit"),
        "SiteTargetEnable": kept("site_target", "flag"),
        "SiteTarget": kept("site_target", "watts"),
        "SiteTargetTimeout": kept("site_target", "seconds"),
        "SiteTargetLeft": shown("site_target"),
        "Heartbeat": kept("heartbeat"),
        "ControllerState": live("report.controller_state"),
        "ControllerTimeout": setting("controller_timeout_s"),
        "ExportEnable": setting("export_enabled"),
        "Reserve": setting("reserve_bp"),
        "ExportDayLimit": setting("export_day_limit_wh"),
        "DepartureMargin": setting("departure_margin_s"),
        "SettingsVersion": live("report.settings_version"),
        "CivilDay": Source("report.civil_day", order="civil_time"),
        "CivilSecond": Source("report.civil_s", order="civil_time"),
        "ExportedToday": live("report.export_day_wh"),
        "DayLeft": live("report.export_day_left_s"),
        "ResetFaults": Source(constant=0, order="reset", accepts="flag"),
        "LastRefusal": Source("step", constant=0),
        "RefusedAddress": Source("step", constant=-1),
        "SessionState": live("status.session_state"),
        "PilotState": live("status.pilot_state"),
        "Mode": live("status.mode"),
        "OpenCause": live("status.open_cause"),
        "OfferedCurrent": live("status.offered_ma", 10),
        "WaitingFor": live("status.waiting_for"),
        "ExportWaits": live("status.export_waits"),
        "Faults": live("status.faults"),
        "OpeningFaults": live("report.opening_faults"),
        "OpeningWaits": live("report.opening_waits"),
        "ImportLimit": live("status.import_limit_ma", 10),
        "ImportLimitOwner": live("status.import_limit_owner"),
        "ExportLimit": live("status.export_limit_ma", 10),
        "ExportLimitOwner": live("status.export_limit_owner"),
        "ImportPower": live("report.import_power_w"),
        "ExportPower": live("report.export_power_w"),
        "TargetTold": live("status.target_w"),
        "TargetAsked": live("report.target_asked_w"),
        "TargetOwner": live("status.target_owner"),
        "TargetState": live("report.target_state"),
        "TargetLeft": live("report.target_left_s"),
        "InService": live("status.in_service"),
        "ServiceLeft": live("report.service_left_s"),
        "VehicleLink": live("report.vehicle_link"),
        "VehicleRefusal": live("report.vehicle_refusal"),
        "VehicleChargeMax": live("report.vehicle_charge_w"),
        "VehicleDischargeMax": live("report.vehicle_discharge_w"),
        "NeedEnergy": live("report.need_wh"),
        "DepartureLeft": live("report.departure_s"),
        "ReserveNow": live("report.reserve_bp"),
        "ImportEnergy": live("status.import_wh"),
        "ExportEnergy": live("status.export_wh"),
        "Uptime": live("report.uptime_s"),
        "Closings": live("report.closings"),
        "HotOpenings": live("report.hot_openings"),
        "Age701": Source("step"),
        "Age702": Source("step"),
        "Age704": Source("step"),
        "Age713": Source("step"),
        "Age64750": Source("step"),
        "A_SF": fixed(-2),
        "Pct_SF": fixed(-2),
    },
}

# Why a point tagged with IEEE 1547-2018 is not implemented.
_THIRD_PHASE = "the connector has two legs and no third phase"
ABSENT = {
    (701, "VL2L3"): _THIRD_PHASE,
    (701, "VL3L1"): _THIRD_PHASE,
    (701, "VL3"): _THIRD_PHASE,
    (702, "NorOpCatRtg"): "reactive functions decide it, and none is served yet",
    (704, "VarSetMod"): "constant reactive power is not served yet",
    (704, "VarSetPri"): "constant reactive power is not served yet",
    (704, "VarSetPct"): "constant reactive power is not served yet",
    (704, "PFWInj.PF"): "constant power factor is not served yet",
    (704, "PFWInj.Ext"): "constant power factor is not served yet",
}

# The states of a visit in the words of 701.InvSt: the inverter itself is in the vehicle.
INVERTER_STATES = {
    "boot": "STARTING",
    "idle": "OFF",
    "waiting": "STANDBY",
    "offered": "STANDBY",
    "charging": "RUNNING",
    "discharging": "RUNNING",
    "stopping": "SHUTTING_DOWN",
    "fault": "FAULT",
}
# The faults in the words of 701.Alrm.
ALARMS = {
    "pilot_short": "MANUFACTURER_ALRM",
    "pilot_stuck": "MANUFACTURER_ALRM",
    "diode_missing": "MANUFACTURER_ALRM",
    "contactor_welded": "MANUFACTURER_ALRM",
    "contactor_stuck_open": "MANUFACTURER_ALRM",
    "ground_fault": "GROUND_FAULT",
    "ground_fault_self_test": "HW_TEST_FAILURE",
    "overcurrent": "MANUFACTURER_ALRM",
    "supply_out_of_window": "GRID_DISCONNECT",
    "power_not_permitted": "MANUFACTURER_ALRM",
    "settings_invalid": "MEMORY_LOSS",
}
