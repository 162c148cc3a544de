"""Random outages of a home with a gateway: whether it is fed, how soon, and what was refused."""

from __future__ import annotations

from collections import Counter
from statistics import median

from tests.evidence.figures import Figure, Section, Table, at_most, none_of
from tests.evidence.workers import run_apart
from tests.outages.chart import gaps_chart
from tests.outages.coverage import lost_in, missing, not_reached
from tests.outages.demands import demand_of
from tests.outages.draw import draw
from tests.outages.play import Played, play
from tests.outages.rules import ASLEEP_S, GAPLESS_S, bearable, broken_rules, is_due

_COUNT = 300
_CHUNK = 15


def measure() -> Section:
    """Play the campaign of `python -m tests.outages`."""
    chunks = run_apart(_play, [(first,) for first in range(0, _COUNT, _CHUNK)])
    return section_of([played for chunk in chunks for played in chunk])


def _play(first: int) -> list[Played]:
    return [play(draw(seed), "micropython") for seed in range(first, first + _CHUNK)]


def section_of(all_played: list[Played]) -> Section:
    """Figures and tables of what was played."""
    ticks = sum(each.ticks for each in all_played)
    outages = f"{len(all_played)} outages, {ticks:,} ticks judged"
    fed = [each for each in all_played if each.first_gap_s is not None and each.outage.sound]
    gaps_s = [each.first_gap_s or 0.0 for each in fed if not _draws(each)]
    broken_in_all = sum(len(broken_rules(each)) for each in all_played)
    refusals = Counter(name for each in all_played for name in each.refusals)
    drawn = Counter(each.outage.vehicle for each in all_played)
    broken = Counter(
        " and ".join(f"{part} {kind}" for part, kind, _ in each.outage.broken)
        for each in all_played
        if each.outage.broken
    )
    lost, unreached = lost_in(all_played), not_reached(all_played)
    absent = missing(all_played)
    back_s = [each.return_gap_s or 0.0 for each in all_played if _returns_gapless(each)]
    return Section(
        "outages",
        "Outages of a home",
        "A whole simulated site with a gateway, solar and a vehicle that can form a grid loses "
        "its grid: how deep, how long, what the loads do, what the vehicle is like, which contact "
        "is stuck and in which step the link is lost is drawn from the seed. Each tick is judged "
        "by the truths, and each outage by rules that were written down apart from the firmware: "
        "whether the home must be fed, must not be, comes back without a gap, and hangs on its "
        "grid in the end. A phasor "
        "model: no waveform, no transient within a cycle.",
        "firmware on MicroPython, unix port, in lock-step",
        f"0 to {len(all_played) - 1}",
        (
            none_of("truths or rules broken", broken_in_all, outages),
            none_of(
                "steps that were never reached, or in which the link was never lost",
                len(absent),
                "; ".join(absent) or "all steps of the outage and of the return",
            ),
            Figure("homes that their vehicle has fed", len(fed), "", "nothing broken"),
            Figure(
                "outages that were long enough to be supplied",
                sum(is_due(each.outage) for each in all_played),
                "",
                "with loads that a vehicle bears; the rules ask each for its supply",
            ),
            at_most(
                "longest time from the outage to the supply, with a vehicle awake or asleep",
                max(gaps_s, default=0.0),
                "s",
                ASLEEP_S,
                f"{len(gaps_s)} outages, but for those whose visit drew from a low grid",
            ),
            Figure("median of the same", median(gaps_s) if gaps_s else 0.0, "s", "the same"),
            at_most(
                "longest gap of a return that can be brought in step",
                max(back_s, default=0.0),
                "s",
                GAPLESS_S,
                f"{len(back_s)} returns from an island; a dip of a motor that starts is less",
            ),
        ),
        (
            Table("Drawn: the vehicle", ("it was", "outages"), tuple(drawn.most_common())),
            Table("Drawn: broken", ("what", "outages"), tuple(broken.most_common())),
            Table("The link was lost in", ("step", "outages"), tuple(lost.most_common())),
            Table("Drawn, and not reached", ("step", "outages"), tuple(unreached.most_common())),
            Table("Refused", ("reason", "outages"), tuple(refusals.most_common())),
        ),
        (gaps_chart(all_played),),
    )


def _draws(played: Played) -> bool:
    return played.outage.draws


def _returns_gapless(played: Played) -> bool:
    outage = played.outage
    asked = demand_of(outage).gapless and outage.matched and bearable(outage)
    return asked and played.return_gap_s is not None
