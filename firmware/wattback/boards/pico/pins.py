"""The pins of a Pico: which GPIO is wired to what. docs/board_pico.md draws the circuit.

A pin out of reset is an input with a pull-down, so every output here is safe when it is low:
contactor not permitted, no test current, the pilot at −12 V. An input that lost its wire reads
high by its pull-up, and high is what keeps a contactor open: the latch tripped, the contact
closed, a stop button pressed, no earth, no voltage at the coil.
"""

from micropython import const

CONSOLE_TX = const(0)  # UART0
CONSOLE_RX = const(1)
RS485_DE = const(3)  # the driver is on while it is high
RS485_TX = const(4)  # by PIO, both
RS485_RX = const(5)
VEHICLE_TX = const(6)  # by PIO, both
VEHICLE_RX = const(7)
VEHICLE_BUSY = const(2)  # high while the vehicle link is sending
FRAM_SDA = const(8)  # I2C0, and the converter of the slow inputs
FRAM_SCL = const(9)
CONTACTOR = const(10)  # permission for the coil
COIL_PUMP = const(11)  # toggled by every tick; a level that stands drops the coil
FAULT_TEST = const(12)  # current through the test winding of the ground-fault sensor
FAULT_RESET = const(13)  # releases the ground-fault latch
FAULT_LATCHED = const(14)  # the latch has tripped, and has cut the coil by itself
CONTACTOR_AUX = const(15)  # a mirror contact to earth: high while the main contacts are closed
METER_MISO = const(16)  # SPI0
METER_CS = const(17)
METER_SCK = const(18)
METER_MOSI = const(19)
COIL_DRIVEN = const(20)  # low while there is voltage at the coil
PILOT_PWM = const(21)
STOP_BUTTON = const(22)  # a normally closed contact to earth: high while it is pressed
PILOT_ADC = const(26)  # ADC0
DISCONNECT = const(27)  # a contact to earth: high while the lockable disconnect is open
EARTH_MISSING = const(28)  # low while the ground monitor finds a protective earth

OUTPUTS = (
    RS485_DE,
    VEHICLE_BUSY,
    CONTACTOR,
    COIL_PUMP,
    FAULT_TEST,
    FAULT_RESET,
    PILOT_PWM,
)  # low is safe
