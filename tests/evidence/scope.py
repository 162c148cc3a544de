"""What each section shows, and what it cannot: the first thing that a critical reader asks.

Words, not figures: what was counted stands in the sections themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["enumerated", "sampled", "compared", "measured"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Of one section.

    how: every case of something stated, cases drawn with the stated seed, two things held against
    each other, or a quantity read off. of: what. assumed: what must be true for it to mean
    anything. not_covered: what a reader might think it shows, and it does not.
    """

    how: How
    of: str
    assumed: str
    not_covered: str


_MODELS = "the models of vehicle, grid, sensors and contactor are like the real ones"
_EMULATOR = "the emulator counts cycles as the chip does, but for the cache that it has not"

SCOPES: dict[str, Scope] = {
    "rates": Scope("measured", "simulated time per wall time", "", "other machines"),
    "identity": Scope(
        "compared", "two interpreters and two seeds, one evening", _MODELS, "other scenarios"
    ),
    "duty": Scope(
        "enumerated",
        "every offer and every duty in their steps",
        "the table of duties was read rightly",
        "the electrical signal; that is in the section of the whole unit",
    ),
    "pico": Scope(
        "measured",
        "RAM, time and garbage of the core on an emulated chip",
        f"{_EMULATOR}; the phases hold the most costly tick",
        "silicon; ticks that no phase contains",
    ),
    "whole-unit": Scope(
        "measured",
        "the flashed firmware in two visits on an emulated chip",
        f"{_EMULATOR}; the circuit around the chip is a model of the one described",
        "silicon, electromagnetic disturbance, tolerances beyond those stated",
    ),
    "reactions": Scope(
        "sampled",
        "the moment of each hazard within the tick and the mains",
        f"{_MODELS}; contacts part as quickly as stated; a board ticks in time",
        "two hazards at once; what a tick takes on a board comes on top",
    ),
    "ceasing": Scope(
        "sampled",
        "the moment of each hazard of an export",
        f"{_MODELS}; the vehicle's inverter does what its parameters say",
        "real inverters; two hazards at once",
    ),
    "exploration": Scope(
        "enumerated",
        "all orders of the events of each alphabet, to a fixed point or to the stated bound",
        "what the state's key leaves out does not matter, which is checked on a sample; events "
        "come when the connector has settled",
        "orders of events of different alphabets; what lies behind a bound; noise and analogue "
        "values between those named",
    ),
    "defects": Scope(
        "enumerated",
        "the seeded defects",
        "a defect of a kind is caught as its seeded example is",
        "kinds that nobody thought of; the mutants ask for those",
    ),
    "mutation": Scope(
        "enumerated",
        "every mutant of the safety files by the stated operators",
        "a person's mistakes look like mutants; who judged a survivor equivalent was right",
        "files that are not named; omissions, which no operator makes",
    ),
    "floors": Scope(
        "compared",
        "traces of every safety scenario on interpreters of 64 and 32 bits",
        "an interpreter on silicon behaves as the same interpreter on a PC does",
        "compilers and builds of other boards",
    ),
    "traceability": Scope(
        "enumerated",
        "hazards, confirmed clauses and rows of the fault table",
        "a marker tells the truth: that a test covers a row is a person's word",
        "hazards that are on no list; clauses that could not be confirmed",
    ),
    "modbus": Scope("measured", "processor time of reads", "", "other machines, other servers"),
    "fuzz": Scope(
        "sampled",
        "messages on every port, guided by coverage",
        "coverage that no longer grows means that little is left",
        "arcs never reached, which are listed",
    ),
    "outages": Scope(
        "sampled",
        "outages: depth, length, loads, vehicle, stuck contacts, a link lost in each step",
        f"{_MODELS}; gateway, home and a vehicle that forms are a phasor model",
        "transients within a cycle; hardware of a gateway; two things broken at once but for one",
    ),
    "programme": Scope(
        "sampled",
        "failures around the site's controller",
        "the utility behaves as OpenADR says, or fails as drawn",
        "real utilities; outages longer than those drawn",
    ),
}

ASSUMED_EVERYWHERE = (
    "Nothing here has run on silicon: results are emulated, modelled or simulated, as each "
    "section says.",
    "Hardware ends what firmware cannot: the ground-fault latch, the watchdog's pump and the "
    "emergency stop's wire take the coil's supply away by themselves (docs/board_pico.md). "
    "Firmware can only permit; that the hardware does so is a model here.",
    "The truths are judged on the simulated world, not on what the firmware says of itself; they "
    "are themselves tested by the seeded defects.",
    "Limits come from the sources that their sections name. A clause is quoted only where its "
    "text was confirmed; the others are settings of this project.",
    "This is the developers' own evidence. It is no certification, and none has been applied for.",
)
