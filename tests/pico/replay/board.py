"""The smallest board: it measures and samples recorded words and keeps what it drives.

The evening is recorded with it on CPython and replayed with it on the emulated Pico.
"""

from array import array

from wattback.signals import Inputs, Outputs

from .words import RECORD_WORDS

OUTPUT_WORDS = 4


class RecordedBoard:
    """frame: the record of this tick, see `words.py`. driven: the last outputs."""

    def __init__(self) -> None:
        self.frame = array("i", [0] * RECORD_WORDS)
        self.driven = [0] * OUTPUT_WORDS

    def measure(self, inputs: Inputs) -> None:
        """What no tick does on a real board: half-way between two, or in the loop around them."""
        frame = self.frame
        inputs.pilot_high_mv = frame[2]
        inputs.pilot_low_mv = frame[3]
        inputs.voltage_l1_mv = frame[4]
        inputs.voltage_l2_mv = frame[5]
        inputs.current_l1_ma = frame[6]
        inputs.current_l2_ma = frame[7]
        inputs.power_w = frame[8]
        inputs.reactive_var = frame[9]
        inputs.frequency_millihertz = frame[10]
        inputs.leg_angle_decideg = frame[11]
        inputs.load_mv = frame[12]
        inputs.load_angle_decideg = frame[13]
        inputs.residual_ua = frame[14]
        inputs.board_decic = frame[16]
        inputs.terminal_decic = frame[17]
        inputs.handle_decic = frame[18]
        inputs.proximity_ohm = frame[19]
        inputs.handle_loose = frame[25]
        inputs.reset_pressed = frame[26]

    def sample(self, inputs: Inputs) -> None:
        """See `wattback.boards`. As much of it as `boards/pico/board.py` leaves to the tick."""
        frame = self.frame
        inputs.earth_ohm = frame[15]
        inputs.contactor_aux_closed = frame[20]
        inputs.coil_driven = frame[21]
        inputs.ground_fault_latched = frame[22]
        inputs.emergency_stopped = frame[23]
        inputs.disconnect_open = frame[24]

    def drive(self, outputs: Outputs) -> None:
        """See `wattback.boards`."""
        driven = self.driven
        driven[0] = outputs.pilot_duty_bp
        driven[1] = outputs.contactor_closed
        driven[2] = outputs.ground_fault_test
        driven[3] = outputs.ground_fault_reset
