"""Talk on the wires: the same bytes at the same µs on both interpreters, and no tick minds it."""

import pytest

from tests.lockstep.playing import CPYTHON, MICROPYTHON
from tests.lockstep.traffic import Stage, garbage, play_talk, rtu, tcp, tcp_garbage

# A vehicle with a digital link, plugged in and certified, that charges.
LINKED = {"vehicle.plugged": True, "link.on": True}
# One with basic signalling: whatever comes on the link's wire is noise.
BASIC = {"vehicle.plugged": True}

READ_MODEL_1 = "01 03 9c40 0044"


def conversation(stage: Stage) -> None:
    """A technician, a master and two clients ask at once."""
    for number in range(12):
        stage.send(1.0 + number * 0.31, "rtu", rtu(READ_MODEL_1))
    stage.send(1.5, "console", b"status\n")
    stage.send(2.5, "console", b"why\nvitals\n")
    stage.tcp(1.1, "one", [(k * 0.05, tcp(READ_MODEL_1, k)) for k in range(20)])
    stage.tcp(1.2, "other", [(0.0, tcp(READ_MODEL_1) * 10), (0.5, tcp("01 04 0000 0001"))])


@pytest.mark.parametrize("initial", [LINKED, BASIC], ids=["linked", "basic"])
def test_both_interpreters_say_the_same_at_the_same_time(initial: dict[str, bool]) -> None:
    one = play_talk(MICROPYTHON, 8.0, (conversation,), initial)
    other = play_talk(CPYTHON, 8.0, (conversation,), initial)
    assert one.trace == other.trace
    assert one.heard == other.heard
    assert one.said("rtu").count(rtu(READ_MODEL_1)[:2]) >= 12
    assert b"pilot" in one.said("console")
    assert len(one.said("one")) == 20 * (9 + 2 * 0x44) + len(b"gone")
    assert bool(one.said("vehicle")) == bool(initial.get("link.on"))


def visit(stage: Stage) -> None:
    """What happens meanwhile: the vehicle leaves and returns, the supply sags, power fails."""
    site = stage.site
    stage.at(9.0, site.world.unplug)
    stage.at(11.0, site.world.vehicle.plug_in)
    stage.at(13.0, lambda: site.change("grid.voltage_pu", 0.6))
    stage.at(16.0, lambda: site.change("grid.voltage_pu", 1.0))
    stage.at(17.0, site.power_off)
    stage.at(17.5, site.power_on)


@pytest.mark.parametrize("seed", range(4))
def test_rubbish_on_every_port_changes_no_tick(seed: int) -> None:
    quiet = play_talk(CPYTHON, 20.0, (), BASIC, visit)
    scripts = (
        garbage(seed, "console", 0.0, 20.0),
        garbage(seed, "rtu", 0.0, 20.0),
        garbage(seed, "vehicle", 0.0, 20.0),
        tcp_garbage(seed, 0.0, 16.5),
    )
    noisy = play_talk(CPYTHON, 20.0, scripts, BASIC, visit)
    assert noisy.trace == quiet.trace
    assert noisy.heard != quiet.heard, "somebody has answered something"


def test_rubbish_on_every_port_raises_and_allocates_nothing_in_a_tick() -> None:
    scripts = (
        garbage(7, "console", 0.0, 20.0),
        garbage(7, "rtu", 0.0, 20.0),
        garbage(7, "vehicle", 0.0, 20.0),
        tcp_garbage(7, 0.0, 16.5),
    )
    one = play_talk(MICROPYTHON, 20.0, scripts, BASIC, visit)
    other = play_talk(CPYTHON, 20.0, scripts, BASIC, visit)
    assert one.trace == other.trace
    assert one.heard == other.heard


def test_rubbish_elsewhere_does_not_disturb_a_vehicle_that_is_linked() -> None:
    quiet = play_talk(CPYTHON, 12.0, (), LINKED)
    scripts = (
        garbage(1, "console", 0.0, 12.0),
        garbage(1, "rtu", 0.0, 12.0),
        tcp_garbage(1, 0.0, 11.0),
    )
    noisy = play_talk(CPYTHON, 12.0, scripts, LINKED)
    assert noisy.trace == quiet.trace
    assert noisy.said("vehicle") == quiet.said("vehicle")
