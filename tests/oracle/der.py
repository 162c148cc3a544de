"""OpenDER, EPRI's public model of IEEE 1547-2018, as an oracle. No other file imports it."""

from collections.abc import Mapping

from opender import DER, DER_BESS, DERCommonFileFormatBESS

STEP_S = 0.04
_CATEGORIES = {1: "CAT_I", 2: "CAT_II", 3: "CAT_III"}
_WATTS = 10_000.0
_VARS = 0.44 * _WATTS  # of category B


class Oracle:
    """A battery's inverter with a site's settings, in service, as OpenDER judges it."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        DER.t_s = STEP_S  # one for the whole process
        self.active = 0.0
        self.reactive = 0.0
        self._der = DER_BESS(
            DERCommonFileFormatBESS(
                NP_PHASE="SINGLE",
                NP_AC_V_NOM=settings["nominal_line_mv"] / 1_000,
                NP_P_MAX=_WATTS,
                NP_VA_MAX=_WATTS,
                NP_P_MAX_CHARGE=_WATTS,
                NP_APPARENT_POWER_CHARGE_MAX=_WATTS,
                NP_Q_MAX_INJ=_VARS,
                NP_Q_MAX_ABS=_VARS,
                NP_BESS_CAPACITY=1e6,
                NP_ABNORMAL_OP_CAT=_CATEGORIES[settings["abnormal_category"]],
                NP_NORMAL_OP_CAT="CAT_B",
                STATUS_INIT=True,
                **_trips(settings),
                **_functions(settings),
                **_enter_service(settings),
            )
        )

    def step(self, pu: float, hz: float, asked: float = 0.5) -> str:
        """Its status after STEP_S at this voltage and frequency; "Trip" when out of service.

        asked: the target, of the rating. What flows is in `active` and `reactive`.
        """
        self._der.update_der_input(v_pu=pu, theta=0.0, f=hz, p_dem_w=_WATTS * asked)
        watts, variable = self._der.run()
        self.active = float(watts) / _WATTS
        self.reactive = float(variable) / _WATTS
        return str(self._der.der_status)


def _trips(settings: Mapping[str, int]) -> dict[str, float]:
    values = {"OV2_TRIP_V": 1.20, "OV2_TRIP_T": 0.16}
    for name in ("OV1", "UV1", "UV2"):
        values[f"{name}_TRIP_V"] = settings[f"trip_{name.lower()}_bp"] / 10_000
        values[f"{name}_TRIP_T"] = settings[f"trip_{name.lower()}_ms"] / 1_000
    for name in ("OF2", "OF1", "UF1", "UF2"):
        values[f"{name}_TRIP_F"] = settings[f"trip_{name.lower()}_millihertz"] / 1_000
        values[f"{name}_TRIP_T"] = settings[f"trip_{name.lower()}_ms"] / 1_000
    return values


_REACTIVE = {1: "CONST_PF", 2: "CONST_Q", 3: "QV", 4: "QP"}


def _functions(settings: Mapping[str, int]) -> dict[str, object]:
    if "reactive_function" not in settings:
        return {}
    values: dict[str, object] = {
        "PF_MODE_ENABLE": bool(settings["droop_enabled"]),
        "PF_DBOF": settings["droop_over_deadband_millihertz"] / 1_000,
        "PF_DBUF": settings["droop_under_deadband_millihertz"] / 1_000,
        "PF_KOF": settings["droop_over_bp"] / 10_000,
        "PF_KUF": settings["droop_under_bp"] / 10_000,
        "PF_OLRT": settings["droop_response_ms"] / 1_000,
        "PV_MODE_ENABLE": bool(settings["volt_watt_enabled"]),
        "PV_CURVE_V1": settings["volt_watt_v1_bp"] / 10_000,
        "PV_CURVE_V2": settings["volt_watt_v2_bp"] / 10_000,
        "PV_CURVE_P1": 1.0,
        "PV_CURVE_P2": settings["volt_watt_p2_bp"] / 10_000,
        "PV_OLRT": settings["volt_watt_response_ms"] / 1_000,
        "AP_LIMIT_ENABLE": bool(settings["limit_watt_enabled"]),
        "AP_LIMIT": settings["limit_watt_bp"] / 10_000,
        "AP_RT": settings["limit_watt_response_ms"] / 1_000,
        "CONST_PF": settings["constant_pf_bp"] / 10_000,
        "CONST_PF_EXCITATION": "ABS" if settings["constant_pf_absorbs"] else "INJ",
        "CONST_Q": settings["constant_var_bp"] / 10_000,
        "QV_VREF": settings["volt_var_reference_bp"] / 10_000,
        "QV_VREF_AUTO_MODE": bool(settings["volt_var_reference_follows"]),
        "QV_VREF_TIME": settings["volt_var_reference_s"],
        "QV_OLRT": settings["volt_var_response_ms"] / 1_000,
        "MC_ENABLE": settings["abnormal_category"] == 3,
    }
    for name in ("CONST_PF", "CONST_Q", "QP"):
        values[f"{name}_RT"] = settings["reactive_response_ms"] / 1_000
    for name in _REACTIVE.values():
        values[f"{name}_MODE_ENABLE"] = _REACTIVE.get(settings["reactive_function"]) == name
    shifted_bp = settings["volt_var_reference_bp"] - 10_000  # it adds that to the curve itself
    for at in (1, 2, 3, 4):
        values[f"QV_CURVE_V{at}"] = (settings[f"volt_var_v{at}_bp"] - shifted_bp) / 10_000
        values[f"QV_CURVE_Q{at}"] = settings[f"volt_var_q{at}_bp"] / 10_000
    for at in (1, 2, 3):
        values[f"QP_CURVE_P{at}_GEN"] = settings[f"watt_var_p{at}_bp"] / 10_000
        values[f"QP_CURVE_Q{at}_GEN"] = settings[f"watt_var_q{at}_bp"] / 10_000
    return values


def _enter_service(settings: Mapping[str, int]) -> dict[str, float]:
    return {
        "ES_V_LOW": settings["enter_service_low_bp"] / 10_000,
        "ES_V_HIGH": settings["enter_service_high_bp"] / 10_000,
        "ES_F_LOW": settings["enter_service_low_millihertz"] / 1_000,
        "ES_F_HIGH": settings["enter_service_high_millihertz"] / 1_000,
        "ES_DELAY": settings["enter_service_delay_s"],
        "ES_RAMP_RATE": settings["enter_service_ramp_s"],
        "ES_RANDOMIZED_DELAY": 0,
    }
