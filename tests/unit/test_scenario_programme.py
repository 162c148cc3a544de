"""A scenario's [programme], [owner] and [[event]]: what they say, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.controller_bench import SITE, TARIFF
from wattback_cli.exit_codes import ExitCode
from wattback_sim.scenario import load_scenario
from wattback_sim.scenario_programme import ScenarioProgramme, UtilityEvent
from wattback_sim.toml_reader import BadFileError
from wattback_sim.utility.payloads import PAYLOADS
from wattback_tools.root import wattback as root

# Three lines, so that what a case adds begins in line 4.
HEAD = """profile = "us-240-split-phase"
starts_at = "2026-02-10T18:00:00-06:00"
duration_s = 100
"""
PROGRAMME = HEAD + '[programme]\nsite = "site.toml"\n'
EVENT = PROGRAMME + '[[event]]\nname = "evening"\nt_s = 10\nlasts_s = 60\n'
EXPORT = EVENT + 'payload = "DISPATCH_SETPOINT"\n'
VALUE = EXPORT + "value = -8\n"


def read(folder: Path, text: str) -> ScenarioProgramme:
    path = folder / "scenario.toml"
    path.write_text(text)
    programme = load_scenario(path).programme
    assert programme is not None
    return programme


def test_every_key_means_what_it_says(tmp_path: Path) -> None:
    more = "value = -8.0\nannounced_s = 5\ncancelled_s = 40.5\npriority = 2\n"
    owner = '[owner]\nenrolled = "yes"\nreserve = "30%"\n'
    told = read(tmp_path, EXPORT + more + owner)
    assert told == ScenarioProgramme(
        site_file=tmp_path / "site.toml",
        owner={"enrolled": "yes", "reserve": "30%"},
        events=(
            UtilityEvent(
                name="evening",
                announced_us=5_000_000,
                t_us=10_000_000,
                lasts_us=60_000_000,
                payload="DISPATCH_SETPOINT",
                value=-8.0,
                cancelled_us=40_500_000,
                priority=2,
            ),
        ),
    )


def test_what_is_left_out_is_announced_at_once_and_never_withdrawn(tmp_path: Path) -> None:
    (event,) = read(tmp_path, VALUE).events
    assert (event.announced_us, event.cancelled_us, event.priority) == (0, None, None)
    assert read(tmp_path, PROGRAMME).events == ()
    assert read(tmp_path, PROGRAMME).owner == {}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_payload_takes_its_kind_of_value(tmp_path: Path, payload: str) -> None:
    value = 1.5 if PAYLOADS[payload] else "save what you can"
    text = f'{EVENT}payload = "{payload}"\nvalue = {json.dumps(value)}\n'
    assert read(tmp_path, text).events[0].value == value
    other = f'{EVENT}payload = "{payload}"\nvalue = {json.dumps("" if PAYLOADS[payload] else 1)}\n'
    with pytest.raises(BadFileError, match=r"scenario.toml:11: value (of|is)"):
        read(tmp_path, other)


CASES = [
    # (what stands in the file, its line, words of the sentence)
    (HEAD + '[owner]\nenrolled = "yes"\n', 4, "owner belongs to a [programme], and there is none"),
    (HEAD + "[[event]]\n", 4, "event belongs to a [programme], and there is none"),
    (HEAD + "programme = 1\n", 4, "programme is a table: write [programme]"),
    (HEAD + "[programme]\n", 4, "site is missing or no text"),
    (HEAD + "[programme]\nsite = 1\n", 5, "site is missing or no text"),
    (PROGRAMME + 'sites = "x"\n', 6, "unknown key 'sites' in [programme]; did you mean 'site'?"),
    (PROGRAMME + "[owner]\nenrolled = true\n", 7, "enrolled is missing or no text"),
    (PROGRAMME + "[event]\n", 6, "event is a list of tables: write [[event]]"),
    (EVENT, 6, "payload is missing or no name; known are ALERT_GRID_EMERGENCY"),
    (EVENT + 'payload = "SETPOINT"\n', 10, "payload is never 'SETPOINT'; did you mean"),
    (EXPORT, 6, "value is missing: what DISPATCH_SETPOINT asks for"),
    (EXPORT + "value = 1001\n", 11, "value lies between -1000 and 1000 kW, not 1001"),
    (EXPORT + "value = nan\n", 11, "value lies between -1000 and 1000 kW, not nan"),
    (VALUE + "start_s = 1\n", 12, "unknown key 'start_s' in [event]"),
    (VALUE + "announced_s = 101\n", 12, "announced_s lies between 0 and 100 s, not 101"),
    (VALUE + "cancelled_s = -1\n", 12, "cancelled_s lies between 0 and 100 s, not -1"),
    (
        VALUE + "announced_s = 9\ncancelled_s = 8\n",
        13,
        "nothing can be withdrawn before it is announced",
    ),
    (VALUE + "priority = 0.5\n", 12, "priority is a whole number, not 0.5"),
    (VALUE + "priority = -1\n", 12, "priority lies between 0 and 1000, not -1"),
    (VALUE.replace("t_s = 10\n", ""), 6, "t_s is missing; give it in s"),
    (VALUE.replace("t_s = 10\n", "t_s = 101\n"), 8, "t_s lies between 0 and 100 s, not 101"),
    (VALUE.replace("lasts_s = 60\n", ""), 6, "lasts_s is missing; give it in s"),
    (VALUE.replace("= 60\n", "= 0\n"), 9, "lasts_s lies between 1 and 86400 s, not 0"),
    (VALUE.replace("= 60\n", "= 1.5\n"), 9, "lasts_s is in whole seconds, not 1.5"),
    (VALUE.replace('name = "evening"\n', ""), 6, "name is missing or no text"),
]


@pytest.mark.parametrize(("text", "line", "words"), CASES)
def test_what_cannot_be_played_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(BadFileError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'scenario.toml'}:{line}: ")
    assert words in str(caught.value)


# --- played ---

CONNECTOR = '[[connector]]\nname = "garage"\nmodbus = "tcp:10.0.0.1:502"\n'
VEHICLE = """[vehicle]
plugged = true
start_s = 0.0
soc = 0.7
[link]
on = true
[connector]
export_permitted = 1
enter_service_delay_s = 1
enter_service_ramp_s = 1
target_ramp_w_per_s = 20000
"""
OWNER = '[owner]\nenrolled = "yes"\ndeparture = "none"\n'


def played(folder: Path, text: str, site: str = SITE + CONNECTOR) -> tuple[int, dict[str, Any]]:
    """The exit code and the document of a run."""
    (folder / "tariff.toml").write_text(TARIFF)
    (folder / "site.toml").write_text(site)
    path = folder / "scenario.toml"
    path.write_text(text)
    words = ["sim", "run", str(path), "--runtime", "cpython", "--json"]
    result = CliRunner().invoke(root, words)
    return result.exit_code, json.loads(result.stdout)


def told_by(document: dict[str, Any], kind: str) -> list[str]:
    return [event["text"] for event in document["events"] if event["kind"] == kind]


def test_an_event_is_announced_followed_withdrawn_and_paid(tmp_path: Path) -> None:
    more = "announced_s = 2\ncancelled_s = 50\n"
    expect = (
        '[[expect]]\nt_s = 10\nwithin_s = 5\ncolumn = "target_owner"\nis = "programme"\n'
        '[[expect]]\nt_s = 50\nwithin_s = 12\ncolumn = "target_owner"\nis = "none"\n'
    )
    code, document = played(tmp_path, VALUE + more + VEHICLE + OWNER + expect)
    assert code == ExitCode.DONE, document
    said = told_by(document, "utility")
    assert said[0].startswith("announces 'evening': discharging 8.0 kW, for 1 minutes")
    assert said[1:] == ["cancels 'evening'"]
    (credit,) = document["credits"]
    assert (credit["event"], credit["currency"]) == ("evening", "USD")
    assert 20 < credit["paid_wh"] < 120


def test_an_alert_stops_the_charging(tmp_path: Path) -> None:
    alert = EVENT + 'payload = "ALERT_GRID_EMERGENCY"\nvalue = "save what you can"\n'
    expect = (
        '[[expect]]\nt_s = 9\ncolumn = "power_w"\nat_most = -1000\n'
        '[[expect]]\nt_s = 40\ncolumn = "power_w"\nat_least = -100\n'
    )
    code, document = played(tmp_path, alert + VEHICLE + OWNER + expect)
    assert code == ExitCode.DONE, document
    (said,) = told_by(document, "utility")
    assert "ALERT_GRID_EMERGENCY (save what you can)" in said


@pytest.mark.parametrize(
    ("text", "site", "error"),
    [
        (
            VALUE + '[owner]\nreserve = "much"\n',
            SITE + CONNECTOR,
            "reserve: 'much' is not a share",
        ),
        (VALUE + '[owner]\nenroled = "yes"\n', SITE + CONNECTOR, "did you mean 'enrolled'?"),
        (VALUE, SITE, "this site has no connector"),
        (
            VALUE,
            SITE + CONNECTOR + CONNECTOR.replace("garage", "drive"),
            "a scenario plays one connector, and this site has 2",
        ),
        (
            VALUE,
            SITE.partition("[programme]")[0] + CONNECTOR,
            "this site has no [programme] to answer a utility",
        ),
        (VALUE.replace("site.toml", "none.toml"), SITE + CONNECTOR, "there is no such file"),
    ],
)
def test_a_site_that_does_not_fit_is_told_before_the_run(
    tmp_path: Path, text: str, site: str, error: str
) -> None:
    code, document = played(tmp_path, text, site)
    assert code == ExitCode.USAGE
    assert error in document["error"]
