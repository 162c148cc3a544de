"""Hazards while the vehicle charges, and while the contactor is open; see hazards.py."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from tests.evidence.hazards import Deed, Hazard, Start, breaks, does, sets
from tests.lockstep.test_every_fault import WAYS
from wattback_sim.parameters import Value

OPENS_MS = 100.0
UNPLUGGED = "IEC 61851-1, sequence 2.2"
S2_OPENED = "IEC 61851-1, sequence 8.1"
AS_S2 = "this project: as sequence 8.1"
OURS = "this project"
CCID20 = "CCID20 as a sensor's manual has it: (20 mA / I)^1.43 s"
LATCH_MA = 100.0  # from here up the simulated latch is sooner than the firmware
NO_DIODE_MS = 250.0
NO_CLOSING = "OpenEVSE: did not close"
NO_CLOSING_MS = 1000.0
DEAD_LATCH_MS = 350.0
COIL_MS = 250.0
CHATTER_MS = 1000.0
OPEN_PEN = "this project, after BS 7671's 5 s for an open PEN"
OPEN_PEN_MS = 5000.0
ANGLE_MS = 2000.0
METERING_MS = 3500.0
WELD = "OpenEVSE: contactor welded"
WELD_MS = 1000.0
CEASES = "IEEE 1547, 4.6.1: cease to energise"
AS_CEASES = "this project: as a withdrawn permission (IEEE 1547, 4.6.1)"
CEASES_MS = 2000.0
# 2 s in which a reading must last, and the 3 s that a vehicle has to stop in (sequence 10.1).
STOPS = "this project: 2 s, and sequence 10.1"
STOPS_MS = 5000.0
HOT = 800.0  # 0.1 K: beyond the limit of every place, within what a sensor can read

_SUPPLY = "a vendor's: 2 s, and an opening as sequence 8.1"
_SUPPLY_MS = 2000.0 + OPENS_MS
_EVEREST = "EVerest: soft limit of the current"
_EVEREST_MS = 7000.0
# A vehicle has 5 s to follow a smaller offer (sequence 6).
_LOWERED = "this project: sequence 6, and 3.5 s"
_LOWERED_MS = 8500.0
_OBEYS = "IEC 61851-1, sequence 10.1"
_OBEYS_MS = 3000.0
_FORCED = "Yeti's backstop behind sequence 10.2"
_FORCED_MS = 7000.0


_FULL_W = -11_290.0  # 48 A
_LESS_W = -7_577.0  # 32 A
_LATER_S = 11.0  # a current to earth within 10 s of closing is a fault with a name of its own
_EAGER: Mapping[str, Value] = {
    "vehicle.plugged": True,
    "vehicle.start_s": 0.0,
    "vehicle.response_s": 0.0,
    "vehicle.ramp_a_per_s": 1000.0,
}
# What it feeds without being asked it feeds at once.
_SUDDEN: Mapping[str, Value] = {
    **_EAGER,
    "inverter.response_s": 0.0,
    "inverter.ramp_kw_per_s": 1000.0,
}
_CABLE: Mapping[str, Value] = {**_EAGER, "installation.proximity_ohm": 220.0}  # of 32 A
_CHARGING = Start("charging", _FULL_W, settles_s=_LATER_S, initial=_EAGER)
_JUST_CLOSED = Start("charging", _FULL_W, most_us=9_000_000, initial=_EAGER)
_CHARGING_SUDDEN = Start("charging", _FULL_W, settles_s=_LATER_S, initial=_SUDDEN)
_CHARGING_LESS = Start(
    "charging", _LESS_W, does("site.set_limit", import_a=32), _LATER_S, initial=_EAGER
)
_CHARGING_BY_CABLE = Start(
    "charging", _LESS_W, settles_s=_LATER_S, initial=_CABLE, settings={"proximity_profile": 2}
)
_PAUSED = Start("open", 0.0, does("site.set_limit", import_a=0), _LATER_S, initial=_EAGER)


def raised(fault: str) -> Deed:
    """A row of the fault table, in the way of the test that raises every row."""
    way = WAYS[fault]
    rows = [*way.filled(way.fault), *way.filled(way.at)]
    orders = [tomllib.loads(f"row = {row}")["row"] for row in rows]
    return tuple(_order(order) for order in orders if order.pop("t_s") == way.begins_s)


def _order(row: dict[str, Any]) -> dict[str, Any]:
    row.pop("for_s", None)
    return {"fault": row} if "part" in row else row


def curve_ms(leak_ma: float) -> float:
    """What CCID20 gives a leak of 20 to 264 mA."""
    return float(1000.0 * (20.0 / leak_ma) ** 1.43)  # 1.43: evse.md 3.1, C


def _opens(name: str, happens: Deed, source: str, told: str) -> Hazard:
    return Hazard(name, _CHARGING, happens, OPENS_MS, source, told)


def _leak(leak_ma: float) -> Hazard:
    return Hazard(
        f"{leak_ma:g} mA to earth",
        _CHARGING,
        breaks("cable", "leak", leak_ma),
        curve_ms(leak_ma),
        CCID20,
        "ground_fault",
        by_latch=leak_ma >= LATCH_MA,
    )


def _supply(name: str, path: str, to: float, source: str = _SUPPLY) -> Hazard:
    return Hazard(name, _CHARGING, sets(path, to), _SUPPLY_MS, source, "supply_out_of_window")


def _stops(name: str, happens: Deed, told: str) -> Hazard:
    return Hazard(name, _CHARGING, happens, STOPS_MS, STOPS, told)


CHARGING_HAZARDS: tuple[Hazard, ...] = (
    _opens("unplugged", does("vehicle.unplug"), UNPLUGGED, "unplug"),
    _opens("S2 opened", does("vehicle.open_s2"), S2_OPENED, "s2_opened"),
    _opens("pilot shorted", raised("pilot_short"), AS_S2, "pilot_short"),
    _opens("pilot cut", breaks("pilot", "open"), UNPLUGGED, "unplug"),
    _opens("diode open", breaks("diode", "open"), UNPLUGGED, "unplug"),
    _opens("−12 V on the pilot", breaks("pilot_high_mv", "open"), AS_S2, "pilot_stuck"),
    Hazard(
        "diode shorted", _CHARGING, raised("diode_missing"), NO_DIODE_MS, OURS, "diode_missing"
    ),
    Hazard(
        "+12 V stays on the pilot",
        _CHARGING,
        breaks("pilot", "stuck_high"),
        NO_DIODE_MS,
        OURS,
        "diode_missing",
    ),
    _opens("emergency stop", raised("emergency_stop"), AS_S2, "emergency_stop"),
    _opens("disconnect opened", raised("disconnect_open"), AS_S2, "disconnect_open"),
    *(_leak(leak_ma) for leak_ma in (22.0, 30.0, 59.0, 60.0, 100.0, 264.0)),
    Hazard(
        "30 mA to earth, just closed",
        _JUST_CLOSED,
        breaks("cable", "leak", 30.0),
        curve_ms(30.0),
        CCID20,
        "ground_fault_early",
    ),
    Hazard(
        "100 mA to earth, the latch dead",
        _CHARGING,
        raised("ground_fault_latch"),
        DEAD_LATCH_MS,
        OURS,
        "ground_fault_latch",
    ),
    Hazard(
        "contacts drop out",
        _CHARGING,
        breaks("contactor", "stuck_open"),
        NO_CLOSING_MS,
        NO_CLOSING,
        "contactor_stuck_open",
        "coil",
    ),
    Hazard(
        "auxiliary contact open",
        _CHARGING,
        breaks("contactor_aux", "stuck_open"),
        NO_CLOSING_MS,
        NO_CLOSING,
        "contactor_stuck_open",
    ),
    Hazard(
        "coil's wire broken",
        _CHARGING,
        raised("coil_implausible"),
        COIL_MS,
        OURS,
        "coil_implausible",
        "coil",
    ),
    Hazard(
        "auxiliary contact chatters",
        _CHARGING,
        raised("contactor_chatter"),
        CHATTER_MS,
        OURS,
        "contactor_chatter",
    ),
    Hazard(
        "earth lost", _CHARGING, raised("earth_missing"), OPEN_PEN_MS, OPEN_PEN, "earth_missing"
    ),
    Hazard(
        "neutral lost", _CHARGING, raised("open_neutral"), OPEN_PEN_MS, OPEN_PEN, "open_neutral"
    ),
    Hazard("legs at 120°", _CHARGING, raised("leg_angle"), ANGLE_MS, OURS, "leg_angle"),
    Hazard(
        "legs 12 A apart", _CHARGING, raised("leg_unbalance"), METERING_MS, OURS, "leg_unbalance"
    ),
    Hazard(
        "meter frozen",
        _CHARGING,
        raised("meter_implausible"),
        METERING_MS,
        OURS,
        "meter_implausible",
    ),
    _supply("60 % of the voltage", "grid.voltage_pu", 0.6),
    _supply("140 % of the voltage", "grid.voltage_pu", 1.4),
    _supply("54 Hz", "grid.frequency_hz", 54.0, OURS),
    _supply("66 Hz", "grid.frequency_hz", 66.0, OURS),
    Hazard(
        "16 A more than offered",
        _CHARGING_LESS,
        sets("vehicle.obeys_duty", False),
        _EVEREST_MS,
        _EVEREST,
        "overcurrent",
    ),
    Hazard(
        "a lower offer ignored",
        _CHARGING,
        raised("overcurrent"),
        _LOWERED_MS,
        _LOWERED,
        "overcurrent",
    ),
    Hazard(
        "feeds without permission",
        _CHARGING_SUDDEN,
        raised("power_not_permitted"),
        CEASES_MS,
        AS_CEASES,
        "power_not_permitted",
    ),
    Hazard(
        "limit of 0 A",
        _CHARGING,
        does("site.set_limit", import_a=0),
        _OBEYS_MS,
        _OBEYS,
        "planned",
    ),
    Hazard(
        "limit of 0 A ignored",
        _CHARGING,
        sets("vehicle.obeys_duty", False) + does("site.set_limit", import_a=0),
        _FORCED_MS,
        _FORCED,
        "forced",
    ),
    _stops("board hot", breaks("board_decic", "offset", HOT), "board_overheated"),
    _stops("terminals hot", breaks("terminal_decic", "offset", HOT), "terminal_overheated"),
    _stops("handle hot", breaks("handle_decic", "offset", HOT), "handle_overheated"),
    _stops("handle's sensor open", raised("temperature_sensor"), "temperature_sensor"),
    Hazard(
        "proximity shorted",
        _CHARGING_BY_CABLE,
        raised("proximity_shorted"),
        STOPS_MS,
        STOPS,
        "proximity_shorted",
    ),
    Hazard(
        "S2 opened, contacts welded",
        _CHARGING,
        raised("contactor_welded"),
        WELD_MS,
        WELD,
        "contactor_welded",
        "silence",
    ),
    Hazard(
        "unplugged, the latch dies",
        _CHARGING,
        breaks("ground_fault_latch", "dead") + does("vehicle.unplug"),
        2000.0,
        OURS,
        "ground_fault_self_test",
        "silence",
    ),
    Hazard(
        "120 V behind open contacts",
        _PAUSED,
        breaks("inverter", "energised", 120.0),
        2000.0,
        OURS,
        "vehicle_still_energised",
        "silence",
    ),
)
