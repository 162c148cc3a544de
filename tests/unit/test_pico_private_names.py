"""What a Pico is flashed with has short private names, and is otherwise the firmware."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.source_tree import ROOT as CHECKOUT
from wattback_sim.firmware import firmware_root
from wattback_sim.pico.board_files import BOOT, MAIN, source_paths
from wattback_sim.pico.constants import with_constants
from wattback_sim.pico.flash import compiled, compiled_package
from wattback_sim.pico.private_names import with_short_names

ROOT = firmware_root()
PATHS = [path for path in source_paths() if path not in (BOOT, MAIN)]
each_path = pytest.mark.parametrize("path", PATHS, ids=str)

SHARED_LIMIT = 40  # names for all modules together
SYSTEM = {"_machine"}  # of `sys.implementation`

SAMPLE = """\
from micropython import const

_STEP = const(3)
_TABLE = (1, 2, 3)
_scaled = [_n * 2 for _n in _TABLE]


class _Base:
    _kind = "base"
    _kinds = (_kind,
              _kind)

    def __init__(self, start, *, _first=_TABLE[0]):
        self._total = start + _first
        self.__hidden = 1

    @property
    def _twice(self):
        return 2 * self._total

    @_twice.setter
    def _twice(self, value):
        self._total = value // 2

    def _grown(self, _by):
        local = [_entry for _entry in _TABLE]
        return self._total + _by + len(local)


class Sample(_Base):
    def __init__(self, start):
        super().__init__(start, _first=7)
        self._extra = _helper(_STEP)

    def _grown(self, _by):
        self._twice += 4
        return super()._grown(_by) + self._extra; _ = 0

    def told(self):
        return "%d %s" % (self._grown(_by=5), (self._kind, self._kinds))


def _helper(count, add=lambda a, b=_TABLE: a + b[0]):
    try:
        for _ in range(count):
            count = add(count)
    finally:
        _unused = 0
    return count


_made = Sample(100)
if _made:
    _made.public = _scaled
RESULT = (_made.told(), _made.public, isinstance(_made, _Base), getattr(_made, "public"))
del _made
"""


def test_a_module_does_the_same_under_its_short_names() -> None:
    results = []
    for text in (SAMPLE, with_short_names(SAMPLE)):
        names: dict[str, object] = {"__name__": "sample"}
        exec(text.replace("from micropython import const", "const = int"), names)
        results.append(names["RESULT"])
    assert results[0] == results[1]
    assert "_helper" not in names
    assert "_made" not in names


def test_short_names_count_from_0_in_the_order_of_appearance() -> None:
    assert with_short_names(
        "_b = 1\nclass A:\n    def _a(self):\n        return self._c + _b\n"
    ) == ("_0 = 1\nclass A:\n    def _1(self):\n        return self._2 + _0\n")


def test_what_is_short_already_stays_and_is_not_given_twice() -> None:
    once = with_short_names("_0 = 1\n_far = 2\nprint(_0, _far)\n")
    assert once == "_0 = 1\n_1 = 2\nprint(_0, _1)\n"
    assert with_short_names(once) == once
    sample = with_short_names(SAMPLE)
    assert with_short_names(sample) == sample


@pytest.mark.parametrize(
    "kept",
    [
        "from micropython import const\n_A = const(1)\nprint(_A)\n",
        "def f(_a, _b=1):\n    _c = _a\n    return _b + _c\nf(1, _b=2)\n",
        "for _ in range(2):\n    print(_, __name__)\n",
        "class A:\n    def __init__(self):\n        self.__dict__ = {}\n        self.__x = 1\n",
        "import sys\nprint(sys.implementation._machine)\n",
        "import _thread\nprint(_thread)\n",
        "try:\n    pass\nexcept OSError as _error:\n    print(_error)\n",
        "def f():\n    def _inner():\n        pass\n    return [_n for _n in (_inner,)]\n",
    ],
)
def test_what_is_no_private_name_of_the_module_stays(kept: str) -> None:
    assert with_short_names(kept) == kept


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("class A:\n    def f(self, it):\n        return it._a + self._a\n", 3),
        ("def _f():\n    pass\nimport far\nfar._f()\n", 4),
        ("class A:\n    _a = 1\nprint(A._a)\n", 3),
        ("def f(it):\n    return getattr(it, '_a')\n", 2),
        ("class A:\n    def f(self):\n        return self._a\nNAMES = ('_a',)\n", 4),
        ("_a = 1\ndef f():\n    _a = 2\n    return _a\n", 3),
        ("_a = 1\ndef f(_a):\n    return _a\n", 2),
        ("_a = 1\nX = [_a for _a in (1, 2)]\n", 2),
        ("_a = 1\ndef f():\n    global _a\n", 3),
        ("_a = 1\nimport far as _a\n", 2),
        ("from far import _a\n", 1),
        ("_a = 1\ntry:\n    pass\nexcept OSError as _a:\n    pass\n", 4),
        ("from far import B\nclass A(B):\n    def f(self):\n        return self._a\n", 4),
        ("from far import B\nclass C(B):\n    pass\nclass A(C):\n    def _f(self): pass\n", 5),
        ("import far\nclass A(far.B):\n    _a = 1\n", 3),
        ("from far import A\nclass A(A):\n    _a = 1\n", 3),
    ],
)
def test_what_names_cannot_tell_apart_is_refused(source: str, line: int) -> None:
    with pytest.raises(ValueError, match=re.escape(f"line {line}: ")):
        with_short_names(source)


def test_a_class_may_have_private_names_beside_a_base_of_the_interpreter() -> None:
    source = "class A(Exception):\n    def __init__(self):\n        self._a = 1\n"
    assert "self._0 = 1" in with_short_names(source)


def test_a_package_tells_the_file_that_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "dummy"
    package.mkdir()
    (package / "far.py").write_text("from near import _a\n")
    with pytest.raises(ValueError, match=r"^dummy/far\.py, line 1: _a is private to another"):
        compiled_package(package)


# --- the firmware ---


@each_path
def test_nothing_but_names_changes_and_every_line_stays(path: Path) -> None:
    before = with_constants((ROOT / path).read_text("utf-8"), ROOT)
    after = with_short_names(before)
    short: dict[str, str] = {}
    for old, new in changes(ast.parse(before), ast.parse(after)):
        assert re.fullmatch(r"_[a-zA-Z]\w*", old), old
        assert re.fullmatch(r"_\d+", new), new
        assert short.setdefault(old, new) == new
    assert sorted(short.values(), key=number) == [f"_{n}" for n in range(len(short))]
    assert len(after.splitlines()) == len(before.splitlines())
    assert compiled(after, str(path))


@each_path
def test_no_private_name_is_left_of_what_outlives_a_call(path: Path) -> None:
    text = with_short_names(with_constants((ROOT / path).read_text("utf-8"), ROOT))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            assert not is_long(node.attr) or node.attr in SYSTEM, f"line {node.lineno}"
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert not is_long(node.name), f"line {node.lineno}"


def test_all_modules_share_a_few_names() -> None:
    names: set[str] = set()
    for path in PATHS:
        text = with_short_names(with_constants((ROOT / path).read_text("utf-8"), ROOT))
        names.update(re.findall(r"\b_\d+\b", text))
    assert 1 < len(names) <= SHARED_LIMIT


def test_a_connector_is_the_same_under_short_names(tmp_path: Path) -> None:
    """Two visits' worth of ticks: all that it publishes and drives."""
    for path in (ROOT / "wattback").rglob("*.py"):
        to = tmp_path / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(with_short_names(path.read_text("utf-8")), "utf-8")
    told, told_short = (ticks_of(root) for root in (ROOT, tmp_path))
    assert told.index("offered ") < told.index("charging ") < told.rindex("ground_fault_early")
    assert told_short == told


# The tests' wall imports the firmware from the folder that comes first.
TICKS = """\
import sys
import wattback_sim
root = sys.argv[1]
sys.path[:0] = [root, sys.argv[2]]
from tests.unit.wall import Wall
from wattback import connector
assert connector.__file__.startswith(root), connector.__file__
wall = Wall()
for vehicle, ticks in (("A", 100), ("B", 300), ("C", 600), ("A", 200), ("B", 100), ("C", 300)):
    wall.vehicle = vehicle
    wall.draw_ma = 16_000
    for _ in range(ticks):
        wall.tick()
        print(wall.state, vars(wall.connector.status), vars(wall.connector.report))
        print(wall.board.driven[-1])
wall.hold["ground_fault_latched"] = 1
wall.run(1_000)
print(wall.faults, list(wall.connector.retained))
"""


def ticks_of(root: Path) -> str:
    """What the ticks of a connector told, with the firmware from a folder."""
    run = subprocess.run(
        [sys.executable, "-c", TICKS, str(root), str(CHECKOUT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def changes(before: object, after: object) -> Iterator[tuple[str, str]]:
    """Pairs of what differs between two trees that must be of one shape."""
    if isinstance(before, ast.AST):
        assert type(before) is type(after)
        where = ("lineno", getattr(before, "lineno", 0))
        assert where == ("lineno", getattr(after, "lineno", 0))
        for field in before._fields:
            yield from changes(getattr(before, field), getattr(after, field))
    elif isinstance(before, list):
        assert isinstance(after, list)
        for one, other in zip(before, after, strict=True):
            yield from changes(one, other)
    elif before != after:
        assert isinstance(before, str)
        assert isinstance(after, str)
        yield before, after


def is_long(name: str) -> bool:
    return bool(re.fullmatch(r"_[a-zA-Z]\w*", name))


def number(name: str) -> int:
    return int(name[1:])
