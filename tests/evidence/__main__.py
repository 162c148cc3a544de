"""`python -m tests.evidence [SECTION …]`: measure, print, and write the two files.

Without names it runs every section and writes out/evidence.json and docs/evidence.md; with names
it only prints those. Ends with 1 when a limit is not met or something cannot be measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console

from tests.evidence import (
    ceasing,
    duty,
    fuzz,
    identity,
    modbus_rate,
    pico,
    programme,
    rates,
    reactions,
    whole_unit,
)
from tests.evidence.figures import Section, plain
from tests.evidence.provenance import DOCUMENT, ROOT, provenance
from tests.evidence.report import document, markdown, show
from wattback_sim.errors import SimulationError
from wattback_sim.pico.image import PicoImageError

_JSON = ROOT / "out" / "evidence.json"

SECTIONS: dict[str, Callable[[], Section]] = {
    "rates": rates.measure,
    "identity": identity.measure,
    "duty": duty.measure,
    "pico": pico.measure,
    "whole-unit": whole_unit.measure,
    "reactions": reactions.measure,
    "ceasing": ceasing.measure,
    "modbus": modbus_rate.measure,
    "fuzz": fuzz.measure,
    "programme": programme.measure,
}


def main(names: list[str]) -> int:
    """Run the named sections, or all; returns the exit code."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(
            f"no section is called {unknown[0]}; there are {', '.join(SECTIONS)}", file=sys.stderr
        )
        return 2
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    origin = provenance()  # before anything is written
    console.print(f"Evidence: {origin}", soft_wrap=True)
    sections: list[Section] = []
    for name in names or SECTIONS:
        try:
            section = SECTIONS[name]()
        except (SimulationError, PicoImageError) as error:
            print(f"{name} cannot be measured: {error}", file=sys.stderr)
            return 1
        show(section, console)
        sections.append(section)
    if not names:
        for path, text in (
            (_JSON, document(sections, origin)),
            (DOCUMENT, markdown(sections, origin)),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            console.print(f"\nwritten: {path.relative_to(ROOT)}", end="")
        console.print()
    failed = [(section, figure) for section in sections for figure in section.failed]
    for section, figure in failed:
        console.print(
            f"limit not met: {section.title}: {figure.name} {plain(figure.value)} {figure.unit}, "
            f"limit {figure.bound}",
            style="red",
            markup=False,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
