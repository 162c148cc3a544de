"""What an event of the simulated utility may ask for, and within which bounds it is no slip.

Bounds are wide: a utility that asks for too much is what a controller must withstand.
"""

from wattback_sim.errors import BadInputError
from wattback_sim.parameters import check_number

_KW = (0.0, 1000.0, "kW")
_PER_KWH = (-100.0, 100.0, "per kWh")

# Numbers lie in a span (lowest, highest, unit); None: the value is a text for people.
PAYLOADS: dict[str, tuple[float, float, str] | None] = {
    "DISPATCH_SETPOINT": (-1000.0, 1000.0, "kW"),
    "EXPORT_CAPACITY_LIMIT": _KW,
    "IMPORT_CAPACITY_LIMIT": _KW,
    "PRICE": _PER_KWH,
    "EXPORT_PRICE": _PER_KWH,
    "ALERT_GRID_EMERGENCY": None,
}


def check_payload(payload: str, value: object) -> float | str:
    """The value of one of PAYLOADS. Raises BadInputError."""
    span = PAYLOADS[payload]
    if span is not None:
        return float(check_number("value", value, float, *span))
    if not isinstance(value, str) or not value:
        raise BadInputError(f"value of {payload} is a text for people, not {value!r}")
    return value
