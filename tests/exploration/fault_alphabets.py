"""One alphabet for each row of the fault table: its cause comes and goes around a visit.

A new row without a way to raise it here fails the exploration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.exploration.alphabets import (
    BUTTON,
    EXPORTING,
    FAST,
    GOOD,
    NO_NEUTRAL,
    POWER_CUT,
    QUICK,
    RESET,
    STOP,
    STUBBORN,
    UNPLUG_AND_BACK,
    Act,
    Alphabet,
    Event,
    charge,
    export,
    flag,
    power_up,
    supply,
)
from tests.exploration.rig import Rig
from wattback.fault_table import FAULTS
from wattback.proximity import IEC_CABLE
from wattback.retained import WORN

BOUND = 120
_HOT_DECIC = 1_050
_WARM_DECIC = 800
_LOOSE_TICKS = 36_000  # six minutes of it are told
_CABLE_OHM = 220  # 32 A (IEC 61851-1 Annex B; evse.md 2.1, C)


@dataclass(frozen=True, slots=True)
class Way:
    """How a row is raised and lifted. begin: what goes before."""

    events: tuple[Event, ...]
    begin: Act = charge
    settings: Mapping[str, int] = field(default_factory=lambda: QUICK)


def _held(what: str, name: str, value: int) -> tuple[Event, ...]:
    """A sensor reads a value that is not there, until it is sound again."""

    def hold(rig: Rig) -> None:
        rig.world.hold[name] = value

    def release(rig: Rig) -> None:
        del rig.world.hold[name]

    return (
        Event(what, hold, lambda rig: name not in rig.world.hold),
        Event(f"{name} is sound again", release, lambda rig: name in rig.world.hold),
    )


def _flag(on: str, path: str, value: object = True, rest: object = False) -> tuple[Event, ...]:
    return tuple(flag(on, f"{path} is sound again", path, value, rest))


def _late(rig: Rig) -> None:
    charge(rig)
    rig.run(1_100)  # what leaks within 10 s of the closing is another row


def _leaks(rig: Rig) -> None:
    rig.world.path.latch_dead = True
    rig.world.path.leak_ma = 100.0


def _leaks_not(rig: Rig) -> None:
    rig.world.path.latch_dead = False
    rig.world.path.leak_ma = 0.0


def _coded_cable(rig: Rig) -> None:
    rig.world.installation.proximity_ohm = _CABLE_OHM
    charge(rig)


def _nearly_worn(rig: Rig) -> None:
    charge(rig)
    rig.connector.retained[WORN] = 999  # thousandths of the one opening that it is given


def _long_warm(rig: Rig) -> None:
    charge(rig)
    rig.world.hold["terminal_decic"] = _WARM_DECIC
    rig.run(_LOOSE_TICKS)


_LEAK = _flag("100 mA leak", "path.leak_ma", 100.0, 0.0)
WAYS: Mapping[str, Way] = {
    "pilot_short": Way(_flag("the pilot is shorted", "wire.shorted")),
    "pilot_stuck": Way(_flag("the pilot is stuck at +12 V", "wire.stuck_positive"), power_up),
    "diode_missing": Way(_flag("the diode is shorted", "wire.diode", "short", "good")),
    "contactor_welded": Way(_flag("the contacts weld", "path.stuck", "stuck_closed", "")),
    "contactor_stuck_open": Way(_flag("the contacts stick", "path.stuck", "stuck_open", "")),
    "ground_fault": Way(_LEAK, _late),
    "ground_fault_self_test": Way(_flag("the latch is dead", "path.latch_dead")),
    "overcurrent": Way(
        _flag("it draws 14 kW whatever it is told", "vehicle.stubborn_w", -14_400.0, None)
    ),
    "supply_out_of_window": Way((FAST, GOOD)),
    "power_not_permitted": Way(tuple(STUBBORN)),
    "emergency_stop": Way(_flag("the emergency stop is pressed", "installation.emergency_stop")),
    "disconnect_open": Way(_flag("the disconnect is opened", "installation.disconnect_open")),
    "ground_fault_early": Way(_LEAK),
    "ground_fault_latch": Way(
        (
            Event("100 mA leak past a dead latch", _leaks, lambda rig: not rig.world.path.leak_ma),
            Event("it is mended", _leaks_not, lambda rig: bool(rig.world.path.leak_ma)),
        ),
        _late,
    ),
    "vehicle_still_energised": Way(
        _flag("the vehicle's plug is live", "vehicle.inverter.energised_v", 120.0, 0.0), power_up
    ),
    "coil_implausible": Way(_flag("the coil is cut", "path.coil_stuck", "stuck_open", "")),
    "contactor_chatter": Way(_flag("the auxiliary contact rattles", "path.aux_hz", 5.0, 0.0)),
    "earth_missing": Way(_flag("the earth is lost", "installation.earth_ohm", 100_000, 1)),
    "open_neutral": Way((NO_NEUTRAL, GOOD)),
    "leg_angle": Way((supply("the legs are at 120°", 120.0, 120.0, 60.0, 120.0), GOOD)),
    "leg_unbalance": Way(_flag("leg 2 carries 12 A more", "unbalance_a", 12.0, 0.0)),
    "meter_implausible": Way(_flag("the meter stands still", "meter_frozen")),
    "board_overheated": Way(
        _held("the board is hot", "board_decic", _HOT_DECIC), export, EXPORTING
    ),
    "terminal_overheated": Way(_held("the terminal is hot", "terminal_decic", _HOT_DECIC)),
    "handle_overheated": Way(_held("the handle is hot", "handle_decic", _HOT_DECIC)),
    "temperature_sensor": Way(_held("a sensor is open", "board_decic", 5_000)),
    "proximity_shorted": Way(
        _flag("proximity is shorted", "installation.proximity_ohm", 10, _CABLE_OHM),
        _coded_cable,
        {**QUICK, "proximity_profile": IEC_CABLE},
    ),
    "terminal_loose": Way(
        _held("the terminal is warm", "terminal_decic", _WARM_DECIC), _long_warm
    ),
    "contactor_worn": Way(tuple(STOP), _nearly_worn, {**QUICK, "contactor_life_openings": 1}),
}
# The settings of an installer, loaded before anything happens: `test_connector_boot.py` has it.
ELSEWHERE = frozenset({"settings_invalid"})


def fault_alphabets() -> tuple[Alphabet, ...]:
    """One for each row of the table, in its order. Raises KeyError for a row without a way."""
    return tuple(
        Alphabet(
            f"fault: {name}",
            (*way.events, *UNPLUG_AND_BACK, RESET, BUTTON, POWER_CUT),
            BOUND,
            way.begin,
            way.settings,
        )
        for name in (row[0] for row in FAULTS)
        if name not in ELSEWHERE
        for way in (WAYS[name],)
    )
