"""Protection: what every tick senses, in order, and the faults that are present now.

Each part judges its own inputs and knows nothing of the others; what one must know of another is
handed over here: whether the meter can be believed, whether the contactor is open, whether the
pilot tells the vehicle to stop. What can wait for its turn is in `turns.py`.
"""

from wattback.contactor import LIVE_MV
from wattback.facts import UNLOADED_MA, UNLOADED_MS
from wattback.fault_table import METER_IMPLAUSIBLE, SUPPLY_OUT_OF_WINDOW
from wattback.pilot import DUTY_F, STATE_A, STATE_E
from wattback.session import BACKUP, DISCHARGING
from wattback.signals import Inputs
from wattback.vehicle import LINK_NONE


def sense(connector, inputs: Inputs, dt_ms: int) -> None:  # type: ignore[no-untyped-def]
    """Let every part take this tick's sample."""
    settings = connector.settings
    pilot = connector.pilot
    contactor = connector.contactor
    supply = connector.supply
    backup = connector.backup
    state = connector.session.state
    supply.sense(
        inputs.voltage_l1_mv,
        inputs.voltage_l2_mv,
        inputs.frequency_millihertz,
        inputs.leg_angle_decideg,
        1 if DISCHARGING <= state <= BACKUP else 0,
        settings,
        dt_ms,
    )
    if supply.fault_bits and backup and backup.watching and connector.magnitude_ma < UNLOADED_MA:
        # An outage that is dealt with is no fault, and a vehicle that draws nothing is not waited
        # for; one that still draws is cut off as by any other supply that has gone.
        supply.fault_bits &= ~SUPPLY_OUT_OF_WINDOW
        connector.unloaded_ms = UNLOADED_MS
    pilot.sense(inputs.pilot_high_mv, inputs.pilot_low_mv, dt_ms)
    if pilot.state == STATE_A and connector.vehicle.link != LINK_NONE:
        # The tick that finds it opens the contactor, which is enough for one: the next loses it.
        if not connector.session.closed:
            connector.dispatch.lose_vehicle(settings)
    contactor.sense(inputs.contactor_aux_closed, inputs.coil_driven, dt_ms)
    if inputs.load_mv > LIVE_MV:
        contactor.dead = 0  # what it means is judged in a turn, but nothing closes from now on
    interlocks = connector.interlocks
    if (
        inputs.emergency_stopped
        or inputs.disconnect_open
        or inputs.reset_pressed
        or interlocks.busy
    ):
        interlocks.sense(inputs, dt_ms)
        if interlocks.pressed:
            connector.reset_faults(1)
    _sense_ground_fault(connector, inputs, dt_ms)
    one_ma = inputs.current_l1_ma
    other_ma = inputs.current_l2_ma
    connector.current_ma = one_ma if abs(one_ma) >= abs(other_ma) else other_ma
    connector.magnitude_ma = abs(connector.current_ma)
    connector.dispatch.guard(
        inputs.voltage_l1_mv + inputs.voltage_l2_mv,
        inputs.frequency_millihertz,
        0 if backup and (backup.engaged or backup.forbids) else supply.fit,
        settings,
        dt_ms,
    )


def sense_load(connector, lap_ms: int) -> None:  # type: ignore[no-untyped-def]
    """Judge the vehicle's side of the contacts; `lap_ms` since it was last."""
    contactor = connector.contactor
    if connector.slow_bits & METER_IMPLAUSIBLE:
        contactor.dead = 0  # what cannot be decided closes nothing
        return
    pilot = connector.pilot
    silent = pilot.duty_bp == DUTY_F or pilot.state == STATE_E
    contactor.sense_load(connector.inputs, 1 if silent else 0, lap_ms)


def _sense_ground_fault(connector, inputs: Inputs, dt_ms: int) -> None:  # type: ignore[no-untyped-def]
    contactor = connector.contactor
    ground_fault = connector.ground_fault
    may_test = (
        not contactor.commanded
        and not contactor.confirmed
        and not connector.session.offering
        and not connector.slow_bits & METER_IMPLAUSIBLE
    )
    ground_fault.sense(
        inputs.ground_fault_latched,
        abs(inputs.residual_ua),
        1 if may_test else 0,
        contactor.commanded,
        contactor.confirmed,
        dt_ms,
    )
    if contactor.confirmed and not contactor.commanded and ground_fault.valid:
        ground_fault.spend()  # a closing that nobody asked for has used the test up


def present(connector) -> int:  # type: ignore[no-untyped-def]
    """The faults whose causes are present now, as bits of the fault table."""
    bits: int = (
        connector.pilot.fault_bits
        | connector.contactor.fault_bits
        | connector.contactor.load_bits
        | connector.interlocks.fault_bits
        | connector.supply.fault_bits
        | connector.ground_fault.fault_bits
        | connector.slow_bits
    )
    return bits


def renew_slow_bits(connector) -> None:  # type: ignore[no-untyped-def]
    """What judges in turns has judged: gather its faults for every tick until the next turn."""
    connector.slow_bits = (
        connector.overcurrent.fault_bits
        | connector.dispatch.permission.fault_bits
        | connector.plausible.fault_bits
        | connector.thermal.fault_bits
        | connector.proximity.fault_bits
        | connector.contactor.wear_bits(connector.settings.contactor_life_openings)
        | connector.settings_fault
    )
