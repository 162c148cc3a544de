"""Ground fault: supervision of the hardware latch, and its self-test before every closing.

The latch itself cuts the coil, faster than any firmware. Here it is read, named, and tested: the
test current must trip it and the reset must release it, in time. A test counts for one closing and
at most 24 h, and runs only while the contactor is open and no PWM is offered (states A, B1, C1).
A tripped latch is released by the next test; the fault row keeps its own time.
"""

from micropython import const

from wattback.fault_table import GROUND_FAULT, GROUND_FAULT_SELF_TEST

_TRIP_MS = const(1000)  # the test current must trip the latch within it (OpenEVSE; evse.md 3.2, C)
_RELEASE_MS = const(2000)  # and the reset release it (OpenEVSE; evse.md 3.2, C)
_VALID_S = const(86400)  # a day (WARP, Easee; evse.md 3.3, C)

_STEP_ENDS_MS = const(10000)  # longer than any step; a fault may stand for weeks

_UNTESTED = const(0)
_RELEASING = const(1)  # before the test: the latch may have been left tripped
_TRIPPING = const(2)
_RELEASING_AFTER = const(3)
_VALID = const(4)
_FAILED = const(5)


class GroundFault:
    """The latch and its self-test.

    valid: 1 when the contactor may close on this test. fault_bits: present now.
    test, reset: what to drive.
    """

    def __init__(self) -> None:
        self.valid = 0
        self.fault_bits = 0
        self.test = 0
        self.reset = 0
        self._step = _UNTESTED
        self._step_ms = 0
        self._valid_s = 0

    def sense(self, latched: int, may_test: int, closed: int, dt_ms: int) -> None:
        """Read the latch and carry the self-test on.

        may_test: 1 while the contactor is open, confirmed, and the pilot carries no PWM.
        closed: 1 while the contactor is commanded closed, on the test that is valid now.
        """
        if self._step_ms < _STEP_ENDS_MS:
            self._step_ms += dt_ms
        step = self._step
        if step == _VALID:
            self._hold(latched, closed)
        elif step == _UNTESTED:
            self.fault_bits = GROUND_FAULT if latched and not may_test else 0
            if may_test:
                self._go(_RELEASING)
        elif step == _RELEASING or step == _RELEASING_AFTER:
            if not latched:
                self._go(_TRIPPING if step == _RELEASING else _VALID)
            elif self._step_ms > _RELEASE_MS:
                self._go(_FAILED)
        elif step == _TRIPPING:
            if latched:
                self._go(_RELEASING_AFTER)
            elif self._step_ms > _TRIP_MS:
                self._go(_FAILED)

    def spend(self) -> None:
        """The contactor was opened: the test that allowed its closing is used up."""
        self._go(_UNTESTED)

    def retry(self) -> None:
        """A technician has reset the faults: a failed test may run again."""
        if self._step == _FAILED:
            self._go(_UNTESTED)

    def _hold(self, latched: int, closed: int) -> None:
        if latched:
            self._go(_UNTESTED)
            self.fault_bits = GROUND_FAULT
        elif self._step_ms >= 1000:
            self._step_ms -= 1000
            self._valid_s = max(self._valid_s - 1, 0)
            if not self._valid_s and not closed:
                self._go(_UNTESTED)

    def _go(self, step: int) -> None:
        self._step = step
        self._step_ms = 0
        self._valid_s = _VALID_S
        self.valid = 1 if step == _VALID else 0
        self.test = 1 if step == _TRIPPING else 0
        self.reset = 1 if step == _RELEASING or step == _RELEASING_AFTER else 0
        self.fault_bits = GROUND_FAULT_SELF_TEST if step == _FAILED else 0
