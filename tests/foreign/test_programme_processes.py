"""A board, a utility and a controller, each a process of its own, on real sockets in real time.

What is waited for has no time of its own here: limits are there so that a failure ends.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.bench.serving import served
from tests.foreign.board import SITE, Board, wait_until
from tests.lockstep.playing import one_core_a_worker
from wattback import heartbeat
from wattback_tools.root import wattback as root

_PROGRAM = (sys.executable, "-c", "from wattback_tools.cli import main; main()")
_PATIENCE_S = 60.0
# The controller's times are those of the wall: a target is renewed every 30 s of it and holds for
# 120 s of the board.
_SPEED = "2"
_EXPORT = {"payload": "DISPATCH_SETPOINT", "value": -8.0, "in_s": 4, "lasts_s": 3600}
_TARIFF = """
name = "Flat"
currency = "USD"
time_zone = "America/Chicago"
valid_from = 2020-01-01
[[flat]]
per_kwh = 0.85
"""
_SITE_FILE = """
name = "Oak Lane"
time_zone = "America/Chicago"
folder = "records"
clock = "trusted"
[programme]
url = "{url}"
name = "evening-export"
ven = "oak-lane"
client_id = "oak-lane"
secret_file = "vtn_secret"
tariff = "tariff.toml"
poll_s = 1
trust_s = 600
[[connector]]
name = "garage"
modbus = "tcp:{host}:{port}"
failsafe_a = 6
battery_kwh = 75
"""


class Desk:
    """The utility, and who sits at it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        secret = folder / "vtn_secret"
        secret.write_text("s3cret\n")
        secret.chmod(0o600)
        words = ["sim", "utility", "--port", "0", "--json", "--client-id", "oak-lane"]
        told = ["--secret-file", str(secret), "--programme", "evening-export"]
        self._process = subprocess.Popen(
            [*_PROGRAM, *words, *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.enter_context(self._process)
        stack.callback(self._process.terminate)
        self.url = str(self._read()["url"])

    def order(self, **order: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        assert "error" not in answer, answer
        return answer

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


class Place:
    """The site: its file, its commands, and its controller, which comes and goes."""

    def __init__(self, folder: Path, board: Board, desk: Desk, stack: ExitStack) -> None:
        self._file = folder / "site.toml"
        self._stack = stack
        text = _SITE_FILE.format(url=desk.url, host=board.host, port=board.port)
        self._file.write_text(text)
        (folder / "tariff.toml").write_text(_TARIFF)

    def start(self) -> subprocess.Popen[str]:
        words = ["programme", "run", "--site", str(self._file), "--page-port", "0", "--json"]
        process = subprocess.Popen([*_PROGRAM, *words], stdout=subprocess.PIPE, text=True)
        self._stack.enter_context(process)
        self._stack.callback(process.kill)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["site"] == "Oak Lane"
        return process

    def ask(self, command: str, *words: str) -> dict[str, Any]:
        told = ["programme", command, "--site", str(self._file), *words, "--json"]
        result = CliRunner().invoke(root, told)
        assert result.exit_code == 0, result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def told(self) -> list[str]:
        return [line["what"] for line in self.ask("audit")["lines"]]

    def wait_for(self, words: str) -> None:
        wait_until(self.told, lambda told: any(words in line for line in told), "the audit log")


@contextmanager
def neighbourhood(folder: Path) -> Iterator[tuple[Board, Desk, Place]]:
    with ExitStack() as stack:
        with one_core_a_worker():
            process = stack.enter_context(served("micropython", SITE, _SPEED))
        board = Board(process.printed)
        stack.callback(board.close)
        desk = Desk(folder, stack)
        yield board, desk, Place(folder, board, desk, stack)
        assert board.get("world.last_broken_truth") == ""
        assert board.get("faults") == ""


@pytest.mark.timeout(600)
def test_a_controller_that_is_killed_goes_on_and_one_that_is_ended_takes_its_target_back(
    tmp_path: Path,
) -> None:
    with neighbourhood(tmp_path) as (board, desk, place):
        controller = place.start()
        board.wait_for("session_state", "charging")

        # Nobody has enrolled: what the utility asks for is heard, and nothing follows from it.
        refused = desk.order(announce={**_EXPORT, "in_s": 0})["event"]
        place.wait_for(f"announces event {refused}")
        assert board.get("target_owner") == "none"
        desk.order(cancel=refused)
        place.wait_for(f"cancels event {refused}")

        place.ask("set", "garage", "departure", "none")
        place.ask("ask", "garage", "enrol")
        event = desk.order(announce=_EXPORT)["event"]
        board.wait_for("target_owner", "programme")
        board.wait("power_w", lambda power_w: bool(power_w > 7500))
        place.wait_for(f"garage takes part in event {event}")

        # It dies without a word, the connector holds what it was told, and its heir goes on.
        controller.kill()
        assert controller.wait(_PATIENCE_S) == -signal.SIGKILL
        assert board.get("target_owner") == "programme"
        controller = place.start()
        assert place.ask("status")["connectors"]["garage"]["event"] == event

        desk.order(cancel=event)
        board.wait_for("target_owner", "none")
        place.wait_for(f"has left event {event}: the utility cancelled the event")
        assert sum("takes part" in line for line in place.told()) == 1
        wait_until(lambda: desk.order(reports=True)["reports"], bool, "what the utility was told")

        # Ended in good order, it takes back what holds; it has not merely fallen silent.
        event = desk.order(announce=_EXPORT)["event"]
        board.wait_for("target_owner", "programme")
        place.wait_for(f"garage takes part in event {event}")
        controller.terminate()
        assert controller.wait(_PATIENCE_S) == 0
        board.wait_for("target_owner", "none")
        assert board.get("controller_state") == heartbeat.PRESENT
