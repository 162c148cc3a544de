"""Why the connector does not charge, does not export, and why it stopped: conditions for people.

Made from one answer to `why`; nothing here knows a port or a terminal.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_hil.console.answers import Why
from wattback_sim.texts import (
    CAUSE_TEXTS,
    EXPORT_WAIT_TEXTS,
    FAULT_TEXTS,
    REFUSAL_TEXTS,
    WAIT_TEXTS,
)
from wattback_tools.technician_texts import CHARGE_HINTS, EXPORT_HINTS
from wattback_tools.technician_units import (
    amps,
    duration,
    hertz,
    kilowatt_hours,
    percent,
    volts,
    watts,
)


@dataclass(frozen=True)
class Condition:
    """name: the firmware's, or vehicle, faults, request. text: what is waited for while it is not
    met. detail: the measurements behind it, "" where there are none. hint: what to do about it.
    """

    name: str
    met: bool
    text: str
    detail: str
    hint: str


@dataclass(frozen=True)
class Reasons:
    """Why energy does or does not flow one way. flowing: it may, now."""

    flowing: bool
    conditions: tuple[Condition, ...]

    @property
    def waited_for(self) -> tuple[Condition, ...]:
        """The conditions that are not met, the first to tell first."""
        return tuple(condition for condition in self.conditions if not condition.met)


def charging(why: Why) -> Reasons:
    """Into the vehicle. That the vehicle asks is last, because it cannot ask before an offer."""
    pilot = f"pilot {why.pilot_state}"
    plugged = why.pilot_state in "BCD"
    asks = why.pilot_state in "CD"
    faults = fault_texts(why.faults)
    conditions = [
        _own("vehicle", plugged, "a vehicle that is connected", pilot),
        _own("faults", not why.faults, "the faults to be cleared", faults),
        *_of(why, why.waiting_for, WAIT_TEXTS, _CHARGE_DETAILS, CHARGE_HINTS),
        _own("request", asks, "the vehicle to ask for energy", pilot),
    ]
    return Reasons(why.session_state == "charging", tuple(conditions))


def exporting(why: Why) -> Reasons:
    """Out of the vehicle."""
    conditions = _of(why, why.export_waits, EXPORT_WAIT_TEXTS, _EXPORT_DETAILS, EXPORT_HINTS)
    return Reasons(why.session_state == "discharging", tuple(conditions))


def last_stop(why: Why) -> str:
    """Why the contactor opened last."""
    sentence = CAUSE_TEXTS.get(why.open_cause, why.open_cause)
    if why.opening_faults:
        sentence += f": {fault_texts(why.opening_faults)}"
    elif why.opening_waits:
        sentence += f"; it waited for {_first_text(why.opening_waits)}"
    return sentence


def fault_texts(faults: tuple[str, ...]) -> str:
    """What is wrong, in words; "" when nothing is."""
    return ", ".join(FAULT_TEXTS.get(name, name) for name in faults)


def _first_text(waits: tuple[str, ...]) -> str:
    more = f" and {len(waits) - 1} more" if len(waits) > 1 else ""
    return WAIT_TEXTS.get(waits[0], waits[0]) + more


Details = dict[str, Callable[[Why], str]]


def _own(name: str, met: bool, text: str, detail: str) -> Condition:
    return Condition(name, met, text, detail, CHARGE_HINTS[name])


def _of(
    why: Why,
    waits: dict[str, bool],
    texts: dict[str, str],
    details: Details,
    hints: dict[str, str],
) -> list[Condition]:
    """A condition of a newer firmware has its name for a text, and no hint."""
    return [
        Condition(
            name,
            not waited,
            texts.get(name, name),
            details[name](why) if name in details else "",
            hints.get(name, ""),
        )
        for name, waited in waits.items()
    ]


def _supply(why: Why) -> str:
    legs = f"{volts(why.voltage_l1_mv)}, {volts(why.voltage_l2_mv)}"
    return f"{legs}, {hertz(why.frequency_millihertz)}"


def _import_limit(why: Why) -> str:
    return _limit(why.import_limit_ma, why.import_limit_owner, why)


def _export_limit(why: Why) -> str:
    return _limit(why.export_limit_ma, why.export_limit_owner, why)


def _limit(ma: int, owner: str, why: Why) -> str:
    left_s = {"site": why.site_left_s, "programme": why.programme_left_s}.get(owner, -1)
    until = f", {duration(left_s)} left" if left_s >= 0 else ""
    return f"{amps(ma)} by {owner}{until}"


def _target(why: Why) -> str:
    if why.target_owner == "none":
        return "none" if why.target_state == "unset" else why.target_state
    until = f", {duration(why.target_left_s)} left" if why.target_left_s >= 0 else ""
    return f"{watts(why.target_asked_w)} by {why.target_owner}{until}"


def _service(why: Why) -> str:
    return "in service" if why.in_service else f"{duration(why.service_left_s)} left"


def _departure(why: Why) -> str:
    if why.departure_s < 0:
        return "no departure said"
    return f"{kilowatt_hours(why.need_wh)} needed within {duration(why.departure_s)}"


def _reserve(why: Why) -> str:
    if why.soc_bp < 0:
        return "the vehicle has not said how full it is"
    return f"{percent(why.soc_bp)} full, reserve {percent(why.reserve_bp)}"


def _day(why: Why) -> str:
    left = f", {duration(why.export_day_left_s)} left of it" if why.export_day_left_s else ""
    return f"{kilowatt_hours(why.export_day_wh)} exported today{left}"


def _certification(why: Why) -> str:
    refused = why.vehicle_link == "refused"
    return REFUSAL_TEXTS.get(why.vehicle_refusal, why.vehicle_refusal) if refused else ""


_CHARGE_DETAILS: Details = {
    "supply": _supply,
    "limit": _import_limit,
    "target": _target,
    "steady_pilot": lambda why: f"pilot {why.pilot_state}",
}
_EXPORT_DETAILS: Details = {
    "fault": lambda why: fault_texts(why.faults),
    "vehicle_link": lambda why: f"link {why.vehicle_link}",
    "certification": _certification,
    "service": _service,
    "limit": _export_limit,
    "reserve": _reserve,
    "departure": _departure,
    "day_limit": _day,
    "controller": lambda why: why.controller_state,
    "target": _target,
    "contactor": lambda why: f"it is {'closed' if why.contactor_confirmed else 'open'}",
}
