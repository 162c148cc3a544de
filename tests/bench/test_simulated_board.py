"""Tests with `connector` on simulated boards: what passes, what fails, and how it is told."""

import pytest

from tests.bench.benches import CPYTHON, DESIGN_TEST, PLUGIN, TWO_TESTS, failure_of, records, run

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("runtime", ["micropython", "cpython", "webassembly"])
def test_the_test_of_the_design_passes(pytester: pytest.Pytester, runtime: str) -> None:
    run(pytester, DESIGN_TEST, "--bench-runtime", runtime).assert_outcomes(passed=1)


def test_it_passes_without_any_option(pytester: pytest.Pytester) -> None:
    run(pytester, DESIGN_TEST).assert_outcomes(passed=1)


def test_a_run_repeats_itself_and_another_seed_is_another_run(pytester: pytest.Pytester) -> None:
    def measured(seed: str) -> list[object]:
        run(
            pytester,
            """
            def test_reads_noise(connector):
                for second in range(5):
                    connector.wait("1 s")
                    connector.check(f"{second}", connector.modbus.read("701.LLV"), "V", low=0)
            """,
            *CPYTHON,
            "--bench-seed",
            seed,
            "--bench-record",
            "out.jsonl",
        )
        (record,) = records(pytester.path / "out.jsonl")
        return list(record["measurements"])

    assert measured("1") == measured("1") != measured("2")


# --- failures ---


def test_all_bad_limits_fail_together_in_the_call_phase(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_three_checks(connector):
            volts = connector.modbus.read("701.LNV")
            connector.check("leg voltage", volts, "V", low=110, high=130)
            connector.check("too low", volts, "V", low=200)
            connector.check("too high", volts, "V", high=100)
        """,
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    told = failure_of(result)
    assert "2 of 3 checks failed:" in told[0]
    assert [line.split(":")[0].removeprefix("E").strip() for line in told[1:3]] == [
        "too low",
        "too high",
    ]
    assert any(line.startswith("class: board (") for line in told)
    result.stdout.fnmatch_lines(
        ["FAILED test_user.py::test_three_checks - *2 of 3 checks failed:"]
    )


def test_a_state_that_is_not_reached_is_told_in_15_lines(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_charges_without_a_limit(connector):
            connector.vehicle.plug_in()
            connector.modbus.write("site_import_limit", 0)
            connector.wait_state("charging", within="10 s")
            connector.check("never judged", 0, low=1)
        """,
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    told = failure_of(result)
    assert len(told) <= 15
    text = "\n".join(told)
    assert told[0].startswith("test_user.py:4: in test_charges_without_a_limit")
    assert 'connector.wait_state("charging", within="10 s")' in told[1]
    assert "not in state 'charging' within 10 s" in text
    assert "states: " in text and "waiting from " in text
    assert "open: limit (a limit of at least 6 A)" in text
    assert "met: supply, " in text
    assert "charging limit 0 A by site, faults: none" in text
    assert "log: " in text and " I session state=waiting prev=idle pilot=B why=" in text
    assert "class: board" in text


def test_a_truth_that_does_not_hold_fails_a_test_that_has_checked_nothing(
    pytester: pytest.Pytester,
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
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    told = "\n".join(failure_of(result))
    assert "truth 1 did not hold at " in told
    assert "contacts closed 100 ms after the pilot left C and D" in told
    assert "and " in told and " more" in told
    assert "class: board (" in told
    assert len(told.splitlines()) <= 15


def test_a_test_that_never_touched_its_connector_fails_as_a_mistake_of_the_test(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester, "def test_nothing(connector):\n    assert connector is not None\n", *CPYTHON
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*asked for connector and never used it*", "class: test (*"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('connector.modbus.read("site_import_limt")', "did you mean 'site_import_limit'?"),
        ('connector.modbus.write("site_import_limit", "all")', "number"),
        ('connector.wait_state("charged", within=1)', "no state is called 'charged'"),
        ('connector.wait("ten seconds")', "'ten seconds' is no duration"),
        ("connector.vehicle.plug_in(max_amp=3)", "no parameter is called 'vehicle.max_amp'"),
        ('connector.set("grid.voltage", 1)', "did you mean 'grid.voltage_pu'?"),
        ('connector.do("vehicle.plugin")', "did you mean 'vehicle.plug_in'?"),
        ('connector.break_part("contactor", "welded")', "no fault of kind 'welded'"),
        ('connector.check("amps", 3, "A")', "needs low, high or both"),
    ],
)
def test_a_mistake_of_the_test_is_one_sentence_in_its_line(
    pytester: pytest.Pytester, line: str, words: str
) -> None:
    result = run(pytester, f"def test_mistake(connector):\n    {line}\n", *CPYTHON)
    result.assert_outcomes(failed=1)
    told = failure_of(result)
    assert told[:2] == ["test_user.py:2: in test_mistake", f"    {line}"]
    assert words in told[2]
    assert "class: test (" in "\n".join(told)
    assert len(told) <= 6


def test_a_refused_write_names_point_exception_and_what_to_try(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_writes_what_is_read_only(connector):
            connector.modbus.write_raw(40000, [0])
        """,
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    text = "\n".join(failure_of(result))
    assert "writing register 40000: refused, illegal data address" in text
    assert "class: board (" in text


def test_a_plain_assertion_is_about_the_board_and_keeps_its_introspection(
    pytester: pytest.Pytester,
) -> None:
    result = run(
        pytester,
        """
        def test_asserts(connector):
            assert connector.state() == "charging"
        """,
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*assert 'idle' == 'charging'", "class: board (*"])


def test_what_was_checked_before_an_exception_is_told_beside_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_raises(connector):
            connector.check("uptime", connector.modbus.read("uptime"), "s", low=1000)
            raise KeyError("mine")
        """,
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*KeyError: 'mine'",
            "class: test (*",
            "1 of 1 checks failed:",
            "*uptime: * at least 1000 s",
        ]
    )


def test_a_skip_does_not_hide_what_was_checked_before_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        def test_skips(connector):
            connector.check("uptime", connector.modbus.read("uptime"), "s", low=1000)
            pytest.skip("not today")
        """,
        *CPYTHON,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1 of 1 checks failed:", "class: board (*"])


# --- the rest of its life ---


def test_a_fault_of_the_world_reaches_the_board(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        def test_leaks(connector):
            connector.vehicle.plug_in()
            connector.wait_state("charging", within="20 s")
            connector.break_part("cable", "leak", 100, for_s=2)
            connector.wait_until(
                "a ground fault",
                lambda: connector.modbus.read("faults") == ["ground_fault_early"],
                within="1 s",
            )

        def test_sags(connector):
            connector.set("grid.voltage_pu", 0.5)
            connector.wait_until(
                "half the voltage", lambda: connector.modbus.read("701.LNV") < 61, within="1 s"
            )
        """,
        *CPYTHON,
    ).assert_outcomes(passed=2)


def test_a_parameter_ramps_until_it_is_set_again(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        def test_ramps(connector):
            connector.set("grid.voltage_pu", 0.8, over="10 s")
            connector.wait("5 s")
            connector.check("half way", connector.modbus.read("701.LNV"), "V", low=107, high=109)
            connector.set("grid.voltage_pu", 1.0)
            connector.wait("5 s")
            connector.check("set", connector.modbus.read("701.LNV"), "V", low=119, high=121)
        """,
        *CPYTHON,
    ).assert_outcomes(passed=1)


def test_a_power_cut_is_silence_and_the_board_is_heard_again_after_it(
    pytester: pytest.Pytester,
) -> None:
    run(
        pytester,
        """
        import pytest
        from wattback_hil.modbus import ModbusSilentError

        def test_reboots(connector):
            connector.wait("5 s")
            assert connector.modbus.read("uptime") >= 4
            connector.do("connector.cut_power")
            with pytest.raises(ModbusSilentError):
                connector.state()
            connector.do("connector.restore_power")
            connector.wait_state("idle", within="5 s")
            assert connector.modbus.read("uptime") < 2
        """,
        *CPYTHON,
    ).assert_outcomes(passed=1)


def test_the_console_answers_why_and_vitals(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        def test_asks(connector):
            connector.vehicle.plug_in()
            connector.modbus.write("site_import_limit", 0)
            connector.wait_state("waiting", within="5 s")
            connector.wait("6 s")  # the contactor's rest since power-up
            why = connector.why()
            assert [name for name, open in why.waiting_for.items() if open] == ["limit"]
            vitals = connector.vitals()
            assert vitals.session_state == "waiting"
            assert vitals.site_import_ma == 0
        """,
        *CPYTHON,
    ).assert_outcomes(passed=1)


def test_asking_the_console_alone_is_a_use_of_the_connector(pytester: pytest.Pytester) -> None:
    source = "def test_asks(connector):\n    assert connector.vitals().faults == ()\n"
    run(pytester, source, *CPYTHON).assert_outcomes(passed=1)


def test_each_test_has_a_board_of_its_own(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        def test_first(connector):
            connector.modbus.write("site_import_limit", 7)
            connector.wait("1 s")

        def test_second(connector):
            assert connector.modbus.read("site_import_limit") != 7
        """,
        *CPYTHON,
    ).assert_outcomes(passed=2)


def test_measurements_are_in_the_junit_report_and_in_the_record(pytester: pytest.Pytester) -> None:
    run(pytester, DESIGN_TEST, *CPYTHON, "--junitxml=junit.xml", "--bench-record", "new/out.jsonl")
    junit = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert 'name="line current [A]" value="1' in junit
    assert " (15.2 … 16 A) passed" in junit
    (record,) = records(pytester.path / "new" / "out.jsonl")
    assert record["outcome"] == "passed"
    assert record["failure_class"] is None
    assert str(record["board"]).startswith("simulated, ")
    (measurement,) = record["measurements"]
    assert measurement["name"] == "line current"
    assert 15.2 <= measurement["value"] <= 16.0


def test_a_run_on_two_workers_keeps_every_record(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_user=TWO_TESTS)
    result = pytester.runpytest_subprocess(
        *PLUGIN, *CPYTHON, "-n", "2", "--bench-record", "out.jsonl"
    )
    result.assert_outcomes(passed=2)
    assert len(records(pytester.path / "out.jsonl")) == 2


def test_a_test_without_the_fixture_knows_nothing_of_the_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_user="""
        import sys

        def test_alone():
            assert [name for name in sys.modules if name.startswith("wattback_sim")] == []
            assert "pymodbus" not in sys.modules
            assert "micropython" not in sys.modules
        """
    )
    result = pytester.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(passed=1)
    said = [line for line in result.outlines if not line.startswith("plugins: ")]
    assert not [line for line in said if "wattback" in line]


def test_an_interpreter_that_is_not_there_is_the_benchs_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATTBACK_MICROPYTHON", "no-such-interpreter")
    result = run(pytester, DESIGN_TEST)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*'no-such-interpreter', which is no program*", "class: bench (*"]
    )


def test_a_firmware_that_stops_is_the_boards_failure(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise ZeroDivisionError("somewhere in the firmware")

    monkeypatch.setattr("wattback.session.Session.decide", stop)
    result = run(pytester, DESIGN_TEST, *CPYTHON)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the firmware raised at board time*", "class: board (*"])
