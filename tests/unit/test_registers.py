"""The generated register map: up to date, complete, and in the firmware's own words."""

import json
from pathlib import Path

import pytest

from tests.unit.source_tree import ROOT
from wattback.modbus import access, pdu, rtu, tables, tcp
from wattback.modbus.image import CHUNK
from wattback.modbus.live import PARTS
from wattback_sim.errors import BadInputError
from wattback_sim.register_map import POINTS, VENDOR_MODELS, decode, encode, find_point, snake_case
from wattback_tools.registers import __main__ as generator
from wattback_tools.registers.models import (
    MODEL_IDS,
    SYMBOLS_FROM,
    VENDOR_FILES,
    firmware_names,
    load_models,
)
from wattback_tools.registers.plan import make_plan
from wattback_tools.registers.sources import ACCEPTED, ORDERS
from wattback_tools.registers.standard_points import ABSENT
from wattback_tools.registers.vendor_points import VENDOR

PLAN = make_plan()
VENDOR_POINTS = [
    {"model": number, **point}
    for number, file in VENDOR_FILES.items()
    for point in json.loads(file.read_text("utf-8"))["group"]["points"]
]
# What every model has, or may have: under its name alone a host finds that of the first.
IN_EVERY_MODEL = {"ID", "L", "Pct_SF"}


def test_every_generated_file_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().out


def test_a_file_that_differs_is_named_and_written_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = ROOT / "out" / "test_registers.txt"
    stale.parent.mkdir(exist_ok=True)
    stale.write_text("old")
    monkeypatch.setattr(generator, "outputs", lambda: {stale: "new"})
    try:
        assert generator.main(["--check"]) == 1
        assert stale.read_text() == "old"
        assert "out/test_registers.txt is out of date" in capsys.readouterr().out
        assert generator.main([]) == 0
        assert stale.read_text() == "new"
        assert generator.main(["--check"]) == 0
    finally:
        stale.unlink()


@pytest.mark.parametrize("path", generator.outputs(), ids=lambda path: path.name)
def test_every_generated_file_says_so_or_is_data(path: Path) -> None:
    text = path.read_text("utf-8")
    assert path.suffix in (".json", ".csv") or "do not edit" in text


# --- the models ---


def test_the_models_lie_one_behind_the_other_from_40002_on() -> None:
    address = 40002
    for model in load_models():
        assert model.address == address
        for point in model.points:
            assert point.address == address, point.name
            address += point.registers
    assert [model.number for model in load_models()] == list(MODEL_IDS)
    assert address + 2 == tables.BASE + tables.REGISTERS  # the end model


@pytest.mark.parametrize(
    "point", VENDOR_POINTS, ids=lambda point: f"{point['model']}.{point['name']}"
)
def test_every_point_of_our_models_has_words_of_its_own(point: dict[str, str]) -> None:
    assert point["name"] in ("ID", "L") or point["name"][0].isupper()
    assert point["label"]
    assert point["desc"].endswith(".")


@pytest.mark.parametrize("name", SYMBOLS_FROM)
def test_the_symbols_of_our_models_are_the_firmwares_names(name: str) -> None:
    point = next(point for point in VENDOR_POINTS if point["name"] == name)
    symbols = [(symbol["name"], symbol["value"]) for symbol in point["symbols"]]
    names = firmware_names(SYMBOLS_FROM[name])
    assert symbols == [(name.upper(), value) for value, name in enumerate(names)]
    assert find_point(name).names == tuple(names)
    bits = 32 if point["type"] == "bitfield32" else 0xFFFF
    assert len(names) < bits


def test_every_enumerated_point_of_our_models_has_symbols() -> None:
    named = {"enum16", "bitfield32"}
    assert [p["name"] for p in VENDOR_POINTS if p["type"] in named and not p["symbols"]] == []


def test_every_point_of_our_models_comes_from_somewhere() -> None:
    named = {(p["model"], p["name"]) for p in VENDOR_POINTS if p["name"] not in ("ID", "L")}
    assert {(model, name) for model, points in VENDOR.items() for name in points} == named


def test_no_model_of_ours_has_moved_and_a_new_one_comes_last() -> None:
    places = {model.number: model.address for model in load_models()}
    assert places == {
        1: 40_002,
        701: 40_070,
        702: 40_225,
        704: 40_277,
        713: 40_344,
        64750: 40_353,
        703: 40_496,
        705: 40_515,
        706: 40_566,
        707: 40_599,
        708: 40_652,
        709: 40_705,
        710: 40_770,
        711: 40_835,
        712: 40_869,
        64751: 40_903,
    }


def test_every_point_of_ieee_1547_is_live_or_says_why_not() -> None:
    tagged = [row for row in PLAN.rows if row.point.ieee_1547]
    # As counted in the models themselves, where a set of points counts as often as it is there.
    assert len(tagged) == 6 + 16 + 19 + 14 + 3 + 11 + 42 + 26 + 4 * 21 + 21 + 29
    absent = {(row.point.model, row.point.name) for row in tagged if row.source is None}
    assert absent == set(ABSENT)
    assert all(ABSENT.values())


def test_scale_factors_never_change() -> None:
    for row in PLAN.rows:
        if row.point.kind == "sunssf" and row.source is not None:
            assert row.source.constant is not None, row.point.name
            assert -10 <= row.source.constant <= 10


def test_a_model_that_has_a_value_has_its_scale_factor() -> None:
    for row in PLAN.rows:
        if row.source is not None and row.point.scale_factor:
            assert PLAN.row(row.point.model, row.point.scale_factor).source is not None


# --- numbers that lie in two places ---


def test_the_firmware_and_the_generator_count_orders_and_ranges_alike() -> None:
    assert len(ACCEPTED) == len(access.RANGES)
    assert access.RANGES[ACCEPTED.index("flag")] == (0, 1)
    assert access.RANGES[ACCEPTED.index("off")] == (0, 0)
    assert access.RANGES[ACCEPTED.index("percent")] == (0, 10_000)
    assert access.RANGES[ACCEPTED.index("signed percent")] == (-10_000, 10_000)
    assert access.RANGES[ACCEPTED.index("amps")] == (0, 8_000)
    assert access.RANGES[ACCEPTED.index("seconds")] == (0, 86_400)
    assert len({row[3] for row in rows_of(tables.WRITABLE, 6)}) == len(ORDERS)


def test_the_places_of_the_frames_in_their_buffers_agree() -> None:
    assert pdu.LEAD == CHUNK == vars(rtu)["_LEAD"] == vars(tcp)["_LEAD"]
    assert pdu.BUFFER == pdu.LEAD + 7 + 253 + CHUNK


def test_what_is_packed_is_ordered_and_whole() -> None:
    writable = rows_of(tables.WRITABLE, 6)
    places = [row[0] << 8 | row[1] for row in writable]
    assert places == sorted(set(places))
    assert len(rows_of(tables.LIVE, 6)) == tables.PART_ENDS[-1]
    assert list(tables.PART_ENDS) == sorted(tables.PART_ENDS)
    assert len(tables.PART_ENDS) == PARTS
    assert sum(tables.RUNS[::3]) == tables.REGISTERS


def rows_of(table: bytes, length: int) -> list[bytes]:
    assert len(table) % length == 0
    return [table[n : n + length] for n in range(0, len(table), length)]


# --- the host's map ---


def test_the_hosts_points_are_the_maps() -> None:
    assert [(p.model, p.name, p.address, p.registers) for p in POINTS] == [
        (row.point.model, row.point.name, row.point.address, row.point.registers)
        for row in PLAN.rows
    ]


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("704.WSet", "704.WSet"),
        ("704.PFWInj.PF", "704.PFWInj.PF"),
        ("64750.SiteImportLimit", "64750.SiteImportLimit"),
        ("SiteImportLimit", "64750.SiteImportLimit"),
        ("site_import_limit", "64750.SiteImportLimit"),
        ("age701", "64750.Age701"),
        ("64751.BackupEnable", "64751.BackupEnable"),
        ("BackupEnable", "64751.BackupEnable"),
        ("backup_enable", "64751.BackupEnable"),
        ("Pct_SF", "64750.Pct_SF"),
        ("64751.Pct_SF", "64751.Pct_SF"),
    ],
)
def test_points_are_found_by_their_names(name: str, full: str) -> None:
    assert find_point(name).full_name == full


def test_an_unknown_point_is_refused_with_a_suggestion() -> None:
    with pytest.raises(BadInputError, match=r"'704.WSte'; did you mean '704.WSet'\?"):
        find_point("704.WSte")


def test_names_in_small_letters_are_as_unique_as_the_others() -> None:
    assert tuple(VENDOR_FILES) == VENDOR_MODELS
    names = [snake_case(p.name) for p in POINTS if p.model in VENDOR_MODELS]
    twice = {name for name in names if names.count(name) > 1}
    assert twice == {snake_case(name) for name in IN_EVERY_MODEL}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("site_import_limit", 16, [1600]),
        ("site_import_limit", 16.05, [1605]),
        ("site_import_limit", 0, [0]),
        ("site_import_limit", -1, [0x10000 - 100]),
        ("704.WSet", 8000, [0, 8000]),
        ("704.WSet", -8000, [0xFFFF, 0x10000 - 8000]),
        ("704.WSetPct", -33.33, [0x10000 - 3333]),
        ("704.WSetEna", "enabled", [1]),
        ("704.WSetMod", "WATTS", [1]),
        ("704.WSetRvrtTms", 86_400, [1, 20_864]),
        ("site_target_enable", 1, [1]),
        ("reserve", 20, [2000]),
        ("backup_reserve", 12.5, [1250]),
        ("operating_mode", "backup_only", [4]),
        ("service_import_max", -1, [0xFFFF, 0xFFFF]),
        ("service_export_max", 100_000, [1, 34_464]),
    ],
)
def test_values_become_registers_and_registers_values(
    name: str, value: float | str, words: list[int]
) -> None:
    point = find_point(name)
    assert encode(point, value) == words
    back = decode(point, words)
    if isinstance(value, str):
        assert back == value.lower()
    elif point.names:
        assert back == point.names[int(value)]
    else:
        assert back == value


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("site_import_limit", 16.005, "16.005 is finer than 64750.SiteImportLimit can say"),
        ("site_import_limit", 400, "400 does not fit into 64750.SiteImportLimit"),
        ("reserve", -1, "-1 does not fit into 64750.Reserve"),
        ("704.WSetEna", "on", "704.WSetEna has no value 'on'"),
        ("704.WSet", "much", "704.WSet takes a number, not 'much'"),
        ("704.WSet", None, "704.WSet takes a number, not None"),
        ("faults", ["overcurrent"], "64750.Faults takes a number"),
    ],
)
def test_what_registers_cannot_say_is_refused_in_words(
    name: str, value: float | str | list[str] | None, text: str
) -> None:
    with pytest.raises(BadInputError, match=text):
        encode(find_point(name), value)


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("701.Hz", [0, 60_000], 60.0),
        ("701.LLV", [2400], 240.0),
        ("701.W", [0x10000 - 7680], -7680),
        ("701.TotWhInj", [0, 0, 1, 0], 65_536),
        ("701.VL3", [0xFFFF], None),
        ("701.WL1", [0x8000], None),
        ("713.SoC", [0xFFFF], None),
        ("702.CtrlModes", [0, 3], ["max_w", "fixed_w"]),
        ("faults", [0, 0], []),
        ("faults", [0x8000, 1], ["pilot_short", "31"]),
        ("backup_waits", [0, 0], []),
        ("backup_waits", [0, 0x801], ["disabled", "reserve"]),
        ("backup_waits", [0xFFFF, 0xFFFF], None),
        ("backup_state", [9], "island"),
        ("grid_switch", [0], "open"),
        ("service_power", [0xFFFF, 0x10000 - 2_500], -2_500),
        ("session_state", [4], "charging"),
        ("session_state", [999], "999"),
        ("701.MnAlrmInfo", [0] * 32, None),
        ("1.Mn", [0x5761, 0x7474, 0x6261, 0x636B] + [0] * 12, "Wattback"),
        ("1.Pad", [0x8000], 0x8000),
        ("713.WH_SF", [2], 2),
    ],
)
def test_registers_are_told_in_words(name: str, words: list[int], value: object) -> None:
    assert decode(find_point(name), words) == value


def test_too_few_registers_are_refused() -> None:
    with pytest.raises(BadInputError, match=r"704\.WSet has 2 registers, not 1"):
        decode(find_point("704.WSet"), [1])
