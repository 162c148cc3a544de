"""The contract of `wattback.boards` on a Pico: what a tick measures, and what it drives.

The ground-fault latch cuts the coil by its own hardware. Here it also interrupts the processor,
before every other interrupt, and takes the permission back, and nothing gives it again until the
connector itself has withdrawn it.
"""

from machine import Pin
from micropython import const

from wattback.boards.pico.fast import levels
from wattback.boards.pico.meter import Meter
from wattback.boards.pico.pilot_io import PilotIo
from wattback.boards.pico.pins import (
    COIL_DRIVEN,
    COIL_PUMP,
    CONTACTOR,
    CONTACTOR_AUX,
    DISCONNECT,
    EARTH_MISSING,
    FAULT_LATCHED,
    FAULT_RESET,
    FAULT_TEST,
    STOP_BUTTON,
)
from wattback.signals import Inputs, Outputs

_NO_EARTH_OHM = const(1 << 20)  # the ground monitor says yes or no
_GPIO_IN = const(0xD0000004)  # of SIO: the levels of all pins (RP2040 datasheet 2.3.1.7)
_INPUTS = (
    CONTACTOR_AUX,
    COIL_DRIVEN,
    FAULT_LATCHED,
    STOP_BUTTON,
    DISCONNECT,
    EARTH_MISSING,
)
_UNKNOWN = const(-1)


class PicoBoard:
    """sample and drive are the tick's, measure is for half-way between two. chip: what differs
    between RP2040 and RP2350. What `SlowInputs` fills is none of its business.
    """

    def __init__(self, chip) -> None:  # type: ignore[no-untyped-def]
        self._permit = Pin(CONTACTOR, Pin.OUT, value=0)
        self._pump = Pin(COIL_PUMP, Pin.OUT, value=0)
        self._test = Pin(FAULT_TEST, Pin.OUT, value=0)
        self._reset = Pin(FAULT_RESET, Pin.OUT, value=0)
        self._latched = Pin(FAULT_LATCHED, Pin.IN, Pin.PULL_UP)
        self._mask = 0
        for pin in _INPUTS:
            Pin(pin, Pin.IN, Pin.PULL_UP)
            self._mask |= 1 << pin
        self._levels = _UNKNOWN
        self._inputs = Inputs()  # the tick's, from its first one on
        self._given = 0
        self._cut = 0  # 1: the latch has taken the permission back
        self._testing = 0
        self._resetting = 0
        self._pilot = PilotIo(chip)
        self._meter = Meter()

    def arm(self, chip) -> None:  # type: ignore[no-untyped-def]
        """Let the latch interrupt, from now on; before the first `drive` that may close."""
        self._latched.irq(self._on_latch, Pin.IRQ_RISING, hard=True)
        chip.set_priority(chip.irq_gpio, 0)  # it may interrupt a tick, an interrupt itself

    def measure(self) -> None:
        """What takes a while, half-way between two ticks: pilot and supply.

        What does not answer is measured as a dead pilot or supply.
        """
        inputs = self._inputs
        self._pilot.read(inputs)
        self._meter.read(inputs)

    def sample(self, inputs: Inputs) -> None:
        """See `wattback.boards`. Pilot and supply are those of the last `measure`."""
        self._inputs = inputs
        now = levels(_GPIO_IN, self._mask)
        if now == self._levels:
            return
        self._levels = now
        inputs.contactor_aux_closed = now >> CONTACTOR_AUX & 1
        inputs.coil_driven = 0 if now >> COIL_DRIVEN & 1 else 1
        inputs.ground_fault_latched = now >> FAULT_LATCHED & 1
        inputs.emergency_stopped = now >> STOP_BUTTON & 1
        inputs.disconnect_open = now >> DISCONNECT & 1
        inputs.earth_ohm = _NO_EARTH_OHM if now >> EARTH_MISSING & 1 else 0

    def drive(self, outputs: Outputs) -> None:
        """See `wattback.boards`."""
        self._pilot.drive(outputs.pilot_duty_bp)
        if not outputs.contactor_closed:
            self._permit(0)
            self._cut = 0
            self._given = 0
        elif not self._given:
            self._given = 1
            if not self._latched():
                self._permit(1)
            if self._cut:  # the interrupt came before the last line
                self._permit(0)
        if outputs.ground_fault_test != self._testing:
            self._testing = outputs.ground_fault_test
            self._test(self._testing)
        if outputs.ground_fault_reset != self._resetting:
            self._resetting = outputs.ground_fault_reset
            self._reset(self._resetting)
        self._pump.toggle()

    def cut(self) -> None:
        """The connector has failed: no permission, and the pump stands still from now on."""
        self._permit(0)
        self._cut = 1
        self._pilot.drive(0)
        self._test(0)
        self._reset(0)

    def _on_latch(self, pin) -> None:  # type: ignore[no-untyped-def]
        self._permit(0)
        self._cut = 1
