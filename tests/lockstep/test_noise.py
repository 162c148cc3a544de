"""A noisy pilot wire: the contactor does not chatter, and power-line ripple opens nothing.

The vehicle sits at 7.5 V, on the border of B and C, for a minute, with the levels that a bad
contact or a modem on the wire gives (esp32-evse#173, SmartEVSE-3.5#40; peers/evse.md 4).
"""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.lockstep.cases import EAGER
from tests.lockstep.playing import Run, passes

_REST_MS = 5000.0

# offset_v that moves the level to the border, noise in V, and the most edges of a minute. With
# little noise the border is met in earnest and each rest ends in another try; with much of it C is
# never steady for long enough to close.
BORDERS = {
    "C, little noise": (1.5, 0.1, 24),
    "C, some noise": (1.5, 0.3, 1),
    "C, much noise": (1.5, 1.0, 1),
    "B, little noise": (-1.48, 0.1, 24),
    "B, some noise": (-1.48, 0.3, 0),
    "B, much noise": (-1.48, 1.0, 0),
}


@pytest.mark.parametrize("border", BORDERS.values(), ids=BORDERS.keys())
def test_a_minute_on_the_border_does_not_chatter(
    border: tuple[float, float, int], tmp_path: Path
) -> None:
    offset_v, ripple_v, most = border
    starts_s = 0.0 if offset_v > 0 else 60.0  # S2 closed from the start, or never
    run = passes(
        tmp_path,
        f"""
duration_s = 66
at = [
    {{ t_s = 6.0, set = "pilot.offset_v", to = {offset_v} }},
    {{ t_s = 6.0, set = "pilot.ripple_v", to = {ripple_v} }},
]
vehicle.plugged = true
vehicle.start_s = {starts_s}
vehicle.need_kwh = 300.0
connector.wake_attempts = 0
""",
    )
    edges = [edge for edge in run.coil if edge.t_ms > 6000.0]
    print(f"{len(edges)} edges in a minute")
    assert len(edges) <= most, run.report()
    for before, after in pairwise(run.coil):
        assert after.closed == 0 or after.t_ms - before.t_ms >= _REST_MS, run.report()
    assert run.ever("faults") == set()


STATES = {
    "C": "vehicle.plugged = true",
    "D": "vehicle.plugged = true\nvehicle.ventilation = true\nconnector.ventilation_present = 1",
}


@pytest.mark.parametrize("vehicle", STATES.values(), ids=STATES.keys())
def test_power_line_ripple_on_a_healthy_pilot_opens_nothing(vehicle: str, tmp_path: Path) -> None:
    run = _ripple(tmp_path, EAGER.replace("vehicle.plugged = true", vehicle))
    assert run.openings() == [] and len(run.closings()) == 1, run.report()
    assert run.ever("faults") == set()


def test_power_line_ripple_on_a_waiting_vehicle_closes_nothing(tmp_path: Path) -> None:
    sleeps = "vehicle.plugged = true\nvehicle.need_kwh = 0.0\nconnector.wake_attempts = 0\n"
    run = _ripple(tmp_path, sleeps)
    assert run.coil == () and run.ever("pilot_state") == {"F", "B"}, run.report()


def _ripple(folder: Path, vehicle: str) -> Run:
    """A minute of noise as a home's power-line modem makes it: 3 V peak to peak at three sigma."""
    change = 'at = [{ t_s = 6.0, set = "pilot.ripple_v", to = 0.5 }]'
    return passes(folder, f"duration_s = 66\n{change}\n{vehicle}")
