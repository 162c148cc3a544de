"""The connector of a test: everything that a test can do with one board, and what it has measured.

It is the same on every kind of board; what differs lies in the parts that it is made of. Waits and
measurements count the board's time. Nothing here knows pytest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wattback_hil.board_time import BoardTime, wait_until
from wattback_hil.console.answers import Vitals, Why
from wattback_hil.durations import Duration, seconds, spoken
from wattback_hil.errors import BoardError, HilError, MisuseError
from wattback_hil.explanation import Explanation
from wattback_hil.measurements import MeasurementLog
from wattback_hil.meter import Meter
from wattback_hil.registers import ModbusClient
from wattback_hil.surroundings import Surroundings
from wattback_hil.vehicle import Vehicle
from wattback_sim.errors import suggestion
from wattback_sim.trace import ENUMERATED

_STATES = ENUMERATED["session_state"]
_BOOT = "boot"
_SILENT = "silent"  # a state that no firmware has: the board did not answer
_BOOT_S = 5.0  # more than a sound firmware needs


class WaitError(BoardError):
    """What was waited for did not happen in its time."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a connector is made of.

    description: which board it is, for records. violations: sentences of truths that did not hold,
    of a board whose world is judged.
    """

    description: str
    clock: BoardTime
    modbus: ModbusClient
    surroundings: Surroundings
    explanation: Explanation
    violations: Callable[[], Sequence[str]]


def let_boot(parts: Parts) -> None:
    """Give the board the time that it needs to come out of state boot; a test then sees the rest.

    A board that stays there, or says nothing, is for the test to find.
    """

    def is_up() -> bool:
        return state_or_silence(parts.modbus) not in (_BOOT, _SILENT)

    wait_until(parts.clock, is_up, _BOOT_S)


def state_or_silence(modbus: ModbusClient) -> str:
    """The state of the session, or "silent" where the board does not answer."""
    try:
        return str(modbus.read("session_state"))
    except HilError:
        return _SILENT


class Connector:
    """One board as a test holds it.

    vehicle: what is plugged into it. modbus: its registers by name. meter: what flows.
    measurements: what was checked so far.
    """

    def __init__(self, parts: Parts) -> None:
        self.description = parts.description
        self.modbus = parts.modbus
        self.vehicle = Vehicle(parts.surroundings)
        self.meter = Meter(parts.clock, parts.modbus.read_number, self._is_closed)
        self.measurements = MeasurementLog()
        self._clock = parts.clock
        self._surroundings = parts.surroundings
        self._explanation = parts.explanation
        self._violations = parts.violations
        self._uses = 0  # of what is not counted elsewhere: waits and console
        self._requests_before = parts.modbus.requests
        self._acts_before = parts.surroundings.acts

    def __repr__(self) -> str:
        return f"<connector: {self.description}>"

    # --- waiting ---

    def state(self) -> str:
        """The state of the session now, one of those that `wattback sim parameters` lists."""
        return str(self.modbus.read("session_state"))

    def wait_state(self, state: str, within: Duration) -> None:
        """Wait until the session is in a state, at most `within` of the board's time.

        The board is asked every 50 ms, so a shorter state may be missed. Raises WaitError with the
        states that were seen, the connector's own reasons, and its last log lines.
        """
        if state not in _STATES:
            raise MisuseError(f"no state is called {state!r}{suggestion(state, _STATES)}")
        seen: list[tuple[float, str]] = []
        started_s = self._clock.now_s()

        def reached() -> bool:
            now = state_or_silence(self.modbus)
            if not seen or seen[-1][1] != now:
                seen.append((self._clock.now_s() - started_s, now))
            return now == state

        if not self._wait(reached, seconds(within)):
            states = ", ".join(f"{name} from {t_s:.2f} s" for t_s, name in seen[-6:])
            self._give_up(f"not in state {state!r}", within, [f"states: {states}"])

    def wait_until(self, what: str, ready: Callable[[], bool], within: Duration) -> None:
        """Wait until `ready()` is true, asked every 50 ms of the board's time.

        what: the condition in words, for the sentence of the WaitError.
        """
        if not self._wait(ready, seconds(within)):
            self._give_up(f"not yet: {what}", within, [f"state: {state_or_silence(self.modbus)}"])

    def wait(self, duration: Duration) -> None:
        """Let so much of the board's time pass."""
        self._uses += 1
        self._clock.let_pass(seconds(duration))

    # --- measuring ---

    def check(
        self,
        name: str,
        value: float,
        unit: str = "",
        *,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        """Record a measurement with inclusive limits, in `unit`.

        The test goes on; all values outside their limits fail it together at its end.
        """
        self.measurements.add(name, value, unit, low, high, self._clock.now_s())

    # --- asking ---

    def why(self) -> Why:
        """Why it does not charge or export, and why it stopped, as its console answers.

        Raises BenchError on a bench without a console.
        """
        self._uses += 1
        return self._explanation.why()

    def vitals(self) -> Vitals:
        """Everything that it measures and has decided, of one tick, as its console answers."""
        self._uses += 1
        return self._explanation.vitals()

    # --- the world around it ---

    def do(self, action: str, **arguments: object) -> None:
        """Do an action of `wattback sim parameters`, such as "connector.cut_power"."""
        self._surroundings.act(action, arguments)

    def set(self, parameter: str, value: object, over: Duration = 0) -> None:
        """Set a parameter of the world, such as "grid.voltage_pu", at once or as a ramp."""
        self._surroundings.change(parameter, value, seconds(over))

    def break_part(
        self, part: str, kind: str, amount: float | None = None, for_s: float = 0.0
    ) -> None:
        """Make a part faulty, such as "contactor", "stuck_closed".

        amount: where the kind has one. for_s: seconds until it is sound again; 0: it stays.
        """
        self._surroundings.break_part(part, kind, amount, for_s)

    # --- what the test came to ---

    @property
    def touched(self) -> bool:
        """The test has asked the board or its world something, or let its time pass."""
        return (
            self._uses > 0
            or self.modbus.requests > self._requests_before
            or self._surroundings.acts > self._acts_before
        )

    def findings(self) -> list[str]:
        """Everything that is wrong so far: truths that did not hold, checks that failed."""
        taken = self.measurements.taken
        failed = self.measurements.failed
        lines = list(self._violations())
        if failed:
            lines.append(f"{len(failed)} of {len(taken)} checks failed:")
            lines += [f"  {item.sentence()}" for item in failed]
        return lines

    def _wait(self, ready: Callable[[], bool], within_s: float) -> bool:
        self._uses += 1
        return wait_until(self._clock, ready, within_s)

    def _give_up(self, complaint: str, within: Duration, lines: list[str]) -> None:
        told = self._explanation.when_stuck()
        sentence = f"{complaint} within {spoken(seconds(within))}"
        raise WaitError("\n  ".join([sentence, *lines, *told]))

    def _is_closed(self) -> bool:
        return self.state() in ("charging", "discharging")
