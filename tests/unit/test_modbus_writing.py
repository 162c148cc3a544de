"""Writing registers: what may be written, whole or not at all, and which commands it becomes."""

import itertools

import pytest

from tests.unit.modbus_bench import (
    QUEUE_PLACES,
    ModbusBench,
    StillBench,
    exception_of,
    raw_of,
    two,
    write_request,
)
from wattback import commands, limits, targets
from wattback.modbus import tables
from wattback.settings import SETTINGS
from wattback_sim.register_map import POINTS, Value, find_point
from wattback_tools.registers.plan import SETTING_NAMES, Row, make_plan

PLAN = make_plan()
FIRST = tables.BASE
LAST = tables.BASE + tables.REGISTERS - 1
RATING_W = 11_520
WRITABLE = [row for row in PLAN.rows if row.writable]
STRETCHES = PLAN.stretches()
MAP = range(FIRST, LAST + 1)

# What a point accepts, from … to, in register steps.
BOUNDS = {
    "flag": (0, 1),
    "off": (0, 0),
    "percent": (0, 10_000),
    "signed percent": (-10_000, 10_000),
    "watts": (-RATING_W, RATING_W),
    "amps": (0, 8_000),
    "seconds": (0, 86_400),
    "rated watts": (0, RATING_W),
}


def name_of(row: Row) -> str:
    return f"{row.point.model}.{row.point.name}"


def stretch_name(stretch: list[Row]) -> str:
    return f"{stretch[0].point.name}…{stretch[-1].point.name}"


def bounds(row: Row) -> tuple[int, int]:
    assert row.source is not None
    if row.source.accepts in BOUNDS:
        return BOUNDS[row.source.accepts]
    if row.source.setting:
        setting = SETTINGS[SETTING_NAMES.index(row.source.setting)]
        return setting[2], setting[3]
    return {"Heartbeat": (0, 65_535), "CivilDay": (0, 47_482), "CivilSecond": (0, 86_399)}[
        row.point.name
    ]


def words_for(row: Row, value: int) -> list[int]:
    octets = (value & (1 << 8 * row.octets) - 1).to_bytes(row.octets, "big")
    return [octets[n] << 8 | octets[n + 1] for n in range(0, len(octets), 2)]


def whole(bench: StillBench | ModbusBench) -> list[int]:
    """All registers but those that tell of refusals and ages."""
    quiet = [find_point(name) for name in ("last_refusal", "refused_address", "age701")]
    skipped = {quiet[0].address, quiet[1].address, *range(quiet[2].address, quiet[2].address + 5)}
    words = list(itertools.chain(bench.words(FIRST, 125), bench.words(FIRST + 125, 125)))
    words += bench.words(FIRST + 250, 125) + bench.words(FIRST + 375, len(MAP) - 375)
    return [word for address, word in zip(MAP, words, strict=True) if address not in skipped]


def moments_apart(row: Row) -> bool:
    """Day and second are one point to a writer."""
    return row.point.name not in ("CivilDay", "CivilSecond")


SINGLE = [row for row in WRITABLE if moments_apart(row)]


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
        if bad.point.name == "Heartbeat":
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


# --- what it becomes ---


@pytest.mark.parametrize(
    ("values", "command"),
    [
        (
            {"site_import_limit": 16, "site_export_limit": 0, "site_limit_timeout": 30},
            (commands.COMMAND_SET_LIMIT, limits.OWNER_SITE, 16_000, 0, 30, 0, 0),
        ),
        (
            {"site_import_limit": -1, "site_export_limit": 20.5, "site_limit_timeout": 0},
            (commands.COMMAND_SET_LIMIT, limits.OWNER_SITE, -1, 20_500, 0, 0, 0),
        ),
        (
            {"site_target_enable": "enabled", "site_target": -3_000, "site_target_timeout": 60},
            (commands.COMMAND_SET_TARGET, targets.OWNER_SITE, 1, -3_000, 60, 0, 0),
        ),
        ({"heartbeat": 41}, (commands.COMMAND_HEARTBEAT, 41, 0, 0, 0, 0, 0)),
        ({"reset_faults": "reset"}, (commands.COMMAND_RESET_FAULTS, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_a_write_becomes_one_command(values: dict[str, Value], command: tuple[int, ...]) -> None:
    bench = StillBench()
    assert bench.write(values) == 0
    assert bench.commands() == [command]


@pytest.mark.parametrize(
    "row", [r for r in WRITABLE if r.source and r.source.setting], ids=name_of
)
def test_a_setting_is_set_by_its_place_in_the_table(row: Row) -> None:
    assert row.source is not None
    bench = StillBench()
    value = bounds(row)[1]
    assert bench.write_words(row.point.address, words_for(row, value)) == 0
    index = SETTING_NAMES.index(row.source.setting)
    assert bench.commands() == [(commands.COMMAND_SET_SETTING, index, value, 0, 0, 0, 0)]


def test_several_settings_are_several_commands_in_order() -> None:
    bench = StillBench()
    values: dict[str, Value] = {
        "controller_timeout": 120,
        "export_enable": "disabled",
        "reserve": 35,
        "export_day_limit": -1,
        "departure_margin": 600,
    }
    assert bench.write(values) == 0
    names = ["controller_timeout_s", "export_enabled", "reserve_bp", "export_day_limit_wh"]
    indexes = [SETTING_NAMES.index(name) for name in [*names, "departure_margin_s"]]
    assert [command[1:3] for command in bench.commands()] == list(
        zip(indexes, (120, 0, 3_500, -1, 600), strict=True)
    )
    assert bench.write({"702.WChaRteMax": 5_000, "702.WDisChaRteMax": 4_000}) == 0
    assert [command[2] for command in bench.commands()] == [5_000, 4_000]


def test_idle_resets_nothing() -> None:
    bench = StillBench()
    assert bench.write({"reset_faults": "idle"}) == 0
    assert bench.commands() == []


# --- the queue ---


def test_a_write_without_room_changes_nothing_and_may_be_tried_again() -> None:
    bench = StillBench()
    for beat in range(QUEUE_PLACES):
        assert bench.write({"heartbeat": beat}) == 0
    before = whole(bench)
    request = write_request(find_point("heartbeat").address, [77])
    assert bench.request(request, patient=1) == b""
    assert bench.read("last_refusal") == "none"
    assert exception_of(bench.request(request)) == 6
    assert bench.read("last_refusal") == "busy"
    assert whole(bench) == before
    bench.connector.queue.drop()
    assert exception_of(bench.request(request)) == 0
    assert bench.read("heartbeat") == 77


def test_several_commands_need_room_for_all_of_them() -> None:
    bench = StillBench()
    values: dict[str, Value] = {"controller_timeout": 120, "export_enable": 0, "reserve": 35}
    for beat in range(QUEUE_PLACES - 2):
        bench.write({"heartbeat": beat})
    before = whole(bench)
    assert bench.write(values) == 6
    assert whole(bench) == before
    bench.connector.queue.drop()
    assert bench.write(values) == 0
    assert [command[0] for command in bench.commands()][-3:] == [4, 4, 4]


def test_reading_does_not_wait_for_the_queue() -> None:
    bench = StillBench()
    for beat in range(QUEUE_PLACES):
        bench.write({"heartbeat": beat})
    assert bench.words(FIRST, 2) == [0x5375, 0x6E53]


# --- what shows afterwards ---


@pytest.mark.parametrize("row", SINGLE, ids=name_of)
def test_what_was_written_still_shows_when_the_connector_has_obeyed(row: Row) -> None:
    bench = ModbusBench()
    for value in bounds(row):
        assert bench.write_words(row.point.address, words_for(row, value)) == 0
        shown = 0 if row.point.name == "ResetFaults" else value
        for _ in range(60):
            words = bench.words(row.point.address, row.point.registers)
            assert raw_of(find_point(name_of(row)), words) == shown
            bench.run(10)


def test_a_setting_shows_where_the_connector_uses_it() -> None:
    bench = ModbusBench()
    bench.write({"reserve": 45})
    bench.write({"702.WMax": 7_000})
    bench.run(500)
    assert bench.connector.settings.reserve_bp == 4_500
    assert bench.read("reserve_now") == 45
    assert bench.read("702.WDisChaRteMax") == 7_000
    assert bench.connector.limits.export_ma == 7_000 * 1000 // 240


def test_the_civil_time_goes_on_from_what_was_written() -> None:
    bench = ModbusBench()
    assert bench.read("civil_day") is None
    assert bench.write({"civil_day": 20_500, "civil_second": 86_398}) == 0
    assert (bench.read("civil_day"), bench.read("civil_second")) == (20_500, 86_398)
    bench.run(3_000)
    assert bench.read("civil_day") == 20_501
    assert bench.number("civil_second") <= 1


def test_a_heartbeat_makes_the_controller_known_and_silence_makes_it_silent() -> None:
    bench = ModbusBench()
    assert bench.read("controller_state") == "unheard"
    bench.write({"controller_timeout": 2})
    bench.write({"heartbeat": 1})
    bench.run(500)
    assert bench.read("controller_state") == "present"
    bench.run(2_500)
    assert bench.read("controller_state") == "silent"
    bench.write({"heartbeat": 2})
    bench.run(500)
    assert bench.read("controller_state") == "present"


def test_every_point_that_may_be_written_is_said_to_be_in_the_hosts_map() -> None:
    assert {point.full_name for point in POINTS if point.writable} == {
        name_of(row) for row in WRITABLE
    }
