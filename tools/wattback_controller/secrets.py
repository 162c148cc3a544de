"""Secrets lie in files that their owner alone may read, never in the site's file or a command."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from wattback_sim.errors import BadInputError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 4096


def read_secret(path: Path) -> str:
    """The one line in a secret's file. Raises BadInputError when others may read or write it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(_LONGEST + 1)
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be read as a secret: {error.strerror}; put the secret that the "
            "utility gave you into it, alone on one line"
        ) from None
    if mode & _OTHERS:
        raise BadInputError(
            f"{path} may be read or written by others than its owner: chmod 600 {path}, and ask "
            "the utility for a new secret if somebody may have read it"
        )
    try:
        secret = text.decode("ascii").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(text) > _LONGEST or len(secret.split()) != 1:
        raise BadInputError(f"{path} is expected to hold one secret, alone on one line")
    return secret
