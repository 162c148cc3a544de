"""Survivors that were looked at by a person and found to change nothing, each with its reason.

One file of `judged/` for each safety file that has any, `grid_trips.toml` for grid/trips.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutation.files import SAFETY_FILES

_FOLDER = Path(__file__).with_name("judged")


@dataclass(frozen=True, slots=True)
class Judgement:
    """module, place, was, became: as in `Mutant`; became: one or more. why: in a sentence."""

    module: str
    place: str
    was: str
    became: tuple[str, ...]
    why: str


@cache
def judgements() -> tuple[Judgement, ...]:
    """All of them. ValueError for one that gives no reason."""
    return tuple(row for module in SAFETY_FILES for row in _read(module))


def _read(module: str) -> list[Judgement]:
    file = _FOLDER / f"{module.replace('/', '_')}.toml"
    if not file.exists():
        return []
    found = [
        Judgement(module, row.get("place", ""), row["was"], tuple(row["became"]), row["why"])
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["equivalent"]
    ]
    for judgement in found:
        if len(judgement.why) < 10:
            raise ValueError(f"{module}: {judgement.was}: it says not why")
    return found


def of_module(module: str) -> dict[tuple[str, str, str], Judgement]:
    """A file's, by place, was and became."""
    return {
        (judgement.place, judgement.was, became): judgement
        for judgement in judgements()
        if judgement.module == module
        for became in judgement.became
    }


def stale(module: str, met: Iterable[tuple[str, str, str]]) -> list[str]:
    """What is judged and survives no more, or never did: such a judgement hides something."""
    return [
        f"{module} {place}: {was!r} became {became!r}"
        for place, was, became in sorted(set(of_module(module)) - set(met))
    ]
