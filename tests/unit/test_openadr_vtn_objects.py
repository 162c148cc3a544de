"""The objects of the utility's VTN: what is kept, listed and found, and who sees it."""

import pytest

from tests.unit.openadr_bench import (
    BUSINESS,
    EXPORT,
    HOUR_S,
    NOW_S,
    OTHER_VEN,
    VEN,
    VtnBench,
    demand_problem,
    ids,
    report_json,
)
from wattback_sim.errors import BadInputError


@pytest.fixture
def bench() -> VtnBench:
    return VtnBench()


def test_an_object_keeps_its_id_and_creation_and_tells_when_it_was_changed(
    bench: VtnBench,
) -> None:
    body = {"programID": bench.program, "intervals": [], "id": "mine", "private": 1}
    made = bench.ask(BUSINESS, "POST", "/events", body)
    assert made.status_code == 201
    assert (made.json()["id"], made.json()["objectType"], made.json()["private"]) == (
        "event-2",
        "EVENT",
        1,
    )
    changed = bench.ask(BUSINESS, "PUT", "/events/event-2", body | {"private": 2}).json()
    assert changed["createdDateTime"] == made.json()["createdDateTime"]
    assert changed["modificationDateTime"] > made.json()["modificationDateTime"]
    assert bench.ask(BUSINESS, "DELETE", "/events/event-2").json() == changed
    demand_problem(bench.ask(BUSINESS, "GET", "/events/event-2"), 404)
    again = bench.ask(BUSINESS, "POST", "/events", body)
    assert again.json()["id"] == "event-3"  # an id is never used again


def test_lists_are_filtered_and_come_in_pages(bench: VtnBench) -> None:
    other = bench.utility.create_program("limits")
    for number in range(60):
        bench.utility.create_event(other, NOW_S + number * HOUR_S, HOUR_S, EXPORT)
    assert len(bench.listed(VEN, "/events")) == 50
    assert ids(bench.listed(VEN, "/events?skip=50")) == [f"event-{n}" for n in range(51, 62)]
    assert ids(bench.listed(VEN, "/events?skip=1&limit=2")) == ["event-2", "event-3"]
    assert ids(bench.listed(VEN, f"/events?programID={bench.program}")) == ["event-1"]
    assert bench.listed(VEN, "/events?programID=program-9") == []


def test_active_events_are_those_that_go_on_now(bench: VtnBench) -> None:
    later = bench.utility.create_event(bench.program, NOW_S + 900, 450, EXPORT, EXPORT)
    nonsense = bench.ask(
        BUSINESS, "POST", "/events", {"programID": bench.program, "intervals": [3]}
    ).json()["id"]
    for now_s, active in ((899, [bench.event]), (900, [later]), (1799, [later]), (1800, [])):
        bench.clock.now_s = NOW_S + now_s
        assert ids(bench.listed(VEN, "/events?active=true")) == active
        rest = {bench.event, later, nonsense} - set(active)
        assert set(ids(bench.listed(VEN, "/events?active=false"))) == rest


def test_the_same_report_twice_is_a_conflict_and_outlives_its_event(bench: VtnBench) -> None:
    named = report_json(bench.event, reportName="delivered-1")
    bench.utility.cancel_event(bench.event)
    assert bench.ask(VEN, "POST", "/reports", named).status_code == 201
    demand_problem(bench.ask(VEN, "POST", "/reports", named), 409)
    assert bench.ask(OTHER_VEN, "POST", "/reports", named).status_code == 201
    told = bench.utility.reports()
    assert [one["clientID"] for one in told] == ["oak-lane", "elm-street"]
    assert ids(bench.listed(VEN, "/reports")) == ["report-1"]
    assert ids(bench.listed(BUSINESS, "/reports?eventID=event-1")) == ["report-1", "report-2"]


def test_a_report_is_found_by_the_programme_of_its_event(bench: VtnBench) -> None:
    bench.ask(VEN, "POST", "/reports", report_json(bench.event))
    assert ids(bench.listed(VEN, f"/reports?programID={bench.program}")) == ["report-1"]
    assert bench.listed(VEN, "/reports?programID=program-2") == []


# --- who sees what ---


def test_a_site_sees_its_own_objects_and_those_of_nobody_else(bench: VtnBench) -> None:
    ven = bench.ask(VEN, "POST", "/vens", {"venName": "oak-lane"}).json()["id"]
    demand_problem(bench.ask(OTHER_VEN, "POST", "/vens", {"venName": "oak-lane"}), 409)
    garage = {"resourceName": "garage", "venID": ven}
    assert bench.ask(VEN, "POST", "/resources", garage).status_code == 201
    demand_problem(bench.ask(VEN, "POST", "/resources", garage), 409)
    demand_problem(bench.ask(OTHER_VEN, "POST", "/resources", garage), 404)
    demand_problem(bench.ask(OTHER_VEN, "GET", f"/vens/{ven}"), 404)
    demand_problem(bench.ask(OTHER_VEN, "DELETE", f"/vens/{ven}"), 404)
    assert bench.listed(OTHER_VEN, "/vens") == bench.listed(OTHER_VEN, "/resources") == []
    assert ids(bench.listed(VEN, f"/resources?venID={ven}&resourceName=garage")) == ["resource-1"]
    assert ids(bench.listed(BUSINESS, "/vens?venName=oak-lane")) == [ven]


def test_targets_are_granted_by_the_utility_and_hidden_from_all_others(bench: VtnBench) -> None:
    north = bench.utility.create_event(bench.program, NOW_S, 900, EXPORT, targets=["north", "vip"])
    ven = bench.ask(VEN, "POST", "/vens", {"venName": "oak-lane", "targets": ["north"]}).json()
    assert "targets" not in ven  # nobody grants himself anything
    assert ids(bench.listed(VEN, "/events?targets=north")) == []
    demand_problem(bench.ask(VEN, "GET", f"/events/{north}?targets=north"), 404)
    granted = {"venName": "oak-lane", "targets": ["north"]}
    assert (
        bench.ask(BUSINESS, "PUT", f"/vens/{ven['id']}", granted).json()["clientID"] == "oak-lane"
    )
    seen = bench.listed(VEN, "/events?targets=north&targets=vip")
    assert [(one["id"], one["targets"]) for one in seen] == [(north, ["north"])]
    assert bench.ask(VEN, "GET", f"/events/{north}?targets=north").status_code == 200
    assert ids(bench.listed(VEN, "/events")) == [bench.event]
    assert ids(bench.listed(OTHER_VEN, "/events?targets=north")) == []
    renamed = bench.ask(VEN, "PUT", f"/vens/{ven['id']}", {"venName": "oak-lane"}).json()
    assert renamed["targets"] == ["north"]  # and nobody loses them by writing the rest
    assert ids(bench.listed(BUSINESS, "/events")) == [bench.event, north]


# --- the utility's own hand ---


def test_every_answer_tells_the_utilitys_own_time(bench: VtnBench) -> None:
    bench.clock.now_s += 61
    assert bench.ask(VEN, "GET", "/events").headers["Date"] == "Wed, 11 Feb 2026 00:01:01 GMT"


def test_while_it_is_down_no_connection_is_made(bench: VtnBench) -> None:
    bench.utility.down = True
    with pytest.raises(ConnectionRefusedError):
        bench.http.get("/auth/server")
    bench.utility.down = False
    assert bench.http.get("/auth/server").status_code == 200


def test_it_cannot_change_what_it_never_made(bench: VtnBench) -> None:
    for act in (
        lambda: bench.utility.create_event("program-2", NOW_S, 900, EXPORT),
        lambda: bench.utility.change_event("event-2"),
        lambda: bench.utility.cancel_event("event-2"),
    ):
        with pytest.raises(BadInputError, match="did you mean"):
            act()
