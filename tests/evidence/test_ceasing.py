"""Hazards of an export: one of each way to end, and what is told when nothing ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.evidence.ceasing import figures_of, suffer
from tests.evidence.hazards import HAZARDS

_BY_NAME = {hazard.name: hazard for hazard in HAZARDS}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("vehicle link cut, the vehicle feeds on", "permission"),
        ("S2 opened", "s2_opened"),
        ("UF2: 56 Hz", "must_trip"),
    ],
)
def test_a_hazard_ends_the_export_by_its_own_cause(name: str, cause: str) -> None:
    hazard = replace(_BY_NAME[name], seeds=2)
    times = suffer(hazard)
    assert times.causes == (cause,)
    assert times.violations == 0
    assert all(figure.met for figure in figures_of(hazard, times))


def test_an_export_that_nothing_ends_fails_its_limit() -> None:
    hazard = replace(_BY_NAME["S2 opened"], happens=lambda actor: None, seeds=1)
    figures = figures_of(hazard, suffer(hazard))
    assert [(figure.value, figure.met) for figure in figures] == [("never", False)] * 2
