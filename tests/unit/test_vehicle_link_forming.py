"""The vehicle link about an island: what a vehicle says that it can, and what it is told to do."""

import pytest

from tests.unit.vehicle_link_pair import DISCOVERY, LOOP, SETUP, Bench, StubBackup
from wattback.export import WAIT_CONTACTOR, WAIT_PERMISSION
from wattback_sim.evcc_messages import (
    BOTH_MODES,
    EXIT_STANDBY,
    FOLLOWING,
    FORMING,
    Fields,
    Key,
)

ONLY_FORMING = (Key.EVSETargetVoltage, Key.EVSETargetFrequency)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def loop(bench: Bench, **fields: int) -> Fields:
    """The answer to a loop with these fields besides."""
    said = {Key[name]: value for name, value in fields.items()}
    return bench.ask(LOOP | {Key.SessionID: bench.port._session} | said)


def told(answer: Fields) -> Fields:
    """What it says of an island."""
    return {key: answer[key] for key in (*ONLY_FORMING, Key.EVSEUpdateTime) if key in answer}


# --- what the vehicle says ---


@pytest.mark.parametrize(("modes", "forms"), [(0, 0), (FOLLOWING + 1, 0), (2, 1), (BOTH_MODES, 1)])
def test_the_modes_of_the_discovery_reach_the_core(bench: Bench, modes: int, forms: int) -> None:
    session = bench.ask(SETUP)[Key.SessionID]
    bench.ask(DISCOVERY | {Key.SessionID: session, Key.SupportedModes: modes})
    assert bench.core.vehicle.forms == forms


def test_modes_that_are_not_said_again_are_none(bench: Bench) -> None:
    session = bench.ask(SETUP)[Key.SessionID]
    bench.ask(DISCOVERY | {Key.SessionID: session, Key.SupportedModes: BOTH_MODES})
    bench.ask(DISCOVERY | {Key.SessionID: session})
    assert bench.core.vehicle.forms == 0


def test_the_mode_of_every_loop_reaches_the_core_and_absent_it_follows(bench: Bench) -> None:
    bench.begin()
    vehicle = bench.core.vehicle
    for mode in (FORMING, FOLLOWING, FORMING):
        loop(bench, GeneratorMode=mode)
        assert vehicle.forming == mode
    loop(bench)
    assert vehicle.forming == 0


# --- what it is told ---


def test_without_a_gateway_or_an_outage_nothing_of_an_island_is_said(bench: Bench) -> None:
    bench.begin()
    for backup in (None, StubBackup(), StubBackup(0, 240_000, 60_000, 0)):
        bench.core.backup = backup
        answer = loop(bench)
        assert told(answer) == {}
        assert answer[Key.RequiredDEROperatingMode] == FOLLOWING


@pytest.mark.parametrize("target_mv", [0, 120_000, 240_000])
@pytest.mark.parametrize("update_ms", [0, 20, 250])
def test_a_vehicle_that_is_to_form_hears_voltage_frequency_and_when_to_ask_again(
    bench: Bench, target_mv: int, update_ms: int
) -> None:
    bench.begin()
    bench.core.backup = StubBackup(1, target_mv, 60_300, update_ms)
    answer = loop(bench)
    assert answer[Key.RequiredDEROperatingMode] == FORMING
    expected: Fields = {Key.EVSETargetVoltage: target_mv, Key.EVSETargetFrequency: 60_300}
    if update_ms:
        expected[Key.EVSEUpdateTime] = update_ms
    assert told(answer) == expected


def test_one_that_is_to_follow_again_may_still_be_hurried(bench: Bench) -> None:
    bench.begin()
    bench.core.backup = StubBackup(0, 240_000, 60_000, 20)
    answer = loop(bench)
    assert told(answer) == {Key.EVSEUpdateTime: 20}
    assert answer[Key.RequiredDEROperatingMode] == FOLLOWING


@pytest.mark.parametrize("waits", [0, WAIT_CONTACTOR, WAIT_PERMISSION])
def test_an_island_wants_the_vehicles_s2_whatever_an_export_waits_for(
    bench: Bench, waits: int
) -> None:
    bench.begin()
    bench.core.status.export_waits = waits
    bench.core.backup = StubBackup(1, 0, 60_000, 100)
    answer = loop(bench)
    assert answer[Key.EVSENotification] == EXIT_STANDBY
    assert answer[Key.PermitService] is (waits != WAIT_PERMISSION)
