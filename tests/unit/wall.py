"""A connector on the smallest board that can be made by hand, and a wall around it.

The board hands out the inputs that a test sets and keeps every output that it was given. The wall
answers those outputs as healthy hardware would: the pilot shows the vehicle, the contact follows
the coil, the latch follows test and reset, and the vehicle draws what it is told to draw.
"""

from array import array
from collections.abc import Callable, Iterable

from wattback.backup.backup import Backup
from wattback.connector import TIME_MASK_MS, Connector
from wattback.contactor import CAUSE_NAMES
from wattback.fault_table import FAULTS
from wattback.retained import WORDS
from wattback.session import STATE_NAMES, WAIT_NAMES
from wattback.settings import SETTINGS
from wattback.signals import Inputs, Outputs

TICK_MS = 10
LONGEST_STEP_MS = 50
DEFAULTS = [row[1] for row in SETTINGS]
LEVELS_MV = {"A": 12_000, "B": 9_000, "C": 6_000, "D": 3_000, "E": 0}
_CONTACT_MS = 30  # from the coil's command to the contact
_LATCH_MS = 20


class StubBoard:
    """sensors: what `sample` hands out. driven: (duty, contactor, test, reset), oldest first."""

    def __init__(self) -> None:
        self.sensors = Inputs()
        self.driven: list[tuple[int, int, int, int]] = []

    def sample(self, inputs: Inputs) -> None:
        vars(inputs).update(vars(self.sensors))

    def drive(self, outputs: Outputs) -> None:
        self.driven.append(
            (
                outputs.pilot_duty_bp,
                outputs.contactor_closed,
                outputs.ground_fault_test,
                outputs.ground_fault_reset,
            )
        )


class Wall:
    """vehicle: "A" none, "B" connected, "C" or "D" asking; "E" a shorted pilot.

    draw_ma: what the vehicle takes while the contact is closed. obeys: it takes nothing without
    PWM. hold: an input that a test sets to a value, whatever the hardware would say. now_ms: the
    board's counter. chance: the connector's random bits. new_backup: deals with outages.
    """

    def __init__(
        self,
        settings: Iterable[int] | None = DEFAULTS,
        retained: Iterable[int] = (0,) * WORDS,
        starts_ms: int = 0,
        chance: int = 0,
        new_backup: Callable[["array[int]"], Backup] | None = None,
    ) -> None:
        self.board = StubBoard()
        self.connector = Connector(self.board, retained, chance=chance, new_backup=new_backup)
        self.refused = ""
        if settings is not None:
            self.refused = self.connector.load_settings(list(settings))
        self.now_ms = starts_ms
        self.vehicle = "A"
        self.draw_ma = 0
        self.obeys = False
        self.hold: dict[str, int] = {}
        self._contact_ms = 0
        self._latch_ms = 0
        self._jitter = 0
        self._jitter_mv = 0
        self.board.sensors.pilot_high_mv = -12_000

    def tick(self, dt_ms: int = TICK_MS) -> None:
        self.now_ms = (self.now_ms + dt_ms) & TIME_MASK_MS
        self._answer(dt_ms)
        self.connector.tick(self.now_ms)

    def run(self, ms: int) -> None:
        for _ in range(ms // TICK_MS):
            self.tick()

    def run_s(self, seconds: int) -> None:
        """Run in the longest steps that count whole: for what takes minutes."""
        for _ in range(seconds * 1_000 // LONGEST_STEP_MS):
            self.tick(LONGEST_STEP_MS)

    def run_until(self, reached: Callable[[], bool], within_ms: int) -> int:
        """Tick until something holds; the ms that it took."""
        for passed_ms in range(0, within_ms + 1, TICK_MS):
            if reached():
                return passed_ms
            self.tick()
        raise AssertionError(f"not within {within_ms} ms: {self.state}, {self.faults}")

    def until_state(self, state: str, within_ms: int = 20_000) -> int:
        return self.run_until(lambda: self.state == state, within_ms)

    def until_open(self, within_ms: int = 20_000) -> int:
        return self.run_until(lambda: not self.closed, within_ms)

    @property
    def state(self) -> str:
        return STATE_NAMES[self.connector.status.session_state]

    @property
    def cause(self) -> str:
        return CAUSE_NAMES[self.connector.status.open_cause]

    @property
    def faults(self) -> list[str]:
        bits = self.connector.status.faults
        return [row[0] for index, row in enumerate(FAULTS) if bits & (1 << index)]

    @property
    def waits(self) -> list[str]:
        bits = self.connector.status.waiting_for
        return [name for index, name in enumerate(WAIT_NAMES) if bits & (1 << index)]

    @property
    def duty_bp(self) -> int:
        return self.board.driven[-1][0]

    @property
    def closed(self) -> bool:
        """What the coil was last told."""
        return bool(self.board.driven[-1][1])

    def _answer(self, dt_ms: int) -> None:
        duty_bp, coil, test, reset = self.board.driven[-1]
        sensors = self.board.sensors
        level_mv = LEVELS_MV[self.vehicle]
        sensors.pilot_high_mv = -12_000 if duty_bp == 0 and level_mv else level_mv
        sensors.pilot_low_mv = -12_000 if duty_bp < 10_000 and level_mv else level_mv
        sensors.voltage_l1_mv = sensors.voltage_l2_mv = 120_000
        # As a metering chip that lives, whatever the turns of who looks at it.
        self._jitter = (self._jitter * 25_173 + 13_849) % 65_536
        self._jitter_mv = self._jitter % 37 * 10
        sensors.voltage_l1_mv += self._jitter_mv
        sensors.frequency_millihertz = 60_000
        sensors.leg_angle_decideg = 1_800
        sensors.earth_ohm = 1
        sensors.emergency_stopped = sensors.disconnect_open = 0
        sensors.handle_loose = sensors.reset_pressed = 0
        sensors.board_decic = sensors.terminal_decic = sensors.handle_decic = 250
        sensors.coil_driven = coil
        sensors.residual_ua = 200_000 if test else 0
        self._contact_ms = self._contact_ms + dt_ms if coil != sensors.contactor_aux_closed else 0
        if self._contact_ms >= _CONTACT_MS:
            sensors.contactor_aux_closed = coil
        sensors.load_mv = 240_000 if sensors.contactor_aux_closed else 0
        moving = reset if sensors.ground_fault_latched else test
        self._latch_ms = self._latch_ms + dt_ms if moving else 0
        if self._latch_ms >= _LATCH_MS:
            sensors.ground_fault_latched = 1 - sensors.ground_fault_latched
        stopped = self.obeys and duty_bp == 10_000
        draws_ma = self.draw_ma if sensors.contactor_aux_closed and not stopped else 0
        sensors.current_l1_ma = sensors.current_l2_ma = -draws_ma
        sensors.power_w = -draws_ma * 240 // 1000
        # About nothing on average, so that no energy is made of it.
        jitter_w = self._jitter_mv // 10 - (18 if draws_ma else 0)
        sensors.power_w -= jitter_w if "power_w" not in self.hold else 0
        vars(sensors).update(self.hold)


def offering_wall(settings: Iterable[int] = DEFAULTS) -> Wall:
    """A vehicle is connected and has its offer; it does not want energy yet."""
    wall = Wall(settings)
    wall.run(100)
    wall.vehicle = "B"
    wall.until_state("offered")
    wall.run(200)
    return wall


def charging_wall(draw_ma: int = 16_000, vehicle: str = "C") -> Wall:
    """A vehicle charges, and has done so for a second; state D where ventilation is there."""
    values = dict(zip((row[0] for row in SETTINGS), DEFAULTS, strict=True))
    values["ventilation_present"] = 1
    wall = offering_wall(values.values())
    wall.vehicle = vehicle
    wall.draw_ma = draw_ma
    wall.until_state("charging")
    wall.run(1_000)
    return wall
