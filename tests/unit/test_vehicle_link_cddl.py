"""The vehicle link's CDDL file: both sides speak it, and the port takes nothing else."""

from dataclasses import replace
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cddl import vehicle_link
from tests.unit.vehicle_link_pair import DISCOVERY, LOOP, SETUP, STOP, Bench, Cable, StubBackup
from wattback import vehicle
from wattback.grid import supervision
from wattback.vehicle_link import requests
from wattback_sim.evcc import Evcc, LinkParameters, Readings
from wattback_sim.evcc_messages import Fields, Key, Message, ResponseCode, to_line, unframe

RULES = {
    1: "SessionSetupReq",
    2: "SessionSetupRes",
    3: "ChargeParameterDiscoveryReq",
    4: "ChargeParameterDiscoveryRes",
    5: "ChargeLoopReq",
    6: "ChargeLoopRes",
    7: "SessionStopReq",
    8: "SessionStopRes",
}
READINGS = Readings(
    charge_w=11520.0,
    discharge_w=11500.0,
    nominal_v=240.0,
    capacity_wh=123000.0,
    power_w=-7680.4,
    reactive_var=153.6,
    soc=0.62,
    minimum_soc=0.1,
    need_wh=9000.3,
    departure_s=36000.0,
    running=True,
)


# What a connector says of a backup in its answers: forming, volts and hertz, how soon to ask.
BACKUPS = (
    StubBackup(0, 0, 0, 0),
    StubBackup(0, 0, 0, 20),
    StubBackup(1, 0, 60_000, 0),
    StubBackup(1, 264_000, 62_200, 250),
)


def check(line: bytes) -> Fields:
    """The message in a line, which must be one that the file describes."""
    body = unframe(line.strip(b"\n"))
    assert body is not None, line
    fields: Fields = cbor2.loads(body)
    failed = fields[Key.ResponseCode] >= 21 if Key.ResponseCode in fields else False
    rule = "FailedRes" if failed else RULES[fields[Key.Message]]
    assert vehicle_link().problem(rule, body) == "", fields
    assert vehicle_link().problem("message", body) == "", fields
    return fields


# --- both sides speak it ---


def test_vehicle_and_connector_say_nothing_that_the_file_does_not_describe() -> None:
    cable, evcc = joined(LinkParameters(on=True))
    play(cable, evcc, 300)
    evcc.parameters.on = False
    play(cable, evcc, 2)
    said = [check(line)[Key.Message] for line in cable.to_board]
    answered = [check(line)[Key.Message] for line in cable.to_vehicle]
    assert said[:3] == [1, 3, 5]
    assert said[-1] == 7
    assert answered == [message + 1 for message in said]


def test_so_do_both_about_an_island() -> None:
    cable, evcc = joined(LinkParameters(on=True), replace(READINGS, forms=True, forming=True))
    for backup in BACKUPS:
        cable.bench.core.backup = backup
        play(cable, evcc, 100)
        assert evcc.orders is not None
        assert evcc.orders.forming == bool(backup.forming)
    for line in [*cable.to_board, *cable.to_vehicle]:
        check(line)
    vehicle = cable.bench.core.vehicle
    assert (vehicle.forms, vehicle.forming) == (1, 1)


@pytest.mark.parametrize("certified", [True, False])
@pytest.mark.parametrize("category", [0, 1, 2, 3])
def test_so_does_a_vehicle_of_every_certification(certified: bool, category: int) -> None:
    link = LinkParameters(on=True, certified=certified, abnormal_category=category)
    cable, evcc = joined(link)
    play(cable, evcc, 100)
    for line in [*cable.to_board, *cable.to_vehicle]:
        check(line)
    assert evcc.refusal == (
        vehicle.REFUSAL_CERTIFICATION
        if not certified
        else vehicle.REFUSAL_CATEGORY
        if category < 3
        else 0
    )


def test_an_answer_is_as_described_whatever_the_core_says() -> None:
    bench = Bench()
    status = bench.core.status
    report = bench.core.report
    session = bench.begin()
    for target_w, waits, import_w, export_w in (
        (0, 0, 0, 0),
        (11520, 0, 11520, 11520),
        (-19200, 4096, 19200, 0),
        (-1, 2048, 6, 19200),
        (300, 32767, 50000, 50000),
    ):
        status.target_w, status.export_waits = target_w, waits
        report.import_power_w, report.export_power_w = import_w, export_w
        for backup in (None, *BACKUPS):
            bench.core.backup = backup
            for request in (LOOP, DISCOVERY, LOOP):
                bench.ask(request | {Key.SessionID: session})
                check(bench.answers[-1])


def test_every_failure_is_as_described() -> None:
    bench = Bench()
    bench.ask(LOOP | {Key.SessionID: 5})
    bench.ask({Key.Message: 4})
    bench.ask({})
    bench.ask({Key.Message: 6, Key.SessionID: 1})
    session = bench.begin(Message.SessionSetup)
    bench.ask(LOOP | {Key.SessionID: session})
    bench.ask(DISCOVERY | {Key.SessionID: session, Key.EVMaximumChargePower: -1})
    codes = [check(line)[Key.ResponseCode] for line in bench.answers]
    assert codes == [38, 34, 34, 34, 2, 34, 39]


# --- one numbering ---


@pytest.mark.covers("6.8 fields")
def test_the_vehicles_keys_messages_and_codes_are_those_of_the_file() -> None:
    constants = vehicle_link().constants
    for name in (*Key, *ResponseCode):
        assert constants[name.name] == name, name
    for request in Message:
        assert RULES[request] == f"{request.name}Req"


def test_the_reasons_of_a_refusal_are_the_cores() -> None:
    names = ["NotRefused", "ChargeOnly", "Certification", "Category", "Voltage"]
    names += ["Cessation", "Droop", "ReactivePower", "NotRestored"]
    assert [vehicle_link().constants[name] for name in names] == [
        vehicle.REFUSAL_NONE,
        vehicle.REFUSAL_CHARGE_ONLY,
        vehicle.REFUSAL_CERTIFICATION,
        vehicle.REFUSAL_CATEGORY,
        vehicle.REFUSAL_VOLTAGE,
        supervision.NO_CESSATION,
        supervision.POWER_UNSUPPORTED,
        supervision.REACTIVE_UNSUPPORTED,
        supervision.NOT_RESTORED,
    ]
    assert len(names) == len(vehicle.REFUSAL_NAMES)


# --- the port takes nothing else ---

KEYS = st.integers(0, 23) | st.sampled_from([24, 43, 52, 53, 54, 55, 57, 58, 99, -1])
VALUES = (
    st.integers(-1, 4)
    | st.integers(-70_000, 700_000)
    | st.sampled_from([32, 10_000, 10_001, 47_482, 50_000, 50_001, 65_535, 65_536, 1 << 40])
    | st.booleans()
    | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=34)
    | st.sampled_from([None, 1.0, b"a", [1], {1: [2, {3: 4}]}])
)


@st.composite
def nearly(draw: st.DrawFn) -> Fields:
    """A right request, or one with some fields gone and some others in their place."""
    fields = dict(draw(st.sampled_from([SETUP, DISCOVERY, LOOP, STOP])))
    if fields[Key.Message] != Message.SessionSetup:
        fields[Key.SessionID] = 1
    fields |= draw(st.dictionaries(KEYS, VALUES, max_size=2))
    for key in draw(st.sets(st.sampled_from([*fields]), max_size=1)):
        del fields[key]
    return fields


@pytest.mark.covers("6.8 fields")
@given(nearly())
@settings(max_examples=400)
def test_the_port_takes_a_request_just_when_the_file_describes_it(fields: Fields) -> None:
    message = fields.get(Key.Message)
    rule = RULES.get(message) if type(message) is int and message % 2 else None
    described = rule is not None and vehicle_link().problem(rule, cbor2.dumps(fields)) == ""
    bench = Bench()
    bench.begin()
    taken = bench.core.taken
    taken.clear()
    bench.say(to_line(fields))
    right_session = message == Message.SessionSetup or fields.get(Key.SessionID) == 1
    assert len(taken) == (1 if described and right_session else 0), fields


EDGES: list[tuple[Message, Key, list[Any], list[Any]]] = [
    (Message.SessionSetup, Key.EVCCID, ["a", "a" * 32], ["", "a" * 33, 5, b"a"]),
    (Message.SessionSetup, Key.SessionID, [0, 65535], [-1, 65536]),
    (Message.ChargeParameterDiscovery, Key.EVMaximumChargePower, [0, 50000], [-1, 50001]),
    (Message.ChargeParameterDiscovery, Key.EVMaximumDischargePower, [0, 50000], [-1, 50001]),
    (Message.ChargeParameterDiscovery, Key.EVNominalVoltage, [0, 600000], [-1, 600001]),
    (Message.ChargeParameterDiscovery, Key.J3072Certified, [True, False], [0, 1, None]),
    (Message.ChargeParameterDiscovery, Key.J3072CertificationDate, [0, 47482], [-1, 47483]),
    (Message.ChargeParameterDiscovery, Key.IEEE1547NormalCategory, [0, 1], [-1, 2]),
    (Message.ChargeParameterDiscovery, Key.IEEE1547AbnormalCategory, [0, 2], [-1, 3]),
    (Message.ChargeParameterDiscovery, Key.EVUseableWattHours, [0, 500000], [-1, 500001]),
    (Message.ChargeParameterDiscovery, Key.EVInverterModel, ["a" * 32], ["", "a" * 33]),
    (Message.ChargeLoop, Key.EVPresentActivePower, [-50000, 50000], [-50001, 50001]),
    (Message.ChargeLoop, Key.EVPresentReactivePower, [-50000, 50000], [-50001, 50001]),
    (Message.ChargeLoop, Key.PresentSOC, [0, 10000], [-1, 10001, 0.5]),
    (Message.ChargeLoop, Key.MinimumSOC, [0, 10000], [-1, 10001]),
    (Message.ChargeLoop, Key.EVTargetEnergyRequest, [0, 500000], [-1, 500001]),
    (Message.ChargeLoop, Key.DepartureTime, [0, 604800], [-1, 604801]),
    (Message.ChargeLoop, Key.DEROperationalState, [0, 1], [-1, 2, True]),
    (Message.ChargeLoop, Key.SettingsVersion, [0, 65535], [-1, 65536]),
    (Message.ChargeParameterDiscovery, Key.SupportedModes, [0, 3], [-1, 4, True]),
    (Message.ChargeLoop, Key.GeneratorMode, [0, 1], [-1, 2, True]),
]
BASES = {1: SETUP, 3: DISCOVERY, 5: LOOP, 7: STOP}


@pytest.mark.parametrize(("message", "key", "good", "bad"), EDGES, ids=lambda x: str(x)[:28])
def test_ranges_end_where_the_file_says(
    message: Message, key: Key, good: list[Any], bad: list[Any]
) -> None:
    bench = Bench()
    session = bench.begin()
    for value in [*good, *bad]:
        fields = BASES[message] | {Key.SessionID: session, key: value}
        described = vehicle_link().problem(RULES[message], cbor2.dumps(fields)) == ""
        assert described == (value in good and type(value) is type(good[0])), value
        answer = bench.ask(fields)
        assert (answer[Key.ResponseCode] < requests.FAILED) == described, value
        if message == Message.SessionSetup and described:
            session = answer[Key.SessionID]
            bench.ask(DISCOVERY | {Key.SessionID: session})


def joined(link: LinkParameters, readings: Readings = READINGS) -> tuple[Cable, Evcc]:
    """A vehicle's controller on a port."""
    cable = Cable(Bench())
    evcc = Evcc(link, lambda: readings, 1)
    evcc.attach(cable)
    return cable, evcc


def play(cable: Cable, evcc: Evcc, ticks: int) -> None:
    for _ in range(ticks):
        evcc.advance(cable.bench.now_us, True)
        cable.tick()
