"""Writing registers: what may be written and what is refused, whole or not at all."""

import itertools

import pytest

from tests.unit.modbus_bench import StillBench, raw_of, two
from tests.unit.modbus_points import (
    FIRST,
    LAST,
    MAP,
    SINGLE,
    STRETCHES,
    WRITABLE,
    bounds,
    name_of,
    stretch_name,
    whole,
    words_for,
)
from wattback import commands
from wattback_sim.register_map import find_point
from wattback_tools.registers.plan import Row

# --- what is accepted ---


@pytest.mark.parametrize("row", SINGLE, ids=name_of)
def test_every_writable_point_takes_the_ends_of_its_range_and_shows_them(row: Row) -> None:
    for value in bounds(row):
        bench = StillBench()
        assert bench.write_words(row.point.address, words_for(row, value)) == 0
        words = bench.words(row.point.address, row.point.registers)
        shown = 0 if row.point.name == "ResetFaults" else value
        assert raw_of(find_point(name_of(row)), words) == shown
        assert bench.read("last_refusal") == "none"


@pytest.mark.parametrize("row", SINGLE, ids=name_of)
def test_every_writable_point_refuses_what_lies_beyond_its_range(row: Row) -> None:
    low, high = bounds(row)
    bits = 8 * row.octets
    signed = row.point.kind in ("int16", "int32")
    lowest, highest = (-1 << bits - 1, (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    bench = StillBench()
    before = whole(bench)
    for value in {low - 1, high + 1, lowest, highest} - {-100}:
        if lowest <= value <= highest and not low <= value <= high:
            assert bench.write_words(row.point.address, words_for(row, value)) == 3, value
            assert bench.read("last_refusal") == "out_of_range"
            assert bench.read("refused_address") == row.point.address
    assert whole(bench) == before
    assert bench.commands() == []


def test_the_range_of_every_setting_is_that_of_its_command_and_of_its_rating() -> None:
    for row in WRITABLE:
        assert row.source is not None
        if row.source.setting and row.source.accepts == "judged":
            low, high = bounds(row)
            assert low >= -0x8000
            assert high <= 0xFFFF or row.point.registers == 2


def test_no_limit_is_a_value_of_its_own_and_nothing_else_below_zero_is() -> None:
    bench = StillBench()
    point = find_point("site_import_limit")
    for raw in (-1, -99, -101, -1000):
        assert bench.write_words(point.address, [raw & 0xFFFF]) == 3
    assert bench.write({"site_import_limit": -1}) == 0
    assert bench.read("site_import_limit") == -1
    assert bench.write({"site_import_limit": 0}) == 0
    assert bench.read("site_import_limit") == 0


@pytest.mark.parametrize("stretch", STRETCHES, ids=stretch_name)
def test_points_that_lie_side_by_side_are_written_together(stretch: list[Row]) -> None:
    bench = StillBench()
    words = [word for row in stretch for word in words_for(row, bounds(row)[1])]
    assert bench.write_words(stretch[0].point.address, words) == 0
    for row in stretch:
        if row.point.name != "ResetFaults":
            raw = raw_of(
                find_point(name_of(row)), bench.words(row.point.address, row.point.registers)
            )
            assert raw == bounds(row)[1], row.point.name


@pytest.mark.parametrize("stretch", STRETCHES, ids=stretch_name)
def test_every_part_of_a_stretch_is_accepted_when_its_points_are_whole(
    stretch: list[Row],
) -> None:
    for first, last in itertools.combinations(range(len(stretch) + 1), 2):
        rows = stretch[first:last]
        if rows[0].point.name == "CivilSecond" or rows[-1].point.name == "CivilDay":
            continue
        bench = StillBench()
        words = [word for row in rows for word in words_for(row, bounds(row)[0])]
        assert bench.write_words(rows[0].point.address, words) == 0


# --- what is refused ---


WRITABLE_ADDRESSES = {
    row.point.address + n: row for row in WRITABLE for n in range(row.point.registers)
}


@pytest.mark.parametrize(
    "address", [a for a in MAP if a not in WRITABLE_ADDRESSES], ids=lambda a: str(a)
)
def test_no_other_register_can_be_written(address: int) -> None:
    bench = StillBench()
    before = whole(bench)
    assert bench.write_words(address, [0]) == 2
    assert bench.read("last_refusal") == "not_writable"
    assert bench.read("refused_address") == address
    assert whole(bench) == before
    assert bench.commands() == []


@pytest.mark.parametrize("address", [0, 1, FIRST - 1, LAST + 1, 0xFFFF])
def test_nothing_outside_the_map_can_be_written(address: int) -> None:
    bench = StillBench()
    assert bench.write_words(address, [0]) == 2
    assert bench.write_words(address, [0] * 123) == 2
    assert bench.commands() == []


def test_half_of_a_point_is_never_written() -> None:
    bench = StillBench()
    before = whole(bench)
    for row in WRITABLE:
        first = row.point.address
        for address, count in [(first, 1), (first + 1, 1), (first + 1, 2)]:
            if row.point.registers == 2:
                assert bench.write_words(address, [0] * count) == 2, row.point.name
                assert bench.read("last_refusal") == "part_of_a_point"
    assert whole(bench) == before
    assert bench.commands() == []


def test_day_and_second_are_written_together_or_not_at_all() -> None:
    bench = StillBench()
    assert bench.write({"civil_day": 20_000}) == 2
    assert bench.write({"civil_second": 64_800}) == 2
    assert bench.read("last_refusal") == "part_of_a_point"
    assert bench.commands() == []
    assert bench.write({"civil_day": 20_000, "civil_second": 64_800}) == 0
    assert bench.commands() == [(commands.COMMAND_SET_TIME, 20_000, 64_800, 0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("day", "second"), [(47_483, 0), (65_535, 0), (0, 86_400), (0, 0xFFFF_FFFF)]
)
def test_a_time_that_does_not_exist_is_refused(day: int, second: int) -> None:
    bench = StillBench()
    assert bench.write({"civil_day": day, "civil_second": second}) == 3
    assert bench.commands() == []


@pytest.mark.parametrize("stretch", STRETCHES, ids=stretch_name)
def test_one_bad_value_refuses_the_whole_write(stretch: list[Row]) -> None:
    for bad in stretch:
        low, high = bounds(bad)
        wrong = high + 1 if high + 1 < 1 << 8 * bad.octets else low - 1
        if bad.point.name == "Heartbeat" or (bad.source and bad.source.order == "draft"):
            continue  # has no bad value
        bench = StillBench()
        before = whole(bench)
        values = {row.point.name: bounds(row)[1] for row in stretch} | {bad.point.name: wrong}
        words = [word for row in stretch for word in words_for(row, values[row.point.name])]
        assert bench.write_words(stretch[0].point.address, words) == 3, bad.point.name
        assert whole(bench) == before
        assert bench.commands() == []


@pytest.mark.parametrize("stretch", STRETCHES, ids=stretch_name)
def test_a_write_that_runs_over_the_end_of_a_stretch_is_refused_whole(stretch: list[Row]) -> None:
    bench = StillBench()
    before = whole(bench)
    words = [word for row in stretch for word in words_for(row, bounds(row)[1])]
    assert bench.write_words(stretch[0].point.address, [*words, 0]) == 2
    assert bench.write_words(stretch[0].point.address - 1, [0, *words]) == 2
    # An address comes before a value, wherever in the request they are wrong.
    assert bench.write_words(stretch[0].point.address, [0xFFFE] * len(words) + [0]) == 2
    assert whole(bench) == before
    assert bench.commands() == []


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"\x10" + two(40_299) + two(0) + b"\x00", b"\x90\x03"),
        (b"\x10" + two(40_299) + two(0) + b"\x02\x00\x01", b"\x90\x03"),
        (b"\x10" + two(40_299) + two(1) + b"\x02\x00", b"\x90\x03"),
        (b"\x10" + two(40_299) + two(1) + b"\x02\x00\x01\x00", b"\x90\x03"),
        (b"\x10" + two(40_299) + two(1) + b"\x04\x00\x01\x00\x01", b"\x90\x03"),
        (b"\x10" + two(40_299) + two(2) + b"\x02\x00\x01", b"\x90\x03"),
        (b"\x10" + two(0) + two(124) + bytes([248]) + bytes(248), b"\x90\x03"),
        (b"\x10" + two(0) + two(123) + bytes([246]) + bytes(246), b"\x90\x02"),
        (b"\x10" + two(40_299) + two(1) + b"\x02", b"\x90\x03"),
        (b"\x10" + two(40_299) + two(1), b"\x90\x03"),
        (b"\x10" + two(40_299), b"\x90\x03"),
        (b"\x10\x9d", b"\x90\x03"),
        (b"\x10", b"\x90\x03"),
        (b"\x06" + two(40_299), b"\x86\x03"),
        (b"\x06" + two(40_299) + b"\x00", b"\x86\x03"),
        (b"\x06" + two(40_299) + two(0) + b"\x00", b"\x86\x03"),
        (b"\x06", b"\x86\x03"),
        (b"\x06" + two(40_299) + two(0), b"\x06" + two(40_299) + two(0)),
        (b"\x10" + two(40_299) + two(1) + b"\x02" + two(0), b"\x10" + two(40_299) + two(1)),
    ],
)
def test_lengths_and_counts_that_contradict_each_other_are_illegal_values(
    request_: bytes, answer: bytes
) -> None:
    bench = StillBench()
    assert bench.request(request_) == answer
    assert len(bench.commands()) == (0 if answer[0] & 0x80 else 1)


def test_a_malformed_write_is_remembered_too() -> None:
    bench = StillBench()
    bench.request(b"\x10" + two(40_299) + two(0) + b"\x00")
    assert bench.read("last_refusal") == "malformed"
    assert bench.read("refused_address") == 40_299
