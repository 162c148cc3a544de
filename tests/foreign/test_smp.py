"""A stock SMP client talks to the console: echo, parameters, info, and our private group."""

from importlib.metadata import version
from typing import Any

from smpclient.generics import error_v2

from tests.foreign.board import Board
from tests.foreign.smp_client import Console, talk
from wattback.console.group import COMMAND_NAMES
from wattback.export import WAIT_NAMES as EXPORT_WAIT_NAMES
from wattback.session import WAIT_NAMES
from wattback.signals import REPORT_NAMES, STATUS_NAMES


def test_echoes_come_back_one_after_the_other(board: Board) -> None:
    texts = ["", "a", "Grüße", "0123456789" * 20, "the quick brown fox " * 22]

    async def script(console: Console) -> list[str]:
        return [await console.echo(text) for text in texts * 4]

    assert talk(board.console, script) == texts * 4


def test_the_client_learns_how_much_it_may_send_and_sends_as_much(board: Board) -> None:
    async def script(console: Console) -> tuple[dict[str, int], str]:
        parameters = await console.parameters()
        # 8 bytes of header, and 6 of the map {"d": text} around such a text; 4 of the frame.
        longest = "x" * (parameters["buf_size"] - 4 - 8 - 6)
        assert await console.echo(longest) == longest
        return parameters, longest

    parameters, longest = talk(board.console, script)
    assert parameters["buf_count"] == 1
    assert len(longest) >= 400


def test_info_says_who_the_unit_is(board: Board) -> None:
    async def script(console: Console) -> str:
        return await console.info("a")

    words = talk(board.console, script).split()
    assert words[0] == "Wattback"
    assert version("wattback") in words


def test_the_private_group_answers_whole(board: Board) -> None:
    async def script(console: Console) -> dict[str, dict[str, Any]]:
        return {name: await console.fetch(name) for name in COMMAND_NAMES}

    told = talk(board.console, script)
    assert told["hello"]["proto"] == [1, 0]
    assert told["hello"]["fw"] == version("wattback")
    assert told["hello"]["features"] == list(COMMAND_NAMES)
    fields = {"tick", *STATUS_NAMES, *REPORT_NAMES} - {"sequence"}
    assert set(told["vitals"]) == fields
    assert told["vitals"]["session_state"] == told["why"]["session_state"] == "charging"
    assert told["vitals"]["power_w"] < -10_000
    assert told["why"]["waiting_for"] == dict.fromkeys(WAIT_NAMES, False)
    assert told["why"]["export_waits"] == {name: name == "target" for name in EXPORT_WAIT_NAMES}
    assert told["faults"]["faults"] == {}


def test_a_mistake_is_told_in_the_clients_own_words(board: Board) -> None:
    async def script(console: Console) -> Any:
        return await console.page("hello", 1_000)

    answer = talk(board.console, script)
    assert error_v2(answer), answer
    assert (answer.err.group, answer.err.rc.name) == (17_750, "NO_SUCH_FIELD")


def test_the_log_goes_on_beside_its_answers_and_disturbs_none(board: Board) -> None:
    async def script(console: Console) -> str:
        board.order(do="driver.set_limit", import_a=47.5)
        for number in range(10):
            assert await console.echo(f"still there {number}?") == f"still there {number}?"
        board.wait_for("import_limit_owner", "driver")
        assert await console.echo("and now?") == "and now?"
        board.order(do="driver.set_limit", import_a=-1)
        return await console.texts()

    said = talk(board.console, script)
    assert "limit import_owner=driver" in said
