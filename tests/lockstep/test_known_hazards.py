"""Each known hazard of peers/evse.md 3 and 4, played: the rows are in `known_hazards`.

A row is a name in the words of its hazard, where it was seen, and its cases. Missing are
"downgrade used to break in" and "update that cannot brick", which come with updates.
"""

from pathlib import Path

import pytest

from tests.lockstep.known_hazards import HAZARDS
from tests.lockstep.known_hazards.cases import Shows

_CASES = [
    pytest.param(shows, id=f"{name}: {way}")
    for name, hazard in HAZARDS.items()
    for way, shows in hazard.cases.items()
]


@pytest.mark.parametrize("name", HAZARDS)
def test_each_row_says_where_it_was_seen_and_has_a_case(name: str) -> None:
    assert HAZARDS[name].seen_in and HAZARDS[name].cases


@pytest.mark.parametrize("shows", _CASES)
def test_known_hazard(shows: Shows, tmp_path: Path) -> None:
    shows(tmp_path)
