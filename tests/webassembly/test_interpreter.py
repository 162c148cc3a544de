"""The firmware on the 32-bit MicroPython for WebAssembly: the same bytes, and what it sees."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.lockstep.cases import EAGER
from tests.lockstep.playing import CPYTHON, HEAD, MICROPYTHON, Run, first_difference, play
from tests.webassembly.floors import Floor, FloorsPartError, Tally, TwinLink
from wattback_cli.exit_codes import ExitCode
from wattback_sim import site as site_module
from wattback_sim.errors import BadInputError, FirmwareStoppedError
from wattback_sim.firmware import firmware_root
from wattback_sim.link import micropython, open_link, webassembly
from wattback_sim.link.webassembly import WebAssemblyLink
from wattback_tools.root import wattback

WEBASSEMBLY = "webassembly"
_PACKAGE = "@micropython/micropython-webassembly-pyscript"

# A visit with a link and a limit by Modbus, a console's frame whose base64 is none, a ground
# fault, a power cut in it, and its end.
VISIT = f"""
duration_s = 24
at = [
    {{ t_s = 6.5, do = "modbus.write", point = "technician_import_limit", value = 8.0 }},
    {{ t_s = 7.0, do = "wire.send", wire = "console", hex = "06 09 41 0a" }},
    {{ t_s = 11.5, do = "connector.cut_power" }},
    {{ t_s = 12.5, do = "connector.restore_power" }},
    {{ t_s = 14.0, do = "vehicle.unplug" }},
    {{ t_s = 14.5, do = "technician.reset_faults" }},
    {{ t_s = 15.0, do = "vehicle.plug_in" }},
]
fault = [{{ t_s = 9.5, part = "cable", kind = "leak", amount = 100.0, for_s = 0.5 }}]
link.on = true
{EAGER}
"""
TICK = "            self.connector.tick(self.frame_in[2])\n"


def test_a_visit_is_the_same_in_every_byte_on_three_interpreters(tmp_path: Path) -> None:
    runs = [play(tmp_path, VISIT, runtime) for runtime in (MICROPYTHON, CPYTHON, WEBASSEMBLY)]
    unix, cpython, wasm = runs
    assert wasm.trace == unix.trace, first_difference(unix, wasm)
    assert wasm.trace == cpython.trace, first_difference(cpython, wasm)
    assert wasm.result.events == unix.result.events
    assert not wasm.result.violations, wasm.report()
    assert wasm.ever("faults") == {"ground_fault_early"}
    assert {"charging", "fault"} <= wasm.ever("session_state")


def test_the_command_plays_on_it_and_writes_the_same_trace(tmp_path: Path) -> None:
    scenario = tmp_path / "short.toml"
    scenario.write_text(HEAD + "duration_s = 3\nvehicle.plugged = true\n", encoding="utf-8")
    traces = []
    for runtime in (MICROPYTHON, WEBASSEMBLY):
        trace = tmp_path / f"{runtime}.csv"
        options = ["--runtime", runtime, "--trace", str(trace), "--every", "10"]
        done = CliRunner().invoke(wattback, ["sim", "run", str(scenario), *options])
        assert done.exit_code == ExitCode.DONE, done.output
        traces.append(trace.read_bytes())
    assert traces[0] == traces[1]
    assert traces[0].count(b"\n") == 301


def test_the_interpreter_is_the_pinned_one_and_has_the_integers_of_a_board() -> None:
    pinned = json.loads((Path(__file__).parent / "package.json").read_text("utf-8"))
    version = pinned["dependencies"][_PACKAGE]
    lock = json.loads((Path(__file__).parent / "package-lock.json").read_text("utf-8"))
    locked = lock["packages"][f"node_modules/{_PACKAGE}"]
    assert locked["version"] == version
    assert locked["integrity"].startswith("sha512-")
    assert "resolved" not in locked, "no address of a registry belongs here"
    site = site_module.Site(WEBASSEMBLY)
    site.power_on()
    site.close()
    assert site.board.interpreter == f"MicroPython {version}"


# --- what a tick must not do ---

BIG = TICK.replace("frame_in[2]", "frame_in[2] + 0x3fffffff - 0x3fffffff")
LISTS = TICK + "            [0]\n"
PAST = (
    TICK
    + """\
            heap_unlock()
            bytes(99)
            heap_lock()
"""
)
PRINTS = TICK + "            print('said')\n"


def test_a_tick_that_reaches_2_to_the_30_ends_it_here_and_not_on_64_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _broken(tmp_path, monkeypatch, BIG)
    tally = Tally()
    floors = (
        Floor("unix", lambda: open_link(MICROPYTHON)),
        Floor("WebAssembly", lambda: open_link(WEBASSEMBLY)),
    )
    monkeypatch.setattr(site_module, "open_link", lambda _runtime: TwinLink(floors, tally))
    said = "^tick 0 at board time 10 ms: the firmware: unix: goes on; WebAssembly: .* code 70"
    with pytest.raises(FloorsPartError, match=f"(?s){said}.*MemoryError"):
        _short(tmp_path, MICROPYTHON)
    assert (tally.ticks, tally.differing) == (1, 1)


def test_a_tick_that_allocates_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _broken(tmp_path, monkeypatch, LISTS)
    with pytest.raises(FirmwareStoppedError, match=r"(?s)code 70: frame 0 at 10 ms.*MemoryError"):
        _short(tmp_path, WEBASSEMBLY)


def test_so_does_one_that_slips_past_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _broken(tmp_path, monkeypatch, PAST)
    with pytest.raises(FirmwareStoppedError, match=r"code 71: frame .* allocated .* bytes past"):
        _short(tmp_path, WEBASSEMBLY)


def test_what_the_firmware_prints_is_no_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _broken(tmp_path, monkeypatch, PRINTS)
    with pytest.raises(FirmwareStoppedError, match=r"code \d+: said"):
        _short(tmp_path, WEBASSEMBLY)


def _short(folder: Path, runtime: str) -> Run:
    return play(folder, "duration_s = 1\n", runtime)


def _broken(folder: Path, monkeypatch: pytest.MonkeyPatch, tick: str) -> None:
    """A copy of the firmware with another tick, for both interpreters that have processes."""
    copy = folder / "firmware"
    shutil.copytree(firmware_root(), copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / "wattback" / "boards" / "sim.py"
    sound = file.read_text("utf-8")
    assert sound.count(TICK) == 1
    file.write_text(sound.replace(TICK, tick), encoding="utf-8")
    for link in (micropython, webassembly):
        monkeypatch.setattr(link, "firmware_root", lambda: copy)


# --- what is missing ---


def test_without_the_interpreter_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(
        BadInputError, match=r"no MicroPython for WebAssembly .*`make webassembly`"
    ):
        WebAssemblyLink(tmp_path)


def test_without_node_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(BadInputError, match=r"install wattback\[webassembly\]"):
        open_link(WEBASSEMBLY)
