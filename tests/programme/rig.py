"""Addresses for tests: connectors that run the firmware, with wires that can be cut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wattback_controller.config import SiteFile, load_site
from wattback_controller.simulated import Address
from wattback_hil.simulated import SiteStream
from wattback_sim.board import default_settings
from wattback_sim.parameters import Value
from wattback_sim.site import Site

# Impatient vehicles and steep ramps keep runs short; what is tested does not depend on them.
WORLD: Mapping[str, Value] = {
    "link.on": True,
    "vehicle.start_s": 0.1,
    "vehicle.soc": 0.7,
}
SETTINGS = {
    "export_permitted": 1,
    "enter_service_delay_s": 5,
    "enter_service_ramp_s": 1,
    "site_failsafe_import_ma": 6000,
    "restart_delay_s": 0,
    "restart_ramp_s": 0,
}
_HEAD = """\
name = "Oak Lane"
time_zone = "America/Chicago"
folder = "records"

[programme]
url = "https://utility.example"
name = "evening-export"
ven = "oak-lane"
client_id = "oak-lane"
secret_file = "unused"
tariff = "tariff.toml"
poll_s = 5
trust_s = 120
"""
_CONNECTOR = """
[[connector]]
name = "{name}"
modbus = "tcp:{name}:502"
failsafe_a = 6
battery_kwh = 75
"""
FLAT = """\
name = "flat"
currency = "USD"
time_zone = "America/Chicago"
valid_from = 2020-01-01

[[flat]]
per_kwh = 1.00
"""


class Wires:
    """The network of an address. cut: names of connectors that nobody reaches."""

    def __init__(self) -> None:
        self.cut: set[str] = set()
        self._names: dict[int, str] = {}
        self._streams: list[SiteStream] = []

    def name(self, site: Site, name: str) -> None:
        """Say whose site it is."""
        self._names[id(site)] = name

    def stream(self, site: Site) -> CuttableStream:
        """See Address."""
        stream = CuttableStream(site, self, self._names[id(site)])
        self._streams.append(stream)
        return stream

    def drop(self) -> None:
        """Whoever held connections has died: the machine closes them."""
        for stream in self._streams:
            stream.close()
        self._streams.clear()


class CuttableStream(SiteStream):
    """A connection that carries nothing while its wire is cut."""

    def __init__(self, site: Site, wires: Wires, name: str) -> None:
        super().__init__(site)
        self._wires = wires
        self._name = name

    def send(self, data: bytes) -> None:
        """See ByteStream."""
        if self._name not in self._wires.cut:
            super().send(data)

    def receive(self, within_s: float) -> bytes:
        """See ByteStream."""
        return b"" if self._name in self._wires.cut else super().receive(within_s)


def site_file(
    folder: Path, names: tuple[str, ...], services: str = "", tariff: str = FLAT
) -> SiteFile:
    """The site's file of an address, written and read as an owner's would be."""
    (folder / "tariff.toml").write_text(tariff, encoding="utf-8")
    path = folder / "site.toml"
    connectors = "".join(_CONNECTOR.format(name=name) for name in names)
    path.write_text(_HEAD + connectors + services, encoding="utf-8")
    return load_site(path)


def address(
    folder: Path,
    starts_s: float,
    names: tuple[str, ...] = ("garage",),
    worlds: Mapping[str, Mapping[str, Value]] | None = None,
    services: str = "",
    tariff: str = FLAT,
    seed: int = 1,
    settings: Mapping[str, int] | None = None,
) -> tuple[Address, Wires]:
    """Connectors that have power, each with a vehicle of its own, and the controller. settings: of
    all connectors, beyond SETTINGS.
    """
    wires = Wires()
    sites: dict[str, Site] = {}
    for number, name in enumerate(names):
        world = {**WORLD, **(worlds or {}).get(name, {})}
        site = Site(
            "cpython",
            seed * 100 + number,
            world,
            default_settings() | SETTINGS | dict(settings or {}),
            serial_number=number + 1,
        )
        wires.name(site, name)
        site.power_on()
        sites[name] = site
    file = site_file(folder, names, services, tariff)
    return Address(file, sites, starts_s, folder / "records", wires.stream), wires
