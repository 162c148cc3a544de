"""What an outage and a return must not be fooled by, and when they try again."""

import pytest

from tests.unit.backup_bench import BackupBench
from wattback.backup.outage import MOST_ATTEMPTS
from wattback.backup.readiness import WAIT_LIMIT, WAIT_RESERVE_NEAR
from wattback.backup.steps import REFUSAL_NAMES
from wattback.limits import FOR_EVER, OWNER_TECHNICIAN, SCOPE_GRID

ISLAND = ("voltage_ramp", "legs_in_window", "load_steps", "island")


def refusal(bench: BackupBench) -> str:
    return REFUSAL_NAMES[bench.backup.refusal]


def islanded(**settings: int) -> BackupBench:
    bench = BackupBench(**settings)
    bench.island()
    return bench


def outage(step: str) -> BackupBench:
    bench = BackupBench()
    bench.run(1000)
    bench.lose_grid()
    bench.run_until(step)
    return bench


def ends_after_ms(bench: BackupBench, within_ms: int = 60_000) -> int:
    """Until the island has ended."""
    began_ms = bench.now_ms
    while bench.state in ISLAND:
        assert bench.now_ms - began_ms < within_ms
        bench.run(10)
    return bench.now_ms - began_ms


# --- a grid that is none ---


@pytest.mark.parametrize("step", ["voltage_ramp", "island"])
@pytest.mark.parametrize("legs", ["one", "both"])
def test_a_pole_that_is_welded_is_a_backfeed(step: str, legs: str) -> None:
    bench = outage(step)
    bench.grid_follows = True
    bench.grid_l2_mv = 0 if legs == "one" else None
    assert ends_after_ms(bench) <= 2_000
    bench.run_until("latched")
    assert refusal(bench) == "backfeed"


def test_a_pole_that_welds_beside_a_live_grid_is_found_at_the_next_look() -> None:
    bench = islanded(return_steady_s=600)
    bench.restore_grid()
    bench.run(30_000)
    assert bench.state == "island"
    bench.grid_follows = True
    assert ends_after_ms(bench) <= 12_000
    assert refusal(bench) == "backfeed"


def test_a_grid_beside_which_it_looks_again_and_again_is_none_that_it_feeds() -> None:
    bench = islanded(return_steady_s=600)
    bench.restore_grid()
    bench.run(300_000)
    assert (bench.state, refusal(bench)) == ("island", "none")


@pytest.mark.parametrize("home", ["island", "dark"])
def test_no_home_is_given_to_a_grid_without_a_neutral(home: str) -> None:
    bench = islanded() if home == "island" else BackupBench()
    if home == "dark":
        bench.run(1000)
        bench.vehicle.forms = 0
        bench.vehicle.linked = 0
        bench.lose_grid()
        bench.run_until("vehicle_ready")
        bench.connected = 0
        bench.run_until("dark")
    bench.restore_grid()
    bench.grid_mv, bench.grid_l2_mv = 180_000, 60_000
    bench.run(120_000)
    assert bench.switch == "open"
    bench.grid_mv, bench.grid_l2_mv = 120_000, None
    bench.run_until("grid")
    assert bench.switch == "closed"


def test_a_single_phase_has_no_second_leg_to_judge() -> None:
    bench = BackupBench(single_phase=1)
    bench.grid_l2_mv = 0
    bench.backup.inputs.voltage_l2_mv = 0
    bench.grid_mv = 240_000
    bench.run(2_000)
    assert bench.backup.steady_ms > 1_000


# --- what a home must not get ---


@pytest.mark.parametrize(("leg_mv", "within_ms"), [(180_000, 170), (135_000, 2_010)])
def test_a_voltage_that_is_too_high_after_the_ramp_ends_it(leg_mv: int, within_ms: int) -> None:
    bench = outage("legs_in_window")
    bench.home_mv = leg_mv
    assert ends_after_ms(bench) <= within_ms
    assert refusal(bench) == "leg_out_of_window"


@pytest.mark.parametrize("step", ["voltage_ramp", "legs_in_window"])
def test_a_home_is_not_brought_up_blind(step: str) -> None:
    bench = outage(step)
    bench.speaks = False
    assert ends_after_ms(bench) <= bench.settings.gateway_timeout_ms + 100
    assert refusal(bench) == "gateway_silent"


# --- trying again ---


def test_a_vehicle_that_comes_and_goes_feeds_the_home_each_time() -> None:
    bench = islanded()
    for _ in range(8):
        bench.unplug()
        bench.run(600_000)
        assert bench.state in ("dark", "vehicle_ready")
        bench.plug_in()
        bench.run_until("island", 60_000)


def test_what_goes_wrong_again_and_again_is_tried_a_few_times() -> None:
    bench = outage("legs_in_window")
    tries = 1
    for _ in range(60_000):
        before = bench.state
        bench.home_mv = 180_000 if before == "legs_in_window" else None
        bench.run(10)
        tries += before == "dark" and bench.state != "dark"
    assert (tries, bench.state) == (MOST_ATTEMPTS, "dark")


def test_another_vehicle_after_a_reserve_feeds_the_home() -> None:
    bench = islanded()
    bench.vehicle.soc_bp = 1_900
    bench.run_until("dark")
    bench.run(120_000)
    assert (bench.state, refusal(bench)) == ("dark", "reserve")
    bench.unplug()
    bench.run(1_000)
    bench.plug_in()
    bench.vehicle.soc_bp = 9_000
    bench.run_until("island", 60_000)


def test_a_reserve_that_the_owner_lowers_feeds_the_home() -> None:
    bench = islanded(backup_reserve_bp=5_000)
    bench.vehicle.soc_bp = 4_900
    bench.run_until("dark")
    bench.settings.backup_reserve_bp = 2_000
    bench.run_until("island", 60_000)


# --- the way back ---


def test_a_contact_that_sticks_does_not_keep_a_dead_home_from_a_good_grid() -> None:
    bench = islanded()
    bench.contact_sticks = True
    bench.vehicle.soc_bp = 1_900
    bench.run_until("dark")
    bench.restore_grid()
    bench.run_until("grid", 30_000)
    assert bench.switch == "closed"


def test_the_time_to_meet_the_grid_counts_what_the_switch_tries() -> None:
    bench = islanded(sync_s=5)
    bench.restore_grid()
    bench.obeys = False
    bench.run_until("synchronise")
    began_ms = bench.now_ms
    tried = 0
    while bench.state in ("synchronise", "switch_close"):
        tried += bench.state == "switch_close"
        bench.angle = 120 if bench.now_ms // 100 % 6 == 0 else 0
        bench.run(10)
    assert tried > 10
    assert bench.now_ms - began_ms <= 6_100
    assert refusal(bench) in ("no_synchronism", "switch_not_closed")


# --- what is told beforehand ---


def test_a_limit_that_lets_nothing_out_is_told_and_opens_no_switch() -> None:
    bench = BackupBench()
    bench.limits.set(OWNER_TECHNICIAN, 0, 0, FOR_EVER)
    bench.limits.settle(SCOPE_GRID, 1)
    bench.run(2_000)
    assert bench.backup.waits == WAIT_LIMIT
    bench.lose_grid()
    bench.run(30_000)
    assert (bench.state, bench.switch, refusal(bench)) == ("grid", "closed", "limit")
    bench.limits.set(OWNER_TECHNICIAN, -1, -1, FOR_EVER)
    bench.limits.settle(SCOPE_GRID, 1)
    bench.run_until("island")


def test_a_limit_that_comes_in_the_dark_is_waited_for() -> None:
    bench = outage("vehicle_ready")
    bench.limits.set(OWNER_TECHNICIAN, 0, 0, FOR_EVER)
    bench.vehicle_follows = False
    bench.run_until("dark")
    assert refusal(bench) == "limit"
    bench.run(120_000)
    assert bench.state == "dark"
    bench.limits.set(OWNER_TECHNICIAN, -1, -1, FOR_EVER)
    bench.vehicle_follows = True
    bench.run_until("island", 60_000)


def test_a_reserve_that_is_near_is_told_while_the_home_is_fed() -> None:
    bench = islanded()
    bench.run(1_100)
    assert not bench.backup.waits & WAIT_RESERVE_NEAR
    bench.vehicle.soc_bp = bench.settings.backup_reserve_bp + 490
    bench.run(1_100)
    assert bench.state == "island"
    assert bench.backup.waits & WAIT_RESERVE_NEAR
