"""What a technician is told beside the texts of the simulator, keyed by the firmware's names."""

# What can be done about a condition that is waited for before the vehicle charges.
CHARGE_HINTS = {
    "vehicle": "plug the vehicle in",
    "request": "start charging in the vehicle, and look at its own schedule",
    "faults": "wattback status lists the faults and how each of them ends",
    "supply": "measure the supply at the connector's terminals",
    "limit": "ask whoever holds the limit for at least 6 A",
    "contactor_rest": "wait five seconds",
    "self_test": "wait a second; if it stays, the ground-fault sensor needs service",
    "ventilation": "this vehicle may only charge where there is ventilation",
    "offer_spacing": "wait five seconds",
    "target": "the target's owner must allow at least 6 A, or let its target end",
    "steady_pilot": "look at cable, plug and inlet: the pilot comes and goes",
    "dead_load": "unplug: something keeps the vehicle's side alive",
    "handle": "let go of the handle's button, or latch its adapter",
    "restart_delay": "wait some minutes, or hold the reset button on the unit",
    "pause": "ask whoever has paused it to resume; a driver's pause ends with the visit",
    "backup": "wait: an outage is being dealt with",
}
# What keeps a closed contactor from charging although the firmware waits for nothing.
HELD_TEXT = "a target that lets the vehicle draw"
HELD_HINT = "the target's owner must ask for charging (below 0 kW), or let its target end"
REVERSED_TEXT = "the export to end"
REVERSED_HINT = "nothing: it charges again when nobody asks for export any more"
ISLAND_TEXT = "the grid to return"
ISLAND_HINT = "nothing: the vehicle feeds the home, and charges again once the grid is back"
UNUSED_TEXT = "the vehicle to draw what it may"
UNUSED_HINTS = {
    "full": "nothing: the vehicle is full",
    "other": "look at the vehicle: it may be full, or keep to a schedule of its own",
}
# What can be done about a condition that is waited for before the vehicle exports.
EXPORT_HINTS = {
    "fault": "wattback status lists the faults and how each of them ends",
    "permission": "export_permitted, permit_service and export_enabled must all be 1",
    "vehicle_link": "this needs a vehicle with a digital link; replug it to begin anew",
    "certification": "this vehicle may not export here; it may charge",
    "settings": "wait for the vehicle to take over the site's settings; replug it if it does not",
    "service": "wait until voltage and frequency have been good for long enough",
    "limit": "ask whoever holds the export limit for more than 0 A",
    "reserve": "charge first: the battery is at its reserve",
    "departure": "wait until the vehicle has what its driver needs",
    "day_limit": "wait for the next day, or raise export_day_limit_wh",
    "controller": "look at the controller that set the target: it has fallen silent",
    "target": "the programme or the site's controller must ask for export",
    "contactor": "the vehicle must be ready to charge first",
    "mode": "set operating_mode to 1, 2 or 3",
    "house_meter": "look at the gateway's link and at its meter",
}
# How a latched fault ends; {after} and {retries} are of its row.
CLEAR_TEXTS = {
    "gone": "by itself, {after} after its cause has gone",
    "retry": "by itself after {after}, at most {retries} times",
    "unplug": "when the vehicle is unplugged",
    "reset": "by a reset, once its cause has gone",
    "restart": "by a power cycle",
    "on_site": "by the reset button on the unit, held for a second, once its cause has gone",
}
HELD = "HELD AT 0 kW"  # the contactor is closed to charge, and nothing flows
SESSION_TEXTS = {
    "boot": "STARTING: proving itself before it offers anything",
    "idle": "NO VEHICLE",
    "waiting": "NOT CHARGING",
    "offered": "READY: the vehicle has been offered current and does not take it yet",
    "charging": "CHARGING",
    "discharging": "DISCHARGING",
    "stopping": "STOPPING: the vehicle unloads before the contactor opens",
    "fault": "FAULT",
    "backup": "FEEDING THE HOME",
}
RESET_TEXTS = {
    "power_on": "its power coming on",
    "watchdog": "its watchdog: it had failed or hung",
    "brown_out": "its own supply, which had sagged",
}
LINK_TEXTS = {
    "none": "basic signalling only",
    "identified": "digital link, the vehicle has said who it is",
    "refused": "digital link, it may charge and not export",
    "accepted": "digital link, it has not acknowledged the site's settings yet",
    "authorised": "digital link, it may export",
    "lapsed": "digital link, it has fallen silent",
}
