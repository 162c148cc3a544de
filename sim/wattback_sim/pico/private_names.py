"""Private names of a module made short: `_0`, `_1`, … in the order in which they appear.

A board keeps every name that its modules use in one table. Nobody outside a module uses its
private names, so all modules may have the same ones, and the table a tenth of the entries.
Constants keep theirs, which the compiler leaves out; parameters and variables of functions keep
theirs too.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from wattback_sim.pico.constants import promised
from wattback_sim.pico.edits import Edit, edited

_PRIVATE = re.compile(r"_(?!_)(?!\d+$)\w+")  # neither `_` nor dunder names nor what is short
_ASKS_BY_NAME = ("getattr", "setattr", "hasattr", "delattr")
_HEAD = re.compile(rb"(?:async\s+)?(?:def|class)\s+")

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Scope = (
    ast.Module
    | ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)


def with_short_names(source: str) -> str:
    """The source with short names for what is private in it: attributes of `self` and of classes,
    methods, functions, classes and variables of the module.

    Lines stay where they are, so tracebacks name the right ones. Raises ValueError, with the line,
    for what cannot be told apart by name, like a private attribute of something else that is one
    of this module's too, and for classes that would share private names with a base elsewhere.
    """
    tree = ast.parse(source)
    uses = list(_uses(tree, None, tree))
    known = _Known(tree, uses)
    _check(uses, known)
    _check_bases(uses, known)
    renamed = sorted(_renamed(uses, known, source))
    taken = {use.name for use in uses}
    fresh = (name for name in map("_{}".format, itertools.count()) if name not in taken)
    short: dict[str, str] = {}
    for _, name in renamed:
        if name not in short:
            short[name] = next(fresh)
    return edited(source, (place._replace(text=short[name]) for place, name in renamed))


class _Use(NamedTuple):
    """A name, and where: the scope that it is looked up or bound in, and the node around."""

    name: str
    scope: _Scope
    node: ast.AST
    around: ast.AST | None

    @property
    def binds(self) -> bool:
        """It gives its scope this name, by whatever means."""
        if isinstance(self.node, ast.Name):
            return not isinstance(self.node.ctx, ast.Load)
        return not isinstance(self.node, ast.Attribute | ast.Constant)

    @property
    def private(self) -> bool:
        """It is one of those that are made short, unless something else keeps it from that."""
        return bool(_PRIVATE.fullmatch(self.name))

    @property
    def own(self) -> bool:
        """An attribute of the module's own objects: of `self` or `super()`."""
        match self.node:
            case ast.Attribute(value=ast.Name(id="self") | ast.Call(func=ast.Name(id="super"))):
                return True
        return False

    @property
    def asks_by_name(self) -> bool:
        """A string from which an attribute's name is taken."""
        match self.around:
            case ast.Call(func=ast.Name(id=function)):
                return function in _ASKS_BY_NAME
        return False

    @property
    def line(self) -> int:
        return int(getattr(self.node, "lineno", 0))


class _Known:
    """module: private names that it binds. of_class: that a class body binds. attributes: all
    that are somebody's in this module.
    """

    def __init__(self, tree: ast.Module, uses: list[_Use]) -> None:
        constants = set(map(promised, tree.body))
        self.module: set[str] = set()
        self.of_class: dict[_Scope, set[str]] = {}
        self.attributes: set[str] = set()
        for use in uses:
            if not use.private:
                continue
            if use.own:
                self.attributes.add(use.name)
            elif not isinstance(use.node, ast.Name | _Definition):
                continue
            elif use.binds and isinstance(use.scope, ast.ClassDef):
                self.of_class.setdefault(use.scope, set()).add(use.name)
                self.attributes.add(use.name)
            elif use.binds and isinstance(use.scope, ast.Module) and use.name not in constants:
                self.module.add(use.name)

    def is_renamed(self, use: _Use) -> bool:
        """The use is of a name that is made short."""
        if isinstance(use.node, ast.Attribute):
            return use.own and use.name in self.attributes
        if not isinstance(use.node, ast.Name | _Definition):
            return False
        return use.name in self.module or use.name in self.of_class.get(use.scope, ())


def _uses(node: ast.AST, around: ast.AST | None, scope: _Scope) -> Iterator[_Use]:
    """Every name below a node, and strings that could be one."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield _Use(name, scope, node, around)
        case (
            ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name)
        ):
            yield _Use(name, scope, node, around)
        case ast.ExceptHandler(name=str(name)):
            yield _Use(name, scope, node, around)
        case ast.alias():
            yield _Use(node.asname or node.name, scope, node, around)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            for name in names:
                yield _Use(name, scope, node, around)
        case ast.Constant(value=str(text)) if not isinstance(around, ast.JoinedStr):
            yield _Use(text, scope, node, around)
    if isinstance(node, _Scope):
        inside = _seen_from_inside(node)
        for child in _parts(node):
            yield from _uses(child, node, node if child in inside else scope)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _uses(child, node, scope)


def _seen_from_inside(scope: _Scope) -> set[ast.AST]:
    """Parts of a scope that look names up in it, or bind them; the others do that outside."""
    match scope:
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return {*_parts(scope)} - {scope.generators[0].iter}
        case ast.Lambda():
            return {scope.body, *(part for part in _parts(scope) if isinstance(part, ast.arg))}
    return {*scope.body, *(part for part in _parts(scope) if isinstance(part, ast.arg))}


def _parts(scope: _Scope) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.arguments | ast.comprehension):
            yield from ast.iter_child_nodes(child)
        else:
            yield child


def _check(uses: list[_Use], known: _Known) -> None:
    every = known.module | known.attributes
    for use in uses:
        match use.node:
            case ast.Constant():
                if use.name in every or (use.private and use.asks_by_name):
                    raise ValueError(f"line {use.line}: the private name {use.name} as a string")
            case ast.Attribute():
                if use.name in every and not use.own:
                    raise ValueError(
                        f"line {use.line}: {use.name} of something else than self, and a private "
                        "name of this module"
                    )
            case ast.alias(name=name) if _PRIVATE.fullmatch(name) and isinstance(
                use.around, ast.ImportFrom
            ):
                raise ValueError(f"line {use.line}: {name} is private to another module")
            case ast.alias() | ast.ExceptHandler() | ast.Global():
                if use.name in known.module or use.name in known.of_class.get(use.scope, ()):
                    raise ValueError(f"line {use.line}: {use.name} is bound in a second way")
            case _ if use.binds and not isinstance(use.scope, ast.Module | ast.ClassDef):
                if use.name in known.module:
                    raise ValueError(
                        f"line {use.line}: {use.name} in a function is also one of the module's"
                    )


def _check_bases(uses: list[_Use], known: _Known) -> None:
    """An object's private names must be of one module."""
    classes = {use.name: use.node for use in uses if isinstance(use.node, ast.ClassDef)}
    # What nothing here binds is the interpreter's, and has no such names.
    others = {use.name for use in uses if use.binds and not isinstance(use.node, ast.ClassDef)}

    def is_foreign(base: ast.expr) -> bool:
        match base:
            case ast.Name(id=name) if name not in others:
                return name in classes and any(map(is_foreign, classes[name].bases))
        return True

    for node in classes.values():
        if not any(map(is_foreign, node.bases)):
            continue
        for use in _uses(node, None, node):
            if known.is_renamed(use) and use.name in known.attributes:
                raise ValueError(
                    f"line {use.line}: {node.name} uses the private name {use.name}, and its base "
                    "is of another module"
                )


def _renamed(uses: list[_Use], known: _Known, source: str) -> Iterator[tuple[Edit, str]]:
    """Places of the names that are made short, the text still to come."""
    lines = source.encode().splitlines()
    for use in uses:
        if not known.is_renamed(use):
            continue
        line, column = use.line, int(getattr(use.node, "col_offset", 0))
        length = len(use.name.encode())
        match use.node:
            case ast.Attribute(end_lineno=int(line), end_col_offset=int(end)):
                column = end - length
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                head = _HEAD.match(lines[line - 1], column)
                column = head.end() if head else column
        if lines[line - 1][column : column + length] != use.name.encode():
            raise ValueError(f"line {line}: {use.name} is not where Python says it is")
        yield Edit(line, column, line, column + length, ""), use.name
