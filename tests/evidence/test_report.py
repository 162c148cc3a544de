"""The evidence command on a quick section, and how limits and aims are told."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.evidence.__main__ import SECTIONS, main
from tests.evidence.charts import BarChart, BarRow, Range, RangeChart, RangeRow, render
from tests.evidence.figures import Section, at_least, at_most, none_of, plain
from tests.evidence.kept import keep, kept
from tests.evidence.provenance import ROOT, UNKNOWN, Provenance, provenance
from tests.evidence.report import document, markdown
from tests.evidence.scope import ASSUMED_EVERYWHERE, SCOPES

_ORIGIN = Provenance("0123abc", True, "CPython 3.11.7", 2)


BARS = BarChart("hares", "How far", "m", ("ran", "slept"), (BarRow("a & b", (3, 1), "4"),), 5)
RANGES = RangeChart(
    "hazards", "How soon", "ms", ("coil",), (RangeRow("unplug", (Range(2, 5, 9, "first"),), 100),)
)


def section_of_everything() -> Section:
    return Section(
        "duty",
        "A dummy",
        "Counted on fingers.",
        "ten fingers",
        None,
        (
            at_most("heights", 1_234, "m", 1_000, "2 hills"),
            at_least("speeds", 1.5, "m/s", 2, "2 hares", "aim"),
            none_of("mistakes", 0, "10 fingers"),
        ),
        charts=(BARS,),
    )


def test_a_limit_that_is_not_met_fails_and_an_aim_does_not() -> None:
    assert [figure.name for figure in section_of_everything().failed] == ["heights"]


def test_the_document_says_value_bound_outcome_and_what_was_counted() -> None:
    text = markdown([section_of_everything()], _ORIGIN)
    assert "| heights | 1,234 m | limit ≤ 1,000 | no | 2 hills |" in text
    assert "| speeds | 1.5 m/s | aim ≥ 2 | no | 2 hares |" in text
    assert "| mistakes | 0 | limit none | yes | 10 fingers |" in text
    assert "1 of 2 limits met" in text
    assert "commit 0123abc with uncommitted changes" in text
    assert "`.venv/bin/python -m tests.evidence duty`" in text


def test_the_document_begins_with_what_it_does_not_show() -> None:
    text = markdown([section_of_everything()], _ORIGIN)
    head = text[: text.index("## A dummy")]
    assert all(sentence in head for sentence in ASSUMED_EVERYWHERE)
    assert f"| A dummy | enumerated | {SCOPES['duty'].of} |" in head


def test_every_section_says_what_it_covers_and_nothing_else_does() -> None:
    assert set(SCOPES) == set(SECTIONS)
    assert all(scope.of and scope.not_covered for scope in SCOPES.values())


def test_a_chart_is_linked_and_drawn_to_its_scale() -> None:
    assert "![How far](evidence/hares.svg)" in markdown([section_of_everything()], _ORIGIN)
    svg = ElementTree.fromstring(render(BARS))
    ran, slept = (
        float(bar.attrib["width"])
        for bar in svg.iter("{http://www.w3.org/2000/svg}rect")
        if bar.attrib["class"] in ("first", "second") and float(bar.attrib["width"]) != 10
    )
    assert ran == pytest.approx(3 * slept, rel=0.01)


def test_a_range_lies_before_its_limit_on_a_logarithmic_axis() -> None:
    svg = ElementTree.fromstring(render(RANGES))
    (bar,) = (
        shape.attrib
        for shape in svg.iter("{http://www.w3.org/2000/svg}rect")
        if shape.attrib["class"] == "first" and shape.attrib["width"] != "10"
    )
    (limit,) = (
        shape.attrib["d"]
        for shape in svg.iter("{http://www.w3.org/2000/svg}path")
        if shape.attrib["class"] == "limit"
    )
    left, wide = float(bar["x"]), float(bar["width"])
    limit_px = float(limit[1:].split()[0])
    decade_px = (limit_px - left) / (2 - math.log10(2))
    assert wide == pytest.approx(decade_px * math.log10(9 / 2), rel=0.01)


def test_the_json_holds_the_same() -> None:
    told = json.loads(document([section_of_everything()], _ORIGIN))
    assert told["limits_failed"] == ["heights"]
    assert told["commit"] == "0123abc"
    assert told["sections"][0]["figures"][0]["enumerated"] == "2 hills"


def test_the_origin_names_no_place_on_this_machine() -> None:
    assert str(ROOT) not in str(provenance())


def test_numbers_have_their_thousands_apart_and_no_more_digits_than_they_need() -> None:
    assert [plain(value) for value in (1_188_000, 82.3, 0.0067, "A")] == [
        "1,188,000",
        "82.3",
        "0.0067",
        "A",
    ]


def test_what_was_not_measured_is_named() -> None:
    text = markdown([section_of_everything()], _ORIGIN, ["fuzz", "rates"])
    assert "**Not measured at this commit, so not told here: fuzz, rates.**" in text
    assert json.loads(document([], _ORIGIN, ["fuzz"]))["not_measured"] == ["fuzz"]


def test_a_section_is_kept_for_its_own_commit_alone(tmp_path: Path) -> None:
    section = section_of_everything()
    clean = replace(_ORIGIN, changed=False)
    keep(section, _ORIGIN, tmp_path)
    assert kept("duty", clean, tmp_path) is None  # the checkout had changes
    keep(section, clean, tmp_path)
    assert kept("duty", clean, tmp_path) == section
    assert kept("duty", replace(clean, commit="4567def"), tmp_path) is None
    assert kept("duty", _ORIGIN, tmp_path) is None
    assert kept("duty", replace(clean, python="CPython 3.12.0"), tmp_path) is None
    nowhere = replace(clean, commit=UNKNOWN)
    keep(section, nowhere, tmp_path)
    assert kept("duty", nowhere, tmp_path) is None


def test_a_named_section_is_printed_and_no_file_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["duty"]) == 0
    printed = capsys.readouterr().out
    assert "largest gap below the ideal duty" in printed
    assert "written" not in printed


def test_an_unknown_section_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 2
    assert "there are traceability, exploration" in capsys.readouterr().err
