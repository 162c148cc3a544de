"""A whole unit on the emulated Pico, in a world, for tests: with a stopwatch in its interrupt.

Times of the chip are emulated and repeat exactly; the world moves every 10 ms, as in every
simulated run, and the truths judge it after each of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.pico.timed_unit import MAIN, TIME, Stopwatch, TickFigures
from wattback.session import STATE_NAMES
from wattback_sim.board import default_settings
from wattback_sim.clock import to_us
from wattback_sim.link.pico import PicoLink
from wattback_sim.pico.circuit import Circuit
from wattback_sim.site import Site
from wattback_sim.truths import Violation

# A vehicle without patience and steep ramps keep a run short; the firmware's work does not depend
# on them.
WORLD = {
    "vehicle.start_s": 0.05,
    "vehicle.response_s": 0.0,
    "vehicle.ramp_a_per_s": 400.0,
    "inverter.response_s": 0.0,
    "inverter.ramp_kw_per_s": 100.0,
}
SETTINGS = {
    "enter_service_delay_s": 1,
    "enter_service_ramp_s": 1,
    "export_permitted": 1,
    "export_enabled": 1,
    "target_ramp_w_per_s": 20000,
}


@dataclass(frozen=True)
class Phase:
    """A part of a run: what its ticks cost, and how long it took in the world."""

    name: str
    seconds: float
    figures: TickFigures


class WholeUnit:
    """link, site: the parts. phases: so far, in order."""

    def __init__(self, world: Mapping[str, float | bool] | None = None) -> None:
        self.phases: list[Phase] = []
        self.link = PicoLink(MAIN)
        self.site = Site(
            "pico",
            initial={**WORLD, **(world or {})},
            settings=default_settings() | SETTINGS,
            new_link=lambda: self.link,
        )
        self.site.power_on()
        self.stopwatch = Stopwatch(self.link.chip.mcu)
        self._restarts = 0

    @property
    def circuit(self) -> Circuit:
        """What is soldered around the chip."""
        return self.link.circuit

    @property
    def violations(self) -> list[Violation]:
        """Truths that did not hold so far."""
        return self.site.truths.violations

    def session(self) -> str:
        """State of the session, as the firmware has published it."""
        return STATE_NAMES[self.status("session_state")]

    def status(self, name: str) -> int:
        """A word of status or report; 0 before the first tick."""
        return self.site.board.status(name) if self.site.board.answer else 0

    def phase(
        self, name: str, until: Callable[[], bool], within_s: float, mode: int = TIME
    ) -> None:
        """Let time pass until something holds; AssertionError when it does not in its time.

        mode: of the stopwatch.
        """
        self.stopwatch.clear(mode)
        began_us = self.site.clock.now_us
        done = self.site.wait(until, began_us + to_us(within_s))
        seconds = (self.site.clock.now_us - began_us) / 1e6
        if self.link.restarts != self._restarts:
            self._restarts = self.link.restarts
            self.stopwatch.forget()
        self.phases.append(Phase(name, seconds, self.stopwatch.read()))
        self.stopwatch.clear()  # and time ticks again, whatever comes between two phases
        assert done, f"{name}: not within {within_s:g} s; it is {self.session()}"

    def rest(self) -> None:
        """Set aside the rest that a contactor takes after a boot: 5 s without news, and
        minutes of emulation.
        """
        self.link.probe.poke("contactor.rested", 1)

    def until_session(self, state: str, within_s: float) -> None:
        """A phase that ends in a state of the session."""
        self.phase(f"to {state}", lambda: self.session() == state, within_s)

    def run(self, name: str, seconds: float, mode: int = TIME) -> None:
        """A phase of a given length."""
        ends_us = self.site.clock.now_us + to_us(seconds)
        self.phase(name, lambda: self.site.clock.now_us >= ends_us, seconds + 1, mode)


def table_of(phases: Sequence[Phase]) -> str:
    """What was measured, a line a phase."""
    lines = [f"{'phase':24}{'s':>7}{'ticks':>7}{'worst':>8} µs{'gap µs':>18}"]
    for phase in phases:
        it = phase.figures
        gaps = f"{it.least_gap_us:,} … {it.most_gap_us:,}"
        lines.append(f"{phase.name:24}{phase.seconds:7.2f}{it.ticks:7}{it.worst_us:8,}{gaps:>21}")
    return "\n".join(lines)
