"""Seeded defects: each patch breaks the firmware in one way, and whoever it names must say so.

`seeded` tells what a patch says, `catching` how it is tried; the test's id says who caught what.
Every scenario passes before any patch, and so does every named test.
"""

from collections.abc import Iterator

import pytest

from tests.defects.catching import Copy
from tests.defects.seeded import Defect, defects
from wattback_cli.exit_codes import ExitCode

_IDS = [f"{defect.name}, caught by {defect.catcher}" for defect in defects()]
_SCENARIOS = sorted({defect.scenario for defect in defects() if defect.scenario})
_TESTS = sorted({defect.test for defect in defects() if defect.test})


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    copy = Copy(tmp_path_factory.mktemp("defects"))
    yield copy
    copy.close()


@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_scenario_passes_without_a_defect(scenario: str, copy: Copy) -> None:
    copy.heal()
    code, sound = copy.play(scenario)
    assert code == ExitCode.DONE, sound
    assert sound["interpreter"].startswith("MicroPython")


def test_named_tests_pass_without_a_defect(copy: Copy) -> None:
    copy.heal()
    told = copy.run_tests(_TESTS)
    assert told["code"] == 0, told
    assert told["passed"] >= len(_TESTS)


@pytest.mark.parametrize("defect", defects(), ids=_IDS)
def test_defect_is_caught(defect: Defect, copy: Copy) -> None:
    verdict = copy.judge(defect)
    assert verdict.caught, verdict.said
