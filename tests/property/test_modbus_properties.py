"""Modbus against anything a wire may bring: it never raises, and only good writes are obeyed."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.modbus_bench import (
    QUEUE_PLACES,
    ModbusBench,
    StillBench,
    two,
    write_request,
)
from tests.unit.modbus_ports import (
    MARKER,
    MARKER_READ,
    RtuWire,
    TcpClient,
    heartbeat,
    rtu,
    tcp,
)
from wattback.commands import COMMAND_HEARTBEAT
from wattback.modbus import tables
from wattback_sim.register_map import POINTS, find_point

FIRST = tables.BASE
LAST = tables.BASE + tables.REGISTERS - 1
WRITABLE = [point for point in POINTS if point.writable]
HEARTBEAT = find_point("heartbeat").address

addresses = st.one_of(
    st.integers(FIRST - 3, LAST + 3),
    st.integers(0, 0xFFFF),
    st.sampled_from([point.address for point in WRITABLE]),
)
words = st.lists(st.one_of(st.sampled_from([0, 1, 0xFFFF, 0x8000]), st.integers(0, 0xFFFF)))
reads = st.builds(lambda a, n: b"\x03" + two(a) + two(n), addresses, st.integers(0, 0xFFFF))
writes = st.builds(write_request, addresses, words.filter(lambda w: 1 <= len(w) <= 120))
bent = st.builds(
    lambda request, at, octet: request[:at] + bytes([octet]) + request[at + 1 :],
    st.one_of(reads, writes),
    st.integers(0, 12),
    st.integers(0, 255),
)
requests = st.one_of(reads, writes, bent, st.binary(min_size=1, max_size=253))


@given(st.lists(requests, max_size=20))
def test_every_request_has_one_answer_that_fits_it(asked: list[bytes]) -> None:
    bench = StillBench()
    for request in asked:
        before = bench.connector.queue.room()
        answer = bench.request(request)
        function = request[0]
        assert 2 <= len(answer) <= 252
        assert answer[0] in (function, function | 0x80)
        if answer[0] & 0x80 and (function < 0x80 or answer[1] == 1):
            assert len(answer) == 2
            assert answer[1] in (1, 2, 3, 6)
            assert bench.connector.queue.room() == before
        elif function == 3:
            assert len(answer) == 2 + answer[1] == 2 + 2 * (request[3] << 8 | request[4])
            assert bench.connector.queue.room() == before
        else:
            assert answer == request[:5]
        if bench.connector.queue.room() < 2:
            bench.commands()


@given(st.lists(requests, max_size=20))
def test_a_refused_request_changes_no_register_but_those_that_tell_of_it(
    asked: list[bytes],
) -> None:
    bench = StillBench()
    told = find_point("last_refusal").address - FIRST
    for request in asked:
        image = bytearray(vars(bench.bank)["_image"].octets)
        answer = bench.request(request)
        if answer[0] & 0x80:
            after = bytearray(vars(bench.bank)["_image"].octets)
            for octets in (image, after):
                octets[2 * told : 2 * told + 4] = bytes(4)
            ages = 2 * (find_point("age701").address - FIRST)
            image[ages : ages + 10] = after[ages : ages + 10] = bytes(10)
            assert after == image
        bench.commands()


# --- RTU ---

frames = st.one_of(
    st.binary(max_size=300).map(lambda octets: (octets, None)),
    st.integers(0, 0xFFFF).map(lambda beat: (rtu(heartbeat(beat)), beat)),
    st.integers(0, 0xFFFF).map(lambda beat: (rtu(heartbeat(beat), 0), beat)),
    st.integers(0, 0xFFFF).map(lambda beat: (rtu(heartbeat(beat), 9), None)),
    st.integers(0, 0xFFFF).map(lambda beat: (rtu(heartbeat(beat))[:-1], None)),
    requests.filter(lambda request: request[0] not in (6, 16)).map(lambda r: (rtu(r), None)),
)
gaps = st.one_of(st.just(0), st.integers(0, 2_005), st.integers(2_006, 100_000))


@given(st.lists(st.tuples(frames, gaps, st.integers(1, 64)), max_size=12))
def test_on_a_wire_only_whole_writes_for_us_are_obeyed(
    story: list[tuple[tuple[bytes, int | None], int, int]],
) -> None:
    wire = RtuWire()
    obeyed: list[int] = []
    heard: list[int | None] = []  # what has come since the last silence, as beats
    together = b""
    silent_us = 0
    for (octets, beat), gap_us, piece in story:
        if octets:
            heard.append(beat)
            together += octets
            wire.send(octets, piece)
            silent_us = 0
        answer = wire.pause(gap_us)
        silent_us += gap_us
        if silent_us < wire.silence_us:
            assert answer == b""
            continue
        if len(heard) == 1 and heard[0] is not None:
            obeyed.append(heard[0])
        elif len(heard) > 1 and together != rtu(together[1:-2], together[0]):
            assert answer == b""
        heard.clear()
        together = b""
        for command in wire.bench.commands():
            assert command[:2] == (COMMAND_HEARTBEAT, obeyed.pop(0))
        assert obeyed == []
    wire.pause(wire.silence_us)
    wire.bench.commands()
    assert wire.ask(rtu(MARKER_READ)) == rtu(MARKER)


# --- TCP ---


@given(st.lists(st.binary(max_size=600), max_size=8))
def test_noise_on_a_connection_never_raises_and_leaves_the_port_usable(
    pieces: list[bytes],
) -> None:
    client = TcpClient()
    for piece in pieces:
        client.send(piece)
        if client.port.closing:
            client.port.closed()
            client.waiting = b""
            client.port.opened()
    client.port.closed()
    client.waiting = b""
    client.port.opened()
    client.bench.commands()
    assert client.send(tcp(MARKER_READ)) == tcp(MARKER)


@given(st.lists(requests, min_size=1, max_size=8), st.data())
def test_a_stream_has_the_same_answers_however_it_is_cut(
    asked: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(tcp(request, n) for n, request in enumerate(asked))
    whole = TcpClient()
    expected = whole.send(stream)
    client = TcpClient()
    answers = b""
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        answers += client.send(stream[:cut])
        stream = stream[cut:]
    assert answers == expected
    assert client.bench.commands() == whole.bench.commands()


# --- targets ---

_T = "704.WSet"
acts = st.one_of(
    st.tuples(st.just("run"), st.integers(1, 300)),
    st.tuples(st.just(f"{_T}Ena"), st.integers(0, 1)),
    st.tuples(st.just(f"{_T}Mod"), st.integers(0, 1)),
    st.tuples(st.just(_T), st.sampled_from([-3_000, 0, 2_500])),
    st.tuples(st.just(f"{_T}Rvrt"), st.sampled_from([-1_500, 700])),
    st.tuples(st.just(f"{_T}Pct"), st.sampled_from([-50, 12.5])),
    st.tuples(st.just(f"{_T}EnaRvrt"), st.integers(0, 1)),
    st.tuples(st.just(f"{_T}RvrtTms"), st.sampled_from([0, 1, 2])),
    st.tuples(st.just("site_target_enable"), st.integers(0, 1)),
    st.tuples(st.just("site_target"), st.sampled_from([-2_000, 4_000])),
    st.tuples(st.just("site_target_timeout"), st.sampled_from([0, 1])),
    st.tuples(st.just("704.WMaxLimPctEna"), st.integers(0, 1)),
    st.tuples(st.just("704.WMaxLimPct"), st.sampled_from([0, 40, 100])),
    st.tuples(st.just("704.WMaxLimPctRvrtTms"), st.sampled_from([0, 1, 2])),
    st.tuples(st.just("site_export_limit"), st.sampled_from([-1, 0, 20])),
    st.tuples(st.just("site_limit_timeout"), st.sampled_from([0, 1])),
)


@given(st.lists(acts, max_size=25))
def test_in_the_end_the_registers_say_what_the_connector_follows(
    story: list[tuple[str, float]],
) -> None:
    bench = ModbusBench()
    for name, value in story:
        if name == "run":
            bench.run(10 * int(value))
        else:
            assert bench.write({name: value}) in (0, 6)
            bench.run(10)
    bench.run(600)
    report = bench.connector.report
    for enable, w_name, enabled, w in (
        ("704.WSetEna", _T, report.programme_target_enabled, report.programme_target_w),
        ("site_target_enable", "site_target", report.site_target_enabled, report.site_target_w),
    ):
        if enabled:
            assert bench.read(enable) == "enabled"
            if w_name == _T and bench.read("704.WSetMod") == "w_max_pct":
                assert abs(bench.number("704.WSetPct") * 115.2 - w) <= 1
            else:
                assert bench.read(w_name) == w
        elif bench.read(enable) == "enabled":  # armed: nothing to follow has been written yet
            assert bench.write({"heartbeat": 1}) == 0
    left_s = report.programme_target_left_s
    assert bench.read("704.WSetRvrtRem") == max(left_s, 0)
    assert bench.read("site_target_left") == report.site_target_left_s
    limit_ma = report.programme_export_ma
    assert bench.read("704.WMaxLimPctEna") == ("disabled" if limit_ma < 0 else "enabled")
    if limit_ma >= 0:
        assert bench.number("704.WMaxLimPct") * 480 == limit_ma
    site_ma = report.site_export_ma
    assert bench.read("site_export_limit") == (-1 if site_ma < 0 else site_ma / 1_000)
    assert bench.read("site_limit_left") == report.site_left_s


def test_the_queue_has_the_places_that_these_tests_count_on() -> None:
    assert StillBench().connector.queue.room() == QUEUE_PLACES
