"""Snapshots of a graph of permanent objects: values are taken, and put back in place.

The firmware builds its objects once and only assigns to their attributes, and so does the small
world around it. What there is to save is found from the objects themselves, so a new part or a new
attribute cannot be forgotten; what this cannot save is refused.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from enum import Enum
from operator import itemgetter
from types import MappingProxyType
from typing import Any

_PLAIN = (int, float, str, bytes, type(None), Enum)
_BOXES = (list, dict, set, deque, array)
# Whose objects have a state of their own.
_ROOMS = ("wattback.", "wattback_sim.", "tests.exploration.")

Values = tuple[Any, ...]
Snapshot = tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A container of plain values. owner: by its path; found anew with each use, since a part may
    have put another one in its place."""

    path: str
    attributes: dict[str, Any]
    name: str

    @property
    def content(self) -> Any:
        """The container that is there now."""
        return self.attributes[self.name]


@dataclass(frozen=True, slots=True)
class Node:
    """One permanent object. path: from the root. plain: attributes that are values, and `links`,
    those that are other nodes."""

    path: str
    kind: str
    attributes: dict[str, Any]
    plain: tuple[str, ...]
    links: tuple[str, ...]


class Graph:
    """Everything with a state that can be reached from `root`. nodes, boxes: in a fixed order."""

    def __init__(self, root: object) -> None:
        self.nodes: list[Node] = []
        self.boxes: list[Box] = []
        self._met: set[int] = set()
        self._walk(root, type(root).__name__.lower())
        self._takers: list[tuple[dict[str, Any], tuple[str, ...], Callable[[Any], Any]]] = [
            (node.attributes, names, _getter(names))
            for node in self.nodes
            if (names := node.plain + node.links)
        ]

    def take(self) -> Snapshot:
        """All values as they are now."""
        plain = [get(attributes) for attributes, _, get in self._takers]
        return (*plain, *[_packed(box.content) for box in self.boxes])

    def put(self, snapshot: Snapshot) -> None:
        """Bring every object back to the values of `snapshot`, which was taken from this graph."""
        count = len(self._takers)
        for (attributes, names, _), values in zip(self._takers, snapshot, strict=False):
            attributes.update(zip(names, values, strict=True))
        for box, content in zip(self.boxes, snapshot[count:], strict=True):
            _unpack(box.content, content)

    def copy(self, other: Graph) -> None:
        """Take over the values of a graph of the same shape, but not its links."""
        for mine, theirs in zip(self.nodes, other.nodes, strict=True):
            assert mine.path == theirs.path
            for name in mine.plain:
                mine.attributes[name] = theirs.attributes[name]
        for box, their in zip(self.boxes, other.boxes, strict=True):
            _unpack(box.content, _packed(their.content))

    def shape(self) -> list[str]:
        """Paths of all nodes with their attributes, and of all boxes: what must never change."""
        return [
            *(f"{node.path}: {', '.join(node.attributes)}" for node in self.nodes),
            *(box.path for box in self.boxes),
        ]

    def _walk(self, thing: object, path: str) -> None:
        if id(thing) in self._met:
            return
        self._met.add(id(thing))
        attributes = vars(thing)
        plain: list[str] = []
        links: list[str] = []
        inner: list[tuple[object, str]] = []
        for name, value in attributes.items():
            at = f"{path}.{name}"
            if _is_parameters(value):
                continue
            if _is_plain(value):
                plain.append(name)
            elif isinstance(value, _BOXES):
                if id(value) not in self._met:  # one array may belong to several parts
                    self._met.add(id(value))
                    if any(_has_state(item) for item in _items(value)):
                        raise TypeError(f"{at} holds objects, which this cannot save")
                    self.boxes.append(Box(at, attributes, name))
            elif isinstance(value, tuple):
                inner += [(item, f"{at}[{i}]") for i, item in enumerate(value)]
            elif _has_state(value):
                links.append(name)
                inner.append((value, at))
            elif not (callable(value) or isinstance(value, MappingProxyType)):
                raise TypeError(f"{at} is a {type(value).__name__}, which this cannot save")
        self.nodes.append(Node(path, type(thing).__name__, attributes, tuple(plain), tuple(links)))
        for thing_inside, at in inner:
            if _has_state(thing_inside):
                self._walk(thing_inside, at)


def _has_state(value: object) -> bool:
    return (
        type(value).__module__.startswith(_ROOMS)
        and hasattr(value, "__dict__")
        and not callable(value)
        and not is_dataclass(value)
    )


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_is_plain(item) for item in value)
    return isinstance(value, _PLAIN) or is_dataclass(value)


def _is_parameters(value: object) -> bool:
    """A section of the simulator's parameters, which nobody changes here."""
    return is_dataclass(value) and type(value).__hash__ is None


def _items(box: Any) -> Iterator[object]:
    return iter(box.values() if isinstance(box, dict) else box)


def _getter(names: Sequence[str]) -> Callable[[Any], Any]:
    if len(names) == 1:
        only = names[0]
        return lambda attributes: (attributes[only],)
    return itemgetter(*names)


def _packed(box: Any) -> Any:
    if isinstance(box, array):
        return box[:]
    if isinstance(box, dict):
        return tuple(box.items())
    return tuple(box)


def _unpack(box: Any, content: Any) -> None:
    if isinstance(box, array | list):
        box[:] = content
    else:  # a dict, a set, a deque
        box.clear()
        if isinstance(box, deque):
            box.extend(content)
        else:
            box.update(content)
