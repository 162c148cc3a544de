"""Whatever JSON a utility sends, reading it ends in a record that holds, or in a refusal."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.openadr_bench import NOW_S, TERMS, event_json, interval_json
from wattback_controller.openadr.events import Copy, Refusal, read_event
from wattback_controller.openadr.memory import Memory
from wattback_controller.openadr.plausibility import Limits, over_s

LIMITS = Limits()

# Words of the protocol among the values make deep paths likely.
WORDS = st.sampled_from(
    [
        "DISPATCH_SETPOINT",
        "EXPORT_CAPACITY_LIMIT",
        "PRICE",
        "ALERT_GRID_EMERGENCY",
        "KW",
        "W",
        "KWH",
        "USD",
        "EVENT",
        "program-1",
        "PT15M",
        "PT0S",
        "-PT1H",
        "P9999Y",
        "P999999W",
        "2026-02-11T00:15:00Z",
        "0001-01-01",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999999-14:00",
        "2026-02-29T25:61:61Z",
        "\ud800\x00",
    ]
)
NUMBERS = (
    st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 1 << 63, -0.0, 1e308])
)
LEAVES = st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=20)
KEYS = st.sampled_from(
    ["id", "start", "duration", "randomizeStart", "payloads", "type", "values", "units"]
) | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
FIELDS = [*event_json(), "duration", "payloadDescriptors", "targets"]
EVENTS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3).map(
    lambda changes: event_json() | changes
)


@st.composite
def plausible_events(draw: st.DrawFn) -> dict[str, Any]:
    """Events that are mostly well-formed, so that the arithmetic is reached."""
    kinds = ["DISPATCH_SETPOINT", "EXPORT_CAPACITY_LIMIT", "PRICE", "ALERT_GRID_EMERGENCY"]
    periods = st.fixed_dictionaries(
        {},
        optional={
            "start": st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z"),
            "duration": st.integers(0, 10**9).map(lambda s: f"PT{s}S") | WORDS,
            "randomizeStart": st.integers(0, 9999).map(lambda s: f"PT{s}S"),
        },
    )
    intervals = [
        interval_json(draw(st.sampled_from(kinds)), draw(NUMBERS | WORDS), intervalPeriod=period)
        for period in draw(st.lists(periods, min_size=1, max_size=4))
    ]
    default = {"start": "2026-02-11T00:15:00Z", "duration": "PT15M"} | draw(periods)
    return event_json(
        intervals=intervals, intervalPeriod=default, duration=draw(WORDS | st.none())
    )


def demand_record_or_refusal(raw: object) -> None:
    answer = read_event(raw, TERMS, LIMITS.most_segments)
    if isinstance(answer, Refusal):
        assert answer.reason.isprintable()
        assert len(answer.reason) < 1000
        return
    assert isinstance(answer, Copy)
    memory = Memory(LIMITS, ())
    refusal = memory.hear(answer, NOW_S)
    for event in memory.standing(NOW_S):
        assert refusal is None
        assert over_s(event) > NOW_S
        assert event.start_s <= NOW_S + LIMITS.latest_start_s
        for segment in event.segments:
            assert segment.start_s < segment.end_s
            assert abs(segment.value) <= LIMITS.largest_power_w
            assert segment.text.isprintable()


@settings(max_examples=300)
@given(raw=JSON | EVENTS | plausible_events())
def test_no_json_makes_reading_raise_and_what_stands_is_within_the_limits(raw: object) -> None:
    demand_record_or_refusal(raw)


@settings(max_examples=100)
@given(raw=EVENTS | plausible_events())
def test_nor_does_what_has_been_through_text(raw: object) -> None:
    demand_record_or_refusal(json.loads(json.dumps(raw)))
