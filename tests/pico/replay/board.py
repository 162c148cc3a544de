"""The smallest board: it samples recorded words and keeps what it drives.

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

    def sample(self, inputs: Inputs) -> None:
        """See `wattback.boards`."""
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
        inputs.contactor_aux_closed = frame[11]
        inputs.ground_fault_latched = frame[12]

    def drive(self, outputs: Outputs) -> None:
        """See `wattback.boards`."""
        driven = self.driven
        driven[0] = outputs.pilot_duty_bp
        driven[1] = outputs.contactor_closed
        driven[2] = outputs.ground_fault_test
        driven[3] = outputs.ground_fault_reset
