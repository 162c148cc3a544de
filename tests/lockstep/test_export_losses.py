"""What is lost while exporting: it ceases within its time, and returns without a reboot."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.lockstep.exporting import Exporting, on_both
from wattback_sim.parameters import Value

WANTED_W = 5_000
RAMP_S = WANTED_W / 4_000  # of an end that is no emergency
VEHICLE_S = 1.0  # of the vehicle's loop, and of its inverter's response
LINK_S = 2.0  # IEEE 1547: to cease to energise, the contactor's opening included
HEARTBEAT_S = 5.0
REVERSION_S = 8.0


def ask(site: Exporting) -> None:
    site.write(WSet=WANTED_W, WSetEna=1)


def beat(site: Exporting) -> None:
    site.write(controller_timeout=HEARTBEAT_S)
    site.act("controller.start_heartbeat", every_s=1.0)


def ask_and_beat(site: Exporting) -> None:
    beat(site)
    ask(site)


def ask_for_a_while(site: Exporting) -> None:
    """As a master does that keeps its order alive."""
    site.write(WSetRvrtTms=REVERSION_S)
    ask(site)
    for _ in range(12):
        site.run(1.0)
        site.write(WSet=WANTED_W)


@dataclass(frozen=True)
class Loss:
    """happens: while it exports. ceases_s: at the latest after that. waits: why nothing flows out
    then; tells: registers. heals: gives back what was lost, or lets the time pass until somebody
    does. causes: of openings, in order. asks: how the master asks.
    """

    happens: Callable[[Exporting], None]
    ceases_s: float
    waits: list[str]
    tells: dict[str, object]
    heals: Callable[[Exporting], None]
    causes: tuple[str, ...] = ()
    asks: Callable[[Exporting], None] = ask
    initial: dict[str, Value] = field(default_factory=dict)


LOSSES = {
    "the wire of the vehicle link": Loss(
        lambda site: site.break_part("vehicle_link", "open", 12.0),
        LINK_S,
        ["vehicle_link", "contactor"],
        {"vehicle_link": "lapsed", "target_told": 0, "session_state": "waiting"},
        lambda site: site.run(6.0),
        ("planned",),
    ),
    "the wire, and the vehicle feeds on": Loss(
        lambda site: site.break_part("vehicle_link", "open", 12.0),
        LINK_S,
        ["vehicle_link", "contactor"],
        {"vehicle_link": "lapsed", "hot_openings": 1, "session_state": "waiting"},
        lambda site: site.run(6.0),
        ("permission",),
        initial={"inverter.ceases": False},
    ),
    "the vehicle's link, which says goodbye": Loss(
        lambda site: site.set("link.on", False),
        LINK_S,
        ["vehicle_link", "contactor"],
        {"vehicle_link": "none", "session_state": "waiting"},
        lambda site: site.set("link.on", True),
        ("planned",),
    ),
    "the controller's heartbeat": Loss(
        lambda site: site.act("controller.stop_heartbeat"),
        HEARTBEAT_S + RAMP_S + VEHICLE_S,
        ["controller"],
        {"controller_state": "silent", "target_state": "silent", "target_owner": "none"},
        lambda site: site.act("controller.start_heartbeat", every_s=1.0),
        asks=ask_and_beat,
    ),
    "the master": Loss(
        lambda site: None,
        REVERSION_S + RAMP_S + VEHICLE_S,
        ["target"],
        {"target_state": "expired", "target_owner": "none", "704.WSetEna": "disabled"},
        ask,
        asks=ask_for_a_while,
    ),
}


@pytest.mark.parametrize("case", LOSSES.values(), ids=LOSSES.keys())
def test_it_ceases_in_time_and_returns_without_a_reboot(case: Loss) -> None:
    def script(site: Exporting) -> None:
        site.until_is("session_state", "charging", 15.0)
        case.asks(site)
        site.until_exports(WANTED_W)
        site.run(2.0)
        openings = site.modbus("closings")
        lost_s = site.now_s
        case.happens(site)
        site.run(case.ceases_s + 4.0)
        assert site.ceased_s(lost_s) <= case.ceases_s, site.story()
        assert site.waits() == case.waits
        for name, value in case.tells.items():
            assert site.modbus(name) == value, name
        case.heals(site)
        site.until_exports(WANTED_W, 30.0)
        assert site.waits() == []
        assert site.causes() == case.causes
        assert site.modbus("closings") == openings + len(case.causes)
        assert site.modbus("uptime") == pytest.approx(site.now_s, abs=1.5)
        assert set(site.column("faults")) == {""}

    on_both(script, case.initial)
