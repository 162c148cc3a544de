"""What `wattback flash` puts on a Pico: the firmware, and settings that it accepts."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.firmware import install
from wattback_sim.pico import board_files
from wattback_tools.flashing.repl import missing_package


def compiled_files() -> dict[PurePosixPath, bytes]:
    """What is copied, by its path on the board, in the order of copying."""
    try:
        return board_files.compiled_files()
    except ModuleNotFoundError as error:
        raise missing_package(error) from None


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
    from wattback.grid.categories import grid_code_allows
    from wattback.supply import windows_allow_export

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
    together = settings.Settings()
    together.load([chosen.get(name, row[1]) for name, row in rows.items()])
    refused = grid_code_allows(together) or windows_allow_export(together)
    if refused:
        raise BadInputError(f"{path}: {refused} does not go together with the other settings")
    return json.dumps(chosen, indent=1).encode()
