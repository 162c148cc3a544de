"""Reading registers: every point shows what its source says, in its unit, and how old it is."""

import pytest

from tests.unit.modbus_bench import RENEWAL, SERIAL, Bench, ModbusBench, StillBench, raw_of, two
from tests.unit.wall import Wall
from wattback.identity import VERSION
from wattback.modbus import tables
from wattback_sim.register_map import POINTS, Point, find_point
from wattback_tools.registers.plan import Row, make_plan

PLAN = make_plan()
FIRST = tables.BASE
LAST = tables.BASE + tables.REGISTERS - 1
ABSENT_WORDS = {
    "int16": [0x8000],
    "sunssf": [0x8000],
    "pad": [0x8000],
    "uint16": [0xFFFF],
    "enum16": [0xFFFF],
    "bitfield16": [0xFFFF],
    "int32": [0x8000, 0],
    "uint32": [0xFFFF, 0xFFFF],
    "bitfield32": [0xFFFF, 0xFFFF],
    "uint64": [0xFFFF] * 4,
}

# Fields that are looked up in tables; no other values than the tables' exist.
COUNTED_BY_TABLES = ("session_state", "faults")


def rows_from(*records: str) -> list[Row]:
    return [row for row in PLAN.rows if row.record in records]


def name_of(row: Row) -> str:
    return f"{row.point.model}.{row.point.name}"


def words_of(bench: Bench, row: Row) -> list[int]:
    return bench.words(row.point.address, row.point.registers)


def host_point(row: Row) -> Point:
    return find_point(name_of(row))


def test_the_map_begins_with_its_marker_and_ends_with_the_end_model() -> None:
    bench = StillBench()
    assert bench.words(FIRST, 2) == [0x5375, 0x6E53]
    assert bench.words(LAST - 1, 2) == [0xFFFF, 0]


@pytest.mark.parametrize("row", [row for row in PLAN.rows if row.source is None], ids=name_of)
def test_what_is_not_implemented_says_so_in_its_type(row: Row) -> None:
    bench = StillBench()
    if row.point.kind == "string":
        assert words_of(bench, row) == [0] * row.point.registers
    else:
        assert words_of(bench, row) == ABSENT_WORDS[row.point.kind]


@pytest.mark.parametrize(
    "row",
    [r for r in PLAN.rows if r.source and r.source.constant is not None and not r.record],
    ids=name_of,
)
def test_a_constant_reads_its_value(row: Row) -> None:
    assert row.source is not None
    assert raw_of(host_point(row), words_of(StillBench(), row)) == row.source.constant


def test_the_common_model_tells_who_the_unit_is() -> None:
    bench = StillBench()
    told = [bench.read(f"1.{name}") for name in ("Mn", "Md", "Vr", "SN")]
    assert told == ["Wattback", "Wall Connector", VERSION, SERIAL]


@pytest.mark.parametrize("row", rows_from("status", "report", "settings"), ids=name_of)
@pytest.mark.parametrize("value", [0, 1, 12_345, 300])
def test_a_live_point_reads_its_field_in_its_own_unit(row: Row, value: int) -> None:
    assert row.source is not None
    if row.field in COUNTED_BY_TABLES and value > 1:
        return
    bench = StillBench()
    value *= row.source.divisor if value < 1000 else 1
    setattr(getattr(bench.connector, row.record), row.field, value)
    bench.renew()
    assert raw_of(host_point(row), words_of(bench, row)) == value // row.source.divisor


@pytest.mark.parametrize("row", rows_from("status", "report"), ids=name_of)
def test_a_negative_field_is_negative_or_not_implemented(row: Row) -> None:
    assert row.source is not None
    if row.field in COUNTED_BY_TABLES:
        return
    bench = StillBench()
    setattr(getattr(bench.connector, row.record), row.field, -1)
    bench.renew()
    words = words_of(bench, row)
    if row.point.kind in ("int16", "int32"):
        assert raw_of(host_point(row), words) == -1
    else:
        assert words == [0xFFFF] * row.point.registers


@pytest.mark.parametrize("row", rows_from("status", "report", "settings"), ids=name_of)
@pytest.mark.parametrize("value", [(1 << 29) - 1, -(1 << 29)])
def test_a_field_beyond_its_registers_reads_the_nearest_that_they_can_say(
    row: Row, value: int
) -> None:
    assert row.source is not None
    if row.field in COUNTED_BY_TABLES:
        return
    bench = StillBench()
    setattr(getattr(bench.connector, row.record), row.field, value)
    bench.renew()
    raw = raw_of(host_point(row), words_of(bench, row))
    shown = value // row.source.divisor
    if row.point.kind == "int16":
        assert raw == max(-0x7FFF, min(0x7FFF, shown))
    elif row.point.kind == "int32":
        assert raw == shown
    elif value < 0:
        assert raw == (1 << 16 * row.point.registers) - 1
    else:
        assert raw == min(shown, (1 << 16 * row.point.registers) - 2)


def test_no_two_points_share_a_register() -> None:
    taken = [point.address + n for point in POINTS for n in range(point.registers)]
    assert taken == list(range(FIRST + 2, LAST - 1))


# --- ranges of registers ---


def test_any_stretch_of_the_map_reads_what_its_registers_read_one_by_one() -> None:
    bench = StillBench()
    whole = [bench.words(address, 1)[0] for address in range(FIRST, LAST + 1)]
    for count in (1, 2, 31, 32, 33, 60, 64, 97, 123, 125):
        for first in range(0, len(whole) - count + 1, 7 if count < 97 else 1):
            assert bench.words(FIRST + first, count) == whole[first : first + count]


@pytest.mark.parametrize(
    ("address", "count", "exception"),
    [
        (FIRST, 0, 3),
        (FIRST, 126, 3),
        (FIRST, 0xFFFF, 3),
        (0, 126, 3),  # the count is judged first
        (0, 1, 2),
        (FIRST - 1, 1, 2),
        (FIRST - 1, 2, 2),
        (LAST, 2, 2),
        (LAST + 1, 1, 2),
        (0xFFFF, 1, 2),
        (0xFFFF, 125, 2),
        (LAST - 123, 125, 2),
    ],
)
def test_what_does_not_exist_is_refused(address: int, count: int, exception: int) -> None:
    answer = StillBench().request(b"\x03" + two(address) + two(count))
    assert answer == bytes([0x83, exception])


@pytest.mark.parametrize("length", [1, 2, 3, 4, 6, 253])
def test_a_read_of_the_wrong_length_is_an_illegal_value(length: int) -> None:
    request = (b"\x03" + two(FIRST) + two(1) + bytes(260))[:length]
    assert StillBench().request(request) == b"\x83\x03"


@pytest.mark.parametrize("function", sorted(set(range(256)) - {3, 6, 16}))
def test_every_other_function_is_illegal(function: int) -> None:
    for rest in (b"", two(FIRST) + two(1), bytes(252)):
        assert StillBench().request(bytes([function]) + rest) == bytes([function | 0x80, 1])


# --- age ---


def test_no_age_is_beyond_a_renewal_and_the_time_of_the_models_own_rows() -> None:
    bench = ModbusBench()
    ages = dict.fromkeys((701, 702, 704, 713, 64750), 0.0)
    for _ in range(60):
        bench.run(10)
        for model in ages:
            ages[model] = max(ages[model], bench.number(f"age{model}"))
    assert min(ages.values()) >= 10 * (RENEWAL - 1), ages
    assert max(ages[model] for model in (701, 702, 704, 713)) <= 10 * (RENEWAL + 1), ages
    assert ages[64750] <= 10 * (RENEWAL + 10), ages


def test_the_age_is_that_of_the_moment_of_reading() -> None:
    bench = StillBench()
    before = bench.number("age701")
    bench.connector.status.sequence += 77
    assert bench.number("age701") == before + 770


def test_an_age_stops_at_a_minute_and_outlives_the_wrap_of_the_ticks() -> None:
    bench = StillBench()
    bench.connector.status.sequence += 10_000
    assert bench.read("age702") == 60_000
    bench.connector.status.sequence = (1 << 29) - 3
    bench.renew()
    bench.connector.status.sequence = 2
    assert bench.read("age702") == 50


def test_no_value_is_older_than_its_model_says() -> None:
    bench = StillBench()
    connector = bench.connector
    for tick in range(1000, 1200):
        connector.status.sequence = tick
        connector.status.power_w = connector.status.target_w = tick
        connector.report.uptime_s = connector.report.soc_bp = tick
        connector.report.programme_target_enabled = 1
        connector.report.programme_target_w = tick
        connector.settings.line_low_mv = tick * 100
        bench.bank.step()
        if tick < 1100:
            continue
        for name, scale in (
            ("701.W", 1),
            ("702.VMinRtg", 10),
            ("704.WSet", 1),
            ("713.SoC", 100),
            ("uptime", 1),
            ("target_told", 1),
        ):
            model = find_point(name).model
            told = bench.number(name) * scale
            assert tick - told <= bench.number(f"age{model}") / 10, name


def test_before_the_first_ticks_the_registers_are_complete() -> None:
    bench = Bench(Wall().connector)
    assert bench.read("702.WMaxRtg") == 11_520
    assert bench.read("704.WMaxLimPctEna") == "disabled"
    assert bench.read("704.WMaxLimPct") == 100.0
    assert bench.read("704.WSetMod") == "watts"
    assert bench.read("reserve") == 20.0
    assert bench.read("last_refusal") == "none"
    assert bench.read("refused_address") is None
