"""The statement as table, CSV and page: the same numbers, and no harm from names of others."""

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from tests.unit.settlement_site import at, evening, event, intervals, part, statement, tariff
from wattback_controller.settlement.baseline import BeforeEvent
from wattback_controller.settlement.csv_file import statement_csv
from wattback_controller.settlement.money import cents, money_text, rate_text
from wattback_controller.settlement.page import statement_page, statement_section
from wattback_controller.settlement.prices import PriceSeries
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.table import statement_table
from wattback_controller.settlement.tariff import RealTime

NASTY = "=1+1</p><script>alert(1)</script>[bold]\x1b[2J"
DEMO = (
    "18:15–18:30: 1.9 kWh delivered, credit $0.57, stopped because the event ended, reserve "
    "untouched"
)


def whole_month() -> Statement:
    """Every kind of line: paid, below the baseline, flagged, not paid, mean power."""
    start_s, end_s = at("2026-02-10 18:00"), at("2026-02-10 19:00")
    recorded = [
        *intervals(at("2026-02-10 17:00"), start_s, import_wh=50),
        *intervals(start_s, at("2026-02-10 18:30"), 700),
        *intervals(at("2026-02-10 18:30"), at("2026-02-10 18:40"), 700, flags=["estimated"]),
        *intervals(at("2026-02-10 18:40"), end_s, 700, flags=["time_unset"]),
    ]
    pays = tariff(baseline=BeforeEvent(60), per_kw="1.25")
    return statement(
        recorded, [part("peak", start_s, end_s)], [event("peak", start_s, end_s)], pays
    )


def nasty_month() -> Statement:
    start_s, end_s = at("2026-02-10 18:15"), at("2026-02-10 18:30")
    return statement(
        intervals(start_s, end_s, 633, connector=NASTY),
        [part("peak", start_s, end_s, connector=NASTY)],
        [replace(event("peak", start_s, end_s), name=NASTY)],
        replace(tariff(), name=NASTY.replace("\x1b", "")),
    )


def empty_month() -> Statement:
    return statement([], [], [])


def printed(told: Statement) -> str:
    console = Console(width=220, file=io.StringIO(), color_system=None)
    console.print(statement_table(told))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def rows(told: Statement) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(statement_csv(told))))


def spoken(page: str) -> str:
    bare = re.sub(r"<style.*?</style>", "", page, flags=re.S)
    return re.sub(r"<[^>]+>", " ", bare).replace("\N{NO-BREAK SPACE}", " ")


def test_the_table_holds_lines_sentences_and_total() -> None:
    text = printed(whole_month())
    assert "18:00–18:15  garage       2100 Wh   −150 Wh  2100 Wh  $0.30/kWh   $0.63" in text
    assert (
        "18:30–18:40  garage       1400 Wh   −100 Wh  1400 Wh  $0.30/kWh   $0.42  estimated"
        in (text)
    )
    assert "not paid: the time was not known" in text
    assert "5600 W   $1.25/kW   $7.00  mean power over the event" in text
    assert "10 Feb, peak. 18:00–19:00: 8.4 kWh delivered, credit $8.68" in text
    assert text.rstrip().endswith("credit $8.68.")


def test_the_csv_holds_each_line_and_a_total_that_is_their_sum() -> None:
    *lines, total = rows(whole_month())
    assert [line["kind"] for line in lines] == ["energy"] * 5 + ["power"]
    assert lines[0] == {
        "kind": "energy",
        "event": "peak",
        "name": "peak",
        "connector": "garage",
        "from": "2026-02-10T18:00:00-06:00",
        "until": "2026-02-10T18:15:00-06:00",
        "delivered_wh": "2100",
        "baseline_wh": "-150",
        "paid_wh": "2100",
        "mean_w": "",
        "rate": "0.30",
        "credit": "0.63",
        "currency": "USD",
        "flags": "",
        "note": "",
    }
    assert sum(Decimal(line["credit"]) for line in lines) == Decimal(total["credit"])
    assert sum(int(line["paid_wh"] or 0) for line in lines) == int(total["paid_wh"])
    assert (lines[2]["flags"], lines[3]["note"]) == ("estimated", "the time was not known")


def test_the_page_holds_the_same_and_asks_nothing_of_the_network() -> None:
    page = statement_page(whole_month())
    text = spoken(page)
    for told in ("8.4 kWh", "$8.68", "−150 Wh", "not paid: the time was not known", "5600 W"):
        assert told in text
    assert not re.search(r"https?:|//[a-z]|@import|<link|<img|<script|\bsrc=", page)
    drawing = re.search(r"<svg.*?</svg>", page, re.S)
    assert drawing is not None
    labels = [label.text for label in ElementTree.fromstring(drawing.group()).iter("text")]
    assert {"2.1 kWh", "$0.63", "18:00", "10 Feb", "paid", "not paid"} <= set(labels)


def test_the_closing_section_is_part_of_the_page_and_ends_like_a_statement() -> None:
    section = statement_section(evening())
    assert section.startswith("<section") and section.endswith("</section>")
    assert section in statement_page(evening())
    assert DEMO in spoken(section)
    assert "<style" not in section
    ElementTree.fromstring(section)  # whoever embeds it gets whole elements


@pytest.mark.parametrize("told", [empty_month(), evening(), whole_month(), nasty_month()])
def test_the_same_statement_gives_the_same_bytes(told: Statement) -> None:
    assert statement_page(told) == statement_page(told)
    assert statement_csv(told) == statement_csv(told)


def test_an_empty_month_says_so_everywhere() -> None:
    told = empty_month()
    for text in (printed(told), statement_csv(told), spoken(statement_page(told))):
        assert "No event asked this site for anything in February 2026; nothing is due." in text
    assert [row["kind"] for row in rows(told)] == ["total"]


def test_names_of_others_are_shown_and_not_obeyed() -> None:
    told = nasty_month()
    page = statement_page(told)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "\x1b" not in page + printed(told) + statement_csv(told)
    assert "[bold]" in printed(told)
    assert rows(told)[0]["name"].startswith("'=1+1")
    assert rows(told)[0]["connector"].startswith("'=1+1")


def test_a_month_full_of_events_still_fits_on_the_page() -> None:
    days = range(1, 29)
    spans = [(at(f"2026-02-{day:02d} 17:00"), at(f"2026-02-{day:02d} 20:00")) for day in days]
    told = statement(
        [each for span in spans for each in intervals(*span, 600)],
        [part(f"e{span[0]}", *span) for span in spans],
        [event(f"e{span[0]}", *span) for span in spans],
    )
    assert len(told.lines) == 28 * 12
    page = statement_page(told)
    assert len(page) < 300_000
    drawing = re.search(r"<svg.*?</svg>", page, re.S)
    assert drawing is not None
    bars = [
        (float(bar.get("x", "")), float(bar.get("width", "")))
        for bar in ElementTree.fromstring(drawing.group()).findall("g/rect")
    ]
    assert len(bars) == 28 * 12
    assert max(x + width for x, width in bars) <= 1200


def test_what_the_owner_owes_is_drawn_and_has_a_minus() -> None:
    start_s, end_s = at("2026-02-10 18:00"), at("2026-02-10 18:30")
    series = PriceSeries("p.csv", (start_s,), (Decimal(-200),))
    told = statement(
        intervals(start_s, end_s, 500),
        [part("peak", start_s, end_s)],
        [event("peak", start_s, end_s)],
        tariff(RealTime(series, Decimal(1), None, None)),
    )
    assert told.credit == Decimal("-0.60")
    assert "credit −$0.60" in spoken(statement_page(told))
    assert "−$0.30" in spoken(statement_section(told))


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("-0.015", "-0.02"), ("1", "1.00")],
)
def test_half_a_cent_goes_to_the_even_one(amount: str, rounded: str) -> None:
    assert str(cents(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        ("2", "$2.00"),
        ("0.3", "$0.30"),
        ("6.437268", "$6.437268"),
        ("100", "$100.00"),
        ("0", "$0.00"),
    ],
)
def test_rates_show_all_their_decimals_and_at_least_two(rate: str, told: str) -> None:
    assert rate_text(Decimal(rate), "USD") == told
    assert money_text(Decimal("-1.50"), "EUR") == "−€1.50"
