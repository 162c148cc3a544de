"""What crosses the edges of the control plane: inputs, outputs, status. Integers only.

Sign, everywhere: positive power and current flow out of the vehicle (export, discharge), negative
into it (import, charge); the generator convention of IEEE 1547 and SunSpec. Limits and offers are
magnitudes. The objects are built once; a tick only assigns to their attributes, because a tick may
not allocate. Booleans are 0 and 1, so that every field fits an int32 frame or register.
"""


class Inputs:
    """What a board measured for this tick.

    pilot_high_mv, pilot_low_mv: the pilot's upper and lower level in the last millisecond.
    voltage_l1_mv, voltage_l2_mv: supply legs to neutral, RMS, upstream of the contactor.
    current_l1_ma, current_l2_ma: RMS per leg with the sign of its power.
    power_w: active power of both legs together.
    frequency_millihertz: of the supply; 0 while there is no voltage to count.
    contactor_aux_closed: the auxiliary contact that moves with the main contacts.
    ground_fault_latched: the hardware latch has tripped (it cuts the coil by itself).
    """

    def __init__(self) -> None:
        self.pilot_high_mv = 0
        self.pilot_low_mv = 0
        self.voltage_l1_mv = 0
        self.voltage_l2_mv = 0
        self.current_l1_ma = 0
        self.current_l2_ma = 0
        self.power_w = 0
        self.frequency_millihertz = 0
        self.contactor_aux_closed = 0
        self.ground_fault_latched = 0


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


class Status:
    """What the connector tells about itself: one consistent picture of one tick.

    The connector keeps two of these and publishes them in turn, so a reader in the service plane
    holds one that does not change for a whole tick; `sequence` tells whether it was overtaken.
    """

    def __init__(self) -> None:
        self.sequence = 0
        self.pilot_state = 0
        self.pilot_high_mv = 0
        self.pilot_low_mv = 0
        self.duty_bp = 0
        self.contactor_commanded = 0
        self.contactor_confirmed = 0
        self.open_cause = 0
        self.session_state = 0
        self.waiting_for = 0
        self.mode = 0
        self.import_limit_ma = 0
        self.export_limit_ma = 0
        self.import_limit_owner = 0
        self.export_limit_owner = 0
        self.offered_ma = 0
        self.power_w = 0
        self.voltage_l1_mv = 0
        self.voltage_l2_mv = 0
        self.current_ma = 0
        self.frequency_millihertz = 0
        self.import_wh = 0
        self.export_wh = 0
        self.faults = 0
        self.closings = 0
        self.hot_openings = 0
