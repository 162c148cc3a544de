"""The served board that other people's programs meet, and a hand on the world around it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.serving import served
from tests.lockstep.playing import one_core_a_worker
from wattback_hil.control_socket import ControlSocket

SITE = Path(__file__).with_name("site.toml")
_PATIENCE_S = 60.0  # of the wall clock, on a machine that does much else


def wait_until(read: Callable[[], Any], enough: Callable[[Any], bool], what: str) -> None:
    """Until what is read is enough; fails with `what` it is, and what it was."""
    ends_s = time.monotonic() + _PATIENCE_S
    while not enough(seen := read()):
        assert time.monotonic() < ends_s, f"{what} is still {seen!r}"
        time.sleep(0.02)


class Hand:
    """A connection to the control of a served board. Each thread needs one of its own."""

    def __init__(self, address: str) -> None:
        host, _, port = address.partition(":")
        self._socket = ControlSocket(host, int(port))

    def order(self, **order: object) -> dict[str, Any]:
        """One order, in the words of `wattback_sim.control`."""
        answer: dict[str, Any] = json.loads(self._socket.answer(json.dumps(order).encode()))
        assert "error" not in answer, answer["error"]
        return answer

    def get(self, name: str) -> Any:
        """A column of the trace, a field of the firmware, or an instrument of the world."""
        return self.order(get=name)["values"][name]

    def get_together(self, *names: str) -> tuple[Any, ...]:
        """Several of one moment."""
        values = self.order(get=list(names))["values"]
        return tuple(values[name] for name in names)

    def wait(self, name: str, enough: Callable[[Any], bool]) -> None:
        """Until what `get` tells is enough."""
        wait_until(lambda: self.get(name), enough, name)

    def wait_for(self, name: str, value: object) -> None:
        """Until it is this value."""
        self.wait(name, lambda seen: bool(seen == value))

    def close(self) -> None:
        """Let go."""
        self._socket.close()


class Board(Hand):
    """console, rtu: paths of its PTYs. host, port: of its Modbus TCP. unit_id: of both.
    control: address of its control.
    """

    def __init__(self, printed: str) -> None:
        addresses = json.loads(printed)
        self.control = str(addresses["control"])
        super().__init__(self.control)
        self.console = str(addresses["console"])
        self.rtu = str(addresses["modbus_rtu"])
        self.unit_id = int(addresses["unit_id"])
        self.host, port = addresses["modbus_tcp"].split(":")
        self.port = int(port)

    def wait_until_it_charges(self) -> None:
        """As the site's file has it: nobody asks for a certain power, and it might export."""
        self.wait_for("target_owner", "none")
        self.wait_for("session_state", "charging")
        self.wait_for("export_waits", "target")
        self.wait("power_w", lambda power_w: bool(power_w < -11_250))


@contextmanager
def connected_board() -> Iterator[Board]:
    """A board whose vehicle charges, until the end of the block. No truth may break meanwhile."""
    with ExitStack() as stack:
        with one_core_a_worker():  # which the served board inherits
            process = stack.enter_context(served("micropython", SITE))
        board = Board(process.printed)
        stack.callback(board.close)
        board.wait("world.time_s", lambda time_s: bool(time_s > 1.0))  # it has run by then
        board.wait_until_it_charges()
        yield board
        assert board.get("world.last_broken_truth") == ""
        assert board.get("faults") == ""
