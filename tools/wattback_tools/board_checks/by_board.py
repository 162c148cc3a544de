"""The rows that the board measures itself, some of them with a person's help."""

from wattback_tools.board_checks import code
from wattback_tools.board_checks.checks import Check

_NO_CACHE = "the emulator has no cache misses and no flash wait states: its times are a floor"
_NO_FLASH_TIME = "erasing and programming flash take no time in the emulator"
_NO_ANALOG = "the emulator's converter has no noise, no offset and no load on its reference"
_NO_CHIP = "the emulator is an RP2040: nothing of an RP2350 was ever run"

# State, what is at the pilot, what is driven, its duty, and the levels there (V). A vehicle's
# resistor is behind its diode, which the steady −12 V does not pass.
LEVELS = (
    ("a", "nothing", "+12 V", 10_000, 11.40, 12.60),
    ("b", "2.74 kΩ and a diode to earth", "+12 V", 10_000, 8.36, 9.56),
    ("c", "882 Ω and a diode to earth", "+12 V", 10_000, 5.48, 6.49),
    ("d", "246 Ω and a diode to earth", "+12 V", 10_000, 2.62, 3.25),
    ("f", "nothing", "−12 V", 0, -12.60, -11.40),
)
LEVEL_SOURCE = "SAE J1772 levels at the connector (evse.md 1.1, C)"

TICKS = (
    Check(
        "tick_worst_us",
        "longest tick of an idle unit while the collector loops",
        "the whole unit measures and ticks in a hard timer for 10 s; longest tick",
        "µs",
        0,
        5_000,
        "half of the period of 10 ms; the limit on the emulated chip is 3,000 (DESIGN)",
        _NO_CACHE,
        code=code.TICK_WORST,
    ),
    Check(
        "measure_worst_us",
        "longest measuring between two ticks while the collector loops",
        "as above; it comes half a period after each tick",
        "µs",
        0,
        2_500,
        "half of what is left until the tick, an allowance of our own",
        _NO_CACHE,
        code=code.MEASURE_WORST,
    ),
    Check(
        "tick_gap_longest_us",
        "longest time between two ticks while the collector loops",
        "as above; from the beginning of one tick to that of the next",
        "µs",
        10_000,
        10_200,
        "an allowance of 2 % of our own; 10,001 on the emulated chip",
        _NO_CACHE + ", and no host is at its USB",
        code=code.GAP_LONGEST,
    ),
    Check(
        "tick_gap_shortest_us",
        "shortest time between two ticks while the collector loops",
        "as above",
        "µs",
        9_800,
        10_000,
        "an allowance of 2 % of our own; 9,997 on the emulated chip",
        _NO_CACHE + ", and no host is at its USB",
        code=code.GAP_SHORTEST,
    ),
    Check(
        "flash_stop_ms",
        "how long writing to the flash stops every interrupt",
        "a beat of 1 ms while 64 kB are written to a file; longest gap",
        "ms",
        1,
        400,
        "the watchdog's 500 ms (unit.py) less a margin of 100 of our own",
        _NO_FLASH_TIME,
        code=code.FLASH_STOP,
    ),
)

PILOT = (
    *(
        Check(
            f"pilot_reads_{name}_mv",
            f"what the firmware reads with {load} at the pilot, {driven}",
            "mean of 50 readings of the firmware's own converter code",
            "mV",
            low * 1000,
            high * 1000,
            LEVEL_SOURCE,
            _NO_ANALOG,
            code=code.pilot_level(duty),
            needs=f"connect {load} between pilot and earth",
        )
        for name, load, driven, duty, low, high in LEVELS
    ),
    *(
        Check(
            f"pilot_spread_{duty // 100}_percent_mv",
            f"how far readings of the high level lie apart at {duty // 100} % duty",
            "1,000 readings in 10 s, the PWM's phase drifting through them; highest less lowest",
            "mV",
            0,
            250,
            "half of the hysteresis between two states (pilot.py; evse.md 1.5, C)",
            "PWM and converter of the emulator run from one clock without noise, and its PWM-wrap "
            "request is not paced",
            code=code.pilot_spread(duty),
            needs="connect nothing to the pilot",
        )
        for duty in (500, 5_000, 9_600)
    ),
    Check(
        "pilot_refused_reads",
        "readings that the firmware does not believe: late, all noise, or beyond a pilot's levels",
        "1,000 readings 10 ms apart, at 50 % duty",
        "readings",
        0,
        0,
        "each would be taken for a dead pilot (pilot_io.py)",
        "converter and processor of the emulator share one exact clock; on silicon they have two",
        code=code.REFUSED_READS,
    ),
)

REST = (
    Check(
        "watchdog_told",
        "a program that hangs is reset by the watchdog, and the cause is told",
        "a loop without feeding; after the restart, the cause and the watchdog's REASON register",
        "yes/no",
        1,
        1,
        "unit.py: either failure ends in a restart whose cause is told",
        "the emulator has the watchdog's timer, not its clock nor the reset of every block",
        code=code.WATCHDOG,
        after=code.WATCHDOG_TOLD,
    ),
    Check(
        "fram_keeps_bytes",
        "bytes of 64 that the FRAM has kept over a power cut",
        "a pattern is written, the power is cut, the pattern is read back",
        "bytes",
        64,
        64,
        "retained words outlive a power cut (boards/__init__.py)",
        "the emulated FRAM is a list: it has neither write times nor a failing supply",
        code=code.FRAM_WRITTEN,
        needs_then="cut the power, the USB cable's too, for 10 s; connect both again",
        after=code.FRAM_KEPT,
    ),
    *(
        Check(
            f"meter_{name}_percent",
            f"error of the metered {words}",
            "mean of 50 readings against a reference meter at the same terminals",
            "%",
            -most,
            most,
            source,
            "the emulated metering chip returns the exact codes of its register map",
            code=code.METER.format(field=field),
            needs=needs,
            reference=f"{words} by the reference meter ({unit})",
        )
        for name, words, unit, field, most, needs, source in (
            (
                "voltage_l1",
                "voltage of leg 1",
                "V RMS",
                "voltage_l1_mv",
                1,
                "connect the supply",
                "IEEE 1547-2018 Table 3: ±1 % of nominal (evse.md 6.6, C)",
            ),
            (
                "voltage_l2",
                "voltage of leg 2",
                "V RMS",
                "voltage_l2_mv",
                1,
                "connect the supply",
                "IEEE 1547-2018 Table 3: ±1 % of nominal (evse.md 6.6, C)",
            ),
            (
                "current_l1",
                "current of leg 1",
                "A RMS",
                "current_l1_ma",
                1,
                "connect the supply, and let at least 10 A flow in leg 1",
                "our own; Table 3 has 5 % for power (evse.md 6.6, C)",
            ),
            (
                "current_l2",
                "current of leg 2",
                "A RMS",
                "current_l2_ma",
                1,
                "connect the supply, and let at least 10 A flow in leg 2",
                "our own; Table 3 has 5 % for power (evse.md 6.6, C)",
            ),
            (
                "frequency",
                "frequency",
                "Hz",
                "frequency_millihertz",
                0.017,
                "connect the supply",
                "IEEE 1547-2018 Table 3: 10 mHz, of 60 Hz (evse.md 6.6, C)",
            ),
        )
    ),
    Check(
        "console_failures",
        "echoes of 200 that do not come back over the console",
        "200 echoes of 64 bytes at 115,200 baud while the unit runs; needs --console",
        "echoes",
        0,
        0,
        "a reader of 256 bytes is emptied every 10 ms (wires.py)",
        "the emulator's UART sends without taking time and has no bit errors",
        over_console=True,
    ),
)

RP2350 = tuple(
    Check(
        name,
        what,
        method,
        unit,
        low,
        high,
        source,
        _NO_CHIP,
        code=text,
        chips=("RP2350",),
    )
    for name, what, method, unit, low, high, source, text in (
        (
            "rp2350_native",
            "machine code compiled for the RP2040 runs on the RP2350",
            "the firmware's CRC-16 of the nine digits",
            "as CRC",
            0x4B37,
            0x4B37,
            "the check value of CRC-16/MODBUS",
            code.NATIVE,
        ),
        (
            "rp2350_adc_dma",
            "samples of a tick that the converter's DMA has left after 20 ms",
            "the firmware's channel, its request number and addresses being those of chips.py",
            "samples",
            0,
            0,
            "they take less than a tick (pilot_io.py)",
            code.ADC_DMA,
        ),
        (
            "rp2350_latch_priority",
            "the ground-fault latch's interrupt is enabled, and before all others",
            "the interrupt controller's registers after the board was built",
            "yes/no",
            1,
            1,
            "board.py: it may interrupt a tick",
            code.LATCH_PRIORITY,
        ),
    )
)

BY_BOARD = (*TICKS, *PILOT, *REST, *RP2350)
