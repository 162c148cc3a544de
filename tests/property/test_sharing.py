"""Sharing, for any wants, bounds and silences: no service carries more than it may."""

from collections import deque
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.controller_bench import EMPTY, ENROLLED, NOW_S, READY, entry
from wattback_controller.allotment import LEAST_CHARGE_MA, Site
from wattback_controller.config import Service
from wattback_controller.connector_link import NO_LIMIT_MA, Reading
from wattback_controller.held import HeldLimits
from wattback_controller.plan import plan
from wattback_controller.schedule import demands_at
from wattback_controller.sharing import Bound, rise_in_room, share, share_in_turns

NAMES = "ABCDEF"
STEP = 100
_amounts = st.integers(0, 800).map(lambda n: n * 100) | st.integers(0, 80_000)
_some = st.dictionaries(st.sampled_from(NAMES), _amounts)
_bounds = st.lists(
    st.builds(Bound, _amounts, st.sets(st.sampled_from(NAMES), min_size=1).map(frozenset)),
    max_size=4,
)


def held_of(bound: Bound, held: dict[str, int], wants: dict[str, int]) -> int:
    return sum(held.get(name, 0) for name in bound.members if name not in wants)


@given(_some, _some, _bounds)
def test_nobody_gets_more_than_it_wants_and_no_bound_is_exceeded(
    wants: dict[str, int], held: dict[str, int], bounds: list[Bound]
) -> None:
    found = share(wants, held, bounds)
    assert found.keys() == wants.keys()
    for name, amount in found.items():
        assert 0 <= amount <= wants[name]
        assert amount % STEP == 0
    for bound in bounds:
        taken = sum(found.get(name, 0) for name in bound.members)
        assert taken <= max(0, bound.most - held_of(bound, held, wants))


@given(_some, _some, _bounds)
def test_who_hangs_on_the_same_bounds_and_wants_no_less_gets_no_less(
    wants: dict[str, int], held: dict[str, int], bounds: list[Bound]
) -> None:
    found = share(wants, held, bounds)
    hangs = {name: [name in bound.members for bound in bounds] for name in wants}
    for one in wants:
        for other in wants:
            if hangs[one] == hangs[other] and wants[one] >= wants[other]:
                assert found[one] >= found[other]


@given(_some, _some, _bounds)
def test_nothing_that_somebody_could_use_is_left(
    wants: dict[str, int], held: dict[str, int], bounds: list[Bound]
) -> None:
    """Who has not got what it wants hangs on a bound that has no step left for all of its own."""
    found = share(wants, held, bounds)
    for name, amount in found.items():
        if wants[name] - amount >= STEP:
            assert any(
                bound.most
                - held_of(bound, held, wants)
                - sum(found.get(other, 0) for other in bound.members)
                < STEP * len(bound.members)
                for bound in bounds
                if name in bound.members
            )


@given(_some, _some, _bounds, st.permutations(NAMES))
def test_in_turns_everyone_gets_what_is_of_use_or_nothing(
    wants: dict[str, int], held: dict[str, int], bounds: list[Bound], order: list[str]
) -> None:
    turns = [name for name in order if name in wants]
    found = share_in_turns(wants, held, bounds, LEAST_CHARGE_MA, turns)
    assert found.keys() == wants.keys()
    for name, amount in found.items():
        assert amount == 0 or LEAST_CHARGE_MA <= amount <= wants[name]
    for bound in bounds:
        taken = sum(found.get(name, 0) for name in bound.members)
        assert taken <= max(0, bound.most - held_of(bound, held, wants))


@given(_some, _some, _bounds)
def test_a_rise_never_takes_more_than_there_is_room_for(
    given_: dict[str, int], counted: dict[str, int], bounds: list[Bound]
) -> None:
    allowed = rise_in_room(given_, counted, bounds, LEAST_CHARGE_MA)
    for name, amount in allowed.items():
        assert amount <= max(given_[name], 0)
    for bound in bounds:
        before = sum(counted.get(name, 0) for name in bound.members)
        after = sum(max(counted.get(name, 0), allowed.get(name, 0)) for name in bound.members)
        assert after <= max(before, bound.most)


# --- over time ---


@dataclass(frozen=True)
class Second:
    """What happens in one step of the controller. Names: of connectors.

    silent: do not answer. lost: answer, and what they are told then is lost. away, drawing:
    without a vehicle, and with one that draws; the others wait. restart: of the controller.
    """

    length_s: int
    silent: frozenset[str]
    lost: frozenset[str]
    away: frozenset[str]
    drawing: frozenset[str]
    restart: bool


@dataclass
class Wall:
    """A connector: its register, and what was in it after each of the last seconds."""

    register_ma: int
    rated_ma: int
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def may_draw(self, now_s: float) -> int:
        """The most that it was allowed at some moment of the last 6 s."""
        while len(self.recent) > 1 and self.recent[1][0] <= now_s - 6.0:
            self.recent.popleft()
        return min(self.rated_ma, max(ma for _, ma in self.recent))


_sets = st.sets(st.sampled_from("ABC")).map(frozenset)
_seconds = st.lists(
    st.builds(
        Second,
        length_s=st.sampled_from((1, 1, 1, 2, 7)),
        silent=st.just(frozenset()) | _sets,
        lost=st.just(frozenset()) | _sets,
        away=_sets,
        drawing=_sets,
        restart=st.sampled_from((False, False, False, True)),
    ),
    max_size=30,
)
_CALM = Second(1, frozenset(), frozenset(), frozenset(), frozenset("ABC"), restart=False)


@settings(max_examples=200)
@given(
    st.integers(180, 900).map(lambda n: n * 100),
    st.none() | st.integers(120, 400).map(lambda n: n * 100),
    st.lists(st.sampled_from((0, 6000, 16_000, 48_000)), min_size=3, max_size=3),
    _seconds,
)
def test_a_service_is_never_overloaded_once_it_has_settled(
    most_ma: int, inner_ma: int | None, first_ma: list[int], seconds: list[Second]
) -> None:
    """Three connectors behind a service, two of them behind a smaller one too."""
    services = [Service("panel", most_ma, None, tuple("ABC"))]
    if inner_ma is not None:
        services.append(Service("feeder", inner_ma, None, tuple("AB")))
    site = Site(ZoneInfo("UTC"), tuple(entry(name, 6000) for name in "ABC"), tuple(services))
    walls = {name: Wall(limit_ma, 48_000) for name, limit_ma in zip("ABC", first_ma, strict=True)}
    kept: dict[str, int] = {}
    held = HeldLimits(dict.fromkeys("ABC", 6000), kept)
    now_s = float(NOW_S)
    settled_s = now_s + 8.0
    for second in [_CALM] * 9 + seconds:
        now_s += second.length_s
        if second.restart:
            held = HeldLimits(dict.fromkeys("ABC", 6000), dict(kept))
        readings = {
            name: _reading(second, name, wall)
            for name, wall in walls.items()
            if name not in second.silent
        }
        counted = held.counted(now_s, readings)
        for name in second.silent:  # never with 0 A
            assert counted[name] >= max(6000, min(walls[name].register_ma, 48_000))
        told = plan(
            now_s,
            site,
            demands_at((), now_s),
            dict.fromkeys("ABC", ENROLLED),
            readings,
            counted,
            {},
            {},
        )
        for name, item in told.items():
            assert item.order.import_ma is not None
            kept[name] = held.intend(now_s, name, item.order.import_ma)
            if name not in second.lost:
                assert item.order.import_ma != NO_LIMIT_MA
                walls[name].register_ma = item.order.import_ma
        for wall in walls.values():
            wall.recent.append((now_s, wall.register_ma))
        if now_s > settled_s:
            for service in services:
                assert service.import_ma is not None
                drawn = sum(walls[name].may_draw(now_s) for name in service.connectors)
                assert drawn <= service.import_ma


def _reading(second: Second, name: str, wall: Wall) -> Reading:
    if name in second.away:
        return replace(EMPTY, site_import_ma=wall.register_ma)
    state = "charging" if name in second.drawing else "waiting"
    return replace(READY, session_state=state, site_import_ma=wall.register_ma)
