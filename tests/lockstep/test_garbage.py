"""Garbage on every port at once, while a vehicle charges, feeds the grid, leaves and comes back.

No tick minds it, every truth holds, and once it ends each port has the right answer to a good
request.
"""

import pytest

from tests.lockstep.garbage import SERIAL, serial_script, tcp_script, vehicle_script
from tests.lockstep.playing import CPYTHON
from tests.lockstep.traffic import Stage, Talk, play_talk, rtu, tcp
from wattback.commands import COMMAND_SET_LIMIT, COMMAND_SET_TARGET
from wattback.limits import NO_LIMIT_MA
from wattback.limits import OWNER_SITE as LIMIT_OF_SITE
from wattback.service import TCP_CONNECTIONS
from wattback.targets import OWNER_PROGRAMME, OWNER_SITE
from wattback_sim.board import default_settings

LINKED = {"vehicle.plugged": True, "vehicle.soc": 0.6, "link.on": True}
SETTINGS = {
    **default_settings(),
    "export_permitted": 1,
    "export_enabled": 1,
    "enter_service_delay_s": 1,
    "enter_service_ramp_s": 1,
    "target_ramp_w_per_s": 4000,
}
BEGINS_S, ENDS_S, CHECKED_S, LASTS_S = 0.2, 30.0, 31.0, 32.5
CONNECTIONS = tuple(f"tcp {number}" for number in range(TCP_CONNECTIONS))

READ = "01 03 9c40 0004"
ANSWER = "01 03 08 53756e53 0001 0042"
VERSION = b"version\n"


def visit(stage: Stage) -> None:
    """Charges from 6 s on; exports 9 kW, then less; charges again; leaves; comes back."""
    site = stage.site

    def order(t_s: float, code: int, *arguments: int) -> None:
        stage.at(t_s, lambda: site.board.command(code, *arguments))

    order(8.0, COMMAND_SET_TARGET, OWNER_SITE, 1, 9_000, 0, 0, 0)
    order(14.0, COMMAND_SET_LIMIT, LIMIT_OF_SITE, NO_LIMIT_MA, 20_000, 3)
    order(15.5, COMMAND_SET_TARGET, OWNER_PROGRAMME, 1, -5_000, 3, 1, 2_000)
    order(21.0, COMMAND_SET_TARGET, OWNER_PROGRAMME, 0, 0, 0, 0, 0)
    order(22.0, COMMAND_SET_TARGET, OWNER_SITE, 0, 0, 0, 0, 0)
    stage.at(25.5, site.world.unplug)
    stage.at(26.5, site.world.vehicle.plug_in)


def good_requests(stage: Stage) -> None:
    """A moment after the garbage: one for each port that is not the vehicle's."""
    stage.send(CHECKED_S, "rtu", rtu(READ))
    stage.send(CHECKED_S, "console", b"\n" + VERSION)
    for name in CONNECTIONS:
        stage.tcp(CHECKED_S, f"{name} again", [(0.0, tcp(READ))])


def after(talk: Talk, name: str) -> bytes:
    """What a wire has said since the good requests."""
    return b"".join(
        data for us, wire, data in talk.heard if wire == name and us >= CHECKED_S * 1_000_000
    )


@pytest.fixture(scope="module")
def quiet() -> Talk:
    talk = play_talk(CPYTHON, LASTS_S, (good_requests,), LINKED, visit, SETTINGS)
    assert talk.violations == ()
    states = {row.split(",")[8] for row in talk.trace.splitlines()[1:]}
    assert {"charging", "discharging", "idle", "offered"} <= states
    return talk


@pytest.mark.parametrize("seed", range(2))
def test_garbage_on_every_port_changes_no_tick_and_every_port_is_there_afterwards(
    seed: int, quiet: Talk
) -> None:
    scripts = [serial_script(seed, name, BEGINS_S, ENDS_S) for name in SERIAL]
    scripts += [tcp_script(seed, name, BEGINS_S, ENDS_S) for name in CONNECTIONS]
    scripts += [vehicle_script(seed, BEGINS_S, ENDS_S), good_requests]
    noisy = play_talk(CPYTHON, LASTS_S, tuple(scripts), LINKED, visit, SETTINGS)
    for one, other in zip(quiet.trace.splitlines(), noisy.trace.splitlines(), strict=True):
        assert one == other
    assert noisy.violations == ()
    assert after(noisy, "rtu") == rtu(ANSWER)
    assert after(noisy, "console").endswith(after(quiet, "console"))
    assert b"firmware" in after(quiet, "console")
    for name in CONNECTIONS:
        assert noisy.said(name), "somebody was answered"
        assert after(noisy, f"{name} again").startswith(tcp(ANSWER))
    # The vehicle asks on, and is answered whenever it asks.
    assert noisy.said("vehicle") == quiet.said("vehicle")
