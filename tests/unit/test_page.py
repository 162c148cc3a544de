"""The page of a simulated visit: what it tells, what it survives, and the parts that draw it."""

import random
import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.unit.page_evenings import (
    COLUMNS,
    EVENING,
    EVENTS,
    FIRST_COLUMNS,
    HOUR_MS,
    evening,
    export_evening,
    faulted_evening,
    page_of,
    rows_of,
    wild,
)
from wattback_sim.page import PageEvent, render_page, words
from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import MAX_BUCKETS, digest_of
from wattback_sim.page.markers import place_markers
from wattback_sim.page.plateaus import plateaus_of
from wattback_sim.page.scales import TimeScale, ValueScale
from wattback_sim.page.story import story
from wattback_sim.page.strokes import curve, steps


@pytest.fixture(scope="module")
def evening_page() -> str:
    return page_of(rows_of(evening, FIRST_COLUMNS), FIRST_COLUMNS)


@pytest.fixture(scope="module")
def fault_page() -> str:
    events = [*EVENTS[:6], PageEvent(2_400_000, "fault", "ground fault, contactor opened")]
    return page_of(rows_of(faulted_evening), events=events)


@pytest.fixture(scope="module")
def export_page() -> str:
    return page_of(rows_of(export_evening))


def drawings(page: str) -> list[ElementTree.Element]:
    """The SVGs of a page; that they parse as XML is itself worth knowing."""
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page, re.S)]


def words_in(page: str) -> list[str]:
    """Every label of the drawings."""
    return [label.text or "" for svg in drawings(page) for label in svg.iter("text")]


def spoken(page: str) -> str:
    """The text of the page, with plain spaces and without tags, styles and scripts."""
    bare = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)
    return re.sub(r"<[^>]+>", " ", bare).replace("\N{NO-BREAK SPACE}", " ")


def test_the_summary_tells_the_evening_in_plain_words(evening_page: str) -> None:
    text = spoken(evening_page)
    assert "A vehicle was plugged in at 18:00:10 and unplugged at 18:57." in text
    assert "It charged for 55 min, between 18:00:14 and 18:55, at up to 11.4 kW" in text
    assert "From 18:20 to 18:30 the site limited the current to 20.0 A." in text
    assert "No fault occurred." in text


def test_power_is_named_in_words_and_never_signed(evening_page: str) -> None:
    labels = words_in(evening_page)
    assert labels.count("charging 11.4 kW") == 2
    assert "charging 4.7 kW" in labels
    assert "idle" in labels
    assert not re.search(r"[-\N{MINUS SIGN}]\d+(\.\d+)? k?W\b", spoken(evening_page))


def test_limits_carry_their_owner_and_the_duty_its_offer(evening_page: str) -> None:
    labels = words_in(evening_page)
    assert "limit 20.0 A (site)" in labels
    assert labels.count("limit 48.0 A (breaker)") == 2
    assert "33.3 % = 20.0 A offered" in labels


def test_short_states_are_told_above_their_band(evening_page: str) -> None:
    told = {"A → B", "idle → waiting → offered", "C · vehicle ready for energy"}
    assert told <= set(words_in(evening_page))


def test_lanes_of_absent_columns_are_left_out(evening_page: str, fault_page: str) -> None:
    assert "Grid" not in words_in(evening_page)
    assert "Grid" in words_in(fault_page)
    only_pilot = page_of([["0", "A"], ["100", "B"]], ["t_ms", "pilot_state"])
    assert "Pilot state" in words_in(only_pilot)
    assert not {"Power", "Current", "Energy", "Voltage", "Contactor"} & set(words_in(only_pilot))


def test_a_fault_is_marked_in_summary_lane_marker_and_list(fault_page: str) -> None:
    sentence = "Faults occurred at 18:40 and stood for 20 min: ground fault, contactor stuck."
    assert sentence in spoken(fault_page)
    assert {"Faults", "ground fault", "7 !"} <= set(words_in(fault_page))
    assert '<li class="fault">' in fault_page


def test_a_contactor_that_does_not_follow_is_told(evening_page: str, fault_page: str) -> None:
    warning = "commanded and confirmed differ"
    assert warning in words_in(fault_page)
    assert warning not in words_in(evening_page)


def test_discharging_is_named_and_drawn_on_its_own_side(export_page: str) -> None:
    told = {"discharging 8.0 kW", "4.13 kWh in · 3.33 kWh out", "Reactive"}
    assert told <= set(words_in(export_page))
    assert "It discharged for 25 min, between 18:25 and 18:50" in spoken(export_page)
    assert "flow-out ground" in export_page


def test_the_page_asks_nothing_of_the_network(evening_page: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|<link|<img|\bsrc=|url\((?!#)", evening_page)


def test_an_hour_of_rows_stays_small(evening_page: str, export_page: str) -> None:
    assert len(evening_page.encode()) < 120_000
    assert len(export_page.encode()) < 120_000


def test_a_run_in_which_everything_flickers_still_ends_below_half_a_megabyte() -> None:
    page = page_of(rows_of(wild, FIRST_COLUMNS), FIRST_COLUMNS)
    assert len(page.encode()) < 512 * 1024
    assert drawings(page)


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (page_of(rows_of(evening, until_ms=60_000)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("columns", [COLUMNS, FIRST_COLUMNS, ["t_ms"]])
@pytest.mark.parametrize("events", [[], EVENTS])
def test_a_few_rows_or_none_still_make_a_page(
    count: int, columns: list[str], events: list[PageEvent]
) -> None:
    page = page_of(rows_of(evening, columns, until_ms=count * 100), columns, events)
    assert drawings(page)
    assert page.endswith("</html>\n")
    assert "nan" not in page
    if not count:
        assert "The run recorded nothing." in page


def test_a_run_that_never_charges_says_so() -> None:
    page = page_of(rows_of(lambda _, noise: evening(0, noise), until_ms=600_000), events=[])
    assert "No vehicle was plugged in. No energy flowed. No fault occurred." in page
    assert "A · no vehicle" in words_in(page)
    assert "steady +12 V, no offer" in words_in(page)


def test_text_of_others_is_escaped_everywhere() -> None:
    nasty = "</script><script>alert(1)</script>&\"'"
    page = render_page(
        title=nasty,
        subtitle=nasty,
        starts_at=EVENING,
        columns=["t_ms", "session_state", "faults"],
        rows=[["0", nasty, nasty], ["60000", nasty, nasty]],
        events=[PageEvent(0, nasty, nasty)],
        facts=[(nasty, nasty)],
    )
    assert "alert(1)</script>" not in page
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert drawings(page)


def test_events_are_told_by_time_and_widen_the_axis() -> None:
    events = [PageEvent(90_000, "grid", "ends"), PageEvent(-5_000, "grid", "asks")]
    page = page_of(rows_of(evening, until_ms=60_000), events=events)
    assert page.index("17:59:55</time>") < page.index("18:01:30</time>")


def test_one_wild_row_in_an_hour_stays_visible() -> None:
    times_ms = range(0, HOUR_MS, 100)
    rows = [[str(t_ms), "60000" if t_ms == 1_234_500 else "120000"] for t_ms in times_ms]
    digest = digest_of(["t_ms", "voltage_l1_mv"], rows)
    buckets = digest.series["voltage_l1_mv"]
    assert len(buckets) <= MAX_BUCKETS
    assert min(bucket.low for bucket in buckets) == 60_000
    line = curve(buckets, HOUR_MS, TimeScale(0, HOUR_MS, 0, 1000), ValueScale(120_000, 0, 0, 60))
    assert "V30" in line


def test_buckets_keep_extremes_mean_and_last_while_they_double() -> None:
    noise = random.Random(7)
    values = [noise.randrange(-1000, 1000) for _ in range(20_000)]
    digest = digest_of(["t_ms", "power_w"], [[str(n * 10), str(w)] for n, w in enumerate(values)])
    assert digest.bucket_ms & (digest.bucket_ms - 1) == 0
    for bucket in digest.series["power_w"]:
        first = -(-bucket.start_ms // 10)
        inside = values[first : -(-(bucket.start_ms + digest.bucket_ms) // 10)]
        assert (bucket.low, bucket.high, bucket.last) == (min(inside), max(inside), inside[-1])
        assert bucket.mean == pytest.approx(sum(inside) / len(inside))


def test_spans_of_two_columns_break_where_either_changes() -> None:
    rows = [["0", "5", "site"], ["100", "5", "site"], ["200", "6", "site"], ["300", "6", "driver"]]
    digest = digest_of(["t_ms", "import_limit_ma", "import_limit_owner"], rows)
    spans = digest.spans("import_limit_ma", "import_limit_owner")
    assert [(span.start_ms, span.end_ms, span.cells) for span in spans] == [
        (0, 200, ("5", "site")),
        (200, 300, ("6", "site")),
        (300, 400, ("6", "driver")),  # the last row stands as long as the one before it
    ]


def test_a_short_dip_does_not_split_a_plateau() -> None:
    powers = [0] * 10 + [-11_000] * 50 + [-2_000] + [-11_000] * 50 + [-5_000] * 40
    rows = [[str(n * 1000), str(power)] for n, power in enumerate(powers)]
    digest = digest_of(["t_ms", "power_w"], rows)
    found = plateaus_of(digest.series["power_w"], digest.end_ms)
    assert [(p.start_ms, round(p.power_w)) for p in found] == [
        (0, 0),
        (pytest.approx(10_000, abs=digest.bucket_ms), -11_000),
        (pytest.approx(111_000, abs=digest.bucket_ms), -5_000),
    ]


def test_two_visits_are_counted() -> None:
    rows = [[str(n * 1000), state] for n, state in enumerate("ABCCBAABCBAA")]
    told = story(digest_of(["t_ms", "pilot_state"], rows), Clock(EVENING))
    assert told[0].startswith("A vehicle was plugged in 2 times, first at 18:00:01 and")


def test_many_short_limits_become_one_sentence() -> None:
    limits = [48_000, 10_000, 48_000, 8_000, 48_000, 9_000, 48_000]
    rows = [[str(n * 1000), str(ma), "site", "-5000"] for n, ma in enumerate(limits)]
    columns = ["t_ms", "import_limit_ma", "import_limit_owner", "power_w"]
    told = story(digest_of(columns, rows), Clock(EVENING))
    assert "The current was limited 3 times, at the lowest to 8.0 A by the site." in told


@pytest.mark.parametrize("count", [1, 2, 7, 60, 400])
def test_markers_never_touch_and_stay_near_their_moments(count: int) -> None:
    noise = random.Random(count)
    time = TimeScale(0, HOUR_MS, 26, 1016)
    moments = sorted(noise.randrange(HOUR_MS) for _ in range(count))
    markers = place_markers([PageEvent(t_ms, "grid", "asks") for t_ms in moments], time)
    for left, right in pairwise(markers):
        gap = right.centre_px - left.centre_px - (left.width_px + right.width_px) / 2
        assert gap >= 2.9
    if len(markers) > 1:
        assert max(abs(marker.centre_px - marker.moment_px) for marker in markers) <= 44


def test_events_of_one_moment_share_a_marker_and_a_fault_shows_through() -> None:
    time = TimeScale(0, HOUR_MS, 26, 1016)
    events = [PageEvent(5, "vehicle", "plugs in"), PageEvent(9, "fault", "trips")]
    (marker,) = place_markers(events, time)
    assert marker.label == "1–2 !"
    assert marker.is_fault


def test_steps_in_one_pixel_keep_their_extremes() -> None:
    time, values = TimeScale(0, 1_000_000, 0, 100), ValueScale(100, 0, 0, 100)
    levels = {0: 50.0, 10: 90.0, 20: 10.0, 30: 40.0, 500_000: None}
    assert steps(list(levels.items()), 1_000_000, time, values) == "M0 10V10V90V60H50"


def test_the_offer_follows_from_the_duty() -> None:
    offers_ma = {1_000: 6_000, 5_000: 30_000, 8_000: 48_000, 8_500: 51_000, 9_600: 80_000}
    assert {duty_bp: words.offered_ma(duty_bp) for duty_bp in offers_ma} == offers_ma
    assert not any(words.offered_ma(duty_bp) for duty_bp in (0, 500, 999, 9_601, 10_000))


def test_words_name_the_direction_and_hide_the_sign() -> None:
    powers = [words.power_words(power_w) for power_w in (-11_437, 9_600, -850, -40)]
    assert powers == ["charging 11.4 kW", "discharging 9.6 kW", "charging 850 W", "idle"]
    assert words.current_words(-47_930) == "charging 47.9 A"
    assert words.current_words(12) == "0.0 A"
    assert words.limit_words("-1", "none") == "no limit"
    assert [words.energy(energy_wh) for energy_wh in (9_842, 420)] == ["9.84 kWh", "420 Wh"]


def test_durations_and_units_read_as_people_write_them() -> None:
    times_ms = [300, 40_000, 3_240_000, 3_900_000]
    assert [words.duration(t) for t in times_ms] == ["0.3 s", "40 s", "54 min", "1 h 05 min"]
    assert words.unbroken("20.0 A by 2 sites, 52.3 %") == "20.0\xa0A by 2 sites, 52.3\xa0%"


def test_the_axis_has_round_local_times() -> None:
    clock = Clock(EVENING + timedelta(seconds=7))
    assert [tick.text for tick in clock.ticks(0, HOUR_MS, 12)][:3] == ["18:05", "18:10", "18:15"]
    assert clock.ticks(0, 4_000, 12)[0].text == "18:00:07"
    assert len(clock.ticks(0, 40 * 24 * HOUR_MS, 12)) <= 12
    assert clock.date_text() == "10 February 2026, local time (UTC−06:00)"
