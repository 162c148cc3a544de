"""The host's client against the firmware's own port: right answers, over a wire that is not."""

from dataclasses import asdict, fields
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.console_bench import ALL_FAULTS, SERIAL, ConsoleBench, lines_of
from tests.unit.console_wire import Once, Spoil, Wire
from wattback import export, session
from wattback.console import group
from wattback.fault_table import FAULTS, OVERCURRENT
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_hil.console import (
    Console,
    GarbledError,
    NotReachableError,
    RefusedError,
    VersionMismatchError,
    log,
)
from wattback_hil.console.answers import LatchedFault, Vitals, Why, build
from wattback_hil.console.client import ANSWER_S, ATTEMPTS, COMMANDS
from wattback_hil.console.lines import LineReader
from wattback_hil.errors import blame_of

# What the firmware calls the sequence of its status, the console calls the tick.
VITALS_NAMES = ("tick", *STATUS_NAMES[1:], *REPORT_NAMES)


def attached(wire: Wire | None = None) -> tuple[Console, Wire]:
    """A client that draws the same numbers at every run, and its wire."""
    wire = wire or Wire()
    return Console(wire, Random(1)), wire


# --- the right answers ---


def test_hello_says_who_the_unit_is_and_is_asked_once() -> None:
    console, wire = attached()
    assert console.hello().serial == SERIAL
    assert console.hello().proto == group.PROTOCOL
    assert console.hello().features == group.COMMAND_NAMES == COMMANDS
    assert wire.asked == 1


def test_vitals_are_what_status_and_report_say() -> None:
    console, wire = attached()
    wire.bench.core.set(
        session_state=session.CHARGING, power_w=-11520, waiting_for=3, soc_bp=-1, import_wh=1 << 30
    )
    vitals = console.vitals()
    assert vitals.session_state == "charging"
    assert vitals.power_w == -11520
    assert vitals.waiting_for == ("supply", "limit")
    assert vitals.soc_bp == -1
    assert vitals.import_wh == 1 << 30


def test_the_typed_fields_are_the_firmwares() -> None:
    assert tuple(field.name for field in fields(Vitals)) == VITALS_NAMES
    assert tuple(field.name for field in fields(Why)) == group._WHY_FIELDS


def test_why_has_every_condition() -> None:
    console, wire = attached()
    wire.bench.core.set(export_waits=export.WAIT_RESERVE | export.WAIT_TARGET)
    why = console.why()
    assert tuple(why.waiting_for) == session.WAIT_NAMES
    assert [name for name, waited in why.export_waits.items() if waited] == ["reserve", "target"]


def test_faults_come_with_their_ways_out() -> None:
    console, wire = attached()
    assert console.faults() == ()
    wire.bench.core.set(faults=OVERCURRENT)
    assert console.faults() == (LatchedFault("overcurrent", 10, 3, ("retry", "unplug", "reset")),)
    wire.bench.core.set(faults=ALL_FAULTS)
    assert [fault.name for fault in console.faults()] == [row[0] for row in FAULTS]


def test_echo_comes_back() -> None:
    assert attached()[0].echo("grüße, " * 30) == "grüße, " * 30


def test_an_error_of_the_unit_says_which() -> None:
    console, _ = attached()
    with pytest.raises(RefusedError, match="no such group or command") as refused:
        console.ask(1, 0, {})
    assert (refused.value.group, refused.value.code) == (None, 8)
    with pytest.raises(RefusedError, match="error 2 of group 17750"):
        console.ask(17750, 1, {"from": 999})
    assert blame_of(refused.value) == "board"


def test_lines_of_the_log_are_kept_beside_the_answers_and_checked() -> None:
    console, wire = attached()
    console.hello()
    wire.tick(faults=OVERCURRENT)
    console.vitals()
    lines = [log.parse(text) for text in console.texts]
    intact = [(line.level, line.tag, dict(line.fields)) for line in lines if line is not None]
    assert ("E", "fault", {"latched": "overcurrent"}) in intact
    assert all(line is None or line.intact for line in lines)
    assert lines[0] is not None and lines[0].tag == "boot"


def test_following_gives_what_came_before_and_then_what_comes() -> None:
    console, wire = attached()
    console.hello()
    lines = console.follow()
    assert "boot" in next(lines)
    for _ in range(3):
        next(lines)
    wire.bench.core.set(faults=OVERCURRENT)
    assert "overcurrent" in next(lines)


# --- a wire that is not right ---


def dropped(data: bytes) -> bytes:
    return data[:7] + data[8:]


def flipped(data: bytes) -> bytes:
    return data[:9] + bytes([data[9] ^ 1]) + data[10:]


def inserted(data: bytes) -> bytes:
    return data[:9] + b"Q" + data[9:]


def lost(data: bytes) -> bytes:
    return b""


def text_inside(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([lines[0], b"a line of another program\n", *lines[1:]])


def text_amid_a_line(data: bytes) -> bytes:
    return data[:40] + b" 12.340 I log #0000\n" + data[40:]


def false_start(data: bytes) -> bytes:
    return b"\x06\x09" + data


def false_starts_on_lines(data: bytes) -> bytes:
    return b"\x06\x09\n\x04\x14AAAA\n\x06\x09AAAA\n" + data


def too_long(data: bytes) -> bytes:
    return b"x" * 300 + data


def noise_before(data: bytes) -> bytes:
    return b"\xff\x80\x03\x00" * 20 + b"\n" + data


SPOILS = [
    dropped,
    flipped,
    inserted,
    lost,
    text_inside,
    text_amid_a_line,
    false_start,
    false_starts_on_lines,
    too_long,
    noise_before,
]
each_spoil = pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)


@each_spoil
@pytest.mark.parametrize("times", [1, 2])
def test_a_request_that_is_damaged_on_its_way_is_repeated(spoil: Spoil, times: int) -> None:
    console, wire = attached()
    wire.to_board = Once(spoil, times)
    assert tuple(asdict(console.vitals())) == VITALS_NAMES
    assert wire.asked <= 3 + times


@each_spoil
@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_is_damaged_on_its_way_is_asked_for_again(spoil: Spoil, times: int) -> None:
    console, wire = attached()
    console.hello()
    wire.from_board = Once(spoil, times)
    vitals = console.vitals()
    assert tuple(asdict(vitals)) == VITALS_NAMES
    assert wire.asked <= 4 + times


def test_an_answer_that_is_late_is_not_taken_for_the_next_one() -> None:
    console, wire = attached()
    console.hello()
    held: list[bytes] = []

    def hold(data: bytes) -> bytes:
        held.append(data)
        return b""

    def bring(data: bytes) -> bytes:
        while held:
            wire.arrive(held.pop())
        return data

    wire.from_board = Once(hold)
    wire.to_board = bring
    assert console.echo("first") == "first"
    assert wire.asked == 3  # hello, and twice the echo
    wire.from_board = Once(hold)
    assert console.echo("second") == "second"


def test_an_answer_to_another_program_is_thrown_away() -> None:
    console, wire = attached()
    other = bytes([9, 0, 0, 3]) + (0).to_bytes(2, "big") + bytes([77, 0]) + b"\xa1\x61r\x61x"
    wire.arrive(lines_of(other))
    assert console.echo("mine") == "mine"


def test_the_pages_of_two_moments_are_not_mixed() -> None:
    console, wire = attached()
    other, _ = attached(wire)
    asks = 0

    def meddle(data: bytes) -> bytes:
        nonlocal asks
        asks += 1
        if asks == 2:  # another program asks anew between two pages
            wire.bench.tick(power_w=7)
            wire.bench.ask(17750, 1)
        return data

    wire.to_board = meddle
    vitals = console.vitals()
    assert vitals.power_w == 7
    assert asks == 2 + 3  # the three pages of the other moment
    assert other is not console


def test_pages_that_never_fit_together_are_an_error_and_no_endless_loop() -> None:
    console, wire = attached()

    def meddle(data: bytes) -> bytes:
        wire.bench.tick()
        wire.bench.ask(17750, 1)
        return data

    console.hello()
    wire.to_board = meddle
    with pytest.raises(GarbledError, match="another program"):
        console.vitals()


# --- nobody there ---


def test_silence_takes_three_attempts_of_half_a_second_and_is_told() -> None:
    console, wire = attached()
    wire.to_board = lost
    wire.waiting = b""  # the greeting was before our time
    with pytest.raises(NotReachableError, match="not a byte") as error:
        console.hello()
    assert wire.asked == ATTEMPTS
    assert ATTEMPTS * ANSWER_S <= wire.waited_s + 0.1 <= ATTEMPTS * ANSWER_S + 0.2
    assert blame_of(error.value) == "bench"


def test_a_unit_that_answered_before_is_told_to_have_fallen_silent() -> None:
    console, wire = attached()
    console.hello()
    wire.to_board = lost
    with pytest.raises(NotReachableError, match="not a byte any more; has the unit restarted"):
        console.vitals()


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        (b">>> \r\n", "MicroPython prompt"),
        (b"login:\r\nPassword:\r\n", "only text"),
        (b"\xf3\x80\x99\n" * 40, "damaged"),
        (b"\x06\x09AAAA\n", "damaged"),
    ],
)
def test_what_is_heard_instead_of_an_answer_tells_what_to_try(said: bytes, hint: str) -> None:
    console, wire = attached()
    wire.to_board = lost
    wire.waiting = said
    with pytest.raises(NotReachableError, match=hint):
        console.hello()


def test_a_wire_that_is_never_quiet_does_not_wait_for_ever() -> None:
    class Babble:
        def read(self, within_s: float) -> bytes:
            return b"\xffU" * 50

        def write(self, data: bytes) -> None:
            pass

    with pytest.raises(NotReachableError, match="damaged"):
        Console(Babble(), Random(1)).hello()


# --- versions ---


@pytest.mark.parametrize("proto", [(2, 0), (0, 9)])
def test_another_major_version_is_not_guessed_at(
    proto: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "PROTOCOL", proto)
    with pytest.raises(VersionMismatchError, match=rf"speaks version {proto[0]}\.{proto[1]}"):
        attached()[0].hello()


def test_a_newer_minor_version_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PROTOCOL", (1, 7))
    assert attached()[0].hello().proto == (1, 7)


def test_a_command_that_the_unit_lacks_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "COMMAND_NAMES", ("hello", "vitals"))
    console, wire = attached()
    console.hello()
    with pytest.raises(VersionMismatchError, match="does not know 'why'"):
        console.why()
    assert wire.asked == 1


# --- answers that are not as described ---

TEXTS: tuple[str, ...]
TEXTS = ("pilot_state", "open_cause", "session_state", "mode", "import_limit_owner")
TEXTS += ("export_limit_owner", "target_owner", "target_state", "controller_state")
TEXTS += ("vehicle_link", "vehicle_refusal", "reset_cause", "trip_row", "trip_acted")
LISTS: tuple[str, ...]
LISTS = ("waiting_for", "export_waits", "faults", "opening_faults", "opening_waits")
LISTS += ("opening_export_waits", "paused_by")
VITALS: dict[str, Any] = dict.fromkeys(VITALS_NAMES, 0)
VITALS |= dict.fromkeys(TEXTS, "x")
VITALS |= {name: [] for name in LISTS}


def test_unknown_fields_of_a_newer_firmware_are_passed_over() -> None:
    assert build(Vitals, {**VITALS, "new_thing": 5}) == build(Vitals, VITALS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"power_w": "much"}, "expected a whole number in 'power_w', and saw 'much'"),
        ({"power_w": True}, "expected a whole number in 'power_w', and saw True"),
        ({"mode": 1}, "expected a text in 'mode', and saw 1"),
        ({"faults": "x"}, "expected a list of names in 'faults', and saw 'x'"),
        ({"faults": [1]}, "expected a list of names in 'faults'"),
    ],
)
def test_a_field_of_another_type_is_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(GarbledError, match=sentence.replace("(", r"\(")):
        build(Vitals, VITALS | change)


@pytest.mark.parametrize("name", ["tick", "settings_version", "faults"])
def test_a_field_that_is_missing_is_named(name: str) -> None:
    lacking = {key: value for key, value in VITALS.items() if key != name}
    with pytest.raises(GarbledError, match=f"lacks '{name}'"):
        build(Vitals, lacking)


# --- whatever comes ---

NOISE = st.lists(
    st.binary(max_size=60) | st.sampled_from([b"\n", b"\x06\x09", b"\x04\x14", b"\x06\x09AAAA\n"]),
    max_size=8,
).map(b"".join)


@given(st.lists(NOISE, min_size=1, max_size=6), st.integers(0, 255))
def test_noise_between_the_answers_never_changes_one(noises: list[bytes], seed: int) -> None:
    wire = Wire(ConsoleBench())
    console = Console(wire, Random(seed))
    waiting = list(noises)

    def disturb(data: bytes) -> bytes:
        return (waiting.pop() + b"\n" if waiting and data else b"") + data

    wire.from_board = disturb
    assert console.echo("steady") == "steady"
    assert console.hello().serial == SERIAL


@given(st.binary(max_size=400), st.integers(1, 40))
def test_lines_do_not_depend_on_how_they_are_cut(data: bytes, size: int) -> None:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    reader = LineReader()
    in_pieces = [line for piece in pieces for line in reader.feed(piece)]
    assert in_pieces == LineReader().feed(data)
