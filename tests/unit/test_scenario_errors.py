"""A scenario that cannot be played is refused in one sentence with file, line and a suggestion."""

from pathlib import Path

import pytest

from wattback_sim.scenario import load_scenario
from wattback_sim.toml_reader import BadFileError

# Three lines, so that what a case adds begins in line 4.
HEAD = """profile = "us-240-split-phase"
starts_at = "2026-02-10T18:00:00-06:00"
duration_s = 5
"""
AT = "[[at]]\nt_s = 1\n"
WRITE = AT + 'do = "modbus.write"\n'
EXPECT = "[[expect]]\nt_s = 1\n"

TYPE2 = HEAD.replace("us-240-split-phase", "type2-230-50hz")

CASES = [
    # (what stands in the file, its line, words of the sentence)
    (HEAD.replace("us-240-split-phase", "us-240"), 1, "profile is never 'us-240'"),
    (HEAD + "[connector]\nprofile_hash = 1\n", 5, "unknown key 'profile_hash' in [connector]"),
    (TYPE2 + "[connector]\ntrip_of1_millihertz = 61200\n", 5, "51000 and 56000 mHz, not 61200"),
    (HEAD + AT + 'set = "grid.single_phase"\nto = true\n', 6, "and cannot be set later"),
    (HEAD + "[vehicle]\nsocc = 0.5\n", 5, "no parameter is called 'vehicle.socc'; did you mean"),
    (HEAD + '[vehicle]\nsoc = "high"\n', 5, "vehicle.soc is a number, not 'high'"),
    (HEAD + "[vehicle]\nsoc = 1.5\n", 5, "vehicle.soc lies between 0 and 1, not 1.5"),
    (HEAD + "[vehicle]\nplugged = 1\n", 5, "vehicle.plugged is true or false, not 1"),
    (HEAD + "[grid]\n# a comment\nvoltage_pu = true\n", 6, "grid.voltage_pu is a number"),
    (HEAD + "[connector]\nbreaker = 60000\n", 5, "did you mean 'breaker_ma'?"),
    (HEAD + "[connector]\nbreaker_ma = 1\n", 5, "between 7500 and 100000 mA, not 1"),
    (HEAD + "[connector]\nbreaker_ma = 7500.5\n", 5, "is a whole number, not 7500.5"),
    (HEAD + AT + 'do = "vehicle.plugin"\n', 6, "did you mean 'vehicle.plug_in'?"),
    (HEAD + AT + 'do = "site.set_limit"\nimport_a = 99\n', 7, "between -1 and 80 A, not 99"),
    (HEAD + AT + 'do = "site.set_limit"\nimport = 9\n', 7, "did you mean 'import_a'?"),
    (HEAD + AT + 'do = "site.set_limit"\n', 6, "site.set_limit needs import_a in A"),
    (HEAD + AT, 4, "either do (an action) or set"),
    (HEAD + WRITE + 'point = "704.WSett"\nvalue = 1\n', 7, "did you mean '704.WSet'?"),
    (HEAD + WRITE + 'point = "704.WSet"\nvalue = "many"\n', 8, "takes a number, not 'many'"),
    (HEAD + WRITE + 'point = "704.WSet"\nvalue = 0.5\n', 8, "finer than 704.WSet can say"),
    (HEAD + WRITE + 'point = "704.WSet"\nvalue = true\n', 8, "a number or a name, not True"),
    (HEAD + WRITE + 'point = "704.WSet"\n', 6, "modbus.write needs value"),
    (HEAD + WRITE + "point = 704\nvalue = 1\n", 7, "point of modbus.write is a text, not 704"),
    (
        HEAD + WRITE + 'point = "704.WSet"\nvalue = 1\nover = "can"\n',
        9,
        "over of modbus.write is never 'can'; known are rtu, tcp",
    ),
    (
        HEAD + AT + 'do = "wire.send"\nwire = "rtu"\nhex = "0g"\n',
        8,
        "pairs of hexadecimal digits, not '0g'",
    ),
    (
        HEAD + AT + 'do = "controller.start_heartbeat"\nevery_s = 0\n',
        7,
        "every_s of controller.start_heartbeat lies between 0.1 and 3600 s",
    ),
    (HEAD + '[[at]]\nt_s = 9\ndo = "vehicle.unplug"\n', 5, "t_s lies between 0 and 5 s, not 9"),
    (HEAD + '[[at]]\ndo = "vehicle.unplug"\n', 4, "t_s is missing; give it in s"),
    (HEAD + AT + 'set = "grid.voltage"\nto = 1\n', 6, "did you mean 'grid.voltage_pu'?"),
    (HEAD + AT + 'set = "grid.voltage_pu"\nto = 9\n', 7, "between 0 and 1.6 pu of leg_v, not 9"),
    (HEAD + AT + 'set = "grid.voltage_pu"\n', 6, "needs to, the new value"),
    (HEAD + AT + 'set = "grid.voltage_pu"\nto = 1\nover = 3\n', 8, "did you mean 'over_s'?"),
    (HEAD + AT + 'set = "vehicle.ventilation"\nto = true\nover_s = 3\n', 8, "cannot ramp"),
    (HEAD + '[[fault]]\nt_s = 1\npart = "relay"\nkind = "open"\n', 6, "no part is called 'relay'"),
    (
        HEAD + '[[fault]]\nt_s = 1\npart = "contactor"\nkind = "welded"\n',
        7,
        "no fault of kind 'welded'; known are stuck_closed, stuck_open",
    ),
    (HEAD + '[[fault]]\nt_s = 1\npart = "cable"\nkind = "leak"\n', 4, "needs an amount in mA"),
    (
        HEAD + '[[fault]]\nt_s = 1\npart = "diode"\nkind = "open"\namount = 3\n',
        8,
        "takes no amount",
    ),
    (HEAD + EXPECT + 'column = "pilot_stat"\nis = "A"\n', 6, "did you mean 'pilot_state'?"),
    (HEAD + EXPECT + 'column = "pilot_state"\nis = "X"\n', 7, "never 'X'; known are A, B, C"),
    (HEAD + EXPECT + 'column = "duty_bp"\nis = "A"\n', 7, "duty_bp is a whole number, not 'A'"),
    (HEAD + EXPECT + 'column = "duty_bp"\nhas = 3\n', 7, "duty_bp is no set"),
    (HEAD + EXPECT + 'column = "mode"\nat_least = "grid"\n', 7, "mode is a name"),
    (HEAD + EXPECT + 'column = "faults"\nhas = "weld"\n', 7, "faults is never 'weld'"),
    (HEAD + EXPECT + 'column = "duty_bp"\n', 4, "has one of is, is_not"),
    (HEAD + "vehicle = 3\n", 4, "vehicle is a table: write [vehicle]"),
    (HEAD + "at = 3\n", 4, "at is a list of tables: write [[at]]"),
    ("durations = 3\n" + HEAD, 1, "unknown key 'durations'; did you mean 'duration_s'?"),
    (HEAD.replace("us-240-split-phase", "eu"), 1, "profile is never 'eu'"),
    (HEAD.replace("-06:00", ""), 2, "has no offset"),
    (HEAD.replace("2026-02-10T18", "yesterday"), 2, "is no date and time"),
    (HEAD.replace("= 5", "= 0"), 3, "duration_s lies between 0.01 and 604800 s, not 0"),
    (HEAD + "board_starts_ms = 600000000\n", 4, "between 0 and 536870911 ms, not 600000000"),
    (
        HEAD + '[[replay]]\nparameter = "grid.frequency_hz"\nfile = "no.csv"\ntime = "t_s"\n'
        'column = "hz"\n',
        8,
        "no.csv cannot be read",
    ),
]


@pytest.mark.parametrize(("text", "line", "words"), CASES)
def test_a_bad_scenario_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFileError) as caught:
        load_scenario(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}:{line}: ")
    assert words in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x = [\n", "not valid TOML"),
        (b"\xdb\xff\x00", "cannot be read as a text file"),
        (None, "there is no such file"),
    ],
)
def test_what_is_no_scenario_at_all_is_refused(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadFileError, match=words):
        load_scenario(path)


REPLAY = """[[replay]]
parameter = "grid.frequency_hz"
file = "s.csv"
time = "t_s"
column = "hz"
"""


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("t_s,hertz\n0,60\n", "has no column 'hz'"),
        ("t_s,hz\n0,sixty\n", "something else than numbers"),
        ("t_s,hz\n1,60\n0,61\n", "do not increase"),
        ("t_s,hz\n0,600\n", "lies between 40 and 70 Hz, not 600"),
    ],
)
def test_a_bad_recording_is_refused(tmp_path: Path, csv: str, words: str) -> None:
    (tmp_path / "s.csv").write_text(csv, encoding="utf-8")
    path = tmp_path / "replay.toml"
    path.write_text(HEAD + REPLAY, encoding="utf-8")
    with pytest.raises(BadFileError, match=words):
        load_scenario(path)


def test_a_recording_is_linear_between_its_points_and_flat_outside(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("# source\nt_s,hz\n1,60\n3,62\n", encoding="utf-8")
    path = tmp_path / "replay.toml"
    path.write_text(HEAD + REPLAY, encoding="utf-8")
    replay = load_scenario(path).replays[0]
    times_s = (0, 1, 1.5, 3, 9)
    assert [replay.value_at(int(t_s * 1e6)) for t_s in times_s] == [60, 60, 60.5, 62, 62]
