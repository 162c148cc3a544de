"""What a site's connector tells an inverter of the grid code, in per unit, hertz and seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wattback_sim.evcc_messages import Key

Points = tuple[tuple[float, float], ...]
_BP = 10_000.0


@dataclass(frozen=True, slots=True)
class MustTrip:
    """Beyond `bound` (pu or Hz) for `after_s` it must have ceased. name: that of the standard."""

    name: str
    of_voltage: bool
    above: bool
    bound: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Droop:
    """Deadbands in Hz; k in pu of frequency for one of the rating; response to 90 % in s."""

    over_deadband_hz: float
    under_deadband_hz: float
    over_k: float
    under_k: float
    response_s: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of x and y, x rising; response to 90 % in s."""

    points: Points
    response_s: float


@dataclass(frozen=True, slots=True)
class PowerFactor:
    """absorbs: reactive power is taken, not given."""

    pf: float
    absorbs: bool
    response_s: float


@dataclass(frozen=True, slots=True)
class Reference:
    """Of volt-var: vref in pu; follows: it is autonomous, with this time constant in s."""

    pu: float
    follows: bool
    time_constant_s: float


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """A function that is off is None; at most one of the four reactive ones is on.

    nominal_v: what voltages per unit are of. constant_var: share of the rating and response;
    positive is injected. category: abnormal, 1 … 3; the inverter's own, for the connector tells
    none.
    """

    nominal_v: float
    must_trips: tuple[MustTrip, ...]
    enter_pu: tuple[float, float]
    enter_hz: tuple[float, float]
    enter_delay_s: float
    enter_ramp_s: float
    category: int = 3
    nominal_hz: float = 60.0
    droop: Droop | None = None
    volt_watt: Curve | None = None
    limit: Curve | None = None
    power_factor: PowerFactor | None = None
    constant_var: Curve | None = None
    volt_var: Curve | None = None
    reference: Reference | None = None
    watt_var: Curve | None = None


_CURVES = (
    (Key.OverVoltageMustTripCurve, ("OV2", "OV1"), True, True),
    (Key.UnderVoltageMustTripCurve, ("UV1", "UV2"), True, False),
    (Key.OverFrequencyMustTripCurve, ("OF2", "OF1"), False, True),
    (Key.UnderFrequencyMustTripCurve, ("UF1", "UF2"), False, False),
)


def told(fields: Mapping[int, Any], category: int) -> SiteSettings:
    """From an answer to ChargeParameterDiscovery (`docs/vehicle_link.cddl`)."""
    droop = fields.get(Key.FrequencyDroop)
    limit = fields.get(Key.LimitMaxDischargePower)
    factor = fields.get(Key.ConstantPowerFactor)
    constant = fields.get(Key.ConstantVar)
    reference = fields.get(Key.VoltVarReference)
    return SiteSettings(
        nominal_v=fields[Key.EVSENominalVoltage] / 1e3,
        must_trips=tuple(
            MustTrip(name, of_voltage, above, bound / (_BP if of_voltage else 1e3), ms / 1e3)
            for key, names, of_voltage, above in _CURVES
            for name, (bound, ms) in zip(names, fields[key], strict=True)
        ),
        enter_pu=(
            fields[Key.EnterServiceVoltageLow] / _BP,
            fields[Key.EnterServiceVoltageHigh] / _BP,
        ),
        enter_hz=(
            fields[Key.EnterServiceFrequencyLow] / 1e3,
            fields[Key.EnterServiceFrequencyHigh] / 1e3,
        ),
        enter_delay_s=float(fields[Key.EnterServiceDelay]),
        enter_ramp_s=float(fields[Key.EnterServiceRampTime]),
        category=category,
        nominal_hz=fields[Key.EVSENominalFrequency] / 1e3,
        droop=Droop(droop[0] / 1e3, droop[1] / 1e3, droop[2] / _BP, droop[3] / _BP, droop[4] / 1e3)
        if droop
        else None,
        volt_watt=_curve(fields.get(Key.VoltWatt)),
        limit=Curve(((0.0, limit[0] / _BP),), limit[1] / 1e3) if limit else None,
        power_factor=PowerFactor(factor[0] / _BP, bool(factor[1]), factor[2] / 1e3)
        if factor
        else None,
        constant_var=Curve(((0.0, constant[0] / _BP),), constant[1] / 1e3) if constant else None,
        volt_var=_curve(fields.get(Key.VoltVar)),
        reference=Reference(reference[0] / _BP, bool(reference[1]), float(reference[2]))
        if reference
        else None,
        watt_var=_curve(fields.get(Key.WattVar)),
    )


def _curve(told: Sequence[Any] | None) -> Curve | None:
    if not told:
        return None
    return Curve(tuple((x / _BP, y / _BP) for x, y in told[1:]), told[0] / 1e3)
