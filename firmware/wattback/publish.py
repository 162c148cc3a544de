"""Publishing: what the parts know becomes Status every tick, and Report a few fields a tick."""

from micropython import const

from wattback.limits import (
    MODE_GRID,
    MODE_ISLAND,
    OWNER_PROGRAMME,
    OWNER_SITE,
    OWNER_TECHNICIAN,
)
from wattback.retained import (
    BROWN_OUTS,
    EXPORT_WH,
    IMPORT_WH,
    OPENINGS,
    WATCHDOG_RESETS,
)
from wattback.signals import NO_GATEWAY, Inputs, Report, Status
from wattback.targets import OWNER_PROGRAMME as TARGET_OF_PROGRAMME
from wattback.targets import OWNER_SITE as TARGET_OF_SITE

# Turns that a port may ask for at once, when it cannot do with what is a little older.
TURN_SITE = const(3)
TURN_PROGRAMME = const(4)
TURN_CLOCK = const(7)
TURN_TECHNICIAN = const(8)
_TURN_BACKUP = const(9)
REPORT_TURNS = const(10)  # until every field of a Report is renewed
_SEQUENCE_MASK = const((1 << 29) - 1)


def publish_status(connector, status: Status, inputs: Inputs) -> None:  # type: ignore[no-untyped-def]
    """Fill `status` with this tick; nobody reads it yet."""
    pilot = connector.pilot
    contactor = connector.contactor
    limits = connector.limits
    dispatch = connector.dispatch
    status.sequence = (connector.status.sequence + 1) & _SEQUENCE_MASK
    status.pilot_state = pilot.state
    status.pilot_high_mv = inputs.pilot_high_mv
    status.pilot_low_mv = inputs.pilot_low_mv
    status.duty_bp = pilot.duty_bp
    status.contactor_commanded = contactor.commanded
    status.contactor_confirmed = contactor.confirmed
    status.open_cause = contactor.open_cause
    status.session_state = connector.session.state
    status.waiting_for = connector.waiting_for
    status.export_waits = dispatch.waits
    backup = connector.backup
    if backup:
        status.mode = MODE_ISLAND if backup.engaged else MODE_GRID
        status.grid_switch_closed = backup.switch_closed
        status.backup_state = backup.state
    status.in_service = dispatch.enter_service.in_service
    status.import_limit_ma = limits.import_ma
    status.export_limit_ma = limits.export_ma
    status.import_limit_owner = limits.import_owner
    status.export_limit_owner = limits.export_owner
    status.offered_ma = pilot.offered_ma
    status.target_w = dispatch.targets.target_w
    status.target_owner = dispatch.owner
    status.power_w = inputs.power_w
    status.reactive_var = inputs.reactive_var
    status.voltage_l1_mv = inputs.voltage_l1_mv
    status.voltage_l2_mv = inputs.voltage_l2_mv
    status.current_ma = connector.current_ma
    status.frequency_millihertz = inputs.frequency_millihertz
    # What a power cut would take back is told to nobody.
    status.import_wh = connector.stored[IMPORT_WH]
    status.export_wh = connector.stored[EXPORT_WH]
    status.faults = connector.faults.active


def publish_report(connector, report: Report, turn: int) -> None:  # type: ignore[no-untyped-def]
    """Renew the fields whose turn it is, 0 … REPORT_TURNS - 1."""
    dispatch = connector.dispatch
    vehicle = dispatch.vehicle
    if turn == 0:
        report.uptime_s = connector.uptime_s
        report.reset_cause = connector.reset_cause
        report.missed_ticks = connector.missed_ticks
        report.closings = connector.contactor.closings
        report.hot_openings = connector.contactor.hot_openings
        report.worn_openings = connector.contactor.worn_openings
        report.opening_faults = connector.opening_faults
        report.opening_waits = connector.opening_waits
        report.opening_export_waits = connector.opening_export_waits
    elif turn == 1:
        targets = dispatch.targets
        report.service_left_s = dispatch.enter_service.left_s
        report.target_state = targets.state
        report.target_asked_w = targets.asked_w
        report.target_left_s = _seconds(targets.left_ms)
    elif turn == 2:
        report.import_power_w = dispatch.import_power_w
        report.export_power_w = dispatch.export_power_w
        report.controller_state = dispatch.heartbeat.state
        report.settings_version = vehicle.settings_version
        report.trip_row = dispatch.trip_row
        report.trip_acted = dispatch.trip_acted
    elif turn == TURN_SITE:
        slot = connector.limits.slots[OWNER_SITE]
        report.site_import_ma = slot.import_ma
        report.site_export_ma = slot.export_ma
        report.site_left_s = _seconds(slot.remaining_ms)
        wish = dispatch.targets.slots[TARGET_OF_SITE - TARGET_OF_PROGRAMME]
        report.site_target_enabled = wish.enabled
        report.site_target_w = wish.w
        report.site_target_left_s = _seconds(wish.left_ms)
    elif turn == TURN_PROGRAMME:
        slot = connector.limits.slots[OWNER_PROGRAMME]
        report.programme_export_ma = slot.export_ma
        report.programme_left_s = _seconds(slot.remaining_ms)
        wish = dispatch.targets.slots[0]
        report.programme_target_enabled = wish.enabled
        report.programme_target_w = wish.w
        report.programme_target_left_s = _seconds(wish.left_ms)
    elif turn == 5:
        report.vehicle_link = vehicle.link
        report.vehicle_refusal = vehicle.refusal
        report.soc_bp = vehicle.soc_bp
        report.vehicle_charge_w = vehicle.charge_w
        report.vehicle_discharge_w = vehicle.discharge_w
    elif turn == 6:
        report.reserve_bp = dispatch.export.reserve_bp
        report.need_wh = vehicle.need_wh
        report.departure_s = vehicle.departure_s
        publish_openings(connector, report, connector.contactor.counted)
    elif turn == TURN_TECHNICIAN:
        slot = connector.limits.slots[OWNER_TECHNICIAN]
        report.technician_import_ma = slot.import_ma
        report.technician_export_ma = slot.export_ma
        report.technician_left_s = _seconds(slot.remaining_ms)
        report.paused_by = connector.limits.paused
        report.watchdog_resets = connector.retained[WATCHDOG_RESETS]
        report.brown_outs = connector.retained[BROWN_OUTS]
    elif turn == _TURN_BACKUP:
        if connector.backup:
            connector.backup.publish(report, connector.stored)
        else:
            report.backup_waits = NO_GATEWAY
    else:
        report.export_day_wh = dispatch.export.day_wh
        report.export_day_left_s = dispatch.export.day_left_s
        report.civil_day = dispatch.export.civil_day
        report.civil_s = dispatch.export.civil_s


def publish_openings(connector, report: Report, counted: int) -> None:  # type: ignore[no-untyped-def]
    """Renew one count of openings, by its place in OPENING_NAMES."""
    setattr(report, connector.opening_names[counted], connector.retained[OPENINGS + counted])


def _seconds(ms: int) -> int:
    return -1 if ms < 0 else (ms + 999) // 1000
