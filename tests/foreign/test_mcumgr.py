"""A second SMP client, `mcumgr-toolkit` in Rust, has the same answers from the console.

It keeps the interpreter to itself while it waits, so it runs in one of its own.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.foreign.board import Board
from tests.foreign.smp_client import Console, talk

PROGRAM = Path(__file__).with_name("mcumgr_program.py")


def answers_of_theirs(board: Board) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), board.console],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def answers_of_the_other(board: Board) -> dict[str, Any]:
    async def script(console: Console) -> dict[str, Any]:
        return {
            "echo": await console.echo("hello from Rust"),
            "parameters": await console.parameters(),
            "info": await console.info("a"),
            "hello": await console.fetch("hello"),
            "why": await console.fetch("why"),
        }

    return talk(board.console, script)


def test_both_clients_have_the_same_answers(board: Board) -> None:
    one, other = answers_of_theirs(board), answers_of_the_other(board)
    for answers in (one, other):
        assert answers["hello"].pop("tick") > 0
        assert answers["hello"].pop("uptime_s") > 0
    for part in ("echo", "parameters", "info", "hello"):
        assert one[part] == other[part], part
    # The first page is enough: it holds every condition.
    for part in ("waiting_for", "export_waits", "session_state"):
        assert one["why"][part] == other["why"][part], part
