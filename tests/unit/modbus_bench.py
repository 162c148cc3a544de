"""A bank of registers with a connector behind it, spoken to by the names of the points.

Two connectors: `StillBench` has one that never ticks, whose status, report and settings a test
fills and whose queue it looks into; `ModbusBench` has a whole one on the wall of `wall.py`.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from tests.unit.linked_wall import settings_with
from tests.unit.wall import Wall
from wattback import limits
from wattback.commands import (
    COMMAND_ADOPT,
    COMMAND_SET_LIMIT,
    COMMAND_SET_TARGET,
    COMMAND_WITHDRAW,
    CommandQueue,
)
from wattback.identity import Identity
from wattback.modbus import pdu
from wattback.modbus.bank import Bank
from wattback.settings import SETTINGS, Settings
from wattback.signals import Report, Status
from wattback.targets import OWNER_PROGRAMME
from wattback_sim.register_map import Point, Value, decode, encode, find_point

SERIAL = "WB-0001"
QUEUE_PLACES = 7
LONGEST_ADOPTION = 100  # steps
RENEWAL = 21  # steps, of all that changes
_AT = pdu.LEAD + 1  # where an answer lies in the buffer of an RTU port


class Bench:
    """bank: the registers of `connector`."""

    def __init__(self, connector: Any) -> None:
        self.connector = connector
        self.bank = Bank(connector, Identity(SERIAL))

    def request(self, octets: bytes, patient: int = 0) -> bytes:
        """The answer to a request, function first."""
        reply = bytearray(pdu.BUFFER)
        request = bytearray(octets)
        length = pdu.answer(self.bank, request, 0, len(request), reply, _AT)
        if not length:
            length = pdu.carry_out(self.bank, request, 0, reply, _AT, patient)
        for _ in range(LONGEST_ADOPTION):
            if length or patient:
                break
            self.turn()
            length = pdu.carry_out(self.bank, request, 0, reply, _AT, patient)
        return bytes(reply[_AT : _AT + length])

    def turn(self) -> None:
        """What the connector does between two steps of a write that takes several."""
        raise NotImplementedError

    def words(self, address: int, count: int) -> list[int]:
        """Registers as a master reads them."""
        answer = self.request(b"\x03" + two(address) + two(count))
        assert answer[:2] == bytes([3, 2 * count]), answer
        return [answer[n] << 8 | answer[n + 1] for n in range(2, len(answer), 2)]

    def read(self, name: str) -> Value:
        """A point's value."""
        point = find_point(name)
        return decode(point, self.words(point.address, point.registers))

    def number(self, name: str) -> float:
        """A point's value that is a number."""
        value = self.read(name)
        assert isinstance(value, int | float), f"{name} is {value!r}"
        return value

    def write(self, values: Mapping[str, Value]) -> int:
        """One request for points that lie side by side; 0, or the exception."""
        first = find_point(next(iter(values)))
        words = [
            word for name, value in values.items() for word in encode(find_point(name), value)
        ]
        return self.write_words(first.address, words)

    def write_words(self, address: int, words: list[int]) -> int:
        """One request for registers; 0, or the exception."""
        return exception_of(self.request(write_request(address, words)))

    def renew(self) -> None:
        """Every point of the image is renewed."""
        for _ in range(RENEWAL):
            self.bank.step()


class StillBench(Bench):
    """connector: only what a bank sees of one; its utility may set what it likes.

    adopted: the version and the categories of each adoption.
    """

    def __init__(self, utility_may_set: int = 1) -> None:
        self.adopted: list[tuple[int, int]] = []
        still = SimpleNamespace(
            status=Status(),
            report=Report(),
            settings=Settings(),
            prepared=Settings(),
            setting_names=tuple(row[0] for row in SETTINGS),
            queue=CommandQueue(),
            vehicle=SimpleNamespace(settings_version=0),
            renew_report=lambda _turn: None,
        )
        still.settings.utility_may_set = still.prepared.utility_may_set = utility_may_set
        still.status.sequence = 1000  # it has run for a while
        still.report.programme_export_ma = limits.NO_LIMIT_MA
        still.report.site_import_ma = still.report.site_export_ma = limits.NO_LIMIT_MA
        super().__init__(still)

    def turn(self) -> None:
        queue = self.connector.queue
        places = len(queue.words)
        newest = (vars(queue)["_head"] - QUEUE_PLACES) % places
        if queue.first() >= 0 and queue.words[newest] == COMMAND_WITHDRAW:
            vars(queue)["_head"] = newest
            self.connector.settings.permit_service = self.connector.prepared.permit_service = 0
        elif queue.first() >= 0 and queue.words[newest] == COMMAND_ADOPT:
            self.adopted.append((queue.words[newest + 1], queue.words[newest + 2]))
            vars(queue)["_head"] = newest
            still = self.connector
            still.settings, still.prepared = still.prepared, still.settings

    def commands(self) -> list[tuple[int, ...]]:
        """Take what is in the queue, and report that targets and limits have been obeyed."""
        queue = self.connector.queue
        taken = []
        while queue.first() >= 0:
            at = queue.first()
            taken.append(tuple(queue.words[at : at + QUEUE_PLACES]))
            self._obey(*taken[-1])
            queue.drop()
        return taken

    def _obey(self, code: int, owner: int, one: int, other: int, lasts_s: int, *_: int) -> None:
        report = self.connector.report
        if code == COMMAND_SET_TARGET:
            of = "programme_target" if owner == OWNER_PROGRAMME else "site_target"
            told = {f"{of}_enabled": one, f"{of}_w": other, f"{of}_left_s": lasts_s or -1}
        elif code == COMMAND_SET_LIMIT and owner == limits.OWNER_PROGRAMME:
            told = {"programme_export_ma": other, "programme_left_s": lasts_s or -1}
        elif code == COMMAND_SET_LIMIT:
            of = "technician" if owner == limits.OWNER_TECHNICIAN else "site"
            told = {
                f"{of}_import_ma": one,
                f"{of}_export_ma": other,
                f"{of}_left_s": lasts_s or -1,
            }
        else:
            told = {}
        vars(report).update(told)


class ModbusBench(Bench):
    """wall: what the connector sits on; a tick of it renews a part of the registers."""

    def __init__(self, wall: Wall | None = None) -> None:
        self.wall = wall or Wall(settings_with(utility_may_set=1))
        super().__init__(self.wall.connector)
        self.run(1_000)

    def turn(self) -> None:
        self.wall.tick()

    def run(self, ms: int) -> None:
        for _ in range(ms // 10):
            self.wall.tick()
            self.bank.step()


def two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def write_request(address: int, words: list[int]) -> bytes:
    """The request that writes registers, by function 6 when it is one."""
    octets = b"".join(two(word) for word in words)
    if len(words) == 1:
        return b"\x06" + two(address) + octets
    return b"\x10" + two(address) + two(len(words)) + bytes([len(octets)]) + octets


def exception_of(answer: bytes) -> int:
    return answer[1] if answer[0] & 0x80 else 0


def raw_of(point: Point, words: list[int]) -> int:
    """The number in a point's registers, with its sign."""
    signed = point.kind in ("int16", "int32", "sunssf")
    return int.from_bytes(b"".join(two(word) for word in words), "big", signed=signed)
