"""A console port with everything around it: a connector that can be set, and a wire to it."""

import struct
from binascii import a2b_base64, b2a_base64, crc_hqx
from typing import Any

import cbor2

from wattback.console.port import ConsolePort
from wattback.fault_table import FAULTS
from wattback.identity import Identity
from wattback.settings import Settings
from wattback.signals import REPORT_NAMES, STATUS_NAMES, Report, Status

SERIAL = "00000001"
GROUP = 17750
HELLO, VITALS, WHY, FAULTS_COMMAND = range(4)
READ, WRITE = 0, 2
ALL_FAULTS = (1 << len(FAULTS)) - 1
LONGEST_LINE = 127


class Core:
    """What a console port reads of a connector; `tick` publishes what `set` has changed."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.status = Status()
        self.report = Report()

    def set(self, **fields: int) -> None:
        """Give fields of status or report new values."""
        for name, value in fields.items():
            assert name in STATUS_NAMES or name in REPORT_NAMES, name
            setattr(self.status if name in STATUS_NAMES else self.report, name, value)

    def tick(self, **fields: int) -> None:
        """One tick, in which these fields change."""
        before = self.status
        self.status = Status()  # the connector publishes two in turn
        for name in STATUS_NAMES:
            setattr(self.status, name, getattr(before, name))
        self.set(**fields)
        self.status.sequence = (before.sequence + 1) & ((1 << 29) - 1)


class ConsoleBench:
    """The port, its wire, and ticks. steps: how many the port has made."""

    def __init__(self, core: Core | None = None) -> None:
        self.core = core or Core()
        self.port = ConsolePort(self.core, Identity(SERIAL))
        self.port.opened()
        self.steps = 0

    def tick(self, **fields: int) -> bytes:
        """One tick with these fields; returns what the port says after it."""
        self.core.tick(**fields)
        return self.run()

    def run(self) -> bytes:
        """Step until the port waits; returns what it says, of lines that keep to the rules."""
        said = b""
        port = self.port
        while True:
            self.steps += 1
            more = port.step(0)
            if port.out_count:
                line = bytes(port.out[: port.out_count])
                assert len(port.out) == LONGEST_LINE
                assert line.endswith(b"\n"), line
                assert line.count(b"\n") == 1, line
                said += line
                port.sent()
            elif not more:
                return said

    def send(self, data: bytes) -> bytes:
        """Bytes on the wire, as fast as the port takes them; returns what it says."""
        said = b""
        while data:
            count = min(self.port.room(), len(data))
            assert count > 0, "the port takes no more bytes, for ever"
            self.port.receive(bytearray(data[:count]), count, 0)
            data = data[count:]
            said += self.run()
        return said

    def texts(self, data: bytes) -> list[str]:
        """The lines of text that answer."""
        return self.send(data).decode().splitlines()

    def ask(
        self,
        group: int,
        command: int,
        fields: Any = None,
        operation: int = READ,
        version: int = 1,
    ) -> Any:
        """A request, and the map that answers it."""
        body = cbor2.dumps({} if fields is None else fields)
        sequence = 0x42
        answer = self.send(lines_of(request(group, command, body, operation, version, sequence)))
        header, cbor = answer_in(answer)
        assert header == (operation + 1 | min(version, 1) << 3, 0, len(cbor), group, 0x42, command)
        return cbor2.loads(cbor)

    def pages(self, command: int) -> list[dict[str, Any]]:
        """All pages of an answer of the private group."""
        pages = [self.ask(GROUP, command)]
        while "next" in pages[-1]:
            pages.append(self.ask(GROUP, command, {"from": pages[-1]["next"]}))
        return pages


def request(
    group: int,
    command: int,
    body: bytes,
    operation: int = READ,
    version: int = 1,
    sequence: int = 0,
) -> bytes:
    """A message."""
    first = operation | version << 3
    return struct.pack(">BBHHBB", first, 0, len(body), group, sequence, command) + body


def lines_of(message: bytes, characters: int = 124) -> bytes:
    """A message as lines of so many characters of base64."""
    frame = struct.pack(">H", len(message) + 2) + message
    text = b2a_base64(frame + struct.pack(">H", crc_hqx(message, 0)), newline=False)
    pieces = [text[at : at + characters] for at in range(0, len(text), characters)]
    return b"\x06\x09" + b"\n\x04\x14".join(pieces) + b"\n"


def messages_in(said: bytes) -> list[bytes]:
    """The messages among what a port has said; their lines must follow each other."""
    messages = []
    frame = b""
    for line in said.splitlines():
        if line[:2] == b"\x06\x09":
            assert not frame, "a frame begins within another"
            frame = a2b_base64(line[2:])
        elif line[:2] == b"\x04\x14":
            assert frame, "a frame has no beginning"
            frame += a2b_base64(line[2:])
        else:
            assert not frame, f"{line!r} stands within a frame"
        if frame and len(frame) == 2 + int.from_bytes(frame[:2], "big"):
            assert crc_hqx(frame[2:], 0) == 0
            messages.append(frame[2:-2])
            frame = b""
    assert not frame, "a frame has no end"
    return messages


def answer_in(said: bytes) -> tuple[tuple[int, ...], bytes]:
    """Header and CBOR of the one message in what a port has said."""
    (message,) = messages_in(said)
    assert len(message) <= 576
    return struct.unpack(">BBHHBB", message[:8]), message[8:]
