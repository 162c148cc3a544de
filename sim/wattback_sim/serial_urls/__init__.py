"""pyserial URLs of simulated boards in this process: sim://NAME?channel=console|rtu|vehicle.

    with registered("bench", site):
        port = serial.serial_for_url("sim://bench?channel=rtu", baudrate=19200, timeout=1)

A program that uses pyserial runs on simulated time then, unmodified: whenever it waits for bytes,
the site advances. pyserial finds the module `protocol_sim` by the name of this package, which is
added to its list; that list and the names of sites are the only state of the process here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import serial  # type: ignore[import-untyped]

from wattback_sim.site import Site

_SITES: dict[str, Site] = {}


def register(name: str, site: Site) -> None:
    """Make a site reachable as sim://NAME. The name is used up until `unregister`."""
    if name in _SITES:
        raise ValueError(f"a site is already called {name!r}")
    if __name__ not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(__name__)
    _SITES[name] = site


def unregister(name: str) -> None:
    """Forget a name. Harmless when it is not known."""
    _SITES.pop(name, None)


@contextmanager
def registered(name: str, site: Site) -> Iterator[None]:
    """`register` for the length of a block."""
    register(name, site)
    try:
        yield
    finally:
        unregister(name)


def find_site(name: str) -> Site:
    """The site of a name. Raises SerialException with a sentence."""
    if name not in _SITES:
        known = ", ".join(sorted(_SITES)) or "none"
        raise serial.SerialException(
            f"no simulated site in this process is called {name!r}; there are: {known}"
        )
    return _SITES[name]
