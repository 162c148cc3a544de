"""Where the firmware lies, and how CPython imports it. The one loader of the project.

In a checkout it is `firmware/`; in an installed wheel it is carried as data of this package. The
shims for modules that only MicroPython has are put into `sys.modules`, never installed.
"""

import importlib.util
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def firmware_root() -> Path:
    """The folder to import `wattback` from, on any interpreter."""
    checkout = _HERE.parents[1] / "firmware"
    return checkout if (checkout / "wattback").is_dir() else _HERE / "_firmware"


def scenarios_root() -> Path:
    """The folder of the scenarios that come with the project."""
    checkout = _HERE.parent / "scenarios"
    return checkout if checkout.is_dir() else _HERE / "_scenarios"


def profiles_root() -> Path:
    """The folder of the profiles of sites."""
    checkout = _HERE.parent / "profiles"
    return checkout if checkout.is_dir() else _HERE / "_profiles"


def install() -> None:
    """Make `import wattback` work in this process. Harmless when called again."""
    if "micropython" not in sys.modules:
        shim = _HERE / "shims" / "micropython.py"
        spec = importlib.util.spec_from_file_location("micropython", shim)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["micropython"] = module
        spec.loader.exec_module(module)
    root = str(firmware_root())
    if root not in sys.path:
        sys.path.insert(0, root)
