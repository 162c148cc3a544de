"""Ground fault: the leak's curve, supervision of the hardware latch, and the self-test of both.

The latch cuts the coil by itself, from 60 mA up faster than any firmware; below, `residual.py`
keeps the curve. The test current must trip the latch and show in the residual sensor, the reset
must release it, in time. A test counts for one closing and at most 24 h, and runs only while the
contactor is open and no PWM is offered (states A, B1, C1).
A tripped latch is released by the next test; the fault row keeps its own time.
"""

from micropython import const

from wattback.fault_table import (
    GROUND_FAULT,
    GROUND_FAULT_EARLY,
    GROUND_FAULT_LATCH,
    GROUND_FAULT_SELF_TEST,
)
from wattback.residual import LOWEST_UA, Residual

_TRIP_MS = const(1000)  # the test current must trip the latch within it (OpenEVSE; evse.md 3.2, C)
_RELEASE_MS = const(2000)  # and the reset release it (OpenEVSE; evse.md 3.2, C)
_VALID_S = const(86400)  # a day (WARP, Easee; evse.md 3.3, C)
_EARLY_MS = const(10000)  # after closing: no retry (Tesla; evse.md 3.2, C)
# After the coil is switched the residual says nothing: contacts that close in 25 ms and a mains
# cycle of inrush. This design's; the rows of `residual.py` have room for it.
_BLANK_MS = const(50)

_STEP_ENDS_MS = const(10000)  # longer than any step; a fault may stand for weeks

_UNTESTED = const(0)
_RELEASING = const(1)  # before the test: the latch may have been left tripped
_TRIPPING = const(2)
_RELEASING_AFTER = const(3)
_VALID = const(4)
_FAILED = const(5)


class GroundFault:
    """The leak, the latch and the self-test.

    valid: 1 when the contactor may close on this test. expired: 1 when the contactor is closed on
    a test that is older than a day: time to stop, and to test anew. fault_bits: present now.
    test, reset: what to drive.
    """

    def __init__(self) -> None:
        self.valid = 0
        self.expired = 0
        self.fault_bits = 0
        self.test = 0
        self.reset = 0
        self._residual = Residual()
        self._closed = 0
        self._switched_ms = _EARLY_MS + 1  # since the coil was switched; never
        self._closed_ms = _EARLY_MS + 1  # since it was closed, be it open again or not
        self._step = _UNTESTED
        self._step_ms = 0
        self._valid_s = 0

    def sense(
        self,
        latched: int,
        residual_ua: int,
        may_test: int,
        closed: int,
        confirmed: int,
        dt_ms: int,
    ) -> None:
        """Read latch and residual current, and carry the self-test on.

        may_test: 1 while the contactor is open, confirmed, and the pilot carries no PWM.
        closed: 1 while the contactor is commanded closed, on the test that is valid now.
        confirmed: 1 while its contacts are seen closed.
        """
        if closed != self._closed:
            self._closed = closed
            self._switched_ms = dt_ms
            self._closed_ms = dt_ms if closed else self._closed_ms + dt_ms
        elif self._switched_ms <= _EARLY_MS:
            self._switched_ms += dt_ms
            self._closed_ms += dt_ms
        if self._step_ms < _STEP_ENDS_MS:
            self._step_ms += dt_ms
        step = self._step
        if step == _VALID:
            if latched or residual_ua >= LOWEST_UA or self._residual.heat:
                self._judge(latched, residual_ua, confirmed, dt_ms)
            if self._step_ms >= 1000:
                self._age()
        elif step == _UNTESTED:
            if may_test:
                self._residual.forget()
                self._go(_RELEASING)
            elif latched or residual_ua >= LOWEST_UA or self._residual.heat or self.fault_bits:
                self._judge(latched, residual_ua, confirmed, dt_ms)
        elif step == _RELEASING or step == _RELEASING_AFTER:
            # A sensor that shows a current where none flows would pass the test as well.
            if not latched and residual_ua < LOWEST_UA:
                self._go(_TRIPPING if step == _RELEASING else _VALID)
            elif self._step_ms > _RELEASE_MS:
                self._go(_FAILED)
        elif step == _TRIPPING:
            if latched and residual_ua >= LOWEST_UA:
                self._go(_RELEASING_AFTER)
            elif self._step_ms > _TRIP_MS:
                self._go(_FAILED)

    def spend(self) -> None:
        """The contactor was opened: the test that allowed its closing is used up."""
        self._use_up()

    def retry(self) -> None:
        """A technician has reset the faults: a failed test may run again."""
        if self._step == _FAILED:
            self._go(_UNTESTED)

    def _judge(self, latched: int, residual_ua: int, confirmed: int, dt_ms: int) -> None:
        residual = self._residual
        if self._switched_ms > _BLANK_MS:
            residual.sense(residual_ua, confirmed, dt_ms)
        if not latched and not residual.tripped:
            self.fault_bits = 0
            return
        if not self.fault_bits:  # its name is that of its beginning
            if residual.unlatched and not latched:
                self.fault_bits = GROUND_FAULT_LATCH
            elif self._closed_ms <= _EARLY_MS:
                self.fault_bits = GROUND_FAULT_EARLY
            else:
                self.fault_bits = GROUND_FAULT
        self._use_up()

    def _age(self) -> None:
        self._step_ms -= 1000
        if self._valid_s > 1:
            self._valid_s -= 1
        elif self._closed:
            self.expired = 1
        else:
            self._go(_UNTESTED)

    def _use_up(self) -> None:
        if self._step == _UNTESTED:
            return
        # A leak goes on being judged, and keeps its name.
        bits = self.fault_bits
        self._go(_UNTESTED)
        self.fault_bits = bits

    def _go(self, step: int) -> None:
        self._step = step
        self._step_ms = 0
        self._valid_s = _VALID_S
        self.valid = 1 if step == _VALID else 0
        self.expired = 0
        self.test = 1 if step == _TRIPPING else 0
        self.reset = 1 if step == _RELEASING or step == _RELEASING_AFTER else 0
        self.fault_bits = GROUND_FAULT_SELF_TEST if step == _FAILED else 0
