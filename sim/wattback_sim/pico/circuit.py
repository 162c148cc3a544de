"""What is soldered around the emulated chip: docs/board_pico.md, as the firmware sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf

from rp2040py.gpio_pin import GPIOPinState
from rp2040py.peripherals.i2c import R_TX_EMPTY, I2CMode

from wattback.boards.pico import pins
from wattback_sim.pico.adc_chip import AdcChip
from wattback_sim.pico.chip import EmulatedChip
from wattback_sim.pico.fram_chip import FramChip
from wattback_sim.pico.lines import EdgeReader, EdgeWriter
from wattback_sim.pico.metering import MeteringChip, Scale
from wattback_sim.pico.pilot_line import PilotLine
from wattback_sim.pico.sensors import Channel, ntc_ratio, proximity_ratio

FRAM_ADDRESS = 0x50
ADC_ADDRESS = 0x48
PUMP_NS = 50e6  # the coil's driver lets go when its pump stands still for so long
# 1 kΩ of 451 kΩ on each leg, of 901 kΩ on the vehicle's side; transformers 2500:1 on 10 Ω, and
# 1000:1 on 200 Ω for the residual current.
METER_SCALE = Scale(voltage=1 / 451, current=10 / 2500, load_voltage=1 / 901, residual=200 / 1000)
VEHICLE_BAUD = 115_200


class Circuit:
    """Pins, buses and wires of one board.

    console, rs485, vehicle: bytes that the board has sent, taken away by whoever reads them.
    permits, enables: edges of the contactor's permission and of the RS-485 driver's enable, each
    with its time in ns. tripped_ns: when the ground-fault latch tripped last; safe_ns: when the
    last of the outputs was driven to its safe level first.
    """

    def __init__(self, chip: EmulatedChip, rs485_baud: int) -> None:
        mcu = chip.mcu
        self._chip = chip
        self._mcu = mcu
        self.pilot = PilotLine(lambda: chip.now_ns)
        self.meter = MeteringChip(METER_SCALE)
        self.fram = FramChip()
        self.adc = AdcChip()
        self.console = bytearray()
        self.rs485 = bytearray()
        self.vehicle = bytearray()
        self.permits: list[tuple[float, bool]] = []
        self.enables: list[tuple[float, bool]] = []
        self.tripped_ns = 0.0
        self.safe_ns = inf
        self.pumps = 0  # edges of the coil's pump
        self._tripped = False
        self._undriven = set(pins.OUTPUTS)
        self._pumped_ns = -PUMP_NS
        self._high_ns = 0.0
        self._rose_ns: float | None = None
        self._period_ns: float | None = None
        mcu.adc.channel_values = self.pilot  # type: ignore[assignment]  # it is only indexed
        self._wire_pilot()
        self._wire_meter()
        self._wire_bus()
        self._wire_contactor()
        mcu.uart[0].on_byte = self.console.append
        self._rs485_out = EdgeReader(mcu, rs485_baud, self.rs485.append)
        self._vehicle_out = EdgeReader(mcu, VEHICLE_BAUD, self.vehicle.append)
        self._rs485_in = EdgeWriter(mcu, rs485_baud, pins.RS485_RX, chip.pio_works)
        self._vehicle_in = EdgeWriter(mcu, VEHICLE_BAUD, pins.VEHICLE_RX, chip.pio_works)
        self._listen(pins.RS485_TX, self._rs485_out.change)
        self._listen(pins.VEHICLE_TX, self._vehicle_out.change)
        self._listen(pins.RS485_DE, lambda level: self.enables.append((chip.now_ns, level)))
        self._working: set[int] = set()
        for pin in (pins.RS485_DE, pins.VEHICLE_BUSY):
            self._listen(pin, partial(self._send, pin))
        for pin in pins.OUTPUTS:
            self._listen(pin, partial(self._driven, pin))
        self.set_contacts(False)
        self.set_latch(False)
        self.set_coil(False)
        self.set_stops(emergency=False, disconnect=False)
        self.set_earth(True)
        self.set_temperatures(25.0, 25.0, 25.0)
        self.set_proximity(inf)
        self.set_handle(False)
        self.set_reset(False)

    # --- what the board drives ---

    def output(self, pin: int) -> bool:
        """Level of an output; a pin that is none is pulled down."""
        return bool(self._mcu.gpio[pin].value == GPIOPinState.HIGH)

    @property
    def permitted(self) -> bool:
        """The coil's driver is on: permission, and a pump that runs."""
        alive = self._chip.now_ns - self._pumped_ns < PUMP_NS
        return alive and self.output(pins.CONTACTOR)

    @property
    def duty_bp(self) -> int:
        """Of the pilot, from its last edges: 0 and 10000 where there are none."""
        if self._rose_ns is None or self._chip.now_ns - self._rose_ns > 3e6:
            return 10000 if self.output(pins.PILOT_PWM) else 0
        if self._period_ns is None:
            return 0
        return round(self._high_ns / self._period_ns * 10000)

    @property
    def tests(self) -> bool:
        """Current flows through the test winding."""
        return self.output(pins.FAULT_TEST)

    @property
    def resets(self) -> bool:
        """The latch is being released."""
        return self.output(pins.FAULT_RESET)

    def restarted(self) -> None:
        """The chip has been reset: its pins let go, its pump stands."""
        self.pumps = 0
        self._rose_ns = None
        self._period_ns = None

    @property
    def heard_ns(self) -> float:
        """When the last byte on RS-485 had come."""
        return self._rs485_in.ended_ns

    # --- what it measures ---

    def set_latch(self, tripped: bool) -> None:
        """The ground-fault latch."""
        if tripped and not self._tripped:
            self.tripped_ns = self._chip.now_ns
        self._tripped = tripped
        self._mcu.gpio[pins.FAULT_LATCHED].set_input_value(tripped)

    def set_contacts(self, closed: bool) -> None:
        """The mirror contact is to earth while the main contacts are open."""
        self._mcu.gpio[pins.CONTACTOR_AUX].set_input_value(closed)

    def set_coil(self, driven: bool) -> None:
        """The optocoupler across the coil pulls its pin down while there is voltage."""
        self._mcu.gpio[pins.COIL_DRIVEN].set_input_value(not driven)

    def set_stops(self, emergency: bool, disconnect: bool) -> None:
        """The emergency stop is pressed, the disconnect open: their contacts to earth are open."""
        self._mcu.gpio[pins.STOP_BUTTON].set_input_value(emergency)
        self._mcu.gpio[pins.DISCONNECT].set_input_value(disconnect)

    def set_earth(self, found: bool) -> None:
        """The ground monitor pulls its pin down while it finds one."""
        self._mcu.gpio[pins.EARTH_MISSING].set_input_value(not found)

    def set_temperatures(self, board_c: float, terminal_c: float, handle_c: float) -> None:
        """Of the sensors; far below or above all places they are open or shorted."""
        self.adc.ratios[Channel.BOARD] = ntc_ratio(board_c)
        self.adc.ratios[Channel.TERMINAL] = ntc_ratio(terminal_c)
        self.adc.ratios[Channel.HANDLE] = ntc_ratio(handle_c)

    def set_proximity(self, ohm: float) -> None:
        """From the proximity pin to earth; inf: nothing is wired to it."""
        self.adc.ratios[Channel.PROXIMITY] = proximity_ratio(ohm)

    def set_handle(self, loose: bool) -> None:
        """The contact of its button is to earth while it is neither pressed nor loose."""
        self.adc.ratios[Channel.HANDLE_LOOSE] = float(loose)

    def set_reset(self, pressed: bool) -> None:
        """The reset button is to earth while it is pressed."""
        self.adc.ratios[Channel.RESET] = float(not pressed)

    def type_on_console(self, data: bytes) -> None:
        """Bytes that have arrived at the console's UART."""
        for octet in data:
            self._mcu.uart[0].feed_byte(octet)

    def send_on_rs485(self, data: bytes) -> None:
        """Bytes that a master begins to send."""
        self._rs485_in.send(data)

    def send_as_vehicle(self, data: bytes) -> None:
        """Bytes that the vehicle's modem begins to send."""
        self._vehicle_in.send(data)

    # --- how it is wired ---

    def _send(self, busy_pin: int, level: bool) -> None:
        if level != (busy_pin in self._working):
            self._working ^= {busy_pin}
            self._chip.pio_works(level)

    def _driven(self, pin: int, level: bool) -> None:
        if pin in self._undriven and not level:  # low is safe (pins.py)
            self._undriven.discard(pin)
            if not self._undriven:
                self.safe_ns = self._chip.now_ns

    def _listen(self, pin: int, changed: Callable[[bool], None]) -> None:
        def listener(value: GPIOPinState, before: GPIOPinState) -> None:
            changed(value == GPIOPinState.HIGH)

        self._mcu.gpio[pin].add_listener(listener)

    def _wire_pilot(self) -> None:
        def changed(level: bool) -> None:
            now_ns = self._chip.now_ns
            self.pilot.switch(level)
            if not level:
                if self._rose_ns is not None:
                    self._high_ns = now_ns - self._rose_ns
                return
            if self._rose_ns is not None:
                self._period_ns = now_ns - self._rose_ns
            self._rose_ns = now_ns

        self._listen(pins.PILOT_PWM, changed)

    def _wire_meter(self) -> None:
        spi = self._mcu.spi[0]
        spi.on_transmit = lambda octet: spi.complete_transmit(self.meter.exchange(octet))
        self._listen(pins.METER_CS, lambda level: self.meter.select(not level))

    def _wire_bus(self) -> None:
        i2c = self._mcu.i2c[0]
        talks_to_adc = False

        def connect(address: int, mode: I2CMode) -> None:
            nonlocal talks_to_adc
            talks_to_adc = address == ADC_ADDRESS
            if talks_to_adc:
                good = self.adc.present
                if mode == I2CMode.READ:
                    self.adc.read_begins()
            else:
                good = address == FRAM_ADDRESS and self.fram.present
                if good and mode == I2CMode.WRITE:
                    self.fram.write_begins()
            i2c.complete_connect(good)
            if not good:  # as on silicon; without it the driver waits for its timeout
                i2c._set_interrupts(R_TX_EMPTY)

        def write(octet: int) -> None:
            (self.adc if talks_to_adc else self.fram).take(octet)
            i2c.complete_write(True)

        def read(ack: bool) -> None:
            i2c.complete_read((self.adc if talks_to_adc else self.fram).give())

        i2c.on_connect = connect
        i2c.on_write_byte = write
        i2c.on_read_byte = read

    def _wire_contactor(self) -> None:
        def pumped(level: bool) -> None:
            if level or self.pumps:  # that it becomes an output is no edge
                self.pumps += 1
                self._pumped_ns = self._chip.now_ns

        self._listen(pins.COIL_PUMP, pumped)
        self._listen(pins.CONTACTOR, lambda level: self.permits.append((self._chip.now_ns, level)))
