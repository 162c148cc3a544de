"""Whatever fails, whenever: nothing is lost, nothing is paid twice, and work resumes by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programme.killing import survive, unsound

RUNS = 100


@pytest.mark.parametrize("seed", range(RUNS))
def test_no_failure_loses_an_interval_or_pays_it_twice(seed: int, tmp_path: Path) -> None:
    run = survive(seed, tmp_path)
    assert unsound(run) == [], f"seed {seed}: {'; '.join(run.failures)}"
