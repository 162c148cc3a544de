"""Five words for a plain terminal: answered in text, read-only, and noise harms nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.console_bench import SERIAL, ConsoleBench, lines_of, messages_in, request
from wattback import contactor, export, session
from wattback.console.words import WORDS
from wattback.fault_table import OVERCURRENT, PILOT_SHORT
from wattback.identity import VERSION

BANNER = [
    f"Wattback Wall Connector {SERIAL}, firmware {VERSION}",
    "The tool: pipx install wattback, then: wattback status",
    "By hand, read-only: help status why faults version",
]


def bench_that_charges() -> ConsoleBench:
    bench = ConsoleBench()
    bench.run()
    bench.tick(
        session_state=session.CHARGING,
        pilot_state=2,
        contactor_confirmed=1,
        power_w=-11520,
        offered_ma=48000,
        import_limit_ma=48000,
        export_limit_ma=16000,
        export_limit_owner=2,
        export_waits=export.WAIT_LINK | export.WAIT_TARGET,
        open_cause=contactor.CAUSE_FAULT,
        opening_faults=OVERCURRENT,
        opening_waits=session.WAIT_LIMIT,
        opening_export_waits=export.WAIT_RESERVE,
    )
    return bench


def test_help_says_who_this_is_and_what_can_be_asked() -> None:
    assert ConsoleBench().texts(b"help\n")[-3:] == BANNER


def test_version_is_the_first_line_of_it() -> None:
    assert bench_that_charges().texts(b"version\n") == BANNER[:1]


def test_status_gives_the_state_the_power_and_the_limits_with_their_owners() -> None:
    assert bench_that_charges().texts(b"status\n") == [
        "session_state=charging pilot_state=C contactor_confirmed=1 in_service=0",
        "power_w=-11520 offered_ma=48000 target_w=0 target_owner=none",
        "import_limit_ma=48000 import_limit_owner=hardware",
        "export_limit_ma=16000 export_limit_owner=site",
        "faults=none",
    ]


def test_why_gives_what_is_waited_for_and_the_last_opening() -> None:
    assert bench_that_charges().texts(b"why\n") == [
        "waiting_for=none",
        "export_waits=vehicle_link,target",
        "faults=none",
        "open_cause=fault",
        "opening_waits=limit",
        "opening_export_waits=reserve",
        "opening_faults=overcurrent",
    ]


def test_faults_names_those_that_are_latched() -> None:
    bench = bench_that_charges()
    assert bench.texts(b"faults\n") == ["faults=none"]
    bench.tick(faults=PILOT_SHORT | OVERCURRENT)
    assert bench.texts(b"faults\n") == ["faults=pilot_short,overcurrent"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n", " \r\n"])
def test_every_word_is_answered_however_a_terminal_ends_its_lines(word: str, ending: str) -> None:
    bench = bench_that_charges()
    assert bench.texts((word + ending).encode()) == bench.texts((word.upper() + ending).encode())
    assert bench.texts((word + ending).encode())


@pytest.mark.parametrize("keys", [b"\x03", b"\x04", b"\x03\x04\x03", b"\x00", b"\x1b", b" \t"])
def test_keys_that_stop_other_programs_do_nothing(keys: bytes) -> None:
    bench = bench_that_charges()
    assert bench.texts(keys) == []
    assert bench.texts(b"\n") == []
    assert bench.texts(keys + b"version" + keys + b"\n") == BANNER[:1]


def test_what_is_typed_is_not_echoed_before_the_end_of_its_line() -> None:
    assert bench_that_charges().texts(b"stat") == []


def test_an_unknown_word_is_answered_with_the_banner_but_not_again_within_ten_seconds() -> None:
    bench = bench_that_charges()
    assert bench.texts(b"reboot\n") == BANNER
    for _ in range(999):
        assert bench.texts(b"reboot\n") == []
        bench.tick()
    bench.tick()
    assert bench.texts(b"reboot\n") == BANNER


def test_binary_noise_is_not_answered_at_all() -> None:
    bench = bench_that_charges()
    assert bench.texts(b"he\xfflp\n\x80\n\x01\x02\x05\n") == []
    assert bench.texts(b"x" * 500 + b"\n") == []


def test_words_that_come_at_once_are_answered_one_after_the_other() -> None:
    bench = bench_that_charges()
    assert bench.texts(b"version\nfaults\nversion\n") == [*BANNER[:1], "faults=none", *BANNER[:1]]


def test_a_word_waits_while_the_answer_to_the_one_before_is_not_taken() -> None:
    bench = bench_that_charges()
    bench.port.receive(bytearray(b"why\nversion\n"), 12, 0)
    for _ in range(50):
        bench.port.step(0)
    assert bench.port.step(0) == 0
    assert bench.run().decode().splitlines()[-1:] == BANNER[:1]


def test_a_closed_connection_takes_what_was_under_way_along() -> None:
    bench = bench_that_charges()
    bench.port.receive(bytearray(b"why\nver"), 7, 0)
    for _ in range(10):
        bench.port.step(0)
    bench.port.closed()
    assert bench.texts(b"sion\n") == BANNER  # no word
    bench.port.closed()
    bench.port.opened()
    assert len(bench.run().splitlines()) == 4


# --- whatever comes ---

ECHO = lines_of(request(0, 0, b"\xa1ad\x65hello"))
PIECES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([b"\x06\x09", b"\x04\x14", b"\n", b"\r", ECHO, ECHO[:-4], b"why\n"]),
    st.integers(1, 300).map(lambda count: b"A" * count),
)


@given(st.lists(PIECES, max_size=12))
def test_whatever_comes_a_request_after_a_newline_is_answered(pieces: list[bytes]) -> None:
    bench = ConsoleBench()
    bench.send(b"".join(pieces))
    (message,) = messages_in(bench.send(b"\n" + ECHO))[-1:]
    assert message[8:] == b"\xa1ar\x65hello"


@given(st.binary(max_size=300), st.integers(1, 50))
def test_how_bytes_are_cut_into_pieces_changes_nothing(data: bytes, size: int) -> None:
    stream = b"why\r" + data + b"\n" + ECHO + b"status\n"
    whole = ConsoleBench()
    cut = ConsoleBench()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert b"".join(map(cut.send, pieces)) == whole.send(stream)
