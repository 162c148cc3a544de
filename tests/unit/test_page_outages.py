"""The page of an evening with an outage: an island has its own colour, lane and sentence."""

import random
import re

import pytest

from tests.unit.page_evenings import (
    COLUMNS,
    EVENING,
    OUTAGE_MS,
    RETURN_MS,
    Row,
    evening,
    outage_evening,
    page_of,
    rows_of,
)
from tests.unit.test_page import spoken, words_in
from wattback.backup.steps import STATE_NAMES
from wattback_sim.page import words
from wattback_sim.page.bands import home_lane
from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import DEAD, DIRECTION, SUPPLY, Digest, digest_of
from wattback_sim.page.flows import current_lane, power_lane
from wattback_sim.page.outages import outages
from wattback_sim.page.plateaus import plateaus_of
from wattback_sim.page.scales import TimeScale

NEVER_OUT = [name for name in COLUMNS if name not in ("grid_switch_closed", "backup_state")]


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(rows_of(outage_evening))


@pytest.fixture(scope="module")
def digest() -> Digest:
    return digest_of(COLUMNS, rows_of(outage_evening))


def sunny(t_ms: int, noise: random.Random) -> Row:
    """The same outage, but the roof gives more than the home takes."""
    row = outage_evening(t_ms, noise)
    if not row["grid_switch_closed"] and int(row["power_w"]):
        row |= {"power_w": -1_500, "current_ma": -6_250}
    return row


def told(rows: list[list[str]], columns: list[str] = COLUMNS) -> list[str]:
    return outages(digest_of(columns, rows), Clock(EVENING))


def test_the_summary_tells_the_outage(page: str) -> None:
    text = spoken(page)
    assert (
        "The grid failed at 18:40:00: the home was cut off from the grid at 18:40:02, and dark "
        "for 10 s. From 18:40:10 to 18:51:00 the vehicle fed it alone, 541 Wh, none of it counted "
        "as export. It was back on the grid at 18:51:00."
    ) in text
    assert (
        "It discharged into the grid for 5 min, between 18:25 and 18:30, at up to 8.0 kW" in text
    )
    assert "giving back 666 Wh" in text


def test_an_island_has_its_own_colour_words_and_keys(page: str, digest: Digest) -> None:
    labels = words_in(page)
    assert "8.0 kW" in labels
    assert "home 3.0 kW" in labels
    for name in ("into the grid", "feeding the home"):
        assert labels.count(name) == 2  # of power and of current
    assert any(label.endswith("666 Wh out · 541 Wh for the home") for label in labels)
    time = TimeScale(0, 3_600_000, 0, 1000)
    for draw in (power_lane, current_lane):
        lane = draw(digest, time)
        assert lane is not None
        (outline,) = re.findall(r'd="M([\d.]+) [^"]*H([\d.]+)" class="flow-home edge"', lane.plot)
        assert float(outline[0]) == pytest.approx(OUTAGE_MS / 3600, abs=1.5)
        assert float(outline[1]) == pytest.approx(RETURN_MS / 3600, abs=0.1)


def test_the_home_has_a_lane_with_its_steps(page: str) -> None:
    labels = words_in(page)
    assert "Home" in labels
    assert labels.count("on the grid") == 2
    assert {"cut off → dark", "island", "rejoining"} <= set(labels)
    assert {"closed", "open"} <= set(labels)  # the grid's lane tells of the switch's contacts
    assert {"band home", "flow-home ground"} <= set(re.findall(r'class="([^"]+)"', page))


def test_the_readout_tells_of_home_and_energy(page: str) -> None:
    for words_of_it in (
        '"label":"Home"',
        '"dark: contactor closed"',
        '"label":"Energy for the home"',
        '"feeding the home 3.0\\u00a0kW"',
        '"feeding the home 12.5\\u00a0A"',
    ):
        assert words_of_it in page
    assert "Energy from the roof" not in page


def test_what_the_roof_gives_is_stored_and_not_charged() -> None:
    rows = list(rows_of(sunny))
    page = page_of(rows)
    text = spoken(page)
    assert "The vehicle did not feed it, and stored 270 Wh from the roof." in text
    assert "It charged for 39 min" in text
    assert "1.5 kW" in words_in(page)
    assert '"label":"Energy from the roof"' in page


def test_the_island_is_in_the_flows_exactly(digest: Digest) -> None:
    islands = digest.islands()
    assert [(span.start_ms, span.end_ms) for span in islands] == [(2_402_200, 3_060_700)]
    assert max(bucket.high for bucket in digest.flow("power_w", islanded=True)) == 3_000
    on_grid = digest.flow("power_w", islanded=False)
    inside = [b for b in on_grid if OUTAGE_MS < b.start_ms < RETURN_MS - digest.bucket_ms]
    assert {bucket.high for bucket in inside} == {0}
    assert [span.cell for span in digest.spans(SUPPLY)].count(DEAD) == 1
    assert words.FEEDING in {span.cell for span in digest.spans(DIRECTION)}


def test_levels_are_cut_where_an_island_begins_and_ends() -> None:
    columns = ["t_ms", "power_w", "grid_switch_closed"]
    rows = [[str(n * 1000), "3000", "0" if 40 <= n < 80 else "1"] for n in range(120)]
    digest = digest_of(columns, rows)
    found = plateaus_of(digest.series["power_w"], digest.end_ms, digest.islands())
    assert [level.islanded for level in found] == [False, True, False]


def test_where_the_home_stays_on_the_grid_nothing_tells_of_islands() -> None:
    rows = list(rows_of(evening, until_ms=600_000))
    page = page_of(rows)
    fewer = [
        [cell for name, cell in zip(COLUMNS, row, strict=True) if name in NEVER_OUT]
        for row in rows
    ]
    assert told(rows) == told(fewer, NEVER_OUT) == []
    assert "home" not in page.lower()
    digest = digest_of(COLUMNS, rows)
    assert home_lane(digest, TimeScale(0, 600_000, 0, 1000)) is None


def test_a_home_that_nobody_feeds_stays_dark() -> None:
    columns = ["t_ms", "power_w", "grid_switch_closed", "backup_state", "voltage_l1_mv"]
    away = ["0", "0", "dark", "0"]
    rows = [
        [str(n * 1000), *(away if n >= 5 else ["0", "1", "grid", "120000"])] for n in range(65)
    ]
    assert told(rows, columns) == [
        "The grid failed at 18:00:05: the home was cut off from the grid at 18:00:05, and dark "
        "for 60 s.",
        "The vehicle did not feed it.",
        "It was not back on the grid at the end.",
    ]


def test_many_outages_become_one_sentence() -> None:
    columns = ["t_ms", "power_w", "grid_switch_closed", "backup_state", "island_wh", "export_wh"]
    rows = []
    for n in range(90):
        alone = n % 30 >= 10
        fed = ["3600", "0", "island"] if alone else ["0", "1", "grid"]
        island_wh = n // 30 * 20 + max(n % 30 - 9, 0)
        rows.append([str(n * 1000), *fed, str(island_wh), str(n if alone else 0)])
    assert told(rows, columns) == [
        "The home was cut off from the grid 3 times; the vehicle fed it alone for 60 s, 60 Wh."
    ]


def test_every_step_has_a_phase() -> None:
    assert set(words.HOME_PHASES) == set(STATE_NAMES)
    assert words.home_words("grid") == "on the grid"
    assert words.home_words("island") == "island"
    assert words.home_words("load_steps") == "island: load steps"
    assert words.home_words("dark") == "dark"
