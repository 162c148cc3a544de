"""Whole numbers that a module promises with `const`, put where other modules name them.

mpy-cross does this within a module, for names that begin with an underscore. Across modules it
cannot, so every shared number would cost a board an entry in each module's dictionary and a name
in the interpreter's table, 18 kB of a Pico's heap together, and a search at every use.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from wattback_sim.pico.edits import Edit, edit, edited

_OPERATORS: Mapping[type[ast.AST], Callable[..., int]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.LShift: operator.lshift,
        ast.RShift: operator.rshift,
        ast.BitOr: operator.or_,
        ast.BitAnd: operator.and_,
        ast.BitXor: operator.xor,
        ast.Invert: operator.invert,
        ast.USub: operator.neg,
    }
)


def with_constants(source: str, root: Path, package: str = "") -> str:
    """The source with the numbers of its own and other modules' constants in their places.

    root: the folder that holds the packages; what is imported from elsewhere stays as it is.
    package: that the source lies in, for relative imports.
    Lines stay where they are, so tracebacks name the right ones. Raises ValueError, with the line,
    for what cannot be told apart by name: a constant's name that is bound a second time, and
    imports of modules below root that do not name what they take.
    """
    tree = ast.parse(source)
    known = _Known(tree, root, package)
    _check(tree, known)
    return edited(source, _edits(tree, known))


@cache
def constants_of(path: Path, root: Path) -> Mapping[str, int]:
    """The public constants that a module defines or passes on, by name."""
    package = ".".join(path.parent.relative_to(root).parts)
    known = _Known(ast.parse(path.read_text("utf-8")), root, package)
    return MappingProxyType(
        {name: value for name, value in known.numbers.items() if not name.startswith("_")}
    )


class _Known:
    """numbers: that names stand for in a module. modules: by the names they go by in it."""

    def __init__(self, tree: ast.Module, root: Path, package: str) -> None:
        self.numbers: dict[str, int] = {}
        self.modules: dict[str, Mapping[str, int]] = {}
        self._root = root
        self._package = package.split(".") if package else []
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self._take_import(node)
        for statement in tree.body:
            name = promised(statement)
            if name:
                assert isinstance(statement, ast.Assign)
                assert isinstance(statement.value, ast.Call)
                self.numbers[name] = self._value(statement.value.args[0])

    def _take_import(self, node: ast.ImportFrom) -> None:
        module = self._name(node)
        numbers = self._of_module(module)
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name in numbers:
                self.numbers[name] = numbers[alias.name]
            elif self._path(f"{module}.{alias.name}"):
                self.modules[name] = self._of_module(f"{module}.{alias.name}")

    def is_ours(self, module: str) -> bool:
        """A module below the root."""
        return self._path(module) is not None

    def of_module(self, node: ast.ImportFrom) -> Mapping[str, int]:
        """The constants of the module that an import names."""
        return self._of_module(self._name(node))

    def _name(self, node: ast.ImportFrom) -> str:
        """The whole name of the module that an import names."""
        if not node.level:
            return str(node.module)
        if node.level > len(self._package):
            raise ValueError(f"line {node.lineno}: a relative import out of its package")
        parents = self._package[: len(self._package) - node.level + 1]
        return ".".join([*parents, node.module] if node.module else parents)

    def _of_module(self, module: str) -> Mapping[str, int]:
        path = self._path(module)
        return constants_of(path, self._root) if path else {}

    def _path(self, module: str) -> Path | None:
        path = self._root.joinpath(*module.split("."))
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
        return None

    def _value(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int(value)):
                return value
            case ast.Name(id=name):
                return self.numbers[name]
            case ast.BinOp(left=left, op=op, right=right):
                return _OPERATORS[type(op)](self._value(left), self._value(right))
            case ast.UnaryOp(op=op, operand=operand):
                return _OPERATORS[type(op)](self._value(operand))
        raise ValueError(
            f"line {node.lineno}: not a whole number for const(): {ast.unparse(node)}"
        )


def promised(statement: ast.stmt) -> str | None:
    """The name that `NAME = const(...)` binds."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="const"), args=[_])
        ):
            return name
    return None


def _check(tree: ast.Module, known: _Known) -> None:
    bound: set[str] = set()

    def bind(node: ast.AST, name: str) -> None:
        if name in known.numbers and name in bound:
            raise ValueError(f"line {_line(node)}: {name} is a constant, and bound a second time")
        bound.add(name)

    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bind(node, name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bind(node, name)
            case ast.ExceptHandler(name=str(name)):
                bind(node, name)
            case ast.Import(names=aliases) if any(known.is_ours(it.name) for it in aliases):
                raise ValueError(
                    f"line {node.lineno}: expected `from … import …` of {aliases[0].name}"
                )
            case ast.ImportFrom(names=aliases):
                if any(alias.name == "*" for alias in aliases):
                    raise ValueError(f"line {node.lineno}: expected an import of names")
                for alias in aliases:
                    bind(node, alias.asname or alias.name)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _edits(tree: ast.Module, known: _Known) -> Iterator[Edit]:
    promises: set[ast.AST] = set()
    for statement in tree.body:
        name = promised(statement)
        if name:
            promises.update(ast.walk(statement))
            if not name.startswith("_"):  # those mpy-cross leaves out itself
                yield edit(statement, "pass")
    for node in ast.walk(tree):
        if node in promises:
            continue
        match node:
            case ast.ImportFrom():
                yield from _import_edits(node, known)
            case ast.Name(id=name, ctx=ast.Load()) if name in known.numbers:
                yield edit(node, _literal(known.numbers[name]))
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in known.modules.get(
                module, {}
            ):
                yield edit(node, _literal(known.modules[module][name]))


def _import_edits(node: ast.ImportFrom, known: _Known) -> Iterator[Edit]:
    numbers = known.of_module(node)
    left = [alias for alias in node.names if alias.name not in numbers]
    if len(left) < len(node.names):
        names = ", ".join(ast.unparse(alias) for alias in left)
        module = "." * node.level + (node.module or "")
        yield edit(node, f"from {module} import {names}" if left else "pass")


def _literal(number: int) -> str:
    return str(number) if number >= 0 else f"({number})"
