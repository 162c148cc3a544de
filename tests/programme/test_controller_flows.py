"""Evenings of a whole address: the utility asks, simulated connectors follow, and all is recorded.

However an evening goes, its records hold: see `Evening.close`.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.controller_bench import NOW_S, AddressBench, act
from wattback_controller.records import Participation
from wattback_controller.settlement.civil import Month
from wattback_controller.statement_of import statement_of

NewEvening = Callable[..., "Evening"]


class Evening(AddressBench):
    """Judges the records when it is over."""

    def ended(self) -> list[tuple[str, str, int, int]]:
        """Connector and reason of every participation, with its times after NOW_S."""
        return [
            (one.connector, one.stopped, one.start_s - NOW_S, one.end_s - NOW_S)
            for one in self.parts()
        ]

    def of(self, name: str) -> list[Participation]:
        return [one for one in self.parts() if one.connector == name]

    def power_w(self, name: str = "garage") -> int:
        return self.sites[name].board.status("power_w")

    def judge(self) -> None:
        """No participation overlaps another; all that are over are signed; energy adds up."""
        assert self.store.unsigned() == []
        intervals = self.store.intervals(0, NOW_S + 10**6)
        for name in self.sites:
            mine = [one for one in intervals if one.connector == name]
            for before, after in pairwise(mine):
                assert before.end_s == after.start_s
            mark = self.store.mark(name)
            assert mark is not None
            board = self.sites[name].board
            import_wh = sum(one.import_wh for one in mine) + mark.import_wh
            export_wh = sum(one.export_wh for one in mine) + mark.export_wh
            island_wh = sum(one.island_wh for one in mine) + mark.island_wh
            assert import_wh == mark.last.import_wh <= board.status("import_wh")
            assert (export_wh, island_wh) == (mark.last.export_wh, mark.last.island_wh)
            parts = sorted(self.of(name), key=lambda one: one.start_s)
            for one in parts:
                assert one.start_s <= one.end_s
            for first, second in pairwise(parts):
                assert first.end_s <= second.start_s, (first, second)
        statement_of(self.address.site, self.store, Month(2026, 2))

    def restart(self) -> None:
        """The controller is killed, and another begins where it was."""
        self.address.new_controller()


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[NewEvening]:
    made: list[Evening] = []

    def new(*names: str, **given: object) -> Evening:
        one = Evening(tmp_path, *(names or ("garage",)), **given)  # type: ignore[arg-type]
        made.append(one)
        one.plug_in()
        return one

    yield new
    for one in made:
        one.run(6.0)
        one.judge()
        one.close()


def test_an_event_is_delivered_recorded_signed_and_reported(evening: NewEvening) -> None:
    site = evening()
    name = site.announce(-8.0, NOW_S + 30, 90)
    site.run_to(NOW_S + 29)
    assert site.parts() == []
    assert site.power_w() < -6000
    site.run_to(NOW_S + 60)
    assert 7500 < site.power_w() < 8500
    site.run_to(NOW_S + 130)
    assert site.ended() == [("garage", "event_ended", 30, 120)]
    (part,) = site.parts()
    assert (part.event, part.asked_w) == (name, 8000)
    (record,) = site.store.records(0, NOW_S + 10**6)
    assert name in record
    assert {report["eventID"] for report in site.address.utility.reports()} == {name}
    site.run_to(NOW_S + 150)
    assert site.power_w() < -6000


def test_before_the_owner_has_enrolled_nothing_is_exported(evening: NewEvening) -> None:
    site = evening(enrolled=False)
    site.announce(-8.0, NOW_S + 10, 60)
    site.run_to(NOW_S + 60)
    assert site.power_w() < -6000
    assert site.parts() == []
    assert not site.reading().export_enabled


def test_an_event_that_begins_before_it_is_heard_of_is_signed_too(evening: NewEvening) -> None:
    """ "Now", as utilities say it in an emergency: no register was read at its beginning."""
    site = evening()
    site.run_to(NOW_S + 13)
    site.announce(-8.0, NOW_S + 13, 60)
    site.run_to(NOW_S + 80)
    ((_, stopped, start_s, end_s),) = site.ended()
    assert (stopped, end_s) == ("event_ended", 73)
    assert 13 <= start_s <= 13 + 12


def test_two_share_a_set_point_and_who_opts_out_leaves_it_to_the_other(
    evening: NewEvening,
) -> None:
    site = evening("garage", "drive")
    name = site.announce(-8.0, NOW_S + 10, 100)
    site.run_to(NOW_S + 40)
    assert 3500 < site.power_w("garage") < 4500
    assert 3500 < site.power_w("drive") < 4500
    site.owner.stay_out_of("garage", name, site.now_s)
    site.run_to(NOW_S + 70)
    assert site.power_w("garage") < -6000
    assert 7500 < site.power_w("drive") < 8500
    site.run_to(NOW_S + 120)
    assert site.ended() == [
        ("drive", "event_ended", 10, 110),
        ("garage", "opted_out", 10, 42),  # the round after it was asked for, and a second
    ]


def test_the_reserve_ends_it_for_one_that_then_holds_still(evening: NewEvening) -> None:
    site = evening(initial={"battery.capacity_kwh": 5.0, "vehicle.soc": 0.42})
    site.announce(-8.0, NOW_S + 2, 150)
    site.run_to(NOW_S + 120)
    ((_, stopped, _, end_s),) = site.ended()
    assert stopped == "reserve"
    (part,) = site.parts()
    assert 3990 <= part.least_soc_bp <= 4010
    assert abs(site.power_w()) < 200
    at_end_bp = site.reading().soc_bp
    site.run_to(NOW_S + 150)
    assert abs(site.reading().soc_bp - at_end_bp) < 10
    site.run_to(NOW_S + 190)
    assert site.power_w() < -1000
    assert end_s < 120


def test_the_higher_of_two_events_takes_over_and_gives_back(evening: NewEvening) -> None:
    site = evening()
    site.announce(-4.0, NOW_S + 10, 120, priority=5)
    site.announce(-8.0, NOW_S + 50, 40, priority=1)
    site.run_to(NOW_S + 40)
    assert 3500 < site.power_w() < 4500
    site.run_to(NOW_S + 80)
    assert 7500 < site.power_w() < 8500
    site.run_to(NOW_S + 140)
    assert site.ended() == [
        ("garage", "outranked", 10, 50),
        ("garage", "event_ended", 50, 90),
        ("garage", "event_ended", 91, 130),
    ]


def test_a_connector_that_is_silent_over_the_end_is_recorded_when_it_is_back(
    evening: NewEvening,
) -> None:
    site = evening("garage", "drive")
    site.announce(-8.0, NOW_S + 10, 60)
    site.run_to(NOW_S + 40)
    site.cut.add("garage")
    site.run_to(NOW_S + 60)
    # It may still be giving its 4 kW, so the other is not asked for more.
    assert 3500 < site.power_w("drive") < 4500
    site.run_to(NOW_S + 110)
    assert ("garage", "silent", 10, 70) in site.ended()
    assert [one.connector for one in site.store.unsigned()] == ["garage"]
    site.cut.clear()
    site.run_to(NOW_S + 130)
    assert site.store.unsigned() == []
    assert site.power_w("garage") < 0


def test_a_controller_that_is_killed_goes_on_with_the_same_event(evening: NewEvening) -> None:
    site = evening()
    site.announce(-8.0, NOW_S + 10, 100)
    site.run_to(NOW_S + 40)
    site.restart()
    site.run_to(NOW_S + 80)
    assert 7500 < site.power_w() < 8500
    site.run_to(NOW_S + 120)
    assert site.ended() == [("garage", "event_ended", 10, 110)]


def without_a_controller(site: Evening, until_s: int) -> None:
    for one in site.sites.values():
        one.run_until(round((until_s - site.address.starts_s) * 1e6))


@pytest.mark.parametrize("away_s", [120, 4000, 100_000])
def test_a_controller_that_was_away_over_the_end_finds_when_it_was(
    evening: NewEvening, away_s: int
) -> None:
    site = evening()
    site.announce(-8.0, NOW_S + 10, 80)
    site.run_to(NOW_S + 40)
    without_a_controller(site, NOW_S + 160)
    site.address.starts_s += away_s - 120  # a day on which nothing happens, skipped
    site.restart()
    site.run(10.0)
    assert site.ended() == [("garage", "event_ended", 10, 90)]


def test_an_event_that_was_cancelled_while_the_controller_was_away_is_signed(
    evening: NewEvening,
) -> None:
    site = evening()
    name = site.announce(-8.0, NOW_S + 10, 600)
    site.run_to(NOW_S + 40)
    without_a_controller(site, NOW_S + 140)
    site.address.utility.cancel_event(name)
    site.restart()
    site.run(15.0)
    ((_, stopped, start_s, end_s),) = site.ended()
    assert (stopped, start_s) == ("event_cancelled", 10)
    assert 40 <= end_s <= 42


def test_an_event_that_is_changed_while_it_runs_is_followed_as_it_is_now(
    evening: NewEvening,
) -> None:
    site = evening()
    name = site.announce(-4.0, NOW_S + 10, 300)
    site.run_to(NOW_S + 40)
    site.address.utility.change_event(name, {"DISPATCH_SETPOINT": [-8.0]})
    site.run_to(NOW_S + 70)
    assert 7500 < site.power_w() < 8500
    site.address.utility.change_event(name, {"DISPATCH_SETPOINT": [-8.0]}, duration_s=20)
    site.run_to(NOW_S + 100)
    ((_, stopped, start_s, end_s),) = site.ended()
    assert (stopped, start_s) == ("event_cancelled", 10)  # what it says now was over then
    assert 70 <= end_s <= 85
    assert site.power_w() < 0


def test_a_cancelled_event_ends_within_a_poll(evening: NewEvening) -> None:
    site = evening()
    name = site.announce(-8.0, NOW_S + 10, 300)
    site.run_to(NOW_S + 40)
    site.address.utility.cancel_event(name)
    site.run_to(NOW_S + 75)
    ((_, stopped, _, end_s),) = site.ended()
    assert stopped == "event_cancelled"
    assert end_s <= 52
    assert site.power_w() < -6000


def test_a_utility_that_falls_silent_is_followed_for_a_while_and_not_for_ever(
    evening: NewEvening,
) -> None:
    site = evening(programme="trust_s = 40\n")
    site.announce(-8.0, NOW_S + 10, 300)
    site.run_to(NOW_S + 30)
    site.address.utility.down = True
    site.run_to(NOW_S + 55)
    assert 7500 < site.power_w() < 8500
    site.run_to(NOW_S + 100)
    assert site.power_w() < -6000
    ((_, stopped, _, end_s),) = site.ended()
    assert stopped == "programme_silent"
    assert 60 <= end_s <= 75
    site.address.utility.down = False
    site.run_to(NOW_S + 140)
    assert len(site.parts()) == 2
    assert 7500 < site.power_w() < 8500
    site.owner.ask("garage", "out", site.now_s)
    site.run_to(NOW_S + 150)


def test_who_has_to_leave_leaves_the_event_once(evening: NewEvening) -> None:
    """It does not export again what it has just charged, neither on the way nor at the end."""
    site = evening(initial={"vehicle.soc": 0.7})
    site.owner.choose("garage", "departure", "18:18", site.now_s)  # 15 minutes are kept beside
    site.owner.choose("garage", "ready", "70.2%", site.now_s)
    site.announce(-8.0, NOW_S + 10, 400)
    site.run_to(NOW_S + 330)
    ended = site.ended()
    assert [stopped for _, stopped, _, _ in ended] == ["departure"], ended
    assert site.reading().soc_bp > 7020
    assert site.power_w() < -6000


def test_an_alert_stops_who_cannot_export_and_leaves_the_set_point_to_the_others(
    evening: NewEvening,
) -> None:
    site = evening("garage", "drive")
    act(site.sites["drive"], "vehicle.unplug")
    site.sites["drive"].change("link.on", 0)
    site.run(5.0)
    act(site.sites["drive"], "vehicle.plug_in")
    site.run(10.0)
    assert not site.reading("drive").linked
    assert site.power_w("drive") < -4000
    now_s = int(site.now_s)
    site.announce(-8.0, now_s + 20, 60)
    site.address.utility.create_event(
        site.address.programme_id, now_s + 20, 60, {"ALERT_GRID_EMERGENCY": ["cold"]}
    )
    site.run_to(now_s + 60)
    assert 7500 < site.power_w("garage") < 8500
    assert abs(site.power_w("drive")) < 200
    site.run_to(now_s + 90)
    assert [one.stopped for one in site.parts()] == ["event_ended"] * 2


def test_prices_are_followed_as_each_owner_has_said(evening: NewEvening) -> None:
    site = evening("garage", "drive")
    site.owner.choose("garage", "export_above", "0.50", site.now_s)
    site.owner.choose("drive", "pause_above", "0.30", site.now_s)
    for kind in ("PRICE", "EXPORT_PRICE"):
        site.announce(0.6, NOW_S + 20, 60, kind=kind)
    site.run_to(NOW_S + 60)
    assert site.power_w("garage") > 5000
    assert abs(site.power_w("drive")) < 200
    site.run_to(NOW_S + 100)
    assert site.power_w("garage") < 0
    assert site.power_w("drive") < 0


def test_a_limit_on_import_is_kept_by_all_together(evening: NewEvening) -> None:
    site = evening("garage", "drive")
    site.run_to(NOW_S + 20)
    site.announce(6.0, NOW_S + 40, 100, kind="IMPORT_CAPACITY_LIMIT")
    site.run_to(NOW_S + 50)
    for _ in range(8):
        drawn_w = -site.power_w("garage") - site.power_w("drive")
        assert 4500 < drawn_w <= 6000 * 1.03
        site.run(10.0)
    site.run_to(NOW_S + 170)
    assert site.power_w("garage") + site.power_w("drive") < -10_000


PANEL = """
[[service]]
name = "panel"
import_a = 20
export_a = 20
connectors = ["a", "b", "c"]
"""


def test_more_connectors_than_a_service_carries_never_overload_it(evening: NewEvening) -> None:
    """In whatever second one of them is looked at, and while one is silent."""
    site = evening("a", "b", "c", services=PANEL)
    drawn_ma = [0]

    def look() -> None:
        drawn_ma[0] = max(
            drawn_ma[0], sum(one.board.status("import_limit_ma") for one in site.sites.values())
        )

    site.run_to(NOW_S + 10)
    for _ in range(60):
        site.run(1.0)
        look()
    site.cut.add("b")
    for _ in range(60):
        site.run(1.0)
        look()
    site.cut.clear()
    site.restart()
    for _ in range(40):
        site.run(1.0)
        look()
    assert 15_000 < drawn_ma[0] <= 20_000
    assert sum(one.board.status("power_w") for one in site.sites.values()) < -2500


def test_a_service_limits_what_all_give_together(evening: NewEvening) -> None:
    site = evening("a", "b", "c", services=PANEL)
    site.announce(-20.0, NOW_S + 20, 80)
    site.run_to(NOW_S + 70)
    given_w = sum(site.power_w(name) for name in "abc")
    assert 4200 < given_w <= 20 * 245
    site.run_to(NOW_S + 110)


def test_a_connector_that_is_power_cycled_in_an_event_takes_part_again(
    evening: NewEvening,
) -> None:
    site = evening()
    site.announce(-8.0, NOW_S + 10, 150)
    site.run_to(NOW_S + 40)
    site.sites["garage"].power_off()
    site.run_to(NOW_S + 50)
    site.sites["garage"].power_on()
    site.run_to(NOW_S + 130)
    assert 7500 < site.power_w() < 8500
    site.run_to(NOW_S + 180)
    assert site.ended()[-1][1:] == ("event_ended", site.ended()[-1][2], 160)
