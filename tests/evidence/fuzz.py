"""Fuzzing of every port to a coverage plateau, and what no input has reached."""

from __future__ import annotations

from dataclasses import dataclass

from tests.evidence.figures import Figure, Section, Table, at_least, none_of
from tests.evidence.workers import run_apart
from tests.fuzz.arcs import Map
from tests.fuzz.campaign import NAMES, Campaign, modules_of
from wattback_sim.firmware import firmware_root

_SEED = 1
_LEAST_AFTER = 4000  # inputs that must reach nothing new before a campaign ends
_MOST = 60_000
_LOOKS = (10, 100, 1_000)


@dataclass(frozen=True)
class _Campaign:
    """reached, never: arcs as (module, line before, line after). growth: see Result. broken: what
    an input has broken, which ends a campaign.
    """

    name: str
    inputs: int = 0
    growth: tuple[tuple[int, int], ...] = ()
    reached: tuple[tuple[str, int, int], ...] = ()
    never: tuple[tuple[str, int, int], ...] = ()
    broken: str = ""

    @property
    def last(self) -> int:
        """The input that reached the last new arc."""
        return self.growth[-1][0] if self.growth else 0

    def arcs_after(self, inputs: int) -> int:
        """How many had been reached by then."""
        return max((arcs for number, arcs in self.growth if number <= inputs), default=0)


def measure() -> Section:
    """Run every campaign to its plateau."""
    campaigns = run_apart(_run, [(name,) for name in NAMES])
    reached = {arc for campaign in campaigns for arc in campaign.reached}
    never = sorted({arc for campaign in campaigns for arc in campaign.never} - reached)
    inputs = sum(campaign.inputs for campaign in campaigns)
    return Section(
        "fuzz",
        "Fuzzing the ports to a plateau",
        "Coverage-guided: good messages, mutated inside and outside of their frames (bits, bytes, "
        "tokens, splices, repeats, cuts, counts that lie, check sums right or wrong), for a whole "
        "connector with all its ports; what makes a step from line to line that is new is mutated "
        f"further. A campaign ends when at least {_LEAST_AFTER:,} inputs, and as many as it had "
        "taken until then, have reached nothing new. After every input each port that was spoken "
        "to must answer a good request, the queue must hold nothing but commands judged good, and "
        "no port may have said more than it was asked for, or than its own pace allows.",
        "CPython, in process",
        str(_SEED),
        _figures(campaigns, inputs, len(never)),
        (_plateaus(campaigns), _never_reached(never), *_breakages(campaigns)),
    )


def _run(name: str) -> _Campaign:
    map_ = Map(sorted({module for other in NAMES for module in modules_of(other)}))
    try:
        result = Campaign(name, map_, _SEED).run(_LEAST_AFTER, _MOST)
    except AssertionError as error:
        return _Campaign(name, broken=str(error))
    possible = map_.within(map_.possible, modules_of(name))
    return _Campaign(
        name,
        result.inputs,
        result.growth,
        tuple(sorted(map_.place(arc) for arc in result.arcs & possible)),
        tuple(sorted(map_.place(arc) for arc in possible - result.arcs)),
    )


def _figures(campaigns: list[_Campaign], inputs: int, never: int) -> tuple[Figure, ...]:
    broken = sum(bool(campaign.broken) for campaign in campaigns)
    return (
        none_of("inputs that raise, or after which a port fails", broken, f"{inputs:,} inputs"),
        *(
            at_least(
                f"{campaign.name}: inputs after the last new arc",
                campaign.inputs - campaign.last,
                "",
                max(_LEAST_AFTER, campaign.last),
                f"{campaign.inputs:,} inputs, the last new arc by number {campaign.last:,}",
            )
            for campaign in campaigns
        ),
        Figure("arcs that no campaign has reached", never, "", "all that the bytecode allows"),
    )


def _plateaus(campaigns: list[_Campaign]) -> Table:
    return Table(
        "Arcs reached after so many inputs; an arc: a step from line to line that the bytecode of "
        "the port's modules allows",
        (
            "campaign",
            *(f"{inputs:,}" for inputs in _LOOKS),
            "plateau",
            "of",
            "% of all",
            "reached by input",
            "inputs after it",
            "inputs kept",
        ),
        tuple(
            (
                campaign.name,
                *(campaign.arcs_after(inputs) for inputs in _LOOKS),
                len(campaign.reached),
                _possible(campaign),
                round(100 * len(campaign.reached) / _possible(campaign), 1),
                campaign.last,
                campaign.inputs - campaign.last,
                len(campaign.growth),
            )
            for campaign in campaigns
            if not campaign.broken
        ),
    )


def _possible(campaign: _Campaign) -> int:
    return len(campaign.reached) + len(campaign.never)


def _breakages(campaigns: list[_Campaign]) -> tuple[Table, ...]:
    rows = tuple(
        (campaign.broken.replace("\n", "; "),) for campaign in campaigns if campaign.broken
    )
    return (Table("What has ended a campaign", ("input and error",), rows),) if rows else ()


def _never_reached(arcs: list[tuple[str, int, int]]) -> Table:
    return Table(
        "Arcs never reached by any campaign",
        ("place", "to line", "which reads"),
        tuple(_row(*arc) for arc in arcs),
    )


def _row(module: str, before: int, after: int) -> tuple[str, str, str]:
    path = firmware_root() / (module.replace(".", "/") + ".py")
    lines = path.read_text(encoding="utf-8").splitlines()
    place = f"{path.relative_to(firmware_root()).as_posix()}:{before or after}"
    if not after:
        return place, "return", lines[before - 1].strip()
    return place, str(after) if before else "entry", lines[after - 1].strip()
