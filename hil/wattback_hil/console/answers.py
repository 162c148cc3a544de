"""What the connector answers, as typed values. Names and units are those of its firmware.

Unknown fields of a newer firmware are passed over; a missing or mistyped one is an error, because
within one major version of the protocol fields are only added.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints

from wattback_hil.console.errors import GarbledError

Names = tuple[str, ...]
Numbers = tuple[int, ...]
Conditions = dict[str, bool]


@dataclass(frozen=True)
class Hello:
    """Who the unit is, what it speaks, which profile its settings were made from (0: none), and
    which commands of its group it has.
    """

    proto: Numbers
    manufacturer: str
    model: str
    serial: str
    fw: str
    profile_version: int
    profile_hash: int
    uptime_s: int
    features: Names


@dataclass(frozen=True)
class Vitals:
    """Everything the unit measures and has decided, in one tick (signals.py)."""

    tick: int
    pilot_state: str
    pilot_high_mv: int
    pilot_low_mv: int
    duty_bp: int
    contactor_commanded: int
    contactor_confirmed: int
    open_cause: str
    session_state: str
    waiting_for: Names
    export_waits: Names
    mode: str
    in_service: int
    grid_switch_closed: int
    backup_state: int
    import_limit_ma: int
    export_limit_ma: int
    import_limit_owner: str
    export_limit_owner: str
    offered_ma: int
    target_w: int
    target_owner: str
    power_w: int
    reactive_var: int
    voltage_l1_mv: int
    voltage_l2_mv: int
    current_ma: int
    frequency_millihertz: int
    import_wh: int
    export_wh: int
    faults: Names
    uptime_s: int
    reset_cause: str
    watchdog_resets: int
    brown_outs: int
    missed_ticks: int
    closings: int
    hot_openings: int
    worn_openings: int
    opening_faults: Names
    opening_waits: Names
    opening_export_waits: Names
    service_left_s: int
    target_state: str
    target_asked_w: int
    target_left_s: int
    import_power_w: int
    export_power_w: int
    site_import_ma: int
    site_export_ma: int
    site_left_s: int
    technician_import_ma: int
    technician_export_ma: int
    technician_left_s: int
    paused_by: Names
    programme_export_ma: int
    programme_left_s: int
    site_target_enabled: int
    site_target_w: int
    site_target_left_s: int
    programme_target_enabled: int
    programme_target_w: int
    programme_target_left_s: int
    controller_state: str
    vehicle_link: str
    vehicle_refusal: str
    soc_bp: int
    reserve_bp: int
    need_wh: int
    departure_s: int
    vehicle_charge_w: int
    vehicle_discharge_w: int
    export_day_wh: int
    export_day_left_s: int
    civil_day: int
    civil_s: int
    settings_version: int
    trip_row: str
    trip_acted: str
    backup_refusal: int
    backup_waits: int
    backup_shed: int
    service_w: int
    island_wh: int
    island_import_wh: int
    planned_cold: int
    planned_hot: int
    s2_opened_cold: int
    s2_opened_hot: int
    unplug_cold: int
    unplug_hot: int
    forced_cold: int
    forced_hot: int
    fault_cold: int
    fault_hot: int
    must_trip_cold: int
    must_trip_hot: int
    permission_cold: int
    permission_hot: int
    island_cold: int
    island_hot: int


@dataclass(frozen=True)
class Why:
    """Why it does not charge or export, and why it stopped.

    waiting_for, export_waits: every condition, True while it is waited for.
    """

    waiting_for: Conditions
    export_waits: Conditions
    session_state: str
    pilot_state: str
    contactor_confirmed: int
    faults: Names
    open_cause: str
    opening_faults: Names
    opening_waits: Names
    opening_export_waits: Names
    offered_ma: int
    import_limit_ma: int
    import_limit_owner: str
    export_limit_ma: int
    export_limit_owner: str
    paused_by: Names
    site_left_s: int
    programme_left_s: int
    in_service: int
    service_left_s: int
    target_owner: str
    target_state: str
    target_w: int
    target_asked_w: int
    target_left_s: int
    controller_state: str
    vehicle_link: str
    vehicle_refusal: str
    soc_bp: int
    reserve_bp: int
    need_wh: int
    departure_s: int
    export_day_wh: int
    export_day_left_s: int
    voltage_l1_mv: int
    voltage_l2_mv: int
    frequency_millihertz: int
    backup_state: int
    backup_refusal: int
    backup_waits: int


@dataclass(frozen=True)
class LatchedFault:
    """A fault that is latched, and how it ends.

    clears: gone and retry happen by themselves, after `after_s` without the cause, a retry at most
    `retries` times; unplug, reset and restart are for people.
    """

    name: str
    after_s: int
    retries: int
    clears: Names


T = TypeVar("T", Hello, Vitals, Why, LatchedFault)


def build(kind: type[T], answer: Mapping[str, object]) -> T:
    """The typed value in an answer. Raises GarbledError."""
    hints = get_type_hints(kind)
    values = {field.name: _take(answer, field.name, hints[field.name]) for field in fields(kind)}
    return kind(**values)


def faults_of(answer: Mapping[str, object]) -> tuple[LatchedFault, ...]:
    """The latched faults in an answer. Raises GarbledError."""
    latched = answer.get("faults")
    if not isinstance(latched, dict):
        raise GarbledError(f"expected a map of faults, and saw {latched!r}")
    rows = []
    for name, row in latched.items():
        if not isinstance(row, dict):
            raise GarbledError(f"expected a map for the fault {name!r}, and saw {row!r}")
        rows.append(build(LatchedFault, {**row, "name": name}))
    return tuple(rows)


def _take(answer: Mapping[str, object], name: str, wanted: object) -> Any:
    value = answer.get(name)
    if isinstance(value, list):
        value = tuple(value)
    if not _FITS[wanted](value):
        if name not in answer:
            raise GarbledError(f"the answer lacks {name!r}")
        raise GarbledError(f"expected {_WORDS[wanted]} in {name!r}, and saw {value!r}")
    return value


def _are(kind: type, items: Iterable[object]) -> bool:
    return all(type(item) is kind for item in items)  # to isinstance, True is an int


# By the type of a field: does a value fit, and what people call it.
_FITS: dict[object, Callable[[Any], bool]] = {
    int: lambda value: type(value) is int,
    str: lambda value: type(value) is str,
    Names: lambda value: type(value) is tuple and _are(str, value),
    Numbers: lambda value: type(value) is tuple and _are(int, value),
    Conditions: lambda value: (
        type(value) is dict and _are(str, value) and _are(bool, value.values())
    ),
}
_WORDS: dict[object, str] = {
    int: "a whole number",
    str: "a text",
    Names: "a list of names",
    Numbers: "a list of whole numbers",
    Conditions: "a map of conditions",
}
