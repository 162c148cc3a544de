"""The SunSpec models of our map, read from their JSON and laid out from the base address on.

The one module that touches `pysunspec2`, which is needed only to generate, never to run. Our own
models have the same form; their symbols are the firmware's names, filled in here.
"""

import ast
import json
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from wattback_sim.firmware import firmware_root

BASE = 40000
MARKER = b"SunS"
END_MODEL = 0xFFFF
CONNECTOR_MODEL = 64750
BACKUP_MODEL = 64751
# A model stays where masters have found it: a new one comes last.
MODEL_IDS = (1, 701, 702, 704, 713, CONNECTOR_MODEL, 703, *range(705, 713), BACKUP_MODEL)
# How often the groups of a model repeat: the set in force, and the one that can be written.
SETS = 2
POINTS_OF = {705: 4, 706: 2, 707: 2, 708: 2, 709: 2, 710: 2, 712: 3}
# Our own models by their numbers; clients need the folder.
VENDOR_FOLDER = Path(__file__).parent
VENDOR_FILES = {
    number: VENDOR_FOLDER / f"model_{number}.json" for number in (CONNECTOR_MODEL, BACKUP_MODEL)
}

# The firmware's tuple of names whose members are the symbols of a vendor point. No two of our
# models have a point of the same name, but for their heads and scale factors.
SYMBOLS_FROM = {
    "ControllerState": "wattback.heartbeat.STATE_NAMES",
    "LastRefusal": "wattback.modbus.access.REASON_NAMES",
    "SessionState": "wattback.session.STATE_NAMES",
    "PilotState": "wattback.pilot.STATE_NAMES",
    "Mode": "wattback.limits.MODE_NAMES",
    "OpenCause": "wattback.contactor.CAUSE_NAMES",
    "WaitingFor": "wattback.session.WAIT_NAMES",
    "ExportWaits": "wattback.export.WAIT_NAMES",
    "Faults": "wattback.fault_table.FAULTS",
    "OpeningFaults": "wattback.fault_table.FAULTS",
    "OpeningWaits": "wattback.session.WAIT_NAMES",
    "ImportLimitOwner": "wattback.limits.OWNER_NAMES",
    "ExportLimitOwner": "wattback.limits.OWNER_NAMES",
    "TargetOwner": "wattback.targets.OWNER_NAMES",
    "TargetState": "wattback.targets.STATE_NAMES",
    "VehicleLink": "wattback.vehicle.LINK_NAMES",
    "VehicleRefusal": "wattback.vehicle.REFUSAL_NAMES",
    "TripRow": "wattback.grid.trips.ROW_NAMES",
    "TripActed": "wattback.dispatch.ACTED_NAMES",
    "OperatingMode": "wattback.house.OPERATING_NAMES",
    "BackupState": "wattback.backup.steps.STATE_NAMES",
    "BackupRefusal": "wattback.backup.steps.REFUSAL_NAMES",
    "BackupWaits": "wattback.backup.readiness.WAIT_NAMES",
}


@dataclass(frozen=True, slots=True)
class ModelPoint:
    """One point as its model defines it, and where it lies in our map.

    name: with its group, "PFWInj.PF", "Crv[2].Pt[1].V". kind: the type's name in SunSpec.
    scale_factor: name of the point that holds it, or "". symbols: names by value, for a bit field
    by bit. ieee_1547: the model tags it with IEEE 1547-2018.
    """

    model: int
    name: str
    address: int
    registers: int
    kind: str
    scale_factor: str
    unit: str
    settable: bool
    symbols: dict[int, str]
    text: str
    ieee_1547: bool


@dataclass(frozen=True, slots=True)
class Model:
    """One model, its points in the order of their addresses."""

    number: int
    title: str
    address: int
    points: tuple[ModelPoint, ...]

    @property
    def registers(self) -> int:
        return sum(point.registers for point in self.points)


def load_models() -> tuple[Model, ...]:
    """All models of the map, one behind the other."""
    models: list[Model] = []
    address = BASE + len(MARKER) // 2
    for number in MODEL_IDS:
        definition = vendor_definition(number) if number in VENDOR_FILES else _standard(number)
        points = _laid_out(number, definition["group"], address, "")
        model = Model(number, definition["group"]["label"], address, tuple(points))
        declared = definition["group"]["points"][1].get("value", model.registers - 2)
        if declared != model.registers - 2:
            raise SystemExit(f"model {number}: L is {declared} and not {model.registers - 2}")
        models.append(model)
        address += model.registers
    return tuple(models)


def vendor_definition(number: int) -> dict[str, Any]:
    """A model of our own with the symbols that the firmware's names give it now."""
    definition: dict[str, Any] = json.loads(VENDOR_FILES[number].read_text("utf-8"))
    for point in definition["group"]["points"]:
        if point["name"] in SYMBOLS_FROM:
            names = firmware_names(SYMBOLS_FROM[point["name"]])
            point["symbols"] = [
                {"name": name.upper(), "value": value} for value, name in enumerate(names)
            ]
    return definition


def vendor_text(number: int) -> str:
    """The file of that model as it must be."""
    return json.dumps(vendor_definition(number), indent=4, ensure_ascii=False) + "\n"


def firmware_names(dotted: str) -> list[str]:
    """The members of a tuple of names, the first columns of a table, the names of functions.

    The modules of `modbus` are read and not run, because they import what is generated here.
    """
    module, _, attribute = dotted.rpartition(".")
    if module.startswith("wattback.modbus."):
        return _members_in_source(module, attribute)
    rows = getattr(import_module(module), attribute)
    return [row if isinstance(row, str) else row[0] for row in rows]


def _members_in_source(module: str, attribute: str) -> list[str]:
    source = firmware_root().joinpath(*module.split(".")).with_suffix(".py")
    for statement in ast.parse(source.read_text("utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == attribute:
            assert isinstance(statement.value, ast.Tuple)
            return [ast.unparse(member).strip("'") for member in statement.value.elts]
    raise SystemExit(f"{source} has no {attribute}")


def _standard(number: int) -> dict[str, Any]:
    text = files("sunspec2").joinpath(f"models/json/model_{number}.json").read_text("utf-8")
    definition: dict[str, Any] = json.loads(text)
    return definition


def _laid_out(number: int, group: dict[str, Any], address: int, prefix: str) -> list[ModelPoint]:
    points: list[ModelPoint] = []
    for point in group["points"]:
        points.append(_point(number, point, address, prefix))
        address += point["size"]
    for inner in group.get("groups", ()):
        count = _count(number, inner.get("count", 1))
        for nth in range(1, count + 1):
            name = inner["name"] if inner.get("count", 1) == 1 else f"{inner['name']}[{nth}]"
            below = _laid_out(number, inner, address, f"{prefix}{name}.")
            points += below
            address += sum(point.registers for point in below)
    return points


def _count(number: int, count: int | str) -> int:
    if isinstance(count, int):
        return count
    return POINTS_OF[number] if count == "NPt" else SETS


def _point(number: int, point: dict[str, Any], address: int, prefix: str) -> ModelPoint:
    return ModelPoint(
        model=number,
        name=prefix + point["name"],
        address=address,
        registers=point["size"],
        kind=point["type"],
        scale_factor=point.get("sf", ""),
        unit=point.get("units", ""),
        settable=point.get("access") == "RW",
        symbols={symbol["value"]: symbol["name"] for symbol in point.get("symbols", ())},
        text=point.get("desc", "") if number in VENDOR_FILES else "",
        ieee_1547="IEEE 1547-2018" in point.get("standards", ()),
    )
