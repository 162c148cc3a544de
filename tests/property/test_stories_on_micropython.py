"""Wild stories, recorded on CPython, are the same on MicroPython in every tick, heap locked.

`pytest -rP` prints what they have reached.
"""

from dataclasses import dataclass

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.property.recorded_story import CHANCE_MASK, Counts, Recorder, operations
from tests.property.wild_wall import (
    CHOSEN_SETTINGS,
    EXPORT,
    EXPORT_SITE,
    STORIES,
    VISIT,
    Calm,
    Command,
    Disturbed,
    Message,
    PowerCut,
    Segment,
)
from tests.unit import story_replay
from tests.unit.floors import on_micropython
from tests.unit.linked_wall import settings_with
from tests.unit.wall import DEFAULTS
from wattback import commands
from wattback.boards.sim import INPUT_NAMES
from wattback.connector import TIME_MASK_MS
from wattback.fault_table import FAULTS

PROGRAM = "story_replay.py"
SITE = tuple(DEFAULTS)
WORN_SOON = tuple(settings_with(hardware_limit_ma=16_000, contactor_life_openings=1))
DRAWN = 150


def _held(ticks: int, **sensors: int) -> Disturbed:
    return Disturbed(sensors, ticks, 50)


# What chance rarely brings about: how most rows of the fault table come, and starts of every kind.
# (settings, start, story)
STORED: tuple[tuple[tuple[int, ...], int, list[Segment]], ...] = (
    (tuple(settings_with(breaker_ma=0)), 0, [*VISIT]),
    (EXPORT_SITE, TIME_MASK_MS - 9_000, [*EXPORT]),
    (EXPORT_SITE, 0, [*EXPORT, PowerCut(), *EXPORT, PowerCut(), PowerCut(), *EXPORT]),
    (EXPORT_SITE, 0, [*EXPORT, Calm("C", 0, 3_000, True, 9_000)]),
    (SITE, 0, [*VISIT, *(Command((5, n, 0, 0, 0, 0, 0)) for n in range(9)), *VISIT]),
    (SITE, 0, [*VISIT, *(Command((code, 0, 0, 0, 0, 0, 0)) for code in (-1, 0, 99)), *VISIT]),
    (SITE, 0, [*VISIT, *(Message((kind, *[9] * 5)) for kind in range(6)), *VISIT]),
    (SITE, 0, [Calm("E", 0, 500)]),
    (SITE, 0, [Disturbed({"ground_fault_latched": 0}, 300), Calm("B", 0, 3_000)]),
    (SITE, 0, [*VISIT[:1], Calm("C", 0, 0), Disturbed({"contactor_aux_closed": 0}, 200)]),
    (SITE, 0, [*VISIT, Disturbed({"pilot_high_mv": -12_000, "pilot_low_mv": -12_000}, 60)]),
    (SITE, 0, [*VISIT, Disturbed({"pilot_low_mv": -6_000}, 100)]),
    (SITE, 0, [*VISIT, Calm("A", 0, 300), Disturbed({"contactor_aux_closed": 1}, 60)]),
    (SITE, 0, [*VISIT, Disturbed({"contactor_aux_closed": 1}, 200, noise=10)]),
    (SITE, 0, [*VISIT, Disturbed({"coil_driven": 0}, 60)]),
    (SITE, 0, [*VISIT, Disturbed({"residual_ua": 100_000}, 60)]),
    (SITE, 0, [*VISIT, Disturbed({"emergency_stopped": 1}, 20), _held(9, reset_pressed=1)]),
    (SITE, 0, [*VISIT, Disturbed({"disconnect_open": 1}, 20)]),
    (SITE, 0, [*VISIT, Disturbed({}, 300, 50, frozen=True)]),
    (SITE, 0, [*VISIT, _held(9, ground_fault_latched=1)]),
    (SITE, 0, [*VISIT, _held(250), _held(9, ground_fault_latched=1)]),
    (SITE, 0, [*VISIT, _held(400, current_l1_ma=-90_000, current_l2_ma=-90_000)]),
    (SITE, 0, [*VISIT, _held(60, power_w=5_000, current_l1_ma=21_000, current_l2_ma=21_000)]),
    (SITE, 0, [*VISIT, _held(200, current_l1_ma=-16_000, current_l2_ma=-8_000, power_w=-2_880)]),
    (SITE, 0, [*VISIT, _held(100, voltage_l1_mv=70_000, voltage_l2_mv=70_000)]),
    (SITE, 0, [*VISIT, _held(100, voltage_l1_mv=150_000, voltage_l2_mv=90_000)]),
    (SITE, 0, [*VISIT, _held(100, leg_angle_decideg=1_200)]),
    (SITE, 0, [*VISIT, Calm("B", 0, 500), _held(90, load_mv=240_000, load_angle_decideg=900)]),
    (SITE, 0, [*VISIT, _held(200, earth_ohm=1_000)]),
    (SITE, 0, [*VISIT, _held(200, board_decic=1_000)]),
    (SITE, 0, [*VISIT, _held(200, terminal_decic=1_100)]),
    (SITE, 0, [*VISIT, _held(200, handle_decic=1_000)]),
    (SITE, 0, [*VISIT, _held(200, handle_decic=-900)]),
    (SITE, 0, [*VISIT, Calm("C", 30_000, 500), _held(7_000, terminal_decic=840)]),
    (tuple(settings_with(proximity_profile=1)), 0, [*VISIT, _held(200, proximity_ohm=1)]),
    (WORN_SOON, 0, [*VISIT, Calm("B", 16_000, 100), *VISIT, Calm("B", 16_000, 500)]),
)


@dataclass(frozen=True)
class Recorded:
    """A story, and what is to be played of it."""

    story: list[Segment]
    lines: list[str]
    said: list[str]
    counts: Counts


def _recorded(
    values: tuple[int, ...], starts_ms: int, story: list[Segment], chance: int = 0
) -> Recorded:
    recorder = Recorder(values, starts_ms, chance)
    recorder.play(story)
    return Recorded(story, recorder.tape.lines, recorder.tape.said, recorder.counts)


@pytest.fixture(scope="module")
def recordings() -> list[Recorded]:
    """The stored stories and drawn ones, the same at every call."""
    drawn: list[Recorded] = [_recorded(*stored) for stored in STORED]

    @seed(6)
    @settings(max_examples=DRAWN, database=None, phases=(Phase.generate,))
    @given(
        STORIES,
        CHOSEN_SETTINGS | st.just(EXPORT_SITE),
        st.integers(0, TIME_MASK_MS),
        st.integers(0, CHANCE_MASK),
    )
    def draw(story: list[Segment], values: tuple[int, ...], starts_ms: int, chance: int) -> None:
        drawn.append(_recorded(values, starts_ms, story, chance))

    draw()
    return drawn


def _difference(one: Recorded, played: list[str], heard: list[str]) -> str:
    """Where what MicroPython says to the lines played leaves what CPython has said, or ""."""
    ticks = 0
    for number, (ours, theirs) in enumerate(zip(one.said, heard, strict=True)):
        kinds = operations(one.lines[number])
        if ours == theirs:
            ticks += kinds.count(story_replay.TICK)
            continue
        if not kinds:
            return f"after tick {ticks}: " + _first_field(one, played, number, 0, ours)
        numbers = theirs.split(" left ")[0].split()
        for place, (kind, mine, other) in enumerate(
            zip(kinds, ours.split(), numbers, strict=False)
        ):
            if mine != other and not theirs.startswith("raised"):
                what = "tick" if kind == story_replay.TICK else "a command after tick"
                return f"in {what} {ticks}: " + _first_field(one, played, number, place, mine)
            ticks += kind == story_replay.TICK
        return f"in the {len(kinds)} operations until tick {ticks}: {theirs[-200:]}"
    return ""


def _first_field(one: Recorded, played: list[str], number: int, place: int, recorded: str) -> str:
    ours = story_replay.told(one.lines, number, place)
    theirs = on_micropython(PROGRAM, str(number), str(place), lines=played)
    if ours[0] != f"answer {recorded}":
        return f"the record is incomplete: its replay on CPython says {ours[0]}"
    for mine, other in zip(ours[1:], theirs[1:], strict=False):
        if mine != other:
            return f"CPython says {mine}, MicroPython {other}"
    return f"CPython says {ours[0]}, MicroPython {theirs[0]}"


def test_micropython_tells_the_same_in_every_tick_and_takes_no_memory(
    recordings: list[Recorded],
) -> None:
    heard = on_micropython(PROGRAM, lines=[line for one in recordings for line in one.lines])
    at = 0
    for number, one in enumerate(recordings):
        end = at + len(one.lines)
        difference = _difference(one, one.lines, heard[at:end])
        assert not difference, f"story {number}, {difference}\n{one.story}"
        at = end
    assert at == len(heard)


def test_the_stories_reach_visits_exports_faults_cuts_and_refusals(
    recordings: list[Recorded],
) -> None:
    counts = Counts()
    drawn = Counts()
    for number, one in enumerate(recordings):
        counts.add(one.counts)
        if number >= len(STORED):
            drawn.add(one.counts)
    rows = [row[0] for index, row in enumerate(FAULTS) if counts.faults >> index & 1]
    of_chance = drawn.faults.bit_count()
    print(f"{counts}\n{len(rows)} rows of {len(FAULTS)}, {of_chance} by chance: {', '.join(rows)}")
    assert drawn.stories == DRAWN
    assert drawn.ticks > 50_000
    assert drawn.closed > 10_000
    assert drawn.discharging > 3_000
    assert drawn.cuts >= 10
    assert drawn.messages > 1_000
    assert of_chance >= 6
    assert rows == [row[0] for row in FAULTS]
    assert counts.refused_loads
    assert set(counts.commands) == set(range(len(commands.ANSWER_NAMES)))
    assert min(counts.commands.values()) >= 2


def test_a_difference_is_named_by_tick_and_field() -> None:
    one = _recorded(SITE, 0, [Calm("B", 0, 2_000), Disturbed({"reactive_var": 77}, 5)])
    change = f" {INPUT_NAMES.index('reactive_var')} 77"
    spoilt = [line.replace(change, change[:-1] + "8") for line in one.lines]
    heard = on_micropython(PROGRAM, lines=spoilt)
    assert _difference(one, spoilt, heard) == (
        "in tick 200: CPython says reactive_var 77, MicroPython reactive_var 78"
    )


def test_memory_that_a_tick_takes_is_found_under_the_lock_and_past_it() -> None:
    one = _recorded(SITE, 0, [Calm("B", 0, 500)])
    for how, found in (1, "raised MemoryError"), (2, " left "):
        heard = on_micropython(PROGRAM, lines=[one.lines[0], f"spoil {how}", *one.lines[1:]])
        assert heard.pop(1) == "spoilt"
        assert found in _difference(one, one.lines, heard)
