"""The firmware on an emulated Pico: the real board file, `machine` module and wires.

Between two frames the chip runs as far as the frame's time says, on the inputs of the frame
before; then what its pins drive goes into the answer, and the new inputs onto its pins. So both
ways are up to a tick late, as a world that looks every 10 ms makes them. What the firmware
publishes is read out of its memory by a probe. Settings and retained words go in where a board has
them: in `settings.json` and in the FRAM.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence

from wattback import retained
from wattback.boards.sim import (
    BYTES_IN_AT,
    BYTES_OUT_AT,
    COUNT_IN_AT,
    COUNT_OUT_AT,
    DUE_AT,
    EVENT_COMMAND,
    EVENT_DATA,
    EVENT_SETTINGS,
    HEAD_WORDS,
    INPUT_NAMES,
    KIND_BOOT,
    KIND_TICK,
    MOST_OUT,
    OBEYED_AT,
    OUT_WORDS,
    OUTPUT_AT,
    OUTPUTS_AT,
    REPORT_AT,
    RESULT_AT,
    RETAINED_AT,
    STATUS_AT,
)
from wattback.codec.crc_modbus import crc16_modbus
from wattback.commands import REFUSED_UNKNOWN
from wattback.service import CHANNEL_CONSOLE, CHANNEL_RTU, CHANNEL_VEHICLE, NEVER, TIME_MASK_US
from wattback.settings import SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_sim.board import pack, unpack
from wattback_sim.errors import FirmwareStoppedError
from wattback_sim.pico.board_files import MAIN, compiled_files
from wattback_sim.pico.board_files import SETTINGS as SETTINGS_FILE
from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.circuit import Circuit
from wattback_sim.pico.probe import Probe

_VERSION = (1, 27, 0)
_TICK_NS = 10_000_000
_BOOTS_NS = 8_000_000_000  # longer than any boot takes
_SETTLED_TICKS = 3
_FRAM_PLACE_BYTES = 512
_EARTH_OHM = 100_000  # from about here on the ground monitor lets go (docs/board_pico.md)
_STEP = 64  # instructions: alarms may come half a microsecond late


class PicoLink:
    """One board; see Link. main: what it runs instead of the firmware's own `main.py`.

    chip, circuit, probe: its parts, for whoever looks closer; not there before the boot frame.
    restarts: resets by the watchdog. first_tick_ns: from power-up.
    """

    most_in = 1
    connections = 0
    late_ticks = 1

    def __init__(self, main: bytes | None = None) -> None:
        self._main = main
        self.chip: EmulatedChip
        self.circuit: Circuit
        self.probe: Probe
        self._began_ns = 0.0  # the chip's time at the site's time `_now_us`
        self._last_us = 0
        self._ran_ns = 0.0
        self.ticked = True
        self._pumps = 0  # at the frame before
        self.restarts = 0
        self.first_tick_ns = 0.0

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link."""
        out = [0] * OUT_WORDS
        out[0], out[1] = words[0], words[1]
        out[DUE_AT] = NEVER
        if words[0] == KIND_BOOT:
            self._boot(words, out)
        else:
            self._run_to(words[3])
            if words[0] == KIND_TICK:
                pumped = self.circuit.pumps != self._pumps
                self.ticked = pumped and self.probe.found
                self._pumps = self.circuit.pumps
                self._tell(out)
                self._measure(words[HEAD_WORDS : HEAD_WORDS + len(INPUT_NAMES)])
            else:
                self._serve(words, out)
        out[OUTPUTS_AT] = sum(bool(said) << channel for channel, said in self._said.items())
        return out

    def close(self) -> None:
        """See Link."""

    # --- power ---

    def _boot(self, words: Sequence[int], out: list[int]) -> None:
        count = len(SETTINGS)
        values = words[HEAD_WORDS : HEAD_WORDS + count]
        settings = {row[0]: value for row, value in zip(SETTINGS, values, strict=True)}
        kept = words[HEAD_WORDS + count : HEAD_WORDS + count + retained.WORDS]
        files = compiled_files()
        files[SETTINGS_FILE] = json.dumps(settings).encode()
        if self._main is not None:
            files[MAIN] = self._main
        self.chip = EmulatedChip(files, pios=1, step=_STEP)
        self.circuit = Circuit(self.chip, settings["modbus_baud"])
        self.circuit.fram.content[:_FRAM_PLACE_BYTES] = _record(kept)
        self.probe = Probe(self.chip.mcu)
        self._said = {
            CHANNEL_CONSOLE: self.circuit.console,
            CHANNEL_RTU: self.circuit.rs485,
            CHANNEL_VEHICLE: self.circuit.vehicle,
        }
        self.chip.mcu.watchdog.on_watchdog_trigger = self._restart
        self.circuit.pilot.high_v = self.circuit.pilot.low_v = -12.0
        self._start()
        self._last_us = words[3]
        out[STATUS_AT] = 1
        out[STATUS_AT + 1 : STATUS_AT + 4] = _VERSION

    def _start(self) -> None:
        """Run until it ticks, and lay the frames' times half-way between two ticks."""
        circuit = self.circuit
        while circuit.pumps < _SETTLED_TICKS:
            if self.chip.now_ns > _BOOTS_NS:
                said = circuit.console.decode("ascii", "replace")
                raise FirmwareStoppedError(f"the emulated Pico did not begin to tick: {said!r}")
            self.chip.run_until(self.chip.now_ns + _TICK_NS // 10)
            if circuit.pumps and not self.first_tick_ns:
                self.first_tick_ns = self.chip.now_ns
        self.chip.run_until(self.chip.now_ns + _TICK_NS // 2)
        if not self.probe.look():
            raise FirmwareStoppedError("the emulated Pico ticks, but its connector was not found")
        self._ran_ns = self.chip.now_ns

    def _restart(self) -> None:
        """The watchdog has bitten, or the firmware asked for it."""
        self.restarts += 1
        self.probe.forget()
        self.circuit.restarted()
        self.chip.restart()

    # --- time ---

    def _run_to(self, board_us: int) -> None:
        self._ran_ns += ((board_us - self._last_us) & TIME_MASK_US) * 1000
        self._last_us = board_us
        self.chip.run_until(self._ran_ns)
        if not self.probe.found and self.circuit.pumps >= _SETTLED_TICKS:
            self.probe.look()

    # --- pins and memory ---

    def _tell(self, out: list[int]) -> None:
        circuit = self.circuit
        out[OUTPUT_AT] = circuit.duty_bp
        out[OUTPUT_AT + 1] = circuit.permitted
        out[OUTPUT_AT + 2] = circuit.tests
        out[OUTPUT_AT + 3] = circuit.resets
        if self.probe.found:
            status = self.probe.status()
            out[STATUS_AT : STATUS_AT + len(STATUS_NAMES)] = status
            out[REPORT_AT : REPORT_AT + len(REPORT_NAMES)] = self.probe.report()
            obeyed = self.probe.obeyed()
            out[OBEYED_AT : OBEYED_AT + len(obeyed)] = obeyed
        out[RETAINED_AT:] = _newest(circuit.fram.content)

    def _measure(self, words: Sequence[int]) -> None:
        inputs = dict(zip(INPUT_NAMES, words, strict=True))
        circuit = self.circuit
        circuit.pilot.high_v = inputs["pilot_high_mv"] / 1000
        circuit.pilot.low_v = inputs["pilot_low_mv"] / 1000
        circuit.meter.measure(
            (inputs["voltage_l1_mv"] / 1000, inputs["voltage_l2_mv"] / 1000),
            (inputs["current_l1_ma"] / 1000, inputs["current_l2_ma"] / 1000),
            inputs["power_w"],
            inputs["reactive_var"],
            inputs["frequency_millihertz"] / 1000,
            leg_angle_deg=inputs["leg_angle_decideg"] / 10,
            load_v=inputs["load_mv"] / 1000,
            load_angle_deg=inputs["load_angle_decideg"] / 10,
            residual_a=inputs["residual_ua"] / 1_000_000,
        )
        circuit.set_temperatures(
            inputs["board_decic"] / 10, inputs["terminal_decic"] / 10, inputs["handle_decic"] / 10
        )
        circuit.set_proximity(inputs["proximity_ohm"])
        circuit.set_handle(bool(inputs["handle_loose"]))
        circuit.set_reset(bool(inputs["reset_pressed"]))
        circuit.set_earth(inputs["earth_ohm"] < _EARTH_OHM)
        circuit.set_contacts(bool(inputs["contactor_aux_closed"]))
        circuit.set_coil(bool(inputs["coil_driven"]))
        circuit.set_latch(bool(inputs["ground_fault_latched"]))
        circuit.set_stops(
            emergency=bool(inputs["emergency_stopped"]),
            disconnect=bool(inputs["disconnect_open"]),
        )

    def kept_faults(self) -> int:
        """Latched faults as the FRAM has them."""
        return _newest(self.circuit.fram.content)[retained.FAULTS_LATCHED]

    # --- wires ---

    def _serve(self, words: Sequence[int], out: list[int]) -> None:
        event, channel, take = words[HEAD_WORDS : HEAD_WORDS + 3]
        if event == EVENT_COMMAND:
            out[RESULT_AT] = REFUSED_UNKNOWN  # nobody can reach into the queue of a real board
            return
        if event == EVENT_SETTINGS:
            values = self.probe.settings()
            out[BYTES_OUT_AT : BYTES_OUT_AT + len(values)] = values
            return
        if event == EVENT_DATA:
            count = words[COUNT_IN_AT]
            packed = words[BYTES_IN_AT : BYTES_IN_AT + (count + 2) // 3]
            self._hear(channel, unpack(packed, count))
            out[RESULT_AT] = count
        said = self._said.get(channel)
        if take and said:
            data = bytes(said[:MOST_OUT])
            del said[: len(data)]
            out[COUNT_OUT_AT] = len(data)
            words_out = pack(data)
            out[BYTES_OUT_AT : BYTES_OUT_AT + len(words_out)] = words_out

    def _hear(self, channel: int, data: bytes) -> None:
        if channel == CHANNEL_CONSOLE:
            self.circuit.type_on_console(data)
        elif channel == CHANNEL_RTU:
            self.circuit.send_on_rs485(data)
        else:
            self.circuit.send_as_vehicle(data)


def _record(words: Sequence[int]) -> bytes:
    """An FRAM record as the board would have written it."""
    if not any(words):
        return bytes(_FRAM_PLACE_BYTES)
    body = array("i", [1, *words]).tobytes()
    crc = crc16_modbus(body, 0, len(body))
    return (body + crc.to_bytes(2, "little")).ljust(_FRAM_PLACE_BYTES, b"\0")


def _newest(content: bytearray) -> list[int]:
    """The retained words of the youngest whole record."""
    size = 4 * (1 + retained.WORDS)
    youngest = [0] * (1 + retained.WORDS)
    for place in (0, _FRAM_PLACE_BYTES):
        body = bytes(content[place : place + size])
        words = array("i", body).tolist()
        crc = int.from_bytes(content[place + size : place + size + 2], "little")
        if crc == crc16_modbus(body, 0, size) and words[0] > youngest[0]:
            youngest = words
    return youngest[1:]
