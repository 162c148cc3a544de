"""What `wattback flash` puts on a Pico: the firmware, and settings that it accepts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from wattback_sim.board import default_settings
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.firmware import install
from wattback_sim.pico import board_files
from wattback_sim.site_profiles import OWN_SETTINGS, Profile, refused_together, setting_range
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


def settings_file(path: Path | None, profile: Profile | None = None) -> bytes:
    """The settings as they lie on the board: those of the profile, if any, and over them what the
    installer has chosen in the file, if any. Raises BadInputError, before anything is copied, for
    what the firmware would refuse.
    """
    chosen: dict[str, int] = {}
    if profile is not None:
        chosen = profile.with_identity(profile.settings)
    origin = f"profile {profile.name}" if profile else ""
    if path is not None:
        origin = f"{path} over {origin}" if origin else str(path)
        chosen.update(_installers_choice(path, chosen))
    refused = refused_together({**default_settings(), **chosen})
    if refused:
        raise BadInputError(f"{origin}: {refused} does not go together with the other settings")
    return json.dumps(chosen, indent=1).encode()


def _installers_choice(path: Path, profile: Mapping[str, int]) -> dict[str, int]:
    try:
        chosen = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise BadInputError(f"{path} is no JSON: {error}") from None
    if not isinstance(chosen, dict):
        raise BadInputError(f'{path} is no JSON object; expected {{"breaker_ma": 40000, …}}')
    known = default_settings()
    beside = {**known, **profile, **chosen}["nominal_millihertz"]
    for name, value in chosen.items():
        if name in OWN_SETTINGS:
            raise BadInputError(
                f"{path} names {name!r}, which only a profile fills in; use --profile NAME"
            )
        if name not in known:
            raise BadInputError(
                f"{path} names {name!r}, which is no setting{suggestion(name, known)}"
            )
        lowest, highest = setting_range(name, beside)
        if type(value) is not int or not lowest <= value <= highest:
            raise BadInputError(
                f"{path}: {name} is {value!r}; expected an integer from {lowest} to {highest}"
            )
    return chosen
