"""The seeded defects: patches that each break the firmware in one way, and say who must notice.

The head of a patch says, in its first sentences, what it breaks, and then in lines of their own:

- covers: the rows of `tests/traceability` that it is a defect of, separated by semicolons;
- scenario, caught by: a scenario of `scenarios/` and a pattern for what its run must say: a truth
  by its number, the column of an expectation where no truth can know, or what stopped the
  firmware;
- or, instead of both, test: a test that must fail by an assertion. It runs without
  `tests/conftest.py`, so it may not be one that hypothesis feeds.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_FIELD = re.compile(r"^(covers|scenario|caught by|test): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Defect:
    """One patch. says: what it breaks. scenario and reason, or test: who must notice it."""

    name: str
    says: str
    covers: tuple[str, ...]
    scenario: str
    reason: str
    test: str
    diff: str

    @property
    def catcher(self) -> str:
        """Who must catch it, in a few words."""
        if self.test:
            return self.test.split("::", 1)[1]
        return self.reason.split(":")[0]


class PatchError(Exception):
    """A patch whose head cannot be read, or that does not fit the firmware."""


def parse(name: str, text: str) -> Defect:
    """A patch by its head and diff; name: of its file, without the suffix."""
    head, mark, diff = text.partition("diff --git ")
    fields = dict(_FIELD.findall(head))
    by_scenario = {"scenario", "caught by"} <= fields.keys()
    if not mark or by_scenario == ("test" in fields):
        raise PatchError(f"{name} must name a scenario and a reason, or a test, and have a diff")
    says = " ".join(_FIELD.split(head, maxsplit=1)[0].split())
    covers = tuple(row.strip() for row in fields.get("covers", "").split(";") if row.strip())
    return Defect(
        name,
        says,
        covers,
        fields.get("scenario", ""),
        fields.get("caught by", ""),
        fields.get("test", ""),
        mark + diff,
    )


@cache
def defects() -> tuple[Defect, ...]:
    """All of them, by name."""
    return tuple(
        parse(file.stem, file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("*.patch"))
    )


def scenario_file(name: str) -> Path:
    """The file of a scenario that shows defects."""
    return FOLDER / "scenarios" / f"{name}.toml"


@dataclass(frozen=True, slots=True)
class Hunk:
    """A change of a file: old lines, which must occur in it exactly once, and new ones.

    first: the first of the old lines that is not kept, or the one after which new ones come,
    counted from 0.
    """

    file: str
    old: str
    new: str
    first: int


def hunks(diff: str) -> list[Hunk]:
    """The hunks of a git-style unified diff."""
    found = []
    for part in re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:]:
        named = re.search(r"^\+\+\+ b/(.+)$", part, re.MULTILINE)
        if named is None:
            raise PatchError("a patch names its file in a line +++ b/…")
        for hunk in re.split(r"^@@ .*\n", part, flags=re.MULTILINE)[1:]:
            lines = hunk.splitlines(keepends=True)
            first = next(index for index, line in enumerate(lines) if line[0] != " ")
            if lines[first][0] == "+" and first:
                first -= 1
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            found.append(Hunk(named.group(1), old, new, first))
    return found


def place(hunk: Hunk, text: str) -> int:
    """Where a hunk's old lines begin in a file's text, as an offset.

    Line numbers may have moved, the lines not.
    """
    count = text.count(hunk.old)
    if count != 1:
        raise PatchError(f"{hunk.file} has {count} places for this hunk:\n{hunk.old}")
    return text.index(hunk.old)


def apply(diff: str, root: Path) -> None:
    """Apply a diff below a folder, by its text."""
    for hunk in hunks(diff):
        file = root / hunk.file
        text = file.read_text(encoding="utf-8")
        at = place(hunk, text)
        changed = text[:at] + hunk.new + text[at + len(hunk.old) :]
        file.write_text(changed, encoding="utf-8")
