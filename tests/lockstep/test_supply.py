"""The supply outside its window: open in time, and back a minute after it is well again."""

from pathlib import Path

import pytest

from tests.lockstep.cases import EAGER
from tests.lockstep.playing import passes

# (parameter, from, to): each moves one of leg, line or frequency out of its window.
LEAVES = {
    "line low": ("grid.voltage_pu", 1.0, 0.5),
    "line high": ("grid.voltage_pu", 1.0, 1.5),
    "no voltage": ("grid.voltage_pu", 1.0, 0.0),
    "lost neutral": ("grid.leg_unbalance_pu", 0.0, 0.4),
    "lost neutral, other leg": ("grid.leg_unbalance_pu", 0.0, -0.4),
    "frequency high": ("grid.frequency_hz", 60.0, 66.0),
    "frequency low": ("grid.frequency_hz", 60.0, 54.0),
}


@pytest.mark.parametrize("leaves", LEAVES.values(), ids=LEAVES.keys())
def test_opens_within_the_trip_time_and_returns_after_a_minute(
    leaves: tuple[str, float, float], tmp_path: Path
) -> None:
    path, usual, wrong = leaves
    run = passes(
        tmp_path,
        f"""
duration_s = 74
at = [
    {{ t_s = 7.0, set = "{path}", to = {wrong} }},
    {{ t_s = 11.0, set = "{path}", to = {usual} }},
]
expect = [
    {{ t_s = 8.98, column = "contactor_commanded", is = 1 }},
    {{ t_s = 9.0, within_s = 0.1, column = "contactor_confirmed", is = 0 }},
    {{ t_s = 9.0, within_s = 0.1, column = "faults", is = "supply_out_of_window" }},
    {{ t_s = 70.9, column = "faults", is = "supply_out_of_window" }},
    {{ t_s = 71.0, within_s = 0.1, column = "faults", is = "" }},
    {{ t_s = 73.0, column = "session_state", is = "charging" }},
]
{EAGER}
""",
    )
    assert run.causes() == ("fault",)
    assert len(run.closings()) == 2


@pytest.mark.parametrize(("trip_ms", "opens"), [(100, 1), (390, 1), (410, 0), (2000, 0)])
def test_a_dip_of_400_ms_opens_only_when_the_trip_time_is_shorter(
    trip_ms: int, opens: int, tmp_path: Path
) -> None:
    run = passes(
        tmp_path,
        f"""
duration_s = 8
at = [
    {{ t_s = 7.0, set = "grid.leg_unbalance_pu", to = 0.4 }},
    {{ t_s = 7.4, set = "grid.leg_unbalance_pu", to = 0.0 }},
]
connector.supply_trip_ms = {trip_ms}
{EAGER}
""",
    )
    assert len(run.openings()) == opens, run.report()
    for edge in run.openings():
        assert 0.0 <= edge.t_ms - 7000.0 - trip_ms <= 100.0, run.report()


def test_ventilation_is_missed_when_the_vehicle_asks_for_it(tmp_path: Path) -> None:
    """Sequence B to D without C (esp32-evse#111)."""
    body = """
duration_s = 12
at = [{ t_s = 1.0, do = "vehicle.plug_in" }]
vehicle.ventilation = true
vehicle.start_s = 0.0
"""
    refused = passes(tmp_path, body)
    assert refused.coil == ()
    assert refused.cell(6.0, "pilot_state") == "D"
    assert "ventilation" in refused.cell(6.0, "waiting_for")
    served = passes(tmp_path, body + "connector.ventilation_present = 1\n")
    assert len(served.coil) == 1
    assert served.cell(11.0, "session_state") == "charging"
    assert served.ever("pilot_state") == {"F", "A", "B", "D"}
