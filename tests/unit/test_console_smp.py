"""SMP over the console: golden frames, errors as the protocol has them, answers in small steps."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.console_bench import (
    ALL_FAULTS,
    FAULTS_COMMAND,
    GROUP,
    HELLO,
    READ,
    SERIAL,
    VITALS,
    WHY,
    WRITE,
    ConsoleBench,
    answer_in,
    lines_of,
    messages_in,
    request,
)
from wattback import export, session
from wattback.console.group import COMMAND_NAMES, COMMANDS
from wattback.fault_table import CLEAR_NAMES, FAULTS, OVERCURRENT
from wattback.identity import VERSION
from wattback.signals import REPORT_NAMES, STATUS_NAMES

OS = 0
ECHO, PARAMS, INFO = 0, 6, 7
LONGEST_MESSAGE = 576
MOST_STEPS = 120


@pytest.fixture
def bench() -> ConsoleBench:
    bench = ConsoleBench()
    bench.run()
    return bench


# --- golden frames: requests as smpclient writes them, and what they are answered for ever ---


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (b"\x06\tAA8KAAAFAAAHAKFhZGFB0q4=\n", b"\x06\tAA8LAAAFAAAHAKFhcmFBZg4=\n"),
        (
            b"\x06\tAAsIAAABAAAIBqDasg==\n",
            b"\x06\tACIJAAAYAAAIBqJoYnVmX3NpemUZAkRpYnVmX2NvdW50AV2F\n",
        ),
        (
            b"\x06\tABQIAAAKAAAJB6FmZm9ybWF0YW7mZQ==\n",
            b"\x06\tABsJAAARAAAJB6Fmb3V0cHV0aDAwMDAwMDAxaaQ=\n",
        ),
    ],
    ids=["echo", "params", "info"],
)
def test_golden_frames(bench: ConsoleBench, asked: bytes, answered: bytes) -> None:
    assert bench.send(asked) == answered


def test_a_long_answer_goes_over_several_lines(bench: ConsoleBench) -> None:
    text = "lorem ipsum " * 30
    body = cbor2.dumps({"d": text})
    lines = bench.send(lines_of(request(OS, ECHO, body))).splitlines()
    assert [line[:2] for line in lines] == [b"\x06\x09"] + [b"\x04\x14"] * 4
    assert all(len(line) == 126 for line in lines[:-1])
    assert cbor2.loads(answer_in(b"\n".join(lines) + b"\n")[1]) == {"r": text}


@pytest.mark.parametrize("characters", [8, 40, 120, 124])
def test_a_request_may_be_cut_into_lines_of_any_length(
    bench: ConsoleBench, characters: int
) -> None:
    body = cbor2.dumps({"d": "x" * 150})
    said = bench.send(lines_of(request(OS, ECHO, body), characters))
    assert cbor2.loads(answer_in(said)[1]) == {"r": "x" * 150}


# --- group 0 ---


@pytest.mark.parametrize("operation", [READ, WRITE])
@pytest.mark.parametrize("text", ["", "hello", "grüße", "x" * 490])
def test_echo_is_answered_as_a_read_and_as_a_write(
    bench: ConsoleBench, operation: int, text: str
) -> None:
    # Zephyr's documentation and smpclient send it as a write, mcumgr-toolkit as a read.
    assert bench.ask(OS, ECHO, {"d": text}, operation) == {"r": text}
    assert bench.ask(OS, ECHO, {"y": [], "d": text}, operation) == {"r": text}


def test_params_tell_the_size_that_a_message_may_have(bench: ConsoleBench) -> None:
    assert bench.ask(OS, PARAMS) == {"buf_size": 580, "buf_count": 1}
    longest = "x" * (LONGEST_MESSAGE - 8 - 6)  # header; map, "d", head of the text
    assert len(request(OS, ECHO, cbor2.dumps({"d": longest}))) == LONGEST_MESSAGE
    assert bench.ask(OS, ECHO, {"d": longest}) == {"r": longest}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({}, "Wattback"),
        ({"format": None}, "Wattback"),
        ({"format": "s"}, "Wattback"),
        ({"format": "rn"}, f"{SERIAL} {VERSION}"),
        ({"format": "m"}, "Wall Connector"),
        ({"format": "a"}, f"Wattback {SERIAL} {VERSION} Wall Connector"),
    ],
)
def test_info_tells_what_its_letters_ask_for(
    bench: ConsoleBench, fields: dict[str, Any], output: str
) -> None:
    assert bench.ask(OS, INFO, fields) == {"output": output}


# --- errors ---


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(
    ("group", "command", "operation"),
    [
        (OS, 5, WRITE),  # a reset is what this console does not do
        (OS, PARAMS, WRITE),
        (OS, 9, READ),
        (1, 0, READ),
        (64, 0, READ),
        (GROUP, COMMANDS, READ),
        (GROUP, 255, READ),
        (GROUP, VITALS, WRITE),
        (0xFFFF, 0, WRITE),
    ],
)
def test_what_it_does_not_know_is_not_supported_in_either_version(
    bench: ConsoleBench, version: int, group: int, command: int, operation: int
) -> None:
    assert bench.ask(group, command, None, operation, version) == {"rc": 8}


@pytest.mark.parametrize(
    ("group", "command", "fields"),
    [(OS, INFO, {"format": "x"}), (GROUP, VITALS, {"from": 900}), (GROUP, WHY, {"from": 900})],
)
def test_an_error_of_a_group_names_the_group_and_version_1_has_no_words_for_it(
    bench: ConsoleBench, group: int, command: int, fields: dict[str, Any]
) -> None:
    assert bench.ask(group, command, fields) == {"err": {"group": group, "rc": 2}}
    assert bench.ask(group, command, fields, version=0) == {"rc": 3}


@pytest.mark.parametrize("version", [2, 3])
def test_a_version_from_the_future_is_told_so(bench: ConsoleBench, version: int) -> None:
    assert bench.ask(OS, PARAMS, None, READ, version) == {"rc": 13}


def test_version_1_is_answered_in_version_1(bench: ConsoleBench) -> None:
    assert bench.ask(OS, ECHO, {"d": "old"}, WRITE, version=0) == {"r": "old"}
    assert bench.ask(GROUP, HELLO, version=0)["serial"] == SERIAL


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"\xa1",
        b"\x01",
        b"\xa1\x61d",
        b"\xa1\x61d\x01",
        b"\xa1\x64from\x20",
        b"\xa1\x64from\x61x",
        b"\xa0\x00",
        b"\xa1\x61x\xc0\x00",
        b"\xbf\x61x",
        cbor2.dumps({"a": [0] * 60}),
        cbor2.dumps({"a": 1, "b": 2, "c": 3}),
    ],
)
def test_what_is_no_map_of_few_items_is_invalid(bench: ConsoleBench, body: bytes) -> None:
    said = bench.send(lines_of(request(GROUP, VITALS, body)))
    assert cbor2.loads(answer_in(said)[1]) == {"rc": 3}


@pytest.mark.parametrize(
    "body", [b"", b"\xa0", b"\xbf\xff", b"\xa1\x61x\xf9\x41\x00", b"\xbf\x01\xf6\xff"]
)
def test_no_map_an_empty_one_and_unknown_keys_are_all_the_same(
    bench: ConsoleBench, body: bytes
) -> None:
    said = bench.send(lines_of(request(GROUP, HELLO, body)))
    assert cbor2.loads(answer_in(said)[1])["serial"] == SERIAL


def test_a_length_in_the_header_that_is_not_that_of_the_message_is_invalid(
    bench: ConsoleBench,
) -> None:
    message = bytearray(request(OS, PARAMS, b"\xa0"))
    message[3] = 2
    assert cbor2.loads(answer_in(bench.send(lines_of(bytes(message))))[1]) == {"rc": 3}


@pytest.mark.parametrize("size", [LONGEST_MESSAGE + 1, 600, 2000])
def test_a_request_that_is_too_long_is_told_so(bench: ConsoleBench, size: int) -> None:
    message = request(OS, ECHO, cbor2.dumps({"d": "x" * (size - 14)}))
    assert len(message) == size
    header, cbor = answer_in(bench.send(lines_of(message)))
    assert header == (1 | 1 << 3, 0, 5, OS, 0, ECHO)
    assert cbor2.loads(cbor) == {"rc": 2}


def test_the_longest_frame_that_there_can_be_is_read_to_its_end(bench: ConsoleBench) -> None:
    message = request(OS, ECHO, bytes(0xFFFF - 2 - 8))
    assert cbor2.loads(answer_in(bench.send(lines_of(message)))[1]) == {"rc": 2}


# --- silence ---


@pytest.mark.parametrize("operation", [1, 3, 4, 5, 6, 7])
def test_what_is_no_request_is_passed_over(bench: ConsoleBench, operation: int) -> None:
    assert bench.send(lines_of(request(OS, ECHO, b"\xa1ad\x61x", operation))) == b""


@pytest.mark.parametrize("size", range(1, 8))
def test_a_message_without_a_whole_header_is_passed_over(bench: ConsoleBench, size: int) -> None:
    assert bench.send(lines_of(bytes(size))) == b""


@given(st.data())
def test_a_damaged_byte_is_met_with_silence_or_ruins_the_marker(data: st.DataObject) -> None:
    bench = ConsoleBench()
    bench.run()
    frame = bytearray(lines_of(request(OS, ECHO, cbor2.dumps({"d": "x" * 200}))))
    at = data.draw(st.integers(0, len(frame) - 2))
    frame[at] ^= 1 << data.draw(st.integers(0, 7))
    said = bench.send(bytes(frame) + b"\n")
    assert messages_in(said) == []


def test_a_line_that_is_missing_is_found_and_the_next_request_is_answered(
    bench: ConsoleBench,
) -> None:
    frame = lines_of(request(OS, ECHO, cbor2.dumps({"d": "x" * 300}))).splitlines(keepends=True)
    assert bench.send(frame[0] + b"".join(frame[2:])) == b""
    assert bench.ask(OS, PARAMS)["buf_count"] == 1


@pytest.mark.parametrize(
    "before",
    [b"help", b"\xff\xfe noise", b"\x06\x09", b"\x06\x09AAAA", b"\x04\x14AAAA", b"x" * 20],
)
def test_a_marker_begins_a_frame_wherever_it_stands(bench: ConsoleBench, before: bytes) -> None:
    said = bench.send(before + lines_of(request(OS, ECHO, b"\xa1ad\x61x")))
    assert cbor2.loads(answer_in(said)[1]) == {"r": "x"}


@pytest.mark.parametrize("between", [b"help\n", b"\x06\x09\n", b"\n"])
def test_a_line_between_two_of_a_frame_does_no_lasting_harm(
    bench: ConsoleBench, between: bytes
) -> None:
    frame = lines_of(request(OS, ECHO, cbor2.dumps({"d": "x" * 150}))).splitlines(keepends=True)
    bench.send(frame[0] + between + frame[1])
    assert bench.ask(OS, PARAMS)["buf_count"] == 1


# --- one at a time ---


def test_requests_that_come_at_once_are_answered_one_after_the_other(bench: ConsoleBench) -> None:
    asked = [lines_of(request(OS, ECHO, b"\xa1ad\x61x", sequence=n)) for n in range(5)]
    answers = messages_in(bench.send(b"".join(asked)))
    assert [message[6] for message in answers] == list(range(5))


def test_a_fault_that_comes_amid_an_answer_waits_for_its_end_and_goes_before_the_next(
    bench: ConsoleBench,
) -> None:
    two = lines_of(request(GROUP, VITALS, b"")) * 2
    bench.port.receive(bytearray(two), len(two), 0)
    said = b""
    while said.count(b"\n") < 2:
        bench.port.step(0)
        said += bytes(bench.port.out[: bench.port.out_count])
        bench.port.sent()
    bench.core.tick(faults=OVERCURRENT)
    lines = (said + bench.run()).splitlines()
    fault = next(at for at, line in enumerate(lines) if b"overcurrent" in line)
    assert lines[fault + 1][:2] == b"\x06\x09"
    assert len(messages_in(b"\n".join(lines) + b"\n")) == 2


# --- group 17750 ---


def test_hello_says_who_this_is_and_what_it_knows(bench: ConsoleBench) -> None:
    bench.core.set(uptime_s=77)
    assert bench.ask(GROUP, HELLO) == {
        "tick": 0,
        "proto": [1, 0],
        "manufacturer": "Wattback",
        "model": "Wall Connector",
        "serial": SERIAL,
        "fw": VERSION,
        "profile_version": 0,
        "profile_hash": 0,
        "uptime_s": 77,
        "features": list(COMMAND_NAMES),
    }


def merged(pages: list[dict[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for page in pages:
        for name, value in page.items():
            if name == "faults" and isinstance(value, dict):
                whole.setdefault(name, {}).update(value)
            elif name != "next":
                assert name == "tick" or name not in whole
                whole[name] = value
    return whole


def test_vitals_have_every_field_of_status_and_report_in_their_order(bench: ConsoleBench) -> None:
    for value, name in enumerate((*STATUS_NAMES, *REPORT_NAMES)):
        bench.core.set(**{name: value})
    vitals = merged(bench.pages(VITALS))
    assert tuple(vitals) == ("tick", *STATUS_NAMES[1:], *REPORT_NAMES)
    for value, name in enumerate(vitals):
        if isinstance(vitals[name], int):
            assert vitals[name] == value


def test_the_pages_of_an_answer_are_of_the_moment_of_the_first(bench: ConsoleBench) -> None:
    bench.tick(power_w=1000, uptime_s=5)
    first = bench.ask(GROUP, VITALS)
    bench.tick(power_w=2000, uptime_s=6)
    rest = bench.ask(GROUP, VITALS, {"from": first["next"]})
    assert (first["tick"], rest["tick"]) == (1, 1)
    assert {**first, **rest}["power_w"] == 1000
    assert {**first, **rest}["uptime_s"] == 5
    assert bench.ask(GROUP, VITALS)["tick"] == 2


def test_why_tells_every_condition_met_or_open(bench: ConsoleBench) -> None:
    bench.core.set(
        waiting_for=session.WAIT_LIMIT | session.WAIT_REST, export_waits=export.WAIT_RESERVE
    )
    why = merged(bench.pages(WHY))
    assert list(why["waiting_for"]) == list(session.WAIT_NAMES)
    assert list(why["export_waits"]) == list(export.WAIT_NAMES)
    assert [name for name, waited in why["waiting_for"].items() if waited] == [
        "limit",
        "contactor_rest",
    ]
    assert [name for name, waited in why["export_waits"].items() if waited] == ["reserve"]


def test_faults_tell_how_each_latched_one_ends(bench: ConsoleBench) -> None:
    assert merged(bench.pages(FAULTS_COMMAND)) == {"tick": 0, "faults": {}}
    bench.core.set(faults=ALL_FAULTS)
    faults = merged(bench.pages(FAULTS_COMMAND))["faults"]
    assert faults == {
        name: {
            "after_s": after_s,
            "retries": retries,
            "clears": [word for bit, word in enumerate(CLEAR_NAMES) if clears >> bit & 1],
        }
        for name, _, clears, after_s, retries, _ in FAULTS
    }


@pytest.mark.parametrize("command", range(COMMANDS))
def test_every_page_brings_something_new_and_the_largest_values_fit(
    bench: ConsoleBench, command: int
) -> None:
    for name in (*STATUS_NAMES, *REPORT_NAMES):
        bench.core.set(**{name: (1 << 31) - 1})
    bench.core.set(sequence=(1 << 29) - 1, faults=ALL_FAULTS, opening_faults=ALL_FAULTS)
    pages = bench.pages(command)
    assert len(pages) <= 8
    known: set[str] = set()
    for page in pages:
        told = {*page, *page["faults"]} if command == FAULTS_COMMAND else {*page}
        assert told - known
        known |= told


@pytest.mark.parametrize("command", range(COMMANDS))
def test_an_answer_is_written_in_many_small_steps(bench: ConsoleBench, command: int) -> None:
    bench.core.set(faults=ALL_FAULTS, export_waits=(1 << len(export.WAIT_NAMES)) - 1)
    before = bench.steps
    bench.ask(GROUP, command)
    assert 8 < bench.steps - before < MOST_STEPS


@given(
    st.integers(0, 7),
    st.integers(0, 3),
    st.sampled_from([OS, GROUP]) | st.integers(0, 0xFFFF),
    st.integers(0, 8) | st.integers(0, 255),
    st.binary(max_size=60)
    | st.dictionaries(
        st.sampled_from(["d", "from", "format"]), st.integers() | st.text() | st.none()
    ).map(cbor2.dumps),
)
def test_whatever_is_asked_the_answer_is_whole_or_there_is_none(
    operation: int, version: int, group: int, command: int, body: bytes
) -> None:
    bench = ConsoleBench()
    bench.run()
    said = bench.send(lines_of(request(group, command, body, operation, version, 9)))
    if operation in (READ, WRITE):
        header, cbor = answer_in(said)
        assert header[0] & 7 == operation + 1
        assert header[3:] == (group, 9, command)
        assert isinstance(cbor2.loads(cbor), dict)
    else:
        assert said == b""
