"""Writes `firmware/package.json`, the list for `mip`, anew:

    python -m wattback_tools.flashing.package_json

It names sources, because compiled files are in no repository. `main.py` is the last, so that what
`mip` leaves half-way starts nothing.
"""

import json

from wattback_sim.firmware import firmware_root
from wattback_sim.pico.board_files import source_paths
from wattback_tools.flashing.firmware_files import firmware_version

PATH = firmware_root() / "package.json"


def package_text() -> str:
    """The whole file."""
    rows = ",\n".join(
        f"    {json.dumps([str(path), str(path)], ensure_ascii=False)}" for path in source_paths()
    )
    version = json.dumps(firmware_version())
    return f'{{\n  "version": {version},\n  "deps": [],\n  "urls": [\n{rows}\n  ]\n}}\n'


if __name__ == "__main__":
    PATH.write_text(package_text(), encoding="utf-8")
