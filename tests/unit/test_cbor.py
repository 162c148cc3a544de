"""CBOR of the firmware against cbor2, both ways; what is malformed is BAD and never raises."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattback.codec.cbor import (
    ARRAY,
    BAD,
    BREAK,
    END,
    FLAG,
    FLOAT,
    INTEGER,
    MAP,
    NULL,
    OCTETS,
    TEXT,
    UNKNOWN_LENGTH,
    Reader,
    Writer,
)

MOST_ITEMS = 64
DEEPEST = 6
WRITTEN = (
    st.integers(-(1 << 64), (1 << 64) - 1)
    | st.integers(-300, 300)
    | st.text(max_size=40)
    | st.booleans()
)
READ = WRITTEN | st.binary(max_size=40) | st.none()
KEYS = st.integers(-70000, 70000) | st.text(max_size=12)


def trees_of(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Arrays and maps of these within each other."""
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=20,
    )


WRITTEN_TREES = trees_of(WRITTEN)
TREES = trees_of(READ)


def write(writer: Writer, item: Any) -> None:
    if isinstance(item, bool):
        writer.flag(1 if item else 0)
    elif isinstance(item, int):
        writer.integer(item)
    elif isinstance(item, str):
        writer.text(item)
    elif isinstance(item, list):
        writer.array(len(item))
        for child in item:
            write(writer, child)
    else:
        writer.map(len(item))
        for key, value in item.items():
            write(writer, key)
            write(writer, value)


class NotReadable(Exception):
    """The reader found something BAD, or an END or BREAK where an item belongs."""


def read(reader: Reader) -> Any:
    """The next whole item as the Python object that cbor2 makes of it."""
    kind = reader.next()
    if kind in (ARRAY, MAP):
        return read_within(reader, kind)
    if kind == INTEGER:
        return reader.value
    if kind == FLAG:
        return bool(reader.value)
    if kind == NULL:
        return None
    if kind == FLOAT:
        return 0.5  # its value is not read
    if kind == OCTETS:
        return bytes(reader.buffer[reader.first : reader.last])
    if kind == TEXT:
        return reader.buffer[reader.first : reader.last].decode()
    raise NotReadable(kind)


def read_within(reader: Reader, kind: int) -> Any:
    count = reader.value
    children: list[Any] = []
    while count == UNKNOWN_LENGTH or len(children) < (2 * count if kind == MAP else count):
        try:
            children.append(read(reader))
        except NotReadable:
            if count == UNKNOWN_LENGTH and reader.kind == BREAK:
                break
            raise
    if kind == ARRAY:
        return children
    return dict(zip(children[::2], children[1::2], strict=True))


def reader_of(message: bytes) -> Reader:
    reader = Reader(bytearray(b"<<" + message + b">>"))
    reader.start(2, 2 + len(message))
    return reader


def items_in(tree: Any) -> int:
    if isinstance(tree, list):
        return 1 + sum(map(items_in, tree))
    if isinstance(tree, dict):
        return 1 + sum(1 + items_in(value) for value in tree.values())
    return 1


def depth_of(tree: Any) -> int:
    children = (
        tree if isinstance(tree, list) else tree.values() if isinstance(tree, dict) else None
    )
    return 0 if children is None else 1 + max(map(depth_of, children), default=0)


# --- writing ---


@given(WRITTEN_TREES)
def test_cbor2_reads_what_is_written(tree: Any) -> None:
    writer = Writer(bytearray(4000))
    write(writer, tree)
    assert not writer.overflow
    assert cbor2.loads(writer.buffer[: writer.at]) == tree


@given(WRITTEN_TREES)
def test_what_is_written_is_the_shortest_form_that_cbor2_writes_too(tree: Any) -> None:
    writer = Writer(bytearray(4000))
    write(writer, tree)
    assert bytes(writer.buffer[: writer.at]) == cbor2.dumps(tree)


@given(WRITTEN_TREES, st.integers(0, 60))
def test_nothing_is_written_past_the_end(tree: Any, size: int) -> None:
    writer = Writer(bytearray(size))
    write(writer, tree)
    assert len(writer.buffer) == size
    assert writer.at <= size
    assert bool(writer.overflow) == (len(cbor2.dumps(tree)) > size)


def test_after_an_overflow_nothing_more_is_written_even_if_it_would_fit() -> None:
    writer = Writer(bytearray(4))
    writer.text("too long")
    writer.integer(1)
    assert (writer.overflow, writer.at) == (1, 0)
    writer.start(1)
    writer.integer(1)
    assert (writer.overflow, writer.at, writer.buffer[1]) == (0, 2, 1)


@pytest.mark.parametrize("value", [1 << 64, -(1 << 64) - 1, 1 << 200])
def test_an_integer_beyond_64_bits_does_not_fit(value: int) -> None:
    writer = Writer(bytearray(100))
    writer.integer(value)
    assert (writer.overflow, writer.at) == (1, 0)


@given(st.text(max_size=20), st.integers(0, 5))
def test_a_text_may_come_out_of_a_buffer(text: str, at: int) -> None:
    source = bytes(at) + text.encode() + b"..."
    writer = Writer(bytearray(100))
    writer.text_of(source, at, len(source) - 3)
    assert cbor2.loads(writer.buffer[: writer.at]) == text


@given(st.lists(st.integers()), st.dictionaries(st.text(max_size=5), st.integers()))
def test_arrays_and_maps_of_unknown_length_are_closed(
    array: list[int], pairs: dict[str, int]
) -> None:
    writer = Writer(bytearray(4000))
    writer.array(UNKNOWN_LENGTH)
    for item in array:
        writer.integer(item)
    writer.close()
    first = writer.at
    writer.map(UNKNOWN_LENGTH)
    for key, value in pairs.items():
        writer.text(key)
        writer.integer(value)
    writer.close()
    if not writer.overflow:
        assert cbor2.loads(writer.buffer[:first]) == array
        assert cbor2.loads(writer.buffer[first : writer.at]) == pairs


def test_an_end_may_be_set_before_that_of_the_buffer() -> None:
    writer = Writer(bytearray(10))
    writer.end = 4
    writer.text("abc")
    assert (writer.at, writer.overflow) == (4, 0)
    writer.flag(1)
    assert (writer.at, writer.overflow) == (4, 1)


# --- reading ---


@given(TREES)
def test_what_cbor2_writes_is_read(tree: Any) -> None:
    if items_in(tree) <= MOST_ITEMS:
        reader = reader_of(cbor2.dumps(tree))
        assert read(reader) == tree
        assert reader.next() == END


@given(TREES)
def test_arrays_and_maps_of_unknown_length_are_read(tree: Any) -> None:
    if items_in(tree) <= MOST_ITEMS // 2:  # each BREAK counts as an item
        reader = reader_of(cbor2.dumps(tree, indefinite_containers=True))
        assert read(reader) == tree
        assert reader.next() == END


@given(TREES, st.booleans())
def test_a_whole_item_is_passed_over(tree: Any, unknown_length: bool) -> None:
    message = cbor2.dumps(tree, indefinite_containers=unknown_length)
    reader = reader_of(message + b"\x07")
    kind = reader.next()
    told = reader.skip()
    readable = items_in(tree) < MOST_ITEMS // 2 and depth_of(tree) <= DEEPEST
    if readable:
        assert told == kind
        assert (reader.next(), reader.value) == (INTEGER, 7)
        assert reader.next() == END


@pytest.mark.parametrize("size", ["f94100", "fa3fc00000", "fb3ff8000000000000"])
def test_a_float_of_any_size_is_told_and_passed_over(size: str) -> None:
    reader = reader_of(bytes.fromhex(size) + b"\x01")
    assert reader.next() == FLOAT
    assert (reader.next(), reader.value) == (INTEGER, 1)


def test_arguments_in_more_bytes_than_they_need_are_read() -> None:
    reader = reader_of(bytes.fromhex("1805 190005 1a00000005 1b0000000000000005 580141"))
    for _ in range(4):
        assert (reader.next(), reader.value) == (INTEGER, 5)
    assert reader.next() == OCTETS
    assert reader.buffer[reader.first : reader.last] == b"A"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("an argument cut off", "19ff"),
        ("a string cut off", "6461"),
        ("a string longer than all there is", "5b7fffffffffffffff00"),
        ("an array that claims more than follows", "8301"),
        ("a map that claims more than follows", "a20102"),
        ("a float cut off", "fb00"),
        ("reserved additional information", "1c"),
        ("a tag", "c100"),
        ("a byte string in chunks", "5f41004100ff"),
        ("a text string in chunks", "7f6161ff"),
        ("undefined", "f7"),
        ("another simple value", "f820"),
    ],
)
def test_what_is_not_of_this_part_of_cbor_is_bad_and_stays_so(name: str, message: str) -> None:
    reader = reader_of(bytes.fromhex(message) + b"")
    assert reader.next() == BAD, name
    assert reader.next() == BAD, name
    assert reader.skip() == BAD, name


@pytest.mark.parametrize("message", ["9f01", "bf0102", "bf01ff", "8201ff", "9fff"])
def test_only_well_formed_containers_are_passed_over(message: str) -> None:
    reader = reader_of(bytes.fromhex(message))
    reader.next()
    assert (reader.skip() != BAD) == (message == "9fff")


def test_a_message_of_too_many_items_is_bad() -> None:
    reader = reader_of(cbor2.dumps([0] * (MOST_ITEMS - 1)))
    reader.next()
    assert reader.skip() == ARRAY
    reader = reader_of(cbor2.dumps([0] * MOST_ITEMS))
    reader.next()
    assert reader.skip() == BAD


def test_what_is_nested_too_deeply_is_not_followed() -> None:
    reader = reader_of(b"\x81" * DEEPEST + b"\x00")
    reader.next()
    assert reader.skip() == ARRAY
    reader = reader_of(b"\x81" * (DEEPEST + 1) + b"\x00")
    reader.next()
    assert reader.skip() == BAD


def test_the_count_of_items_begins_anew_with_a_message() -> None:
    reader = reader_of(cbor2.dumps([0] * 50))
    for _ in range(3):
        reader.start(2, 2 + 52)
        reader.next()
        assert reader.skip() == ARRAY


def test_a_text_is_compared_whole() -> None:
    reader = reader_of(cbor2.dumps("page") + cbor2.dumps(b"page") + cbor2.dumps("pages"))
    reader.next()
    assert reader.is_text("page")
    assert not reader.is_text("pag")
    assert not reader.is_text("pages")
    reader.next()
    assert not reader.is_text("page")  # octets are no text
    reader.next()
    assert not reader.is_text("page")


def well_formed_by_cbor2(message: bytes) -> bool:
    try:
        cbor2.loads(message)
    except Exception:
        return False
    return True


@given(st.binary(max_size=80))
def test_no_bytes_make_the_reader_raise_or_run_for_ever(message: bytes) -> None:
    reader = reader_of(message)
    for _ in range(MOST_ITEMS + 2):
        if reader.next() in (END, BAD):
            break
        reader.skip()
    assert reader.kind in (END, BAD)


@given(TREES, st.data())
def test_a_damaged_message_is_refused_or_still_cbor(tree: Any, data: st.DataObject) -> None:
    message = bytearray(cbor2.dumps(tree))
    at = data.draw(st.integers(0, len(message) - 1))
    message[at] ^= 1 << data.draw(st.integers(0, 7))
    reader = reader_of(bytes(message))
    reader.next()
    if reader.skip() < BREAK and reader.next() == END:
        try:
            read(reader_of(bytes(message)))
        except (UnicodeDecodeError, TypeError):  # not UTF-8, or a key that Python cannot have
            return
        assert well_formed_by_cbor2(bytes(message))
