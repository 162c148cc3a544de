"""OpenADR clients that nobody here wrote, unmodified, against our utility over TCP and TLS.

python-oa3-client speaks 3.1.0, toadr3 speaks 3.0.1; their models also judge what the utility
answers, each as its own version has it. No package brings the official OpenAPI document along.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import toadr3
from openadr3.entities import raw as models_3_1
from openadr3_client import BlClient, VenClient  # type: ignore[import-untyped]

from tests.foreign.certificates import authority
from wattback_controller.openadr.client import Access, Client
from wattback_controller.openadr.programme import Enrolment, Programme
from wattback_controller.openadr.reports import deliver, delivery_report
from wattback_controller.records import Interval
from wattback_sim.utility.access import Account
from wattback_sim.utility.served import serve_utility
from wattback_sim.utility.vtn import Utility

VEN = Account("oak-lane", "s3cret", "ven")
BUSINESS = Account("utility", "b3cret", "bl")
HOST = "127.0.0.1"
NAME = "evening-export"


@dataclass(frozen=True)
class Place:
    """A utility that is served. event: of 8 kW, in an hour. ca_file: who certified it, if any."""

    utility: Utility
    address: str
    ca_file: Path | None
    program: str
    event: str

    @property
    def trust(self) -> ssl.SSLContext | bool:
        """For clients that are handed it."""
        return ssl.create_default_context(cafile=str(self.ca_file)) if self.ca_file else True


@pytest.fixture(params=["tcp", "tls"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    utility = Utility(time.time, (VEN, BUSINESS))
    program = utility.create_program(NAME, {"DISPATCH_SETPOINT": "KW"})
    event = utility.create_event(
        program,
        int(time.time()) + 3600,
        900,
        {"DISPATCH_SETPOINT": [8.0], "EXPORT_CAPACITY_LIMIT": [10.0]},
        {"DISPATCH_SETPOINT": [4.0]},
        name="evening",
        priority=1,
    )
    tls, ca_file = None, None
    if request.param == "tls":
        ours = authority(tmp_path)
        tls, ca_file = ours.certify(HOST), ours.ca_file
        monkeypatch.setenv(
            "SSL_CERT_FILE", str(ca_file)
        )  # where httpx looks for python-oa3-client
    served = serve_utility(utility, HOST, 0, tls)
    served.start()
    with ExitStack() as stack:
        stack.callback(served.stop)
        yield Place(utility, served.address, ca_file, program, event)


# --- python-oa3-client, 3.1.0 ---


def test_python_oa3_client_finds_the_programme_and_its_event(place: Place) -> None:
    with _oa3(VenClient, place, VEN) as ven:
        found = ven.find_program_by_name(NAME)
        assert found is not None and found.id == place.program
        (event,) = ven.poll_events(NAME)
        assert (event.id, event.event_name, event.priority) == (place.event, "evening", 1)
        resolved = event.resolved_intervals()
        assert [one.interval_period.duration.in_seconds() for one in resolved] == [900, 900]
        assert [[float(p.values[0]) for p in one.payloads] for one in resolved] == [[8, 10], [4]]


def test_python_oa3_client_registers_and_reports(place: Place) -> None:
    with _oa3(VenClient, place, VEN) as ven:
        assert ven.register("oak-lane").ven_id == ven.register("oak-lane").ven_id == "ven-1"
        resource = {
            "objectType": "VEN_RESOURCE_REQUEST",
            "resourceName": "garage",
            "venID": ven.ven_id,
        }
        assert ven.create_resource(resource).status_code == 201
        assert [one.resource_name for one in ven.resources()] == ["garage"]
        assert ven.create_report(_report(place)).status_code == 201
        assert ven.create_report(_report(place)).status_code == 409
        assert [one.report_name for one in ven.reports()] == ["usage-1"]
    (told,) = place.utility.reports()
    assert told["resources"][0]["intervals"][0]["payloads"][0]["values"] == [1.9]


def test_python_oa3_client_orders_an_event_that_our_controller_follows(place: Place) -> None:
    with _oa3(BlClient, place, BUSINESS) as utility:
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
        event = {
            "programID": place.program,
            "intervalPeriod": {"start": start, "duration": "PT1H"},
            "intervals": [{"id": 0, "payloads": [{"type": "DISPATCH_SETPOINT", "values": [-2]}]}],
        }
        assert utility.create_event(event).status_code == 201
        polled = _ours(place).poll(int(time.time()))
    assert polled.refused == ()
    assert [segment.value for segment in polled.events[1].segments] == [-2000.0]
    assert polled.clock_off_s is not None and abs(polled.clock_off_s) <= 1


# --- toadr3, 3.0.1 ---


def test_toadr3_reads_programme_and_event_and_reports(place: Place) -> None:
    async def talk(client: toadr3.ToadrClient) -> None:
        (program,) = await client.get_programs()
        assert (program.id, program.program_name) == (place.program, NAME)
        (event,) = await client.get_events(program_id=place.program, skip=0, limit=10)
        assert [[p.values for p in one.payloads] for one in event.intervals] == [
            [[8.0], [10.0]],
            [[4.0]],
        ]
        assert event.interval_period is not None
        assert event.interval_period.duration.total_seconds() == 900
        report = toadr3.models.Report.model_validate(
            {**_report(place), "programID": place.program}
        )
        kept = await client.post_report(report)
        assert (kept.program_id, kept.event_id) == (place.program, place.event)
        with pytest.raises(toadr3.ToadrError, match="409"):
            await client.post_report(report)

    asyncio.run(_with_toadr3(place, VEN, talk))
    assert [one["reportName"] for one in place.utility.reports()] == ["usage-1"]


def test_toadr3_understands_what_is_wrong(place: Place) -> None:
    async def talk(client: toadr3.ToadrClient) -> None:
        with pytest.raises(toadr3.ToadrError, match="Bad Request 400 - limit is expected"):
            await client.get_events(limit=51)

    async def unknown(client: toadr3.ToadrClient) -> None:
        with pytest.raises(toadr3.ToadrError, match="invalid_client"):
            await client.get_events()

    asyncio.run(_with_toadr3(place, VEN, talk))
    asyncio.run(_with_toadr3(place, Account("nobody", "x", "ven"), unknown))


# --- their models as judges ---


def test_whatever_the_utility_answers_fits_the_models_of_3_1(place: Place) -> None:
    now_s = int(time.time())
    _ours(place).poll(now_s)
    interval = Interval("garage", now_s, now_s + 300, 0, 640, 0)
    deliver(_our_client(place), delivery_report(place.event, "oak-lane", [interval], True))
    models: dict[str, type[Any]] = {
        "programs": models_3_1.RawProgram,
        "events": models_3_1.RawEvent,
        "vens": models_3_1.RawVen,
        "resources": models_3_1.RawResource,
        "reports": models_3_1.RawReport,
    }
    with _oa3(VenClient, place, VEN) as ven:
        for room, model in models.items():
            told: httpx.Response = getattr(ven, f"get_{room}")()
            assert len(told.json()) == 1
            read = model.model_validate(told.json()[0], extra="forbid", strict=True)
            assert read.model_dump(by_alias=True, exclude_unset=True) == told.json()[0]


def _oa3(kind: Callable[..., Any], place: Place, account: Account) -> Any:
    return kind(url=place.address, client_id=account.client_id, client_secret=account.secret)


async def _with_toadr3(
    place: Place, account: Account, talk: Callable[[toadr3.ToadrClient], Any]
) -> None:
    config = toadr3.OAuthScopeConfig(
        f"{place.address}/auth/token",
        "client_credentials",
        "read_all",
        account.client_id,
        account.secret,
    )
    connector = aiohttp.TCPConnector(ssl=place.trust)
    async with aiohttp.ClientSession(connector=connector) as session:
        await talk(toadr3.ToadrClient(place.address, config, session))


def _our_client(place: Place) -> Client:
    return Client(Access(place.address, VEN.client_id, VEN.secret, place.ca_file), time.time)


def _ours(place: Place) -> Programme:
    return Programme(_our_client(place), Enrolment(NAME, "oak-lane", ("garage",), True, "USD"))


def _report(place: Place) -> dict[str, Any]:
    payload = {"type": "USAGE", "values": [1.9]}
    intervals = [{"id": 0, "payloads": [payload]}]
    return {
        "objectType": "REPORT",
        "eventID": place.event,
        "clientName": "oak-lane",
        "reportName": "usage-1",
        "resources": [{"resourceName": "garage", "intervals": intervals}],
    }
