"""What the checks run on the board: MicroPython as text, each printing one number at its end.

It uses the firmware's own modules on the board wherever they are what is measured. Pins are put in
here by number, because a flashed board has no names for its constants.
"""

from wattback.boards.pico import pins

_TICKS = """\
import gc, time
from array import array
from machine import Timer
from wattback.boards.pico.unit import Unit
unit = Unit()
globals().pop("room", None)  # as main.py does
gc.collect()
seen = array('i', [0, 0, 1 << 28, 0, 0, 0, 0])
us = time.ticks_us
ms = time.ticks_ms
diff = time.ticks_diff
def beat(timer):
 began = us()
 seen[5] ^= 1
 if seen[5]:
  unit.board.measure()
  took = diff(us(), began)
  if took > seen[6]:
   seen[6] = took
  return
 unit.tick()
 took = diff(us(), began)
 if took > seen[0]:
  seen[0] = took
 if seen[4]:
  gap = diff(began, seen[3])
  if gap > seen[1]:
   seen[1] = gap
  if gap < seen[2]:
   seen[2] = gap
 seen[3] = began
 seen[4] += 1
timer = Timer(-1, period=5, mode=Timer.PERIODIC, callback=beat, hard=True)
span_ms = {ms}
end = time.ticks_add(ms(), span_ms)
while diff(end, ms()) > 0:
 gc.collect()
timer.deinit()
unit.board.cut()
if seen[4] * 100 < span_ms * 9:
 raise ValueError('only %d ticks in %d ms: did one of them raise?' % (seen[4], span_ms))
"""
_TEN_S = _TICKS.format(ms=10_000)
TICK_WORST = _TEN_S + "print(seen[0])\n"
MEASURE_WORST = _TEN_S + "print(seen[6])\n"
GAP_LONGEST = _TEN_S + "print(seen[1])\n"
GAP_SHORTEST = _TEN_S + "print(seen[2])\n"

# A 1 ms beat that only a flash erase can hold up, while littlefs writes blocks of its own.
FLASH_STOP = """\
import os, time
from array import array
from machine import Timer
seen = array('i', [0, 0])
us = time.ticks_us
diff = time.ticks_diff
def beat(timer):
 now = us()
 if seen[1]:
  gap = diff(now, seen[1])
  if gap > seen[0]:
   seen[0] = gap
 seen[1] = now
timer = Timer(-1, period=1, mode=Timer.PERIODIC, callback=beat, hard=True)
block = bytes(4096)
try:
 for turn in range(4):
  with open('check.tmp', 'wb') as file:
   for part in range(4):
    file.write(block)
finally:
 timer.deinit()
 os.remove('check.tmp')
print(seen[0] // 1000)
"""

_PILOT = """\
import time
from wattback.boards.pico.chips import Chip
from wattback.boards.pico.pilot_io import PilotIo
from wattback.signals import Inputs
pilot = PilotIo(Chip())
inputs = Inputs()
pilot.drive({duty_bp})
"""
_READ = """\
time.sleep_ms(100)
least = 1 << 28
most = -least
total = refused = 0
for turn in range({turns}):
 time.sleep_ms(10)
 pilot.read(inputs)
 level = inputs.pilot_high_mv
 if not level and not inputs.pilot_low_mv:
  refused += 1
 total += level
 least = min(least, level)
 most = max(most, level)
pilot.drive(0)
"""


def _all_read(duty_bp: int, turns: int) -> str:
    return (
        _PILOT.format(duty_bp=duty_bp)
        + _READ.format(turns=turns)
        + "if refused:\n raise ValueError('%d readings were refused' % refused)\n"
    )


def pilot_level(duty_bp: int) -> str:
    """Mean of what the firmware reads of a steady level, mV."""
    code = _all_read(duty_bp, 50)
    return code + "print(total // 50)\n"


def pilot_spread(duty_bp: int) -> str:
    """Highest less lowest reading of the high level in 10 s, mV."""
    code = _all_read(duty_bp, 1000)
    return code + "print(most - least)\n"


def pilot_held(duty_bp: int) -> str:
    """The pilot driven, for a person to measure."""
    return _PILOT.format(duty_bp=duty_bp)


REFUSED_READS = _PILOT.format(duty_bp=5000) + _READ.format(turns=1000) + "print(refused)\n"

# The watchdog ends this. Bit 0 of REASON: it was its timer, and nobody's order.
WATCHDOG = """\
from machine import WDT
dog = WDT(timeout=500)
while True:
 pass
"""
_REASON = """\
import machine, sys
base = 0x400d8000 if 'RP2350' in sys.implementation._machine else 0x40058000
"""
WATCHDOG_TOLD = _REASON + (
    "print(int(machine.reset_cause() == machine.WDT_RESET and machine.mem32[base + 8] & 1))\n"
)

# Beyond the records of `fram.py`.
_FRAM = f"""\
from machine import I2C, Pin
i2c = I2C(0, sda=Pin({pins.FRAM_SDA}), scl=Pin({pins.FRAM_SCL}), freq=400_000)
pattern = bytes((i * 37 + 11) & 0xff for i in range(64))
"""
FRAM_WRITTEN = _FRAM + "i2c.writeto_mem(0x50, 0x1f00, pattern, addrsize=16)\nprint(1)\n"
FRAM_KEPT = _FRAM + (
    "kept = i2c.readfrom_mem(0x50, 0x1f00, 64, addrsize=16)\n"
    "i2c.writeto_mem(0x50, 0x1f00, bytes(64), addrsize=16)\n"
    "print(sum(a == b for a, b in zip(kept, pattern)))\n"
)

METER = """\
import time
from wattback.boards.pico.meter import Meter
from wattback.signals import Inputs
meter = Meter()
inputs = Inputs()
time.sleep_ms(500)
total = answers = 0
for turn in range(50):
 time.sleep_ms(20)
 meter.read(inputs)
 answers += inputs.voltage_l1_mv > 0
 total += abs(inputs.{field})
if answers < 50:
 raise ValueError('the metering chip saw a supply in %d of 50 readings' % answers)
print(total / 50 / 1000)
"""

# The coil, as a running tick drives it, for a person to measure; nothing else of the unit runs.
COIL_HELD = """\
from machine import Timer
from wattback.boards.pico.board import PicoBoard
from wattback.boards.pico.chips import Chip
from wattback.signals import Outputs
chip = Chip()
board = PicoBoard(chip)
board.arm(chip)
outputs = Outputs()
board.drive(outputs)
outputs.contactor_closed = 1
timer = Timer(-1, period=10, mode=Timer.PERIODIC, callback=lambda t: board.drive(outputs))
"""
# The same, ticking and standing still for half a second in turn.
PUMP_HELD = COIL_HELD.replace(
    "callback=lambda t: board.drive(outputs))",
    "callback=lambda t: (time.ticks_ms() // 500) & 1 or board.drive(outputs))",
).replace("from machine import Timer", "import time\nfrom machine import Timer")
PERMIT_HELD = f"""\
from machine import Pin
Pin({pins.COIL_PUMP}, Pin.OUT, value=0)
Pin({pins.CONTACTOR}, Pin.OUT, value=1)
"""
# Eight bytes every 20 ms.
RS485_HELD = """\
from machine import Timer
from wattback.boards.pico.chips import Chip
from wattback.boards.pico.wires import Rs485Wire
wire = Rs485Wire(Chip(), 19200)
frame = bytes((1, 3, 0, 0, 0, 60, 0x45, 0xdb))
timer = Timer(-1, period=20, mode=Timer.PERIODIC, callback=lambda t: wire.send(frame, 8))
"""

# Machine code of the firmware, by a result that everybody knows.
NATIVE = """\
from wattback.boards.pico.fast import crc16
print(crc16(b'123456789', 0, 9))
"""
ADC_DMA = """\
import time
from wattback.boards.pico.chips import Chip
from wattback.boards.pico.pilot_io import PilotIo
pilot = PilotIo(Chip())
time.sleep_ms(20)
print(pilot.dma.count)
"""
LATCH_PRIORITY = """\
from machine import mem32
from wattback.boards.pico.board import PicoBoard
from wattback.boards.pico.chips import Chip
chip = Chip()
PicoBoard(chip).arm(chip)
enabled = mem32[0xe000e100 + 4 * (chip.irq_gpio // 32)] >> chip.irq_gpio % 32 & 1
priority = mem32[0xe000e400 + chip.irq_gpio // 4 * 4] >> chip.irq_gpio % 4 * 8 & 0xff
print(int(enabled and priority == 0))
"""
