"""Sharing a service: how much each connector may take, or give, behind a breaker or transformer.

The rule, stated: everyone who wants something gets the same, until a want is met or a service is
full; what one cannot use, the others share. Where that leaves less than a vehicle can charge with,
fewer are served at a time, those that leave first before the others. A connector that does not
answer counts with what it was allowed last, or its failsafe if that is more, never with 0. Nothing
here knows registers, time or programmes; amounts are mA, or W where powers are shared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STEP = 100  # amounts are whole steps: 0.1 A, or 100 W


@dataclass(frozen=True, slots=True)
class Bound:
    """An amount that some connectors may not exceed together."""

    most: int
    members: frozenset[str]


def share(
    wants: Mapping[str, int], held: Mapping[str, int], bounds: Sequence[Bound]
) -> dict[str, int]:
    """What each of `wants` gets, a multiple of 100 and never more than it wants.

    held: what others, who cannot be told anything, take of the bounds; where they exceed one
    already, its members get 0.
    """
    left = [
        bound.most - sum(held.get(name, 0) for name in bound.members if name not in wants)
        for bound in bounds
    ]
    given = dict.fromkeys(wants, 0)
    growing = {name for name, want in wants.items() if want >= _STEP}
    while growing:
        # The largest equal rise that nobody's want and no bound forbids.
        rise = min(wants[name] - given[name] for name in growing)
        for index, bound in enumerate(bounds):
            many = len(growing & bound.members)
            if many:
                rise = min(rise, max(0, left[index]) // many)
        rise = rise // _STEP * _STEP
        for name in growing:
            given[name] += rise
        for index, bound in enumerate(bounds):
            left[index] -= rise * len(growing & bound.members)
        full: set[str] = set()
        for index, bound in enumerate(bounds):
            many = len(growing & bound.members)
            if many and left[index] < _STEP * many:
                full |= bound.members
        met = {name for name in growing if wants[name] - given[name] < _STEP}
        growing -= full | met
    return given


def share_in_turns(
    wants: Mapping[str, int],
    held: Mapping[str, int],
    bounds: Sequence[Bound],
    least: int,
    order: Sequence[str],
) -> dict[str, int]:
    """The same where less than `least` is of no use: then the last of `order` get 0.

    order: all of `wants`, whoever is served first in front.
    """
    served = {name: want for name, want in wants.items() if want >= least}
    # Whoever answers and is not served is told so now; a rise waits until it has followed.
    held = {name: amount for name, amount in held.items() if name not in wants}
    for name in reversed(order):
        given = share(served, held, bounds)
        if all(amount >= least for amount in given.values()):
            break
        # Only someone who hangs on the same bound as one that gets too little makes room for it.
        short = {other for other, amount in given.items() if amount < least}
        if name in served and _together(name, short, bounds):
            del served[name]
    given = share(served, held, bounds)
    return {name: given[name] if name in given and given[name] >= least else 0 for name in wants}


def rise_in_room(
    given: Mapping[str, int], counted: Mapping[str, int], bounds: Sequence[Bound], least: int
) -> dict[str, int]:
    """The same, where nobody gets more than before until there is room for it.

    counted: what everyone may be taking now, those who get nothing and those who cannot be told
    anything included. A rise that would end below `least` waits.
    """
    taken = dict(counted)
    allowed: dict[str, int] = {}
    for name, amount in given.items():
        before = counted.get(name, 0)
        if amount > before:
            room = min(
                (
                    bound.most - sum(taken.get(other, 0) for other in bound.members - {name})
                    for bound in bounds
                    if name in bound.members
                ),
                default=amount,
            )
            amount = max(before, min(amount, room // _STEP * _STEP))
            if amount < least:
                amount = before if before >= least else 0
            taken[name] = amount
        allowed[name] = amount
    return allowed


def _together(name: str, short: set[str], bounds: Sequence[Bound]) -> bool:
    return name in short or any(
        name in bound.members and short & bound.members for bound in bounds
    )
