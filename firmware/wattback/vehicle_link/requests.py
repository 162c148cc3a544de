"""Requests: what a vehicle says, read a few pairs a step and judged by one table.

A message is right as a whole or not at all: every key it must have, no key that it may not have,
none twice, every value in its range. Keys, ranges and names are those of `docs/vehicle_link.cddl`.
The fields are those of AC_DER_SAE (evse.md 6.8, C).
"""

from array import array

from micropython import const

from wattback import vehicle
from wattback.codec.cbor import BREAK, END, FLAG, INTEGER, MAP, TEXT, Reader
from wattback.codec.frames import MESSAGE_AT

# Message; the answer to each is one more.
SESSION_SETUP = const(1)
CHARGE_PARAMETER_DISCOVERY = const(3)
CHARGE_LOOP = const(5)
SESSION_STOP = const(7)

# ResponseCode
OK = const(0)
FAILED = const(21)  # from here on nothing was done
_FAILED_SEQUENCE_ERROR = const(34)
_FAILED_WRONG_CHARGE_PARAMETER = const(39)

# The largest value by key; of a text its length. Its place here is also a key's bit in a set:
# the answers' keys, which stand in between, take none.
_FIRST_ANSWER_KEY = const(23)
_LAST_ANSWER_KEY = const(52)
_HIGHEST = (
    7,  # 0 Message
    65535,  # 1 SessionID
    32,  # 2 EVCCID
    50000,  # 3 EVMaximumChargePower, W
    50000,  # 4 EVMaximumDischargePower, W
    32,  # 5 EVInverterManufacturer
    32,  # 6 EVInverterModel
    32,  # 7 EVInverterSerialNumber
    32,  # 8 EVInverterSwVersion
    1,  # 9 IEEE1547NormalCategory
    2,  # 10 IEEE1547AbnormalCategory
    1,  # 11 J3072Certified
    47482,  # 12 J3072CertificationDate, days since 1970-01-01
    600000,  # 13 EVNominalVoltage, mV
    500000,  # 14 EVUseableWattHours, Wh
    50000,  # 15 EVPresentActivePower, W
    50000,  # 16 EVPresentReactivePower, var
    10000,  # 17 PresentSOC, bp
    10000,  # 18 MinimumSOC, bp
    500000,  # 19 EVTargetEnergyRequest, Wh
    604800,  # 20 DepartureTime, s
    1,  # 21 DEROperationalState
    65535,  # 22 SettingsVersion
    3,  # 53 SupportedModes, bits
    1,  # 54 GeneratorMode
)
_TEXTS = const(0b1_1110_0100)  # keys 2 and 5 to 8: at least one character
_FLAGS = const(1 << 11)
_SIGNED = const(1 << 15 | 1 << 16)  # as low as high; all others are not negative
_KEY_SESSION = const(1)
_KEY_NORMAL_CATEGORY = const(9)
_KEY_CATEGORY = const(10)
_KEY_DEPARTURE = const(20)

# For each message: the core's kind, the keys that it must have and those that it may have as bits,
# and the places of the inbox's words, in the order of these.
_MESSAGES = (
    (vehicle.MESSAGE_SETUP, 0b101, 0b111, ()),
    (vehicle.MESSAGE_PARAMETERS, 0x281B, 0x807FFB, (11, 10, 3, 4, 13, 9, 23)),
    (vehicle.MESSAGE_LOOP, 0x6B8003, 0x17F8003, (22, 17, 18, 19, 20, 24)),
    (vehicle.MESSAGE_STOP, 0b11, 0b11, ()),
)
_PAIRS = const(2)  # a step


class Request:
    """message: which, 0 while it is not known. session: its SessionID, 0 for none. code: OK, or
    the ResponseCode of what is wrong with it.
    """

    def __init__(self, buffer: bytearray) -> None:
        self.message = 0
        self.session = 0
        self.code = OK
        self._values = array("i", [0] * len(_HIGHEST))  # of a text 64 × its place + its length
        self._reader = Reader(buffer)
        self._left = 0
        self._seen = 0
        self._wrong = 0

    def start(self, end: int) -> None:
        """Begin with the CBOR that ends at `end`."""
        values = self._values
        for key in range(len(_HIGHEST)):
            values[key] = 0
        values[_KEY_DEPARTURE] = vehicle.UNKNOWN
        values[_KEY_NORMAL_CATEGORY] = -1  # the core counts both from 1, and 0 is none
        values[_KEY_CATEGORY] = -1
        self.message = 0
        self.code = OK
        self._seen = 0
        self._wrong = 0
        reader = self._reader
        reader.start(MESSAGE_AT, end)
        self._left = reader.value if reader.next() == MAP else -1
        if self._left < 0:
            self._left = 0
            self.code = FAILED

    def step(self) -> int:
        """Read a few pairs; returns 1 when there are more."""
        for _ in range(_PAIRS):
            if not self._left or self.code:
                self._judge()
                return 0
            self._left -= 1
            self._read_pair()
        return 1

    def fill(self, inbox) -> None:  # type: ignore[no-untyped-def]
        """Put a right message into the core's inbox."""
        row = _MESSAGES[self.message >> 1]
        inbox[vehicle.INBOX_KIND] = row[0]
        word = vehicle.INBOX_KIND
        for key in row[3]:
            word += 1
            category = key == _KEY_CATEGORY or key == _KEY_NORMAL_CATEGORY
            inbox[word] = self._values[key] + (1 if category else 0)

    def copy_text(self, key: int, to: bytearray, at: int) -> int:
        """Copy the text of a key into `to` from `at` on; returns its length, 0 for none."""
        first = self._values[key] >> 6
        length = self._values[key] & 63
        to[at : at + length] = self._reader.buffer[first : first + length]
        return length

    def _read_pair(self) -> None:
        reader = self._reader
        key = reader.value if reader.next() == INTEGER else -1
        if key > _LAST_ANSWER_KEY:
            key -= _LAST_ANSWER_KEY + 1 - _FIRST_ANSWER_KEY
        elif key >= _FIRST_ANSWER_KEY:
            key = -1
        if not 0 <= key < len(_HIGHEST) or self._seen & 1 << key:
            self.code = FAILED
            return
        bit = 1 << key
        self._seen |= bit
        kind = reader.next()
        if kind >= BREAK:
            self.code = FAILED
            return
        wanted = TEXT if bit & _TEXTS else FLAG if bit & _FLAGS else INTEGER
        value = reader.last - reader.first if kind == TEXT else reader.value
        lowest = 1 if bit & _TEXTS else -_HIGHEST[key] if bit & _SIGNED else 0
        if kind != wanted or not lowest <= value <= _HIGHEST[key]:
            reader.skip()
            self._wrong = 1
            return
        self._values[key] = value
        if kind == TEXT:
            self._values[key] = reader.first << 6 | value
            for at in range(reader.first, reader.last):
                if not 0x20 <= reader.buffer[at] <= 0x7E:
                    self._wrong = 1

    def _judge(self) -> None:
        message = self._values[0]
        self.session = self._values[_KEY_SESSION]
        self.message = message if message & 1 else 0
        if self.code:
            return
        row = _MESSAGES[message >> 1]
        if self._reader.next() != END:
            self.code = FAILED
        elif not self.message:
            self.code = _FAILED_SEQUENCE_ERROR
        elif row[1] & ~self._seen or self._seen & ~row[2]:
            self.code = FAILED
        elif self._wrong:
            asked = message == CHARGE_PARAMETER_DISCOVERY
            self.code = _FAILED_WRONG_CHARGE_PARAMETER if asked else FAILED
