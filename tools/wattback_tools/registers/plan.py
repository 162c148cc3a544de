"""Models and sources joined: every point of the map with its source, checked against the firmware.

What is wrong here is a mistake of whoever edits the tables, so it ends the run with a sentence.
"""

from dataclasses import dataclass

from wattback.fault_table import FAULTS
from wattback.modbus import drafts
from wattback.session import STATE_NAMES
from wattback.settings import AT_ADOPTION, AT_RUN_TIME, SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_tools.registers.grid_code_points import GRID_CODE
from wattback_tools.registers.models import (
    BASE,
    MARKER,
    Model,
    ModelPoint,
    firmware_names,
    load_models,
)
from wattback_tools.registers.sources import ACCEPTED, ORDERS, Source
from wattback_tools.registers.standard_points import ABSENT, ALARMS, INVERTER_STATES, STANDARD
from wattback_tools.registers.vendor_points import VENDOR

# Registers that a type's "not implemented" value fills, by SunSpec's data types.
_UNIMPLEMENTED = {
    "int16": b"\x80\x00",
    "sunssf": b"\x80\x00",
    "pad": b"\x80\x00",
    "uint16": b"\xff\xff",
    "enum16": b"\xff\xff",
    "bitfield16": b"\xff\xff",
    "int32": b"\x80\x00\x00\x00",
    "uint32": b"\xff\xff\xff\xff",
    "bitfield32": b"\xff\xff\xff\xff",
    "uint64": b"\xff" * 8,
}
SOURCES = {**STANDARD, **GRID_CODE, **VENDOR}

# How many settings one write may change at once; `modbus/adoption.py` has room for so many.
ADOPTED_AT_ONCE = 8

RECORDS = ("status", "report", "settings", "derived")
SETTING_NAMES = tuple(row[0] for row in SETTINGS)
FIELDS = {
    "status": STATUS_NAMES,
    "report": REPORT_NAMES,
    "settings": SETTING_NAMES,
    "derived": tuple(firmware_names("wattback.modbus.derived.DERIVED")),
    "identity": ("manufacturer", "model", "version", "serial"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One point of the map. source: None when it is not implemented. scale: power of ten."""

    point: ModelPoint
    source: Source | None
    scale: int

    @property
    def at(self) -> int:
        """Where it begins in the image, in bytes."""
        return (self.point.address - BASE) * 2

    @property
    def octets(self) -> int:
        return self.point.registers * 2

    @property
    def writable(self) -> bool:
        return self.source is not None and bool(self.source.order and self.source.accepts)

    @property
    def record(self) -> str:
        """What its value is read from: "status", "order", …, or "" for a constant."""
        return self.source.value.partition(".")[0] if self.source else ""

    @property
    def field(self) -> str:
        return self.source.value.partition(".")[2] if self.source else ""

    def initial(self) -> bytes:
        """Its registers before anything is known."""
        constant = self.source.constant if self.source else None
        if constant is not None:
            return (constant % (1 << 8 * self.octets)).to_bytes(self.octets, "big")
        if self.point.kind == "string" or self.record in ("order", "adopted", "adoption"):
            return bytes(self.octets)
        return _UNIMPLEMENTED[self.point.kind]


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole map, in the order of addresses."""

    models: tuple[Model, ...]
    rows: tuple[Row, ...]

    @property
    def registers(self) -> int:
        """From the marker to the end model."""
        return len(MARKER) // 2 + sum(model.registers for model in self.models) + 2

    def row(self, model: int, name: str) -> Row:
        return next(r for r in self.rows if r.point.model == model and r.point.name == name)

    def stretches(self) -> list[list[Row]]:
        """Writable points that lie side by side, so that one request can write them."""
        found: list[list[Row]] = []
        end = -1
        for row in self.rows:
            if row.writable:
                if row.at != end:
                    found.append([])
                found[-1].append(row)
                end = row.at + row.octets
        return found


def make_plan() -> Plan:
    """Join and check everything."""
    models = load_models()
    rows = [
        Row(point, _source(model, point), _scale(model, point))
        for model in models
        for point in model.points
    ]
    plan = Plan(models, tuple(rows))
    _check_names(models)
    for row in rows:
        _check(row)
    for stretch in plan.stretches():
        _check_stretch(stretch)
    _check_words("states of a visit", set(STATE_NAMES), set(INVERTER_STATES))
    _check_words("faults", {row[0] for row in FAULTS}, set(ALARMS))
    return plan


def _source(model: Model, point: ModelPoint) -> Source | None:
    if point.name == "ID":
        return Source(constant=model.number)
    if point.name == "L":
        return Source(constant=model.registers - 2)
    return SOURCES[point.model].get(point.name)


def _scale(model: Model, point: ModelPoint) -> int:
    if not point.scale_factor:
        return 0
    source = SOURCES[model.number].get(point.scale_factor)
    return 0 if source is None or source.constant is None else source.constant


def _check_names(models: tuple[Model, ...]) -> None:
    for model in models:
        known = {point.name for point in model.points}
        strange = set(SOURCES[model.number]) - known
        if strange:
            raise SystemExit(f"model {model.number} has no point called {', '.join(strange)}")


def _check(row: Row) -> None:
    point, source = row.point, row.source
    what = f"{point.model}.{point.name}"
    reason = ABSENT.get((point.model, point.name))
    if source is None:
        if point.ieee_1547 and reason is None:
            raise SystemExit(f"{what} belongs to IEEE 1547-2018: implement it, or say why not")
        return
    if reason is not None:
        raise SystemExit(f"{what} is implemented and said to be absent")
    if row.record in FIELDS and row.field not in FIELDS[row.record]:
        raise SystemExit(f"{what}: {row.record} has no {row.field}")
    if row.writable and not point.settable:
        raise SystemExit(f"{what} is read-only in its model")
    if row.writable and source.order not in ORDERS:
        raise SystemExit(f"{what}: no order is called {source.order}")
    if row.writable and source.accepts not in ACCEPTED:
        raise SystemExit(f"{what}: nothing accepts {source.accepts!r}")
    if source.setting:
        when = AT_RUN_TIME if source.order == "setting" else AT_ADOPTION
        if SETTINGS[SETTING_NAMES.index(source.setting)][4] != when:
            raise SystemExit(f"{what}: {source.setting} cannot change like this")
    scaled = point.scale_factor in SOURCES[point.model] if point.scale_factor else True
    if not scaled:
        raise SystemExit(f"{what} is implemented and its {point.scale_factor} is not")


def _check_stretch(stretch: list[Row]) -> None:
    """`Bank` relies on it; and more commands than there is room for could never be accepted."""
    orders = {row.source.order for row in stretch if row.source}
    first, last = stretch[0].point.name, stretch[-1].point.name
    if len(orders) != 1:
        raise SystemExit(f"{first} … {last}: one write could reach several orders: {orders}")
    if orders == {"setting"} and len(stretch) > drafts.MOST:
        raise SystemExit(f"{first} … {last}: one write could need {len(stretch)} commands")
    if orders == {"adopted"} and len(stretch) > ADOPTED_AT_ONCE:
        raise SystemExit(f"{first} … {last}: one write could adopt {len(stretch)} settings")


def _check_words(what: str, known: set[str], given: set[str]) -> None:
    if known != given:
        raise SystemExit(f"the generator and the firmware differ in {what}: {known ^ given}")
