"""Arrows and rules of the house, read from the source: who imports whom, what nobody writes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.source_tree import (
    BOARDS,
    FIRMWARE,
    ROOT,
    files,
    imports_of,
    name_of,
    tree_of,
    under,
)

FIRMWARE_FILES = files(FIRMWARE, ".py")
# Rooms and files of the service plane and of the boards; all others are core.
SERVICE_ROOMS = (
    "boards",
    "codec",
    "console",
    "identity",
    "modbus",
    "ports",
    "service",
    "store",
    "update",
    "gateway_link",
    "vehicle_link",
)
PICO = BOARDS / "pico"
SERVICE = tuple(f"wattback.{name}" for name in SERVICE_ROOMS)
PORTABLE_FILES = [path for path in FIRMWARE_FILES if BOARDS not in path.parents]

each_firmware_file = pytest.mark.parametrize("path", FIRMWARE_FILES, ids=name_of)
each_core_file = pytest.mark.parametrize(
    "path",
    [
        p
        for p in PORTABLE_FILES
        if p.relative_to(FIRMWARE).parts[0].removesuffix(".py") not in SERVICE_ROOMS
    ],
    ids=name_of,
)


def strays(path: Path, *allowed: str) -> list[str]:
    return [name for name in imports_of(path) if not under(name, *allowed)]


def intruders(folder: Path, *forbidden: str) -> list[tuple[str, str]]:
    """(file, name) of every import below a folder that leads to a forbidden package."""
    assert files(folder, ".py"), f"nothing lies in {folder}"
    return [
        (name_of(path), name)
        for path in files(folder, ".py")
        for name in imports_of(path)
        if under(name, *forbidden)
    ]


def module_level(path: Path) -> Iterator[ast.stmt]:
    """Statements that run at import, those inside module-level branches included."""
    waiting: list[ast.stmt] = list(tree_of(path).body)
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.ClassDef)):
            waiting.extend(s for s in ast.iter_child_nodes(statement) if isinstance(s, ast.stmt))


# --- who imports whom ---


@each_firmware_file
def test_the_firmware_imports_itself_and_what_the_interpreter_brings(path: Path) -> None:
    allowed = ["array", "binascii", "micropython", "sys", "gc", "wattback"]
    if PICO in path.parents:
        allowed += ["json", "machine", "os", "rp2", "time", "uctypes"]
    assert strays(path, *allowed) == []


def test_viper_code_stands_in_one_file_of_a_board() -> None:
    with_viper = [p for p in FIRMWARE_FILES if "@micropython.viper" in p.read_text("utf-8")]
    assert with_viper == [PICO / "fast.py"]  # elsewhere it is a syntax error on some floors


@each_core_file
def test_the_core_knows_neither_ports_nor_boards(path: Path) -> None:
    assert strays(path, "array", "micropython", "wattback") == []
    assert [name for name in imports_of(path) if under(name, *SERVICE)] == []


def test_the_firmwares_imports_have_no_circle() -> None:
    arrows = {
        module_of(path): {name for name in imports_of(path) if under(name, "wattback")}
        for path in FIRMWARE_FILES
    }
    placed: set[str] = set()
    while len(placed) < len(arrows):
        ready = {
            module
            for module, names in arrows.items()
            if module not in placed and (names & arrows.keys()) <= placed | {module}
        }
        assert ready, f"these import each other: {sorted(arrows.keys() - placed)}"
        placed |= ready


def module_of(path: Path) -> str:
    parts = path.relative_to(FIRMWARE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_the_simulator_imports_neither_tools_nor_bench() -> None:
    assert intruders(ROOT / "sim", "wattback_tools", "wattback_hil", "wattback_controller") == []


def test_the_controller_and_what_both_speak_with_import_no_tools() -> None:
    assert intruders(ROOT / "tools" / "wattback_controller", "wattback_tools") == []
    others = ("wattback_tools", "wattback_controller")
    assert intruders(ROOT / "tools" / "wattback_cli", *others) == []


def test_nothing_that_ships_imports_a_test() -> None:
    for folder in ("firmware", "sim", "tools"):
        assert intruders(ROOT / folder, "tests", "pytest", "hypothesis") == []
    assert intruders(ROOT / "hil", "tests", "hypothesis") == []  # the bench is a pytest plugin


def test_the_page_of_a_visit_is_drawn_from_its_trace_alone() -> None:
    page = ROOT / "sim" / "wattback_sim" / "page"
    assert intruders(page, "wattback") == []


# --- what the firmware never writes ---


@pytest.mark.parametrize("path", PORTABLE_FILES, ids=name_of)
def test_outside_the_ports_there_are_no_floats_and_no_true_division(path: Path) -> None:
    floats = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)))
        or (isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert floats == []


@each_core_file
def test_the_core_raises_and_catches_nothing(path: Path) -> None:
    caught = [
        node.lineno for node in ast.walk(tree_of(path)) if isinstance(node, (ast.Try, ast.Raise))
    ]
    assert caught == []


@each_core_file
def test_no_integer_of_the_core_reaches_2_to_the_30(path: Path) -> None:
    large = [
        node.value
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 1 << 30
    ]
    assert large == []


@each_firmware_file
def test_the_firmware_has_no_mutable_state_at_module_or_class_level(path: Path) -> None:
    mutable = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    makers = {"list", "dict", "set", "bytearray", "array", "memoryview"}
    found = [
        statement.lineno
        for statement in module_level(path)
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign))
        and statement.value is not None
        for node in ast.walk(statement.value)
        if isinstance(node, mutable)
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in makers
        )
    ]
    assert found == []


@each_firmware_file
def test_the_firmware_changes_no_module_variable_at_run_time(path: Path) -> None:
    assert [n.lineno for n in ast.walk(tree_of(path)) if isinstance(n, ast.Global)] == []


@each_core_file
def test_every_attribute_of_the_core_is_made_in_a_constructor(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef):
            made = set(attributes_set(node, in_constructor=True))
            made |= {s.target.id for s in node.body if is_declaration(s)}  # type: ignore[attr-defined]
            assert set(attributes_set(node, in_constructor=False)) <= made, node.name


def is_declaration(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)


def attributes_set(node: ast.ClassDef, in_constructor: bool) -> Iterator[str]:
    """Names that a class's methods assign on `self`, in its constructor or elsewhere."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and (method.name == "__init__") == in_constructor:
            for part in ast.walk(method):
                if (
                    isinstance(part, ast.Attribute)
                    and isinstance(part.ctx, ast.Store)
                    and isinstance(part.value, ast.Name)
                    and part.value.id == "self"
                ):
                    yield part.attr


# --- and what nobody does ---


def test_no_file_is_longer_than_500_lines() -> None:
    written = files(ROOT, ".py", ".md", ".toml")
    assert len(written) > 50
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in written}
    del lengths["docs/evidence.md"]  # data: a generated page
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_every_module_says_in_its_first_lines_what_it_is() -> None:
    silent = [name_of(path) for path in files(ROOT, ".py") if not ast.get_docstring(tree_of(path))]
    assert silent == []
