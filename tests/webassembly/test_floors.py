"""A difference between two floors is seen, whichever word it is in, and told by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.webassembly.floors import Floor, FloorsPartError, Tally, TwinLink
from wattback.boards.sim import (
    ANSWER_WORDS,
    BYTES_OUT_AT,
    COUNT_OUT_AT,
    EVENT_COMMAND,
    HEAD_WORDS,
    KIND_BOOT,
    KIND_SERVICE,
    KIND_TICK,
    OUT_WORDS,
    REPORT_AT,
    RETAINED_AT,
    STATUS_AT,
)
from wattback.settings import SETTINGS
from wattback.signals import REPORT_NAMES, STATUS_NAMES
from wattback_sim.board import default_settings
from wattback_sim.errors import FirmwareStoppedError
from wattback_sim.link import Link
from wattback_sim.link.cpython import CPythonLink
from wattback_sim.site import Site

SECONDS = 7  # a visit that begins to charge


@dataclass
class Spoiled:
    """A sound board of which one word of one answer is told wrongly, or which stops there.

    kind, frame: which answer, counted among its kind; word: None to stop.
    """

    kind: int
    frame: int
    word: int | None
    link: Link
    seen: int = 0
    most_in: int = CPythonLink.most_in
    connections: int = CPythonLink.connections
    late_ticks: int = 0
    ticked: bool = True

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link."""
        answer = list(self.link.exchange(words))
        if words[0] == self.kind:
            self.seen += 1
            if self.seen == self.frame:
                if self.word is None:
                    raise FirmwareStoppedError("out of memory")
                answer[self.word] += 1
        return answer

    def close(self) -> None:
        """See Link."""
        self.link.close()


class _Heard(CPythonLink):
    """with_bytes: the first answer between ticks that brings bytes, counted among its kind."""

    def __init__(self) -> None:
        super().__init__()
        self.with_bytes = 0
        self._seen = 0

    def exchange(self, words: Sequence[int]) -> Sequence[int]:
        """See Link."""
        answer = super().exchange(words)
        if words[0] == KIND_SERVICE:
            self._seen += 1
            if not self.with_bytes and words[HEAD_WORDS] != EVENT_COMMAND and answer[COUNT_OUT_AT]:
                self.with_bytes = self._seen
        return answer


def play(other: Link, settings: dict[str, int] | None = None) -> Tally:
    """A visit on a sound board, and on another beside it."""
    tally = Tally()
    floors = (Floor("sound", CPythonLink), Floor("other", lambda: other))
    initial = {"vehicle.plugged": True, "vehicle.start_s": 0.0, "link.on": True}
    site = Site("", 1, initial, settings, new_link=lambda: TwinLink(floors, tally))
    try:
        site.power_on()
        site.run_until(SECONDS * 1_000_000)
    finally:
        site.close()
    return tally


def test_two_sound_boards_agree_in_every_word() -> None:
    tally = play(CPythonLink())
    assert (tally.boards, tally.ticks, tally.differing) == (1, SECONDS * 100, 0)
    assert tally.others > 10, "the vehicle has spoken"
    assert tally.frames == tally.boards + tally.ticks + tally.others


@pytest.mark.parametrize(
    ("word", "name"),
    [
        (3, "outputs"),
        (5, "pilot_duty_bp"),
        (6, "contactor_closed"),
        (STATUS_AT, STATUS_NAMES[0]),
        (REPORT_AT - 1, STATUS_NAMES[-1]),
        (REPORT_AT, REPORT_NAMES[0]),
        (RETAINED_AT, r"retained\[0\]"),
        (OUT_WORDS - 1, r"retained\[\d+\]"),
    ],
)
def test_one_word_of_one_tick_is_enough(word: int, name: str) -> None:
    where = f"^tick 311 at board time 3120 ms: {name}: sound: -?\\d+; other: -?\\d+$"
    with pytest.raises(FloorsPartError, match=where):
        play(Spoiled(KIND_TICK, 312, word, CPythonLink()))


@pytest.mark.parametrize(
    ("kind", "word", "name"),
    [
        (KIND_BOOT, 2, "boot 0 at board time 0 ms: result"),
        (KIND_SERVICE, 4, "service frame .*: due_in_us"),
        (KIND_SERVICE, ANSWER_WORDS, "service frame .*: count"),
    ],
)
def test_so_is_one_of_a_boot_and_one_between_ticks(kind: int, word: int, name: str) -> None:
    with pytest.raises(FloorsPartError, match=name):
        play(Spoiled(kind, 1, word, CPythonLink()))


def test_and_one_byte_on_a_wire() -> None:
    answers = _Heard()
    play(answers)
    with pytest.raises(FloorsPartError, match=r"^service frame .*: bytes\[0\]: "):
        play(Spoiled(KIND_SERVICE, answers.with_bytes, BYTES_OUT_AT, CPythonLink()))


def test_a_setting_that_only_one_of_them_has_is_seen() -> None:
    at = HEAD_WORDS + [row[0] for row in SETTINGS].index("site_failsafe_import_ma")

    class Limited(CPythonLink):
        def exchange(self, words: Sequence[int]) -> Sequence[int]:
            altered = list(words)
            if words[0] == KIND_BOOT:
                altered[at] = 16_000
            return super().exchange(altered)

    with pytest.raises(
        FloorsPartError, match=r"^tick 0 .*: import_limit_ma: sound: 48000; other: 16000$"
    ):
        play(Limited(), default_settings())


def test_one_that_stops_alone_is_seen_with_what_it_said() -> None:
    with pytest.raises(FloorsPartError, match="the firmware: sound: goes on; other: out of mem"):
        play(Spoiled(KIND_TICK, 5, None, CPythonLink()))
