"""Faults of the world: a part, a kind, and an amount where the kind has one.

One table; a pair that is not in it is refused. Each row says how to break the part and how to mend
it, so that scenarios can end a fault after its time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.parameters import check_number
from wattback_sim.sensors import SENSOR_NAMES
from wattback_sim.world import World

Break = Callable[[World, float], None]
Mend = Callable[[World], None]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row. unit: of the amount, "" where there is none; low, high: its range."""

    part: str
    kind: str
    text: str
    break_it: Break
    mend: Mend
    unit: str = ""
    low: float = 0.0
    high: float = 0.0


def _stick(closed: str) -> tuple[Break, Mend]:
    def break_it(world: World, _amount: float) -> None:
        world.path.stuck = closed

    def mend(world: World) -> None:
        world.path.stuck = ""

    return break_it, mend


def _stick_aux(closed: str) -> tuple[Break, Mend]:
    def break_it(world: World, _amount: float) -> None:
        world.path.aux_stuck = closed

    def mend(world: World) -> None:
        world.path.aux_stuck = ""

    return break_it, mend


def _diode(state: str) -> tuple[Break, Mend]:
    def break_it(world: World, _amount: float) -> None:
        world.wire.diode = state

    def mend(world: World) -> None:
        world.wire.diode = "good"

    return break_it, mend


def _wire(attribute: str) -> tuple[Break, Mend]:
    def break_it(world: World, _amount: float) -> None:
        setattr(world.wire, attribute, True)

    def mend(world: World) -> None:
        setattr(world.wire, attribute, False)

    return break_it, mend


def _leak(world: World, amount: float) -> None:
    world.path.leak_ma = amount


def _no_leak(world: World) -> None:
    world.path.leak_ma = 0.0


def _kill_latch(world: World, _amount: float) -> None:
    world.path.latch_dead = True


def _revive_latch(world: World) -> None:
    world.path.latch_dead = False


def _sensor(name: str) -> list[FaultKind]:
    unit = name.rpartition("_")[2]

    def freeze(world: World, _amount: float) -> None:
        world.sensors[name].frozen = True

    def thaw(world: World) -> None:
        world.sensors[name].frozen = False

    def shift(world: World, amount: float) -> None:
        world.sensors[name].offset = amount

    def unshift(world: World) -> None:
        world.sensors[name].offset = 0.0

    def disturb(world: World, amount: float) -> None:
        world.sensors[name].extra_noise = amount

    def calm(world: World) -> None:
        world.sensors[name].extra_noise = 0.0

    return [
        FaultKind(name, "frozen", "repeats its last reading", freeze, thaw),
        FaultKind(name, "offset", "reads too much", shift, unshift, unit, -1e6, 1e6),
        FaultKind(name, "noisy", "adds noise (standard deviation)", disturb, calm, unit, 0.0, 1e6),
    ]


FAULT_KINDS: tuple[FaultKind, ...] = (
    FaultKind("contactor", "stuck_closed", "main contacts welded", *_stick("stuck_closed")),
    FaultKind("contactor", "stuck_open", "main contacts do not close", *_stick("stuck_open")),
    FaultKind("contactor_aux", "stuck_closed", "says closed", *_stick_aux("stuck_closed")),
    FaultKind("contactor_aux", "stuck_open", "says open", *_stick_aux("stuck_open")),
    FaultKind("diode", "short", "the vehicle's diode conducts both ways", *_diode("short")),
    FaultKind("diode", "open", "the vehicle's diode conducts no way", *_diode("open")),
    FaultKind("pilot", "short", "pilot wire to earth", *_wire("shorted")),
    FaultKind("pilot", "open", "pilot wire broken", *_wire("cut")),
    FaultKind("pilot", "stuck_high", "generator stays at +12 V", *_wire("stuck_positive")),
    FaultKind(
        "cable", "leak", "current to earth behind the contacts", _leak, _no_leak, "mA", 0.0, 1e4
    ),
    FaultKind("ground_fault_latch", "dead", "does not trip", _kill_latch, _revive_latch),
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
