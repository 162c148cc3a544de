"""The same tests on a served board: over TCP and a serial line, found fresh, judged, and lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.benches import DESIGN_TEST, PLUGIN, TWO_TESTS, failure_of, records, run
from tests.bench.serving import Served, served
from wattback_hil import board_lock
from wattback_hil.modbus import rtu_wire

pytest_plugins = ["pytester"]


@pytest.fixture(scope="module")
def kept() -> Iterator[Served]:
    """One served board for the tests that leave it alive."""
    with served() as board:
        yield board


@pytest.fixture(autouse=True)
def _own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_lock, "locks_folder", lambda: tmp_path / "locks")


def test_the_test_of_the_design_passes_unchanged(pytester: pytest.Pytester, kept: Served) -> None:
    result = run(pytester, DESIGN_TEST, "--bench", kept.bench(pytester.path))
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


def test_it_passes_over_the_serial_line_too(pytester: pytest.Pytester, kept: Served) -> None:
    bench = (
        f'[[board]]\nname = "served"\nmodbus = "rtu:{kept.address("modbus_rtu")}"\n'
        f'control = "{kept.address("control")}"\n'
    )
    pytester.path.joinpath("lab.toml").write_text(bench, encoding="utf-8")
    run(pytester, DESIGN_TEST, "--bench", "lab.toml").assert_outcomes(passed=1)


def test_each_test_finds_the_board_fresh_whatever_the_one_before_has_done(
    pytester: pytest.Pytester, kept: Served
) -> None:
    run(
        pytester,
        """
        def test_leaves_a_mess(connector):
            connector.vehicle.plug_in(max_amps=10)
            connector.modbus.write("site_import_limit", 7)
            connector.set("grid.voltage_pu", 1.04, over="10 s")
            connector.wait_state("charging", within="20 s")
            connector.break_part("cable", "leak", 100)
            connector.wait_state("fault", within="2 s")

        def test_finds_none(connector):
            assert connector.state() == "idle"
            assert connector.modbus.read("faults") == []
            assert connector.modbus.read("site_import_limit") != 7
            connector.wait("1 s")
            connector.check("leg", connector.modbus.read("701.LNV"), "V", low=119, high=121)
            connector.vehicle.plug_in()
            connector.wait_state("charging", within="20 s")
            connector.check("line current", connector.meter.amps(), "A", low=20)
        """,
        "--bench",
        kept.bench(pytester.path),
    ).assert_outcomes(passed=2)


def test_a_truth_that_does_not_hold_in_its_world_fails_the_test(
    pytester: pytest.Pytester, kept: Served
) -> None:
    result = run(
        pytester,
        """
        def test_opens_too_late(connector):
            connector.set("contactor.open_ms", 500)
            connector.vehicle.plug_in()
            connector.wait_state("charging", within="20 s")
            connector.vehicle.unplug()
            connector.wait("2 s")
        """,
        "--bench",
        kept.bench(pytester.path),
    )
    result.assert_outcomes(failed=1)
    told = "\n".join(failure_of(result))
    assert "times in this board's world, at last: truth 1 did not hold at " in told
    assert "contacts closed 100 ms after the pilot left C and D" in told


def test_truths_that_broke_before_a_test_are_not_held_against_it(
    pytester: pytest.Pytester, kept: Served
) -> None:
    source = "def test_reads(connector):\n    assert connector.state() == 'idle'\n"
    run(pytester, source, "--bench", kept.bench(pytester.path)).assert_outcomes(passed=1)


def test_a_verb_that_this_bench_has_no_means_for_is_the_benchs_failure_and_no_skip(
    pytester: pytest.Pytester, kept: Served
) -> None:
    bench = f'[[board]]\nname = "hall 3"\nmodbus = "tcp:{kept.address("modbus_tcp")}"\n'
    pytester.path.joinpath("lab.toml").write_text(bench, encoding="utf-8")
    result = run(
        pytester,
        """
        def test_plugs_in(connector):
            connector.vehicle.plug_in()

        def test_only_reads(connector):
            assert connector.modbus.read("1.Mn") == "Wattback"
            connector.wait("2 s")

        def test_asks_a_console_that_is_not_there(connector):
            connector.why()
        """,
        "--bench",
        "lab.toml",
    )
    result.assert_outcomes(failed=2, passed=1)
    told = result.stdout.str()
    assert "board 'hall 3' (lab.toml:1) has no control, so nothing on this bench can" in told
    assert "board 'hall 3' (lab.toml:1) has no console to ask" in told
    assert told.count("class: bench (") == 2


def test_a_board_that_stands_alone_is_asked_over_its_console_and_keeps_its_own_time(
    pytester: pytest.Pytester, kept: Served
) -> None:
    bench = (
        f'[[board]]\nname = "hall 3"\nmodbus = "tcp:{kept.address("modbus_tcp")}"\n'
        f'console = "{kept.address("console")}"\n'
    )
    pytester.path.joinpath("lab.toml").write_text(bench, encoding="utf-8")
    run(
        pytester,
        """
        def test_waits(connector):
            before = connector.vitals().tick
            connector.wait("3 s")
            ticks = connector.vitals().tick - before
            connector.check("ticks", ticks, low=300)
            assert connector.why().session_state == connector.state()
        """,
        "--bench",
        "lab.toml",
    ).assert_outcomes(passed=1)


def test_a_run_that_skipped_every_test_of_its_bench_is_not_green(
    pytester: pytest.Pytester, kept: Served
) -> None:
    result = run(
        pytester,
        """
        import pytest

        def test_skips(connector):
            pytest.skip("not today")
        """,
        "--bench",
        kept.bench(pytester.path),
    )
    result.assert_outcomes(skipped=1)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_two_workers_take_a_board_each(pytester: pytest.Pytester, kept: Served) -> None:
    with served() as other:
        boards = [
            f'[[board]]\nname = "{name}"\nmodbus = "tcp:{board.address("modbus_tcp")}"\n'
            f'control = "{board.address("control")}"\n'
            for name, board in (("one", kept), ("two", other))
        ]
        pytester.path.joinpath("lab.toml").write_text("".join(boards), encoding="utf-8")
        pytester.makepyfile(test_user=TWO_TESTS)
        options = ("--bench", "lab.toml", "--bench-record", "out.jsonl")
        result = pytester.runpytest_subprocess(*PLUGIN, *options, "-n", "2")
    result.assert_outcomes(passed=2)
    used = [record["board"].split(":")[0] for record in records(pytester.path / "out.jsonl")]
    assert sorted(used) == ["one", "two"]


def test_a_board_that_vanishes_is_the_benchs_failure_for_every_test_after(
    pytester: pytest.Pytester,
) -> None:
    with served() as board:
        result = run(
            pytester,
            f"""
            import os, signal

            def test_loses_it(connector):
                os.kill({board.process.pid}, signal.SIGKILL)
                connector.wait("1 s")

            def test_finds_none(connector):
                connector.state()
            """,
            "--bench",
            board.bench(pytester.path),
        )
    result.assert_outcomes(failed=1, errors=2)
    told = result.stdout.str()
    assert told.count("class: bench (") == 3
    assert "class: board" not in told
    assert "the served board is gone" in told


def test_a_serial_port_is_held_exclusively(pytester: pytest.Pytester, kept: Served) -> None:
    port = kept.address("modbus_rtu")
    bench = f'[[board]]\nname = "a"\nmodbus = "rtu:{port}"\n'
    pytester.path.joinpath("lab.toml").write_text(bench, encoding="utf-8")
    holder = rtu_wire(port, 19200, 1)
    result = run(pytester, DESIGN_TEST, "--bench", "lab.toml")
    holder.close()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"no board can be reached at {port}" in result.stderr.str()
