"""The evidence command on a quick section, and how limits and aims are told."""

from __future__ import annotations

import json

import pytest

from tests.evidence.__main__ import main
from tests.evidence.figures import Section, at_least, at_most, none_of, plain
from tests.evidence.provenance import ROOT, Provenance, provenance
from tests.evidence.report import document, markdown

_ORIGIN = Provenance("0123abc", True, "CPython 3.11.7", 2)


def section_of_everything() -> Section:
    return Section(
        "dummy",
        "A dummy",
        "Counted on fingers.",
        "ten fingers",
        None,
        (
            at_most("heights", 1_234, "m", 1_000, "2 hills"),
            at_least("speeds", 1.5, "m/s", 2, "2 hares", "aim"),
            none_of("mistakes", 0, "10 fingers"),
        ),
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
    assert "`.venv/bin/python -m tests.evidence dummy`" in text


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


def test_a_named_section_is_printed_and_no_file_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["duty"]) == 0
    printed = capsys.readouterr().out
    assert "largest gap below the ideal duty" in printed
    assert "written" not in printed


def test_an_unknown_section_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 2
    assert "there are rates, identity, duty" in capsys.readouterr().err
