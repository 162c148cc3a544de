"""A program around `mcumgr-toolkit`: it asks the console at a path, and prints JSON."""

import json
import sys

from mcumgr_toolkit import MCUmgrClient

GROUP = 17_750
HELLO, WHY = 0, 2
_TIMEOUT_MS = 20_000


def main(path: str) -> None:
    """Ask once for all that it knows of, and for two commands of the private group."""
    client = MCUmgrClient.serial(path, timeout_ms=_TIMEOUT_MS)
    client.use_auto_frame_size()
    client.check_connection()
    parameters = client.os_mcumgr_parameters()
    answers = {
        "echo": client.os_echo("hello from Rust"),
        "parameters": {"buf_size": parameters.buf_size, "buf_count": parameters.buf_count},
        "info": client.os_application_info("a"),
        "hello": client.raw_command(False, GROUP, HELLO, {}),
        "why": client.raw_command(False, GROUP, WHY, {}),
    }
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1])
