"""The simulated board: the whole world comes and goes in frames of int32 words.

The simulator sends one frame and waits for one answer, so time passes only by its leave. The same
class runs in a MicroPython process and inside CPython. Frames are arrays read and written in
place; the name lists below are their layout, and the host reads them from here.
"""

import sys
from array import array

from micropython import heap_lock, heap_unlock

from wattback import retained
from wattback.connector import Connector
from wattback.settings import SETTINGS
from wattback.signals import Inputs, Outputs, Status

# Word 0 of a frame says what it is, word 1 counts frames, word 2 is the board's time in ms.
KIND_BOOT = 1  # settings, then retained words; power comes on
KIND_TICK = 2  # inputs; one tick
KIND_SERVICE = 3  # a command (code and four arguments) for the queue; answered at once
HEAD_WORDS = 3

INPUT_NAMES = (
    "pilot_high_mv",
    "pilot_low_mv",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "current_l1_ma",
    "current_l2_ma",
    "power_w",
    "frequency_millihertz",
    "contactor_aux_closed",
    "ground_fault_latched",
)
# Word 2 of an answer: to a command why it was refused, to settings 1 + the index refused, else 0.
OUTPUT_NAMES = (
    "pilot_duty_bp",
    "contactor_closed",
    "ground_fault_test",
    "ground_fault_reset",
)
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
    "mode",
    "import_limit_ma",
    "export_limit_ma",
    "import_limit_owner",
    "export_limit_owner",
    "offered_ma",
    "power_w",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "current_ma",
    "frequency_millihertz",
    "import_wh",
    "export_wh",
    "faults",
    "closings",
    "hot_openings",
)
IN_WORDS = HEAD_WORDS + max(len(SETTINGS) + retained.WORDS, len(INPUT_NAMES), 5)
OUTPUT_AT = HEAD_WORDS
STATUS_AT = OUTPUT_AT + len(OUTPUT_NAMES)
RETAINED_AT = STATUS_AT + len(STATUS_NAMES)
OUT_WORDS = RETAINED_AT + retained.WORDS


class SimBoard:
    """A board made of two frames of int32: `answer` turns frame_in into frame_out."""

    def __init__(self) -> None:
        self.frame_in = array("i", [0] * IN_WORDS)
        self.frame_out = array("i", [0] * OUT_WORDS)
        self.connector: Connector = None  # type: ignore[assignment]  # until power comes on

    def answer(self) -> None:
        """Carry out frame_in and fill frame_out. Raises what the firmware raises."""
        frame = self.frame_in
        out = self.frame_out
        kind = frame[0]
        out[0] = kind
        out[1] = frame[1]
        out[2] = 0
        if kind == KIND_TICK:
            heap_lock()
            try:
                self.connector.tick(frame[2])
            finally:
                heap_unlock()
            self._tell(self.connector.status)
        elif kind == KIND_SERVICE:
            out[2] = self.connector.queue.put(frame[3], frame[4], frame[5], frame[6], frame[7])
        elif kind == KIND_BOOT:
            out[2] = self._boot()
        else:
            raise ValueError("unknown frame kind %d" % kind)

    def sample(self, inputs: Inputs) -> None:
        """See `wattback.boards`."""
        frame = self.frame_in
        inputs.pilot_high_mv = frame[3]
        inputs.pilot_low_mv = frame[4]
        inputs.voltage_l1_mv = frame[5]
        inputs.voltage_l2_mv = frame[6]
        inputs.current_l1_ma = frame[7]
        inputs.current_l2_ma = frame[8]
        inputs.power_w = frame[9]
        inputs.frequency_millihertz = frame[10]
        inputs.contactor_aux_closed = frame[11]
        inputs.ground_fault_latched = frame[12]

    def drive(self, outputs: Outputs) -> None:
        """See `wattback.boards`."""
        out = self.frame_out
        out[3] = outputs.pilot_duty_bp
        out[4] = outputs.contactor_closed
        out[5] = outputs.ground_fault_test
        out[6] = outputs.ground_fault_reset

    def _boot(self) -> int:
        frame = self.frame_in
        settings_end = HEAD_WORDS + len(SETTINGS)
        kept = [frame[settings_end + i] for i in range(retained.WORDS)]
        self.connector = Connector(self, kept)
        values = [frame[HEAD_WORDS + i] for i in range(len(SETTINGS))]
        refused = self.connector.load_settings(values)
        out = self.frame_out
        out[STATUS_AT] = 1 if sys.implementation.name == "micropython" else 0
        for i in range(3):
            out[STATUS_AT + 1 + i] = int(sys.implementation.version[i])
        for index, row in enumerate(SETTINGS):
            if row[0] == refused:
                return index + 1
        return 0

    def _tell(self, status: Status) -> None:
        out = self.frame_out
        at = STATUS_AT
        for name in STATUS_NAMES:
            out[at] = getattr(status, name)
            at += 1
        kept = self.connector.retained
        for word in kept:
            out[at] = word
            at += 1
