"""Hazards of latched faults: what ends them, how often they are retried, how they are told."""

from pathlib import Path

from tests.lockstep.known_hazards.cases import Hazard, Shows, between, played, times_raised
from tests.lockstep.playing import Run
from tests.unit.fault_board import LONG_S, Board
from tests.unit.modbus_bench import StillBench
from tests.unit.technician_bench import console, status_of
from wattback.fault_table import FAULTS, RETRY_ROWS
from wattback_sim.fault_texts import FAULT_TABLE
from wattback_tools.technician_views import why_lines

# --- a fault, and everything that may happen beside it ---

_BESIDE = (
    ('do = "vehicle.unplug"', 'do = "vehicle.plug_in"'),
    ('do = "site.set_limit", import_a = 0', 'do = "site.set_limit", import_a = -1'),
    ('do = "connector.cut_power"', 'do = "connector.restore_power"'),
    (
        'set = "installation.proximity_ohm", to = 10.0',
        'set = "installation.proximity_ohm", to = 220.0',
    ),
    ('do = "vehicle.open_s2"', 'do = "vehicle.release_s2"'),
    ('do = "modbus.write", point = "site_import_limit", value = 32', 'do = "vehicle.plug_in"'),
    ('do = "wire.send", wire = "rtu", hex = "01 06 9e 00"', 'do = "vehicle.unplug"'),
    ('do = "driver.set_limit", import_a = 32', 'do = "vehicle.plug_in"'),
)
_BESIDE_S, _STEP_S = 10.0, 1.5
_RESET_S = _BESIDE_S + _STEP_S * len(_BESIDE)


# Two faults that only a reset ends, and whose cause is gone by 9.3 s. In the first the pilot is in
# F, in the second at +12 V, where an unplug is seen.
_WELD = '{ t_s = 7.0, do = "site.set_limit", import_a = 0 }'
_WELDED = 'fault = [{ t_s = 6.5, part = "contactor", kind = "stuck_closed", for_s = 2.8 }]'
_ANGLE = """{ t_s = 6.5, set = "grid.leg_angle_deg", to = 120.0 },
    { t_s = 9.0, set = "grid.leg_angle_deg", to = 180.0 }"""


def _in_order(fault: str, *order: int) -> Shows:
    """fault: contactor_welded or leg_angle. order: of the rows of _BESIDE."""
    welded = fault == "contactor_welded"
    rows = [_WELD if welded else _ANGLE]
    for place, index in enumerate(order):
        at_s = _BESIDE_S + place * _STEP_S
        one, other = _BESIDE[index]
        rows += [f"{{ t_s = {at_s}, {one} }}", f"{{ t_s = {at_s + 1.2}, {other} }}"]
    rows += [
        f'{{ t_s = {_RESET_S}, do = "vehicle.plug_in" }}',
        f'{{ t_s = {_RESET_S}, do = "site.set_limit", import_a = -1 }}',
        f'{{ t_s = {_RESET_S}, do = "technician.reset_faults" }}',
    ]
    body = f"""
duration_s = {_RESET_S + 8.0}
at = [{", ".join(rows)}]
{_WELDED if welded else ""}
expect = [{{ t_s = {_RESET_S + 7.9}, column = "session_state", is = "charging" }}]
connector.proximity_profile = 2
connector.restart_delay_s = 0
installation.proximity_ohm = 220.0
"""

    def stands_until_its_reset(run: Run) -> None:
        for cell in between(run, 9.0, _RESET_S, "faults"):
            assert fault in cell.split(";"), run.report()
        duties = {"0"} if welded else {"0", "10000"}
        assert between(run, 9.0, _RESET_S, "duty_bp") <= duties, run.report()
        assert run.closings()[1].t_ms > _RESET_S * 1000, run.report()

    cause = "planned" if welded else "fault"
    return played(2, cause, f"{fault} proximity_shorted", body, stands_until_its_reset)


# --- counts, codes ---

_GREEDY = """
duration_s = 80
at = [
    { t_s = 6.0, set = "vehicle.obeys_duty", to = false },
    { t_s = 6.0, do = "site.set_limit", import_a = 10 },
]
fault = [%s]
expect = [{ t_s = 79.9, column = "faults", is = "overcurrent" }]
"""
_SHORTS = ", ".join(
    f'{{ t_s = {at_s}, for_s = 0.5, part = "pilot", kind = "short" }}'
    for at_s in (16.0, 36.0, 55.0)
)


def _four_trips(run: Run) -> None:
    assert times_raised(run, "overcurrent") == 4, run.report()
    assert times_raised(run, "pilot_short") == 3, run.report()


def _hard_after_its_retries(_folder: Path) -> None:
    """Every row that counts, every other row between its trips: n retries and not one more."""
    for index in RETRY_ROWS:
        seconds, retries = FAULTS[index][3:5]
        for other in range(len(FAULTS)):
            if other == index:
                continue
            board = Board()
            for _ in range(retries + 1):
                board.judge(1 << index, 1.0, dt_ms=1000)
                board.judge(1 << other, 1.0, dt_ms=1000)
                board.judge(0, seconds, dt_ms=1000)
            board.judge(0, LONG_S, dt_ms=10_000)
            assert board.latched(index), (FAULTS[index][0], FAULTS[other][0])


def _told_by_its_name(_folder: Path) -> None:
    for index, row in enumerate(FAULTS):
        name, bits = row[0], 1 << index
        bench = StillBench()
        bench.connector.status.faults = bits
        bench.renew()
        assert bench.read("faults") == [name]
        assert bench.read("701.Alrm"), f"{name} has no alarm of the standard"
        asked = console(faults=bits)
        assert asked.why().faults == (name,)
        assert [fault.name for fault in asked.faults()] == [name]
        text = FAULT_TABLE[name].text
        assert any(text in line for line in why_lines(asked.why(), 0)), name
        assert any(text in line for line in status_of(faults=bits)), name


HAZARDS: dict[str, Hazard] = {
    "fault_cleared_by_an_unrelated_event": Hazard(
        "EVerest#2698",
        {
            "in F, one order": _in_order("contactor_welded", 0, 1, 2, 3, 4, 5, 6, 7),
            "in F, mixed": _in_order("contactor_welded", 3, 6, 0, 5, 2, 7, 4, 1),
            "at +12 V, the other way round": _in_order("leg_angle", 7, 6, 5, 4, 3, 2, 1, 0),
            "at +12 V, mixed": _in_order("leg_angle", 2, 0, 7, 5, 1, 6, 3, 4),
        },
    ),
    "retry_counter_reset_by_any_fault": Hazard(
        "open_evse#54",
        {
            "another fault after each trip": played(
                4,
                "fault fault fault fault",
                "overcurrent pilot_short",
                _GREEDY % _SHORTS,
                _four_trips,
            ),
            "every counted row, every other row": _hard_after_its_retries,
        },
    ),
    "fault_code_outside_the_range": Hazard(
        "openevse_esp32#1176", {"registers, console and texts of every row": _told_by_its_name}
    ),
}
