"""A board that restarts tells why, remembers how often, and lets the visit go on."""

import io
from pathlib import Path

import pytest

from tests.lockstep.playing import HEAD, MICROPYTHON, TICK_MS, one_core_a_worker, passes
from wattback.resets import RESET_NAMES
from wattback_sim.board import SimulatedBoard
from wattback_sim.player import Player
from wattback_sim.scenario import load_scenario
from wattback_sim.trace import Trace

SAGS = """
duration_s = 40
expect = [
    { t_s = 9.9, column = "session_state", is = "charging" },
    { t_s = 10.2, within_s = 1.0, column = "waiting_for", has = "restart_delay" },
    { t_s = 39.0, column = "session_state", is = "charging" },
]
connector.restart_delay_s = 20
connector.restart_ramp_s = 0
vehicle.plugged = true
at = [{ t_s = 10.0, do = "connector.brown_out" }]
"""
LOSES_POWER = SAGS.replace(
    '{ t_s = 10.0, do = "connector.brown_out" }',
    '{ t_s = 10.0, do = "connector.cut_power" }, { t_s = 10.0, do = "connector.restore_power" }',
)


class Restarts(Trace):
    """told: cause and count of brown-outs, as the report says them, whenever they change."""

    def __init__(self) -> None:
        super().__init__(TICK_MS, io.StringIO(), keep=False)
        self.told: list[tuple[str, int]] = []

    def record(self, board: SimulatedBoard) -> None:
        """See Trace."""
        now = (RESET_NAMES[board.status("reset_cause")], board.status("brown_outs"))
        if self.told[-1:] != [now]:
            self.told.append(now)
        super().record(board)


def told(folder: Path, body: str) -> list[tuple[str, int]]:
    file = folder / "scenario.toml"
    file.write_text(HEAD + body, encoding="utf-8")
    watch = Restarts()
    with one_core_a_worker():
        Player(load_scenario(file), MICROPYTHON, 1, watch).play()
    return watch.told


def test_a_brown_out_is_told_and_counted_and_the_visit_goes_on(tmp_path: Path) -> None:
    run = passes(tmp_path, SAGS)
    assert len(run.closings()) == 2
    assert told(tmp_path, SAGS) == [("power_on", 0), ("brown_out", 1)]


def test_brown_outs_are_remembered_and_the_next_start_has_its_own_cause(tmp_path: Path) -> None:
    twice = SAGS.replace("at = [", 'at = [{ t_s = 9.95, do = "connector.brown_out" },')
    assert told(tmp_path, twice) == [("power_on", 0), ("brown_out", 1), ("brown_out", 2)]
    then = SAGS.replace(
        "at = [",
        'at = [{ t_s = 20.0, do = "connector.cut_power" }, '
        '{ t_s = 21.0, do = "connector.restore_power" }, ',
    )
    assert told(tmp_path, then) == [("power_on", 0), ("brown_out", 1), ("power_on", 1)]


def test_power_that_comes_back_is_no_brown_out(tmp_path: Path) -> None:
    passes(tmp_path, LOSES_POWER)
    assert told(tmp_path, LOSES_POWER) == [("power_on", 0)]


@pytest.mark.parametrize("powered", [True, False])
def test_only_a_board_with_power_sags(tmp_path: Path, powered: bool) -> None:
    cut = "" if powered else '{ t_s = 9.0, do = "connector.cut_power" }, '
    body = 'duration_s = 12\nvehicle.plugged = true\nat = [%s{ t_s = 10.0, do = "%s" }]\n'
    causes = told(tmp_path, body % (cut, "connector.brown_out"))
    assert causes[-1] == (("brown_out", 1) if powered else ("power_on", 0))
