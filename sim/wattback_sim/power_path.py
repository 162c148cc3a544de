"""From the supply to the vehicle: coil, main contacts, auxiliary contact, ground-fault latch.

Contacts move some milliseconds after the coil; their exact times are kept, so that reactions can
be measured finer than a tick. The latch cuts the coil by itself, whatever the firmware says, and
by a way that takes the coil's current faster than a command does.
"""

from dataclasses import dataclass

from wattback_sim.leakage import TEST_MA, THRESHOLD_MA, GroundFaultParameters, Latch
from wattback_sim.parameters import parameter


@dataclass(slots=True)
class ContactorParameters:
    """Section `contactor`."""

    close_ms: float = parameter(25.0, "ms", 0.0, 500.0, "from coil on to contacts closed")
    open_ms: float = parameter(20.0, "ms", 0.0, 500.0, "from coil off to contacts open")
    # Within the 10 ms that a sensor leaves the contactor (evse.md 3.1, C); this project's figure.
    fast_open_ms: float = parameter(
        8.0, "ms", 0.0, 500.0, "from the latch's cut to contacts open, at most open_ms"
    )


class PowerPath:
    """Positions after the last `advance`.

    commanded: the firmware's permission. closed, aux_closed: contacts. latched: the ground-fault
    latch. moved_us: when the main contacts last moved. tests_passed: trips by the test winding
    that were released again, since the contacts last opened from a commanded closing.
    coil_stuck, aux_stuck, stuck: "stuck_open" or "stuck_closed"; aux_hz: comes and goes so often.
    leak_ma: what flows to earth behind the contacts while they are closed; residual_ma: what the
    sensor sees.
    """

    def __init__(
        self, parameters: ContactorParameters, ground_fault: GroundFaultParameters | None = None
    ) -> None:
        self.parameters = parameters
        self.commanded = False
        self.closed = False
        self.moved_us = 0
        self.tests_passed = 0
        self.leak_ma = 0.0
        self.stuck = ""  # "stuck_closed" or "stuck_open"
        self.aux_stuck = ""
        self.aux_hz = 0.0
        self.coil_stuck = ""
        self.latch_dead = False
        self._latch = Latch(ground_fault or GroundFaultParameters())
        self._now_us = 0
        self._coil = False
        self._by_coil = False
        self._due_us = 0  # the contacts follow the coil then
        self._test = False
        self._reset = False
        self._tripped_by_test = False

    @property
    def aux_closed(self) -> bool:
        """The auxiliary contact, moving with the main contacts unless it is stuck itself."""
        if self.aux_hz and int(self._now_us * 2e-6 * self.aux_hz) & 1:
            return not self.closed
        return self.aux_stuck == "stuck_closed" if self.aux_stuck else self.closed

    @property
    def coil_driven(self) -> bool:
        """There is voltage at the coil's terminals."""
        return self._coil

    @property
    def latched(self) -> bool:
        """The ground-fault latch has tripped."""
        return self._latch.tripped

    @property
    def residual_ma(self) -> float:
        """What flows through the residual sensor and does not come back: a leak, or the test."""
        leak_ma = self.leak_ma if self.closed else 0.0
        return max(leak_ma, TEST_MA) if self._test else leak_ma

    def drive(self, now_us: int, commanded: bool, test: bool, reset: bool) -> None:
        """Take over the firmware's outputs at `now_us`."""
        self.commanded = commanded
        self._test = test
        self._reset = reset
        self._switch_coil(now_us)

    def advance(self, now_us: int, dt_s: float) -> None:
        """Let latch and contacts move up to `now_us`."""
        self._now_us = now_us
        if self.coil_stuck:
            self._switch_coil(now_us)
        self._settle(now_us)
        if self._test or self.leak_ma or self._latch.heat or self._reset:
            self._watch_leakage(now_us - round(dt_s * 1e6), now_us)

    def _settle(self, now_us: int) -> None:
        if self.stuck:
            self._due_us = now_us + self._delay_us()  # what is mended later moves from then on
            self._move(self.stuck == "stuck_closed", now_us)
        elif self.closed != self._coil and now_us >= self._due_us:
            self._move(self._coil, self._due_us)

    def _switch_coil(self, now_us: int) -> None:
        coil = self.commanded and not self._latch.tripped
        if self.coil_stuck:  # the latch is a switch of its own in series
            coil = self.coil_stuck == "stuck_closed" and not self._latch.tripped
        if coil != self._coil:
            self._coil = coil
            self._due_us = now_us + self._delay_us()

    def _delay_us(self) -> int:
        p = self.parameters
        return int((p.close_ms if self._coil else p.open_ms) * 1000)

    def _cut_coil(self, at_us: int) -> None:
        p = self.parameters
        due_us = at_us + int(min(p.fast_open_ms, p.open_ms) * 1000)
        self._due_us = due_us if self._coil else min(due_us, self._due_us)
        self._coil = False

    def _move(self, closed: bool, at_us: int) -> None:
        if closed != self.closed:
            self.closed = closed
            self.moved_us = at_us
            if closed:
                self._by_coil = self._coil
            elif self._by_coil:
                self.tests_passed = 0

    def _watch_leakage(self, from_us: int, now_us: int) -> None:
        latch = self._latch
        residual_ma = self.residual_ma
        if not latch.tripped:
            since_us = from_us if self._test else max(from_us, self.moved_us)
            latch.feel(residual_ma, since_us, now_us, self.latch_dead)
            if latch.tripped:
                self._tripped_by_test = self._test
                self._cut_coil(latch.tripped_us)
                self._settle(now_us)
        elif self._reset and residual_ma < THRESHOLD_MA:
            latch.release()
            self._switch_coil(now_us)
            if self._tripped_by_test:
                self.tests_passed += 1
                self._tripped_by_test = False
