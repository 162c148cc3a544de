"""What holds for a connector whatever its sensors, its vehicle, its commands and its clock do."""

from hypothesis import given
from hypothesis import strategies as st

from tests.property.small_int import LIMIT
from tests.property.wild_wall import (
    CHOSEN_SETTINGS,
    STORIES,
    VISIT,
    Player,
    Segment,
)
from tests.unit.duty_tables import amps_of_bp
from tests.unit.integers import integers_of
from tests.unit.wall import DEFAULTS, TICK_MS
from wattback.connector import TIME_MASK_MS, Connector
from wattback.contactor import CAUSE_NONE
from wattback.pilot import STATE_C, STATE_D
from wattback.retained import EXPORT_WH, IMPORT_WH
from wattback.session import CHARGING, STOPPING

SPACING_MS = 5_000
LONGEST_STEP_MS = 50  # a longer step, or none, counts as one tick
AMPS_OF_BP = [amps_of_bp(duty_bp) for duty_bp in range(10_001)]


class Judge(Player):
    """Plays a story and judges every tick of it. charged: ticks with the coil on."""

    def __init__(self, values: tuple[int, ...], starts_ms: int) -> None:
        super().__init__(values, starts_ms)
        self.charged = 0
        self._energies = (0, 0)
        self._restarted()

    def _restarted(self) -> None:
        self._before = (0, 0)  # duty and coil
        self._changed_ms = 2 * SPACING_MS  # since the last change of the offer

    def _ticked(self, dt_ms: int) -> None:
        self._changed_ms += dt_ms if 0 < dt_ms <= LONGEST_STEP_MS else TICK_MS
        self._judge()

    def _segment_ended(self) -> None:
        for path, value in integers_of(self.wall.connector):
            assert -LIMIT <= value < LIMIT, path

    def _judge(self) -> None:
        connector = self.wall.connector
        duty_bp, closed, test, reset = self.wall.board.driven[-1]
        self._outputs(duty_bp, closed, test, reset)
        self._closing(connector, closed)
        self._offer(connector, duty_bp)
        energies = (connector.retained[IMPORT_WH], connector.retained[EXPORT_WH])
        assert energies[0] >= self._energies[0]
        assert energies[1] >= self._energies[1]
        assert energies == (connector.status.import_wh, connector.status.export_wh)
        for name, value in vars(connector.status).items():
            assert -LIMIT <= value < LIMIT, name
        self._energies = energies
        self._before = (duty_bp, closed)
        self.charged += closed

    def _outputs(self, duty_bp: int, closed: int, test: int, reset: int) -> None:
        assert duty_bp in (0, 10_000) or 1_000 <= duty_bp <= 9_600
        assert closed in (0, 1)
        assert (test, reset) in ((0, 0), (1, 0), (0, 1))
        assert not (closed and test)

    def _closing(self, connector: Connector, closed: int) -> None:
        status = connector.status
        was_closed = self._before[1]
        if closed:
            assert status.faults == 0
            assert status.session_state in (CHARGING, STOPPING)
            assert status.pilot_state in (STATE_C, STATE_D)
        if closed and not was_closed:
            assert self._before[0] not in (0, 10_000)  # the PWM was there before
            assert not status.contactor_confirmed
        if was_closed and not closed:
            assert status.open_cause != CAUSE_NONE

    def _offer(self, connector: Connector, duty_bp: int) -> None:
        before_a = AMPS_OF_BP[self._before[0]]
        offered_a = AMPS_OF_BP[duty_bp]
        if offered_a:
            assert offered_a * 1000 <= connector.status.import_limit_ma
            assert offered_a * 1000 <= connector.settings.hardware_limit_ma
            assert offered_a * 1000 <= connector.settings.breaker_ma * 8 // 10
            assert connector.status.session_state != STOPPING
        if offered_a > before_a:
            assert self._changed_ms >= SPACING_MS
        if offered_a != before_a:
            self._changed_ms = 0


@given(STORIES, CHOSEN_SETTINGS, st.integers(0, TIME_MASK_MS))
def test_no_story_of_sensors_vehicles_commands_and_gaps_breaks_an_invariant(
    story: list[Segment], values: tuple[int, ...], starts_ms: int
) -> None:
    Judge(values, starts_ms).play(story)


@given(STORIES, st.integers(0, TIME_MASK_MS))
def test_the_time_at_which_a_story_starts_changes_nothing(
    story: list[Segment], starts_ms: int
) -> None:
    one = Player(tuple(DEFAULTS), 0)
    other = Player(tuple(DEFAULTS), starts_ms)
    one.play(story)
    other.play(story)
    assert one.wall.board.driven == other.wall.board.driven
    assert vars(one.wall.connector.status) == vars(other.wall.connector.status)


def test_the_stories_that_begin_with_a_visit_do_charge() -> None:
    judge = Judge(tuple(DEFAULTS), 0)
    judge.play([*VISIT])
    assert judge.charged >= 50
