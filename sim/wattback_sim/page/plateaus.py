"""Plateaus of power: the stretches that a person names with one figure, "charging 11.5 kW"."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from wattback_sim.page.digest import Bucket, Span
from wattback_sim.page.words import direction_of

_SAME_LEVEL_W = 300.0
_SAME_LEVEL_SHARE = 0.08
_HOLD_BUCKETS = 3  # a level counts as new when this many buckets in a row agree on it


@dataclass(frozen=True, slots=True)
class Plateau:
    """A stretch of one level: start and end in ms, its power in W (positive flows out).

    islanded: whether the home was cut off its grid.
    """

    start_ms: int
    end_ms: int
    power_w: float
    islanded: bool = False


def plateaus_of(
    buckets: Sequence[Bucket], until_ms: int, islands: Sequence[Span] = ()
) -> list[Plateau]:
    """Cut a power column where its level changes for good; short dips stay in their plateau.

    It is cut where an island begins and ends, too.
    """

    def islanded(bucket: Bucket) -> bool:
        return any(island.start_ms <= bucket.start_ms < island.end_ms for island in islands)

    groups = [
        (group, alone)
        for alone, stretch in groupby(buckets, islanded)
        for group in _levels(list(stretch))
    ]
    ends_ms = [group[0].start_ms for group, _ in groups[1:]] + [until_ms]
    return [
        Plateau(group[0].start_ms, end_ms, median(bucket.mean for bucket in group), alone)
        for (group, alone), end_ms in zip(groups, ends_ms, strict=True)
    ]


def _levels(buckets: Sequence[Bucket]) -> list[list[Bucket]]:
    groups: list[list[Bucket]] = []
    strangers: list[Bucket] = []
    for bucket in buckets:
        if not groups:
            groups.append([bucket])
        elif _same_level(bucket.mean, groups[-1][0].mean):
            groups[-1] += [*strangers, bucket]
            strangers = []
        elif strangers and not _same_level(bucket.mean, strangers[-1].mean):
            # Still moving: what went before belongs to neither level, and gets no name of its own.
            groups[-1] += strangers
            strangers = [bucket]
        else:
            strangers.append(bucket)
            if len(strangers) == _HOLD_BUCKETS:
                groups.append(strangers)
                strangers = []
    if groups:
        groups[-1] += strangers
    return groups


def _same_level(power_w: float, other_w: float) -> bool:
    if direction_of(power_w) != direction_of(other_w):
        return False
    return abs(power_w - other_w) <= max(_SAME_LEVEL_W, _SAME_LEVEL_SHARE * abs(other_w))
