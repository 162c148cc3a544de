"""15 February 2021: an event, a frequency that falls, and the droop's share by hand."""

import csv
from itertools import pairwise

import pytest

from tests.lockstep.evenings import play
from tests.lockstep.playing import MICROPYTHON
from wattback_sim.firmware import scenarios_root
from wattback_sim.scenario import load_scenario
from wattback_sim.trace import COLUMNS, Trace

ASKED_W = 3_000
RATING_W = 11_500
DEADBAND_HZ = 0.036
FULL_HZ = 60.0 * 0.05  # of the droop's 5 %, for all of the rating
BEGINS_S, ENDS_S = 480, 1_920  # of the reconstruction


def waypoints() -> list[tuple[float, float]]:
    with (scenarios_root() / "ercot_20210215.csv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [(float(row["t_s"]), float(row["hz"])) for row in rows]


def droop_w(hz: float) -> float:
    return max(0.0, 60.0 - DEADBAND_HZ - hz) / FULL_HZ * RATING_W


def droop_wh(points: list[tuple[float, float]]) -> float:
    """Triangles and trapezoids under the lines between the waypoints."""
    total_wh = 0.0
    for (t1, hz1), (t2, hz2) in pairwise(points):
        w1, w2 = droop_w(hz1), droop_w(hz2)
        seconds = t2 - t1
        if (w1 > 0.0) != (w2 > 0.0):  # the part of the line beyond the deadband
            seconds *= abs(60.0 - DEADBAND_HZ - (hz1 if w1 else hz2)) / abs(hz1 - hz2)
        total_wh += (w1 + w2) / 2.0 * seconds / 3600.0
    return total_wh


@pytest.mark.timeout(900)  # half an hour of ticks
@pytest.mark.covers("6.5 functions")
def test_power_and_energy_are_those_of_the_hand_calculation() -> None:
    points = waypoints()
    trace = Trace(1_000, keep=True)
    result = play(load_scenario(scenarios_root() / "ercot_20210215.toml"), MICROPYTHON, 1, trace)
    assert result.passed, (result.violations, result.verdicts)
    at = {name: index for index, name in enumerate(COLUMNS)}
    by_second = {int(row[at["t_ms"]]) // 1_000: row for row in trace.rows}
    worst_w = 0.0
    for (t1, hz1), (t2, hz2) in pairwise(points):
        for second in range(max(int(t1), BEGINS_S), int(t2), 5):
            expected_w = ASKED_W + droop_w(hz1 + (hz2 - hz1) * (second - t1) / (t2 - t1))
            worst_w = max(worst_w, abs(int(by_second[second][at["power_w"]]) - expected_w))
    # A response of 5 s behind 3.5 mHz/s, the meter and its noise.
    assert worst_w <= 100
    fed_wh = int(by_second[ENDS_S][at["export_wh"]]) - int(by_second[BEGINS_S][at["export_wh"]])
    by_hand_wh = droop_wh(points)
    assert by_hand_wh == pytest.approx(400, abs=30)  # "about 0.4 kWh"
    assert fed_wh - ASKED_W * (ENDS_S - BEGINS_S) / 3600.0 == pytest.approx(by_hand_wh, rel=0.02)
    print(f"\nworst {worst_w:.0f} W apart; droop fed {by_hand_wh:.1f} Wh by hand, ", end="")
    print(f"{fed_wh - ASKED_W * (ENDS_S - BEGINS_S) / 3600.0:.1f} Wh by the meter")
