"""What the technician's commands print: text for people, and the same as JSON.

Made from the console's answers; nothing here knows a port or a terminal.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from wattback_hil.console.answers import Hello, LatchedFault, Vitals, Why
from wattback_sim.site_profiles import hash_digits, known_profile, profile_in_words
from wattback_sim.texts import power_in_words
from wattback_tools import technician_why as reasons
from wattback_tools.technician_backup import backup_document, backup_lines
from wattback_tools.technician_texts import (
    CLEAR_TEXTS,
    HELD,
    LINK_TEXTS,
    RESET_TEXTS,
    SESSION_TEXTS,
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
from wattback_tools.technician_why import ActiveFault, Condition, Reasons


def unit_document(hello: Hello) -> dict[str, Any]:
    """Who answered, in every JSON document."""
    profile = known_profile(hello.profile_version, hello.profile_hash)
    return {
        "serial": hello.serial,
        "model": hello.model,
        "firmware": hello.fw,
        "profile": {
            "name": profile.name if profile else None,
            "version": hello.profile_version,
            "hash": hash_digits(hello.profile_hash),
        },
    }


def profile_text(hello: Hello, settings_version: int) -> str:
    """Which profile its settings were made from, and whether they are still that profile's."""
    return profile_in_words(hello.profile_version, hello.profile_hash, settings_version)


# --- status ---


def status_lines(
    hello: Hello, vitals: Vitals, faults: Sequence[LatchedFault], why: Why
) -> list[str]:
    """One screen, the verdict first."""
    now = vitals
    contactor = "closed" if now.contactor_confirmed else "open"
    charge = "" if now.soc_bp < 0 else f", {percent(now.soc_bp)} full"
    legs = f"{volts(now.voltage_l1_mv)}, {volts(now.voltage_l2_mv)}"
    target = "none"
    if now.target_owner != "none":
        target = f"{watts(now.target_asked_w)} by {now.target_owner}, now {watts(now.target_w)}"
    service = "in service" if now.in_service else "not in service for exporting"
    reset = RESET_TEXTS.get(now.reset_cause, now.reset_cause)
    rows = [
        ("session", f"{now.session_state}, pilot {now.pilot_state}, contactor {contactor}"),
        ("vehicle", LINK_TEXTS.get(now.vehicle_link, now.vehicle_link) + charge),
        ("power", f"{power_in_words(now.power_w)}, {amps(abs(now.current_ma))}"),
        ("supply", f"{legs}, {hertz(now.frequency_millihertz)}; {service}"),
        ("offer", f"{amps(now.offered_ma)}"),
        ("limits", f"import {amps(now.import_limit_ma)} by {now.import_limit_owner}"),
        ("", f"export {amps(now.export_limit_ma)} by {now.export_limit_owner}"),
        ("target", target),
        ("energy", f"{kilowatt_hours(now.import_wh)} in, {kilowatt_hours(now.export_wh)} out"),
        ("faults", "none" if not faults else ""),
        *(("", line) for fault in faults for line in fault_lines(fault)),
        ("profile", profile_text(hello, now.settings_version)),
        ("unit", f"{hello.manufacturer} {hello.model} {hello.serial}, firmware {hello.fw}"),
        ("", f"up {duration(now.uptime_s)}, started by {reset}"),
    ]
    return [verdict(vitals, why), *(f"  {name:<9}{text}" for name, text in rows)]


def verdict(vitals: Vitals, why: Why) -> str:
    """What it does, in one line; if it does not charge or will stop, what is waited for."""
    text = SESSION_TEXTS.get(vitals.session_state, vitals.session_state.upper())
    stopping = reasons.stopping(vitals.faults)
    if stopping:
        return f"{SESSION_TEXTS['fault']}: {reasons.fault_texts(stopping)}"
    if vitals.session_state == "backup":
        return f"{text}: {power_in_words(vitals.power_w)}, {amps(abs(vitals.current_ma))}"
    charge = reasons.charging(why, vitals.power_w)
    if vitals.session_state in ("charging", "discharging"):
        if vitals.session_state == "charging" and charge.held:
            return _headline(HELD, charge)
        seen = charge if vitals.session_state == "charging" else reasons.exporting(why)
        flow = f"{text} {abs(vitals.power_w) / 1000:.1f} kW"
        if seen.flowing and seen.waited_for:
            return f"{flow}, ending: waiting for {seen.waited_for[0].text}"
        return f"{flow}, {amps(abs(vitals.current_ma))}"
    if vitals.session_state == "waiting":
        return _headline(text, charge)
    return text


def fault_lines(fault: LatchedFault) -> list[str]:
    """A latched fault, what to do about it and every way out of it."""
    after = duration(fault.after_s)
    ends = [
        CLEAR_TEXTS.get(way, way).format(after=after, retries=fault.retries)
        for way in fault.clears
    ]
    (known,) = reasons.active_faults((fault.name,))
    return [known.text, *_try_lines(known), *(f"  ends {way}" for way in ends)]


def _try_lines(fault: ActiveFault) -> list[str]:
    return [f"  try: {fault.hint}"] if fault.hint else []


def status_document(
    hello: Hello, vitals: Vitals, faults: Sequence[LatchedFault], why: Why
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "command": "status",
        "unit": unit_document(hello),
        "verdict": verdict(vitals, why),
        "vitals": asdict(vitals),
        "faults": [
            asdict(fault) | asdict(known)
            for fault in faults
            for known in reasons.active_faults((fault.name,))
        ],
    }


# --- why ---


def why_lines(why: Why, power_w: int) -> list[str]:
    """Conditions met and open, for either way, what to do next, faults, and why it stopped."""
    return [
        *_block(*_charge(why, power_w)),
        *_block(*_export(why)),
        *backup_lines(why),
        *(
            line
            for fault in reasons.active_faults(why.faults)
            for line in (
                f"{'WARNING' if fault.warning else 'FAULT'}: {fault.text}",
                *_try_lines(fault),
            )
        ),
        f"LAST STOP: {reasons.last_stop(why)}",
    ]


def _charge(why: Why, power_w: int) -> tuple[str, Reasons]:
    seen = reasons.charging(why, power_w)
    still = HELD if seen.held else "NOT CHARGING"
    return _headline("CHARGING" if seen.flowing else still, seen), seen


def _export(why: Why) -> tuple[str, Reasons]:
    seen = reasons.exporting(why)
    return _headline("EXPORTING" if seen.flowing else "NOT EXPORTING", seen), seen


def _block(headline: str, seen: Reasons) -> list[str]:
    lines = [headline, *map(_condition_line, seen.conditions)]
    if seen.waited_for:
        lines.append(f"  next: {seen.waited_for[0].hint}")
    return lines


def _headline(text: str, seen: Reasons) -> str:
    """An open condition of what flows is why it will not for long."""
    waited = seen.waited_for
    if not waited:
        return text
    count = f"{len(waited)} of {len(seen.conditions)} conditions open"
    ending = ", ending" if seen.flowing else ""
    return f"{text}{ending}: waiting for {waited[0].text} ({count})"


def _condition_line(condition: Condition) -> str:
    mark = "ok" if condition.met else "WAIT"
    told = [condition.detail] if condition.met else [condition.text, condition.detail]
    name = condition.name.replace("_", " ")
    return f"  {mark:<6}{name:<16}{'; '.join(filter(None, told))}".rstrip()


def why_document(hello: Hello, why: Why, power_w: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "command": "why",
        "unit": unit_document(hello),
        "charging": _reasons_document(*_charge(why, power_w)),
        "exporting": _reasons_document(*_export(why)),
        "backup": backup_document(why),
        "faults": [asdict(fault) for fault in reasons.active_faults(why.faults)],
        "last_stop": {
            "cause": why.open_cause,
            "text": reasons.last_stop(why),
            "faults": list(why.opening_faults),
            "waiting_for": list(why.opening_waits),
            "export_waits": list(why.opening_export_waits),
        },
        "measured": asdict(why) | {"power_w": power_w},
    }


def _reasons_document(headline: str, seen: Reasons) -> dict[str, Any]:
    return {
        "verdict": headline,
        "flowing": seen.flowing,
        "conditions": [
            asdict(condition) | {"hint": None if condition.met else condition.hint}
            for condition in seen.conditions
        ],
    }
