"""What holds for a connector whatever its sensors, vehicle, link, commands and clock do."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.small_int import LIMIT
from tests.property.wild_wall import (
    CHOSEN_SETTINGS,
    EXPORT,
    EXPORT_SITE,
    STORIES,
    VISIT,
    Player,
    Segment,
)
from tests.unit.duty_tables import amps_of_bp
from tests.unit.integers import integers_of
from tests.unit.wall import DEFAULTS, TICK_MS
from wattback import export
from wattback.connector import TIME_MASK_MS, Connector
from wattback.contactor import CAUSE_NONE
from wattback.fault_table import ACTION_OPEN, ACTION_STOP, FAULTS
from wattback.permission import NO_EXPORT_W
from wattback.pilot import DUTY_DIGITAL, DUTY_F, DUTY_STEADY, STATE_C, STATE_D
from wattback.retained import EXPORT_WH, IMPORT_WH
from wattback.session import CHARGING, DISCHARGING, STOPPING
from wattback.turns import TURNS

SPACING_MS = 5_000
LONGEST_STEP_MS = 50  # a longer step, or none, counts as one tick
AMPS_OF_BP = [amps_of_bp(duty_bp) for duty_bp in range(10_001)]
ROUND_MS = TURNS * 3 * LONGEST_STEP_MS  # a round of turns, each of which waits as long as it may

OPENS = sum(1 << index for index, row in enumerate(FAULTS) if row[5] == ACTION_OPEN)
STOPS = sum(1 << index for index, row in enumerate(FAULTS) if row[5] == ACTION_STOP)

# Reasons that end an export by its ramp; every other one cuts it.
RAMPS = export.WAIT_TARGET | export.WAIT_DEPARTURE | export.WAIT_CONTROLLER | export.WAIT_MODE


class Judge(Player):
    """Plays a story and judges every tick of it.

    charged, exported: ticks with the coil on, and with power permitted to flow out.
    """

    def __init__(self, values: tuple[int, ...], starts_ms: int) -> None:
        super().__init__(values, starts_ms)
        self.charged = 0
        self.exported = 0
        self._energies = (0, 0)
        self._restarted()

    def _restarted(self) -> None:
        self._before = (0, 0)  # duty and coil
        self._changed_ms = 2 * SPACING_MS  # since the last change of the offer
        self._told_w = 0
        self._was_linked = 0
        self._against_ms = 0  # export that flows against a reason to cut it

    def _ticked(self, dt_ms: int) -> None:
        passed_ms = dt_ms if 0 < dt_ms <= LONGEST_STEP_MS else TICK_MS
        self._changed_ms += passed_ms
        connector = self.wall.connector
        duty_bp, closed, test, reset = self.wall.board.driven[-1]
        self._outputs(duty_bp, closed, test, reset)
        self._closing(connector, closed)
        self._offer(connector, duty_bp)
        self._target(connector)
        self._withdrawal(connector, closed, passed_ms)
        self._energy(connector)
        for name, value in vars(connector.status).items():
            assert -LIMIT <= value < LIMIT, name
        self._before = (duty_bp, closed)
        self._was_linked = connector.vehicle.linked
        self.charged += closed
        self.exported += connector.status.target_w > 0

    def _segment_ended(self) -> None:
        for path, value in integers_of(self.wall.connector):
            assert -LIMIT <= value < LIMIT, path

    def _energy(self, connector: Connector) -> None:
        energies = (connector.retained[IMPORT_WH], connector.retained[EXPORT_WH])
        assert energies[0] >= self._energies[0]
        assert energies[1] >= self._energies[1]
        assert energies == (connector.status.import_wh, connector.status.export_wh)
        self._energies = energies

    def _outputs(self, duty_bp: int, closed: int, test: int, reset: int) -> None:
        assert duty_bp in (DUTY_F, DUTY_DIGITAL, DUTY_STEADY) or 1_000 <= duty_bp <= 9_600
        assert closed in (0, 1)
        assert (test, reset) in ((0, 0), (1, 0), (0, 1))
        assert not (closed and test)

    def _closing(self, connector: Connector, closed: int) -> None:
        status = connector.status
        was_closed = self._before[1]
        if closed:
            assert not status.faults & OPENS
            assert status.session_state in (CHARGING, DISCHARGING, STOPPING)
            assert status.pilot_state in (STATE_C, STATE_D)
        if closed and not was_closed:
            assert status.session_state == CHARGING
            assert not status.faults & STOPS
            assert self._before[0] not in (DUTY_F, DUTY_STEADY)  # the PWM was there before
            assert not status.contactor_confirmed
        if was_closed and not closed:
            assert status.open_cause != CAUSE_NONE

    def _offer(self, connector: Connector, duty_bp: int) -> None:
        before_a = AMPS_OF_BP[self._before[0]]
        offered_a = AMPS_OF_BP[duty_bp]
        status = connector.status
        if offered_a:
            assert not status.faults & (OPENS | STOPS)
            assert offered_a * 1000 <= status.import_limit_ma
            assert offered_a * 1000 <= connector.settings.hardware_limit_ma
            assert offered_a * 1000 <= connector.settings.breaker_ma * 8 // 10
            assert status.session_state != STOPPING
        if offered_a > before_a:
            assert self._changed_ms >= SPACING_MS
        if offered_a != before_a:
            self._changed_ms = 0
        closed = status.contactor_commanded
        if duty_bp == DUTY_DIGITAL:
            assert connector.vehicle.linked or closed
        if closed and duty_bp in (DUTY_F, DUTY_STEADY):
            assert status.session_state == STOPPING

    def _target(self, connector: Connector) -> None:
        status = connector.status
        dispatch = connector.dispatch
        assert 0 <= dispatch.import_power_w <= 48_000
        assert -dispatch.import_power_w <= status.target_w <= max(dispatch.export_power_w, 0)
        if status.export_waits & ~RAMPS:
            assert status.target_w <= 0
        if status.export_waits and status.target_w > 0:
            assert status.target_w <= self._told_w
        self._told_w = status.target_w
        if status.target_w > 0:
            assert status.in_service
            # What a turn finds at the end of a tick counts from the next one.
            assert self._was_linked or connector.vehicle.linked
            assert connector.settings.export_permitted
            assert connector.settings.export_enabled
            assert not status.faults & (OPENS | STOPS)

    def _withdrawal(self, connector: Connector, closed: int, passed_ms: int) -> None:
        status = connector.status
        cut = status.export_waits & ~RAMPS
        if closed and cut and status.power_w > NO_EXPORT_W:
            self._against_ms += passed_ms
            assert self._against_ms <= connector.settings.permission_excess_ms + ROUND_MS
        else:
            self._against_ms = 0


@given(STORIES, CHOSEN_SETTINGS, st.integers(0, TIME_MASK_MS))
def test_no_story_of_sensors_vehicles_commands_and_gaps_breaks_an_invariant(
    story: list[Segment], values: tuple[int, ...], starts_ms: int
) -> None:
    Judge(values, starts_ms).play(story)


@given(STORIES)
def test_no_story_breaks_an_invariant_where_power_may_flow_out(story: list[Segment]) -> None:
    Judge(EXPORT_SITE, 0).play(story)


@settings(max_examples=40)  # each plays its story twice
@given(STORIES, st.integers(0, TIME_MASK_MS))
def test_the_time_at_which_a_story_starts_changes_nothing(
    story: list[Segment], starts_ms: int
) -> None:
    one = Player(EXPORT_SITE, 0)
    other = Player(EXPORT_SITE, starts_ms)
    one.play(story)
    other.play(story)
    assert one.wall.board.driven == other.wall.board.driven
    assert vars(one.wall.connector.status) == vars(other.wall.connector.status)
    assert vars(one.wall.connector.report) == vars(other.wall.connector.report)


def test_the_stories_that_begin_with_a_visit_do_charge() -> None:
    judge = Judge(tuple(DEFAULTS), 0)
    judge.play([*VISIT])
    assert judge.charged >= 50


def test_the_stories_that_begin_with_an_export_do_export() -> None:
    judge = Judge(EXPORT_SITE, 0)
    judge.play([*EXPORT])
    assert judge.exported >= 100
    assert judge.wall.connector.session.state == DISCHARGING
