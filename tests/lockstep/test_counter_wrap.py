"""The board's millisecond counter wraps after six days: nothing may notice.

Each scenario is played with the counter at 0 and again so that it wraps in the middle; both give
the same bytes, for a trace tells the time of the world.
"""

from pathlib import Path

import pytest

from tests.lockstep.cases import AT_ONCE, EAGER
from tests.lockstep.playing import first_difference, passes
from wattback.connector import TIME_MASK_MS

_WRAP_MS = TIME_MASK_MS + 1

# Each has something running when the counter wraps, 60 s after the start.
LONG = {
    "the minute after a supply fault": """
duration_s = 80
at = [
    { t_s = 7.0, set = "grid.voltage_pu", to = 0.5 },
    { t_s = 12.0, set = "grid.voltage_pu", to = 1.0 },
]
expect = [{ t_s = 79.0, column = "session_state", is = "charging" }]
""",
    "overcurrent, its rest and its retry": """
duration_s = 76
at = [
    { t_s = 55.0, set = "vehicle.obeys_duty", to = false },
    { t_s = 55.0, do = "site.set_limit", import_a = 10 },
]
expect = [
    { t_s = 62.0, within_s = 1.1, column = "faults", is = "overcurrent" },
    { t_s = 72.0, within_s = 1.2, column = "faults", is = "" },
]
""",
    "expiries, a raise, a planned stop and a replug": """
duration_s = 76
at = [
    { t_s = 50.0, do = "site.set_limit", import_a = 16, for_s = 12 },
    { t_s = 58.0, do = "driver.set_limit", import_a = 10, for_s = 3 },
    { t_s = 59.5, do = "site.set_limit", import_a = 0, for_s = 2 },
    { t_s = 66.0, do = "vehicle.unplug" },
    { t_s = 66.2, do = "vehicle.plug_in" },
]
expect = [{ t_s = 75.0, column = "session_state", is = "charging" }]
""",
}


@pytest.mark.parametrize("body", LONG.values(), ids=LONG.keys())
def test_a_wrap_after_a_minute_changes_no_byte(body: str, tmp_path: Path) -> None:
    _compare(tmp_path, body + EAGER + AT_ONCE, [60_000])


def test_a_wrap_in_any_wait_of_a_visit_changes_no_byte(tmp_path: Path) -> None:
    # In the self-test, both debounces, the rest, the offer, closing, opening, the spacing.
    wraps_ms = [10, 20, 50, 300, 1000, 3000, 5010, 5020, 5300, 5530, 5560, 7010, 7020, 7500, 12000]
    _compare(
        tmp_path,
        f"""
duration_s = 13.5
at = [
    {{ t_s = 7.0, do = "vehicle.open_s2" }},
    {{ t_s = 7.3, do = "vehicle.release_s2" }},
]
{EAGER}
""",
        wraps_ms,
    )


def _compare(folder: Path, body: str, wraps_ms: list[int]) -> None:
    plain = passes(folder, body)
    for wrap_ms in wraps_ms:
        wrapped = passes(folder, f"board_starts_ms = {_WRAP_MS - wrap_ms}\n{body}")
        assert wrapped.trace == plain.trace, first_difference(plain, wrapped)
