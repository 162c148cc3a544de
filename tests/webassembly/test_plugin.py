"""The plugin of `make test-webassembly` compares what tests play, and trusts no empty run."""

import json

import pytest

pytest_plugins = ["pytester"]

PLAYS = """
    from wattback_sim.site import Site

    def test_plays():
        site = Site("micropython")
        site.power_on()
        site.run_until(200_000)
        site.close()
"""
# What spoils a board behind the plugin's back: the second floor is another world's.
PARTS = """
    import pytest
    from wattback_sim.link.webassembly import WebAssemblyLink
    from wattback_sim.site import Site

    def test_keeps_a_difference_to_itself(monkeypatch):
        exchange = WebAssemblyLink.exchange
        spoilt = lambda link, words: (*exchange(link, words)[:-1], 99)
        monkeypatch.setattr(WebAssemblyLink, "exchange", spoilt)
        site = Site("micropython")
        with pytest.raises(AssertionError):
            site.power_on()
            site.run_until(200_000)
        site.close()
"""
PLAYS_NOTHING = """
    def test_plays_nothing():
        assert True
"""


def run(pytester: pytest.Pytester, **files: str) -> pytest.RunResult:
    """The plugin on files of these names in tests/lockstep."""
    folder = pytester.mkdir("tests").joinpath("lockstep")
    folder.mkdir()
    for name, text in files.items():
        made = pytester.makepyfile(**{name: text})
        made.rename(folder / made.name)
    return pytester.runpytest_inprocess(
        "-p", "tests.webassembly.plugin", "--floors-tally", "told.json", "tests"
    )


def test_every_board_on_micropython_is_two(pytester: pytest.Pytester) -> None:
    result = run(pytester, test_one=PLAYS)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["1 boards, 20 ticks and * other frames on each; 0 differ"])
    told = json.loads((pytester.path / "told.json").read_text("utf-8"))
    tally = told["files"]["tests/lockstep/test_one.py"]["tally"]
    assert (tally["boards"], tally["ticks"], tally["differing"]) == (1, 20, 0)
    assert (told["failed"], told["wrong"]) == (0, [])


def test_a_file_that_compares_nothing_fails_the_run(pytester: pytest.Pytester) -> None:
    result = run(pytester, test_one=PLAYS, test_other=PLAYS_NOTHING)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["tests/lockstep/test_other.py has compared nothing: *"])
    result.assert_outcomes(passed=2)


def test_so_does_a_difference_that_a_test_expects(pytester: pytest.Pytester) -> None:
    result = run(pytester, test_one=PARTS)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tests/lockstep/test_one.py: the floors have parted"])


def test_a_failed_test_is_counted(pytester: pytest.Pytester) -> None:
    result = run(pytester, test_one=PLAYS + "        assert False")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    told = json.loads((pytester.path / "told.json").read_text("utf-8"))
    assert told["failed"] == 1
