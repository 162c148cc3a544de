"""The site's file: what it says, and every complaint with its line and what to try."""

from pathlib import Path

import pytest

from wattback_controller.config import SiteFile, load_site
from wattback_hil.modbus_place import RtuLine, TcpAddress
from wattback_sim.toml_reader import BadFileError

TOP = """\
name = "Oak Lane"
time_zone = "America/Chicago"
folder = "oak-lane"
"""
PROGRAMME = """\
[programme]
url = "https://vtn.example.org/openadr3"
name = "evening-export"
ven = "oak-lane"
client_id = "oak-lane"
secret_file = "vtn_secret"
tariff = "tariff.toml"
"""
GARAGE = """\
[[connector]]
name = "garage"
modbus = "tcp:192.168.1.20:502"
failsafe_a = 6
"""
DRIVE = """\
[[connector]]
name = "drive"
modbus = "rtu:/dev/ttyUSB0"
failsafe_a = 10
"""
PANEL = """\
[[service]]
name = "panel"
import_a = 48
export_a = 32.5
connectors = ["garage", "drive"]
"""


def loaded(folder: Path, *tables: str) -> SiteFile:
    path = folder / "site.toml"
    path.write_text("".join(tables))
    return load_site(path)


def complaint(folder: Path, *tables: str) -> str:
    """What is said of a file, without its folder."""
    with pytest.raises(BadFileError) as caught:
        loaded(folder, *tables)
    said = str(caught.value)
    assert said.startswith(f"{folder}/")
    return said.removeprefix(f"{folder}/")


def line_of(text: str, *tables: str) -> int:
    """The line, from 1, that a text is on."""
    lines = "".join(tables).splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_a_site_reads_as_it_is_written(tmp_path: Path) -> None:
    site = loaded(tmp_path, TOP, PROGRAMME, GARAGE, DRIVE, PANEL)
    assert (site.name, site.zone.key) == ("Oak Lane", "America/Chicago")
    assert site.folder == tmp_path / "oak-lane"
    programme = site.programme
    assert programme is not None
    assert programme.secret_file == tmp_path / "vtn_secret"
    assert programme.tariff == tmp_path / "tariff.toml"
    garage, drive = site.connectors
    assert garage.modbus == TcpAddress("192.168.1.20", 502)
    assert drive.modbus == RtuLine("/dev/ttyUSB0", 19200)
    assert (garage.failsafe_ma, drive.failsafe_ma) == (6000, 10_000)
    (panel,) = site.services
    assert (panel.import_ma, panel.export_ma) == (48_000, 32_500)
    assert panel.connectors == ("garage", "drive")


def test_what_is_left_out_restricts_nothing_and_trusts_little(tmp_path: Path) -> None:
    bare = '[[connector]]\nname = "garage"\nmodbus = "tcp:h:1"\n'
    site = loaded(tmp_path, TOP, PROGRAMME, bare)
    (garage,) = site.connectors
    assert (garage.failsafe_ma, garage.most_ma, garage.battery_wh) == (None, None, None)
    assert (garage.unit_id, site.clock, site.services) == (1, "synchronised", ())
    programme = site.programme
    assert programme is not None
    assert programme.ca_file is None
    assert not programme.export_positive
    assert (programme.most_w, programme.poll_s, programme.trust_s) == (100_000, 10, 900)
    assert loaded(tmp_path, TOP, bare).programme is None


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("unit_id = 7\n", "unit_id", 7),
        ("most_a = 32\n", "most_ma", 32_000),
        ("battery_kwh = 77.4\n", "battery_wh", 77_400),
        ("failsafe_a = 0\n", "failsafe_ma", 0),
        ("failsafe_a = 80\n", "failsafe_ma", 80_000),
    ],
)
def test_every_key_of_a_connector_is_taken(
    tmp_path: Path, line: str, field: str, value: int
) -> None:
    bare = GARAGE.replace("failsafe_a = 6\n", "")
    assert getattr(loaded(tmp_path, TOP, bare + line).connectors[0], field) == value


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("export_positive = true\n", "export_positive", True),
        ("most_kw = 22\n", "most_w", 22_000),
        ("poll_s = 60\n", "poll_s", 60),
        ("trust_s = 3600\n", "trust_s", 3600),
    ],
)
def test_every_key_of_the_programme_is_taken(
    tmp_path: Path, line: str, field: str, value: int
) -> None:
    assert getattr(loaded(tmp_path, TOP, PROGRAMME + line, GARAGE).programme, field) == value


def test_certificates_of_its_own_lie_beside_the_file(tmp_path: Path) -> None:
    programme = loaded(tmp_path, TOP, PROGRAMME + 'ca_file = "ca.pem"\n', GARAGE).programme
    assert programme is not None
    assert programme.ca_file == tmp_path / "ca.pem"


# One change to a good file, the line that is named, and what is said of it.
WRONG = {
    "misspelt key at the top": (
        TOP,
        "time_zone",
        'timezone = "America/Chicago"\nx_zone',
        "timezone",
        "unknown key 'timezone'; did you mean 'time_zone'?",
    ),
    "misspelt limit": (
        PANEL,
        "import_a = 48",
        "import_limit_a = 48",
        "import_limit_a",
        "unknown key 'import_limit_a' in [service]",
    ),
    "misspelt failsafe": (
        GARAGE,
        "failsafe_a",
        "fail_safe_a",
        "fail_safe_a",
        "unknown key 'fail_safe_a' in [connector]",
    ),
    "key of the programme that nobody reads": (
        PROGRAMME,
        "client_id",
        'secret = "x"\nclient_id',
        'secret = "x"',
        "unknown key 'secret' in [programme]",
    ),
    "no such zone": (TOP, "America/Chicago", "America/Chicago2", "time_zone", "no time zone is"),
    "zone that leaves the folder": (TOP, "America/Chicago", "../etc/passwd", "time_zone", "zone"),
    "name without text": (TOP, '"Oak Lane"', "7", "name = 7", "name is missing or no text"),
    "place of no kind": (
        GARAGE,
        "tcp:192",
        "udp:192",
        "udp:192",
        "is never 'udp:192.168.1.20:502': write \"tcp:HOST:PORT\"",
    ),
    "place without a port": (GARAGE, ":502", "", "tcp:192", "needs HOST:PORT"),
    "baud of a network": (
        GARAGE,
        "failsafe_a",
        "baud = 9600\nfailsafe_a",
        "baud",
        "baud belongs to rtu",
    ),
    "failsafe beyond a pilot": (GARAGE, "= 6", "= 81", "failsafe_a = 81", "failsafe_a"),
    "failsafe below nothing": (GARAGE, "= 6", "= -1", "failsafe_a = -1", "failsafe_a"),
    "most below what charges": (
        GARAGE,
        "failsafe_a = 6",
        "failsafe_a = 6\nmost_a = 5",
        "most_a",
        "most_a",
    ),
    "a battery of a bicycle": (
        GARAGE,
        "failsafe_a = 6",
        "failsafe_a = 6\nbattery_kwh = 0.5",
        "battery_kwh",
        "battery_kwh",
    ),
    "unit id that is a broadcast": (
        GARAGE,
        "failsafe_a = 6",
        "failsafe_a = 6\nunit_id = 0",
        "unit_id",
        "unit_id",
    ),
    "limit that is not a number": (PANEL, "= 48", '= "48"', "import_a", "import_a"),
    "limit that is no finite number": (PANEL, "= 48", "= nan", "import_a", "import_a"),
    "limit below nothing": (PANEL, "= 48", "= -1", "import_a", "import_a"),
    "connector that is not there": (
        PANEL,
        '"drive"]',
        '"drvie"]',
        "connectors",
        "connectors is never 'drvie'; did you mean 'drive'?",
    ),
    "connector that is no name": (PANEL, '"drive"]', "7]", "connectors", "no name"),
    "service of nobody": (
        PANEL,
        '["garage", "drive"]',
        "[]",
        "connectors",
        "name those that hang on it",
    ),
    "sign that is a text": (
        PROGRAMME,
        "tariff =",
        'export_positive = "yes"\ntariff =',
        "export_positive",
        "true or false",
    ),
    "polls that never come": (
        PROGRAMME,
        "tariff =",
        "poll_s = 0\ntariff =",
        "poll_s",
        "poll_s",
    ),
    "power that is no power": (
        PROGRAMME,
        "tariff =",
        "most_kw = 0\ntariff =",
        "most_kw",
        "most_kw",
    ),
    "trust that ends between two polls": (
        PROGRAMME,
        "tariff =",
        "poll_s = 1200\ntariff =",
        "poll_s",
        "trust_s",
    ),
}


YARD = DRIVE.replace("drive", "yard")


def test_several_may_hang_on_one_serial_line(tmp_path: Path) -> None:
    site = loaded(tmp_path, TOP, DRIVE, YARD + "unit_id = 2\n")
    assert [one.unit_id for one in site.connectors] == [1, 2]
    assert len({one.modbus for one in site.connectors}) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("unit_id = 1\n", "drive is unit 1 of rtu:/dev/ttyUSB0: give this one another unit_id"),
        ("unit_id = 2\nbaud = 9600\n", "drive is on rtu:/dev/ttyUSB0 at another baud"),
    ],
)
def test_two_that_cannot_share_a_serial_line_are_refused(
    tmp_path: Path, line: str, said: str
) -> None:
    assert said in complaint(tmp_path, TOP, DRIVE, YARD + line)


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    table, old, new, at, said = WRONG[case]
    assert table.count(old) == 1
    tables = [
        text.replace(old, new) if text is table else text
        for text in (TOP, PROGRAMME, GARAGE, DRIVE, PANEL)
    ]
    found = complaint(tmp_path, *tables)
    assert found.startswith(f"site.toml:{line_of(at, *tables)}: ")
    assert said in found


@pytest.mark.parametrize(
    ("key", "tables"),
    [
        *((key, (TOP, PROGRAMME, GARAGE)) for key in ("name", "time_zone", "folder")),
        *((key, (PROGRAMME,)) for key in ("url", "ven", "client_id", "secret_file", "tariff")),
        *((key, (GARAGE,)) for key in ("modbus",)),
    ],
)
def test_a_key_that_must_be_there_is_missed(
    tmp_path: Path, key: str, tables: tuple[str, ...]
) -> None:
    site = "".join((TOP, PROGRAMME, GARAGE))
    lines = [line for line in site.splitlines(True) if not line.startswith(f"{key} =")]
    found = complaint(tmp_path, *lines)
    assert f"{key} is missing" in found


def test_a_site_without_connectors_controls_nothing(tmp_path: Path) -> None:
    assert "this site has no connector" in complaint(tmp_path, TOP)


def test_two_connectors_of_one_name_are_refused(tmp_path: Path) -> None:
    found = complaint(tmp_path, TOP, GARAGE, DRIVE.replace("drive", "garage"))
    assert found == "site.toml:9: two connectors are called 'garage'"


@pytest.mark.parametrize("table", ["connector", "service"])
def test_one_table_in_place_of_a_list_is_refused(tmp_path: Path, table: str) -> None:
    tables = (TOP, GARAGE, DRIVE, PANEL)
    single = [text.replace(f"[[{table}]]", f"[{table}]") for text in tables if table in text]
    others = [text for text in tables if f"[[{table}]]" not in text]
    assert f"write [[{table}]]" in complaint(tmp_path, *others, single[-1])


@pytest.mark.parametrize(
    ("garage_a", "drive_a", "service_a", "holds"),
    [
        (6, 10, 16, True),
        (6, 10, 15.9, False),
        (6, 10.1, 16, False),
        (0, 0, 0, True),
        (0, 16, 16, True),
    ],
)
def test_a_service_carries_what_its_connectors_take_without_a_controller(
    tmp_path: Path, garage_a: float, drive_a: float, service_a: float, holds: bool
) -> None:
    tables = (
        TOP,
        GARAGE.replace("= 6", f"= {garage_a}"),
        DRIVE.replace("= 10", f"= {drive_a}"),
        PANEL.replace("= 48", f"= {service_a}"),
    )
    if holds:
        loaded(tmp_path, *tables)
    else:
        found = complaint(tmp_path, *tables)
        assert found.startswith(f"site.toml:{line_of('import_a', *tables)}: panel carries ")
        assert "when nobody tells them anything; lower their failsafe_a" in found


def test_a_connector_of_a_service_needs_a_failsafe(tmp_path: Path) -> None:
    found = complaint(tmp_path, TOP, GARAGE, DRIVE.replace("failsafe_a = 10\n", ""), PANEL)
    assert "drive hangs on panel and has no failsafe_a" in found
    assert "set site_failsafe_import_ma on it" in found


def test_a_service_that_limits_export_alone_needs_none(tmp_path: Path) -> None:
    export = PANEL.replace("import_a = 48\n", "")
    site = loaded(tmp_path, TOP, GARAGE, DRIVE.replace("failsafe_a = 10\n", ""), export)
    assert site.services[0].import_ma is None


def test_a_connector_that_a_service_names_twice_counts_once(tmp_path: Path) -> None:
    twice = PANEL.replace('["garage", "drive"]', '["garage", "garage"]').replace("48", "6")
    assert loaded(tmp_path, TOP, GARAGE, twice).services[0].connectors == ("garage",)


def test_a_service_that_limits_nothing_is_refused(tmp_path: Path) -> None:
    nothing = PANEL.replace("import_a = 48\n", "").replace("export_a = 32.5\n", "")
    found = complaint(tmp_path, TOP, GARAGE, DRIVE, nothing)
    assert found == "site.toml:12: panel limits nothing: give its import_a, its export_a, or both"


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", None])
def test_what_is_no_such_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "site.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadFileError, match=r"site\.toml: "):
        load_site(path)
