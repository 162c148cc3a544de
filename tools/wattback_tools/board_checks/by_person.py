"""The rows that a person measures, with a voltmeter or an oscilloscope."""

from wattback_tools.board_checks import code
from wattback_tools.board_checks.by_board import LEVEL_SOURCE, LEVELS
from wattback_tools.board_checks.checks import YES_NO, Check

_NO_CIRCUIT = (
    "the emulator has levels of 0 and 1 at its pins; drivers, wires and loads are a model"
)
_NO_COIL = "the emulated coil is a model that lets go when its pump has stood for 50 ms"
_NO_RESET_PINS = "an emulated pin out of reset is exactly low"
_NO_PIN_TIMES = "emulated pins change within one instruction, and interrupts take no entry time"
_NO_MAINS = "disconnect the supply's power side; only the control supply is on"

PILOT = (
    *(
        Check(
            f"pilot_{name}_v",
            f"voltage at the pilot's terminal with {load}, {driven}",
            f"voltmeter from pilot to earth, with {load}",
            "V",
            low,
            high,
            LEVEL_SOURCE,
            _NO_CIRCUIT,
            hold=code.pilot_held(duty),
        )
        for name, load, driven, duty, low, high in LEVELS
    ),
    Check(
        "pilot_frequency_hz",
        "frequency of the pilot",
        "oscilloscope at the terminal, 50 % duty",
        "Hz",
        995,
        1_005,
        "±0.5 % of 1 kHz (evse.md 1.1, unverified)",
        "the emulator's crystal is exact",
        hold=code.pilot_held(5_000),
    ),
    *(
        Check(
            f"pilot_high_{percent}_percent_us",
            f"how long the pilot is high at {percent} % duty",
            "oscilloscope at the terminal, between the crossings of 0 V",
            "µs",
            percent * 10 - 5,
            percent * 10 + 5,
            "±5 µs (IEC 61851-1 Table A.2 as cited; evse.md 1.1, C)",
            _NO_CIRCUIT,
            hold=code.pilot_held(percent * 100),
        )
        for percent in (10, 50, 96)
    ),
    Check(
        "pilot_rise_us",
        "rise time of the pilot, 10 to 90 %, with the cable that the unit is sold with",
        "oscilloscope at the terminal, nothing connected",
        "µs",
        0,
        10,
        "one sample at 96 kHz: longer edges reach into the plateau of 5 % (pilot_io.py); the "
        "standard's own limit is unverified",
        _NO_CIRCUIT,
        hold=code.pilot_held(5_000),
    ),
    Check(
        "adc_reference_v",
        "the converter's reference",
        "voltmeter from ADC_VREF to AGND",
        "V",
        2.97,
        3.03,
        "3.0 V ±1 % of our own: it moves a reading of 12 V by 0.12 V",
        "the emulator's reference is exact",
    ),
)

COIL = (
    Check(
        "permit_in_reset_v",
        "the contactor's permission while the chip is held in reset",
        "RUN to earth; voltmeter at GPIO 10",
        "V",
        0,
        0.4,
        "the driver's input must read low (pins.py: a pin out of reset is pulled down)",
        _NO_RESET_PINS,
    ),
    Check(
        "permit_alone_coil_v",
        "voltage at the coil with permission, and a pump that stands",
        "voltmeter at the coil",
        "V",
        0,
        1,
        "permission alone closes nothing (board.py); 1 V is far below any coil's release",
        _NO_COIL,
        hold=code.PERMIT_HELD,
        needs=_NO_MAINS,
    ),
    Check(
        "latch_to_permit_us",
        "from the ground-fault latch's edge to the permission taken back by the interrupt",
        "oscilloscope: GPIO 14 rising to GPIO 10 falling; trip the latch by its test button",
        "µs",
        0,
        500,
        "our own: a twentieth of a tick",
        _NO_PIN_TIMES,
        hold=code.COIL_HELD,
        needs=_NO_MAINS,
    ),
    Check(
        "latch_drops_coil_ms",
        "from the ground-fault latch's edge to open main contacts, by hardware alone",
        "oscilloscope: GPIO 14 rising to a main contact opening, with GPIO 10 wired high",
        "ms",
        0,
        60,
        "the contactor's opening time that the firmware counts with (settings.py)",
        _NO_COIL,
        hold=code.COIL_HELD,
        needs=_NO_MAINS,
    ),
    Check(
        "pump_stop_ms",
        "from the pump's last edge to the coil without voltage",
        "oscilloscope: GPIO 11 to the coil; the board pumps and rests, half a second each",
        "ms",
        15,
        50,
        "longer than a late tick, and 50 ms at most (docs/board_pico.md)",
        _NO_COIL,
        hold=code.PUMP_HELD,
        needs=_NO_MAINS,
    ),
    Check(
        "watchdog_safe",
        "while the watchdog resets the chip, the coil is off and the pilot at −12 V",
        "oscilloscope at coil and pilot during the row watchdog_told",
        YES_NO,
        1,
        1,
        "every output is safe when it is low (pins.py)",
        _NO_RESET_PINS,
    ),
)

WIRES = (
    Check(
        "rs485_lead_us",
        "from the RS-485 driver's enable to the first start bit",
        "oscilloscope: GPIO 3 rising to A/B; 8 bytes at 19,200 baud every 20 ms",
        "µs",
        45,
        60,
        "one bit, 52 µs (pio_programs.py)",
        "the emulator's pins have no driver behind them",
        hold=code.RS485_HELD,
    ),
    Check(
        "rs485_tail_us",
        "from the end of the last stop bit to the driver's release",
        "oscilloscope: A/B to GPIO 3 falling; negative when it is released too early",
        "µs",
        -3,
        52,
        "not into the stop bit, and within one bit, before any answer (pio_programs.py)",
        "the emulator's pins have no driver behind them",
        hold=code.RS485_HELD,
    ),
    Check(
        "starts_without_usb",
        "the unit starts with nothing in its USB port",
        "USB unplugged, the unit's own supply off and on: `wattback status` answers",
        YES_NO,
        1,
        1,
        "nobody has a laptop at the wall",
        "the emulator's supply is always there, whoever brings it",
    ),
)

RP2350 = (
    Check(
        "rp2350_pulled_down_v",
        "an output's pin of an RP2350 while nothing drives it",
        "RUN to earth after the unit has run; voltmeter at GPIO 10, 11 and 21, the highest counts",
        "V",
        0,
        0.4,
        "pins.py; erratum RP2350-E9 on weak pull-downs (unverified)",
        "the emulator is an RP2040: nothing of an RP2350 was ever run",
        chips=("RP2350",),
    ),
)

BY_PERSON = (*PILOT, *COIL, *WIRES, *RP2350)
