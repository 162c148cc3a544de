"""SMP messages: a header of eight bytes and a CBOR map, see `docs/console.cddl`."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from wattback_hil.console import cbor

GROUP_OS = 0
GROUP_CONNECTOR = 17750
ECHO = 0

_HEADER = struct.Struct(">BBHHBB")
_VERSION_2 = 1 << 3
_READ = 0
_ANSWER = 1  # added to the operation

REFUSALS = {
    1: "unknown error",
    2: "the request is too long",
    3: "the request is malformed",
    7: "the answer does not fit",
    8: "no such group or command",
    10: "busy",
    13: "an SMP version that it does not know",
}


@dataclass(frozen=True)
class Answer:
    """The answer to one request. Whose it is say group, command and sequence."""

    group: int
    command: int
    sequence: int
    cbor: bytes

    def fields(self) -> dict[str, object]:
        """Its map. Raises GarbledError."""
        return cbor.decode(self.cbor)


def read_request(group: int, command: int, sequence: int, fields: Mapping[str, object]) -> bytes:
    """The message that asks for something."""
    body = cbor.encode(fields)
    return _HEADER.pack(_READ | _VERSION_2, 0, len(body), group, sequence, command) + body


def parse_answer(message: bytes) -> Answer | None:
    """What a message answers, or None when it is no whole answer to a read."""
    if len(message) < _HEADER.size:
        return None
    operation, _, length, group, sequence, command = _HEADER.unpack_from(message)
    body = message[_HEADER.size :]
    if operation & 7 != _READ + _ANSWER or length != len(body):
        return None
    return Answer(group, command, sequence, body)
