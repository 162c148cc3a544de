"""A board that does not tick is judged by its coil and its contacts alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from wattback.boards.sim import OUTPUT_AT
from wattback_sim.faults import find_fault
from wattback_sim.link.cpython import CPythonLink
from wattback_sim.site import Site

TICK_US = 10_000


class _Failing(CPythonLink):
    """A firmware that stops when it is told to, with its outputs as they were or safe."""

    def __init__(self) -> None:
        super().__init__()
        self.safe = True
        self._last: list[int] = []

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        if self.ticked:
            self._last = list(super().exchange(words))
        answer = list(self._last)
        answer[:2] = words[:2]
        if not self.ticked and self.safe:
            answer[OUTPUT_AT] = answer[OUTPUT_AT + 1] = 0
        return answer


@pytest.fixture
def charging() -> tuple[Site, _Failing]:
    link = _Failing()
    site = Site("cpython", initial={"vehicle.start_s": 0.1}, new_link=lambda: link)
    site.power_on()
    site.run_until(1_000_000)
    site.world.vehicle.plug_in()
    assert site.wait(lambda: site.world.path.closed, 10_000_000)
    site.run_until(site.clock.now_us + 2_000_000)
    assert site.truths.violations == []
    return site, link


def test_a_unit_that_fails_safe_under_load_breaks_no_truth(
    charging: tuple[Site, _Failing],
) -> None:
    site, link = charging
    link.ticked = False
    site.run_until(site.clock.now_us + 1_000_000)
    assert not site.world.path.closed
    assert site.truths.violations == []


def test_a_unit_that_fails_with_its_coil_on_is_seen_at_once(
    charging: tuple[Site, _Failing],
) -> None:
    site, link = charging
    link.ticked = link.safe = False
    site.run_until(site.clock.now_us + TICK_US)
    assert site.truths.violations == []  # one tick that is late
    site.run_until(site.clock.now_us + TICK_US)
    (violation,) = site.truths.violations
    assert violation.truth == 8
    assert "coil" in violation.text


def test_contacts_that_stay_closed_while_nothing_ticks_are_seen(
    charging: tuple[Site, _Failing],
) -> None:
    site, link = charging
    site.break_(find_fault("contactor", "stuck_closed"), 0.0)
    link.ticked = False
    site.run_until(site.clock.now_us + 200_000)
    assert [violation.truth for violation in site.truths.violations][:1] == [8]
