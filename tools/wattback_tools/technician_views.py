"""What the technician's commands print: text for people, and the same as JSON.

Made from the console's answers; nothing here knows a port or a terminal.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from wattback_hil.console.answers import Hello, LatchedFault, Vitals, Why
from wattback_sim.texts import FAULT_TEXTS, power_in_words
from wattback_tools import technician_why as reasons
from wattback_tools.technician_texts import CLEAR_TEXTS, LINK_TEXTS, SESSION_TEXTS
from wattback_tools.technician_units import (
    amps,
    duration,
    hertz,
    kilowatt_hours,
    percent,
    volts,
    watts,
)
from wattback_tools.technician_why import Condition, Reasons


def unit_document(hello: Hello) -> dict[str, Any]:
    """Who answered, in every JSON document."""
    return {"serial": hello.serial, "model": hello.model, "firmware": hello.fw}


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
        ("unit", f"{hello.manufacturer} {hello.model} {hello.serial}, firmware {hello.fw}"),
        ("", f"up {duration(now.uptime_s)}"),
    ]
    return [verdict(vitals, why), *(f"  {name:<9}{text}" for name, text in rows)]


def verdict(vitals: Vitals, why: Why) -> str:
    """What it does, in one line; and if it does not charge, what is waited for."""
    text = SESSION_TEXTS.get(vitals.session_state, vitals.session_state.upper())
    if vitals.faults:
        return f"{SESSION_TEXTS['fault']}: {reasons.fault_texts(vitals.faults)}"
    if vitals.session_state in ("charging", "discharging"):
        return f"{text} {abs(vitals.power_w) / 1000:.1f} kW, {amps(abs(vitals.current_ma))}"
    if vitals.session_state == "waiting":
        return _headline(text, reasons.charging(why))
    return text


def fault_lines(fault: LatchedFault) -> list[str]:
    """A latched fault and every way out of it."""
    after = duration(fault.after_s)
    ends = [
        CLEAR_TEXTS.get(way, way).format(after=after, retries=fault.retries)
        for way in fault.clears
    ]
    return [FAULT_TEXTS.get(fault.name, fault.name), *(f"  ends {way}" for way in ends)]


def status_document(
    hello: Hello, vitals: Vitals, faults: Sequence[LatchedFault], why: Why
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "command": "status",
        "unit": unit_document(hello),
        "verdict": verdict(vitals, why),
        "vitals": asdict(vitals),
        "faults": [asdict(fault) for fault in faults],
    }


# --- why ---


def why_lines(why: Why) -> list[str]:
    """Conditions met and open, for either way, what to do next, and why it stopped."""
    charge, export = reasons.charging(why), reasons.exporting(why)
    return [
        *_block("CHARGING" if charge.flowing else "NOT CHARGING", charge),
        *_block("EXPORTING" if export.flowing else "NOT EXPORTING", export),
        f"LAST STOP: {reasons.last_stop(why)}",
    ]


def _block(text: str, seen: Reasons) -> list[str]:
    lines = [_headline(text, seen), *map(_condition_line, seen.conditions)]
    if seen.waited_for and not seen.flowing:
        lines.append(f"  next: {seen.waited_for[0].hint}")
    return lines


def _headline(text: str, seen: Reasons) -> str:
    waited = seen.waited_for
    if seen.flowing or not waited:
        return text
    count = f"{len(waited)} of {len(seen.conditions)} conditions open"
    return f"{text}: waiting for {waited[0].text} ({count})"


def _condition_line(condition: Condition) -> str:
    mark = "ok" if condition.met else "WAIT"
    told = [condition.detail] if condition.met else [condition.text, condition.detail]
    name = condition.name.replace("_", " ")
    return f"  {mark:<6}{name:<16}{'; '.join(filter(None, told))}".rstrip()


def why_document(hello: Hello, why: Why) -> dict[str, Any]:
    """The same for programs."""
    return {
        "command": "why",
        "unit": unit_document(hello),
        "charging": _reasons_document(reasons.charging(why)),
        "exporting": _reasons_document(reasons.exporting(why)),
        "last_stop": {
            "cause": why.open_cause,
            "text": reasons.last_stop(why),
            "faults": list(why.opening_faults),
            "waiting_for": list(why.opening_waits),
        },
        "measured": asdict(why),
    }


def _reasons_document(seen: Reasons) -> dict[str, Any]:
    return {
        "flowing": seen.flowing,
        "conditions": [
            asdict(condition) | {"hint": None if condition.met else condition.hint}
            for condition in seen.conditions
        ],
    }
