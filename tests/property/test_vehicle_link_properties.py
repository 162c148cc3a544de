"""The vehicle link's port, whatever its wire brings: no exception, healed at the next line."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.vehicle_link_pair import DISCOVERY, LOOP, MOST_STEPS, SETUP, STOP, Bench
from wattback.vehicle import INBOX_WORDS, LINK_AUTHORISED
from wattback_sim.evcc_messages import Key, frame, from_line, to_line

RIGHT = st.sampled_from([SETUP, DISCOVERY, LOOP, STOP]).flatmap(
    lambda fields: st.sampled_from([0, 1, 2, 3]).map(
        lambda session: to_line(fields | ({Key.SessionID: session} if session else {}))
    )
)
NOISE = st.binary(max_size=200) | st.binary(max_size=20).map(lambda data: data * 40)
FRAMED = st.binary(min_size=1, max_size=60).map(frame)  # right frames of anything


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """A right line with a few of its bytes changed, gone, or doubled."""
    line = bytearray(draw(RIGHT))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(line) - 1))
        what = draw(st.integers(0, 2))
        if what == 0:
            line[at] = draw(st.integers(0, 255))
        elif what == 1:
            del line[at : at + draw(st.integers(1, 8))]
        else:
            line[at:at] = line[at : at + 4]
        if not line:
            return b""
    return bytes(line)


PIECES = st.lists(RIGHT | NOISE | FRAMED | bent(), max_size=12)


@given(PIECES, st.integers(0, 2))
@settings(max_examples=300)
def test_nothing_on_the_wire_makes_it_raise_hang_or_deaf(pieces: list[bytes], ticks: int) -> None:
    bench = Bench()
    for piece in pieces:
        bench.hear(piece)
        for _ in range(ticks):
            bench.tick()
    bench.hear(b"\n")
    bench.pass_ms(len(pieces) * 30 + 30)
    for line in bench.answers:
        assert line.endswith(b"\n")
        assert from_line(line[:-1]) is not None
    bench.begin()
    assert bench.core.vehicle.link == LINK_AUTHORISED


@given(FRAMED)
@settings(max_examples=300)
def test_a_frame_of_anything_is_answered_once_and_moves_no_core(line: bytes) -> None:
    bench = Bench()
    bench.begin()
    taken = list(bench.core.taken)
    answer = bench.say(line)
    assert answer is not None
    if answer[Key.ResponseCode] >= 21:
        assert bench.core.taken == taken
        assert bench.core.vehicle.link == LINK_AUTHORISED


@given(PIECES)
@settings(max_examples=150)
def test_words_of_the_inbox_are_small_and_its_flag_is_set_by_whole_messages_alone(
    pieces: list[bytes],
) -> None:
    bench = Bench()
    for piece in pieces:
        bench.hear(piece)
        vehicle = bench.core.vehicle
        if vehicle.inbox_full:
            assert len(vehicle.inbox) == INBOX_WORDS
            assert 1 <= vehicle.inbox[0] <= 4
            assert all(abs(word) <= 604_800 for word in vehicle.inbox)
        bench.tick()


@given(st.binary(min_size=1, max_size=396))
@settings(max_examples=200)
def test_a_request_takes_a_bounded_number_of_steps(body: bytes) -> None:
    port = Bench().port
    line = frame(body)
    steps = 0
    while line or port.out_count == 0:
        room = min(port.room(), len(line))
        if room:
            port.receive(line, room, 0)
            line = line[room:]
        port.step(0)
        steps += 1
        assert steps <= MOST_STEPS
        if port._vehicle.inbox_full:
            return
