"""Faults of the world: a part, a kind, and an amount where the kind has one.

One table; a pair that is not in it is refused. Each row says what breaks, and what it is when
sound, so that scenarios can end a fault after its time.
"""

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.fault_kind import FaultKind as FaultKind
from wattback_sim.gateway_faults import GATEWAY_FAULT_KINDS
from wattback_sim.parameters import check_number, unit_of
from wattback_sim.sensors import SENSOR_NAMES
from wattback_sim.world import World


def _path(world: World) -> object:
    return world.path


def _wire(world: World) -> object:
    return world.wire


def _world(world: World) -> object:
    return world


def _inverter(world: World) -> object:
    return world.vehicle.inverter


def _evcc(world: World) -> object:
    return world.vehicle.evcc


def _sensor(name: str) -> list[FaultKind]:
    unit = unit_of(name)

    def owner(world: World) -> object:
        return world.sensors[name]

    def row(kind: str, text: str, attribute: str, low: float) -> FaultKind:
        return FaultKind(name, kind, text, owner, attribute, False, 0.0, unit, low, 1e6)

    return [
        FaultKind(name, "frozen", "repeats its last reading", owner, "frozen", True, False),
        row("offset", "reads too much", "offset", -1e6),
        row("noisy", "adds noise (standard deviation)", "extra_noise", 0.0),
        FaultKind(name, "open", "reads the low end of its range", owner, "wire", "open", ""),
        FaultKind(name, "short", "reads the high end of its range", owner, "wire", "short", ""),
        FaultKind(
            name,
            "delayed",
            "tells what was so long ago",
            owner,
            "delay_ms",
            False,
            0.0,
            "ms",
            0.0,
            60000.0,
        ),
    ]


_CLOSED, _OPEN = "stuck_closed", "stuck_open"

FAULT_KINDS: tuple[FaultKind, ...] = (
    FaultKind("contactor", _CLOSED, "main contacts welded", _path, "stuck", _CLOSED, ""),
    FaultKind("contactor", _OPEN, "main contacts do not close", _path, "stuck", _OPEN, ""),
    FaultKind("contactor_aux", _CLOSED, "says closed", _path, "aux_stuck", _CLOSED, ""),
    FaultKind("contactor_aux", _OPEN, "says open", _path, "aux_stuck", _OPEN, ""),
    FaultKind("diode", "short", "conducts both ways", _wire, "diode", "short", "good"),
    FaultKind("diode", "open", "conducts no way", _wire, "diode", "open", "good"),
    FaultKind("pilot", "short", "wire to earth", _wire, "shorted", True, False),
    FaultKind("pilot", "open", "wire broken", _wire, "cut", True, False),
    FaultKind(
        "pilot", "stuck_high", "generator stays at +12 V", _wire, "stuck_positive", True, False
    ),
    FaultKind(
        "cable",
        "leak",
        "current to earth behind the contacts",
        _path,
        "leak_ma",
        False,
        0.0,
        "mA",
        0.0,
        1e4,
    ),
    FaultKind("ground_fault_latch", "dead", "does not trip", _path, "latch_dead", True, False),
    FaultKind("coil", _OPEN, "its wire is broken", _path, "coil_stuck", _OPEN, ""),
    FaultKind("coil", _CLOSED, "its driver stays on", _path, "coil_stuck", _CLOSED, ""),
    FaultKind(
        "contactor_aux",
        "intermittent",
        "comes and goes, so many times a second",
        _path,
        "aux_hz",
        False,
        0.0,
        "1/s",
        0.1,
        50.0,
    ),
    FaultKind("meter", "swapped", "the legs are swapped", _world, "legs_swapped", True, False),
    FaultKind(
        "cable",
        "unbalanced",
        "leg 2 carries this much more, out of the vehicle",
        _world,
        "current_apart_a",
        False,
        0.0,
        "A",
        -50.0,
        50.0,
    ),
    FaultKind(
        "meter", "frozen", "every reading stands still", _world, "meter_frozen", True, False
    ),
    FaultKind("vehicle_link", "open", "wire broken: silence", _evcc, "cut", True, False),
    FaultKind(
        "vehicle_link",
        "noisy",
        "share of the bytes with a wrong bit",
        _evcc,
        "noise",
        False,
        0.0,
        "%",
        0.0,
        100.0,
    ),
    FaultKind(
        "inverter",
        "exports",
        "feeds this much whatever it is told",
        _inverter,
        "forced_w",
        False,
        0.0,
        "W",
        0.0,
        20000.0,
    ),
    FaultKind(
        "inverter",
        "inverted",
        "takes targets with the wrong sign",
        _inverter,
        "inverted",
        True,
        False,
    ),
    FaultKind(
        "inverter",
        "energised",
        "holds this voltage on its own",
        _inverter,
        "forms_v",
        False,
        0.0,
        "V",
        0.0,
        300.0,
    ),
    FaultKind(
        "inverter", "frozen", "keeps the power that it has", _inverter, "frozen", True, False
    ),
    *GATEWAY_FAULT_KINDS,
    *(row for name in SENSOR_NAMES for row in _sensor(name)),
)


def find_fault(part: str, kind: str) -> FaultKind:
    """The row of a pair, or BadInputError naming what is possible."""
    rows = {(row.part, row.kind): row for row in FAULT_KINDS}
    if (part, kind) in rows:
        return rows[part, kind]
    parts = {row.part for row in FAULT_KINDS}
    if part not in parts:
        raise BadInputError(f"no part is called {part!r}{suggestion(part, parts)}")
    kinds = {row.kind for row in FAULT_KINDS if row.part == part}
    raise BadInputError(f"part {part!r} has no fault of kind {kind!r}{suggestion(kind, kinds)}")


def check_amount(row: FaultKind, amount: object) -> float:
    """The amount of a fault, 0.0 where the kind has none, or BadInputError."""
    name = f"amount of {row.part} {row.kind}"
    if not row.unit:
        if amount is not None:
            raise BadInputError(f"{row.part} {row.kind} takes no amount, but {amount!r} was given")
        return 0.0
    if amount is None:
        raise BadInputError(f"{row.part} {row.kind} needs an amount in {row.unit}")
    return float(check_number(name, amount, float, row.low, row.high, row.unit))
