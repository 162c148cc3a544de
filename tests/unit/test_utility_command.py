"""The simulated utility as a process: its address, its orders by stdin, and how it ends."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wattback_controller.openadr.client import Access, Client
from wattback_controller.openadr.errors import ProgrammeError, UnauthorisedError
from wattback_sim.utility.orders import UtilityOrders
from wattback_sim.utility.payloads import PAYLOADS
from wattback_sim.utility.vtn import Utility

_COMMAND = (sys.executable, "-c", "from wattback_tools.cli import main; main()", "sim", "utility")
_PATIENCE_S = 20.0
_SECRET = "s3cret"
_EXPORT = {"payload": "DISPATCH_SETPOINT", "value": -8.0, "lasts_s": 900}


def options(folder: Path, *more: str) -> list[str]:
    secret = folder / "vtn_secret"
    secret.write_text(f"{_SECRET}\n")
    secret.chmod(0o600)
    told = ["--client-id", "oak-lane", "--secret-file", str(secret), "--programme", "evenings"]
    return [*_COMMAND, "--port", "0", *told, *more]


class Desk:
    """A utility that runs. says: its first line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.says: dict[str, Any] = json.loads(process.stdout.readline())

    def order(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def client(self, secret: str = _SECRET) -> Client:
        return Client(Access(self.says["url"], self.says["client_id"], secret), time.time)

    def end(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=_PATIENCE_S)
        return self.process.returncode, out, err


@contextmanager
def served(folder: Path, *more: str) -> Iterator[Desk]:
    process = subprocess.Popen(
        options(folder, "--json", *more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Desk(process)
    finally:
        process.kill()
        process.communicate()


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )


def test_an_event_is_announced_read_cancelled_and_gone(tmp_path: Path) -> None:
    with served(tmp_path) as desk:
        assert list(desk.says) == ["url", "programme", "client_id"]
        client = desk.client()
        (program,) = client.get("/programs")
        assert program["programName"] == desk.says["programme"] == "evenings"
        more = {"in_s": 60, "name": "evening", "priority": 1, "randomize_s": 30}
        said = desk.order(json.dumps({"announce": {**_EXPORT, **more}}))
        assert said == {"ok": True, "event": "event-1"}
        (event,) = client.get("/events")
        assert (event["eventName"], event["priority"]) == ("evening", 1)
        assert event["intervalPeriod"]["duration"] == "PT900S"
        assert event["intervalPeriod"]["randomizeStart"] == "PT30S"
        assert event["intervals"][0]["payloads"] == [
            {"type": "DISPATCH_SETPOINT", "values": [-8.0]}
        ]
        assert desk.order('{"cancel": "event-1"}') == {"ok": True}
        assert client.get("/events") == []
        client.close()


def test_it_is_down_until_it_is_told_otherwise_and_keeps_reports(tmp_path: Path) -> None:
    with served(tmp_path) as desk:
        desk.order(json.dumps({"announce": _EXPORT}))
        client = desk.client()
        report = {"eventID": "event-1", "clientName": "oak-lane", "resources": []}
        client.post("/reports", report)
        assert desk.order('{"down": true}') == {"ok": True}
        with pytest.raises(ProgrammeError):
            client.get("/events")
        assert desk.order('{"down": false}') == {"ok": True}
        assert len(client.get("/events")) == 1
        (kept,) = desk.order('{"reports": true}')["reports"]
        assert kept["clientName"] == "oak-lane"
        client.close()


def test_another_secret_is_given_no_token(tmp_path: Path) -> None:
    with served(tmp_path) as desk:
        client = desk.client("guessed")
        with pytest.raises(UnauthorisedError):
            client.get("/events")
        client.close()


@pytest.mark.parametrize("as_json", [True, False])
def test_without_more_input_it_goes_on_until_a_signal(tmp_path: Path, as_json: bool) -> None:
    process = subprocess.Popen(
        options(tmp_path, *(["--json"] if as_json else [])),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert ("url" in json.loads(said)) if as_json else said.startswith("'evenings' at http://")
        time.sleep(0.2)
        assert process.poll() is None
    finally:
        process.terminate()
        _, err = process.communicate(timeout=_PATIENCE_S)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_ends_it_without_a_word(tmp_path: Path, number: int, code: int) -> None:
    with served(tmp_path) as desk:
        assert desk.end(number) == (code, "", "")


# --- orders ---


def orders() -> UtilityOrders:
    utility = Utility(lambda: 1_000_000.0, ())
    return UtilityOrders(utility, utility.create_program("evenings"), lambda: 1_000_000.0)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_payload_can_be_announced(payload: str) -> None:
    value = "save what you can" if PAYLOADS[payload] is None else 1.5
    line = json.dumps({"announce": {"payload": payload, "value": value, "lasts_s": 60}})
    assert json.loads(orders().answer(line.encode())) == {"ok": True, "event": "event-1"}


def announcing(**changes: object) -> str:
    return json.dumps({"announce": {**_EXPORT, **changes}})


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("rubbish", "a line holds one JSON object, and this one does not"),
        ("[]", "a line holds one JSON object, not []"),
        ("{}", "exactly one of announce, cancel, reports, down, this has 0"),
        ('{"cancel": "event-1", "down": true}', "this has 2"),
        ('{"cancel": "event-9"}', "the utility has no 'event-9' in its events"),
        ('{"cancel": 1}', "cancel is a text, not 1"),
        ('{"cancel": "event-1", "why": ""}', "unknown key 'why'"),
        ('{"reports": true, "of": 1}', "unknown key 'of'"),
        ('{"down": 1}', "down is true or false, not 1"),
        ('{"down": true, "for_s": 1}', "unknown key 'for_s'"),
        ('{"announce": 8}', "an event is an object with payload and value, not 8"),
        ('{"announce": {}, "loud": 1}', "unknown key 'loud'"),
        ('{"announce": {}}', "payload is a text, not None"),
        (announcing(payload="SETPOINT"), "payload is never 'SETPOINT'; did you mean"),
        (announcing(value=1001), "value lies between -1000 and 1000 kW, not 1001"),
        (announcing(value="much"), "value is a number, not 'much'"),
        (announcing(payload="ALERT_GRID_EMERGENCY"), "is a text for people, not -8.0"),
        (announcing(payload="ALERT_GRID_EMERGENCY", value=""), "is a text for people, not ''"),
        (announcing(in_s=1e9), "in_s lies between"),
        (announcing(lasts_s=0), "lasts_s lies between 1 and"),
        (announcing(lasts_s=None), "lasts_s is a whole number, not None"),
        (announcing(priority=-1), "priority lies between 0 and 1000"),
        (announcing(randomize_s=0.5), "randomize_s is a whole number"),
        (announcing(name=8), "name is a text, not 8"),
        (announcing(starts=1), "unknown key 'starts'"),
    ],
)
def test_an_order_that_cannot_be_obeyed_is_told_and_announces_nothing(
    line: str, error: str
) -> None:
    desk = orders()
    assert error in json.loads(desk.answer(line.encode()))["error"]
    assert json.loads(desk.answer(announcing().encode()))["event"] == "event-1"


# --- what is refused before it serves ---


def test_a_secret_that_others_may_read_is_exit_code_2(tmp_path: Path) -> None:
    arguments = options(tmp_path)
    (tmp_path / "vtn_secret").chmod(0o644)
    done = run(arguments)
    assert done.returncode == 2
    assert "may be read or written by others than its owner" in done.stderr
    assert _SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("more", "code", "error"),
    [
        (["--cert", "chain.pem"], 2, "give both --cert and --key"),
        (["--key", "key.pem"], 2, "give both --cert and --key"),
        (["--cert", "no.pem", "--key", "no.pem"], 2, "cannot be used together"),
        (["--host", "0.0.0.0"], 2, "others than this machine could read the secret"),
        (["--host", "192.0.2.1", "--cert", "no.pem", "--key", "no.pem"], 2, "cannot be used"),
        (["--secret-file", "none"], 2, "none cannot be read as a secret"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, more: list[str], code: int, error: str
) -> None:
    done = run(options(tmp_path, *more, "--json"))
    assert done.returncode == code
    document = json.loads(done.stdout)
    assert document["exit_code"] == code
    assert error in document["error"]
    assert done.stderr == ""


def test_a_port_that_is_taken_is_exit_code_3(tmp_path: Path) -> None:
    with served(tmp_path) as desk:
        port = desk.says["url"].rpartition(":")[2]
        done = run(options(tmp_path, "--port", port))
    assert done.returncode == 3
    assert f"port {port} of 127.0.0.1 cannot be had for the utility" in done.stderr


def test_where_the_controllers_libraries_are_missing_it_says_which(tmp_path: Path) -> None:
    arguments = options(tmp_path)
    arguments[2] = f"import sys; sys.modules['cheroot'] = None; {arguments[2]}"
    done = run(arguments)
    assert done.returncode == 2
    assert "the simulated utility needs cheroot" in done.stderr
    assert "pip install 'wattback[controller]'" in done.stderr
