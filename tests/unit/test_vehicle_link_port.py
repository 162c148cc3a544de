"""The port of the vehicle link: its order, its answers, and what it makes of noise."""

import base64
import binascii

import cbor2
import pytest

from tests.unit.vehicle_link_pair import (
    DISCOVERY,
    LOOP,
    SETTINGS_VERSION,
    SETUP,
    STOP,
    Bench,
)
from wattback.export import WAIT_CONTACTOR, WAIT_NAMES, WAIT_TARGET
from wattback.grid.trips import TRIP_NAMES
from wattback.service import NEVER
from wattback.settings import SETTINGS, Settings
from wattback.vehicle import (
    LINK_ACCEPTED,
    LINK_AUTHORISED,
    LINK_IDENTIFIED,
    LINK_LAPSED,
    LINK_NONE,
    LINK_REFUSED,
    REFUSAL_CERTIFICATION,
    UNKNOWN,
)
from wattback_sim.evcc_messages import (
    Fields,
    Key,
    Message,
    ResponseCode,
    frame,
    from_line,
    to_line,
)

OK = ResponseCode.OK
NEW_SESSION = ResponseCode.OK_NewSessionEstablished
FAILED = ResponseCode.FAILED
SEQUENCE_ERROR = ResponseCode.FAILED_SequenceError
UNKNOWN_SESSION = ResponseCode.FAILED_UnknownSession
WRONG_PARAMETER = ResponseCode.FAILED_WrongChargeParameter


@pytest.fixture
def bench() -> Bench:
    return Bench()


def code(answer: Fields) -> int:
    return int(answer[Key.ResponseCode])


# --- the order ---


def test_set_up_discovery_and_loop_authorise_the_vehicle(bench: Bench) -> None:
    vehicle = bench.core.vehicle
    answer = bench.ask(SETUP)
    assert answer == {Key.Message: 2, Key.SessionID: 1, Key.ResponseCode: NEW_SESSION}
    assert vehicle.link == LINK_IDENTIFIED
    assert code(bench.ask(DISCOVERY | {Key.SessionID: 1})) == OK
    assert vehicle.link == LINK_ACCEPTED
    assert (vehicle.charge_w, vehicle.discharge_w) == (11500, 11400)
    fields = LOOP | {Key.SessionID: 1, Key.MinimumSOC: 1500, Key.DepartureTime: 36000}
    assert code(bench.ask(fields)) == OK
    assert vehicle.link == LINK_AUTHORISED
    assert (vehicle.soc_bp, vehicle.minimum_soc_bp) == (6200, 1500)
    assert (vehicle.need_wh, vehicle.departure_s) == (9000, 36000)
    bench.tick()
    assert code(bench.ask(STOP | {Key.SessionID: 1})) == OK
    assert vehicle.link == LINK_NONE


def test_what_may_be_left_out_counts_as_not_said(bench: Bench) -> None:
    bench.begin()
    assert bench.core.vehicle.minimum_soc_bp == 0
    assert bench.core.vehicle.departure_s == UNKNOWN
    without_category = {k: v for k, v in DISCOVERY.items() if k != Key.IEEE1547AbnormalCategory}
    bench.ask(without_category | {Key.SessionID: 1})
    assert bench.core.vehicle.link == LINK_REFUSED


def test_a_refused_inverter_is_told_why_and_may_charge(bench: Bench) -> None:
    session = bench.ask(SETUP)[Key.SessionID]
    answer = bench.ask(DISCOVERY | {Key.SessionID: session, Key.J3072Certified: False})
    assert (code(answer), answer[Key.Refusal]) == (OK, REFUSAL_CERTIFICATION)
    assert code(bench.ask(LOOP | {Key.SessionID: session})) == OK
    assert bench.core.vehicle.link == LINK_REFUSED


def test_parameters_come_before_the_loop(bench: Bench) -> None:
    session = bench.ask(SETUP)[Key.SessionID]
    assert code(bench.ask(LOOP | {Key.SessionID: session})) == SEQUENCE_ERROR
    assert bench.core.vehicle.link == LINK_IDENTIFIED
    assert bench.core.vehicle.linked == 0


def test_discovery_may_be_repeated_in_the_loop(bench: Bench) -> None:
    session = bench.begin()
    assert code(bench.ask(DISCOVERY | {Key.SessionID: session})) == OK
    assert bench.core.vehicle.link == LINK_ACCEPTED
    assert code(bench.ask(LOOP | {Key.SessionID: session})) == OK
    assert bench.core.vehicle.link == LINK_AUTHORISED


@pytest.mark.parametrize("fields", [DISCOVERY, LOOP, STOP])
@pytest.mark.parametrize("session", [None, 0, 2, 65535])
def test_a_wrong_or_missing_session_changes_nothing(
    bench: Bench, fields: Fields, session: int | None
) -> None:
    said = fields if session is None else fields | {Key.SessionID: session}
    for link in (LINK_NONE, LINK_AUTHORISED):
        assert bench.core.vehicle.link == link
        taken = list(bench.core.taken)
        expected = FAILED if session is None else UNKNOWN_SESSION
        assert code(bench.ask(said)) == expected
        assert bench.core.taken == taken
        assert bench.core.vehicle.link == link
        if link == LINK_NONE:
            bench.begin()


def test_a_new_set_up_ends_the_session_before(bench: Bench) -> None:
    first = bench.begin()
    second = bench.ask(SETUP | {Key.EVCCID: "ANOTHER"})[Key.SessionID]
    assert second != first
    assert bench.core.vehicle.link == LINK_IDENTIFIED
    assert code(bench.ask(LOOP | {Key.SessionID: first})) == UNKNOWN_SESSION
    assert bench.port.name(0) == "ANOTHER"


def test_a_request_said_twice_is_answered_twice(bench: Bench) -> None:
    session = bench.begin()
    line = to_line(LOOP | {Key.SessionID: session})
    answers = [bench.say(line) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert bench.core.vehicle.link == LINK_AUTHORISED


def test_session_numbers_start_anew_after_the_last(bench: Bench) -> None:
    bench.port._session = 65534
    sessions = [bench.ask(SETUP)[Key.SessionID] for _ in range(3)]
    assert sessions == [65535, 1, 2]


# --- silence and unplugging ---

TIMEOUT_MS = Settings().vehicle_link_timeout_ms


def test_after_a_lapse_the_vehicle_must_set_up_anew_and_is_then_as_before(bench: Bench) -> None:
    session = bench.begin()
    bench.pass_ms(TIMEOUT_MS)
    assert bench.core.vehicle.link == LINK_LAPSED
    for _ in range(3):
        assert code(bench.ask(LOOP | {Key.SessionID: session})) == UNKNOWN_SESSION
        assert bench.core.vehicle.link == LINK_LAPSED
    bench.begin()
    assert bench.core.vehicle.link == LINK_AUTHORISED


def test_a_link_that_lapses_in_the_tick_of_a_request_has_lapsed(bench: Bench) -> None:
    session = bench.begin()
    bench.pass_ms(TIMEOUT_MS - 20)
    assert bench.core.vehicle.link == LINK_AUTHORISED
    assert bench.core.vehicle.age_ms == TIMEOUT_MS - 10
    assert code(bench.ask(LOOP | {Key.SessionID: session})) == UNKNOWN_SESSION
    assert bench.core.vehicle.link == LINK_LAPSED


def test_an_unplugged_vehicle_has_no_session(bench: Bench) -> None:
    session = bench.begin()
    bench.core.connected = 0
    bench.tick()
    assert code(bench.ask(LOOP | {Key.SessionID: session})) == UNKNOWN_SESSION
    assert code(bench.ask(SETUP)) == FAILED
    assert code(bench.ask(STOP | {Key.SessionID: session})) == UNKNOWN_SESSION
    bench.core.connected = 1
    bench.tick()
    assert code(bench.ask(LOOP | {Key.SessionID: session})) == UNKNOWN_SESSION
    bench.begin()
    assert bench.core.vehicle.link == LINK_AUTHORISED


def test_nothing_is_answered_before_the_tick_has_taken_it(bench: Bench) -> None:
    session = bench.begin()
    before = len(bench.answers)
    bench.hear(to_line(LOOP | {Key.SessionID: session}))
    assert bench.core.vehicle.inbox_full == 1
    assert len(bench.answers) == before
    bench.core.status.target_w = 4321
    bench.tick()
    answer = from_line(bench.answers[before][:-1])
    assert answer is not None and answer[Key.EVSETargetActivePower] == 4321


# --- what it tells ---


def test_the_loop_tells_target_limits_and_settings(bench: Bench) -> None:
    session = bench.begin()
    bench.core.status.target_w = -7680
    bench.core.report.import_power_w = 11520
    bench.core.report.export_power_w = 9600
    answer = bench.ask(LOOP | {Key.SessionID: session})
    assert answer[Key.EVSETargetActivePower] == -7680
    assert answer[Key.EVSEMaximumChargePower] == 11520
    assert answer[Key.EVSEMaximumDischargePower] == 9600
    assert answer[Key.SettingsVersion] == SETTINGS_VERSION


@pytest.mark.parametrize("name", WAIT_NAMES)
def test_service_is_permitted_unless_something_speaks_against_it(bench: Bench, name: str) -> None:
    session = bench.begin()
    wait = 1 << WAIT_NAMES.index(name)
    bench.core.status.export_waits = wait
    answer = bench.ask(LOOP | {Key.SessionID: session})
    assert answer[Key.PermitService] is (wait in (WAIT_TARGET, WAIT_CONTACTOR))
    wanted = answer.get(Key.EVSENotification)
    assert wanted == (1 if wait == WAIT_CONTACTOR else None)


@pytest.mark.parametrize("at", [1, 2, 3], ids=["default", "lowest", "highest"])
def test_the_discovery_tells_the_settings_that_the_connector_itself_keeps_to(
    bench: Bench, at: int
) -> None:
    settings = bench.core.settings
    for row in SETTINGS:
        if row[0].startswith(("trip_", "enter_service_")):
            setattr(settings, row[0], row[at])
    trips = bench.core.dispatch.trips
    trips.load(settings)
    answer = bench.ask(DISCOVERY | {Key.SessionID: bench.ask(SETUP)[Key.SessionID]})
    enter_service = [answer[key] for key in range(33, 39)]
    assert enter_service == [
        settings.enter_service_high_bp,
        settings.enter_service_low_bp,
        settings.enter_service_high_millihertz,
        settings.enter_service_low_millihertz,
        settings.enter_service_delay_s,
        1 if settings.enter_service_random_s else settings.enter_service_ramp_s,
    ]
    curves = {"OV": 39, "UV": 40, "OF": 41, "UF": 42}
    for name, *trip in zip(TRIP_NAMES, trips.thresholds, trips.times_ms, strict=True):
        assert trip in answer[curves[name[:2]]], name
    assert sum(len(answer[key]) for key in curves.values()) == len(TRIP_NAMES)


FUNCTIONS: list[tuple[dict[str, int], dict[int, list[object]]]] = [
    ({"droop_enabled": 0}, {}),
    ({"droop_enabled": 1}, {45: [36, 36, 500, 500, 5_000]}),
    ({"volt_watt_enabled": 1}, {46: [10_000, [10_600, 10_000], [11_000, 2_000]]}),
    ({"limit_watt_enabled": 1, "limit_watt_bp": 7_000}, {47: [7_000, 15_000]}),
    ({"reactive_function": 1}, {48: [10_000, 1, 5_000]}),
    ({"reactive_function": 2, "constant_var_bp": -4_400}, {49: [-4_400, 5_000]}),
    (
        {"reactive_function": 3},
        {
            50: [5_000, [9_200, 4_400], [9_800, 0], [10_200, 0], [10_800, -4_400]],
            52: [10_000, 0, 300],
        },
    ),
    ({"reactive_function": 4}, {51: [5_000, [2_000, 0], [5_000, 0], [10_000, -4_400]]}),
]


@pytest.mark.covers("6.5 functions")
@pytest.mark.parametrize(("changes", "told"), FUNCTIONS)
def test_the_discovery_tells_each_function_that_is_switched_on_and_no_other(
    bench: Bench, changes: dict[str, int], told: dict[int, list[object]]
) -> None:
    settings = bench.core.settings
    settings.droop_enabled = 0
    for name, value in changes.items():
        setattr(settings, name, value)
    answer = bench.ask(DISCOVERY | {Key.SessionID: bench.ask(SETUP)[Key.SessionID]})
    assert {key: value for key, value in answer.items() if 45 <= key <= 52} == told


def test_the_longest_discovery_fits_into_a_message(bench: Bench) -> None:
    settings = bench.core.settings
    for row in SETTINGS:
        if row[0].startswith(("trip_", "enter_service_", "droop_", "volt_", "limit_watt")):
            setattr(settings, row[0], max(row[2], row[3], key=abs))
    settings.reactive_function = 3
    bench.core.dispatch.trips.load(settings)
    answer = bench.ask(DISCOVERY | {Key.SessionID: bench.ask(SETUP)[Key.SessionID]})
    assert {45, 46, 47, 50, 52} <= answer.keys()


def test_names_are_kept_for_whoever_asks_on_site(bench: Bench) -> None:
    session = bench.ask(SETUP | {Key.EVCCID: "E" * 32})[Key.SessionID]
    assert [bench.port.name(index) for index in range(5)] == ["E" * 32, "", "", "", ""]
    details = {5: "Maker", 6: "Model M", 7: "S-1", 8: "v" * 32}
    bench.ask(DISCOVERY | {Key.SessionID: session} | details)
    assert [bench.port.name(index) for index in range(1, 5)] == [*details.values()]
    bench.ask(SETUP)
    assert [bench.port.name(index) for index in range(5)] == ["SIM0001", "", "", "", ""]


def test_a_refused_message_leaves_the_names_alone(bench: Bench) -> None:
    session = bench.begin()
    bench.ask(DISCOVERY | {Key.SessionID: session, 6: "Good"})
    bench.ask(DISCOVERY | {Key.SessionID: session, 6: "Bad", Key.EVNominalVoltage: -5})
    bench.ask(SETUP | {Key.EVCCID: "\x07"})
    assert bench.port.name(0) == "SIM0001"
    assert bench.port.name(2) == "Good"


# --- wrong messages ---


@pytest.mark.parametrize("value", [-1, 50001, None, 1.5, "11500", [11500], {1: {2: [3]}}, 1 << 62])
def test_a_wrong_charge_parameter_is_named_as_such(bench: Bench, value: object) -> None:
    session = bench.ask(SETUP)[Key.SessionID]
    fields = DISCOVERY | {Key.EVMaximumDischargePower: value, Key.SessionID: session}
    assert code(bench.ask(fields)) == WRONG_PARAMETER
    assert bench.core.vehicle.link == LINK_IDENTIFIED


@pytest.mark.parametrize("text", ["", "x" * 33, "caf\u00e9", "a\nb", "\x00", 7, b"SIM"])
def test_a_name_is_printable_and_short(bench: Bench, text: object) -> None:
    assert code(bench.ask(SETUP | {Key.EVCCID: text})) == FAILED
    assert bench.core.taken == []


@pytest.mark.parametrize("key", [23, 24, 44, 52, 55, 57, 58, 99, -1, 1 << 40, "EVCCID", None])
def test_an_unknown_key_refuses_the_message(bench: Bench, key: object) -> None:
    assert code(bench.ask_body(cbor2.dumps({0: 1, 2: "SIM", key: 1}))) == FAILED
    assert bench.core.taken == []


def test_a_key_said_twice_refuses_the_message(bench: Bench) -> None:
    body = b"\xa3" + cbor2.dumps(SETUP)[1:] + cbor2.dumps(2) + cbor2.dumps("OTHER")
    assert code(bench.ask_body(body)) == FAILED
    assert bench.core.taken == []


@pytest.mark.parametrize("message", [0, 2, 4, 6, 8, 9, 1000, "1", None])
def test_an_unknown_message_is_out_of_sequence(bench: Bench, message: object) -> None:
    answer = bench.ask({Key.Message: message, Key.SessionID: 1})
    assert answer == {Key.Message: 0, Key.ResponseCode: SEQUENCE_ERROR}


def test_something_other_than_a_map_is_no_request(bench: Bench) -> None:
    for body in (b"\x01", b"\x80", cbor2.dumps([0, 1]), b"\xff", b"\xbf\x00\x01\xff", b"\xa1"):
        assert bench.ask_body(body) == {Key.Message: 0, Key.ResponseCode: FAILED}, body


def test_what_follows_the_message_in_a_frame_refuses_it(bench: Bench) -> None:
    assert code(bench.ask_body(cbor2.dumps(SETUP) + b"\x00")) == FAILED


def test_cbor_cut_off_anywhere_is_refused(bench: Bench) -> None:
    session = bench.begin()
    body = cbor2.dumps({int(k): v for k, v in (LOOP | {Key.SessionID: session}).items()})
    taken = len(bench.core.taken)
    for length in range(1, len(body)):
        assert code(bench.ask_body(body[:length])) == FAILED, length
    assert len(bench.core.taken) == taken
    assert code(bench.ask_body(body)) == OK


# --- noise on the wire ---


def test_a_frame_cut_off_anywhere_is_not_answered(bench: Bench) -> None:
    line = to_line(SETUP)
    for length in range(len(line) - 1):
        assert bench.say(line[:length] + b"\n") is None, length
    assert bench.say(line) is not None


def _meaning(line: bytes | bytearray) -> bytes | None:
    try:
        return base64.b64decode(bytes(line).strip(), validate=True)
    except ValueError:
        return None


def test_a_flipped_bit_anywhere_is_never_taken_for_a_message(bench: Bench) -> None:
    line = to_line(DISCOVERY | {Key.SessionID: bench.begin(Message.SessionSetup)})
    taken = len(bench.core.taken)
    for at in range(len(line) - 1):
        for bit in range(8):
            bent = bytearray(line)
            bent[at] ^= 1 << bit
            if _meaning(bent) == _meaning(line):
                continue  # a bit of the last character that no byte is made of
            bench.say(b"\n" + bytes(bent))
    assert len(bench.core.taken) == taken
    assert code(bench.ask(DISCOVERY | {Key.SessionID: 1})) == OK


@pytest.mark.parametrize(
    "noise",
    [
        b"\n\n\r\n",
        b"hello\n",
        b"AAAA\n" * 20,
        b"A" * 2000 + b"\n",
        b"=" * 8 + b"\n",
        b"AAAAAAA=\n",
        b"AAAA====\n",
        b"AA==AAAA\n",
        bytes(range(256)) + b"\n",
        b"\xff" * 600,
        b"\x00" * 50 + b"\n",
    ],
)
def test_foreign_bytes_before_a_message_do_not_spoil_it(bench: Bench, noise: bytes) -> None:
    assert bench.say(noise + b"\n" + to_line(SETUP)) is not None


def test_high_bytes_right_before_a_message_do_not_spoil_it(bench: Bench) -> None:
    assert bench.say(b"\x80\xfe\x90" + to_line(SETUP)) is not None


def test_length_and_sum_must_both_be_right(bench: Bench) -> None:
    body = cbor2.dumps({0: 1, 2: "SIM"})
    for length in (len(body) - 1, len(body) + 1, len(body) + 2, 0, 65535):
        head = length.to_bytes(2, "big") + body
        summed = head + binascii.crc_hqx(head, 0).to_bytes(2, "big")
        assert bench.say(base64.b64encode(summed) + b"\n") is None
    head = len(body).to_bytes(2, "big") + body
    other = binascii.crc_hqx(head, 0) ^ 1
    assert bench.say(base64.b64encode(head + other.to_bytes(2, "big")) + b"\n") is None
    assert bench.say(frame(body)) is not None


def test_the_largest_frame_is_read_and_one_byte_more_is_noise(bench: Bench) -> None:
    filling = cbor2.dumps(b"x" * 386)
    body = b"\xa2" + cbor2.dumps(0) + cbor2.dumps(1) + cbor2.dumps(2) + filling
    body += b"\x00" * (396 - len(body))
    assert len(body) == 396
    assert code(bench.ask_body(body)) == FAILED  # it was read
    assert bench.say(frame(body + b"\x00")) is None
    assert bench.say(frame(body * 3)) is None
    assert bench.say(to_line(SETUP)) is not None


def test_requests_in_one_go_are_answered_one_after_the_other(bench: Bench) -> None:
    session = bench.begin()
    bench.answers.clear()
    bench.hear(to_line(LOOP | {Key.SessionID: session}) * 3)
    bench.pass_ms(50)
    assert len(bench.answers) == 3


# --- the port contract ---


def test_it_takes_no_more_than_it_has_room_for(bench: Bench) -> None:
    port = bench.port
    assert port.room() == 64
    port.receive(b"x" * 64, 64, 0)
    assert port.room() == 0
    assert port.step(0) == 0
    assert port.room() == 64


def test_it_never_wants_to_be_called_or_closed(bench: Bench) -> None:
    bench.begin()
    assert (bench.port.due_us, bench.port.closing) == (NEVER, 0)


def test_output_stays_until_it_is_taken(bench: Bench) -> None:
    port = bench.port
    line = to_line({Key.Message: 99})
    port.receive(line, len(line), 0)
    while port.step(0):
        pass
    said = bytes(port.out[: port.out_count])
    port.receive(line, len(line), 0)
    for _ in range(5):
        assert port.step(0) == 0
        assert bytes(port.out[: port.out_count]) == said
    port.sent()
    assert port.out_count == 0
    while port.step(0):
        pass
    assert bytes(port.out[: port.out_count]) == said


def test_a_wire_that_opens_anew_begins_with_an_empty_line(bench: Bench) -> None:
    bench.hear(to_line(SETUP)[:10])
    bench.port.closed()
    bench.port.opened()
    assert bench.say(to_line(SETUP)) is not None
