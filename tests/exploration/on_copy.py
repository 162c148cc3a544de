"""`python -m tests.exploration.on_copy ROOT ALPHABET STATES`: explore a copy's firmware.

Prints what was violated, as JSON, for the tests that seed a defect into that copy.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import wattback_sim  # noqa: F401  (puts the shims into place, before the copy)


def main(root: str, name: str, states: str) -> None:
    """root: a folder with `firmware`; name: of the alphabet; states: how many at most."""
    sys.path.insert(0, str(Path(root) / "firmware"))
    import wattback
    from tests.exploration.every import every_alphabet
    from tests.exploration.explorer import Explorer

    alphabet = next(each for each in every_alphabet() if each.name == name)
    explored = Explorer(replace(alphabet, bound=int(states))).run()
    print(json.dumps({"firmware": wattback.__file__, **asdict(explored)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
