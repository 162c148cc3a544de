"""Sections measured before, at this very commit: an hour's run that was interrupted goes on.

Nothing is kept of a checkout with changes, and nothing of another commit is ever used.
"""

from __future__ import annotations

import pickle
from pathlib import Path

from tests.evidence.figures import Section
from tests.evidence.provenance import ROOT, UNKNOWN, Provenance

_FOLDER = ROOT / ".cache" / "evidence"


def keep(section: Section, origin: Provenance, folder: Path = _FOLDER) -> None:
    """For later runs at this commit.

    Not kept: what was measured with changes, and what cannot be told from it (no repository).
    """
    if _told(origin):
        file = _file(section.name, origin, folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(section))


def kept(name: str, origin: Provenance, folder: Path = _FOLDER) -> Section | None:
    """What was measured at this commit under that name, or nothing."""
    file = _file(name, origin, folder)
    if not _told(origin) or not file.exists():
        return None
    section = pickle.loads(file.read_bytes())
    assert isinstance(section, Section)
    return section


def _told(origin: Provenance) -> bool:
    return origin.commit != UNKNOWN and not origin.changed


def _file(name: str, origin: Provenance, folder: Path) -> Path:
    machine = f"{origin.python} on {origin.cores}".replace(" ", "_")
    return folder / origin.commit / machine / f"{name}.pickle"
