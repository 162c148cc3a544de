"""Why the connector does not charge, does not export, and why it stopped: conditions for people.

Made from one answer to `why`; nothing here knows a port or a terminal.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_hil.console.answers import Why
from wattback_sim.fault_texts import FAULT_HINTS, FAULT_TEXTS, WARNINGS
from wattback_sim.texts import CAUSE_TEXTS, EXPORT_WAIT_TEXTS, REFUSAL_TEXTS, WAIT_TEXTS
from wattback_tools.technician_texts import (
    CHARGE_HINTS,
    EXPORT_HINTS,
    HELD_HINT,
    HELD_TEXT,
    ISLAND_HINT,
    ISLAND_TEXT,
    REVERSED_HINT,
    REVERSED_TEXT,
    UNUSED_HINTS,
    UNUSED_TEXT,
)
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
class ActiveFault:
    """name: the firmware's. text: what is wrong. hint: what to do, "" for a fault of a newer
    firmware. warning: energy flows on.
    """

    name: str
    text: str
    hint: str
    warning: bool


# These pass by themselves within seconds, so they are told only where nothing else is open.
TRANSIENT = ("contactor_rest", "self_test", "offer_spacing")
# Of an export that was cut: what every opening brings with it.
_CONSEQUENCES = ("contactor", "target")
_IDLE_W = 50  # less is no flow: sensors have an offset
_FULL_BP = 10_000


@dataclass(frozen=True)
class Reasons:
    """Why energy does or does not flow one way. flowing: it does, now. held: the contactor is
    closed for it, and nothing flows.
    """

    flowing: bool
    held: bool
    conditions: tuple[Condition, ...]

    @property
    def waited_for(self) -> tuple[Condition, ...]:
        """The conditions that are not met, the first to tell first."""
        waited = [condition for condition in self.conditions if not condition.met]
        return tuple(sorted(waited, key=_rank))


def charging(why: Why, power_w: int) -> Reasons:
    """Into the vehicle. power_w: measured."""
    pilot = f"pilot {why.pilot_state}"
    plugged = why.pilot_state in "BCD"
    faults = fault_texts(stopping(why.faults))
    named = _of(why, why.waiting_for, WAIT_TEXTS, _CHARGE_DETAILS, CHARGE_HINTS)
    conditions = [
        _own("vehicle", plugged, "a vehicle that is connected", pilot),
        _own("faults", not faults, "the faults to be cleared", faults),
        *(_of_this_visit(why, item) for item in named),
    ]
    is_open = any(not condition.met for condition in conditions)
    draws = power_w <= -_IDLE_W
    conditions.append(_request(why, pilot, not draws and not is_open))
    flowing = draws and (
        why.session_state == "charging" or (why.session_state == "stopping" and is_open)
    )
    return Reasons(flowing, why.session_state == "charging" and not draws, tuple(conditions))


def exporting(why: Why) -> Reasons:
    """Out of the vehicle."""
    conditions = _of(why, why.export_waits, EXPORT_WAIT_TEXTS, _EXPORT_DETAILS, EXPORT_HINTS)
    return Reasons(why.session_state == "discharging", False, tuple(conditions))


def last_stop(why: Why) -> str:
    """Why the contactor opened last."""
    sentence = CAUSE_TEXTS.get(why.open_cause, why.open_cause)
    if why.opening_faults:
        return f"{sentence}: {fault_texts(why.opening_faults)}"
    if why.open_cause == "permission":
        # While it charges there are always reasons against exporting, so others do not tell them.
        reasons = _telling(why.opening_export_waits, _CONSEQUENCES)
        texts = EXPORT_WAIT_TEXTS
    else:
        reasons = _telling(why.opening_waits, TRANSIENT)
        texts = WAIT_TEXTS
    if reasons:
        sentence += f"; it waited for {_listed([texts.get(name, name) for name in reasons])}"
    if "target" in why.opening_waits and "vehicle_link" in why.opening_export_waits:
        # A target binds charging only where no link tells it, so a link that was there is gone.
        sentence += ", and the vehicle's digital link was silent"
    return sentence


def active_faults(faults: tuple[str, ...]) -> tuple[ActiveFault, ...]:
    """What is known of the faults that are active."""
    return tuple(
        ActiveFault(name, FAULT_TEXTS.get(name, name), FAULT_HINTS.get(name, ""), name in WARNINGS)
        for name in faults
    )


def stopping(faults: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the faults that are more than a warning."""
    return tuple(name for name in faults if name not in WARNINGS)


def fault_texts(faults: tuple[str, ...]) -> str:
    """What is wrong, in words; "" when nothing is."""
    return ", ".join(FAULT_TEXTS.get(name, name) for name in faults)


def _rank(condition: Condition) -> int:
    # A vehicle cannot ask before an offer, so that it does not is no reason while one is due.
    if condition.name == "request":
        return 2
    return 1 if condition.name in TRANSIENT else 0


def _telling(waits: tuple[str, ...], weak: tuple[str, ...]) -> tuple[str, ...]:
    """What is worth telling: the weak ones only where there is nothing else."""
    return tuple(name for name in waits if name not in weak) or waits


def _listed(texts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


def _of_this_visit(why: Why, named: Condition) -> Condition:
    """What the firmware does not wait for, and people do while energy goes the other way."""
    if named.name == "backup" and named.met and why.session_state == "backup":
        return Condition(named.name, False, ISLAND_TEXT, "", ISLAND_HINT)
    return _target_of_charging(why, named) if named.name == "target" else named


def _target_of_charging(why: Why, named: Condition) -> Condition:
    """The firmware holds it open for vehicles that hear only the pilot. One that hears a target
    stays connected while it is told not to draw, and that, too, is a reason.
    """
    if not named.met:
        return named
    asked = _asked(why)
    if why.session_state == "discharging":
        detail = f"it exports: target of {asked}" if asked else "it exports"
        return Condition(named.name, False, REVERSED_TEXT, detail, REVERSED_HINT)
    if asked and why.target_w >= 0:
        detail = f"{asked}; the vehicle is told {watts(why.target_w)}"
        return Condition(named.name, False, HELD_TEXT, detail, HELD_HINT)
    return named


def _request(why: Why, pilot: str, unused: bool) -> Condition:
    """That the vehicle asks, and takes what it may. unused: it may draw, and draws nothing."""
    asks = why.pilot_state in "CD"
    detail = pilot if why.soc_bp < 0 else f"{pilot}, {percent(why.soc_bp)} full"
    is_full = why.soc_bp >= _FULL_BP
    if asks and unused and why.session_state == "charging":
        hint = UNUSED_HINTS["full" if is_full else "other"]
        return Condition("request", False, UNUSED_TEXT, f"{detail}, it draws nothing", hint)
    hint = UNUSED_HINTS["full"] if is_full else CHARGE_HINTS["request"]
    return Condition("request", asks, "the vehicle to ask for energy", detail, hint)


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


def _paused(why: Why) -> str:
    return f"by {_listed(list(why.paused_by))}" if why.paused_by else "nobody"


def _export_limit(why: Why) -> str:
    return _limit(why.export_limit_ma, why.export_limit_owner, why)


def _limit(ma: int, owner: str, why: Why) -> str:
    left_s = {"site": why.site_left_s, "programme": why.programme_left_s}.get(owner, -1)
    until = f", {duration(left_s)} left" if left_s >= 0 else ""
    return f"{amps(ma)} by {owner}{until}"


def _target(why: Why) -> str:
    return _asked(why) or ("none" if why.target_state == "unset" else why.target_state)


def _asked(why: Why) -> str:
    """Who asks for which power; "" when nobody does."""
    if why.target_owner == "none":
        return ""
    if why.target_owner == "departure":  # the connector's own: as much as may be drawn
        return "charging for departure"
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
    "pause": _paused,
    "target": _target,
    "steady_pilot": lambda why: f"pilot {why.pilot_state}",
}
_EXPORT_DETAILS: Details = {
    "fault": lambda why: fault_texts(stopping(why.faults)),
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
