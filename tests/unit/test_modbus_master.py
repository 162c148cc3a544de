"""The small master: named points in, bytes out, and answers understood however they arrive."""

import pytest

from tests.unit.modbus_bench import QUEUE_PLACES
from tests.unit.modbus_ports import UNIT, RtuWire, TcpClient, heartbeat, rtu, tcp
from wattback_sim.errors import BadInputError
from wattback_sim.modbus_master import Answer, ModbusMaster
from wattback_sim.register_map import Value


class Talk:
    """A master and a connector with a wire between them."""

    def __init__(self, over_tcp: bool, unit: int = UNIT) -> None:
        self.master = ModbusMaster(unit, over_tcp)
        self._far_end: RtuWire | TcpClient = TcpClient() if over_tcp else RtuWire()
        self.bench = self._far_end.bench

    def ask(self, request: bytes) -> Answer | None:
        wire = self._far_end
        heard = wire.ask(request) if isinstance(wire, RtuWire) else wire.send(request)
        return self.master.take(heard)


each_wire = pytest.mark.parametrize("over_tcp", [False, True], ids=["rtu", "tcp"])


@each_wire
def test_a_point_is_written_and_read_by_its_name(over_tcp: bool) -> None:
    talk = Talk(over_tcp)
    assert talk.ask(talk.master.write("site_import_limit", 16)) == Answer()
    assert talk.ask(talk.master.read("site_import_limit")) == Answer(16.0)
    assert talk.ask(talk.master.write("704.WSet", -8_000)) == Answer()
    assert talk.ask(talk.master.read("704.WSet")) == Answer(-8_000)
    assert talk.ask(talk.master.read("session_state")) == Answer("boot")
    assert talk.ask(talk.master.read("701.VL3")) == Answer(None)
    assert not talk.master.waits


@each_wire
def test_several_points_are_written_together(over_tcp: bool) -> None:
    talk = Talk(over_tcp)
    values: dict[str, Value] = {"704.WSetEna": "enabled", "704.WSetMod": "watts", "704.WSet": 500}
    assert talk.ask(talk.master.write_together(values)) == Answer()
    for name, value in values.items():
        assert talk.ask(talk.master.read(name)) == Answer(value)


def test_points_that_lie_apart_cannot_be_written_together() -> None:
    with pytest.raises(BadInputError, match=r"704\.WSet does not follow 704\.WSetEna"):
        ModbusMaster().write_together({"704.WSetEna": 1, "704.WSet": 500})


@each_wire
def test_refusals_are_told_in_words(over_tcp: bool) -> None:
    talk = Talk(over_tcp)
    assert talk.ask(talk.master.write("701.W", 5)) == Answer(
        refused="exception 2: illegal address"
    )
    assert talk.ask(talk.master.write("704.WSet", 19_000)) == Answer(
        refused="exception 3: illegal value"
    )


def test_a_busy_connector_says_so() -> None:
    talk = Talk(over_tcp=False)
    for beat in range(QUEUE_PLACES):
        assert talk.ask(talk.master.write("heartbeat", beat)) == Answer()
    assert talk.ask(talk.master.write("heartbeat", 99)) == Answer(refused="exception 6: busy")


def test_nobody_answers_a_broadcast() -> None:
    talk = Talk(over_tcp=False, unit=0)
    assert talk.ask(talk.master.write("heartbeat", 9)) is None
    assert not talk.master.waits
    assert talk.bench.read("heartbeat") == 9


def test_another_unit_is_refused_over_tcp_and_silent_on_a_wire() -> None:
    talk = Talk(over_tcp=True, unit=9)
    assert talk.ask(talk.master.read("701.W")) == Answer(refused="exception 11: no such unit")
    talk = Talk(over_tcp=False, unit=9)
    assert talk.ask(talk.master.read("701.W")) is None
    assert talk.master.waits
    talk.master.give_up()
    assert not talk.master.waits


@pytest.mark.parametrize("piece", [1, 2, 5, 100])
@pytest.mark.parametrize("noise", [b"", b"\x00", bytes([UNIT, 9, 9]), bytes([9, 3])])
def test_an_answer_on_a_wire_may_come_in_pieces_and_behind_noise(piece: int, noise: bytes) -> None:
    master = ModbusMaster(UNIT)
    master.read("704.WSet")
    answers = noise + rtu(b"\x03\x04\x00\x00\x1f\x40")
    heard = [master.take(answers[at : at + piece]) for at in range(0, len(answers), piece)]
    assert heard[-1] == Answer(8_000)
    assert set(heard[:-1]) <= {None}


def test_answers_to_earlier_requests_over_tcp_are_dropped() -> None:
    master = ModbusMaster(UNIT, over_tcp=True)
    first = master.read("704.WSet")
    master.give_up()
    master.read("704.WSet")
    assert master.take(first[:2] + tcp(b"\x03\x04" + bytes(4))[2:]) is None
    assert master.take(tcp(b"\x03\x04\x00\x00\x1f\x40", 2)) == Answer(8_000)


def test_what_comes_unasked_is_dropped() -> None:
    master = ModbusMaster(UNIT)
    assert master.take(rtu(heartbeat(1))) is None
    master.read("704.WSetEna")
    assert master.take(rtu(b"\x03\x02\x00\x01")) == Answer("enabled")


def test_an_answer_of_the_wrong_length_is_said_to_be_one() -> None:
    master = ModbusMaster(UNIT, over_tcp=True)
    master.read("704.WSet")
    assert master.take(tcp(b"\x03\x02\x00\x01")) == Answer(refused="an answer of the wrong length")
