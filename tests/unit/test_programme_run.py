"""`wattback programme run` as a process: until a signal, and what it refuses to begin with."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag

import pytest

from tests.unit.programme_bench import ask, damage_records, site_folder, without_programme
from wattback_cli.exit_codes import ExitCode
from wattback_controller import runner
from wattback_controller.config import load_site
from wattback_controller.controller import Controller
from wattback_controller.runner import run_site
from wattback_controller.site_clock import NOT_GOOD

_PATIENCE_S = 30.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return site_folder(tmp_path)


def run_arguments(folder: Path, *more: str) -> list[str]:
    program = "from wattback_tools.cli import main; main()"
    words = ["programme", "run", "--site", str(folder / "site.toml"), *more]
    return [sys.executable, "-c", program, *words]


def refused_run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        run_arguments(folder, *more),
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )


@contextmanager
def running(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A controller that runs, and its first line."""
    process = subprocess.Popen(
        run_arguments(folder, *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def wait_for_audit(folder: Path, enough: Callable[[str], bool]) -> None:
    ends_s = time.monotonic() + _PATIENCE_S
    while not enough(told := ask(folder, "audit").stdout):
        assert time.monotonic() < ends_s, told
        time.sleep(0.1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_controller_runs_until_a_signal_and_writes_down_who_does_not_answer(
    folder: Path, number: int, code: int
) -> None:
    without_programme(folder)
    with running(folder, "--json", "--page-port", "0") as (process, line):
        document = json.loads(line)
        assert document["site"] == "Oak Lane"
        assert document["page"].startswith("http://127.0.0.1:")
        wait_for_audit(folder, lambda told: "drive does not answer" in told)
        process.send_signal(number)
        out, err = process.communicate(timeout=_PATIENCE_S)
    assert (process.returncode, out, err) == (code, "", "")


def test_without_a_page_people_are_told_of_none(folder: Path) -> None:
    without_programme(folder)
    with running(folder, "--no-page") as (process, line):
        assert line == "Controlling Oak Lane.\n"
        process.terminate()
        out, _ = process.communicate(timeout=_PATIENCE_S)
    assert out == ""


def test_a_page_that_has_no_port_is_exit_code_3(folder: Path) -> None:
    without_programme(folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = refused_run(folder, "--page-port", port, "--json")
    assert done.returncode == ExitCode.NOT_REACHABLE
    assert f"port {port} of 127.0.0.1 cannot be had" in json.loads(done.stdout)["error"]
    assert done.stderr == ""


def spoil_secret(folder: Path) -> None:
    (folder / "vtn_secret").chmod(0o640)


def spoil_address(folder: Path) -> None:
    text = (folder / "site.toml").read_text()
    (folder / "site.toml").write_text(text.replace("https://", "http://"))


def spoil_tariff(folder: Path) -> None:
    (folder / "tariff.toml").write_text("")


def spoil_key(folder: Path) -> None:
    (folder / "records" / "meter_key.pem").write_text("no key")


def spoil_url(folder: Path) -> None:
    text = (folder / "site.toml").read_text()
    (folder / "site.toml").write_text(text.replace("utility.example", "xn--a"))


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (spoil_secret, "vtn_secret may be read or written by others than its owner"),
        (spoil_url, "the utility's address was expected as https://host/path"),
        (damage_records, "is damaged (database disk image is malformed)"),
        (spoil_address, "is not encrypted: only https is accepted"),
        (spoil_tariff, "tariff.toml"),
        (spoil_key, "meter_key.pem"),
    ],
)
def test_a_site_that_cannot_be_run_is_exit_code_2(
    folder: Path, spoil: Callable[[Path], None], error: str
) -> None:
    spoil(folder)
    done = refused_run(folder, "--no-page")
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert error in done.stderr
    assert len(done.stderr.splitlines()) == 1


# --- in this process, until the first step is over ---


class OneStep(Flag):
    """A flag that is set once somebody waits for it. waited: for how long."""

    waited: float | None = None

    def wait(self, timeout: float | None = None) -> bool:
        self.waited = timeout
        self.set()
        return True


def run_once(folder: Path, clock_good: bool, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is complained of."""
    monkeypatch.setattr(runner, "clock_check", lambda kind: lambda: clock_good)
    complaints: list[str] = []
    site = load_site(folder / "site.toml")
    run_site(site, None, OneStep(), lambda page: None, complaints.append)
    return complaints


@pytest.mark.parametrize("clock_good", [True, False])
def test_a_clock_that_nobody_keeps_is_told_at_the_start_and_written_down(
    folder: Path, clock_good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run_once(folder, clock_good, monkeypatch)
    assert told == ([] if clock_good else [NOT_GOOD])
    audit = ask(folder, "audit").stdout
    assert audit.count("clock is not known to be right") == (0 if clock_good else 1)


def test_without_a_programme_the_clock_matters_to_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_programme(folder)
    assert run_once(folder, False, monkeypatch) == []


def test_records_that_are_damaged_while_it_runs_are_told_once_and_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_programme(folder)

    def damaged(*_: object) -> float:
        raise sqlite3.DatabaseError("database disk image is malformed")

    waits: list[float | None] = []

    class Stop(Flag):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            if len(waits) == 3:
                self.set()
            return True

    complaints: list[str] = []
    for method in ("step", "next_s"):
        waits.clear()
        complaints.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Controller, "step", lambda *_: None)
            patched.setattr(Controller, method, damaged)
            site = load_site(folder / "site.toml")
            run_site(site, None, Stop(), lambda page: None, complaints.append)
        assert waits == [1.0, 1.0, 1.0]
        (told,) = complaints
        assert told.endswith("records.sqlite cannot be used: database disk image is malformed")


# --- where the controller's libraries are not installed ---


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["programme"], ExitCode.USAGE),
        (["programme", "--help"], ExitCode.USAGE),
        (["programme", "run", "--site", "x.toml"], ExitCode.USAGE),
        (["--help"], ExitCode.DONE),
    ],
)
def test_what_is_not_installed_is_told_and_spoils_no_other_command(
    words: list[str], code: ExitCode
) -> None:
    program = (
        "import sys; sys.modules['httpx'] = None\nfrom wattback_tools.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    assert done.returncode == code
    assert "`wattback programme` needs httpx" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
