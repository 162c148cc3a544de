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
                STATUS_INIT=True,
                **_trips(settings),
                **_enter_service(settings),
            )
        )

    def step(self, pu: float, hz: float) -> str:
        """Its status after STEP_S at this voltage and frequency; "Trip" when out of service."""
        self._der.update_der_input(v_pu=pu, theta=0.0, f=hz, p_dem_w=_WATTS / 2)
        self._der.run()
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
