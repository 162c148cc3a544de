"""The order in which a real utility-side client writes: the enable first, the set-point after it.

It writes its limits into model 702, then `WSetEna` by function 6, and only then `WSetMod` and
`WSet` together by function 16. Between the two the enable is up with whatever stood there before:
a connector that took it at its word would follow an old set-point for a moment.
"""

import threading
import time

import pytest

from tests.foreign import sunspec
from tests.foreign.board import Board, Hand, wait_until

OLD_W, NEW_W = 9_000, -3_000
BETWEEN_S = 0.4  # between the enable and the set-point: more than a second of the board's time


class Watcher:
    """Looks at the target without a pause. seen: whose it was, and how much, in order."""

    def __init__(self, board: Board) -> None:
        self.seen: list[tuple[str, int]] = []
        self._hand = Hand(board.control)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._hand.close()

    def _watch(self) -> None:
        while not self._over.is_set():
            owner, told_w = self._hand.get_together("target_owner", "target_w")
            if (owner, told_w) not in self.seen[-1:]:
                self.seen.append((owner, told_w))


@pytest.mark.parametrize("over", ["tcp", "rtu"])
def test_an_old_set_point_is_never_followed(board: Board, over: str) -> None:
    with sunspec.connected(board, over) as device:
        controls = sunspec.model(device, 704)
        controls.WSetMod.value = 1
        controls.WSet.cvalue = OLD_W
        controls.write()
        set_enable(controls, 1)
        board.wait_for("target_w", OLD_W)
        set_enable(controls, 0)
        board.wait_until_it_charges()

        with Watcher(board) as watcher:
            capacity = sunspec.model(device, 702)
            for name in ("WChaRteMax", "WDisChaRteMax", "WMax"):
                capacity.points[name].cvalue = 11_000
                capacity.points[name].write()
            set_enable(controls, 1)
            time.sleep(BETWEEN_S)
            controls.WSetMod.value = 1
            controls.WSet.cvalue = NEW_W
            controls.write()
            board.wait_for("target_w", NEW_W)
        owners = [owner for owner, _ in watcher.seen]
        assert set(owners) <= {"none", "programme"}
        assert owners == sorted(owners), "nobody's until it was the programme's"
        assert len(watcher.seen) >= 2
        assert max(told_w for _, told_w in watcher.seen) <= NEW_W

        set_enable(controls, 0)
        for name in ("WChaRteMax", "WMax"):
            capacity.points[name].cvalue = 11_520
            capacity.points[name].write()
        wait_until(lambda: board.get("import_limit_ma"), lambda ma: ma == 48_000, "the limit")


def set_enable(controls: sunspec.Model, value: int) -> None:
    """By a request of its own, which the client sends as function 6."""
    controls.WSetEna.value = value
    controls.WSetEna.write()
