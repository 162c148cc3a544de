"""How long homes were dark before their vehicle fed them, as a chart."""

from statistics import median

from tests.evidence.charts import Range, RangeChart, RangeRow
from tests.outages.draw import ASLEEP
from tests.outages.play import Played
from tests.outages.rules import bound_s


def gaps_chart(all_played: list[Played]) -> RangeChart:
    """From the outage to the vehicle's supply, by what the outage found."""
    kinds: dict[str, list[Played]] = {}
    for played in all_played:
        if played.first_gap_s is not None and played.outage.sound:
            kinds.setdefault(_kind(played), []).append(played)
    rows = [
        RangeRow(f"{kind} ({len(found)})", (_range(found),), _limit_s(found) * 1000.0)
        for kind, found in sorted(kinds.items())
    ]
    return RangeChart(
        "outages",
        "From the outage to the vehicle's supply, simulated, nothing broken",
        "ms",
        ("smallest to largest, median",),
        tuple(rows),
    )


def _kind(played: Played) -> str:
    outage = played.outage
    if outage.vehicle == ASLEEP:
        return "asleep"
    return f"{outage.activity}, {'low grid' if outage.depth_pu else 'dead grid'}"


def _range(found: list[Played]) -> Range:
    gaps_ms = sorted(each.first_gap_s * 1000.0 for each in found if each.first_gap_s is not None)
    return Range(gaps_ms[0], median(gaps_ms), gaps_ms[-1], "first")


def _limit_s(found: list[Played]) -> float:
    return max(bound_s(each.outage) for each in found)
