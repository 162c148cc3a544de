"""How long homes were dark before their vehicle fed them, and on the way back, as a chart."""

from collections.abc import Callable
from statistics import median

from tests.evidence.charts import Range, RangeChart, RangeRow
from tests.outages.demands import demand_of
from tests.outages.draw import ASLEEP
from tests.outages.play import Played
from tests.outages.rules import GAPLESS_S, OPEN_S, bearable, bound_s, is_due


def gaps_chart(all_played: list[Played]) -> RangeChart:
    """From the outage to the vehicle's supply, by what the outage found; and the longest gap of
    each return, by what it found. A return without a gap lies at the axis' beginning.
    """
    supplies = _rows(
        [each for each in all_played if is_due(each.outage)],
        _found,
        lambda each: each.first_gap_s,
        lambda found: max(bound_s(each.outage) for each in found),
        "first",
    )
    returns = _rows(
        [each for each in all_played if demand_of(each.outage).gapless and bearable(each.outage)],
        _came_back,
        lambda each: each.return_gap_s,
        lambda found: GAPLESS_S if found[0].outage.matched else OPEN_S,
        "second",
    )
    return RangeChart(
        "outages",
        "From the outage to the vehicle's supply, and gaps of the return, simulated",
        "ms",
        (
            "outage to supply: smallest to largest, median",
            "longest gap of a return, none: at the axis",
        ),
        (*supplies, *returns),
    )


def _rows(
    asked: list[Played],
    kind: Callable[[Played], str],
    gap_s: Callable[[Played], float | None],
    limit_s: Callable[[list[Played]], float],
    look: str,
) -> list[RangeRow]:
    kinds: dict[str, list[Played]] = {}
    for played in asked:
        if gap_s(played) is not None:
            kinds.setdefault(kind(played), []).append(played)
    rows: list[RangeRow] = []
    for name, found in sorted(kinds.items()):
        gaps_ms = sorted(1000.0 * (gap_s(each) or 0.0) for each in found)
        gaps = Range(gaps_ms[0], median(gaps_ms), gaps_ms[-1], look)
        rows.append(RangeRow(f"{name} ({len(found)})", (gaps,), limit_s(found) * 1000.0))
    return rows


def _found(played: Played) -> str:
    outage = played.outage
    if outage.vehicle == ASLEEP:
        return "asleep"
    if demand_of(outage).later_s:
        return "link lost before it"
    return f"{outage.activity}, {'low grid' if outage.depth_pu else 'dead grid'}"


def _came_back(played: Played) -> str:
    outage = played.outage
    if not outage.matched:
        return "return without a match"
    if outage.link_step:
        return "return, link lost"
    if outage.broken:
        return "return, harmless break"
    if "solar.reconnect_s" in outage.parameters:
        return "return with solar"
    return "return, flickering" if outage.flickers else "return"
