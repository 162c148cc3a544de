"""The connector's serial console, from the host's side. It only reads, and never disturbs.

    with attach("/dev/ttyACM0") as console:
        print(console.vitals().session_state)

`frames`, `lines`, `log`, `smp` and `cbor` turn bytes into messages and know no port; `ports` alone
knows pyserial; `client` asks and waits; `answers` are what it brings back. `docs/console.cddl`
describes the wire.
"""

from wattback_hil.console.client import Console, attach
from wattback_hil.console.errors import (
    ConsoleError,
    GarbledError,
    NotPermittedError,
    NotReachableError,
    RefusedError,
    VersionMismatchError,
)

__all__ = [
    "Console",
    "ConsoleError",
    "GarbledError",
    "NotPermittedError",
    "NotReachableError",
    "RefusedError",
    "VersionMismatchError",
    "attach",
]
