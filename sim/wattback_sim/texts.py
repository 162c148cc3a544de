"""Words for people, keyed by the firmware's codes, which carry none on the board."""

FAULT_TEXTS = {
    "pilot_short": "the pilot wire is shorted to earth",
    "pilot_stuck": "the pilot does not follow its generator",
    "diode_missing": "the vehicle's pilot diode is not seen",
    "contactor_welded": "the contactor is closed although it was told to open",
    "contactor_stuck_open": "the contactor does not close",
    "ground_fault": "the ground-fault latch has tripped",
    "ground_fault_self_test": "the ground-fault latch failed its self-test",
    "overcurrent": "the vehicle draws more than it was offered",
    "supply_out_of_window": "the supply's voltage or frequency is outside its window",
    "settings_invalid": "a stored setting is outside its range",
    "power_not_permitted": "the vehicle's power is not what it was permitted",
}
CAUSE_TEXTS = {
    "none": "it has not opened yet",
    "planned": "stopped as planned, after the vehicle had unloaded",
    "s2_opened": "the vehicle went back to state B",
    "unplug": "the pilot showed state A: unplugged",
    "forced": "the vehicle kept drawing 6 s after the offer was withdrawn",
    "fault": "a fault",
    "must_trip": "the grid was abnormal for longer than a source may stay on it",
    "permission": "the vehicle went on exporting after its permission had been withdrawn",
}
WAIT_TEXTS = {
    "supply": "a supply within its window",
    "limit": "a limit of at least 6 A",
    "contactor_rest": "the contactor's rest of 5 s",
    "self_test": "the ground-fault self-test",
    "ventilation": "a vehicle that needs no ventilation",
    "offer_spacing": "5 s since the last change of the offer",
    "target": "a target that leaves at least 6 A for charging",
    "steady_pilot": "a pilot in state C, and a diode, that do not come and go",
}
EXPORT_WAIT_TEXTS = {
    "fault": "a fault to be cleared",
    "permission": "the permission of the utility and of the owner",
    "vehicle_link": "a vehicle that speaks over the digital link",
    "certification": "a vehicle whose inverter the site accepts",
    "settings": "the vehicle to acknowledge the site's settings",
    "service": "the grid to be good for long enough to enter service",
    "limit": "an export limit above 0 A",
    "reserve": "a battery above its reserve",
    "departure": "the energy that the driver needs for departure",
    "day_limit": "the next day: today's export limit is used up",
    "controller": "a sign of life from the controller that set the target",
    "target": "someone who asks for export",
    "contactor": "a closed contactor",
}
REFUSAL_TEXTS = {
    "none": "its inverter is accepted",
    "charge_only": "it offers no power to discharge",
    "certification": "its inverter is not certified to SAE J3072",
    "category": "its inverter's abnormal category is below the site's",
    "voltage": "its inverter is not made for the site's voltage",
}
SETTING_TEXTS = {
    "hardware_limit_ma": "what contactor, wiring and connector are rated for",
    "breaker_ma": "rating of the branch breaker; 80 % of it may be drawn",
    "site_failsafe_import_ma": "the site's charging limit without a site controller; -1: none",
    "site_failsafe_export_ma": "the site's discharging limit without one; -1: none",
    "ventilation_present": "1 where vehicles in state D may be charged",
    "line_low_mv": "lowest voltage between the legs",
    "line_high_mv": "highest voltage between the legs",
    "leg_low_mv": "lowest voltage of a leg to neutral",
    "leg_high_mv": "highest voltage of a leg to neutral",
    "supply_trip_ms": "how long the supply may be outside before it counts",
    "frequency_low_millihertz": "lowest frequency",
    "frequency_high_millihertz": "highest frequency",
    "nominal_line_mv": "nominal voltage between the legs, base of the per-unit values",
    "enter_service_low_bp": "enter service: lowest voltage",
    "enter_service_high_bp": "enter service: highest voltage",
    "enter_service_low_millihertz": "enter service: lowest frequency",
    "enter_service_high_millihertz": "enter service: highest frequency",
    "enter_service_delay_s": "enter service: how long voltage and frequency must be good",
    "enter_service_ramp_s": "enter service: time to rise to the rating afterwards",
    "export_permitted": "1 where the utility has agreed that this site may feed its grid",
    "abnormal_category": "lowest IEEE 1547 abnormal category of a vehicle that may export",
    "vehicle_link_timeout_ms": "silence of the vehicle link that ends an authorisation",
    "permission_excess_ms": "how long power may flow against its permission",
    "permission_excess_w": "how much more than permitted is no excess yet",
    "target_ramp_w_per_s": "how fast a target is approached",
    "controller_timeout_s": "silence of a controller that has beaten, until it does not count",
    "export_enabled": "1 when the owner wants to export at all",
    "reserve_bp": "state of charge that is never exported",
    "export_day_limit_wh": "energy exported a day; -1: no limit",
    "departure_margin_s": "how much earlier than needed a charge for departure begins",
    "import_max_w": "largest charging power that the utility's client allows",
    "export_max_w": "largest discharging power that the utility's client allows",
    "modbus_unit_id": "address on the RS-485 bus",
    "modbus_baud": "bits a second on the RS-485 bus",
}


def power_in_words(power_w: float) -> str:
    """ "charging 11.4 kW", "discharging 8.0 kW" or "idle"; positive is out of the vehicle."""
    if abs(power_w) < 50:
        return "idle"
    word = "discharging" if power_w > 0 else "charging"
    return f"{word} {abs(power_w) / 1000:.1f} kW"
