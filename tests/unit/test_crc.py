"""Check sums: published check values, the polynomial itself, and sums taken in parts."""

import binascii

from hypothesis import given
from hypothesis import strategies as st

from wattback.codec.crc import crc16_xmodem
from wattback.codec.crc_modbus import crc16_modbus

DIGITS = b"123456789"  # what catalogues of check sums give their check values for


def modbus_bit_by_bit(message: bytes) -> int:
    crc = 0xFFFF
    for byte in message:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def test_the_check_values_of_the_catalogue() -> None:
    assert crc16_modbus(DIGITS, 0, 9) == 0x4B37
    assert crc16_xmodem(DIGITS, 0, 9) == 0x31C3


def test_the_sum_of_nothing_is_the_sum_it_begins_with() -> None:
    assert crc16_modbus(b"", 0, 0) == 0xFFFF
    assert crc16_xmodem(b"", 0, 0) == 0
    assert crc16_xmodem(b"", 0, 0, 0xBEEF) == 0xBEEF


@given(st.binary(max_size=300))
def test_the_tables_do_what_the_polynomials_say(message: bytes) -> None:
    assert crc16_modbus(message, 0, len(message)) == modbus_bit_by_bit(message)
    assert crc16_xmodem(message, 0, len(message)) == binascii.crc_hqx(message, 0)


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_only_the_named_stretch_counts(before: bytes, message: bytes, after: bytes) -> None:
    whole = bytearray(before + message + after)
    first, last = len(before), len(before) + len(message)
    assert crc16_modbus(whole, first, last) == modbus_bit_by_bit(message)
    assert crc16_xmodem(whole, first, last) == binascii.crc_hqx(message, 0)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_a_message_may_be_taken_in_parts(message: bytes, cut: int) -> None:
    cut = min(cut, len(message))
    first_part = crc16_xmodem(message, 0, cut)
    assert crc16_xmodem(message, cut, len(message), first_part) == binascii.crc_hqx(message, 0)
