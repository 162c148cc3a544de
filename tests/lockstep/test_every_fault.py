"""Every row of the fault table, raised in the world: seen, acted on, shown, cleared as it says.

One way to raise each row, and one course of attempts to be rid of it: the cause goes, the vehicle
is unplugged, somebody resets from afar, the power is cut, somebody presses the button on the unit,
time passes. What of it may end a row is read from the table, and nothing else does. A new row
without a way to raise it fails here.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lockstep.cases import EAGER
from tests.lockstep.playing import Run, passes
from wattback.fault_table import (
    ACTION_OPEN,
    ACTION_STOP,
    CLEAR_GONE,
    CLEAR_ON_SITE,
    CLEAR_RESET,
    CLEAR_RESTART,
    CLEAR_RETRY,
    CLEAR_UNPLUG,
    FAULTS,
    PILOT_F,
    PILOT_STEADY,
)

BEGINS_S = 8.0  # the vehicle has charged for more than two seconds
NEVER = float("inf")
_ROWS = {row[0]: row for row in FAULTS}


@dataclass(frozen=True, slots=True)
class Raised:
    """How a row is raised. fault, at: rows of the scenario, with T for when it begins, GONE for
    when the world is sound again, LASTS for how long that is.

    within_s: from its beginning until it is latched. settles_s: from the world's being sound until
    the firmware can know it. with_others: names that may come along. settings: of the connector.
    """

    within_s: float
    fault: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    begins_s: float = BEGINS_S
    lasts_s: float = 4.0
    settles_s: float = 0.0
    with_others: frozenset[str] = frozenset()
    settings: str = ""

    def filled(self, rows: tuple[str, ...]) -> list[str]:
        """Rows with their times."""
        gone_s = self.begins_s + self.lasts_s
        times = {"GONE": gone_s, "LASTS": self.lasts_s, "T": self.begins_s}
        filled = list(rows)
        for word, time_s in times.items():
            filled = [row.replace(f"= {word},", f"= {time_s},") for row in filled]
        return filled


def broken(part: str, kind: str, amount: float | None = None) -> tuple[str, ...]:
    how_much = "" if amount is None else f", amount = {amount}"
    return (f'{{ t_s = T, for_s = LASTS, part = "{part}", kind = "{kind}"{how_much} }}',)


def changed(path: str, to: object, sound: object) -> tuple[str, ...]:
    return (
        f'{{ t_s = T, set = "{path}", to = {to} }}',
        f'{{ t_s = GONE, set = "{path}", to = {sound} }}',
    )


def hot(setting: str) -> Raised:
    """A garage of 60 °C, and a limit of 50 for one place; sound below 30 there."""
    ambient = changed("thermal.ambient_c", 60.0, 25.0)
    settings = f"{setting} = 500"
    return Raised(9.0, at=ambient, lasts_s=10.0, settles_s=12.0, settings=settings)


_OPEN_S2 = (
    '{ t_s = T, do = "vehicle.open_s2" }',
    '{ t_s = GONE, do = "vehicle.release_s2" }',
)
_STOP = (
    '{ t_s = T, do = "site.set_limit", import_a = 0 }',
    '{ t_s = GONE, do = "site.set_limit", import_a = -1 }',
)
_GREEDY = (
    *changed("vehicle.obeys_duty", "false", "true"),
    '{ t_s = T, do = "site.set_limit", import_a = 10 }',
)
WAYS = {
    "pilot_short": Raised(0.3, broken("pilot", "short")),
    "pilot_stuck": Raised(0.5, broken("pilot", "stuck_high"), begins_s=0.02),
    "diode_missing": Raised(0.3, broken("diode", "short")),
    "contactor_welded": Raised(0.5, broken("contactor", "stuck_closed"), _OPEN_S2),
    "contactor_stuck_open": Raised(
        6.0, broken("contactor", "stuck_open"), begins_s=0.5, lasts_s=9.0
    ),
    "ground_fault": Raised(0.3, broken("cable", "leak", 100.0), begins_s=18.0),
    "ground_fault_self_test": Raised(1.5, broken("ground_fault_latch", "dead"), begins_s=0.02),
    "overcurrent": Raised(8.2, at=_GREEDY, lasts_s=9.0),
    "supply_out_of_window": Raised(2.1, at=changed("grid.voltage_pu", 0.6, 1.0)),
    "power_not_permitted": Raised(3.0, broken("inverter", "exports", 5000.0)),
    "emergency_stop": Raised(0.05, at=changed("installation.emergency_stop", "true", "false")),
    "disconnect_open": Raised(0.05, at=changed("installation.disconnect_open", "true", "false")),
    "ground_fault_early": Raised(0.3, broken("cable", "leak", 100.0)),
    "ground_fault_latch": Raised(
        0.5,
        (*broken("ground_fault_latch", "dead"), *broken("cable", "leak", 100.0)),
        begins_s=18.0,
        with_others=frozenset({"ground_fault_self_test"}),
    ),
    "vehicle_still_energised": Raised(
        4.0, broken("inverter", "energised", 120.0), _STOP, lasts_s=6.0
    ),
    "coil_implausible": Raised(0.3, broken("coil", "stuck_open")),
    "contactor_chatter": Raised(1.0, broken("contactor_aux", "intermittent", 5.0), settles_s=10.0),
    "earth_missing": Raised(3.5, at=changed("installation.earth_ohm", 1e5, 1.0), lasts_s=5.0),
    "open_neutral": Raised(2.2, at=changed("grid.leg_unbalance_pu", 0.2, 0.0)),
    "leg_angle": Raised(1.3, at=changed("grid.leg_angle_deg", 120.0, 180.0)),
    "leg_unbalance": Raised(3.5, broken("cable", "unbalanced", 12.0)),
    "meter_implausible": Raised(3.5, broken("meter", "frozen"), lasts_s=5.0, settles_s=1.0),
    "board_overheated": hot("board_hot_decic"),
    "terminal_overheated": hot("terminal_hot_decic"),
    "handle_overheated": hot("handle_hot_decic"),
    "temperature_sensor": Raised(2.5, broken("handle_decic", "open"), settles_s=1.0),
    "proximity_shorted": Raised(
        1.5,
        at=changed("installation.proximity_ohm", 10.0, 220.0),
        settles_s=1.5,
        settings="proximity_profile = 2",
    ),
    "terminal_loose": Raised(
        340.0,
        at=changed("thermal.terminal_loosening", 3.0, 1.0),
        lasts_s=341.0,
        settles_s=340.0,
    ),
    "contactor_worn": Raised(0.5, at=_OPEN_S2, settings="contactor_life_openings = 1"),
}
# Not the world's: `test_connector_boot.py` has it with every setting there is.
_ELSEWHERE = {"settings_invalid"}
# Their cause cannot go: contacts stay worn.
_FOR_GOOD = {"contactor_worn"}
_QUICK_HEAT = """
thermal.board_time_s = 2.0
thermal.terminal_time_s = 2.0
thermal.handle_time_s = 2.0
"""


def test_every_row_of_the_table_has_a_way_to_raise_it() -> None:
    assert WAYS.keys() | _ELSEWHERE == _ROWS.keys()


@pytest.mark.parametrize("name", WAYS)
def test_fault(name: str, tmp_path: Path) -> None:
    way = WAYS[name]
    run = _play(name, way, tmp_path)
    latched_s = _latched_s(run, name)
    assert latched_s is not None, f"never latched\n{run.report()}"
    assert way.begins_s <= latched_s <= way.begins_s + way.within_s, run.report()
    _acted(run, name, latched_s)
    assert run.ever("faults") <= {name} | way.with_others, run.report()
    for t_s, stands in _course(name, way):
        assert (name in run.cell(t_s, "faults").split(";")) == stands, f"{t_s} s\n{run.report()}"


def _play(name: str, way: Raised, folder: Path) -> Run:
    gone_s = way.begins_s + way.lasts_s
    steps = _Steps(gone_s + way.settles_s, _ROWS[name][3])
    at = ",\n    ".join([*way.filled(way.at), *steps.actions()])
    settings = f"connector.{way.settings}" if way.settings else ""
    body = f"""
duration_s = {steps.end_s}
at = [
    {at}
]
fault = [{", ".join(way.filled(way.fault))}]
connector.restart_delay_s = 0
connector.restart_ramp_s = 0
{settings}
installation.proximity_ohm = 220.0
{_QUICK_HEAT}
{EAGER}
"""
    return passes(folder, body)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The attempts to be rid of a fault, after the world is sound."""

    sound_s: float
    after_s: int  # until it would end by itself

    @property
    def unplug_s(self) -> float:
        return self.sound_s + 2.0

    @property
    def reset_s(self) -> float:
        return self.sound_s + 5.0

    @property
    def power_s(self) -> float:
        return self.sound_s + 7.0

    @property
    def button_s(self) -> float:
        return self.sound_s + 12.0

    @property
    def end_s(self) -> float:
        return self.sound_s + max(16.0, min(self.after_s, 60) + 11.0)

    def actions(self) -> list[str]:
        return [
            f'{{ t_s = {self.unplug_s}, do = "vehicle.unplug" }}',
            f'{{ t_s = {self.unplug_s + 2.0}, do = "vehicle.plug_in" }}',
            f'{{ t_s = {self.reset_s}, do = "technician.reset_faults" }}',
            f'{{ t_s = {self.power_s}, do = "connector.cut_power" }}',
            f'{{ t_s = {self.power_s + 1.0}, do = "connector.restore_power" }}',
            f'{{ t_s = {self.button_s}, set = "installation.reset_button", to = true }}',
            f'{{ t_s = {self.button_s + 2.0}, set = "installation.reset_button", to = false }}',
        ]


def _course(name: str, way: Raised) -> list[tuple[float, bool]]:
    """Times, and whether the row must still stand then."""
    clears, after_s = _ROWS[name][2], _ROWS[name][3]
    gone_s = way.begins_s + way.lasts_s
    steps = _Steps(gone_s + way.settles_s, after_s)
    if name in _FOR_GOOD:
        return [(steps.end_s - 0.5, True)]
    ends_s = NEVER
    if clears & (CLEAR_GONE | CLEAR_RETRY):
        ends_s = steps.sound_s + after_s
        if ends_s > steps.power_s:  # what a power cut interrupts begins anew
            ends_s = steps.power_s + 1.0 + after_s
    if clears & CLEAR_UNPLUG:
        ends_s = min(ends_s, steps.unplug_s)
    if clears & CLEAR_RESET:
        ends_s = min(ends_s, steps.reset_s)
    if clears & CLEAR_RESTART:
        ends_s = min(ends_s, steps.power_s)
    if clears & (CLEAR_RESET | CLEAR_ON_SITE):
        ends_s = min(ends_s, steps.button_s + 1.0)
    looks_s = [steps.unplug_s - 0.3, steps.unplug_s + 1.5, steps.reset_s + 0.5]
    looks_s += [steps.power_s + 2.0, steps.button_s - 0.2, steps.button_s + 1.5, steps.end_s - 0.5]
    return [(t_s, t_s < ends_s) for t_s in looks_s if abs(t_s - ends_s) > 1.2 or t_s < ends_s]


def _latched_s(run: Run, name: str) -> float | None:
    for line, faults in zip(run.lines, run.column("faults"), strict=True):
        if name in faults.split(";"):
            return int(line.split(",")[0]) / 1000
    return None


def _acted(run: Run, name: str, latched_s: float) -> None:
    _, pilot, _, _, _, action = _ROWS[name]
    if action == ACTION_OPEN:
        assert run.cell(latched_s, "contactor_commanded") == "0", run.report()
        wanted = "10000" if pilot == PILOT_STEADY else "0"
        assert run.cell(latched_s + 0.02, "duty_bp") == wanted, run.report()
        if pilot == PILOT_F:
            assert run.cell(latched_s + 1.0, "duty_bp") == "0", run.report()
    elif action == ACTION_STOP:
        assert run.cell(latched_s + 0.05, "duty_bp") == "10000", run.report()
        assert run.cell(latched_s + 3.5, "contactor_commanded") == "0", run.report()
        assert set(run.causes()[:1]) <= {"planned"}, run.report()
