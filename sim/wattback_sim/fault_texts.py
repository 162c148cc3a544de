"""The fault table for people: what each row is sensed by, its limit, who gives it, what to do.

One row a fault of `wattback.fault_table`, in its order; pilot, action and clears are the
firmware's. `wattback why`, the owner's page, the story of a run and docs/faults.md walk it.
"""

from dataclasses import dataclass

from wattback.fault_table import ACTION_WARN, FAULTS


@dataclass(frozen=True, slots=True)
class FaultText:
    """What the firmware does not say of a fault.

    code: the number of its bit, which never changes. text: a clause that says what is wrong.
    sensed_by: the inputs. limit: what is too much and for how long, with the setting's name where
    there is one. source: who gives limit and time; what nobody gives is "this design's choice"
    or, where a standard must have a figure that could not be read, "(unconfirmed)". hint: what a
    technician should look at or do. mrec: ChargeX's minimum required error codes for it, by the
    names of EVerest.
    """

    code: int
    text: str
    sensed_by: str
    limit: str
    source: str
    hint: str
    mrec: tuple[str, ...] = ()


_RESIDUAL = "ground-fault latch; residual current"
_CURVE = "curve: CCID20 of UL 2231, as in Bender's RCMB101 manual"
_CHOICE = "this design's choice"
_UNCONFIRMED = "(unconfirmed)"
_HOT = "limit, steps, 20 K: a vendor's service alerts; the rest: this design's choice"
_HOT_FOR = (
    "for 2 s, gone 20 K below; from 15 K below on the current is cut in steps of 25 % every 5 K"
)

FAULT_TABLE = {
    "pilot_short": FaultText(
        0,
        "the pilot wire is shorted to earth",
        "pilot, high level",
        "between 1.25 V and −10.25 V (−1.5 V while −12 V is driven) for 250 ms; "
        "for 30 ms where state C or D was",
        "levels: pazzk-labs/evse; 250 ms: OpenEVSE; 30 ms: of the 100 ms for an opening, "
        "IEC 61851-1 Annex A, sequence 8.1",
        "unplug; if it stays, look for a pinched or wet pilot wire in the cable",
        ("MREC14PilotFault",),
    ),
    "pilot_stuck": FaultText(
        1,
        "the pilot does not follow its generator",
        "pilot, high level, against what is driven",
        "−12 V driven and not measured (0 V is a short), or measured and not driven, for 20 ms",
        _CHOICE,
        "measure the +12 V and −12 V supplies and the pilot's wires on the board",
        ("MREC14PilotFault",),
    ),
    "diode_missing": FaultText(
        2,
        "the vehicle's pilot diode is not seen",
        "pilot, low level, while a vehicle sees PWM",
        "above −10 V for 100 ms; a good sample makes up for a fifth of its time",
        "level: WARP (Tinkerforge evse-v2-bricklet); time: this design's choice",
        "try another vehicle; if it stays, measure −12 V at the pilot's terminal",
    ),
    "contactor_welded": FaultText(
        3,
        "the contactor is closed although it was told to open",
        "auxiliary contact; voltage behind the main contacts against the supply's",
        "contact closed for 250 ms, or, 1 s after opening and 1 s after the pilot has told the "
        "vehicle to stop, more than 30 V within 10 % and 15° of the supply",
        "250 ms: WARP (Tinkerforge bricklib2); 1 s: OpenEVSE; 10 % and 15°: this design's choice",
        "switch the breaker off: the plug may be live; then replace the contactor",
        ("MREC17EVSEContactorFault",),
    ),
    "contactor_stuck_open": FaultText(
        4,
        "the contactor does not close",
        "auxiliary contact; voltage behind the main contacts",
        "contact open for 250 ms although it was told to close, or 30 V or less behind it for 1 s",
        "250 ms: WARP (Tinkerforge bricklib2); 1 s: OpenEVSE",
        "look at the coil's supply and wires, at the auxiliary contact and the latch",
        ("MREC17EVSEContactorFault",),
    ),
    "ground_fault": FaultText(
        5,
        "current has flowed to earth",
        _RESIDUAL,
        "the latch has tripped, or 18 mA or more (20 mA read a tenth low) until the contacts must "
        "open to keep to (20 mA / I)^1.43 s",
        f"{_CURVE}; retries: a vendor's manual",
        "try another vehicle; if it trips again, measure the cable's insulation",
        ("MREC2GroundFailure",),
    ),
    "ground_fault_self_test": FaultText(
        6,
        "the ground-fault latch failed its self-test",
        "ground-fault latch and residual current, under the test current and after a reset",
        "not tripped or no current 1 s after the test began; not released or a current 2 s after "
        "a reset",
        "OpenEVSE",
        "look at the wires of sensor, test winding and latch; a reset tests again",
    ),
    "overcurrent": FaultText(
        7,
        "the vehicle draws more than it was offered",
        "current of the leg that carries more, against the largest offer of the last 5 to 6 s",
        "more than it by 10 % and 1 A for 2 s",
        "amount and retries: a vendor's service alert CC_a006; time: EVerest",
        "lower the current in the vehicle; if it obeys no offer, it needs service",
        ("MREC4OverCurrentFailure",),
    ),
    "supply_out_of_window": FaultText(
        8,
        "the supply's voltage or frequency is outside its window",
        "voltages of both legs and frequency, in front of the contactor",
        "a leg outside leg_low_mv … leg_high_mv, both outside line_low_mv … line_high_mv, or "
        "outside frequency_low_millihertz … frequency_high_millihertz, for supply_trip_ms; not "
        "while exporting",
        "voltages and time: a vendor's service alerts, a leg is half; frequency: pazzk-labs/evse",
        "measure the supply at the terminals, under load too, and ask the utility",
        ("MREC5OverVoltage", "MREC6UnderVoltage", "MREC15PowerLoss"),
    ),
    "settings_invalid": FaultText(
        9,
        "a stored setting is outside its range",
        "settings, when they are loaded",
        "one value outside the range that `wattback sim parameters` lists, or one that the site's "
        "category or another setting does not allow",
        _CHOICE,
        "correct the installer's settings, then switch the connector off and on",
    ),
    "power_not_permitted": FaultText(
        10,
        "the vehicle's power is not what it was permitted",
        "power, against the targets of the last 2 to 3 s",
        "out of the vehicle by permission_excess_w too much, or 240 W where none may flow, for "
        "permission_excess_ms; into it by permission_excess_w too much for 4.5 s",
        "2 s to cease: IEEE 1547-2018, 4.6.1; amounts: (unconfirmed)",
        "update the vehicle; if it goes on, do not let this vehicle export",
    ),
    "emergency_stop": FaultText(
        11,
        "the emergency stop is pressed, or its wire is broken",
        "emergency stop, a normally closed contact",
        "open in two samples, 10 ms apart",
        _CHOICE,
        "release it, or look at its wire; then hold the reset button on the unit",
        ("MREC8EmergencyStop",),
    ),
    "disconnect_open": FaultText(
        12,
        "the lockable disconnect is open, or its wire is broken",
        "disconnect's auxiliary contact, normally closed",
        "open in two samples, 10 ms apart",
        _CHOICE,
        "close it, or look at its wire; then hold the reset button on the unit",
    ),
    "ground_fault_early": FaultText(
        13,
        "current flowed to earth as soon as the contactor closed",
        _RESIDUAL,
        "as ground_fault, within 10 s of closing",
        f"{_CURVE}; no retry within 10 s: a vendor's troubleshooting page",
        "unplug, look for water and damage in plug and inlet, try another vehicle",
        ("MREC2GroundFailure",),
    ),
    "ground_fault_latch": FaultText(
        14,
        "current to earth did not trip the ground-fault latch",
        _RESIDUAL,
        "66 mA or more (60 mA read a tenth high) for longer than a latch takes that keeps to "
        "(20 mA / I)^1.43 s, the contacts closed and the latch not tripped",
        f"{_CURVE}; 60 mA: this design's choice",
        "do not use it: sensor, comparator and latch need service before a reset",
        ("MREC2GroundFailure",),
    ),
    "vehicle_still_energised": FaultText(
        15,
        "the vehicle keeps a voltage behind the open contactor",
        "voltage behind the main contacts against the supply's",
        "more than 30 V for 1 s that is not the supply's (see contactor_welded)",
        _CHOICE,
        "unplug; the vehicle's inverter does not switch off: tell its maker",
        ("MREC24ConnectorVoltageHigh",),
    ),
    "coil_implausible": FaultText(
        16,
        "the contactor's coil voltage is not what was commanded",
        "voltage at the coil, against the command",
        "different for 100 ms",
        "that it is watched: a vendor's service alert CC_a044; time: this design's choice",
        "look at coil driver, pump and latch: a shorted driver cannot open it",
    ),
    "contactor_chatter": FaultText(
        17,
        "the contactor's auxiliary contact comes and goes",
        "auxiliary contact",
        "3 times away from what it was told and had reached, each within 10 s of the last",
        _CHOICE,
        "tighten the contact's wires and measure the coil's supply under load",
        ("MREC17EVSEContactorFault",),
    ),
    "earth_missing": FaultText(
        18,
        "no protective earth is found",
        "ground monitor",
        "more than earth_limit_ohm for 2 s",
        "retries: a vendor's manual; limit and time: (unconfirmed)",
        "measure the protective earth at the supply's terminals and tighten it",
    ),
    "open_neutral": FaultText(
        19,
        "the supply's neutral is lost: one leg is high, one low",
        "voltages of both legs, in front of the contactor",
        "apart by more than legs_apart_mv for supply_trip_ms, both together within their window",
        _UNCONFIRMED,
        "switch the breaker off, follow the neutral to the service, ask the utility",
    ),
    "leg_angle": FaultText(
        20,
        "the supply's legs are not opposite each other",
        "angle of leg 2 against leg 1",
        "further than leg_angle_tolerance_decideg from 180° for 1 s, each above 80 V",
        _UNCONFIRMED,
        "look at the supply's wires: both on one leg, or two phases of three",
    ),
    "leg_unbalance": FaultText(
        21,
        "the currents of the legs differ",
        "currents of both legs",
        "by more than legs_apart_ma and 10 % of the larger for 2 s",
        _UNCONFIRMED,
        "try another vehicle; if it stays, look at the current transformers",
    ),
    "meter_implausible": FaultText(
        22,
        "the meter's readings are frozen or contradict each other",
        "voltages, currents, active and reactive power",
        "for 2 s: all stand still, one is beyond any connector, power is 300 W and 10 % off what "
        "voltage and current make, or a current has the wrong sign",
        _CHOICE,
        "look at the metering chip's wires and supply, and at its transformers",
    ),
    "board_overheated": FaultText(
        23,
        "the board is too hot",
        "temperature of the board",
        f"board_hot_decic {_HOT_FOR}",
        _HOT,
        "shade it, let air through, and lower its current",
        ("MREC3HighTemperature",),
    ),
    "terminal_overheated": FaultText(
        24,
        "the supply's terminals are too hot",
        "temperature of the supply's terminals",
        f"terminal_hot_decic {_HOT_FOR}",
        _HOT,
        "switch the breaker off, look for burns, tighten the terminals to their torque",
        ("MREC3HighTemperature",),
    ),
    "handle_overheated": FaultText(
        25,
        "the handle is too hot",
        "temperature of the handle",
        f"handle_hot_decic {_HOT_FOR}",
        _HOT,
        "look for burns at the pins of plug and inlet, and replace what is worn",
        ("MREC19CableOverTempStop",),
    ),
    "temperature_sensor": FaultText(
        26,
        "a temperature sensor is open, shorted or frozen",
        "temperatures of board, terminals and handle",
        "outside −40 to 150 °C for 1 s, or still for 10 min while the current squared changes",
        _CHOICE,
        "look at the plugs and wires of all three sensors; vitals shows the readings",
    ),
    "proximity_shorted": FaultText(
        27,
        "the proximity pin is shorted to earth",
        "resistance from the proximity pin to earth, where proximity_profile says it is wired",
        "below 75 Ω for 250 ms",
        "75 Ω: IEC 61851-1 Annex B, as in Phoenix Contact's manual; 250 ms: OpenEVSE, of a plug",
        "unplug; if it stays, look for water and bent pins in plug and socket",
        ("MREC23ProximityFault",),
    ),
    "terminal_loose": FaultText(
        28,
        "a supply terminal warms more than its current explains",
        "temperature of the supply's terminals over the board's, against the current squared",
        "5 K and more than terminal_rise_decic at 48 A explains, at 16 A and more, for 5 min",
        _UNCONFIRMED,
        "switch the breaker off and tighten the terminals before they overheat",
    ),
    "contactor_worn": FaultText(
        29,
        "the contactor has reached its life of openings under load",
        "current at each opening, squared against hardware_limit_ma",
        "as many as contactor_life_openings at full load; 0: not watched",
        "count: the contactor's data sheet; the square: OpenEVSE_Lib's estimate",
        "replace the contactor before it welds",
    ),
}
FAULT_TEXTS = {name: row.text for name, row in FAULT_TABLE.items()}
FAULT_HINTS = {name: row.hint for name, row in FAULT_TABLE.items()}
# Faults that are only told: energy flows on.
WARNINGS = frozenset(row[0] for row in FAULTS if row[5] == ACTION_WARN)
