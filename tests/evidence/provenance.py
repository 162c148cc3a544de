"""Where figures come from: commit, Python, machine. No date, no name, no path of the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = "unknown"  # the commit, where there is no repository
DOCUMENT = ROOT / "docs" / "evidence.md"


@dataclass(frozen=True, slots=True)
class Provenance:
    """commit: a hash or "unknown"; changed: files differ from it, but for what evidence writes."""

    commit: str
    changed: bool
    python: str
    cores: int

    def __str__(self) -> str:
        changed = " with uncommitted changes" if self.changed else ""
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"commit {self.commit}{changed}; {self.python}; {cores}"


def provenance() -> Provenance:
    """Of this checkout, now."""
    commit = _git("rev-parse", "HEAD")
    # The document and its charts are what this run writes: no part of what it has measured.
    written = DOCUMENT.relative_to(ROOT).as_posix()
    apart = (f":(exclude){written}", f":(exclude){written.removesuffix('.md')}")
    changes = _git("status", "--porcelain", "--", ".", *apart)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Provenance(commit or UNKNOWN, bool(changes), python, os.cpu_count() or 1)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""  # no git, or no repository: an unpacked archive
    return done.stdout.strip()
