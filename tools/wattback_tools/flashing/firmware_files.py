"""What belongs on a Pico: boot.py, main.py and the firmware's modules, compiled.

`wattback flash` and `firmware/package.json` have the same list from here.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.firmware import firmware_root, install
from wattback_tools.flashing.repl import missing_package

BOOT = PurePosixPath("boot.py")
MAIN = PurePosixPath("main.py")
SETTINGS = PurePosixPath("settings.json")
PACKAGE = PurePosixPath("wattback")

# The simulated board, and the ports of boards that have a network.
LEFT_OUT = (
    PurePosixPath("wattback/boards/sim"),
    PurePosixPath("wattback/boards/sim_process"),
    PurePosixPath("wattback/modbus/tcp"),
)


def source_paths() -> list[PurePosixPath]:
    """The firmware's sources for a Pico, from its folder on, in the order of copying: what starts
    it comes last.
    """
    root = firmware_root()
    found = [
        PurePosixPath(path.relative_to(root).as_posix())
        for path in sorted((root / PACKAGE).rglob("*.py"))
    ]
    return [path for path in found if path.with_suffix("") not in LEFT_OUT] + [BOOT, MAIN]


def compiled_files() -> dict[PurePosixPath, bytes]:
    """What is copied, by its path on the board, in the order of copying."""
    try:
        from wattback_sim.pico.flash import compiled_package
    except ModuleNotFoundError as error:
        raise missing_package(error) from None
    root = firmware_root()
    compiled = compiled_package(root / PACKAGE)
    files = {}
    for path in source_paths():
        if path in (BOOT, MAIN):
            files[path] = (root / path).read_bytes()
        else:
            files[path.with_suffix(".mpy")] = compiled[path.with_suffix(".mpy")]
    return files


def firmware_version() -> str:
    """What the firmware here calls itself."""
    install()
    from wattback.identity import VERSION

    return VERSION


def settings_file(path: Path) -> bytes:
    """The installer's settings as they lie on the board. Raises BadInputError, before anything is
    copied, for what the firmware would refuse.
    """
    install()
    from wattback import settings

    try:
        chosen = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise BadInputError(f"{path} is no JSON: {error}") from None
    if not isinstance(chosen, dict):
        raise BadInputError(f'{path} is no JSON object; expected {{"breaker_ma": 40000, …}}')
    rows = {row[0]: row for row in settings.SETTINGS}
    for name, value in chosen.items():
        if name not in rows:
            raise BadInputError(
                f"{path} names {name!r}, which is no setting{suggestion(name, rows)}"
            )
        _, _, lowest, highest, _ = rows[name]
        if type(value) is not int or not lowest <= value <= highest:
            raise BadInputError(
                f"{path}: {name} is {value!r}; expected an integer from {lowest} to {highest}"
            )
    refused = settings.Settings().load([chosen.get(name, row[1]) for name, row in rows.items()])
    if refused:
        raise BadInputError(f"{path}: {refused} does not go together with the other settings")
    return json.dumps(chosen, indent=1).encode()
