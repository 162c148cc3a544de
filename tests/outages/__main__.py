"""`python -m tests.outages [--count N] [--first SEED] [--runtime R] [--chart FILE]`: the campaign.

Plays random outages in whole simulated sites, judges each by the truths and by `rules`, prints
what was drawn, how long homes were dark and what was refused, and fails when a rule was broken, or
when a campaign of any length worth the name has not come to every step, or lost the link in each.
"""

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.evidence.charts import render
from tests.outages.chart import gaps_chart
from tests.outages.coverage import lost_in, missing, not_reached
from tests.outages.demands import demand_of
from tests.outages.draw import Outage, draw
from tests.outages.play import Played, play
from tests.outages.rules import broken_rules, is_due

WHOLE = 300
ENOUGH = 100  # outages that must come to every step


def main() -> int:
    """Run it; the exit code says whether all rules held."""
    parser = argparse.ArgumentParser(prog="python -m tests.outages", description=__doc__)
    parser.add_argument("--count", type=int, default=WHOLE)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--runtime", choices=("micropython", "cpython"), default="micropython")
    parser.add_argument("--chart", type=Path)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.count)
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        all_played = list(workers.map(partial(_play, runtime=asked.runtime), seeds))
    for line in summary(all_played):
        print(line)
    if asked.chart is not None:
        asked.chart.parent.mkdir(parents=True, exist_ok=True)
        asked.chart.write_text(render(gaps_chart(all_played)), encoding="utf-8")
        print(f"gap times: {asked.chart}")
    broken = [(each, rule) for each in all_played for rule in broken_rules(each)]
    for played, rule in broken:
        print(f"seed {played.outage.seed}: {rule}")
    absent = missing(all_played) if asked.count >= ENOUGH else []
    for sentence in absent:
        print(sentence)
    return 1 if broken or absent else 0


def _play(seed: int, runtime: str) -> Played:
    return play(draw(seed), runtime)


def summary(all_played: list[Played]) -> list[str]:
    """What was drawn and what became of it."""
    outages = [each.outage for each in all_played]
    seeds = [each.seed for each in outages]
    ticks = sum(each.ticks for each in all_played)
    lines = [
        f"{len(outages)} outages, seeds {min(seeds)} to {max(seeds)}, {ticks:,} ticks judged",
        "drawn:",
        _counted("vehicle", Counter(each.vehicle for each in outages)),
        _counted("it was", Counter(each.activity for each in outages)),
        _counted("grid", Counter("dead" if not e.depth_pu else "low" for e in outages)),
        _counted("flickers", Counter(str(len(each.flickers)) for each in outages)),
        _counted("load steps", Counter(str(len(each.steps)) for each in outages)),
        _counted("broken", Counter(_broken(e) for e in outages if e.broken)),
        f"  solar joins the island: {sum('solar.reconnect_s' in e.parameters for e in outages)}, "
        f"grid without a match: {sum(not e.matched for e in outages)}",
        f"  long enough to be supplied: {sum(map(is_due, outages))}, "
        f"asked for a return without a gap: {sum(demand_of(e).gapless for e in outages)}",
        "came of it:",
        _counted("link lost in", lost_in(all_played)),
        _counted("link not lost, as its step was not reached", not_reached(all_played)),
        _counted(
            "homes",
            Counter(
                "supplied by the vehicle" if e.first_gap_s is not None else "not supplied by it"
                for e in all_played
            ),
        ),
        _counted(
            "returns from an island",
            Counter(
                "without a gap" if not e.return_gap_s else "with a gap"
                for e in all_played
                if e.return_gap_s is not None
            ),
        ),
        _counted("refused for", Counter(name for e in all_played for name in e.refusals)),
    ]
    return [line for line in lines if line]


def _broken(outage: Outage) -> str:
    if len(outage.broken) > 1:
        return "welded, contacts lying"
    part, kind, _ = outage.broken[0]
    return f"{part} {kind}"


def _counted(name: str, counter: Counter[str]) -> str:
    told = ", ".join(f"{what} {count}" for what, count in counter.most_common())
    return f"  {name}: {told}" if told else ""


if __name__ == "__main__":
    sys.exit(main())
