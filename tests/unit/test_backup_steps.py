"""Every step of an outage and of the return: its time limit, its refusal and its reason."""

from collections.abc import Callable

import pytest

from tests.unit.backup_bench import LEG_MV, BackupBench
from wattback.backup.steps import (
    NO_LIMIT_MS,
    REFUSAL_NAMES,
    STATE_NAMES,
    STEPS,
)
from wattback.vehicle import LINK_LAPSED

# For each step with a time limit of its own: what makes it fail, from just before it begins.
Breaker = Callable[[BackupBench], None]


def _contactor_stays(bench: BackupBench) -> None:
    bench.closed = 1
    bench.follows_closing = False


def _switch_stays(bench: BackupBench) -> None:
    bench.obeys = False


def _home_is_held(bench: BackupBench) -> None:
    bench.home_mv = LEG_MV


def _vehicle_is_unwilling(bench: BackupBench) -> None:
    bench.vehicle_follows = False
    bench.vehicle.forming = 0


def _contactor_stays_open(bench: BackupBench) -> None:
    bench.follows_closing = False


def _no_voltage(bench: BackupBench) -> None:
    bench.home_mv = 0


def _low_legs(bench: BackupBench) -> None:
    bench.home_mv = LEG_MV * 80 // 100


# (step, the step before which it is broken, how, the refusal)
OUTAGE = (
    ("contactor_open", "grid", _contactor_stays, "contactor_not_open"),
    ("switch_open", "contactor_open", _switch_stays, "switch_not_open"),
    ("home_dead", "switch_open", _home_is_held, "home_live"),
    ("vehicle_ready", "home_dead", _vehicle_is_unwilling, "vehicle_unwilling"),
    ("contactor_closed", "vehicle_ready", _contactor_stays_open, "contactor_not_closed"),
    ("voltage_ramp", "contactor_closed", _no_voltage, "no_voltage"),
    ("legs_in_window", "voltage_ramp", _low_legs, "leg_out_of_window"),
)


def _limit_ms(step: str) -> int:
    return STEPS[STATE_NAMES.index(step)][1]


@pytest.mark.parametrize(("step", "before", "breaks", "refusal"), OUTAGE)
def test_a_step_of_the_outage_is_refused_at_its_limit(
    step: str, before: str, breaks: Breaker, refusal: str
) -> None:
    bench = BackupBench()
    bench.run(1000)
    bench.run_until("grid")
    if step == "contactor_open":
        breaks(bench)
    bench.lose_grid()
    if before == "voltage_ramp":
        bench.run_until(step)
    elif before != "grid":
        bench.run_until(before)
    if step != "contactor_open":
        breaks(bench)
    bench.run_until(step)
    bench.run(_limit_ms(step) - 20)
    assert bench.state == step
    bench.run(30)
    assert REFUSAL_NAMES[bench.backup.refusal] == refusal
    assert bench.state in ("dark", "stop_forming")


def _fail_to_close(bench: BackupBench) -> None:
    bench.obeys = False


RETURN = (
    ("switch_close", _fail_to_close, "switch_not_closed"),
    ("reconnect", _fail_to_close, "switch_not_closed"),
    ("home_dead_again", _home_is_held, "home_live"),
    ("stop_forming", _contactor_stays_open, "contactor_not_open"),
)


@pytest.mark.parametrize(("step", "breaks", "refusal"), RETURN)
def test_a_step_of_the_return_is_refused_at_its_limit(
    step: str, breaks: Breaker, refusal: str
) -> None:
    bench = BackupBench(sync_s=5)
    bench.island()
    bench.restore_grid()
    if step != "switch_close":
        bench.angle = 900  # never in step
    if step == "switch_close" or step == "stop_forming":
        bench.run_until("synchronise")
        breaks(bench)
    elif step == "home_dead_again":
        bench.run_until("stop_forming")
        breaks(bench)
    else:
        bench.run_until("home_dead_again")
        breaks(bench)
    bench.run_until(step)
    bench.run(_limit_ms(step) - 20)
    assert bench.state == step
    bench.run(30)
    assert REFUSAL_NAMES[bench.backup.refusal] == refusal


def test_every_step_with_a_limit_is_in_these_tables() -> None:
    limited = {name for name, limit_ms, _ in STEPS if limit_ms != NO_LIMIT_MS}
    assert limited == {row[0] for row in OUTAGE} | {row[0] for row in RETURN}


def test_synchronism_has_the_settings_time_and_ends_in_an_open_transition() -> None:
    bench = BackupBench(sync_s=7)
    bench.island()
    bench.restore_grid()
    bench.angle = 1500
    bench.run_until("synchronise")
    assert bench.run_until("stop_forming") in range(6_980, 7_030)
    assert REFUSAL_NAMES[bench.backup.refusal] == "no_synchronism"
    bench.run_until("home_dead_again")
    bench.run_until("grid")
    assert bench.switch == "closed"


@pytest.mark.parametrize("follow_ms", [50, 100, 400])
def test_a_vehicle_that_does_not_follow_is_left_in_its_time(follow_ms: int) -> None:
    bench = BackupBench(follow_ms=follow_ms)
    bench.island()
    bench.restore_grid()
    bench.run_until("switch_close")
    bench.vehicle_follows = False
    bench.run_until("grid_following")
    assert bench.run_until("stop_forming") in range(follow_ms, follow_ms + 30)
    assert REFUSAL_NAMES[bench.backup.refusal] == "not_following"
    bench.run_until("grid")
    assert bench.switch == "closed" and not bench.closed


def test_the_way_through_an_outage_and_back() -> None:
    bench = BackupBench()
    bench.island()
    bench.restore_grid()
    seen = [bench.state]
    while bench.state != "grid":
        bench.run(10)
        if seen[-1] != bench.state:
            seen.append(bench.state)
    assert seen == ["island", "synchronise", "switch_close", "grid_following", "grid"]
    assert bench.closed, "the visit goes on"
    assert bench.backup.refusal == 0


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"connected": 0}, "vehicle_absent"),
        ({"forms": 0}, "vehicle_cannot_form"),
        ({"soc_bp": 2050}, "reserve"),
    ],
)
def test_a_vehicle_that_does_not_do_is_named_and_the_home_stays_on_its_grid(
    change: dict[str, int], refusal: str
) -> None:
    bench = BackupBench()
    for name, value in change.items():
        setattr(bench if name == "connected" else bench.vehicle, name, value)
    if not bench.connected:
        bench.vehicle.linked = 0
    bench.run(1000)
    bench.lose_grid()
    bench.run(4_000)
    assert REFUSAL_NAMES[bench.backup.refusal] == refusal
    assert bench.state == "grid" and bench.switch == "closed", "it comes back with the grid"


def test_a_silent_vehicle_is_waited_for_behind_the_open_switch() -> None:
    bench = BackupBench()
    bench.vehicle.linked = 0
    bench.run(1000)
    bench.lose_grid()
    bench.run_until("dark", 150_000)
    assert REFUSAL_NAMES[bench.backup.refusal] == "vehicle_silent"
    assert bench.switch == "open"
    bench.vehicle.linked = 1
    bench.run_until("island", 60_000)


@pytest.mark.parametrize(
    ("change", "refusal"), [({"connected": 0}, "vehicle_absent"), ({"forms": 0}, "vehicle_cannot")]
)
def test_a_vehicle_that_leaves_while_it_is_asked_is_named_too(
    change: dict[str, int], refusal: str
) -> None:
    bench = BackupBench()
    bench.vehicle_follows = False
    bench.run(1000)
    bench.lose_grid()
    bench.run_until("vehicle_ready")
    for name, value in change.items():
        setattr(bench if name == "connected" else bench.vehicle, name, value)
    bench.vehicle.linked = bench.connected
    assert bench.run_until("dark") <= 5_050
    assert REFUSAL_NAMES[bench.backup.refusal].startswith(refusal)


def test_a_switch_that_does_not_close_is_not_hammered() -> None:
    bench = BackupBench()
    bench.vehicle.linked = 0
    bench.run(1000)
    bench.lose_grid()
    bench.run_until("vehicle_ready")
    bench.obeys = False
    bench.restore_grid()
    bench.run_until("reconnect")
    bench.run_until("dark")
    bench.run(29_000)
    assert bench.state == "dark"
    bench.obeys = True
    bench.run_until("grid")


def _backfeed(bench: BackupBench) -> None:
    bench.grid_mv = LEG_MV
    bench.grid_hz = 60_300  # wherever the island goes


def _neutral(bench: BackupBench) -> None:
    bench.transformer = 0


def _overload(bench: BackupBench) -> None:
    bench.current_ma = 60_000
    bench.power_w = 14_000


def _reserve(bench: BackupBench) -> None:
    bench.vehicle.soc_bp = 2000


def _silence(bench: BackupBench) -> None:
    bench.speaks = False


def _contacts(bench: BackupBench) -> None:
    bench.switch = "both"


def _silent_vehicle(bench: BackupBench) -> None:
    bench.vehicle.link = LINK_LAPSED
    bench.vehicle.linked = 0


def _unplug(bench: BackupBench) -> None:
    bench.closed = 0


def _disable(bench: BackupBench) -> None:
    bench.settings.backup_enabled = 0


@pytest.mark.parametrize(
    ("breaks", "refusal", "within_ms"),
    [
        (_neutral, "neutral_lost", 500),
        (_overload, "overload", 8_000),
        (_reserve, "reserve", 100),
        (_silence, "gateway_silent", 32_000),
        (_contacts, "switch_contacts", 500),
        (_low_legs, "leg_out_of_window", 2_100),
        (_no_voltage, "leg_out_of_window", 300),
        (_backfeed, "backfeed", 2_000),
        (_silent_vehicle, "vehicle_silent", 50),
        (_unplug, "visit_ended", 50),
        (_disable, "disabled", 50),
    ],
)
def test_what_ends_an_island(breaks: Breaker, refusal: str, within_ms: int) -> None:
    bench = BackupBench()
    bench.island()
    breaks(bench)
    began_ms = bench.now_ms
    while bench.state in ("island", "load_steps"):
        bench.run(10)
        assert bench.now_ms - began_ms <= within_ms
    assert REFUSAL_NAMES[bench.backup.refusal] == refusal


def test_a_backfeed_latches_until_somebody_on_site_has_looked() -> None:
    bench = BackupBench()
    bench.island()
    _backfeed(bench)
    bench.run_until("latched")
    bench.lose_grid()
    bench.run(200_000)
    assert bench.state == "latched"
    again = BackupBench()
    again.retained[:] = bench.retained
    again.backup.load(again.settings)
    assert again.state == "latched", "a power cycle clears nothing"
    bench.backup.reset_on_site()
    bench.restore_grid()
    bench.run_until("grid", 100_000)


def test_a_grid_that_flickers_does_not_end_the_island() -> None:
    bench = BackupBench()
    bench.island()
    for _ in range(5):
        bench.restore_grid()
        bench.angle = 300
        bench.run(4_000)
        bench.lose_grid()
        bench.run(1_000)
    assert bench.state == "island"
