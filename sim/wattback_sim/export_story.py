"""The part of a run's story that is about export: link, service, targets, and what stops it.

It only watches; what it adds reads like the rest of the story.
"""

from collections.abc import Callable

from wattback.export import WAIT_CONTACTOR, WAIT_DEPARTURE, WAIT_TARGET
from wattback.heartbeat import PRESENT, SILENT
from wattback.targets import OWNER_DEPARTURE, OWNER_NAMES, OWNER_NONE
from wattback.vehicle import (
    LINK_AUTHORISED,
    LINK_LAPSED,
    LINK_REFUSED,
    REFUSAL_NAMES,
)
from wattback_sim.board import AT, SimulatedBoard
from wattback_sim.texts import EXPORT_WAIT_TEXTS, REFUSAL_TEXTS, power_in_words
from wattback_sim.trace import export_wait_names

_LINK = AT["vehicle_link"]
_SERVICE = AT["in_service"]
_OWNER = AT["target_owner"]
_ASKED = AT["target_asked_w"]
_WAITS = AT["export_waits"]
_CONTROLLER = AT["controller_state"]
_WATCHED = (_LINK, _SERVICE, _CONTROLLER)

# Reasons without a sentence here: the target's owner, or the state of the visit, tells them.
_QUIET = WAIT_CONTACTOR | WAIT_TARGET | WAIT_DEPARTURE
_WAIT_TOLD_US = 1_000_000
_REPORT_US = 100_000  # a Report is renewed in parts


class ExportStory:
    """Watches one board. add: takes kind and sentence."""

    def __init__(self, board: SimulatedBoard, add: Callable[[str, str], None]) -> None:
        self._board = board
        self._add = add
        self._last = [0] * len(_WATCHED)
        self._target = (OWNER_NONE, 0)  # owner and power asked, as last told
        self._target_us: int | None = None  # since when it is another
        self._waits = 0
        self._waits_us = 0
        self._waits_told = 0

    def restarted(self) -> None:
        """The board has lost its power."""
        self._last = [0] * len(_WATCHED)
        self._target = (OWNER_NONE, 0)

    def watch(self) -> None:
        """Compare this tick with the one before."""
        answer = self._board.answer
        now = [answer[at] for at in _WATCHED]
        if now != self._last:
            before, self._last = self._last, now
            self._changed(before, now)
        self._watch_target(answer[_OWNER], answer[_ASKED])
        if answer[_ASKED] > 0:
            self._watch_refusal(answer[_WAITS] & ~_QUIET)

    def _changed(self, before: list[int], now: list[int]) -> None:
        if now[0] != before[0]:
            self._link_changed(now[0])
        if now[1] != before[1]:
            text = "in service: the grid has been good for long enough"
            self._add(
                "connector", text if now[1] else "out of service: the grid must be good again"
            )
        if now[2] != before[2] and now[2] == SILENT:
            self._add("site", "the controller is silent: its targets and limits do not count")
        elif now[2] == PRESENT and before[2] == SILENT:
            self._add("site", "the controller is back: what it set counts again")

    def _link_changed(self, link: int) -> None:
        if link == LINK_AUTHORISED:
            self._add("vehicle", "is authorised to discharge: certified, settings acknowledged")
        elif link == LINK_LAPSED:
            self._add("vehicle", "has fallen silent on its digital link: authorisation lapsed")
        elif link == LINK_REFUSED:
            refusal = REFUSAL_NAMES[self._board.status("vehicle_refusal")]
            self._add("vehicle", f"may not discharge here: {REFUSAL_TEXTS[refusal]}")

    def _watch_target(self, owner: int, asked_w: int) -> None:
        now_us = self._board.clock.now_us
        if (owner, asked_w) == self._target:
            self._target_us = None
        elif self._target_us is None:
            self._target_us = now_us
        elif now_us - self._target_us >= _REPORT_US:
            before, self._target = self._target, (owner, asked_w)
            self._tell_target(before[0], owner, asked_w)

    def _tell_target(self, before: int, owner: int, asked_w: int) -> None:
        if owner == OWNER_NONE:
            if before != OWNER_NONE:
                self._add("connector", "has no target any more: charging as the limits allow")
        elif owner != OWNER_DEPARTURE:
            words = power_in_words(asked_w)
            self._add("connector", f"has a target of the {OWNER_NAMES[owner]}: {words}")
        elif before != OWNER_DEPARTURE:
            self._add("connector", "charges for the driver's departure, whatever is asked")

    def _watch_refusal(self, waits: int) -> None:
        now_us = self._board.clock.now_us
        if waits != self._waits:
            self._waits = waits
            self._waits_us = now_us
        elif waits and waits != self._waits_told and now_us - self._waits_us >= _WAIT_TOLD_US:
            self._waits_told = waits
            reasons = " and ".join(EXPORT_WAIT_TEXTS[name] for name in export_wait_names(waits))
            self._add("connector", f"does not export: needs {reasons}")
        if not waits:
            self._waits_told = 0
