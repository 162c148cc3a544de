"""Registers by name over one connection: read, written, refused, silent, of another version."""

import pytest

from wattback_hil.errors import BoardError, MisuseError
from wattback_hil.modbus import ModbusRefusedError, ModbusSilentError, simulated_wire
from wattback_hil.registers import ModbusClient, VersionError
from wattback_sim.errors import BadInputError
from wattback_sim.register_map import POINTS, find_point

UNIT = 7
SUNS = [0x5375, 0x6E53]
LAST = POINTS[-1].address + POINTS[-1].registers


class Slave:
    """A stream with a connector's registers behind it, in a dictionary.

    base: where its map begins. mute: it says nothing. refuses: with this exception, whatever is
    asked. pieces: answers come in so many. asked: function and address of every request.
    """

    def __init__(self, base: int = 40000) -> None:
        self.mute = False
        self.refuses = 0
        self.pieces = 1
        self.asked: list[tuple[int, int]] = []
        self.closed = False
        shift = base - 40000
        self.registers = dict(zip(range(base, base + 2), SUNS, strict=True))
        self.registers.update(dict.fromkeys(range(base + 2, LAST + shift), 0))
        for point in POINTS:
            if point.name == "ID":
                lengths = [p.registers for p in POINTS if p.model == point.model]
                self.registers[point.address + shift] = point.model
                self.registers[point.address + shift + 1] = sum(lengths) - 2
        self.registers[LAST + shift] = 0xFFFF
        self.registers[LAST + shift + 1] = 0
        self._answers: list[bytes] = []

    def send(self, data: bytes) -> None:
        transaction, unit, function = data[:2], data[6], data[7]
        address, word = int.from_bytes(data[8:10], "big"), int.from_bytes(data[10:12], "big")
        assert unit == UNIT
        self.asked.append((function, address))
        if self.mute:
            return
        body = self._answer(function, address, word, data[13:])
        frame = transaction + b"\0\0" + (len(body) + 1).to_bytes(2, "big") + bytes([unit]) + body
        size = -(-len(frame) // self.pieces)
        self._answers = [frame[at : at + size] for at in range(0, len(frame), size)]

    def receive(self, within_s: float) -> bytes:
        assert within_s == 1.0
        return self._answers.pop(0) if self._answers else b""

    def close(self) -> None:
        self.closed = True

    def _answer(self, function: int, address: int, word: int, data: bytes) -> bytes:
        if self.refuses:
            return bytes([function | 0x80, self.refuses])
        if function == 6:
            self.registers[address] = word
            return bytes([6]) + address.to_bytes(2, "big") + word.to_bytes(2, "big")
        if any(at not in self.registers for at in range(address, address + word)):
            return bytes([function | 0x80, 2])
        if function == 16:
            for index in range(word):
                at = 2 * index
                self.registers[address + index] = int.from_bytes(data[at : at + 2], "big")
            return bytes([16]) + address.to_bytes(2, "big") + word.to_bytes(2, "big")
        words = [self.registers[at] for at in range(address, address + word)]
        return bytes([3, 2 * word]) + b"".join(item.to_bytes(2, "big") for item in words)


@pytest.fixture
def slave() -> Slave:
    return Slave()


def client_of(slave: Slave) -> ModbusClient:
    return ModbusClient(simulated_wire(slave, UNIT))


# --- reading and writing ---


def test_what_is_written_by_name_is_read_by_name_in_engineering_units(slave: Slave) -> None:
    client = client_of(slave)
    client.write("site_import_limit", 16.25)
    assert client.read("site_import_limit") == 16.25
    assert client.read("64750.SiteImportLimit") == 16.25
    assert client.read_number("SiteImportLimit") == 16.25


def test_one_register_is_written_with_function_6_and_more_with_function_16(slave: Slave) -> None:
    client = client_of(slave)
    client.scan()
    slave.asked.clear()
    client.write("site_import_limit", 16)
    client.write("site_target", -7000)
    limit, target = find_point("site_import_limit"), find_point("site_target")
    assert slave.asked == [(6, limit.address), (16, target.address)]
    assert client.read("site_target") == -7000


def test_enumerations_read_as_names_and_bit_fields_as_sets_of_names(slave: Slave) -> None:
    client = client_of(slave)
    state = find_point("session_state")
    slave.registers[state.address] = state.names.index("charging")
    faults = find_point("faults")
    slave.registers[faults.address + 1] = 0b100010
    assert client.read("session_state") == "charging"
    assert client.read_names("faults") == [faults.names[1], faults.names[5]]


def test_what_is_not_implemented_reads_as_none_and_is_no_number(slave: Slave) -> None:
    client = client_of(slave)
    slave.registers[find_point("701.W").address] = 0x8000
    assert client.read("701.W") is None
    with pytest.raises(BoardError, match=r"701\.W reads None, which is no number"):
        client.read_number("701.W")


def test_a_map_that_begins_at_0_is_found_and_read_there() -> None:
    slave = Slave(base=0)
    client = client_of(slave)
    client.write("site_import_limit", 16)
    assert slave.registers[find_point("site_import_limit").address - 40000] == 1600
    assert client.read("site_import_limit") == 16


def test_an_answer_in_pieces_is_an_answer(slave: Slave) -> None:
    slave.pieces = 5
    client = client_of(slave)
    client.write("site_target", 12345)
    assert client.read("site_target") == 12345


def test_raw_registers_are_read_and_written_wherever_they_lie(slave: Slave) -> None:
    client = client_of(slave)
    client.write_raw(40355, [1, 2, 3])
    assert client.read_raw(40355, 3) == [1, 2, 3]
    assert client.requests == 2


def test_every_request_is_counted_and_a_closed_client_has_closed_its_stream(slave: Slave) -> None:
    client = client_of(slave)
    client.read("uptime")
    assert client.requests == len(slave.asked)
    client.close()
    assert slave.closed


# --- refusals, silence, mistakes ---


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "illegal function; this firmware serves functions 3, 6 and 16"),
        (2, "illegal data address; no such register, or not one to write"),
        (3, "illegal data value; outside the point's range"),
        (4, "server device failure; read the faults"),
        (6, "server device busy; write again"),
        (11, "exception 11; not one of this firmware"),
    ],
)
def test_an_exception_has_its_name_the_point_and_what_to_try(
    slave: Slave, code: int, words: str
) -> None:
    client = client_of(slave)
    client.scan()
    slave.refuses = code
    with pytest.raises(ModbusRefusedError) as caught:
        client.write("site_import_limit", 16)
    assert f"writing 16 to site_import_limit: refused, {words}" in str(caught.value)
    assert caught.value.code == code
    assert caught.value.blame == "board"


def test_silence_is_told_after_one_request_and_a_late_answer_is_not_taken_for_the_next(
    slave: Slave,
) -> None:
    client = client_of(slave)
    client.scan()
    slave.asked.clear()
    slave.mute = True
    with pytest.raises(ModbusSilentError, match="reading uptime: no answer from the simulated"):
        client.read("uptime")
    assert len(slave.asked) == 1
    slave.mute = False
    assert client.read("uptime") == 0


def test_a_name_that_the_map_lacks_is_refused_with_a_suggestion_and_nothing_is_sent(
    slave: Slave,
) -> None:
    with pytest.raises(BadInputError, match="did you mean 'site_import_limit'"):
        client_of(slave).write("site_import_limt", 16)
    assert slave.asked == []


@pytest.mark.parametrize(
    ("address", "count"), [(40000, 0), (40000, 126), (-1, 1), (65535, 2), (65536, 1)]
)
def test_a_raw_request_that_no_frame_can_hold_is_the_tests_mistake(
    slave: Slave, address: int, count: int
) -> None:
    with pytest.raises(MisuseError, match="one request takes 1 to 125 registers"):
        client_of(slave).read_raw(address, count)
    assert slave.asked == []


# --- other maps ---


def test_a_board_with_another_map_is_another_version(slave: Slave) -> None:
    slave.registers[find_point("704.L").address] += 1
    with pytest.raises(VersionError, match=r"704 \(\d+ registers\), .* install the version"):
        client_of(slave).read("uptime")


def test_a_map_without_end_is_not_followed_for_ever(slave: Slave) -> None:
    slave.registers.update(dict.fromkeys(range(40002, 65536), 0))
    with pytest.raises(VersionError):
        client_of(slave).scan()
    assert len(slave.asked) < 20


def test_a_board_without_a_map_is_no_connector(slave: Slave) -> None:
    slave.registers = dict.fromkeys(range(100), 0)
    with pytest.raises(VersionError, match="has no SunSpec map at 40000, 0 or 50000"):
        client_of(slave).scan()
    assert [address for _, address in slave.asked] == [40000, 0, 50000]
