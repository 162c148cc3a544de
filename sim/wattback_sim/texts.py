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
}
CAUSE_TEXTS = {
    "none": "it has not opened yet",
    "planned": "stopped as planned, after the vehicle had unloaded",
    "s2_opened": "the vehicle went back to state B",
    "unplug": "the pilot showed state A: unplugged",
    "forced": "the vehicle kept drawing 6 s after the offer was withdrawn",
    "fault": "a fault",
}
WAIT_TEXTS = {
    "supply": "a supply within its window",
    "limit": "a limit of at least 6 A",
    "contactor_rest": "the contactor's rest of 5 s",
    "self_test": "the ground-fault self-test",
    "ventilation": "a vehicle that needs no ventilation",
    "offer_spacing": "5 s since the last change of the offer",
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
}


def power_in_words(power_w: float) -> str:
    """ "charging 11.4 kW", "discharging 8.0 kW" or "idle"; positive is out of the vehicle."""
    if abs(power_w) < 50:
        return "idle"
    word = "discharging" if power_w > 0 else "charging"
    return f"{word} {abs(power_w) / 1000:.1f} kW"
