"""`--bench FILE`: a run that cannot test what it names is an error in a sentence, never green."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.benches import DESIGN_TEST, run
from wattback_hil import board_lock
from wattback_hil.board_lock import BoardLock

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def _own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_lock, "locks_folder", lambda: tmp_path / "locks")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a board that accepts a connection and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def board(name: str, address: str) -> str:
    return f'[[board]]\nname = "{name}"\nmodbus = "tcp:{address}"\n'


def refused(pytester: pytest.Pytester, bench: str, *options: str) -> str:
    """What a run on this bench is refused with."""
    pytester.path.joinpath("lab.toml").write_text(bench, encoding="utf-8")
    result = run(pytester, DESIGN_TEST, "--bench", "lab.toml", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "passed" not in result.stdout.str()
    errors = [line for line in result.errlines if line.startswith("ERROR: ")]
    assert len(errors) == 1
    return errors[0].removeprefix("ERROR: ")


@pytest.mark.parametrize(
    ("bench", "sentence"),
    [
        ("", "lab.toml:1: this bench has no board: write [[board]] with name and modbus"),
        (
            board("a", "127.0.0.1:1") + "baude = 3\n",
            "lab.toml:4: unknown key 'baude' in [board]; did you mean 'baud'?",
        ),
        ("[[board]\n", "lab.toml: this is not valid TOML"),
    ],
)
def test_a_bench_file_that_is_wrong_is_a_usage_error(
    pytester: pytest.Pytester, bench: str, sentence: str
) -> None:
    assert refused(pytester, bench).startswith(sentence)


def test_a_bench_file_that_is_not_there_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, DESIGN_TEST, "--bench", "lab.toml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: lab.toml: there is no such file" in result.errlines


def test_a_board_that_is_not_there_is_a_usage_error(
    pytester: pytest.Pytester, nobody: str
) -> None:
    sentence = refused(pytester, board("hall 3", nobody))
    assert sentence.startswith(f"board 'hall 3' (lab.toml:1): no board can be reached at {nobody}")


def test_a_board_that_says_nothing_is_a_usage_error(
    pytester: pytest.Pytester, silent: str
) -> None:
    sentence = refused(pytester, board("hall 3", silent))
    assert sentence.startswith(
        "board 'hall 3' (lab.toml:1): looking for a map at 40000: no answer"
    )
    assert "is the board powered and connected?" in sentence


def test_a_board_without_the_control_that_is_named_is_a_usage_error(
    pytester: pytest.Pytester, silent: str, nobody: str
) -> None:
    sentence = refused(pytester, board("served", silent) + f'control = "{nobody}"\n')
    assert f"nothing controls a board at {nobody}" in sentence
    assert "is `wattback sim serve` still running?" in sentence


def test_a_serial_port_that_is_not_there_is_a_usage_error(pytester: pytest.Pytester) -> None:
    sentence = refused(pytester, '[[board]]\nname = "a"\nmodbus = "rtu:/dev/no-such-port"\n')
    assert "no board can be reached at /dev/no-such-port" in sentence


def test_a_board_in_use_is_refused_and_its_holder_is_named(
    pytester: pytest.Pytester, silent: str
) -> None:
    holder = BoardLock("hall 3", [f"tcp:{silent}"])
    holder.tell("test_other.py::test_long")
    sentence = refused(pytester, board("mine", silent))
    holder.free()
    assert sentence.startswith(f"board 'mine' (tcp:{silent}) is in use by ")
    assert "in test_other.py::test_long" in sentence


def test_when_every_board_is_in_use_every_holder_is_named(
    pytester: pytest.Pytester, silent: str, nobody: str
) -> None:
    holders = [BoardLock(name, [f"tcp:{name}"]) for name in (silent, nobody)]
    sentence = refused(pytester, board("one", silent) + board("two", nobody))
    for holder in holders:
        holder.free()
    assert "board 'one'" in sentence and "; board 'two'" in sentence


def test_more_workers_than_boards_are_a_usage_error(
    pytester: pytest.Pytester, silent: str
) -> None:
    sentence = refused(pytester, board("hall 3", silent), "-n", "2")
    assert "has boards for 1, and -n asks for 2 workers that need one each; use -n 1" in sentence


@pytest.mark.parametrize("option", ["--bench-runtime=cpython", "--bench-seed=3"])
def test_options_of_simulated_boards_do_not_go_with_a_bench(
    pytester: pytest.Pytester, silent: str, option: str
) -> None:
    assert "are for simulated boards" in refused(pytester, board("hall 3", silent), option)


def test_an_unknown_runtime_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, DESIGN_TEST, "--bench-runtime", "pypy")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        "ERROR: no runtime is called 'pypy'; known are micropython, cpython, webassembly"
        in result.errlines
    )


def test_a_pico_has_no_network_for_a_simulated_bench(pytester: pytest.Pytester) -> None:
    result = run(pytester, DESIGN_TEST, "--bench-runtime", "pico")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "a Pico has no network; use --bench-runtime micropython" in result.stderr.str()


def test_a_record_that_cannot_be_written_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, DESIGN_TEST, "--bench-record", "/proc/none/out.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith("ERROR: --bench-record /proc/none/out.jsonl: ")


def test_a_bench_that_no_test_has_used_is_not_green(
    pytester: pytest.Pytester, nobody: str
) -> None:
    pytester.path.joinpath("lab.toml").write_text(board("a", nobody), encoding="utf-8")
    result = run(pytester, "def test_other():\n    pass\n", "--bench", "lab.toml")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["--bench lab.toml: no test has used a board of this bench*"])


def test_listing_tests_needs_no_board(pytester: pytest.Pytester, nobody: str) -> None:
    pytester.path.joinpath("lab.toml").write_text(board("a", nobody), encoding="utf-8")
    result = run(pytester, DESIGN_TEST, "--bench", "lab.toml", "--collect-only")
    assert result.ret == pytest.ExitCode.OK
