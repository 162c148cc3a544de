"""Requests and their answers, apart from how they travel: functions 3, 6 and 16.

The counts are judged before the addresses, and the addresses before the values, so each mistake
has its own exception. Nothing is allocated for an answer to a read. A write takes two steps: it is
judged, then carried out.
"""

from micropython import const

from wattback.modbus.access import ACCEPTED, BUSY, MALFORMED, PENDING
from wattback.modbus.bank import Bank
from wattback.modbus.image import CHUNK

_READ = const(3)
_WRITE_ONE = const(6)
_WRITE = const(16)

_MOST_READ = const(125)
_MOST_WRITTEN = const(123)
_LONGEST = const(253)  # bytes of a request or an answer, function included

_ILLEGAL_FUNCTION = const(1)
_ILLEGAL_ADDRESS = const(2)
_ILLEGAL_VALUE = const(3)
_EXCEPTIONS = b"\x00\x02\x02\x03\x03\x06\x02\x03"  # by the reason of a refusal, see `access`

# A buffer for answers: the image is copied in whole chunks, which overwrite what is around.
LEAD = CHUNK  # bytes before the frame
_HEADER = const(7)  # the longest that a frame has before the function
BUFFER = LEAD + _HEADER + _LONGEST + CHUNK

_EXCEPTION = const(0x80)


def answer(bank: Bank, request, first: int, length: int, reply, at: int) -> int:  # type: ignore[no-untyped-def]
    """Answer the request request[first:first + length] at reply[at:]; returns the answer's length.

    0: it is a write that has been judged good; `carry_out` is the next step. reply: of BUFFER
    bytes; what lies before `at` is overwritten too.
    """
    function = request[first]
    if function == _READ:
        return _read(bank, request, first, length, reply, at)
    if function == _WRITE_ONE or function == _WRITE:
        return _judge_write(bank, request, first, length, reply, at)
    return refuse(function, _ILLEGAL_FUNCTION, reply, at)


def carry_out(bank: Bank, request, first: int, reply, at: int, patient: int) -> int:  # type: ignore[no-untyped-def]
    """Carry out a write for which `answer` returned 0, and answer it as there.

    patient: 1 returns 0 and does nothing while the connector has no room for it. While it is not
    known what becomes of the write, which is for a few ticks, it returns 0 whoever asks.
    """
    function = request[first]
    address = request[first + 1] << 8 | request[first + 2]
    if function == _WRITE_ONE:
        reason = bank.write(address, 1, request, first + 3)
    else:
        reason = bank.write(address, request[first + 4], request, first + 6)
    if reason == PENDING or reason == BUSY and patient:
        return 0
    if reason != ACCEPTED:
        bank.refused(address, reason)
        return refuse(function, _EXCEPTIONS[reason], reply, at)
    for index in range(5):  # function, address, and the value or the count
        reply[at + index] = request[first + index]
    return 5


def refuse(function: int, exception: int, reply, at: int) -> int:  # type: ignore[no-untyped-def]
    """Answer with an exception; returns the answer's length."""
    reply[at] = function | _EXCEPTION
    reply[at + 1] = exception
    return 2


def _read(bank: Bank, request, first: int, length: int, reply, at: int) -> int:  # type: ignore[no-untyped-def]
    if length != 5:
        return refuse(_READ, _ILLEGAL_VALUE, reply, at)
    count: int = request[first + 3] << 8 | request[first + 4]
    if not 1 <= count <= _MOST_READ:
        return refuse(_READ, _ILLEGAL_VALUE, reply, at)
    address = request[first + 1] << 8 | request[first + 2]
    if not bank.read(address, count, reply, at + 2):
        return refuse(_READ, _ILLEGAL_ADDRESS, reply, at)
    reply[at] = _READ
    reply[at + 1] = count * 2
    return count * 2 + 2


def _judge_write(bank: Bank, request, first: int, length: int, reply, at: int) -> int:  # type: ignore[no-untyped-def]
    function = request[first]
    if length < 3:
        return refuse(function, _ILLEGAL_VALUE, reply, at)
    address = request[first + 1] << 8 | request[first + 2]
    reason = MALFORMED
    if function == _WRITE_ONE:
        if length == 5:
            reason = bank.judge(address, 1, request, first + 3)
    elif length > 6:
        count = request[first + 3] << 8 | request[first + 4]
        octets = request[first + 5]
        if 1 <= count <= _MOST_WRITTEN and octets == count * 2 and length == 6 + octets:
            reason = bank.judge(address, count, request, first + 6)
    if reason == ACCEPTED:
        return 0
    bank.refused(address, reason)
    return refuse(function, _EXCEPTIONS[reason], reply, at)
