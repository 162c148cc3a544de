"""The supply outside its window: open in time, and back a minute after it is well again."""

from pathlib import Path

import pytest

from tests.lockstep.cases import AT_ONCE, EAGER
from tests.lockstep.playing import passes

# (parameter, from, to, faults): each moves one of leg, line or frequency out of its window, or the
# legs apart.
LEAVES = {
    "line low": ("grid.voltage_pu", 1.0, 0.5, "supply_out_of_window"),
    "line high": ("grid.voltage_pu", 1.0, 1.5, "supply_out_of_window"),
    "no voltage": ("grid.voltage_pu", 1.0, 0.0, "supply_out_of_window"),
    "lost neutral": ("grid.leg_unbalance_pu", 0.0, 0.4, "supply_out_of_window;open_neutral"),
    "lost neutral, other leg": (
        "grid.leg_unbalance_pu",
        0.0,
        -0.4,
        "supply_out_of_window;open_neutral",
    ),
    "lost neutral, each leg in its window": ("grid.leg_unbalance_pu", 0.0, 0.14, "open_neutral"),
    "frequency high": ("grid.frequency_hz", 60.0, 66.0, "supply_out_of_window"),
    "frequency low": ("grid.frequency_hz", 60.0, 54.0, "supply_out_of_window"),
}


@pytest.mark.parametrize("leaves", LEAVES.values(), ids=LEAVES.keys())
def test_opens_within_the_trip_time_and_returns_after_a_minute(
    leaves: tuple[str, float, float, str], tmp_path: Path
) -> None:
    path, usual, wrong, faults = leaves
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
    {{ t_s = 9.0, within_s = 0.1, column = "faults", is = "{faults}" }},
    {{ t_s = 70.9, column = "faults", is = "{faults}" }},
    {{ t_s = 71.0, within_s = 0.1, column = "faults", is = "" }},
    {{ t_s = 73.0, column = "session_state", is = "charging" }},
]
{EAGER}{AT_ONCE}
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


OUTAGES = {
    "the connector's power": (
        '{ t_s = 8.0, do = "connector.cut_power" }, { t_s = 9.0, do = "connector.restore_power" }',
        9.0,
    ),
    "the supply": (
        '{ t_s = 8.0, set = "grid.voltage_pu", to = 0.0 },'
        ' { t_s = 11.0, set = "grid.voltage_pu", to = 1.0 }',
        71.0,
    ),
}


@pytest.mark.parametrize(("acts", "fit_s"), OUTAGES.values(), ids=OUTAGES.keys())
def test_after_an_outage_a_visit_goes_on_after_a_random_delay_and_by_a_ramp(
    acts: str, fit_s: float, tmp_path: Path
) -> None:
    closed_ms = set()
    for seed in (1, 2, 3):
        run = passes(
            tmp_path,
            f"""
duration_s = {fit_s + 70.0}
at = [{acts}]
expect = [
    {{ t_s = {fit_s}, within_s = 1.0, column = "waiting_for", has = "restart_delay" }},
    {{ t_s = {fit_s + 69.9}, column = "current_ma", at_most = -47000 }},
]
connector.restart_delay_s = 40
connector.restart_ramp_s = 20
{EAGER}
""",
            seed,
        )
        _, again = run.closings()
        assert 0.0 < again.t_ms - fit_s * 1000.0 < 42_000.0, run.report()
        closed_ms.add(again.t_ms)
        offered = [int(cell) for cell in run.column("offered_ma")[int(again.t_ms / 10) :]]
        assert offered[0] == 6000 and offered == sorted(offered), run.report()
        risen_s = offered.index(48000) / 100
        assert 20.0 <= risen_s <= 26.0, run.report()
    assert len(closed_ms) == 3
