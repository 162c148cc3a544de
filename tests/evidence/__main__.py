"""`python -m tests.evidence [SECTION … | --page]`: measure, print, and write the files.

Without names it runs every section and writes out/evidence.json, docs/evidence.md and its charts;
with names it only prints those. What was measured before at this very commit is not measured
again, unless it is named. `--page` measures nothing and writes the files of what there is; what is
missing is named in them. Ends with 1 when a limit is not met or something cannot be measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console

from tests.evidence import (
    ceasing,
    defects,
    duty,
    exploration,
    floors,
    fuzz,
    identity,
    modbus_rate,
    mutation,
    outages,
    pico,
    programme,
    rates,
    reactions,
    traceability,
    whole_unit,
)
from tests.evidence.charts import render
from tests.evidence.figures import Section, plain
from tests.evidence.kept import keep, kept
from tests.evidence.provenance import DOCUMENT, ROOT, Provenance, provenance
from tests.evidence.report import CHARTS, document, markdown, show
from wattback_sim.errors import SimulationError
from wattback_sim.pico.image import PicoImageError

_JSON = ROOT / "out" / "evidence.json"

SECTIONS: dict[str, Callable[[], Section]] = {
    "traceability": traceability.measure,
    "exploration": exploration.measure,
    "reactions": reactions.measure,
    "ceasing": ceasing.measure,
    "defects": defects.measure,
    "mutation": mutation.measure,
    "floors": floors.measure,
    "identity": identity.measure,
    "duty": duty.measure,
    "pico": pico.measure,
    "whole-unit": whole_unit.measure,
    "fuzz": fuzz.measure,
    "programme": programme.measure,
    "outages": outages.measure,
    "modbus": modbus_rate.measure,
    "rates": rates.measure,
}


def main(names: list[str]) -> int:
    """Run the named sections, or all; returns the exit code."""
    only_page = names == ["--page"]
    unknown = [name for name in names if name not in SECTIONS and not only_page]
    if unknown:
        print(
            f"no section is called {unknown[0]}; there are {', '.join(SECTIONS)}", file=sys.stderr
        )
        return 2
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    origin = provenance()  # before anything is written
    console.print(f"Evidence: {origin}", soft_wrap=True)
    sections: list[Section] = []
    for name in SECTIONS if only_page or not names else names:
        section = None if name in names else kept(name, origin)
        if section is None and not only_page:
            try:
                section = SECTIONS[name]()
            except (SimulationError, PicoImageError) as error:
                print(f"{name} cannot be measured: {error}", file=sys.stderr)
                return 1
            if provenance() != origin:
                print("files or the commit have changed meanwhile: begin again", file=sys.stderr)
                return 1
            keep(section, origin)
        if section is not None:
            show(section, console)
            sections.append(section)
    if only_page or not names:
        _write(sections, origin, console)
    failed = [(section, figure) for section in sections for figure in section.failed]
    for section, figure in failed:
        console.print(
            f"limit not met: {section.title}: {figure.name} {plain(figure.value)} {figure.unit}, "
            f"limit {figure.bound}",
            style="red",
            markup=False,
        )
    return 1 if failed else 0


def _write(sections: list[Section], origin: Provenance, console: Console) -> None:
    measured = {section.name for section in sections}
    missing = [name for name in SECTIONS if name not in measured]
    charts = [chart for section in sections for chart in section.charts]
    for path, text in (
        (_JSON, document(sections, origin, missing)),
        (DOCUMENT, markdown(sections, origin, missing)),
        *((DOCUMENT.parent / CHARTS / f"{chart.name}.svg", render(chart)) for chart in charts),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        console.print(f"\nwritten: {path.relative_to(ROOT)}", end="")
    console.print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
