"""Unintentional islanding with a matched load: who ends it, and when (phasor model).

A section with a parallel RLC load of quality factor 1 takes exactly what the vehicle feeds, when
the utility's switch opens; at 33, 66 and 100 % of the vehicle's rating. Vehicle alone: the
connector's must-trips stand as the test has them, and it supervises nothing (evse.md 6.6).
Connector alone: the vehicle has no detection; a load that matches is then within its zone.
"""

from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.lockstep.exporting import Exporting, exporting_site
from tests.lockstep.playing import MICROPYTHON
from wattback_sim.parameters import Value

RATING_W = 11_500
LIMIT_S = 2.0  # evse.md 6.6
LOOKED_S = 5.0
# What the test leaves a site's must-trips, of category III (evse.md 6.6, C).
TEST_SETTINGS = {
    "trip_ov1_bp": 12_000,
    "trip_ov1_ms": 13_000,
    "trip_uv1_bp": 0,
    "trip_uv1_ms": 50_000,
    "trip_uv2_bp": 0,
    "trip_uv2_ms": 21_000,
    "trip_of2_millihertz": 66_000,
    "trip_of1_millihertz": 66_000,
    "trip_uf1_millihertz": 50_000,
    "trip_uf2_millihertz": 50_000,
    **dict.fromkeys(("trip_of2_ms", "trip_of1_ms", "trip_uf1_ms", "trip_uf2_ms"), 1_000_000),
}
ALONE = {"active_islanding.on": False}


@dataclass(frozen=True)
class Ended:
    """fed_s: from the switch's opening until nothing is fed; None: on and on. opened: by the
    connector. hz: of the island when it was left."""

    fed_s: float | None
    opened: bool
    hz: float


def cut_off(site: Exporting, more_w: float = 0.0, more_var: float = 0.0) -> Ended:
    """Open the switch on a load that takes what is fed, and so much more of it, in shares."""
    world = site.site.world
    power_w, reactive_var = world.power_w, world.reactive_var
    site.set("island.load_w", power_w * (1.0 + more_w))
    site.set("island.load_var", reactive_var * (1.0 + more_w) + power_w * more_var)
    site.set("grid.utility_connected", False)
    began_s = site.now_s
    hz = world.grid.frequency_hz
    while site.now_s - began_s < LOOKED_S:
        site.run(0.01)
        if world.power_w <= 0.0:
            return Ended(site.now_s - began_s, not world.path.closed, hz)
        hz = world.grid.frequency_hz
    return Ended(None, False, hz)


def export(site: Exporting, share: float) -> None:
    """Feed that share of the rating, steadily, into a grid whose impedance moves nothing."""
    watts = round(RATING_W * share)
    site.write(WSet=watts, WSetEna=1)
    site.until_exports(watts)
    site.run(5.0)


def tell(who: str, share: float, ended: Ended) -> None:
    """What happened, for people."""
    left = "runs on" if ended.fed_s is None else f"{ended.fed_s:.2f} s"
    print(f"{who} at {share:.0%}: {left}, {ended.hz:.2f} Hz, opened: {ended.opened}")


GRID: dict[str, Value] = {"grid.leg_ohm": 0.0}
each_share = pytest.mark.parametrize("share", [0.33, 0.66, 1.0], ids="{:.0%}".format)


@each_share
def test_a_vehicle_alone_ceases_in_2_s_and_the_connector_leaves_a_dead_line(share: float) -> None:
    settings = {**TEST_SETTINGS, "island_supervision": 0}
    with exporting_site(MICROPYTHON, GRID, settings) as site:
        export(site, share)
        ended = cut_off(site)
        tell("vehicle alone", share, ended)
        assert ended.fed_s is not None
        assert ended.fed_s <= LIMIT_S
        assert not ended.opened
        site.until_is("world.contacts_closed", 0, LIMIT_S + 0.3)
        assert site.causes() == ("must_trip",)


@each_share
def test_a_connector_alone_is_blind_to_a_load_that_matches(share: float) -> None:
    with exporting_site(MICROPYTHON, GRID | ALONE) as site:
        export(site, share)
        ended = cut_off(site)
        tell("connector alone", share, ended)
        assert ended.fed_s is None
        assert 59.9 < ended.hz < 60.1


@pytest.mark.covers("6.6 passive supervision")
@each_share
@pytest.mark.parametrize("more_var", [-0.06, 0.06])
def test_a_connector_alone_opens_on_a_load_outside_of_its_zone(
    share: float, more_var: float
) -> None:
    with exporting_site(MICROPYTHON, GRID | ALONE) as site:
        export(site, share)
        ended = cut_off(site, more_var=more_var)
        tell(f"connector alone, {more_var:+.0%} var", share, ended)
        assert ended.fed_s is not None
        assert ended.fed_s <= LIMIT_S
        assert ended.opened
        assert site.causes() == ("must_trip",)
        assert site.get("in_service") == 0


@each_share
def test_both_leave_an_island_in_2_s(share: float) -> None:
    with exporting_site(MICROPYTHON, GRID) as site:
        export(site, share)
        ended = cut_off(site)
        tell("both", share, ended)
        assert ended.fed_s is not None
        assert ended.fed_s <= LIMIT_S
        site.until_is("world.contacts_closed", 0, LIMIT_S + 0.3)
        assert site.causes() == ("must_trip",)


@pytest.mark.parametrize("more_w", [-0.2, -0.05, 0.05, 0.3])
@pytest.mark.parametrize("more_var", [-0.05, -0.01, 0.01, 0.05])
def test_both_leave_it_whatever_the_mismatch(more_w: float, more_var: float) -> None:
    with exporting_site(MICROPYTHON, GRID) as site:
        export(site, 0.66)
        ended = cut_off(site, more_w, more_var)
        assert ended.fed_s is not None
        assert ended.fed_s <= LIMIT_S


def test_an_island_that_is_fed_on_breaks_a_truth() -> None:
    """Of a vehicle whose detection is there and pushes nothing."""
    initial = GRID | {"active_islanding.gain_per_hz": 0.0, "active_islanding.nudge": 0.0}
    broken: list[str] = []
    with suppress(AssertionError), exporting_site(MICROPYTHON, initial) as site:
        export(site, 0.66)
        fed_on = cut_off(site)
        broken = [violation.sentence() for violation in site.site.truths.violations]
    assert fed_on.fed_s is None
    assert broken
    assert all("fed into an island for more than 2 s" in sentence for sentence in broken)


def test_a_switch_that_closes_again_finds_a_vehicle_that_waits_for_a_good_grid() -> None:
    returns_s = 5.0
    initial = GRID | {"active_islanding.return_s": returns_s}
    with exporting_site(MICROPYTHON, initial, {**TEST_SETTINGS, "island_supervision": 0}) as site:
        export(site, 0.66)
        assert cut_off(site).fed_s is not None
        site.run(0.5)
        site.set("grid.utility_connected", True)
        began_s = site.now_s
        site.until("world.power_w", lambda power_w: bool(power_w > 100.0), 2.0 * returns_s)
        assert returns_s <= site.now_s - began_s <= returns_s + 0.5
        site.until_exports(round(RATING_W * 0.66))
        assert site.causes() == ()
