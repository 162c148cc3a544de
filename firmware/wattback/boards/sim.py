"""The simulated board: the whole world comes and goes in frames of int32 words.

The simulator sends one frame and waits for one answer, so time passes only by its leave. The same
class runs in a MicroPython process and inside CPython. Frames are arrays read and written in
place; the constants and name lists below are their layout, and the host reads them from here.

    frame             after the head                          answer, after the head
    KIND_BOOT         settings, retained words, serial,       interpreter and its version
                      random bits
    KIND_TICK         INPUT_NAMES                             OUTPUT_NAMES, the command obeyed,
                                                              status, report, retained words
    KIND_SERVICE      event, channel, take, age, count,       count, closing, bytes
                      bytes
      EVENT_COMMAND   code and six arguments                  nothing
      EVENT_SETTINGS  nothing                                 the settings in force, in their place

Head of a frame: kind, number, the board's time in ms and in µs. Head of an answer: kind, number,
result (boot: 0, or 1 + the index of the setting refused; data: bytes taken; a command: its
answer), then what `Service` says: bits of channels with output, µs until it wants to be called, or
−1. Age: µs since the last byte came. Bytes are packed three to a word, the first lowest, so that
every word is a small integer.
"""

import sys
from array import array

from micropython import const, heap_lock, heap_unlock

from wattback import retained
from wattback.backup.backup import Backup
from wattback.codec.crc_modbus import crc16_modbus
from wattback.connector import Connector
from wattback.gateway_link.port import GatewayPort
from wattback.identity import Identity
from wattback.modbus.tcp import TcpPort
from wattback.ports import make_service
from wattback.service import Service
from wattback.settings import SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES, Inputs, Outputs

KIND_BOOT = 1  # power comes on
KIND_TICK = 2  # one tick, and the service plane's work after it
KIND_SERVICE = 3  # something between ticks

EVENT_NONE = 0  # a time that a port asked for has come, or output is taken
EVENT_DATA = 1  # bytes have come
EVENT_OPEN = 2  # a connection begins
EVENT_CLOSE = 3  # a connection is gone
EVENT_COMMAND = 4  # straight into the command queue: what the simulator does itself
EVENT_SETTINGS = 5  # what the settings are now, for who judges

HEAD_WORDS = 4
ANSWER_WORDS = 5  # the head of an answer
RESULT_AT = 2
OUTPUTS_AT = 3
DUE_AT = 4

INPUT_NAMES = (
    "pilot_high_mv",
    "pilot_low_mv",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "current_l1_ma",
    "current_l2_ma",
    "power_w",
    "reactive_var",
    "frequency_millihertz",
    "leg_angle_decideg",
    "load_mv",
    "load_angle_decideg",
    "residual_ua",
    "earth_ohm",
    "board_decic",
    "terminal_decic",
    "handle_decic",
    "proximity_ohm",
    "contactor_aux_closed",
    "coil_driven",
    "ground_fault_latched",
    "emergency_stopped",
    "disconnect_open",
    "handle_loose",
    "reset_pressed",
)
OUTPUT_NAMES = (
    "pilot_duty_bp",
    "contactor_closed",
    "ground_fault_test",
    "ground_fault_reset",
)
OUTPUT_AT = ANSWER_WORDS
OBEYED_AT = OUTPUT_AT + len(OUTPUT_NAMES)  # a command that the tick has carried out; code 0: none
COMMAND_WORDS = 7
STATUS_AT = OBEYED_AT + COMMAND_WORDS
REPORT_AT = STATUS_AT + len(STATUS_NAMES)
RETAINED_AT = REPORT_AT + len(REPORT_NAMES)
OUT_WORDS = RETAINED_AT + retained.WORDS

# Of a SERVICE frame and its answer.
MOST_IN = 64  # bytes that one frame brings
COUNT_IN_AT = HEAD_WORDS + 4
BYTES_IN_AT = HEAD_WORDS + 5
COUNT_OUT_AT = ANSWER_WORDS
CLOSING_AT = ANSWER_WORDS + 1
BYTES_OUT_AT = ANSWER_WORDS + 2
MOST_OUT = (OUT_WORDS - BYTES_OUT_AT) * 3  # bytes that one answer takes along

IN_WORDS = max(
    HEAD_WORDS + len(SETTINGS) + retained.WORDS + 3,
    HEAD_WORDS + len(INPUT_NAMES),
    BYTES_IN_AT + (MOST_IN + 2) // 3,
)

_NOBODY = const(-1)


class SimBoard:
    """A board made of two frames of int32: `answer` turns frame_in into frame_out.

    connector, service: from the boot frame on.
    """

    def __init__(self) -> None:
        self.frame_in = array("i", [0] * IN_WORDS)
        self.frame_out = array("i", [0] * OUT_WORDS)
        self.connector: Connector = None  # type: ignore[assignment]
        self.service: Service = None  # type: ignore[assignment]
        self._retained_out = memoryview(self.frame_out)[RETAINED_AT:]
        self._tell_status = _copier(STATUS_NAMES, STATUS_AT)  # type: ignore[no-untyped-call]
        self._tell_report = _copier(REPORT_NAMES, REPORT_AT)  # type: ignore[no-untyped-call]
        self._bytes = bytearray(MOST_IN)
        self._taking = _NOBODY  # the channel whose output has been taken in part
        self._taken = 0

    def answer(self) -> None:
        """Carry out frame_in and fill frame_out. Raises what the firmware raises."""
        kind = self.frame_in[0]
        if kind == KIND_TICK:
            self.tick()
            self.tell()
        elif kind == KIND_SERVICE:
            self._serve()
        elif kind == KIND_BOOT:
            self._boot()
        else:
            raise ValueError("unknown frame kind %d" % kind)

    def tick(self) -> None:
        """The control plane's tick of a KIND_TICK frame, with the heap locked."""
        queue = self.connector.queue
        at = queue.first()
        heap_lock()
        try:
            self.connector.tick(self.frame_in[2])
        finally:
            heap_unlock()
        out = self.frame_out
        out[OBEYED_AT] = 0
        if at >= 0 and queue.first() != at:
            for i in range(COMMAND_WORDS):
                out[OBEYED_AT + i] = queue.words[at + i]

    def tell(self) -> None:
        """The service plane's work after that tick, and the answer to the frame."""
        connector = self.connector
        out = self.frame_out
        self.service.after_tick(self.frame_in[3])
        self._head(0)
        self._tell_status(connector.status, out)
        self._tell_report(connector.report, out)
        self._retained_out[:] = connector.retained

    def sample(self, inputs: Inputs) -> None:
        """See `wattback.boards`."""
        frame = self.frame_in
        inputs.pilot_high_mv = frame[4]
        inputs.pilot_low_mv = frame[5]
        inputs.voltage_l1_mv = frame[6]
        inputs.voltage_l2_mv = frame[7]
        inputs.current_l1_ma = frame[8]
        inputs.current_l2_ma = frame[9]
        inputs.power_w = frame[10]
        inputs.reactive_var = frame[11]
        inputs.frequency_millihertz = frame[12]
        inputs.leg_angle_decideg = frame[13]
        inputs.load_mv = frame[14]
        inputs.load_angle_decideg = frame[15]
        inputs.residual_ua = frame[16]
        inputs.earth_ohm = frame[17]
        inputs.board_decic = frame[18]
        inputs.terminal_decic = frame[19]
        inputs.handle_decic = frame[20]
        inputs.proximity_ohm = frame[21]
        inputs.contactor_aux_closed = frame[22]
        inputs.coil_driven = frame[23]
        inputs.ground_fault_latched = frame[24]
        inputs.emergency_stopped = frame[25]
        inputs.disconnect_open = frame[26]
        inputs.handle_loose = frame[27]
        inputs.reset_pressed = frame[28]

    def drive(self, outputs: Outputs) -> None:
        """See `wattback.boards`."""
        out = self.frame_out
        out[5] = outputs.pilot_duty_bp
        out[6] = outputs.contactor_closed
        out[7] = outputs.ground_fault_test
        out[8] = outputs.ground_fault_reset

    def _head(self, result: int) -> None:
        out = self.frame_out
        out[0] = self.frame_in[0]
        out[1] = self.frame_in[1]
        out[2] = result
        out[3] = self.service.outputs
        out[4] = self.service.due_in_us

    def _boot(self) -> None:
        frame = self.frame_in
        settings_end = HEAD_WORDS + len(SETTINGS)
        kept = [frame[settings_end + i] for i in range(retained.WORDS)]
        serial_at = settings_end + retained.WORDS
        chance = frame[serial_at + 1]
        self.connector = Connector(self, kept, frame[serial_at + 2], chance, Backup)
        values = [frame[HEAD_WORDS + i] for i in range(len(SETTINGS))]
        refused = self.connector.load_settings(values)
        serial = "%08d" % frame[serial_at]
        identity = Identity(serial)
        self.service = make_service(self.connector, identity, crc16_modbus, GatewayPort, TcpPort)
        self._taking = _NOBODY
        names = SETTINGS.names
        self._head(1 + names.index(refused) if refused in names else 0)
        out = self.frame_out
        out[STATUS_AT] = 1 if sys.implementation.name == "micropython" else 0
        for i in range(3):
            out[STATUS_AT + 1 + i] = int(sys.implementation.version[i])

    def _serve(self) -> None:
        frame = self.frame_in
        service = self.service
        event = frame[4]
        if event == EVENT_COMMAND:
            put = self.connector.queue.put
            result = put(frame[5], frame[6], frame[7], frame[8], frame[9], frame[10], frame[11])
            self._head(result)
            return
        if event == EVENT_SETTINGS:
            self._head(0)
            settings = self.connector.settings
            for i in range(len(SETTINGS)):
                self.frame_out[BYTES_OUT_AT + i] = getattr(settings, SETTINGS.names[i])
            return
        now_us = frame[3]
        channel = frame[5]
        result = 0
        if event == EVENT_DATA:
            result = service.receive(channel, self._unpack(), frame[8], frame[7], now_us)
        elif event == EVENT_OPEN:
            service.open(channel, now_us)
        elif event == EVENT_CLOSE:
            self._taking = _NOBODY
            service.close(channel, now_us)
        else:
            service.run_due(now_us)
        out = self.frame_out
        out[COUNT_OUT_AT] = 0
        out[CLOSING_AT] = 0
        if frame[6]:
            self._take(channel, now_us)
        self._head(result)

    def _unpack(self) -> bytearray:
        frame = self.frame_in
        room = self._bytes
        at = BYTES_IN_AT
        for i in range(0, frame[COUNT_IN_AT], 3):
            word = frame[at]
            room[i] = word & 0xFF
            if i + 2 < MOST_IN:
                room[i + 1] = word >> 8 & 0xFF
                room[i + 2] = word >> 16 & 0xFF
            at += 1
        return room

    def _take(self, channel: int, now_us: int) -> None:
        """Put a channel's output into the answer, the rest of it into the next."""
        port = self.service.ports[channel]
        if self._taking != channel:
            self._taking = channel
            self._taken = 0
        taken = self._taken
        count = min(port.out_count - taken, MOST_OUT)
        source = port.out
        out = self.frame_out
        out[COUNT_OUT_AT] = count
        at = BYTES_OUT_AT
        end = taken + count
        while taken < end:
            word = source[taken]
            if taken + 1 < end:
                word |= source[taken + 1] << 8
            if taken + 2 < end:
                word |= source[taken + 2] << 16
            out[at] = word
            at += 1
            taken += 3
        self._taken = end
        if end == port.out_count:
            self._taking = _NOBODY
            closing = port.closing
            if count:
                self.service.take(channel, now_us)
            if closing:
                out[CLOSING_AT] = 1
                self.service.close(channel, now_us)


def _copier(names, at):  # type: ignore[no-untyped-def]
    """A function (source, frame) that copies fields of these names into the words from `at` on.

    Written out as code: a loop of getattr takes six times as long, and this is every tick's.
    """
    lines = ["def copy(source, frame):"]
    for name in names:
        lines.append(" frame[%d] = source.%s" % (at, name))
        at += 1
    made = {}  # type: ignore[var-annotated]
    exec("\n".join(lines), made)
    return made["copy"]
