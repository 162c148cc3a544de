"""What the parts of the controller hand to each other: events, energies, who took part in what.

Times are whole seconds since 1970-01-01 UTC (`_s`), powers W with the project's sign: positive out
of the vehicle. Every record is plain data; the store writes them, settlement reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# What a segment of an event asks for. Names are those of OpenADR 3 payloads.
Kind = Literal[
    "DISPATCH_SETPOINT",
    "EXPORT_CAPACITY_LIMIT",
    "IMPORT_CAPACITY_LIMIT",
    "PRICE",
    "EXPORT_PRICE",
    "ALERT_GRID_EMERGENCY",
]

# What is wrong with the energy of an interval; an interval without a flag was measured.
Flag = Literal[
    "estimated",  # no reading near one of its ends: shared out evenly over the time between two
    "time_unset",  # the controller's clock was not known to be right
    "meter_changed",  # another unit, or a register that has gone back: energy may be missing
]


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of an event, begun at `start_s` and over at `end_s`.

    value: W of the whole site, signed, of DISPATCH_SETPOINT; W, a magnitude, of the capacity
    limits; currency per kWh of prices; 1 of an alert. text: of an alert, for people.
    """

    kind: Kind
    start_s: int
    end_s: int
    value: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What a programme asks of this site, as the utility has said it last.

    priority: 0 is the highest; None, the lowest. randomize_s: the start is put off by a random
    time up to this. modified_s: when the utility changed it last; an older copy is a replay.
    """

    event: str
    programme: str
    name: str
    priority: int | None
    created_s: int
    modified_s: int
    randomize_s: int
    segments: tuple[Segment, ...]

    @property
    def start_s(self) -> int:
        """When its first segment begins."""
        return min(segment.start_s for segment in self.segments)

    @property
    def end_s(self) -> int:
        """When its last segment is over."""
        return max(segment.end_s for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Interval:
    """Energy through one connector between two moments, at most 300 s apart.

    Intervals of a connector follow each other without gap or overlap; a boundary lies at every
    whole five minutes and wherever an event begins or ends. import_wh, export_wh: from and to the
    grid. island_wh: out of the vehicle while the home was an island, which nobody pays for.
    """

    connector: str
    start_s: int
    end_s: int
    import_wh: int
    export_wh: int
    island_wh: int
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Participation:
    """One connector in one event, from when it was asked until it was not any more.

    asked_w: its share of what was asked, the largest in magnitude. stopped: why it ended, a code
    of STOP_TEXTS, "" while it goes on. reserve_bp: the owner's reserve then; least_soc_bp: the
    lowest state of charge that was seen, −1 when none was told.
    """

    event: str
    programme: str
    connector: str
    start_s: int
    end_s: int
    asked_w: int
    stopped: str
    reserve_bp: int
    least_soc_bp: int


STOP_TEXTS = {
    "": "still going on",
    "event_ended": "the event ended",
    "event_cancelled": "the utility cancelled the event",
    "programme_silent": "the utility had not answered for too long",
    "outranked": "an event of higher priority took its place",
    "opted_out": "the owner opted out",
    "not_enrolled": "its owner does not take part in the programme",
    "reserve": "the owner's reserve was reached",
    "departure": "the driver needs the energy to leave in time",
    "unplugged": "the vehicle was unplugged",
    "not_ready": "the connector could not export any more",
    "silent": "the connector had not answered for a while",
    "clock_set_back": "the controller's clock had been ahead and was set back",
}
