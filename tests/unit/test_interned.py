"""A tick looks attributes up by interned names: no lock of the interpreter's stands in its way."""

import ast
from collections.abc import Iterator

from tests.unit.floors import on_micropython
from tests.unit.source_tree import FIRMWARE, tree_of
from wattback.interned import own_names
from wattback.settings import SETTINGS
from wattback.signals import OPENING_NAMES

LOOKUPS = {"getattr", "setattr", "hasattr", "delattr"}
# Their loop may wait.
ROOMS_OF_PORTS = ("codec", "console", "gateway_link", "modbus", "vehicle_link")
# Before the first tick texts may be looked up; in a tick, what `own_names` has made.
BEFORE_TICKS = {"settings.py": {"__init__", "load", "version_on"}, "signals.py": {"__init__"}}
# Of a board: at boot, or in the loop beside the ticks.
BESIDE_TICKS = ("sim.py", "slow_inputs.py", "spread.py", "unit.py")
IN_TICKS = {
    "connector.py": {"_obey": {"setting_names"}},
    "publish.py": {"publish_openings": {"opening_names"}},
}


def test_own_names_are_the_things_own_in_the_order_asked_for() -> None:
    class Thing:
        def __init__(self) -> None:
            self.first = self.second = self.third = 0

    thing = Thing()
    names = own_names(thing, ("third", "".join(("fi", "rst"))))
    assert names == ("third", "first")
    assert all(any(name is key for key in vars(thing)) for name in names)


def test_micropython_interns_own_names_all_and_those_as_they_are_written_not_all() -> None:
    written, own = on_micropython("interned_names.py")
    openings, settings = map(int, written.removeprefix("as they are written: ").split())
    assert openings < len(OPENING_NAMES)
    assert settings < len(SETTINGS)
    assert own == f"own: {len(OPENING_NAMES)} {len(SETTINGS)}"


def lookups(*rooms_left_out: str) -> Iterator[tuple[str, str, ast.Call]]:
    """(file, function, call) of everything outside some rooms that looks up by a text."""
    for path in sorted(FIRMWARE.rglob("*.py")):
        if set(rooms_left_out) & set(path.relative_to(FIRMWARE).parts):
            continue
        for function in ast.walk(tree_of(path)):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) in LOOKUPS:
                        yield path.name, function.name, call


def test_the_core_looks_nothing_up_by_a_text_once_it_ticks() -> None:
    in_ticks: dict[str, dict[str, set[str]]] = {}
    for file, function, call in lookups("boards", *ROOMS_OF_PORTS):
        if function not in BEFORE_TICKS.get(file, ()):
            name = call.args[1]
            assert isinstance(name, ast.Subscript), f"{file}:{call.lineno}"
            looked_up = in_ticks.setdefault(file, {}).setdefault(function, set())
            looked_up.add(ast.unparse(name.value).split(".")[-1])
    assert in_ticks == IN_TICKS


def test_nor_does_the_board_of_a_pico_but_at_boot_and_beside_the_ticks() -> None:
    files = {file for file, _, _ in lookups(*ROOMS_OF_PORTS)}
    assert files - {*BEFORE_TICKS, *IN_TICKS} == {*BESIDE_TICKS}
