"""Hazards of who controls the unit: reboots, silence, units that do not answer, busy servers."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tests.lockstep.cases import AT_ONCE
from tests.lockstep.known_hazards.cases import Hazard, Shows, draws_at_most, played, since
from tests.lockstep.playing import MICROPYTHON, Run
from tests.lockstep.traffic import Ear, Script, Stage, play_talk, rtu, tcp
from tests.unit.controller_bench import NOW_S, READY, entry, service
from tests.unit.plan_bench import Case as Moment
from wattback.service import TCP_CONNECTIONS
from wattback_controller.connector_link import Reading
from wattback_controller.held import HeldLimits

# --- reboots and failsafes ---

_FAILSAFE_10_A = "connector.site_failsafe_import_ma = 10000\n"


def _never_above_10_a_after(from_s: float) -> Shows:
    """A controller allowed 40 A; the board starts anew, and nobody speaks to it."""
    return played(
        2,
        "none",
        "",
        f"""
duration_s = 18
at = [
    {{ t_s = 2.0, do = "site.set_limit", import_a = 40 }},
    {{ t_s = {from_s}, do = "connector.cut_power" }},
    {{ t_s = {from_s + 1.0}, do = "connector.restore_power" }},
]
expect = [
    {{ t_s = {from_s - 0.1}, column = "offered_ma", is = 40000 }},
    {{ t_s = {from_s + 1.1}, column = "import_limit_owner", is = "site" }},
    {{ t_s = 17.9, column = "offered_ma", is = 10000 }},
]
{_FAILSAFE_10_A}{AT_ONCE}
""",
        draws_at_most(10.0, from_s + 0.5),
    )


_FIRST_START = played(
    1,
    "",
    "",
    f"duration_s = 8\n{_FAILSAFE_10_A}",
    draws_at_most(10.0, 0.0),
)


def _stays_at_0(run: Run) -> None:
    assert set(since(run, 7.2, "duty_bp")) == {"10000"}, run.report()
    assert set(since(run, 7.2, "offered_ma")) == {"0"}, run.report()
    assert [edge.closed for edge in run.contacts] == [1, 0], run.report()


_ZERO = played(
    1,
    "planned",
    "",
    """
duration_s = 16
at = [{ t_s = 7.0, do = "modbus.write", point = "site_import_limit", value = 0 }]
expect = [
    { t_s = 15.9, column = "import_limit_ma", is = 0 },
    { t_s = 15.9, column = "waiting_for", is = "limit" },
]
""",
    _stays_at_0,
)

# A heartbeat that stops at 9 s is missed 3 s later.
_SILENCE = """
at = [
    { t_s = 0.5, do = "modbus.write", point = "controller_timeout", value = 3 },
    { t_s = 0.7, do = "modbus.write", point = "site_import_limit", value = 32 },
    { t_s = 1.0, do = "controller.start_heartbeat", every_s = 0.5 },
    { t_s = 9.0, do = "controller.stop_heartbeat" },
    %s
]
expect = [
    { t_s = 8.9, column = "offered_ma", is = 32000 },
    { t_s = 11.4, column = "offered_ma", is = 32000 },
    { t_s = 11.5, within_s = 1.0, column = "offered_ma", is = 10000 },
    %s
]
connector.site_failsafe_import_ma = 10000
"""
_LEFT = "duration_s = 22" + _SILENCE % (
    '{ t_s = 14.0, do = "controller.start_heartbeat", every_s = 0.5 },',
    '{ t_s = 13.9, column = "offered_ma", is = 10000 },'
    '{ t_s = 14.0, within_s = 5.0, column = "offered_ma", is = 32000 },',
)
_LOST = "duration_s = 26" + _SILENCE % ("", '{ t_s = 25.9, column = "offered_ma", is = 10000 },')
# The limit itself lasts 6 s from 2 s on.
_EXPIRED = f"""
duration_s = 20
at = [{{ t_s = 2.0, do = "site.set_limit", import_a = 38, for_s = 6 }}]
expect = [{{ t_s = 7.9, column = "offered_ma", is = 38000 }}]
{_FAILSAFE_10_A}"""


# --- the controller of several units ---


def _silent_one_counts(told_ma: int, failsafe_ma: int) -> Shows:
    """Two share 40 A. A was told its part, or never heard; B gets the rest, however long."""

    def shows(_folder: Path) -> None:
        held = HeldLimits({"A": failsafe_ma, "B": 6000}, {"A": told_ma} if told_ma else {})
        for after_s in (0, 1, 10, 100, 4000, 100_000):
            answers: dict[str, Reading] = {"B": replace(READY, site_import_ma=6000)}
            moment = Moment(
                events=[],
                readings=answers,
                entries=[entry("A", failsafe_ma), entry("B")],
                services=[service("A", "B", import_ma=40_000)],
                counted_ma=held.counted(float(NOW_S + after_s), answers),
            )
            given_ma = moment.told()["B"].order.import_ma
            assert given_ma is not None
            assert 6000 <= given_ma <= 40_000 - max(told_ma, failsafe_ma), (after_s, given_ma)

    return shows


# --- servers ---

_HALF = rtu("01 03 9c40 0044")[:5]
_ASKS = tcp("01 03 9c40 007d")


def _half_frames(stage: Stage) -> None:
    for number in range(20):
        stage.send(6.0 + 0.11 * number, "rtu", _HALF)
        stage.send(6.0 + 0.13 * number, "console", b"\x06\x09AA")


def _ten_clients(stage: Stage) -> None:
    """They connect at once and stay; one says half a request, one asks and asks."""

    def begin(name: str, said: bytes) -> None:
        with suppress(ConnectionRefusedError):
            stage.site.wiring.connect(Ear(name, stage.heard)).send(said)

    for number in range(10):
        said = _ASKS[:7] if number == 0 else _ASKS * 40
        stage.at(6.0, lambda name=f"tcp {number}", said=said: begin(name, said))  # type: ignore[misc]


def _opens_meanwhile(script: Script, answered: int) -> Shows:
    """S2 opens under load while the wires are busy; every tick is that of a quiet unit.

    answered: how many clients are.
    """

    def happens(stage: Stage) -> None:
        stage.at(7.0037, lambda: setattr(stage.site.world.vehicle, "s2_forced_open", True))

    def shows(_folder: Path) -> None:
        initial = {"vehicle.plugged": True, "vehicle.start_s": 0.0, "vehicle.response_s": 0.0}
        quiet = play_talk(MICROPYTHON, 8.5, (), initial, happens)
        busy = play_talk(MICROPYTHON, 8.5, (script,), initial, happens)
        assert busy.violations == () and busy.trace == quiet.trace
        rows = [line.split(",") for line in busy.trace.splitlines()]
        open_ms = [int(row[0]) for row in rows[1:] if row[5] == "0" and int(row[0]) > 6000]
        assert 7003 < open_ms[0] <= 7053, open_ms[0]
        assert len({name for _, name, _ in busy.heard if name.startswith("tcp")}) == answered

    return shows


HAZARDS: dict[str, Hazard] = {
    "full_current_after_reboot": Hazard(
        "evcc#3081,#31729; SimpleEVSE-WiFi#19; lincomatic#154",
        {
            "no controller since the first start": _FIRST_START,
            "no controller since a reboot": _never_above_10_a_after(8.0),
            "a register of 0 is 0 A": _ZERO,
        },
    ),
    "failsafe_never_left": Hazard(
        "evcc#25545; openevse_esp32#953,#540",
        {"heartbeat returns": played(1, "", "", _LEFT, draws_at_most(32.0, 20.0))},
    ),
    "unreachable_unit_counted_as_0_a": Hazard(
        "Tinkerforge esp32-firmware#287,#395",
        {
            "silent since it was told": _silent_one_counts(24_000, 6000),
            "silent since it was told less than its failsafe": _silent_one_counts(6000, 16_000),
            "never heard": _silent_one_counts(0, 6000),
        },
    ),
    "breaker_trip_after_link_loss": Hazard(
        "lbbrhzn/ocpp#492",
        {
            "heartbeat lost": played(1, "", "", _LOST, draws_at_most(10.0, 14.0)),
            "limit expired": played(1, "", "", _EXPIRED, draws_at_most(10.0, 9.5)),
        },
    ),
    "server_stalls_control": Hazard(
        "umodbus#88,#11,#91",
        {
            "half frames": _opens_meanwhile(_half_frames, 0),
            "ten clients": _opens_meanwhile(_ten_clients, TCP_CONNECTIONS - 1),
        },
    ),
}
