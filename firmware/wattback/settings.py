"""Settings: what an installer chooses, with defaults and allowed ranges.

The board loads the values; a value outside its range is refused as a whole load, and the connector
then stays unavailable (fault settings_invalid) rather than guess.
"""

from micropython import const

from wattback.limits import HIGHEST_LIMIT_MA, NO_LIMIT_MA

# May a setting change while the connector runs? Most are the installer's, loaded at the start; a
# few change one by one; the grid code's change together, by the utility's client if it may, and a
# vehicle has to acknowledge them.
AT_START = const(0)
AT_RUN_TIME = const(1)
AT_ADOPTION = const(2)

NO_POWER_LIMIT_W = const(-1)  # a value of its own, as NO_LIMIT_MA

NOMINAL_MILLIHERTZ = const(60000)  # of IEEE 1547, whose frequencies stand in the table
_OTHER_MILLIHERTZ = const(50000)
_STEP_MILLIHERTZ = const(10000)  # between them there is none
_LEAST_FREQUENCY = const(45000)  # of the table's frequencies; its deadbands are far below

_PRIME = const(65521)
_LOW_BITS = const(0x7FFF)  # of a value: less than the prime, so that no two are alike

NUMBERS = const(4)  # numbers of a row, behind its name
LOWEST = const(1)  # which of them: the allowed range, and when it may change
HIGHEST = const(2)
WHEN = const(3)


class _Rows:
    """Rows of five, packed: a tuple of tuples would take twice as much of a Pico, and for good,
    since what is written as a constant stays with its module. A call leaves nothing.
    """

    def __init__(self) -> None:
        self.names = ()  # type: tuple[str, ...]
        self.numbers = ()  # type: tuple[int, ...]
        self._new_names = []  # type: list[str]
        self._new_numbers = []  # type: list[int]

    def add(self, name: str, default: int, lowest: int, highest: int, when: int) -> None:
        """One more row, while the table is written."""
        self._new_names.append(name)
        for number in (default, lowest, highest, when):
            self._new_numbers.append(number)

    def seal(self) -> None:
        """The table is whole."""
        self.names = tuple(self._new_names)
        self.numbers = tuple(self._new_numbers)
        self._new_names = []
        self._new_numbers = []

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self):  # type: ignore[no-untyped-def]
        for index in range(len(self.names)):
            yield self[index]

    def __getitem__(self, index: int) -> "tuple[str, int, int, int, int]":
        name = self.names[index]
        at = NUMBERS * index
        numbers = self.numbers
        return (name, numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3])

    def when(self, index: int) -> int:
        """May this row change while the connector runs?"""
        return self.numbers[NUMBERS * index + WHEN]

    def allows(self, index: int, value: int) -> bool:
        """Is this value within the range of the row?"""
        at = NUMBERS * index
        return self.numbers[at + LOWEST] <= value <= self.numbers[at + HIGHEST]


SETTINGS = _Rows()
_row = SETTINGS.add

# (name, default, lowest, highest, when), in the order in which boards store them.
_row("hardware_limit_ma", 48000, 6000, HIGHEST_LIMIT_MA, AT_START)
# The branch breaker's rating; 80 % of it may be drawn (NEC 625.42; evse.md 5, C).
_row("breaker_ma", 60000, 7500, 100000, AT_START)
# What the site's slot is worth without a site controller; −1: no restriction of its own.
_row("site_failsafe_import_ma", NO_LIMIT_MA, NO_LIMIT_MA, HIGHEST_LIMIT_MA, AT_START)
_row("site_failsafe_export_ma", NO_LIMIT_MA, NO_LIMIT_MA, HIGHEST_LIMIT_MA, AT_START)
# State D is served only where the room is ventilated.
_row("ventilation_present", 0, 0, 1, AT_START)
# A vendor's window for 208 to 277 V, 160 to 320 V for 2 s (evse.md 4.3, C); a leg is half.
_row("line_low_mv", 160000, 80000, 240000, AT_START)
_row("line_high_mv", 320000, 220000, 330000, AT_START)
_row("leg_low_mv", 80000, 40000, 120000, AT_START)
_row("leg_high_mv", 160000, 110000, 165000, AT_START)
_row("supply_trip_ms", 2000, 100, 10000, AT_START)
# Of the grid, 50 or 60 Hz. IEEE 1547 is a standard for 60 Hz: at 50 Hz its distances from
# nominal are used, and the ranges of all frequencies move by 10 Hz (`shift_of`). That is a
# decision of this project and no clause, so every frequency of such a site must be named.
_row("nominal_millihertz", 60000, 50000, 60000, AT_START)
# ±3 Hz around nominal (PZK; evse.md 4.1, C).
_row("frequency_low_millihertz", 57000, 45000, 60000, AT_START)
_row("frequency_high_millihertz", 63000, 50000, 66000, AT_START)
# Base of the per-unit values below: line to line, 240 V split phase.
_row("nominal_line_mv", 240000, 200000, 250000, AT_START)
# A line and a neutral, where leg 2 would be: it reads 0 V, and carries the current back. The
# line is judged, legs are not (`supply.py`).
_row("single_phase", 0, 0, 1, AT_START)
# Enter service (IEEE 1547-2018; evse.md 6.4, C): windows, delay, ramp.
_row("enter_service_low_bp", 9170, 8800, 9500, AT_ADOPTION)
_row("enter_service_high_bp", 10500, 10500, 10600, AT_ADOPTION)
_row("enter_service_low_millihertz", 59500, 59000, 59900, AT_ADOPTION)
_row("enter_service_high_millihertz", 60100, 60100, 61000, AT_ADOPTION)
_row("enter_service_delay_s", 300, 0, 600, AT_ADOPTION)
_row("enter_service_ramp_s", 300, 1, 1000, AT_ADOPTION)
# Used in place of the ramp (evse.md 6.4, C): up to so much is added to the delay; 0: unused.
_row("enter_service_random_s", 0, 0, 1000, AT_ADOPTION)
# Has the utility agreed that this site may feed its grid? Nothing exports before.
_row("export_permitted", 0, 0, 1, AT_START)
# And may it now? The grid code's permission to serve, which the utility's client may withdraw.
_row("permit_service", 1, 0, 1, AT_ADOPTION)
# The vehicle's inverter must be of this abnormal category or better, and be able to be given
# the times below (IEEE 1547-2018; 6.1, C).
_row("abnormal_category", 3, 1, 3, AT_START)
# And of this normal category or better, 1 for A and 2 for B (6.5, C).
_row("normal_category", 2, 1, 2, AT_START)
# May the utility's client change the settings of the grid code, within their ranges? Given at
# commissioning.
_row("utility_may_set", 0, 0, 1, AT_START)
# Must-trip (IEEE 1547-2018; evse.md 6.1, C; 6.2, C): thresholds of the line voltage and of the
# frequency, and their times. Over 1.20 pu it is 160 ms, which nobody may change. What the
# categories narrow further is in `grid/categories.py`.
_row("trip_ov1_bp", 11000, 11000, 12000, AT_ADOPTION)
_row("trip_ov1_ms", 13000, 1000, 13000, AT_ADOPTION)
_row("trip_uv1_bp", 8800, 0, 8800, AT_ADOPTION)
_row("trip_uv1_ms", 21000, 2000, 50000, AT_ADOPTION)
_row("trip_uv2_bp", 5000, 0, 5000, AT_ADOPTION)
_row("trip_uv2_ms", 2000, 160, 21000, AT_ADOPTION)
_row("trip_of2_millihertz", 62000, 61800, 66000, AT_ADOPTION)
_row("trip_of2_ms", 160, 160, 1000000, AT_ADOPTION)
_row("trip_of1_millihertz", 61200, 61000, 66000, AT_ADOPTION)
_row("trip_of1_ms", 300000, 180000, 1000000, AT_ADOPTION)
_row("trip_uf1_millihertz", 58500, 50000, 59000, AT_ADOPTION)
_row("trip_uf1_ms", 300000, 180000, 1000000, AT_ADOPTION)
_row("trip_uf2_millihertz", 56500, 50000, 57000, AT_ADOPTION)
_row("trip_uf2_ms", 160, 160, 1000000, AT_ADOPTION)
# Frequency droop (IEEE 1547-2018; evse.md 6.5, C): frequency per unit for one of the rating.
_row("droop_enabled", 1, 0, 1, AT_ADOPTION)
_row("droop_over_deadband_millihertz", 36, 17, 1000, AT_ADOPTION)
_row("droop_under_deadband_millihertz", 36, 17, 1000, AT_ADOPTION)
_row("droop_over_bp", 500, 200, 500, AT_ADOPTION)
_row("droop_under_bp", 500, 200, 500, AT_ADOPTION)
_row("droop_response_ms", 5000, 200, 10000, AT_ADOPTION)
# Volt-watt and the limit of active power (6.5, C), of the rating.
_row("volt_watt_enabled", 0, 0, 1, AT_ADOPTION)
_row("volt_watt_v1_bp", 10600, 10500, 10900, AT_ADOPTION)
_row("volt_watt_v2_bp", 11000, 10600, 11000, AT_ADOPTION)
_row("volt_watt_p2_bp", 2000, 0, 10000, AT_ADOPTION)
_row("volt_watt_response_ms", 10000, 500, 60000, AT_ADOPTION)
_row("limit_watt_enabled", 0, 0, 1, AT_START)
_row("limit_watt_bp", 10000, 0, 10000, AT_START)
_row("limit_watt_response_ms", 15000, 500, 30000, AT_START)
# Reactive power (6.5, C): one function at a time, `grid/support.py` names them; 0: none.
# Values of category B, of the rating; positive is injected.
_row("reactive_function", 0, 0, 4, AT_ADOPTION)
_row("reactive_response_ms", 5000, 1000, 10000, AT_START)
_row("constant_pf_bp", 10000, 9000, 10000, AT_ADOPTION)
_row("constant_pf_absorbs", 1, 0, 1, AT_ADOPTION)
_row("constant_var_bp", 0, -4400, 4400, AT_ADOPTION)
_row("volt_var_v1_bp", 9200, 7700, 10300, AT_ADOPTION)
_row("volt_var_v2_bp", 9800, 9200, 10500, AT_ADOPTION)
_row("volt_var_v3_bp", 10200, 9500, 10800, AT_ADOPTION)
_row("volt_var_v4_bp", 10800, 9700, 12300, AT_ADOPTION)
_row("volt_var_q1_bp", 4400, -4400, 4400, AT_ADOPTION)
_row("volt_var_q2_bp", 0, -4400, 4400, AT_ADOPTION)
_row("volt_var_q3_bp", 0, -4400, 4400, AT_ADOPTION)
_row("volt_var_q4_bp", -4400, -4400, 4400, AT_ADOPTION)
_row("volt_var_response_ms", 5000, 1000, 90000, AT_ADOPTION)
_row("volt_var_reference_bp", 10000, 9500, 10500, AT_ADOPTION)
_row("volt_var_reference_follows", 0, 0, 1, AT_ADOPTION)
_row("volt_var_reference_s", 300, 300, 5000, AT_ADOPTION)
_row("watt_var_p1_bp", 2000, 0, 8000, AT_ADOPTION)
_row("watt_var_p2_bp", 5000, 4000, 8000, AT_ADOPTION)
_row("watt_var_p3_bp", 10000, 5000, 10000, AT_ADOPTION)
_row("watt_var_q1_bp", 0, -4400, 4400, AT_ADOPTION)
_row("watt_var_q2_bp", 0, -4400, 4400, AT_ADOPTION)
_row("watt_var_q3_bp", -4400, -4400, 4400, AT_ADOPTION)
# A frequency that leaves faster than the category must ride through ends an export: where a
# grid is known to be that rough, it may be switched off (`grid/islanding.py`).
_row("island_supervision", 1, 0, 1, AT_START)
# Within it a vehicle that has ceased for a dip feeds 80 % again; 0.4 s by the standard
# (unconfirmed; evse.md 6.3, U), on which a round of the slow turns comes, 2.5 s at the most.
_row("restore_output_ms", 5000, 3000, 60000, AT_START)
# Silence of the vehicle link that ends an authorisation. A vehicle asks every 500 ms
# (ISO 15118-20; evse.md 6.8, C), so one message may be lost; J3072's own timers are
# unconfirmed (6.7, U).
_row("vehicle_link_timeout_ms", 1250, 600, 1400, AT_START)
# A vehicle has so long to acknowledge settings that have changed under its authorisation
# (J3072's own time is unconfirmed; evse.md 6.7, U).
_row("acknowledge_ms", 5000, 1000, 10000, AT_START)
# How long power may flow against its permission, and how much more than permitted. A source
# must have ceased within 2 s (evse.md 6.4, C), which includes the opening of contacts, 60 ms,
# and the wait for a turn, 150 ms; the amount is unconfirmed.
_row("permission_excess_ms", 1700, 500, 1700, AT_START)
_row("permission_excess_w", 500, 100, 2000, AT_START)
# Nothing public gives a ramp for set-points (evse.md 5.2, U).
_row("target_ramp_w_per_s", 500, 10, 20000, AT_START)
# Silence of a controller that has once beaten, until its targets and limits do not count.
# Between SmartEVSE's 11 s and OpenEVSE's 120 s (evse.md 5.1, C).
_row("controller_timeout_s", 60, 1, 3600, AT_RUN_TIME)
# The owner's switch, besides the utility's permission. Off after each start until it is set:
# nothing exports before its owner has enrolled.
_row("export_enabled", 0, 0, 1, AT_RUN_TIME)
# State of charge that is never exported: 20 % (a vendor's advice; evse.md 7, C).
_row("reserve_bp", 2000, 0, 10000, AT_RUN_TIME)
# Energy exported a day; −1: no limit of its own.
_row("export_day_limit_wh", -1, -1, 200000, AT_RUN_TIME)
# Charging for a departure begins this much earlier than the energy needs.
_row("departure_margin_s", 900, 0, 7200, AT_RUN_TIME)
# What the utility's client allows at most (SunSpec 702: WChaRteMax, WMax, WDisChaRteMax).
_row("import_max_w", 19200, 0, 19200, AT_RUN_TIME)
_row("export_max_w", 19200, 0, 19200, AT_RUN_TIME)
# Between the legs' voltages: more of it is a lost neutral. No source gives it (evse.md 4.3).
_row("legs_apart_mv", 30000, 5000, 120000, AT_START)
# How far from opposite the legs may be. Likewise; a wye service has 120°.
_row("leg_angle_tolerance_decideg", 150, 20, 450, AT_START)
# Between the legs' currents, of a vehicle that uses no neutral. Likewise.
_row("legs_apart_ma", 3000, 500, 20000, AT_START)
# A protective earth of more than this is none (unconfirmed; evse.md 3.4, U).
_row("earth_limit_ohm", 150, 10, 1000, AT_START)
# A vendor's limits for board, input wiring and handle, 0.1 °C (evse.md 4.4, C).
_row("board_hot_decic", 1000, 400, 1100, AT_START)
_row("terminal_hot_decic", 1000, 400, 1100, AT_START)
_row("handle_hot_decic", 780, 400, 900, AT_START)
# Rise of the terminal at 48 A that a sound one does not exceed, 0.1 K (unconfirmed).
_row("terminal_rise_decic", 400, 100, 900, AT_START)
# What is at the handle: proximity.PROFILE_NAMES. A tethered J1772 cable brings no proximity
# to the connector.
_row("proximity_profile", 0, 0, 3, AT_START)
# After an outage or a reset a visit goes on after a random part of this time, and by a ramp of
# this length, so that a street does not come back at once (unconfirmed).
_row("restart_delay_s", 60, 0, 1800, AT_START)
_row("restart_ramp_s", 60, 0, 1800, AT_START)
# A vehicle that was offered energy and stays in state B for so long is woken (SmartEVSE,
# EVerest 30 s; evse.md 1.5, C), so often: the standard allows one attempt.
_row("wake_after_s", 30, 5, 600, AT_START)
_row("wake_attempts", 1, 0, 3, AT_START)
# Is there a gateway whose switch islands the home (`backup.py`)?
_row("gateway_fitted", 0, 0, 1, AT_START)
# The owner's switch for backup, and the state of charge that it leaves, to drive with.
_row("backup_enabled", 0, 0, 1, AT_RUN_TIME)
_row("backup_reserve_bp", 2000, 500, 10000, AT_RUN_TIME)
# What the vehicle is used for: house.OPERATING_NAMES. By default for what it is asked.
_row("operating_mode", 1, 0, 4, AT_RUN_TIME)
# In the mode `peak_limit`: the most that may flow through the service, in and out; -1: any.
_row("service_import_max_w", NO_POWER_LIMIT_W, NO_POWER_LIMIT_W, 100000, AT_RUN_TIME)
_row("service_export_max_w", NO_POWER_LIMIT_W, NO_POWER_LIMIT_W, 100000, AT_RUN_TIME)
# A house meter that has said nothing new for so long is stale; within 2 s from then on
# nothing flows out by it (this design's).
_row("house_meter_timeout_ms", 2000, 300, 10000, AT_START)
# A grid that is bad for so long is out; what must be ridden through is shorter than 2 s or
# ends in a trip first (evse.md 6.3, C). The amount is this design's.
_row("outage_ms", 2000, 500, 10000, AT_START)
# And one that has been good for so long is back: this design's; export then waits for
# enter service besides.
_row("return_steady_s", 60, 1, 600, AT_START)
# Silence of the gateway: its state is stale after the first, the island ends after the second
# (this design's).
_row("gateway_timeout_ms", 1000, 300, 5000, AT_START)
_row("gateway_silence_s", 30, 0, 600, AT_START)
# The most by which an island may differ from the grid when the switch closes: values of the
# standard's table for up to 500 kVA (unconfirmed; evse.md 7, U), and for how long it is tried.
_row("sync_voltage_bp", 1000, 100, 1000, AT_START)
_row("sync_millihertz", 300, 50, 300, AT_START)
_row("sync_decideg", 200, 20, 200, AT_START)
_row("sync_s", 60, 5, 600, AT_START)
# After the switch has closed, until the vehicle says that it follows the grid (this design's).
_row("follow_ms", 100, 50, 1000, AT_START)
# Openings at full load that the contactor's data sheet gives it; 0: not known.
_row("contactor_life_openings", 0, 0, 1000000, AT_START)
# Modbus RTU.
_row("modbus_unit_id", 1, 1, 247, AT_START)
_row("modbus_baud", 19200, 1200, 115200, AT_START)
# Which profile the settings were made from, its version and 28 bits of its hash; 0: of none.
# Whoever loads a profile fills them in; here they are only told.
_row("profile_version", 0, 0, 65535, AT_START)
_row("profile_hash", 0, 0, 0xFFFFFFF, AT_START)
SETTINGS.seal()


def shift_of(index: int, nominal_millihertz: int) -> int:
    """By how much the allowed range of a row of the table is moved at this nominal frequency."""
    lowest = SETTINGS.numbers[NUMBERS * index + LOWEST]
    if nominal_millihertz == _OTHER_MILLIHERTZ and lowest >= _LEAST_FREQUENCY:
        if SETTINGS.names[index].endswith("_millihertz"):
            return _OTHER_MILLIHERTZ - NOMINAL_MILLIHERTZ
    return 0


class Settings:
    """One connector's settings; attributes named as in the table, integers in the unit named."""

    hardware_limit_ma: int
    breaker_ma: int
    site_failsafe_import_ma: int
    site_failsafe_export_ma: int
    ventilation_present: int
    line_low_mv: int
    line_high_mv: int
    leg_low_mv: int
    leg_high_mv: int
    supply_trip_ms: int
    nominal_millihertz: int
    frequency_low_millihertz: int
    frequency_high_millihertz: int
    nominal_line_mv: int
    single_phase: int
    enter_service_low_bp: int
    enter_service_high_bp: int
    enter_service_low_millihertz: int
    enter_service_high_millihertz: int
    enter_service_delay_s: int
    enter_service_ramp_s: int
    enter_service_random_s: int
    export_permitted: int
    permit_service: int
    abnormal_category: int
    normal_category: int
    utility_may_set: int
    trip_ov1_bp: int
    trip_ov1_ms: int
    trip_uv1_bp: int
    trip_uv1_ms: int
    trip_uv2_bp: int
    trip_uv2_ms: int
    trip_of2_millihertz: int
    trip_of2_ms: int
    trip_of1_millihertz: int
    trip_of1_ms: int
    trip_uf1_millihertz: int
    trip_uf1_ms: int
    trip_uf2_millihertz: int
    trip_uf2_ms: int
    droop_enabled: int
    droop_over_deadband_millihertz: int
    droop_under_deadband_millihertz: int
    droop_over_bp: int
    droop_under_bp: int
    droop_response_ms: int
    volt_watt_enabled: int
    volt_watt_v1_bp: int
    volt_watt_v2_bp: int
    volt_watt_p2_bp: int
    volt_watt_response_ms: int
    limit_watt_enabled: int
    limit_watt_bp: int
    limit_watt_response_ms: int
    reactive_function: int
    reactive_response_ms: int
    constant_pf_bp: int
    constant_pf_absorbs: int
    constant_var_bp: int
    volt_var_v1_bp: int
    volt_var_v2_bp: int
    volt_var_v3_bp: int
    volt_var_v4_bp: int
    volt_var_q1_bp: int
    volt_var_q2_bp: int
    volt_var_q3_bp: int
    volt_var_q4_bp: int
    volt_var_response_ms: int
    volt_var_reference_bp: int
    volt_var_reference_follows: int
    volt_var_reference_s: int
    watt_var_p1_bp: int
    watt_var_p2_bp: int
    watt_var_p3_bp: int
    watt_var_q1_bp: int
    watt_var_q2_bp: int
    watt_var_q3_bp: int
    island_supervision: int
    restore_output_ms: int
    vehicle_link_timeout_ms: int
    acknowledge_ms: int
    permission_excess_ms: int
    permission_excess_w: int
    target_ramp_w_per_s: int
    controller_timeout_s: int
    export_enabled: int
    reserve_bp: int
    export_day_limit_wh: int
    departure_margin_s: int
    import_max_w: int
    export_max_w: int
    legs_apart_mv: int
    leg_angle_tolerance_decideg: int
    legs_apart_ma: int
    earth_limit_ohm: int
    board_hot_decic: int
    terminal_hot_decic: int
    handle_hot_decic: int
    terminal_rise_decic: int
    proximity_profile: int
    restart_delay_s: int
    restart_ramp_s: int
    wake_after_s: int
    wake_attempts: int
    gateway_fitted: int
    backup_enabled: int
    backup_reserve_bp: int
    operating_mode: int
    service_import_max_w: int
    service_export_max_w: int
    house_meter_timeout_ms: int
    outage_ms: int
    return_steady_s: int
    gateway_timeout_ms: int
    gateway_silence_s: int
    sync_voltage_bp: int
    sync_millihertz: int
    sync_decideg: int
    sync_s: int
    follow_ms: int
    contactor_life_openings: int
    modbus_unit_id: int
    modbus_baud: int
    profile_version: int
    profile_hash: int

    def __init__(self) -> None:
        for index in range(len(SETTINGS)):
            setattr(self, SETTINGS.names[index], SETTINGS.numbers[NUMBERS * index])

    def load(self, values) -> str:  # type: ignore[no-untyped-def]
        """Take over `values`, integers in table order. Returns the first name refused, or "".

        Nothing is taken over when one value is refused.
        """
        names = SETTINGS.names
        numbers = SETTINGS.numbers
        place = names.index("nominal_millihertz")
        nominal = values[place]
        at = 0
        for index in range(len(names)):
            value = values[index]
            if index == place and value % _STEP_MILLIHERTZ:
                return names[index]
            if nominal == _OTHER_MILLIHERTZ:
                value -= shift_of(index, nominal)
            if not numbers[at + LOWEST] <= value <= numbers[at + HIGHEST]:
                return names[index]
            at += NUMBERS
        for index in range(len(names)):
            setattr(self, names[index], values[index])
        return ""

    def version(self) -> int:
        """A number of 16 bits, never 0, of all settings but those for run time."""
        return self.version_on(1, 0, len(SETTINGS)) or 1

    def version_on(self, version: int, first: int, end: int) -> int:
        """The same of rows first … end − 1, on what the rows before them have made of 1."""
        names = SETTINGS.names
        numbers = SETTINGS.numbers
        at = NUMBERS * first + WHEN
        for name in names[first:end]:
            if numbers[at] != AT_RUN_TIME:
                value = getattr(self, name) + 1
                version = (version * 31 + (value & _LOW_BITS)) % _PRIME
                version = (version * 31 + (value >> 15)) % _PRIME
            at += NUMBERS
        return version
