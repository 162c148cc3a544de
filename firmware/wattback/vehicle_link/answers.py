"""Answers: what the connector tells a vehicle, written in parts of a few pairs.

Values come straight from the core's status, report and settings, and from the trip table, so that
nothing is told that the connector does not itself keep to. Keys are those of
`docs/vehicle_link.cddl`.
"""

from micropython import const

from wattback.codec.cbor import Writer
from wattback.codec.frames import MESSAGE_AT
from wattback.export import WAIT_CONTACTOR, WAIT_TARGET
from wattback.grid.support import CONSTANT_PF, CONSTANT_VAR, VOLT_VAR, WATT_VAR
from wattback.settings import Settings
from wattback.vehicle_link.requests import CHARGE_LOOP, CHARGE_PARAMETER_DISCOVERY, FAILED

_MESSAGE = const(0)
_SESSION_ID = const(1)
_SETTINGS_VERSION = const(22)
_RESPONSE_CODE = const(23)
_REFUSAL = const(24)
_EVSE_MAXIMUM_CHARGE_POWER = const(25)
_EVSE_MAXIMUM_DISCHARGE_POWER = const(26)
_EVSE_NOMINAL_VOLTAGE = const(27)
_EVSE_NOMINAL_FREQUENCY = const(28)
_EVSE_POWER_RAMP_LIMITATION = const(29)
_REQUIRED_DER_OPERATING_MODE = const(30)
_GRID_CONNECTION_MODE = const(31)
_PERMIT_SERVICE = const(32)
_ENTER_SERVICE_VOLTAGE_HIGH = const(33)
_ENTER_SERVICE_VOLTAGE_LOW = const(34)
_ENTER_SERVICE_FREQUENCY_HIGH = const(35)
_ENTER_SERVICE_FREQUENCY_LOW = const(36)
_ENTER_SERVICE_DELAY = const(37)
_ENTER_SERVICE_RAMP_TIME = const(38)
_MUST_TRIP_CURVES = const(39)  # over and under voltage, over and under frequency
_EVSE_TARGET_ACTIVE_POWER = const(43)
_EVSE_NOTIFICATION = const(44)
# What is switched off is not told.
_FREQUENCY_DROOP = const(45)
_VOLT_WATT = const(46)
_LIMIT_MAX_DISCHARGE_POWER = const(47)
_CONSTANT_POWER_FACTOR = const(48)
_CONSTANT_VAR = const(49)
_VOLT_VAR = const(50)
_WATT_VAR = const(51)
_VOLT_VAR_REFERENCE = const(52)
_EVSE_TARGET_VOLTAGE = const(55)  # while it forms
_EVSE_TARGET_FREQUENCY = const(56)
_EVSE_UPDATE_TIME = const(57)  # while something is to be heard sooner than usual

_PU_BP = const(10000)
_GRID_FOLLOWING = const(0)
_GRID_CONNECTED = const(0)
_EXIT_STANDBY = const(1)

_HEAD_PAIRS = const(3)
_DISCOVERY_PAIRS = const(20)
_LOOP_PAIRS = const(6)
_FORMING_PAIRS = const(2)
# Parts of an answer to a discovery, of a loop, and of every other, which is all head.
_DISCOVERY_PARTS = const(9)
_FIRST_FUNCTION = const(6)
_LOOP_PARTS = const(1)


class Answer:
    """Writes one answer at a time into the buffer of a message."""

    def __init__(self, connector, buffer: bytearray) -> None:  # type: ignore[no-untyped-def]
        self._connector = connector
        self._status = connector.status
        self._settings = connector.settings
        self._version = 0
        self._wanted = 0  # 1: what is asked of it waits for nothing but its S2
        self._forming = 0  # 1: it is to be the source of an island
        self._update_ms = 0
        self._writer = Writer(buffer)
        self._message = 0
        self._part = 0
        self._parts = 0

    def start(self, message: int, session: int, code: int) -> None:
        """Begin the answer to a request. code: from FAILED on nothing but itself is told."""
        status = self._connector.status  # one picture for the whole answer
        self._status = status
        # And one set of settings: others may be adopted while it is written.
        self._settings = self._connector.settings
        self._version = self._connector.vehicle.settings_version
        self._wanted = 0 if status.export_waits & ~WAIT_CONTACTOR else 1
        backup = self._connector.backup
        self._forming = backup.forming if backup else 0
        self._update_ms = backup.update_ms if backup else 0
        if self._forming:
            self._wanted = 1
        self._message = message
        self._part = 0
        self._parts = 0
        pairs = _HEAD_PAIRS
        if code >= FAILED:
            pairs -= 1
        elif message == CHARGE_PARAMETER_DISCOVERY:
            pairs += _DISCOVERY_PAIRS + _functions(self._settings)
            self._parts = _DISCOVERY_PARTS
        elif message == CHARGE_LOOP:
            pairs += _LOOP_PAIRS + self._wanted
            pairs += (_FORMING_PAIRS if self._forming else 0) + (1 if self._update_ms else 0)
            self._parts = _LOOP_PARTS
        writer = self._writer
        writer.start(MESSAGE_AT)
        writer.map(pairs)
        self._pair(_MESSAGE, message + 1 if message else 0)
        if code < FAILED:
            self._pair(_SESSION_ID, session)
        self._pair(_RESPONSE_CODE, code)

    def step(self) -> int:
        """Write one part; returns where the CBOR ends once all is written, else 0."""
        part = self._part
        if part == self._parts:
            return self._writer.at
        self._part = part + 1
        if self._message == CHARGE_LOOP:
            self._write_loop()
        elif part == 0:
            self._write_power()
        elif part == 1:
            self._write_enter_service()
        elif part < _FIRST_FUNCTION:
            self._write_curve(part - 2)
        elif part == _FIRST_FUNCTION:
            self._write_droop()
        elif part == _FIRST_FUNCTION + 1:
            self._write_active()
        else:
            self._write_reactive()
        return 0

    def _pair(self, key: int, value: int) -> None:
        self._writer.integer(key)
        self._writer.integer(value)

    def _write_loop(self) -> None:
        self._pair(_SETTINGS_VERSION, self._version)
        self._pair(_EVSE_TARGET_ACTIVE_POWER, self._status.target_w)
        self._write_powers()
        self._pair(_REQUIRED_DER_OPERATING_MODE, self._forming)
        self._write_permit()
        if self._forming:
            backup = self._connector.backup
            self._pair(_EVSE_TARGET_VOLTAGE, backup.target_mv)
            self._pair(_EVSE_TARGET_FREQUENCY, backup.target_millihertz)
        if self._update_ms:
            self._pair(_EVSE_UPDATE_TIME, self._update_ms)
        if self._wanted:
            self._pair(_EVSE_NOTIFICATION, _EXIT_STANDBY)

    def _write_power(self) -> None:
        vehicle = self._connector.vehicle
        settings = self._settings
        self._pair(_REFUSAL, vehicle.refusal)
        self._pair(_SETTINGS_VERSION, self._version)
        self._write_powers()
        self._pair(_EVSE_NOMINAL_VOLTAGE, settings.nominal_line_mv)
        self._pair(_EVSE_NOMINAL_FREQUENCY, settings.nominal_millihertz)
        self._pair(_EVSE_POWER_RAMP_LIMITATION, settings.target_ramp_w_per_s)

    def _write_enter_service(self) -> None:
        settings = self._settings
        self._pair(_REQUIRED_DER_OPERATING_MODE, _GRID_FOLLOWING)
        self._pair(_GRID_CONNECTION_MODE, _GRID_CONNECTED)
        self._write_permit()
        self._pair(_ENTER_SERVICE_VOLTAGE_HIGH, settings.enter_service_high_bp)
        self._pair(_ENTER_SERVICE_VOLTAGE_LOW, settings.enter_service_low_bp)
        self._pair(_ENTER_SERVICE_FREQUENCY_HIGH, settings.enter_service_high_millihertz)
        self._pair(_ENTER_SERVICE_FREQUENCY_LOW, settings.enter_service_low_millihertz)
        self._pair(_ENTER_SERVICE_DELAY, settings.enter_service_delay_s)
        # Its delay runs beside ours, so a random part need not be told; with one there is no ramp.
        ramp_s = 1 if settings.enter_service_random_s else settings.enter_service_ramp_s
        self._pair(_ENTER_SERVICE_RAMP_TIME, ramp_s)

    def _write_powers(self) -> None:
        report = self._connector.report
        self._pair(_EVSE_MAXIMUM_CHARGE_POWER, report.import_power_w)
        self._pair(_EVSE_MAXIMUM_DISCHARGE_POWER, report.export_power_w)

    def _write_permit(self) -> None:
        status = self._status
        against = status.export_waits & ~(WAIT_TARGET | WAIT_CONTACTOR)
        self._writer.integer(_PERMIT_SERVICE)
        # What ends an export by its ramp does not forbid what the ramp still asks for.
        self._writer.flag(status.target_w > 0 or not against)

    def _write_curve(self, which: int) -> None:
        # The trip table has two rows a curve, in the order of the curves' keys.
        writer = self._writer
        trips = self._connector.dispatch.trips
        writer.integer(_MUST_TRIP_CURVES + which)
        writer.array(2)
        for index in range(2 * which, 2 * which + 2):
            writer.array(2)
            writer.integer(trips.thresholds[index])
            writer.integer(trips.times_ms[index])

    def _list(self, key: int, *values: int) -> None:
        writer = self._writer
        writer.integer(key)
        writer.array(len(values))
        for value in values:
            writer.integer(value)

    def _write_points(self, key: int, response_ms: int, *values: int) -> None:
        # The response, then pairs of x and y.
        writer = self._writer
        writer.integer(key)
        writer.array(1 + len(values) // 2)
        writer.integer(response_ms)
        for index in range(0, len(values), 2):
            writer.array(2)
            writer.integer(values[index])
            writer.integer(values[index + 1])

    def _write_droop(self) -> None:
        settings = self._settings
        if settings.droop_enabled:
            self._list(
                _FREQUENCY_DROOP,
                settings.droop_over_deadband_millihertz,
                settings.droop_under_deadband_millihertz,
                settings.droop_over_bp,
                settings.droop_under_bp,
                settings.droop_response_ms,
            )

    def _write_active(self) -> None:
        settings = self._settings
        if settings.volt_watt_enabled:
            self._write_points(
                _VOLT_WATT,
                settings.volt_watt_response_ms,
                settings.volt_watt_v1_bp,
                _PU_BP,
                settings.volt_watt_v2_bp,
                settings.volt_watt_p2_bp,
            )
        if settings.limit_watt_enabled:
            self._list(
                _LIMIT_MAX_DISCHARGE_POWER,
                settings.limit_watt_bp,
                settings.limit_watt_response_ms,
            )

    def _write_reactive(self) -> None:
        settings = self._settings
        which = settings.reactive_function
        response_ms = settings.reactive_response_ms
        if which == CONSTANT_PF:
            self._list(
                _CONSTANT_POWER_FACTOR,
                settings.constant_pf_bp,
                settings.constant_pf_absorbs,
                response_ms,
            )
        elif which == CONSTANT_VAR:
            self._list(_CONSTANT_VAR, settings.constant_var_bp, response_ms)
        elif which == VOLT_VAR:
            self._write_volt_var(settings)
        elif which == WATT_VAR:
            self._write_points(
                _WATT_VAR,
                response_ms,
                settings.watt_var_p1_bp,
                settings.watt_var_q1_bp,
                settings.watt_var_p2_bp,
                settings.watt_var_q2_bp,
                settings.watt_var_p3_bp,
                settings.watt_var_q3_bp,
            )

    def _write_volt_var(self, settings: Settings) -> None:
        self._write_points(
            _VOLT_VAR,
            settings.volt_var_response_ms,
            settings.volt_var_v1_bp,
            settings.volt_var_q1_bp,
            settings.volt_var_v2_bp,
            settings.volt_var_q2_bp,
            settings.volt_var_v3_bp,
            settings.volt_var_q3_bp,
            settings.volt_var_v4_bp,
            settings.volt_var_q4_bp,
        )
        self._list(
            _VOLT_VAR_REFERENCE,
            settings.volt_var_reference_bp,
            settings.volt_var_reference_follows,
            settings.volt_var_reference_s,
        )


def _functions(settings: Settings) -> int:
    # Pairs of the functions that are switched on.
    count = settings.droop_enabled + settings.volt_watt_enabled + settings.limit_watt_enabled
    if settings.reactive_function:
        count += 2 if settings.reactive_function == VOLT_VAR else 1
    return count
