"""What SunSpec asks of a map and its own client does not look at: its scan proves lengths only.

The definitions are those that `pysunspec2` ships, the values those that it has read.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.foreign import sunspec
from tests.foreign.board import Board
from wattback_tools.registers.standard_points import ABSENT

END_MODEL = bytes.fromhex("ffff 0000")
IEEE_1547 = "IEEE 1547-2018"

Point = tuple[int, str, Any]


@pytest.fixture(scope="module")
def device(served_board: Board) -> Iterator[sunspec.Device]:
    with sunspec.connected(served_board, "tcp") as device:
        yield device


@pytest.fixture(scope="module")
def points(device: sunspec.Device) -> list[Point]:
    return [
        (model.model_id, name, point)
        for model in device.model_list
        for name, point in sunspec.points(sunspec.model(device, model.model_id))
    ]


def test_model_1_is_the_first_and_no_model_comes_twice(device: sunspec.Device) -> None:
    numbers = [model.model_id for model in device.model_list]
    assert numbers[0] == 1
    assert len(set(numbers)) == len(numbers)


def test_models_follow_each_other_up_to_the_end_model(device: sunspec.Device) -> None:
    address = device.base_addr + 2
    for model in device.model_list:
        assert model.model_addr == address
        address += 2 + model.model_len
    assert device.read(address, 2) == END_MODEL
    with pytest.raises(sunspec.REFUSALS, match=r"exception:? 2"):
        device.read(address, 3)


def test_every_enumeration_has_a_value_that_its_model_names(points: list[Point]) -> None:
    strays = [
        (number, name, point.value)
        for number, name, point in points
        if point.pdef["type"] == "enum16"
        and point.value is not None
        and point.value not in [symbol["value"] for symbol in point.pdef["symbols"]]
    ]
    assert strays == []


def test_every_bit_that_is_set_is_one_that_its_model_names(points: list[Point]) -> None:
    strays = []
    for number, name, point in points:
        if point.pdef["type"].startswith("bitfield") and point.value is not None:
            named = sum(1 << symbol["value"] for symbol in point.pdef["symbols"])
            if point.value & ~named:
                strays.append((number, name, point.value))
    assert strays == []


def test_every_value_has_a_scale_factor_within_its_range(points: list[Point]) -> None:
    factors = {
        (number, name): point.value
        for number, name, point in points
        if point.pdef["type"] == "sunssf" and point.value is not None
    }
    assert [key for key, value in factors.items() if not -10 <= value <= 10] == []
    without = [
        (number, name)
        for number, name, point in points
        if isinstance(point.pdef.get("sf"), str)
        and point.value is not None
        and (number, point.pdef["sf"]) not in factors
    ]
    assert without == []


def test_every_mandatory_point_is_there(points: list[Point]) -> None:
    mandatory = [item for item in points if item[2].pdef.get("mandatory") == "M"]
    assert len(mandatory) >= 5 + 3 + 2 + 2 + 2
    assert [(number, name) for number, name, point in mandatory if point.value is None] == []


def test_every_point_of_ieee_1547_is_there_but_for_those_that_the_connector_cannot_have(
    points: list[Point],
) -> None:
    tagged = [item for item in points if IEEE_1547 in item[2].pdef.get("standards", [])]
    assert len(tagged) >= 6 + 16 + 19 + 14 + 3
    absent = {(number, name) for number, name, point in tagged if point.value is None}
    assert absent == set(ABSENT)


def test_texts_are_printable_and_the_unit_has_a_name_and_a_number(points: list[Point]) -> None:
    texts = {
        (number, name): point.value
        for number, name, point in points
        if point.pdef["type"] == "string" and point.value is not None
    }
    assert all(texts[1, name] for name in ("Mn", "Md", "Vr", "SN"))
    assert all(text.isascii() and text.isprintable() for text in texts.values())


def test_what_is_written_is_in_the_very_next_read(device: sunspec.Device) -> None:
    ours = sunspec.model(device, 64_750)
    for minutes in range(1, 20):
        ours.DepartureMargin.cvalue = 60 * minutes
        ours.DepartureMargin.write()
        ours.DepartureMargin.read()
        assert ours.DepartureMargin.cvalue == 60 * minutes
    ours.DepartureMargin.cvalue = 900
    ours.DepartureMargin.write()
