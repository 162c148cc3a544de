"""What a Pico is flashed with has its constants in place, and is otherwise the firmware."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from wattback_sim.firmware import firmware_root
from wattback_sim.pico.board_files import BOOT, MAIN, source_paths
from wattback_sim.pico.constants import constants_of, with_constants
from wattback_sim.pico.flash import compiled

ROOT = firmware_root()
PATHS = [path for path in source_paths() if path not in (BOOT, MAIN)]
each_path = pytest.mark.parametrize("path", PATHS, ids=str)


@each_path
def test_no_name_is_left_that_nothing_defines(path: Path) -> None:
    text = with_constants((ROOT / path).read_text("utf-8"), ROOT)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("wattback"):
            gone = constants_of(_file_of(str(node.module)), ROOT)
            assert not {alias.name for alias in node.names} & set(gone), ast.unparse(node)
    own = set(constants_of(ROOT / path, ROOT))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not own & used
    assert compiled(text, str(path))


@each_path
def test_every_line_stays_where_it_is(path: Path) -> None:
    source = (ROOT / path).read_text("utf-8")
    text = with_constants(source, ROOT)
    assert len(text.splitlines()) == len(source.splitlines())
    assert _functions(text) == _functions(source)


def test_the_numbers_are_those_of_the_running_firmware() -> None:
    """Imported, each module has its constants by the same values: 200 of them at the least."""
    seen = 0
    for path in PATHS:
        if "pico" in path.parts and path.name != "pins.py":
            continue  # they import what only a board has
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        for name, number in constants_of(ROOT / path, ROOT).items():
            assert getattr(module, name) == number, f"{path}: {name}"
            seen += 1
    assert seen >= 200


def test_a_relative_import_finds_its_constants(tmp_path: Path) -> None:
    package = tmp_path / "unit"
    package.mkdir()
    (package / "far.py").write_text("from micropython import const\nA = const(7)\nB = 'b'\n")
    source = "from .far import A, B\nfrom . import far\nprint(A, B, far.A)\n"
    told = "from .far import B\nfrom . import far\nprint(7, B, 7)\n"
    assert with_constants(source, tmp_path, "unit") == told


def test_each_way_to_name_a_constant(tmp_path: Path) -> None:
    package = tmp_path / "unit"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "far.py").write_text(
        "from micropython import const\n"
        "MASK = const((1 << 4) - 1)\nLOW = const(-MASK)\nTEXT = 'a'\n"
    )
    near = (
        "from unit.far import (\n    MASK,\n    TEXT,\n)\nfrom unit.far import LOW as FLOOR\n"
        "from unit import far\n_OWN = const(3)\nSHOWN = const(_OWN + 1)\n"
        "def f(a, MASKED=MASK):\n    return a & MASK, far.LOW - FLOOR, far.TEXT, _OWN, SHOWN\n"
    )
    assert with_constants(near, tmp_path) == (
        "from unit.far import TEXT\n\n\n\npass\n"
        "from unit import far\n_OWN = const(3)\npass\n"
        "def f(a, MASKED=15):\n    return a & 15, (-15) - (-15), far.TEXT, 3, 4\n"
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("A = const(1)\ndef f(A):\n    return A\n", "line 2: A is a constant, and bound a second"),
        ("A = const(1)\nfor A in (1, 2):\n    print(A)\n", "line 2: A is a constant"),
        ("A = const(1)\nA += 1\n", "line 2: A is a constant"),
        ("from wattback.connector import TICK_MS\nTICK_MS = const(3)\n", "TICK_MS is a constant"),
        (
            "import wattback.connector as far\n",
            "line 1: expected `from … import …` of wattback.con",
        ),
        ("from wattback.connector import *\n", "line 1: expected an import of names"),
        ("from .connector import TICK_MS\n", "line 1: a relative import out of its package"),
    ],
)
def test_what_names_cannot_tell_apart_is_refused(source: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        with_constants(source, ROOT)


def test_a_constant_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line 1: not a whole number for const\(\): len\(x\)"):
        with_constants("X = const(len(x))\n", ROOT)


def _functions(text: str) -> list[tuple[str, int]]:
    return [
        (node.name, node.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    ]


def _file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
