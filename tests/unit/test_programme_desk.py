"""The desk between the utility and the records: what is written down, trusted, kept and sent."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from tests.unit.controller_bench import READY, part
from tests.unit.openadr_bench import (
    EXPORT,
    NAME,
    NOW_S,
    Clock,
    Handler,
    client_of,
    programme_of,
    utility_at,
)
from wattback_controller.connector_link import Reading
from wattback_controller.openadr.errors import NotReachableError
from wattback_controller.programme_desk import Errand, ProgrammeDesk, at_once, seen_before
from wattback_controller.records import Interval, Participation
from wattback_controller.store import Store
from wattback_sim.utility.vtn import Utility

_T = TypeVar("_T")
POLL_S = 10
TRUST_S = 100
INTERVAL = Interval("garage", NOW_S, NOW_S + 300, 0, 600, 0)


class Bench:
    """A utility with one programme, the desk, and its store."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.utility: Utility = utility_at(self.clock)
        self.program = self.utility.create_program(NAME, {"DISPATCH_SETPOINT": "KW"})
        self.store = Store(folder)
        self.kept = 0
        self.desk = self.new_desk()

    @property
    def now_s(self) -> float:
        return self.clock.now_s

    def new_desk(
        self, way: Utility | Handler | None = None, errand: Errand = at_once
    ) -> ProgrammeDesk:
        """A desk that finds what the one before has written."""
        way = way or self.utility
        self.desk = ProgrammeDesk(
            self.store,
            client_of(way, self.clock),
            programme_of(way, self.clock, seen=seen_before(self.store)),
            "oak-lane",
            True,
            {"garage": 75_000},
            POLL_S,
            TRUST_S,
            errand,
        )
        return self.desk

    def announce(self, start_s: float = NOW_S + 600, lasts_s: int = 900) -> str:
        return self.utility.create_event(self.program, start_s, lasts_s, EXPORT, name="evening")

    def after(self, for_s: float) -> None:
        self.clock.now_s += for_s
        self.desk.poll(self.now_s)

    def run(self, for_s: int) -> None:
        for _ in range(for_s):
            self.after(1.0)

    def standing(self) -> list[str]:
        return [event.event for event in self.store.events()]

    def told(self) -> list[str]:
        return [what for _, _, what in self.store.audit_lines(1000)]

    def report(
        self,
        *complete: Interval,
        parts: tuple[Participation, ...] = (),
        readings: dict[str, Reading] | None = None,
    ) -> None:
        with self.store.transaction():
            self.store.add_intervals(complete)
            for one in parts:
                self.store.put_participation(one)
            self.desk.report(self.now_s, readings or {})

    def waiting(self) -> list[str]:
        return [name for name, _ in self.store.reports(1000)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "records")
    yield made
    made.store.close()


# --- events ---


def test_an_event_is_written_down_once_and_told_with_what_it_asks(bench: Bench) -> None:
    name = bench.announce()
    bench.run(60)
    assert bench.standing() == [name]
    assert bench.desk.trusted
    assert bench.told() == [
        f"announces event {name} (evening): DISPATCH_SETPOINT 8000 for 900 s from {NOW_S + 600}"
    ]


def test_the_utility_is_asked_as_often_as_it_is_agreed(bench: Bench) -> None:
    bench.run(1)
    name = bench.announce()
    bench.run(POLL_S - 1)
    assert bench.standing() == []
    bench.run(1)
    assert bench.standing() == [name]


def test_an_event_that_is_changed_is_told_as_changed(bench: Bench) -> None:
    name = bench.announce()
    bench.run(1)
    bench.clock.now_s += 1
    bench.utility.change_event(name, {"DISPATCH_SETPOINT": [5.0]}, duration_s=300)
    bench.run(POLL_S)
    (event,) = bench.store.events()
    assert (event.segments[0].value, event.end_s) == (5000.0, NOW_S + 900)
    assert bench.told()[-1].startswith(f"changes event {name}")


def test_an_event_that_is_cancelled_stands_no_more_and_is_still_known(bench: Bench) -> None:
    name = bench.announce()
    bench.run(1)
    bench.utility.cancel_event(name)
    bench.run(POLL_S)
    assert bench.standing() == []
    assert [event.event for event in bench.store.all_events()] == [name]
    assert bench.told()[-1] == f"cancels event {name}"


def test_an_event_that_is_over_is_not_called_cancelled_and_goes_an_hour_later(
    bench: Bench,
) -> None:
    name = bench.announce(NOW_S, 60)
    bench.run(100)
    assert bench.standing() == [name]
    bench.clock.now_s += 3600
    bench.run(1)
    assert bench.standing() == []
    assert not any("cancels" in line for line in bench.told())


def test_an_event_that_somebody_has_not_left_is_kept_however_long_it_is_over(
    bench: Bench,
) -> None:
    """A controller that was away finds when it ended, and does not take it for cancelled."""
    name = bench.announce(NOW_S, 60)
    bench.run(1)
    bench.store.put_participation(part(name))
    bench.clock.now_s += 86_400
    bench.new_desk()
    bench.run(1)
    assert bench.standing() == [name]
    bench.store.put_participation(part(name, stopped="event_ended"))
    bench.run(POLL_S)
    assert bench.standing() == []


def test_an_event_that_is_not_believed_is_refused_with_a_reason_once(bench: Bench) -> None:
    bench.utility.create_event(bench.program, NOW_S + 60, 900, {"DISPATCH_SETPOINT": [9000.0]})
    bench.run(60)
    assert bench.standing() == []
    (line,) = bench.told()
    assert "is refused" in line
    assert "was a unit mixed up?" in line


def test_a_controller_that_begins_anew_remembers_what_was_cancelled(bench: Bench) -> None:
    name = bench.announce()
    bench.run(1)
    bench.utility.cancel_event(name)
    bench.run(POLL_S)
    seen = bench.desk._programme.seen
    assert seen_before(bench.store) == seen
    assert [(one.event, one.accepted) for one in seen] == [(name, None)]


def test_a_controller_that_begins_anew_does_not_announce_again(bench: Bench) -> None:
    name = bench.announce()
    bench.run(1)
    bench.new_desk()
    bench.run(1)
    assert bench.standing() == [name]
    assert len(bench.told()) == 1


# --- silence and trust ---


def test_while_the_utility_is_down_what_it_said_stands_and_counts(bench: Bench) -> None:
    name = bench.announce()
    bench.run(1)
    bench.utility.down = True
    bench.run(TRUST_S - 2)
    assert bench.desk.trusted
    assert bench.standing() == [name]
    # Once for each thing that was asked in vain, not every ten seconds.
    assert 2 <= len(bench.told()) <= 3
    assert all(line.startswith("the utility cannot be asked: ") for line in bench.told()[1:])


def test_trust_runs_out_and_comes_back_and_each_is_told_once(bench: Bench) -> None:
    bench.announce()
    bench.run(1)
    bench.utility.down = True
    bench.run(3 * TRUST_S)
    assert not bench.desk.trusted
    bench.utility.down = False
    bench.run(POLL_S)
    assert bench.desk.trusted
    heads = [line.split(":")[0] for line in bench.told()[1:]]
    assert list(dict.fromkeys(heads)) == [
        "the utility cannot be asked",
        "the utility has been silent for too long",
        "the utility answers again",
    ]


def test_trust_survives_a_restart_for_what_is_left_of_it_and_no_longer(bench: Bench) -> None:
    bench.announce()
    bench.run(1)
    bench.utility.down = True
    bench.clock.now_s += 50
    bench.new_desk()
    bench.run(1)
    assert bench.desk.trusted
    bench.run(TRUST_S - 50)
    assert not bench.desk.trusted


def test_a_clock_that_was_set_back_asks_at_once_and_trusts_what_is_said_now(
    bench: Bench,
) -> None:
    name = bench.announce(lasts_s=9000)
    bench.run(3)
    bench.utility.down = True
    bench.after(-2.5)  # it was steered, by half a second after the last answer
    assert bench.desk.trusted
    bench.after(-3600)
    assert not bench.desk.trusted
    assert bench.told()[-1] == (
        "the clock was set back to before the utility was heard: its events end"
    )
    bench.utility.down = False
    bench.run(POLL_S)
    assert bench.desk.trusted
    assert bench.standing() == [name]


def test_reports_do_not_wait_for_a_clock_that_was_set_back(bench: Bench) -> None:
    name = bench.announce(NOW_S, 9000)
    bench.new_desk(Fussy(bench.utility, 503))
    bench.run(1)
    keep(bench, 1, name)
    bench.desk.deliver(bench.now_s)
    bench.desk._client = client_of(bench.utility, bench.clock)
    bench.desk.deliver(bench.now_s - 3600)
    assert bench.waiting() == []


def test_a_utility_that_was_never_heard_is_not_trusted(bench: Bench) -> None:
    bench.utility.down = True
    bench.run(20)
    assert not bench.desk.trusted


def test_a_utility_that_is_slow_holds_up_nobody(bench: Bench) -> None:
    """The errand goes on beside; nothing is asked twice at once."""
    visits: list[Future[object]] = []
    answers: list[Callable[[], object]] = []

    def slow(visit: Callable[[], _T], /) -> Future[_T]:
        visits.append(Future())
        answers.append(visit)
        return visits[-1]  # type: ignore[return-value]

    name = bench.announce()
    bench.new_desk(errand=slow)
    bench.run(5 * POLL_S)
    assert len(visits) == 1
    assert bench.standing() == []
    visits[0].set_result(answers[0]())
    bench.run(1)
    assert bench.standing() == [name]
    assert bench.desk.trusted
    bench.run(POLL_S)
    visits[1].set_exception(NotReachableError("too slow"))
    bench.run(1)
    assert bench.told()[-1] == "the utility cannot be asked: too slow"
    assert bench.standing() == [name]


# --- reports ---


def test_a_complete_interval_of_a_participant_is_reported(bench: Bench) -> None:
    name = bench.announce(NOW_S, 900)
    bench.run(1)
    bench.report(
        INTERVAL, parts=(part(name, start_s=NOW_S, end_s=NOW_S + 300, stopped="reserve"),)
    )
    assert len(bench.waiting()) == 1
    bench.desk.deliver(bench.now_s)
    assert bench.waiting() == []
    (report,) = bench.utility.reports()
    (resource,) = report["resources"]
    assert (report["eventID"], resource["resourceName"]) == (name, "garage")
    payloads = {one["type"]: one["values"] for one in resource["intervals"][0]["payloads"]}
    assert payloads == {"USAGE": [0.6], "DEMAND": [7.2], "DATA_QUALITY": ["OK"]}


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({}, True),
        ({"connector": "drive"}, False),
        ({"start_s": NOW_S + 1}, False),
        ({"end_s": NOW_S + 299, "stopped": "reserve"}, False),
        ({"end_s": NOW_S + 300, "stopped": "reserve"}, True),
        ({"start_s": NOW_S - 100}, True),
    ],
)
def test_only_what_lies_within_a_participation_is_reported(
    bench: Bench, changes: dict[str, object], reported: bool
) -> None:
    bench.clock.now_s += 301
    one = replace(part("event-1", start_s=NOW_S), **changes)  # type: ignore[arg-type]
    bench.report(INTERVAL, parts=(one,))
    assert bool(bench.waiting()) == reported


def test_an_interval_is_reported_once(bench: Bench) -> None:
    bench.clock.now_s += 301
    bench.report(INTERVAL, parts=(part("event-1", start_s=NOW_S),))
    bench.report()
    assert len(bench.waiting()) == 1


def test_what_could_be_exported_is_reported_beside(bench: Bench) -> None:
    bench.clock.now_s += 301
    bench.report(
        INTERVAL,
        parts=(part("event-1", start_s=NOW_S),),
        readings={"garage": READY, "drive": replace(READY, linked=False)},
    )
    (_, report) = [document for name, document in bench.store.reports(9)]
    (resource,) = report["resources"]
    payloads = {one["type"]: one["values"] for one in resource["intervals"][0]["payloads"]}
    # 30 % of 75 kWh are above the reserve.
    assert payloads == {
        "STORAGE_MAX_DISCHARGE_POWER": [11.52],
        "STORAGE_DISPATCH_FORECAST": [22.5],
    }


def keep(bench: Bench, count: int, event: str) -> None:
    """Reports of so many intervals, in the queue; one further back than the other."""
    for _ in range(count):
        bench.kept += 1
        start_s = NOW_S - 300 * bench.kept
        one = replace(INTERVAL, start_s=start_s, end_s=start_s + 300)
        over = part(event, start_s=start_s, end_s=start_s + 300, stopped="opted_out")
        bench.report(one, parts=(over,))


def test_reports_wait_for_the_utility_and_for_the_next_life(bench: Bench) -> None:
    name = bench.announce(NOW_S, 900)
    bench.run(1)
    bench.utility.down = True
    bench.run(POLL_S)
    keep(bench, 3, name)
    bench.desk.deliver(bench.now_s)
    assert len(bench.waiting()) == 3
    bench.new_desk()
    bench.utility.down = False
    bench.run(1)
    bench.desk.deliver(bench.now_s)
    assert bench.waiting() == []
    assert len(bench.utility.reports()) == 3


def test_a_queue_is_delivered_a_few_at_a_time(bench: Bench) -> None:
    name = bench.announce(NOW_S, 9000)
    bench.run(1)
    keep(bench, 20, name)
    sizes = []
    for _ in range(4):
        bench.desk.deliver(bench.now_s)
        sizes.append(len(bench.waiting()))
    assert sizes == [12, 4, 0, 0]


def test_a_report_that_has_arrived_and_was_not_dropped_is_not_sent_twice(bench: Bench) -> None:
    name = bench.announce(NOW_S, 900)
    bench.run(1)
    keep(bench, 1, name)
    ((report, document),) = bench.store.reports(1)
    bench.desk.deliver(bench.now_s)
    bench.store.add_report(report, document)  # killed before it was dropped
    bench.desk.deliver(bench.now_s)
    assert bench.waiting() == []
    assert len(bench.utility.reports()) == 1


class Fussy:
    """The utility, but for reports, which it answers with a status."""

    def __init__(self, utility: Utility, status: int) -> None:
        self._inner = httpx.WSGITransport(app=utility)
        self._status = status
        self.posted = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/reports"):
            self.posted += 1
            return httpx.Response(self._status, json={"title": "no"})
        answer = self._inner.handle_request(request)
        return httpx.Response(answer.status_code, content=answer.read(), headers=answer.headers)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_report_that_is_refused_for_good_is_told_and_does_not_block_the_next(
    bench: Bench, status: int
) -> None:
    name = bench.announce(NOW_S, 900)
    bench.new_desk(Fussy(bench.utility, status))
    bench.run(1)
    keep(bench, 2, name)
    bench.desk.deliver(bench.now_s)
    assert bench.waiting() == []
    assert sum("does not take report" in line for line in bench.told()) == 2


def test_a_report_about_an_event_that_is_gone_does_not_block_the_next(bench: Bench) -> None:
    name = bench.announce(NOW_S, 900)
    bench.run(1)
    keep(bench, 1, "event-77")
    keep(bench, 1, name)
    bench.desk.deliver(bench.now_s)
    assert bench.waiting() == []
    assert [report["eventID"] for report in bench.utility.reports()][-1] == name


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_utility_that_takes_no_reports_now_gets_them_later_and_is_told_of_once(
    bench: Bench, status: int
) -> None:
    """Its events are answered all the while, so they count, and the log is not flooded."""
    name = bench.announce(NOW_S, 9000)
    bench.new_desk(Fussy(bench.utility, status))
    bench.run(1)
    keep(bench, 3, name)
    for _ in range(20 * POLL_S):
        bench.run(1)
        bench.desk.deliver(bench.now_s)
    assert len(bench.waiting()) == 3
    assert bench.desk.trusted
    assert bench.told()[-1].startswith("the utility takes no reports now: POST /reports")
    assert len(bench.told()) == 2
    bench.new_desk()
    bench.run(1)
    bench.desk.deliver(bench.now_s)
    assert bench.waiting() == []


def test_a_utility_that_takes_no_reports_now_is_not_asked_every_second(bench: Bench) -> None:
    name = bench.announce(NOW_S, 9000)
    fussy = Fussy(bench.utility, 503)
    bench.new_desk(fussy)
    bench.run(1)
    keep(bench, 3, name)
    for _ in range(10 * POLL_S):
        bench.run(1)
        bench.desk.deliver(bench.now_s)
    assert fussy.posted <= 12
