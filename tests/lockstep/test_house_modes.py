"""The modes that people choose, in a whole site: what flows through the service."""

import pytest

from tests.lockstep.homes import Playing, home
from tests.lockstep.playing import CPYTHON, MICROPYTHON
from wattback import commands, targets

CHARGE, EVENT, SELF_CONSUMPTION, PEAK_LIMIT, BACKUP_ONLY = range(5)
STIFF = {"grid.leg_ohm": 0.0, "home.essential_w": 1000.0, "solar.reconnect_s": 1.0}
PEAK_W = 6000
_REST_W = 3000.0  # of the house, beside what is essential
_STEP_S = 2.0  # in which a load step is to be answered
both_runtimes = pytest.mark.parametrize("runtime", [CPYTHON, MICROPYTHON])


def service_w(playing: Playing) -> float:
    assert playing.world.gateway is not None
    return playing.world.gateway.service_w


def balance(playing: Playing, to_w: float, within_w: float = 150.0) -> float:
    """Until the service carries this power, and goes on doing so."""
    took_s = playing.until(lambda: abs(service_w(playing) - to_w) <= within_w, 30.0)
    playing.run(3.0)
    assert service_w(playing) == pytest.approx(to_w, abs=within_w)
    return took_s


def test_self_consumption_keeps_the_service_at_nothing_and_answers_a_load_step_in_2_s() -> None:
    with home(STIFF) as playing:
        playing.setting("operating_mode", SELF_CONSUMPTION)
        balance(playing, 0.0)
        for essential_w in (6000.0, 500.0, 4000.0):
            playing.set("home.essential_w", essential_w)
            playing.run(0.1)
            assert balance(playing, 0.0, 250.0) <= 1.9
        playing.set("solar.available_w", 9000.0)
        balance(playing, 0.0)
        assert playing.world.power_w < -1000.0, "the vehicle takes what the roof has too much"


def test_a_stale_meter_ends_a_discharge_within_2_s() -> None:
    with home(STIFF) as playing:
        playing.setting("operating_mode", SELF_CONSUMPTION)
        balance(playing, 0.0)
        assert playing.world.power_w > 1000.0
        playing.break_("gateway_link", "cut")
        took_s = playing.until(lambda: playing.world.power_w < 240.0, 6.0)
        assert took_s <= 2.0 + 2.0, "the meter's own time, and 2 s"
        playing.run(10.0)
        assert abs(playing.world.power_w) < 240.0
        playing.mend("gateway_link", "cut")
        balance(playing, 0.0)


@pytest.mark.parametrize("frozen", ["gateway_link", "service_sense"])
def test_a_meter_that_stands_still_is_seen_by_its_heartbeat_alone(frozen: str) -> None:
    with home(STIFF) as playing:
        playing.setting("operating_mode", SELF_CONSUMPTION)
        balance(playing, 0.0)
        playing.break_(frozen, "frozen")
        playing.run(6.0)
        flows = abs(playing.world.power_w) > 240.0
        assert flows == (frozen == "service_sense"), "a frozen value looks like a calm house"


def test_the_service_keeps_its_peak_both_ways() -> None:
    with home(STIFF) as playing:
        playing.setting("operating_mode", PEAK_LIMIT)
        playing.setting("service_import_max_w", 6000)
        playing.setting("service_export_max_w", 2000)
        playing.run(8.0)
        assert -6150.0 <= service_w(playing) <= -5000.0, "it charges with what is left"
        playing.set("home.essential_w", 8000.0)
        balance(playing, -6000.0, 250.0)
        assert playing.world.power_w > 3000.0
        playing.set("home.essential_w", 500.0)
        playing.set("solar.available_w", 9000.0)
        playing.run(15.0)
        assert -6150.0 <= service_w(playing) <= 2150.0


def limit_the_peak(playing: Playing) -> None:
    playing.setting("operating_mode", PEAK_LIMIT)
    playing.setting("service_import_max_w", PEAK_W)


def load(playing: Playing, w: float) -> None:
    """The whole house draws this."""
    playing.set("home.essential_w", w - _REST_W)


def aim(playing: Playing, w: int) -> None:
    """The site's controller wants this power, positive out of the vehicle."""
    code = commands.COMMAND_SET_TARGET
    answer = playing.site.board.command(code, targets.OWNER_SITE, 1, w, 0, 0, 0)
    assert answer == commands.ACCEPTED


def beyond_s(playing: Playing, seconds: float) -> float:
    """How long after now, at most, the service is still beyond its peak."""
    last_s = began_s = playing.now_s
    while playing.now_s < began_s + seconds:
        playing.run(0.01)
        if service_w(playing) < -PEAK_W - 250.0:
            last_s = playing.now_s
    return last_s - began_s


@both_runtimes
@pytest.mark.parametrize("settled_s", [1.0, 3.0, 40.0])
def test_a_house_just_below_its_peak_is_helped_within_2_s_of_a_load_step(
    settled_s: float, runtime: str
) -> None:
    with home(STIFF, runtime=runtime) as playing:
        limit_the_peak(playing)
        load(playing, 5700.0)
        playing.run(settled_s)
        load(playing, 9000.0)
        assert beyond_s(playing, 12.0) <= _STEP_S
        assert playing.world.power_w > 2800.0
        assert playing.site.board.status("closings") == 1


@both_runtimes
def test_a_load_that_comes_and_goes_below_the_peak_moves_no_contactor(runtime: str) -> None:
    with home(STIFF, runtime=runtime) as playing:
        limit_the_peak(playing)
        for _ in range(5):
            load(playing, 5700.0)
            playing.run(10.0)
            assert service_w(playing) == pytest.approx(-PEAK_W, abs=150.0)
            load(playing, 3500.0)
            playing.run(10.0)
            assert service_w(playing) == pytest.approx(-PEAK_W, abs=150.0)
        assert playing.session == "charging"
        assert playing.site.board.status("closings") == 1


def test_a_vehicle_that_hears_the_pilot_alone_still_stops_below_6_a() -> None:
    with home(STIFF | {"link.on": False}) as playing:
        limit_the_peak(playing)
        load(playing, 5700.0)
        playing.until(lambda: not playing.world.path.closed, 12.0)
        playing.run(20.0)
        assert (playing.session, round(playing.world.power_w)) == ("waiting", 0)


@both_runtimes
@pytest.mark.parametrize(
    ("target_w", "through_w"), [(0, -6000.0), (1000, -6000.0), (-5000, -6000.0), (5000, -4000.0)]
)
def test_no_target_beats_the_peak(target_w: int, through_w: float, runtime: str) -> None:
    with home(STIFF, runtime=runtime) as playing:
        limit_the_peak(playing)
        aim(playing, target_w)
        playing.run(8.0)
        load(playing, 9000.0)
        assert beyond_s(playing, 12.0) <= _STEP_S
        assert service_w(playing) == pytest.approx(through_w, abs=150.0)
        load(playing, 3500.0)
        playing.run(8.0)
        followed_w = max(target_w, 3500 - PEAK_W)
        assert playing.world.power_w == pytest.approx(followed_w, abs=150.0)


def test_no_target_beats_the_peak_of_an_export() -> None:
    with home(STIFF) as playing:
        limit_the_peak(playing)
        playing.setting("service_export_max_w", 2000)
        load(playing, 3000.0)
        aim(playing, 0)
        playing.run(8.0)
        playing.set("solar.available_w", 8000.0)
        balance(playing, 2000.0, 250.0)
        assert playing.world.power_w < -2000.0


def test_a_vehicle_that_may_not_export_stays_closed_and_helps_nobody() -> None:
    with home(STIFF, {"export_permitted": 0}) as playing:
        limit_the_peak(playing)
        aim(playing, 1000)
        load(playing, 9000.0)
        playing.run(12.0)
        assert abs(playing.world.power_w) < 100.0
        assert playing.site.board.status("closings") == 1
        load(playing, 3500.0)
        aim(playing, -2000)
        playing.run(8.0)
        assert playing.world.power_w == pytest.approx(-2000.0, abs=150.0)


@pytest.mark.parametrize("mode", [CHARGE, BACKUP_ONLY])
def test_a_mode_that_exports_nothing_ends_what_it_finds(mode: int) -> None:
    with home(STIFF) as playing:
        playing.setting("operating_mode", SELF_CONSUMPTION)
        balance(playing, 0.0)
        playing.setting("operating_mode", mode)
        playing.until(lambda: playing.world.power_w < -5000.0, 30.0)
        playing.lose_grid()
        playing.until_state("island")


def test_modes_change_while_the_vehicle_is_connected() -> None:
    with home(STIFF) as playing:
        for mode in (SELF_CONSUMPTION, PEAK_LIMIT, EVENT, BACKUP_ONLY, SELF_CONSUMPTION, CHARGE):
            playing.setting("operating_mode", mode)
            playing.run(4.0)
            assert playing.session in ("charging", "discharging")
        assert playing.site.board.status("closings") == 1
