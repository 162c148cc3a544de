"""From the supply to the vehicle: coil, main contacts, auxiliary contact, ground-fault latch.

Contacts move some milliseconds after the coil; their exact times are kept, so that reactions can
be measured finer than a tick. The latch cuts the coil by itself, whatever the firmware says.
"""

from dataclasses import dataclass

from wattback_sim.parameters import parameter

_TEST_MA = 200.0  # what the test winding imitates
_THRESHOLD_MA = 20.0  # CCID20 (evse.md 3.1, C)


@dataclass(slots=True)
class ContactorParameters:
    """Section `contactor`."""

    close_ms: float = parameter(25.0, "ms", 0.0, 500.0, "from coil on to contacts closed")
    open_ms: float = parameter(20.0, "ms", 0.0, 500.0, "from coil off to contacts open")


class PowerPath:
    """Positions after the last `advance`.

    commanded: the firmware's permission. closed, aux_closed: contacts. latched: the ground-fault
    latch. moved_us: when the main contacts last moved. tests_passed: trips by the test winding
    that were released again, since the contacts last opened from a commanded closing.
    """

    def __init__(self, parameters: ContactorParameters) -> None:
        self.parameters = parameters
        self.commanded = False
        self.closed = False
        self.latched = False
        self.moved_us = 0
        self.tests_passed = 0
        self.leak_ma = 0.0
        self.stuck = ""  # "stuck_closed" or "stuck_open"
        self.aux_stuck = ""
        self.latch_dead = False
        self._coil = False
        self._by_coil = False
        self._coil_us = 0
        self._test = False
        self._reset = False
        self._heat = 0.0  # of the latch: trips at 1
        self._tripped_by_test = False

    @property
    def aux_closed(self) -> bool:
        """The auxiliary contact, moving with the main contacts unless it is stuck itself."""
        return self.aux_stuck == "stuck_closed" if self.aux_stuck else self.closed

    def drive(self, now_us: int, commanded: bool, test: bool, reset: bool) -> None:
        """Take over the firmware's outputs at `now_us`."""
        self.commanded = commanded
        self._test = test
        self._reset = reset
        self._switch_coil(now_us)

    def advance(self, now_us: int, dt_s: float) -> None:
        """Let latch and contacts move up to `now_us`."""
        if self._test or self.leak_ma or self._heat or self._reset:
            self._watch_leakage(dt_s)
            self._switch_coil(now_us)
        if self.stuck:
            self._coil_us = now_us  # what is mended later moves from then on
            self._move(self.stuck == "stuck_closed", now_us)
        elif self.closed != self._coil:
            p = self.parameters
            delay_ms = p.close_ms if self._coil else p.open_ms
            due_us = self._coil_us + int(delay_ms * 1000)
            if now_us >= due_us:
                self._move(self._coil, due_us)

    def _switch_coil(self, now_us: int) -> None:
        coil = self.commanded and not self.latched
        if coil != self._coil:
            self._coil = coil
            self._coil_us = now_us

    def _move(self, closed: bool, at_us: int) -> None:
        if closed != self.closed:
            self.closed = closed
            self.moved_us = at_us
            if closed:
                self._by_coil = self._coil
            elif self._by_coil:
                self.tests_passed = 0

    def _watch_leakage(self, dt_s: float) -> None:
        leak_ma = self.leak_ma if self.closed else 0.0
        if self._test and not self.latch_dead:
            leak_ma = max(leak_ma, _TEST_MA)
        if leak_ma >= _THRESHOLD_MA:
            # Inverse time: trips within (20 mA / I)^1.43 seconds (evse.md 3.1, C).
            self._heat += dt_s / (_THRESHOLD_MA / leak_ma) ** 1.43
            if self._heat >= 1.0 and not self.latch_dead:
                self.latched = True
                self._tripped_by_test = self._test
        else:
            self._heat = 0.0
        if self._reset and leak_ma < _THRESHOLD_MA and self.latched:
            self.latched = False
            self._heat = 0.0
            if self._tripped_by_test:
                self.tests_passed += 1
                self._tripped_by_test = False
