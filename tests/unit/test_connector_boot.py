"""From power-up to the first offer: safe before anything is known, and only as far as is known."""

import pytest

from tests.unit.wall import DEFAULTS, StubBoard, Wall
from wattback.commands import COMMAND_RESET_FAULTS
from wattback.connector import Connector
from wattback.retained import WORDS
from wattback.settings import SETTINGS

SAFE = (0, 0, 0, 0)  # pilot −12 V, contactor open, neither test nor reset
PWM = range(1, 10_000)


def test_the_constructor_drives_safe_outputs_before_it_builds_anything() -> None:
    class Breaks(Exception):
        pass

    class BoardThatBreaks(StubBoard):
        def drive(self, outputs: object) -> None:
            super().drive(outputs)  # type: ignore[arg-type]
            raise Breaks

    board = BoardThatBreaks()
    with pytest.raises(Breaks):
        Connector(board, None)
    assert board.driven == [SAFE]


def test_the_constructor_drives_once_and_samples_nothing() -> None:
    class BoardWithoutSensors(StubBoard):
        def sample(self, inputs: object) -> None:
            raise AssertionError("sampled before the first tick")

    board = BoardWithoutSensors()
    connector = Connector(board, [0] * WORDS)
    connector.load_settings(DEFAULTS)
    assert board.driven == [SAFE]


@pytest.mark.parametrize("vehicle", ["A", "B", "C", "D"])
def test_nothing_is_offered_or_closed_before_the_settings_are_loaded(vehicle: str) -> None:
    wall = Wall(settings=None)
    wall.vehicle = vehicle
    wall.run(20_000)
    assert wall.state == "boot"
    assert {driven[:2] for driven in wall.board.driven} == {(0, 0)}


def test_before_the_settings_every_limit_is_zero() -> None:
    wall = Wall(settings=None)
    wall.run(1_000)
    assert wall.connector.status.import_limit_ma == 0
    assert wall.connector.status.export_limit_ma == 0


@pytest.mark.parametrize("vehicle", ["A", "B", "C", "D"])
@pytest.mark.parametrize("index", range(len(SETTINGS)), ids=[row[0] for row in SETTINGS])
def test_a_refused_setting_keeps_the_connector_at_f_for_good(index: int, vehicle: str) -> None:
    values = list(DEFAULTS)
    values[index] = SETTINGS[index][3] + 1
    wall = Wall(values)
    assert wall.refused == SETTINGS[index][0]
    wall.vehicle = vehicle
    wall.run(10_000)
    assert wall.faults == ["settings_invalid"]
    assert {driven[:2] for driven in wall.board.driven} == {(0, 0)}


@pytest.mark.covers("settings_invalid")
def test_a_refused_setting_survives_reset_and_unplug_and_ends_with_a_good_restart() -> None:
    values = [*DEFAULTS[:-1], -1]
    wall = Wall(values)
    wall.run(1_000)
    wall.connector.queue.put(COMMAND_RESET_FAULTS, 0, 0, 0, 0)
    wall.run(1_000)
    assert wall.faults == ["settings_invalid"]
    wall = Wall(values, wall.connector.retained)
    wall.run(1_000)
    assert wall.faults == ["settings_invalid"]
    wall = Wall(DEFAULTS, wall.connector.retained)
    wall.until_state("idle", within_ms=1_000)
    assert wall.faults == []


def test_without_a_vehicle_it_comes_to_idle_at_steady_12_v_within_a_second() -> None:
    wall = Wall()
    wall.until_state("idle", within_ms=1_000)
    wall.run(10_000)
    assert (wall.state, wall.duty_bp, wall.closed) == ("idle", 10_000, False)


def test_boot_waits_for_the_self_test_and_holds_f() -> None:
    wall = Wall()
    wall.hold["ground_fault_latched"] = 0
    wall.run(1_000)
    assert wall.state == "boot"
    assert {driven[:2] for driven in wall.board.driven} == {(0, 0)}
    wall.run(1_000)
    assert wall.faults == ["ground_fault_self_test"]
    assert {driven[:2] for driven in wall.board.driven} == {(0, 0)}


@pytest.mark.covers("IEC 61851-1 Table A.5")
def test_boot_shows_minus_12_v_for_at_least_300_ms() -> None:
    wall = Wall()
    shown_ms = wall.run_until(lambda: wall.duty_bp != 0, 1_000)
    assert 300 <= shown_ms <= 400


def test_boot_ends_only_when_the_pilot_has_been_seen_at_minus_12_v() -> None:
    wall = Wall()
    wall.hold["pilot_high_mv"] = 12_000
    wall.run(10_000)
    assert wall.faults == ["pilot_stuck"]
    assert not wall.closed


def test_a_contact_found_closed_at_power_up_is_welded_and_nothing_is_tested_or_offered() -> None:
    wall = Wall()
    wall.hold["contactor_aux_closed"] = 1
    wall.vehicle = "C"
    wall.run(10_000)
    assert wall.faults == ["contactor_welded"]
    assert set(wall.board.driven) == {SAFE}


def test_a_latch_found_tripped_at_power_up_is_released_and_tested() -> None:
    wall = Wall()
    wall.board.sensors.ground_fault_latched = 1
    wall.until_state("idle", within_ms=1_000)
    assert wall.faults == []


@pytest.mark.covers("IEC 61851-1 sequence 1.1")
def test_the_first_offer_waits_for_a_vehicle_supply_rest_and_self_test() -> None:
    wall = Wall()
    wall.vehicle = "B"
    wall.until_state("offered")
    assert 5_000 <= wall.now_ms <= 6_500
    pwm = [duty for duty, _, _, _ in wall.board.driven if duty in PWM]
    assert pwm == [8_000]


@pytest.mark.covers("IEC 61851-1 sequence 1.2")
def test_a_vehicle_that_asks_from_the_start_is_still_shown_an_offer_first() -> None:
    wall = Wall()
    wall.vehicle = "C"
    wall.until_state("charging")
    offered = [driven for driven in wall.board.driven if driven[0] in PWM and not driven[1]]
    assert len(offered) >= 10  # the diode is seen in PWM before the contactor closes


@pytest.mark.parametrize(
    ("inputs", "wait"),
    [
        ({"voltage_l1_mv": 0}, "supply"),
        ({"frequency_millihertz": 50_000}, "supply"),
    ],
)
def test_while_the_supply_is_unfit_a_vehicle_waits_and_the_reason_is_told(
    inputs: dict[str, int], wait: str
) -> None:
    wall = Wall()
    wall.hold = inputs
    wall.vehicle = "C"
    wall.run(20_000)
    assert (wall.state, wall.waits) == ("waiting", [wait])
    assert wall.duty_bp == 10_000


def test_a_limit_below_6_a_makes_a_vehicle_wait_for_it() -> None:
    names = [row[0] for row in SETTINGS]
    values = list(DEFAULTS)
    values[names.index("site_failsafe_import_ma")] = 5_999
    wall = Wall(values)
    wall.vehicle = "C"
    wall.run(20_000)
    assert (wall.state, wall.waits) == ("waiting", ["limit"])
    assert wall.duty_bp == 10_000


def test_latches_of_before_the_power_cut_are_there_in_the_first_tick() -> None:
    wall = Wall()
    wall.hold["contactor_aux_closed"] = 1
    wall.run(1_000)
    restarted = Wall(DEFAULTS, wall.connector.retained)
    restarted.tick()
    assert (restarted.state, restarted.faults) == ("fault", ["contactor_welded"])
    assert {driven[:2] for driven in restarted.board.driven} == {(0, 0)}
