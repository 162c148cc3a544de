"""What the points of the standard models show here, and which of them can be written.

A point that has no row is not implemented: it reads its type's "not implemented" value. That is
right for what the connector does not have; a point which its model tags with IEEE 1547-2018 needs
a reason besides (`ABSENT`).
"""

from wattback.grid.support import CONSTANT_PF, CONSTANT_VAR
from wattback_tools.registers.sources import Source, adopted, fixed, kept, live, setting, shown

_PT = "programme_target"
_PL = "programme_limit"
_FUNCTION = "reactive_function"
_ENDS_OTHERS = "ends any other reactive function"

STANDARD: dict[int, dict[str, Source]] = {
    1: {
        "Mn": live("identity.manufacturer", text="manufacturer"),
        "Md": live("identity.model", text="product"),
        "Vr": live("identity.version", text="version of the firmware"),
        "SN": live("identity.serial", text="serial number of the unit"),
    },
    701: {
        "ACType": live("derived.ac_type", text="one phase, or two legs and neutral"),
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
        "LNV": live("derived.neutral_dv", text="to neutral; of two legs the mean"),
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
        "WOvrExtRtg": live("derived.excited_w", text="WMaxRtg at this power factor"),
        "WOvrExtRtgPF": fixed(900, "the lowest that PFWInj.PF may be"),
        "WUndExtRtg": live("derived.excited_w", text="WMaxRtg at this power factor"),
        "WUndExtRtgPF": fixed(900, "the lowest that PFWInj.PF may be"),
        "VAMaxRtg": live("derived.rating_w", text="as WMaxRtg"),
        "VarMaxInjRtg": live("derived.reactive_max_var", text="44 % of WMaxRtg"),
        "VarMaxAbsRtg": live("derived.reactive_max_var", text="44 % of WMaxRtg"),
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
        "NorOpCatRtg": live("derived.normal_category", text="a vehicle needs it or better"),
        "CtrlModes": fixed(0x37BF, "what models 704 to 712 serve"),
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
        "PFWInjEna": adopted(_FUNCTION, CONSTANT_PF, "flag", _ENDS_OTHERS),
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
        "VarSetEna": adopted(_FUNCTION, CONSTANT_VAR, "flag", _ENDS_OTHERS),
        "VarSetMod": fixed(0, "of the rating, which is WMax"),
        "VarSetPri": fixed(1, "what is left of the rating is active power"),
        "VarSetPct": adopted("constant_var_bp", text="positive is injected"),
        "PFWInj.PF": adopted("constant_pf_bp"),
        "PFWInj.Ext": adopted("constant_pf_absorbs"),
        "PF_SF": fixed(-4),
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
}

# Why a point tagged with IEEE 1547-2018 is not implemented.
_THIRD_PHASE = "the connector has two legs and no third phase"
ABSENT = {
    (701, "VL2L3"): _THIRD_PHASE,
    (701, "VL3L1"): _THIRD_PHASE,
    (701, "VL3"): _THIRD_PHASE,
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
    "backup": "RUNNING",
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
    "emergency_stop": "MANUAL_SHUTDOWN",
    "disconnect_open": "AC_DISCONNECT",
    "ground_fault_early": "GROUND_FAULT",
    "ground_fault_latch": "GROUND_FAULT",
    "vehicle_still_energised": "MANUFACTURER_ALRM",
    "coil_implausible": "MANUFACTURER_ALRM",
    "contactor_chatter": "MANUFACTURER_ALRM",
    "earth_missing": "MANUFACTURER_ALRM",
    "open_neutral": "GRID_DISCONNECT",
    "leg_angle": "MANUFACTURER_ALRM",
    "leg_unbalance": "MANUFACTURER_ALRM",
    "meter_implausible": "MANUFACTURER_ALRM",
    "board_overheated": "OVER_TEMP",
    "terminal_overheated": "OVER_TEMP",
    "handle_overheated": "OVER_TEMP",
    "temperature_sensor": "MANUFACTURER_ALRM",
    "proximity_shorted": "MANUFACTURER_ALRM",
    "terminal_loose": "MANUFACTURER_ALRM",
    "contactor_worn": "MANUFACTURER_ALRM",
}
