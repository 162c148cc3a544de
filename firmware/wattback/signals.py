"""What crosses the edges of the control plane: inputs, outputs, status. Integers only.

Sign, everywhere: positive power and current flow out of the vehicle (export, discharge), negative
into it (import, charge); the generator convention of IEEE 1547 and SunSpec. Limits and offers are
magnitudes. The objects are built once; a tick only assigns to their attributes, because a tick may
not allocate. Booleans are 0 and 1, so that every field fits an int32 frame or register.
"""

from micropython import const


class Inputs:
    """What a board measured for this tick.

    pilot_high_mv, pilot_low_mv: the pilot's upper and lower level in the last millisecond.
    voltage_l1_mv, voltage_l2_mv: supply legs to neutral, RMS, upstream of the contactor.
    current_l1_ma, current_l2_ma: RMS per leg with the sign of its power; while leg 2 has no
    voltage, as on a single phase, with leg 1's.
    power_w, reactive_var: active and reactive power of both legs together.
    frequency_millihertz: of the supply; 0 while there is no voltage to count.
    leg_angle_decideg: of leg 2 against leg 1, 0 … 1800: 1800 in a split-phase service.
    load_mv: between the legs on the vehicle's side of the main contacts, RMS.
    load_angle_decideg: of it against the supply's, −1800 … 1800; of no meaning while one is dead.
    residual_ua: to earth, RMS; what does not return through the legs.
    earth_ohm: of the protective earth, as the ground monitor finds it; saturated without one.
    board_decic, terminal_decic, handle_decic: temperatures in 0.1 °C; a sensor that is open or
    shorted reads beyond what any place of a connector can have.
    proximity_ohm: from the proximity pin to earth; saturated when nothing is wired to it.
    contactor_aux_closed: the auxiliary contact that moves with the main contacts.
    coil_driven: there is voltage at the coil.
    ground_fault_latched: the hardware latch has tripped (it cuts the coil by itself).
    emergency_stopped: its button is pressed, or its wire is broken.
    disconnect_open: the lockable disconnect is open, or its wire is broken.
    handle_loose: the button of a wired handle, or an adapter that is neither docked nor latched.
    reset_pressed: the reset button on the unit.
    """

    def __init__(self) -> None:
        self.pilot_high_mv = 0
        self.pilot_low_mv = 0
        self.voltage_l1_mv = 0
        self.voltage_l2_mv = 0
        self.current_l1_ma = 0
        self.current_l2_ma = 0
        self.power_w = 0
        self.reactive_var = 0
        self.frequency_millihertz = 0
        self.leg_angle_decideg = 0
        self.load_mv = 0
        self.load_angle_decideg = 0
        self.residual_ua = 0
        self.earth_ohm = 0
        self.board_decic = 0
        self.terminal_decic = 0
        self.handle_decic = 0
        self.proximity_ohm = 0
        self.contactor_aux_closed = 0
        self.coil_driven = 0
        self.ground_fault_latched = 0
        self.emergency_stopped = 0
        self.disconnect_open = 0
        self.handle_loose = 0
        self.reset_pressed = 0


class Outputs:
    """What the connector wants the board to do until the next tick. Built safe.

    pilot_duty_bp: 10000 steady +12 V (no offer), 0 steady −12 V (state F), between: 1 kHz PWM.
    contactor_closed: permission for the coil; the hardware chain may still cut it.
    ground_fault_test: drive the test current through the ground-fault sensor.
    ground_fault_reset: release the ground-fault latch.
    """

    def __init__(self) -> None:
        self.pilot_duty_bp = 0
        self.contactor_closed = 0
        self.ground_fault_test = 0
        self.ground_fault_reset = 0


NO_GATEWAY = const(-1)  # of Report.backup_waits

# Names of the fields of Status and Report, in order: for whoever copies them all.
STATUS_NAMES = (
    "sequence",
    "pilot_state",
    "pilot_high_mv",
    "pilot_low_mv",
    "duty_bp",
    "contactor_commanded",
    "contactor_confirmed",
    "open_cause",
    "session_state",
    "waiting_for",
    "export_waits",
    "mode",
    "in_service",
    "grid_switch_closed",
    "backup_state",
    "import_limit_ma",
    "export_limit_ma",
    "import_limit_owner",
    "export_limit_owner",
    "offered_ma",
    "target_w",
    "target_owner",
    "power_w",
    "reactive_var",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "current_ma",
    "frequency_millihertz",
    "import_wh",
    "export_wh",
    "faults",
)
# Openings of the contactor by their causes, with less than 1 A flowing, and with more.
OPENING_NAMES = (
    "planned_cold",
    "planned_hot",
    "s2_opened_cold",
    "s2_opened_hot",
    "unplug_cold",
    "unplug_hot",
    "forced_cold",
    "forced_hot",
    "fault_cold",
    "fault_hot",
    "must_trip_cold",
    "must_trip_hot",
    "permission_cold",
    "permission_hot",
    "island_cold",
    "island_hot",
)
REPORT_NAMES = (
    "uptime_s",
    "reset_cause",
    "watchdog_resets",
    "brown_outs",
    "missed_ticks",
    "closings",
    "hot_openings",
    "worn_openings",
    "opening_faults",
    "opening_waits",
    "opening_export_waits",
    "service_left_s",
    "target_state",
    "target_asked_w",
    "target_left_s",
    "import_power_w",
    "export_power_w",
    "site_import_ma",
    "site_export_ma",
    "site_left_s",
    "technician_import_ma",
    "technician_export_ma",
    "technician_left_s",
    "paused_by",
    "programme_export_ma",
    "programme_left_s",
    "site_target_enabled",
    "site_target_w",
    "site_target_left_s",
    "programme_target_enabled",
    "programme_target_w",
    "programme_target_left_s",
    "controller_state",
    "vehicle_link",
    "vehicle_refusal",
    "soc_bp",
    "reserve_bp",
    "need_wh",
    "departure_s",
    "vehicle_charge_w",
    "vehicle_discharge_w",
    "export_day_wh",
    "export_day_left_s",
    "civil_day",
    "civil_s",
    "settings_version",
    "trip_row",
    "trip_acted",
    "backup_refusal",
    "backup_waits",
    "backup_shed",
    "service_w",
    "island_wh",
    "island_import_wh",
) + OPENING_NAMES


class Status:
    """What the connector tells about itself: one consistent picture of one tick.

    The connector keeps two of these and publishes them in turn, so a reader in the service plane
    holds one that does not change for a whole tick; `sequence` tells whether it was overtaken.
    """

    sequence: int
    pilot_state: int  # pilot.STATE_NAMES
    pilot_high_mv: int
    pilot_low_mv: int
    duty_bp: int
    contactor_commanded: int
    contactor_confirmed: int
    open_cause: int  # contactor.CAUSE_NAMES, of the last opening
    session_state: int  # session.STATE_NAMES
    waiting_for: int  # session.WAIT bits: why no energy may flow into the vehicle
    export_waits: int  # export.WAIT bits: why none may flow out of it
    mode: int  # limits.MODE_NAMES
    in_service: int  # grid/enter_service.py
    grid_switch_closed: int  # as both contacts of the gateway's switch say; 1 without a gateway
    backup_state: int  # backup.steps.STATE_NAMES
    import_limit_ma: int
    export_limit_ma: int
    import_limit_owner: int  # limits.OWNER_NAMES
    export_limit_owner: int
    offered_ma: int  # by the pilot's duty
    target_w: int  # what the vehicle is told to do, after permissions, limits and ramp
    target_owner: int  # targets.OWNER_NAMES
    power_w: int
    reactive_var: int
    voltage_l1_mv: int
    voltage_l2_mv: int
    current_ma: int  # of the larger leg
    frequency_millihertz: int
    import_wh: int
    export_wh: int
    faults: int  # bits of fault_table.FAULTS, latched

    def __init__(self) -> None:
        for name in STATUS_NAMES:
            setattr(self, name, 0)


class Report:
    """What the connector tells of itself now and then: the same object for ever, a few fields
    renewed with each turn (`wattback.turns`) in a fixed rota: each is at most 70 ticks old.
    """

    uptime_s: int
    reset_cause: int  # resets.RESET_NAMES
    watchdog_resets: int  # restarts by the watchdog, ever
    brown_outs: int  # restarts by the board's own supply, ever
    missed_ticks: int  # since power-up: the tick before had taken too long, or time was wrong
    closings: int  # since power-up
    hot_openings: int  # with at least 1 A flowing
    worn_openings: int  # ever, all together, in openings at full load
    opening_faults: int  # faults at the last opening
    opening_waits: int  # what was waited for at the last opening
    opening_export_waits: int  # and what spoke against an export
    service_left_s: int  # of the enter-service delay; it runs only while the supply is in window
    target_state: int  # targets.STATE_NAMES
    target_asked_w: int  # what the owner wants, before permissions, limits and ramp
    target_left_s: int  # until it reverts; -1: for ever
    import_power_w: int  # what the limits allow at the present voltage, magnitudes
    export_power_w: int
    site_import_ma: int  # the site's slot as it was set; -1: no limit
    site_export_ma: int
    site_left_s: int  # until it falls back; -1: for ever
    technician_import_ma: int  # the technician's slot, likewise
    technician_export_ma: int
    technician_left_s: int
    paused_by: int  # bits of limits.OWNER_NAMES: who has paused the visit
    programme_export_ma: int  # the programme's slot
    programme_left_s: int
    site_target_enabled: int  # the site's wish, whether it counts now or not
    site_target_w: int
    site_target_left_s: int  # until it ends; -1: for ever
    programme_target_enabled: int  # the programme's wish, likewise
    programme_target_w: int
    programme_target_left_s: int
    controller_state: int  # heartbeat.STATE_NAMES
    vehicle_link: int  # vehicle.LINK_NAMES
    vehicle_refusal: int  # vehicle.REFUSAL_NAMES
    soc_bp: int  # -1: the vehicle has not said
    reserve_bp: int  # the larger of the owner's and the vehicle's own
    need_wh: int  # into the battery until departure
    departure_s: int  # until departure; -1: the vehicle has not said
    vehicle_charge_w: int  # ratings of the vehicle, 0: it has not said
    vehicle_discharge_w: int
    export_day_wh: int  # exported in the present day
    export_day_left_s: int  # until that day ends
    civil_day: int  # days since 1970-01-01; -1: the time has not been set
    civil_s: int  # second of the day
    settings_version: int  # of the site settings that a vehicle must acknowledge
    trip_row: int  # of the last must-trip of an export, trips.ROW_NAMES
    trip_acted: int  # who had acted by then, dispatch.ACTED_NAMES
    backup_refusal: int  # backup.steps.REFUSAL_NAMES: what stopped the last attempt
    backup_waits: int  # backup.readiness.WAIT bits: what would stop the next one; or NO_GATEWAY
    backup_shed: int  # groups of loads that are disconnected
    service_w: int  # through the service, positive into the grid; 0 while the gateway is silent
    island_wh: int  # out of the vehicle while it fed the home alone
    island_import_wh: int  # and into it
    # Openings ever, by contactor.CAUSE_NAMES.
    planned_cold: int
    planned_hot: int
    s2_opened_cold: int
    s2_opened_hot: int
    unplug_cold: int
    unplug_hot: int
    forced_cold: int
    forced_hot: int
    fault_cold: int
    fault_hot: int
    must_trip_cold: int
    must_trip_hot: int
    permission_cold: int
    permission_hot: int
    island_cold: int
    island_hot: int

    def __init__(self) -> None:
        for name in REPORT_NAMES:
            setattr(self, name, 0)
