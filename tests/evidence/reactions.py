"""How fast the connector ends what must end: from a hazard to the coil, to the contacts, to no
energy. The hazards of charging here, those of exporting in ceasing.py.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.evidence.charts import Range, RangeChart, RangeRow
from tests.evidence.figures import Figure, Section, Table, Value, at_least, at_most, none_of
from tests.evidence.hazards import SEED, End, Hazard
from tests.evidence.hazards_charging import CHARGING_HAZARDS
from tests.evidence.hazards_happening import NOTHING_W, WATCHED_US, Moment, suffer_each
from tests.evidence.workers import run_apart
from tests.pico.core_phases import TICK_LIMIT_US
from wattback_sim.power_path import ContactorParameters

PHASES = 1000
ROWS_A_PROCESS = 3
# (limit up to ms, share of the phases): what takes its seconds or minutes meets fewer.
_SHARES = ((8_500.0, 1.0), (60_000.0, 0.1), (float("inf"), 0.01))


@dataclass(frozen=True)
class Row:
    """A hazard and what came of it, phase by phase."""

    hazard: Hazard
    moments: tuple[Moment, ...]

    @property
    def command_ms(self) -> list[float | None]:
        """To the coil's command."""
        return [moment.command for moment in self.moments]

    @property
    def contacts_ms(self) -> list[float | None]:
        """To open contacts."""
        return [moment.contacts for moment in self.moments]

    @property
    def end_ms(self) -> list[float | None]:
        """To what the limit is for."""
        ends: dict[End, Callable[[Moment], float | None]] = {
            "contacts": lambda moment: moment.contacts,
            "coil": lambda moment: moment.command,
            "energy": lambda moment: moment.ceased,
            "silence": lambda moment: moment.silenced,
        }
        return [ends[self.hazard.ends](moment) for moment in self.moments]

    @property
    def latest_ms(self) -> float | None:
        """The latest end; None when it did not come every time."""
        known = [ms for ms in self.end_ms if ms is not None]
        return round(max(known), 2) if len(known) == len(self.moments) else None

    @property
    def aim_met(self) -> bool:
        """The coil's command came within half of the limit every time."""
        half_ms = self.hazard.limit_ms / 2
        return all(ms is not None and ms <= half_ms for ms in self.command_ms)

    @property
    def mistold(self) -> int:
        """How often neither cause nor fault was the hazard's."""
        told = self.hazard.told
        return sum(bool(told) and told not in moment.told for moment in self.moments)


def measure(phases: int = PHASES, rows_a_process: int = ROWS_A_PROCESS) -> Section:
    """Let the hazards of charging happen."""
    return section(
        "reactions",
        "Opening while charging",
        "The vehicle draws 48 A, or 32 A where it is offered no more.",
        observe(CHARGING_HAZARDS, phases, rows_a_process),
    )


def observe(hazards: Sequence[Hazard], phases: int, rows_a_process: int) -> list[Row]:
    """Let each hazard happen at so many moments, the slow ones at fewer."""
    parts = [hazards[at : at + rows_a_process] for at in range(0, len(hazards), rows_a_process)]
    counts = [[_phases_of(hazard, phases) for hazard in part] for part in parts]
    seen = run_apart(suffer_each, list(zip(parts, counts, strict=True)))
    moments = [each for part in seen for each in part]
    return [Row(hazard, tuple(of)) for hazard, of in zip(hazards, moments, strict=True)]


def section(name: str, title: str, about: str, rows: Sequence[Row]) -> Section:
    """Figures and tables of what happened."""
    return Section(
        name,
        title,
        f"{about} A hazard falls at a random microsecond, and stays; as often as its row says, a "
        "thousand times where its limit is at most 8.5 s. The limit of a row is for what its "
        "column says: contacts open; the coil let go, where the contacts part by "
        f"themselves; no energy, which is at most {NOTHING_W} W and no more again within "
        f"{WATCHED_US // 1_000_000} s; or silence, which is −12 V on the pilot, where no "
        "contactor is left to be opened. The simulated contacts part "
        f"{ContactorParameters().open_ms:g} ms after the coil is let go, "
        f"{ContactorParameters().fast_open_ms:g} ms after the ground-fault latch cuts it. What a "
        "board computes takes no simulated time and comes on top: from the start of a tick to its "
        f"outputs up to {TICK_LIMIT_US // 1000} ms, which is the limit for ticks of the emulated "
        "Pico. The aim is the coil's command within half of the limit. It is out of reach where a "
        "source, or this project, wants a state to last before it is acted upon: the must-trips "
        "are ridden through first, and a reading counts after its time.",
        "CPython, simulated",
        str(SEED),
        tuple(_figures(rows)),
        (_limits(rows), _times(rows)),
        (_chart(name, title, rows),),
    )


def _figures(rows: Sequence[Row]) -> list[Figure]:
    figures = [_latest(row) for row in rows]
    phases = sum(len(row.moments) for row in rows)
    aims = [row for row in rows if row.hazard.aims]
    met = sum(row.aim_met for row in aims)
    figures.append(
        at_least(
            "hazards whose coil command comes within half of the limit",
            met,
            "",
            len(aims),
            f"{len(aims)} hazards that have to open the contactor",
            "aim",
        )
    )
    by_firmware = [row for row in rows if not row.hazard.by_latch]
    margin_ms = min(
        row.hazard.limit_ms - (float("inf") if row.latest_ms is None else row.latest_ms)
        for row in by_firmware
    )
    figures.append(
        at_least(
            "smallest margin, of which a board's tick takes its part",
            round(margin_ms, 2),
            "ms",
            TICK_LIMIT_US / 1000,
            f"{len(by_firmware)} hazards that the firmware ends",
        )
    )
    mistold = sum(row.mistold for row in rows)
    figures.append(none_of("hazards told as something else", mistold, f"{phases:,} phases"))
    moments = [moment for row in rows for moment in row.moments]
    broken = sorted({moment.broken for moment in moments if moment.violations})
    ticks = sum(moment.ticks for moment in moments)
    figures.append(
        none_of(
            "truths violated meanwhile",
            sum(moment.violations for moment in moments),
            "; ".join([f"{ticks:,} ticks judged", *broken]),
        )
    )
    return figures


def _latest(row: Row) -> Figure:
    hazard = row.hazard
    name = f"{hazard.name}: latest {hazard.ends}"
    count = f"{_count(row)}; {hazard.source}"
    if row.latest_ms is None:
        bound = f"≤ {hazard.limit_ms:,.6g}"
        return Figure(name, "never", "", count, "limit", bound, False)
    return at_most(name, row.latest_ms, "ms, simulated", round(hazard.limit_ms, 2), count)


def _count(row: Row) -> str:
    return f"{len(row.moments):,} random phases"


def _limits(rows: Sequence[Row]) -> Table:
    heads = ("hazard", "direction", "told", "limit for", "limit ms", "source", "phases")
    return Table(
        "Limits, and the aim of half of it for the coil's command",
        (*heads, "latest, % of the limit", "coil, % of the limit", "aim met"),
        tuple(
            (
                row.hazard.name,
                row.hazard.start.direction,
                row.hazard.told,
                row.hazard.ends,
                round(row.hazard.limit_ms, 1),
                row.hazard.source,
                len(row.moments),
                _share(row.latest_ms, row.hazard),
                _share(_spread(row.command_ms)[2], row.hazard) if row.hazard.aims else "",
                ("yes" if row.aim_met else "no") if row.hazard.aims else "",
            )
            for row in rows
        ),
    )


def _share(latest_ms: Value | None, hazard: Hazard) -> Value:
    return round(100 * latest_ms / hazard.limit_ms, 1) if isinstance(latest_ms, float) else ""


def _times(rows: Sequence[Row]) -> Table:
    spans = ("min", "median", "max")
    return Table(
        "Simulated ms from the hazard; end: what the limit is for",
        (
            "hazard",
            "direction",
            *(f"{what}, {span}" for what in ("coil", "contacts", "end") for span in spans),
            "limit ms",
        ),
        tuple(
            (
                row.hazard.name,
                row.hazard.start.direction,
                *_spread(row.command_ms),
                *_spread(row.contacts_ms),
                *_spread(row.end_ms),
                round(row.hazard.limit_ms, 1),
            )
            for row in rows
        ),
    )


def _chart(name: str, title: str, rows: Sequence[Row]) -> RangeChart:
    return RangeChart(
        name,
        f"{title}: from the hazard to the coil's command, and to the end that has a limit",
        "ms, simulated",
        ("coil's command", "end"),
        tuple(
            RangeRow(row.hazard.name, ranges, row.hazard.limit_ms)
            for row in rows
            if (ranges := _ranges(row))
        ),
    )


def _ranges(row: Row) -> tuple[Range, ...]:
    times = ((row.command_ms, "first"), (row.end_ms, "second"))
    spreads = [(_spread(all_ms), look) for all_ms, look in times]
    return tuple(
        Range(float(low), float(median), float(high), look)
        for (low, median, high), look in spreads
        if low != ""
    )


def _spread(all_ms: list[float | None]) -> tuple[Value, Value, Value]:
    """Least, median and largest; "" when not all are known."""
    known = [ms for ms in all_ms if ms is not None]
    if len(known) < len(all_ms):
        return "", "", ""
    return round(min(known), 2), round(statistics.median(known), 2), round(max(known), 2)


def _phases_of(hazard: Hazard, phases: int) -> int:
    share = next(share for up_to_ms, share in _SHARES if hazard.limit_ms <= up_to_ms)
    return max(1, round(phases * share))
