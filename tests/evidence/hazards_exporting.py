"""Hazards while the vehicle feeds; see hazards.py."""

from __future__ import annotations

from collections.abc import Mapping

from tests.evidence import hazards_charging as limits
from tests.evidence.hazards import Deed, Hazard, Start, breaks, does, sets, writes
from tests.evidence.hazards_charging import (
    AS_CEASES,
    AS_S2,
    CEASES,
    CEASES_MS,
    OPENS_MS,
    OURS,
    S2_OPENED,
    UNPLUGGED,
    raised,
)
from tests.lockstep.exporting import SETTINGS, VEHICLE
from wattback_sim.parameters import Value

EXPORT_W = 9_000
_HEARTBEAT_S = 5
_REVERSION_S = 8
_TRIPS = "IEEE 1547, clearing time"
# An end that is no emergency: the ramp, then the vehicle's loop and its inverter's response.
_RAMP_MS = 1000.0 * EXPORT_W / SETTINGS["target_ramp_w_per_s"] + 1000.0
_RAMP = "ramp and response"
_DRAWS_MS = 6000.0


_LATER_S = 10.0  # so long after closing every fault has its lasting name

_ASK = writes("704.WSet", EXPORT_W) + writes("704.WSetEna", 1)
_ASK_AND_BEAT = (
    writes("controller_timeout", _HEARTBEAT_S)
    + does("controller.start_heartbeat", every_s=1.0)
    + _ASK
)
_ASK_FOR_A_WHILE = writes("704.WSetRvrtTms", _REVERSION_S) + _ASK
# An inverter that ends nothing by itself: what ends the export is the connector.
_ON: Mapping[str, Value] = {
    **VEHICLE,
    "inverter.ceases": False,
    "inverter.low_v": 0.0,
    "inverter.high_v": 400.0,
}


def _start(
    asks: Deed, initial: Mapping[str, Value] = VEHICLE, most_us: int = 600_000_000
) -> Start:
    return Start("exporting", EXPORT_W, asks, _LATER_S, most_us, initial, SETTINGS)


_EXPORTING = _start(_ASK)
_FEEDING_ON = _start(_ASK, _ON)
# A step of the frequency is an island's, where islands are looked for; and this inverter has no
# droop, which would be found before the must-trip.
_UNSUPERVISED = Start(
    "exporting",
    EXPORT_W,
    _ASK,
    _LATER_S,
    initial=_ON,
    settings={**SETTINGS, "island_supervision": 0, "droop_enabled": 0},
)
# Whoever feeds above 1.10 pu is found first, but in category II, where 1.20 is the border.
_OF_CATEGORY_II = Start(
    "exporting",
    EXPORT_W,
    _ASK,
    _LATER_S,
    initial={**_ON, "link.abnormal_category": 2},
    settings={**SETTINGS, "abnormal_category": 2},
)
_BEATING = _start(_ASK_AND_BEAT)
_JUST_CLOSED = Start("exporting", EXPORT_W, _ASK, 0.0, 6_000_000, _ON, SETTINGS)
_BY_CABLE = Start(
    "exporting",
    EXPORT_W,
    _ASK,
    _LATER_S,
    initial={**VEHICLE, "installation.proximity_ohm": 100.0},  # of 63 A
    settings={**SETTINGS, "proximity_profile": 2},
)
_REVERTING = Start(
    "exporting",
    EXPORT_W,
    _ASK_FOR_A_WHILE,
    most_us=1_000_000 * (_REVERSION_S - 5),
    initial=VEHICLE,
    settings=SETTINGS,
)


def _opens(name: str, happens: Deed, source: str, told: str) -> Hazard:
    return Hazard(name, _FEEDING_ON, happens, OPENS_MS, source, told)


def _leak(leak_ma: float) -> Hazard:
    return Hazard(
        f"{leak_ma:g} mA to earth",
        _FEEDING_ON,
        breaks("cable", "leak", leak_ma),
        limits.curve_ms(leak_ma),
        limits.CCID20,
        "ground_fault",
        by_latch=leak_ma >= limits.LATCH_MA,
    )


def _fault(name: str, fault: str, limit_ms: float, source: str = OURS) -> Hazard:
    return Hazard(name, _FEEDING_ON, raised(fault), limit_ms, source, fault)


def _stops(name: str, happens: Deed, told: str, start: Start = _EXPORTING) -> Hazard:
    source = f"this project: 2 s, {_RAMP}"
    return Hazard(name, start, happens, 2000.0 + _RAMP_MS, source, told, "energy")


def _trip(name: str, path: str, to: float, limit_ms: float, start: Start = _FEEDING_ON) -> Hazard:
    return Hazard(name, start, sets(path, to), limit_ms, _TRIPS, "must_trip")


_CUT = breaks("vehicle_link", "open")
_ENDED = sets("link.on", False)
_WITHDRAWN = writes("export_enable", 0)

EXPORTING_HAZARDS: tuple[Hazard, ...] = (
    _opens("unplugged", does("vehicle.unplug"), UNPLUGGED, "unplug"),
    _opens("S2 opened", does("vehicle.open_s2"), S2_OPENED, "s2_opened"),
    _opens("pilot shorted", raised("pilot_short"), AS_S2, "pilot_short"),
    _opens("pilot cut", breaks("pilot", "open"), UNPLUGGED, "unplug"),
    _opens("diode open", breaks("diode", "open"), UNPLUGGED, "unplug"),
    _opens("−12 V on the pilot", breaks("pilot_high_mv", "open"), AS_S2, "pilot_stuck"),
    _fault("diode shorted", "diode_missing", limits.NO_DIODE_MS),
    Hazard(
        "+12 V stays on the pilot",
        _FEEDING_ON,
        breaks("pilot", "stuck_high"),
        limits.NO_DIODE_MS,
        OURS,
        "diode_missing",
    ),
    _opens("emergency stop", raised("emergency_stop"), AS_S2, "emergency_stop"),
    _opens("disconnect opened", raised("disconnect_open"), AS_S2, "disconnect_open"),
    *(_leak(leak_ma) for leak_ma in (30.0, 100.0)),
    Hazard(
        "30 mA to earth, just closed",
        _JUST_CLOSED,
        breaks("cable", "leak", 30.0),
        limits.curve_ms(30.0),
        limits.CCID20,
        "ground_fault_early",
    ),
    _fault("100 mA to earth, the latch dead", "ground_fault_latch", limits.DEAD_LATCH_MS),
    Hazard(
        "contacts drop out",
        _FEEDING_ON,
        breaks("contactor", "stuck_open"),
        limits.NO_CLOSING_MS,
        limits.NO_CLOSING,
        "contactor_stuck_open",
        "coil",
    ),
    Hazard(
        "coil's wire broken",
        _FEEDING_ON,
        raised("coil_implausible"),
        limits.COIL_MS,
        OURS,
        "coil_implausible",
        "coil",
    ),
    _fault("auxiliary contact chatters", "contactor_chatter", limits.CHATTER_MS),
    _fault("earth lost", "earth_missing", limits.OPEN_PEN_MS, limits.OPEN_PEN),
    _fault("neutral lost", "open_neutral", limits.OPEN_PEN_MS, limits.OPEN_PEN),
    _fault("legs at 120°", "leg_angle", limits.ANGLE_MS),
    Hazard(
        "legs 12 A apart",  # the other way: what seems to be more power is another fault
        _FEEDING_ON,
        breaks("cable", "unbalanced", -12.0),
        limits.METERING_MS,
        OURS,
        "leg_unbalance",
    ),
    _fault("meter frozen", "meter_implausible", limits.METERING_MS),
    Hazard(
        "feeds 2 kW more than its target",
        _EXPORTING,
        breaks("inverter", "exports", EXPORT_W + 2000.0),
        CEASES_MS,
        AS_CEASES,
        "power_not_permitted",
    ),
    Hazard(
        "draws instead",
        _EXPORTING,
        breaks("inverter", "inverted"),
        _DRAWS_MS,
        "this project: sequence 6, and 1 s",
        "power_not_permitted",
    ),
    _trip("OV2: 125 % of the voltage", "grid.voltage_pu", 1.25, 160.0),
    _trip("OV1: 115 %", "grid.voltage_pu", 1.15, 13_000.0, _OF_CATEGORY_II),
    _trip("UV1: 70 %", "grid.voltage_pu", 0.7, 21_000.0),
    _trip("UV2: 45 %", "grid.voltage_pu", 0.45, 2_000.0),
    _trip("OF2: 62.5 Hz", "grid.frequency_hz", 62.5, 160.0),
    _trip("OF1: 61.5 Hz", "grid.frequency_hz", 61.5, 300_000.0, _UNSUPERVISED),
    _trip("UF1: 58 Hz", "grid.frequency_hz", 58.0, 300_000.0, _UNSUPERVISED),
    _trip("UF2: 56 Hz", "grid.frequency_hz", 56.0, 160.0),
    Hazard(
        "an island: at once 61.5 Hz",
        _FEEDING_ON,
        sets("grid.frequency_hz", 61.5),
        2000.0,
        "IEEE 1547, an island's 2 s",
        "must_trip",
    ),
    Hazard("vehicle link cut", _EXPORTING, _CUT, CEASES_MS, AS_CEASES, "", "energy"),
    Hazard("vehicle link cut, feeds on", _FEEDING_ON, _CUT, CEASES_MS, AS_CEASES, "permission"),
    Hazard("vehicle link ended", _EXPORTING, _ENDED, CEASES_MS, AS_CEASES, "planned"),
    Hazard("permission withdrawn", _EXPORTING, _WITHDRAWN, CEASES_MS, CEASES, "", "energy"),
    Hazard(
        "permission withdrawn, feeds on",
        _EXPORTING,
        breaks("inverter", "frozen") + _WITHDRAWN,
        CEASES_MS,
        CEASES,
        "permission",
    ),
    Hazard(
        "controller silent",
        _BEATING,
        does("controller.stop_heartbeat") + writes("heartbeat", 60_000),
        1000.0 * _HEARTBEAT_S + _RAMP_MS,
        f"its {_HEARTBEAT_S} s, {_RAMP}",
        "",
        "energy",
    ),
    Hazard(
        "Modbus master silent",
        _REVERTING,
        writes("704.WSet", EXPORT_W),
        1000.0 * _REVERSION_S + _RAMP_MS,
        f"its {_REVERSION_S} s, {_RAMP}",
        "",
        "energy",
    ),
    _stops("board hot", breaks("board_decic", "offset", limits.HOT), "board_overheated"),
    _stops("terminals hot", breaks("terminal_decic", "offset", limits.HOT), "terminal_overheated"),
    _stops("handle hot", breaks("handle_decic", "offset", limits.HOT), "handle_overheated"),
    _stops("handle's sensor open", raised("temperature_sensor"), "temperature_sensor"),
    _stops("proximity shorted", raised("proximity_shorted"), "proximity_shorted", _BY_CABLE),
    Hazard(
        "S2 opened, contacts welded",
        _FEEDING_ON,
        raised("contactor_welded"),
        limits.WELD_MS,
        limits.WELD,
        "contactor_welded",
        "silence",
    ),
)
