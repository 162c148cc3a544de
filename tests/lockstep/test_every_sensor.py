"""Every sensor, wrong in every way that the world knows, while a vehicle charges: the truths hold.

One run a sensor: each kind of its faults once, for some seconds, with a visit before and after.
The truths are judged on the world, so a sensor that lies hides nothing from them.
"""

from pathlib import Path

import pytest

from tests.lockstep.cases import AT_ONCE, EAGER
from tests.lockstep.playing import play
from wattback_sim.faults import FAULT_KINDS, FaultKind
from wattback_sim.sensors import SENSOR_NAMES

_LASTS_S = 5.0
_EVERY_S = 18.0
# What an amount does to a reading: far out, in the units of the sensor.
_FAR = {"offset": 5_000.0, "noisy": 3_000.0, "delayed": 700.0}
_SCALES = {
    "power_w": 1.0,
    "reactive_var": 1.0,
    "leg_angle_decideg": 0.1,
    "load_angle_decideg": 0.1,
    "residual_ua": 20.0,
    "earth_ohm": 1.0,
    "board_decic": 0.1,
    "terminal_decic": 0.1,
    "handle_decic": 0.1,
    "proximity_ohm": 1.0,
}


@pytest.mark.parametrize("name", SENSOR_NAMES)
def test_whatever_a_sensor_says_the_truths_hold(name: str, tmp_path: Path) -> None:
    kinds = [row for row in FAULT_KINDS if row.part == name]
    assert {row.kind for row in kinds} == {"frozen", "offset", "noisy", "open", "short", "delayed"}
    faults, actions = [], []
    for turn, kind in enumerate(kinds):
        begins_s = 8.0 + turn * _EVERY_S
        faults.append(_broken(kind, begins_s))
        actions += _anew(begins_s + _LASTS_S + 2.0)
    body = f"""
duration_s = {8.0 + len(kinds) * _EVERY_S}
fault = [
    {_JOIN.join(faults)}
]
at = [
    {_JOIN.join(actions)}
]
{EAGER}
{AT_ONCE}
"""
    run = play(tmp_path, body)
    assert not run.result.violations, run.report()
    assert len(run.closings()) >= 2, run.report()


_JOIN = ",\n    "


def _broken(kind: FaultKind, t_s: float) -> str:
    amount = ""
    if kind.unit:
        scale = 1.0 if kind.kind == "delayed" else _SCALES.get(kind.part, 1.0)
        amount = f", amount = {_FAR[kind.kind] * scale}"
    what = f'part = "{kind.part}", kind = "{kind.kind}"{amount}'
    return f"{{ t_s = {t_s}, for_s = {_LASTS_S}, {what} }}"


def _anew(t_s: float) -> list[str]:
    return [
        f'{{ t_s = {t_s}, do = "vehicle.unplug" }}',
        f'{{ t_s = {t_s + 1.0}, do = "technician.reset_faults" }}',
        f'{{ t_s = {t_s + 2.0}, do = "vehicle.plug_in" }}',
    ]
