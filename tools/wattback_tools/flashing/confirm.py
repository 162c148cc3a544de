"""What has started after a flash, asked over the unit's own console."""

from __future__ import annotations

import time

from wattback_hil.console import (
    ConsoleError,
    GarbledError,
    NotReachableError,
    VersionMismatchError,
    attach,
)
from wattback_hil.console.answers import Hello

_RETRY_S = 0.5


def confirm(url: str, serial: str, version: str, within_s: float) -> Hello:
    """The hello of the unit that was flashed.

    Raises NotReachableError, VersionMismatchError for another firmware, ConsoleError for another
    unit. within_s: how long it may take to start.
    """
    hello = _first_hello(url, within_s)
    if hello.serial != serial:
        raise ConsoleError(
            f"{url} is the console of unit {hello.serial}, and {serial} was flashed: is that the "
            "cable of another unit?"
        )
    if hello.fw != version:
        raise VersionMismatchError(
            f"unit {serial} was flashed with firmware {version} and says that it runs {hello.fw}"
        )
    return hello


def _first_hello(url: str, within_s: float) -> Hello:
    deadline_s = time.monotonic() + within_s
    while True:
        try:
            with attach(url) as console:
                return console.hello()
        except (NotReachableError, GarbledError) as error:
            if time.monotonic() > deadline_s:
                raise NotReachableError(
                    f"copied and verified, but not seen to start within {within_s:.0f} s: {error}"
                ) from None
        time.sleep(_RETRY_S)
