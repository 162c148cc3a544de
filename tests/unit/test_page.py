"""The page of a simulated visit, from synthetic traces: a quiet evening, a fault, an export.

The rows imitate the trace of a run (one row each 100 ms), so that these tests need neither world
nor firmware.
"""

import random
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from wattback_sim.page import PageEvent, render_page
from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import DIRECTION, MAX_BUCKETS, digest_of
from wattback_sim.page.markers import place_markers
from wattback_sim.page.plateaus import plateaus_of
from wattback_sim.page.story import story
from wattback_sim.page.svg import TimeScale, ValueScale, curve, nice_step, steps, text_width_px
from wattback_sim.page.words import (
    amps,
    current_words,
    duration,
    duty_words,
    energy,
    limit_words,
    offered_ma,
    power_words,
    unbroken,
)

COLUMNS = [
    "t_ms",
    "pilot_state",
    "pilot_high_mv",
    "pilot_low_mv",
    "duty_bp",
    "contactor_commanded",
    "contactor_confirmed",
    "open_cause",
    "session_state",
    "mode",
    "in_service",
    "grid_switch_closed",
    "import_limit_ma",
    "export_limit_ma",
    "import_limit_owner",
    "export_limit_owner",
    "target_w",
    "target_var",
    "power_w",
    "reactive_var",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "current_ma",
    "frequency_millihertz",
    "soc_bp",
    "import_wh",
    "export_wh",
    "faults",
]
LATER_COLUMNS = {"in_service", "grid_switch_closed", "target_w", "target_var", "reactive_var"}
FIRST_COLUMNS = [name for name in COLUMNS if name not in LATER_COLUMNS]

EVENING = datetime(2026, 2, 10, 18, 0, tzinfo=timezone(timedelta(hours=-6)))
HOUR_MS = 3_600_000
FACTS = [("energy", "9.35 kWh"), ("longest", "55 min"), ("interpreter", "MicroPython 1.28 unix")]
EVENTS = [
    PageEvent(10_000, "vehicle", "plugs in"),
    PageEvent(10_300, "connector", "offers 48.0 A (limit of the breaker)"),
    PageEvent(14_000, "vehicle", "is ready for energy"),
    PageEvent(14_200, "connector", "closes the contactor"),
    PageEvent(1_200_000, "limit", "is 20.0 A now, set by the site"),
    PageEvent(1_800_000, "limit", "is 48.0 A again, of the breaker"),
    PageEvent(3_300_000, "vehicle", "has what it needs and opens S2"),
    PageEvent(3_420_000, "vehicle", "is unplugged"),
]

Row = dict[str, int | str]


def evening(t_ms: int, noise: random.Random) -> Row:
    """18:00:10 plug in, 48 A, 20 A between 18:20 and 18:30, enough at 18:55, gone at 18:57."""
    here = 10_000 <= t_ms < 3_420_000
    drawing = 14_000 <= t_ms < 3_300_000
    limited = 1_200_000 <= t_ms < 1_800_000
    limit_ma = 20_000 if limited else 48_000
    offered = here and t_ms >= 10_300
    ramp = min(1.0, max(0.0, (t_ms - 14_500) / 4_000)) if drawing else 0.0
    current_ma = round(ramp * (limit_ma - 400) + noise.gauss(0, 60)) if ramp else 0
    volts = 240.6 - current_ma / 48_000 * 1.8 + noise.gauss(0, 0.15)
    state = "charging" if drawing else "offered" if offered else "waiting" if here else "idle"
    return {
        "pilot_state": "C" if drawing else "B" if here else "A",
        "pilot_high_mv": 5_990 if drawing else 8_980 if here else 11_970,
        "pilot_low_mv": -11_950 if offered else 0,
        "duty_bp": limit_ma // 6 if offered else 10_000,
        "contactor_commanded": int(drawing and t_ms >= 14_200),
        "contactor_confirmed": int(drawing and t_ms >= 14_300),
        "open_cause": "none",
        "session_state": state,
        "mode": "charge" if drawing else "none",
        "in_service": 1,
        "grid_switch_closed": 1,
        "import_limit_ma": limit_ma,
        "export_limit_ma": 0,
        "import_limit_owner": "site" if limited else "breaker",
        "export_limit_owner": "site",
        "target_w": 0,
        "target_var": 0,
        "power_w": -round(current_ma * volts / 1000),
        "reactive_var": 0,
        "voltage_l1_mv": round(volts * 500),
        "voltage_l2_mv": round(volts * 500 - 250 + noise.gauss(0, 40)),
        "current_ma": -current_ma,
        "frequency_millihertz": 60_000 + round(noise.gauss(0, 8)),
        "faults": "",
    }


def faulted_evening(t_ms: int, noise: random.Random) -> Row:
    """The same evening until a ground fault at 18:40, whose contactor hangs for three seconds."""
    row = evening(t_ms, noise)
    if t_ms >= 2_400_000:
        row |= {
            "duty_bp": 0,
            "contactor_commanded": 0,
            "contactor_confirmed": int(t_ms < 2_403_000),
            "open_cause": "fault",
            "session_state": "fault",
            "mode": "none",
            "pilot_state": "A" if t_ms >= 3_420_000 else "F",
            "power_w": 0,
            "current_ma": 0,
            "faults": "ground_fault;contactor_stuck" if t_ms < 2_403_000 else "ground_fault",
        }
    return row


def export_evening(t_ms: int, noise: random.Random) -> Row:
    """Charging until 18:25, then 8 kW back into the grid until 18:50."""
    row = evening(t_ms, noise)
    if t_ms >= 1_500_000:
        giving = t_ms < 3_000_000
        power_w = round(8_000 + noise.gauss(0, 30)) if giving else 0
        row |= {
            "power_w": power_w,
            "target_w": 8_000 if giving else 0,
            "current_ma": power_w * 1000 // 240,
            "reactive_var": 900 if giving else 0,
            "target_var": 900 if giving else 0,
            "export_limit_ma": 40_000,
            "session_state": "discharging" if giving else "offered",
            "mode": "discharge" if giving else "none",
        }
    return row


def rows_of(
    story: Callable[[int, random.Random], Row],
    columns: Sequence[str] = COLUMNS,
    until_ms: int = HOUR_MS,
    every_ms: int = 100,
) -> Iterator[list[str]]:
    """Rows as the trace writes them; the registers of energy follow the power."""
    noise = random.Random(1)
    import_mwh = export_mwh = (
        1_234_000_000.0  # thousandths of a Wh; a register that has seen years
    )
    stored_mwh = 30_000_000.0
    for t_ms in range(0, until_ms, every_ms):
        row = story(t_ms, noise)
        flow_mwh = int(row["power_w"]) * every_ms / 3600
        import_mwh += max(-flow_mwh, 0)
        export_mwh += max(flow_mwh, 0)
        stored_mwh -= flow_mwh
        row |= {
            "t_ms": t_ms,
            "soc_bp": round(stored_mwh / 75_000_000 * 10_000),
            "import_wh": int(import_mwh / 1000),
            "export_wh": int(export_mwh / 1000),
        }
        yield [str(row[name]) for name in columns]


def page_of(
    rows: Iterable[Sequence[str]],
    columns: Sequence[str] = COLUMNS,
    events: Sequence[PageEvent] | None = None,
) -> str:
    return render_page(
        title="An evening on the driveway",
        subtitle="A 75 kWh vehicle on a 60 A circuit",
        starts_at=EVENING,
        columns=columns,
        rows=rows,
        events=EVENTS if events is None else events,
        facts=FACTS,
    )


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
    labels = words_in(evening_page)
    assert "A → B" in labels
    assert "idle → waiting → offered" in labels
    assert "C · vehicle ready for energy" in labels


def test_lanes_of_absent_columns_are_left_out(evening_page: str, fault_page: str) -> None:
    assert "Grid" not in words_in(evening_page)
    assert "Grid" in words_in(fault_page)
    only_pilot = page_of([["0", "A"], ["100", "B"]], ["t_ms", "pilot_state"])
    assert "Pilot state" in words_in(only_pilot)
    assert not {"Power", "Current", "Energy", "Voltage", "Contactor"} & set(words_in(only_pilot))


def test_a_fault_is_marked_in_summary_lane_marker_and_list(fault_page: str) -> None:
    assert "Faults occurred at 18:40 and stood for 20 min: ground fault, contactor stuck." in (
        spoken(fault_page)
    )
    labels = words_in(fault_page)
    assert "Faults" in labels
    assert "ground fault" in labels
    assert "7 !" in labels
    assert '<li class="fault">' in fault_page
    assert "F · connector not available" in labels


def test_a_contactor_that_does_not_follow_is_pointed_out(
    evening_page: str, fault_page: str
) -> None:
    assert "commanded and confirmed differ" in words_in(fault_page)
    assert "commanded and confirmed differ" not in words_in(evening_page)


def test_discharging_is_named_and_drawn_on_its_own_side(export_page: str) -> None:
    labels = words_in(export_page)
    assert "discharging 8.0 kW" in labels
    assert "flow-out ground" in export_page
    assert "It discharged for 25 min, between 18:25 and 18:50, at up to 8.0 kW" in (
        spoken(export_page)
    )
    assert any("kWh in · 3.33 kWh out" in label for label in labels)
    assert "Reactive" in labels


def test_the_page_asks_nothing_of_the_network(evening_page: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|<link|<img|\bsrc=|url\((?!#)", evening_page)


def test_an_hour_of_rows_stays_small(evening_page: str, export_page: str) -> None:
    assert len(evening_page.encode()) < 120_000
    assert len(export_page.encode()) < 120_000


def wild(t_ms: int, noise: random.Random) -> Row:
    """Everything changes in every row."""
    row = evening(t_ms, noise)
    return row | {
        "pilot_state": noise.choice("ABCDEF"),
        "session_state": noise.choice(["idle", "charging", "fault"]),
        "duty_bp": noise.randrange(0, 10_001),
        "import_limit_ma": noise.choice([-1, 0, 6_000, 16_000, 48_000]),
        "import_limit_owner": noise.choice(["site", "driver"]),
        "contactor_commanded": noise.randrange(2),
        "contactor_confirmed": noise.randrange(2),
        "power_w": noise.randrange(-12_000, 12_000),
        "current_ma": noise.randrange(-50_000, 50_000),
        "voltage_l1_mv": noise.randrange(0, 130_000),
        "faults": noise.choice(["", "ground_fault", "over_current"]),
    }


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


def test_events_outside_the_rows_widen_the_axis() -> None:
    events = [PageEvent(-5_000, "grid", "asks"), PageEvent(90_000, "grid", "ends")]
    page = page_of(rows_of(evening, until_ms=60_000), events=events)
    assert "17:59:55" in page
    assert "18:01:30" in page


def test_events_are_numbered_by_time() -> None:
    late, early = PageEvent(9_000, "site", "later"), PageEvent(1_000, "site", "earlier")
    page = page_of([], events=[late, early])
    assert page.index("earlier") < page.index("later")


def test_one_wild_row_in_an_hour_stays_visible() -> None:
    rows = [
        [str(t_ms), "120000" if t_ms != 1_234_500 else "60000"] for t_ms in range(0, HOUR_MS, 100)
    ]
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


def test_the_direction_of_power_is_kept_row_by_row() -> None:
    rows = [["0", "0"], ["100", "-5000"], ["200", "-5000"], ["300", "4000"], ["400", "20"]]
    digest = digest_of(["t_ms", "power_w"], rows)
    assert [(span.start_ms, span.cell) for span in digest.spans(DIRECTION)] == [
        (0, "idle"),
        (100, "charging"),
        (300, "discharging"),
        (400, "idle"),
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
    assert told == [
        "A vehicle was plugged in 2 times, first at 18:00:01 and unplugged at 18:00:10."
    ]


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
    points: list[tuple[int, float | None]] = [
        (0, 50),
        (10, 90),
        (20, 10),
        (30, 40),
        (500_000, None),
    ]
    assert steps(points, 1_000_000, time, values) == "M0 10V10V90V60H50"


@pytest.mark.parametrize(
    ("duty_bp", "offer_ma"),
    [
        (0, 0),
        (500, 0),
        (1_000, 6_000),
        (2_667, 16_002),
        (5_000, 30_000),
        (8_000, 48_000),
        (8_500, 51_000),
        (9_000, 65_000),
        (9_600, 80_000),
        (9_700, 0),
        (10_000, 0),
    ],
)
def test_the_offer_follows_from_the_duty(duty_bp: int, offer_ma: int) -> None:
    assert offered_ma(duty_bp) == offer_ma


def test_words_name_the_direction_and_hide_the_sign() -> None:
    assert power_words(-11_437) == "charging 11.4 kW"
    assert power_words(9_600) == "discharging 9.6 kW"
    assert power_words(-850) == "charging 850 W"
    assert power_words(-40) == "idle"
    assert current_words(-47_930) == "charging 47.9 A"
    assert current_words(12) == "0.0 A"
    assert amps(-6_000) == "6.0 A"
    assert energy(9_842) == "9.84 kWh"
    assert energy(420) == "420 Wh"


def test_words_of_limits_and_duties() -> None:
    assert limit_words("-1", "none") == "no limit"
    assert limit_words("0", "driver") == "0.0 A (driver)"
    assert limit_words("16000", "load_sharing") == "16.0 A (load sharing)"
    assert duty_words(10_000) == "steady +12 V, no offer"
    assert duty_words(0) == "steady −12 V, not available"
    assert duty_words(500) == "5.0 % = no offer by duty"


def test_durations_read_as_people_say_them() -> None:
    times_ms = [300, 40_000, 3_240_000, 3_900_000]
    assert [duration(t) for t in times_ms] == ["0.3 s", "40 s", "54 min", "1 h 05 min"]


def test_units_are_tied_to_their_numbers() -> None:
    assert unbroken("20.0 A by 2 sites, 52.3 % at 11.4 kW") == (
        "20.0\xa0A by 2 sites, 52.3\xa0% at 11.4\xa0kW"
    )


def test_the_axis_has_round_local_times() -> None:
    clock = Clock(EVENING + timedelta(seconds=7))
    assert [tick.text for tick in clock.ticks(0, HOUR_MS, 12)][:3] == ["18:05", "18:10", "18:15"]
    assert clock.ticks(0, 4_000, 12)[0].text == "18:00:07"
    assert len(clock.ticks(0, 40 * 24 * HOUR_MS, 12)) <= 12
    assert clock.date_text() == "10 February 2026, local time (UTC−06:00)"


def test_civil_time_follows_the_change_of_summer_time() -> None:
    clock = Clock(datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo("America/Chicago")))
    assert clock.text(HOUR_MS) == "03:30"
    assert Clock(datetime(2026, 3, 8, 1, 30)).text(HOUR_MS) == "02:30"


def test_steps_of_an_axis_are_one_two_or_five() -> None:
    assert [nice_step(extent, 3) for extent in (1, 4, 11.5, 48, 80, 400)] == [1, 2, 5, 20, 50, 200]


def test_labels_of_a_lane_stay_within_the_plot(evening_page: str, export_page: str) -> None:
    for page in (evening_page, export_page):
        plot = max(drawings(page), key=lambda svg: len(list(svg.iter())))
        width = float(plot.attrib["viewBox"].split()[2])
        for label in plot.iter("text"):
            if not {"tick", "end", "marker-text"} & set(label.attrib["class"].split()):
                assert float(label.attrib["x"]) + text_width_px(label.text or "", 11) <= width
