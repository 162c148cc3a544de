"""Lines out of bytes: whole ones come out, noise ends at the next end of line."""

from hypothesis import given
from hypothesis import strategies as st

from wattback.codec.lines import Lines

LONGEST = 40


def read(lines: Lines, stream: bytes) -> list[bytes]:
    """Every line that comes out of a stream taken at once."""
    found = []
    at = 0
    while at < len(stream):
        at = lines.take(stream, at, len(stream))
        if lines.ready:
            found.append(bytes(lines.line[: lines.count]))
            lines.drop()
    return found


def test_a_newline_or_a_carriage_return_ends_a_line_and_empty_lines_do_not_count() -> None:
    assert read(Lines(LONGEST), b"one\ntwo\r\n\n\rthree\r") == [b"one", b"two", b"three"]


def test_a_line_that_has_not_ended_is_not_ready() -> None:
    lines = Lines(LONGEST)
    assert lines.take(b"hal", 0, 3) == 3
    assert not lines.ready
    assert lines.take(b"f\nnext", 0, 6) == 2
    assert lines.ready
    assert bytes(lines.line[: lines.count]) == b"half"


def test_a_ready_line_is_kept_until_it_is_dropped() -> None:
    lines = Lines(LONGEST)
    lines.take(b"keep\n", 0, 5)
    assert lines.take(b"other\n", 0, 6) == 0
    assert bytes(lines.line[: lines.count]) == b"keep"


def test_only_the_named_stretch_is_taken() -> None:
    lines = Lines(LONGEST)
    assert lines.take(b"..word\n..", 2, 7) == 7
    assert bytes(lines.line[: lines.count]) == b"word"


def test_the_longest_line_fits_and_one_byte_more_is_noise() -> None:
    lines = Lines(LONGEST)
    assert read(lines, b"x" * LONGEST + b"\nshort\n") == [b"x" * LONGEST, b"short"]
    assert read(lines, b"x" * (LONGEST + 1) + b"\nshort\n") == [b"short"]


def test_it_is_told_where_the_last_byte_from_0x80_on_stands() -> None:
    lines = Lines(LONGEST)
    lines.take(b"\xffab\x80cd\n", 0, 7)
    assert lines.clean_at == 4
    lines.drop()
    lines.take(b"clean\n", 0, 6)
    assert lines.clean_at == 0


def test_a_line_given_up_half_way_leaves_nothing_behind() -> None:
    lines = Lines(LONGEST)
    lines.take(b"y" * 100 + b"\xff", 0, 101)
    lines.drop()
    assert read(lines, b"fresh\n") == [b"fresh"]


@given(st.binary(max_size=400), st.integers(1, 64))
def test_how_a_stream_is_cut_into_pieces_changes_nothing(stream: bytes, size: int) -> None:
    whole = read(Lines(LONGEST), stream)
    lines = Lines(LONGEST)
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [line for piece in pieces for line in read(lines, piece)] == whole


@given(st.binary(max_size=400))
def test_the_lines_are_those_of_the_stream(stream: bytes) -> None:
    ends = stream.replace(b"\r", b"\n").split(b"\n")[:-1]
    assert read(Lines(LONGEST), stream) == [line for line in ends if 0 < len(line) <= LONGEST]
