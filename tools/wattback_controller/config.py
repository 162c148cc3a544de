"""The site's file: its connectors, the service that they hang on, and the utility's programme.

    name = "Oak Lane"
    time_zone = "America/Chicago"
    folder = "oak-lane"                   # for the records; beside this file

    [programme]                           # without it the site shares its service and nothing else
    url = "https://vtn.example.org/openadr3"
    name = "evening-export"               # of the programme, as the utility calls it
    ven = "oak-lane"                      # what the utility calls this site
    client_id = "oak-lane"
    secret_file = "vtn_secret"            # readable by its owner alone
    tariff = "tariff.toml"

    [[connector]]
    name = "garage"
    modbus = "tcp:192.168.1.20:502"       # or "rtu:/dev/ttyUSB0"
    failsafe_a = 6                        # what it allows itself when nobody tells it anything

    [[service]]                           # a busbar, breaker or transformer
    name = "panel"
    import_a = 48
    export_a = 32
    connectors = ["garage"]

A key that nobody reads is an error: a site that runs with a default in place of a misspelt limit
overloads its service.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wattback.limits import HIGHEST_LIMIT_MA
from wattback_hil.modbus_place import ModbusPlace, PlaceReader, RtuLine
from wattback_sim.toml_reader import TOP, Entry, Place

_TOP_KEYS = ("name", "time_zone", "folder", "clock", "programme", "connector", "service")
_PROGRAMME_KEYS = (
    "url",
    "name",
    "ven",
    "client_id",
    "secret_file",
    "ca_file",
    "tariff",
    "export_positive",
    "most_kw",
    "poll_s",
    "trust_s",
)
_CONNECTOR_KEYS = (
    "name",
    "modbus",
    "baud",
    "unit_id",
    "failsafe_a",
    "most_a",
    "battery_kwh",
)
_SERVICE_KEYS = ("name", "import_a", "export_a", "connectors")
_MOST_A = HIGHEST_LIMIT_MA / 1000
_SERVICE_A = (0.0, 10_000.0, "A")
CLOCKS = ("synchronised", "trusted")


@dataclass(frozen=True, slots=True)
class ConnectorEntry:
    """One connector. failsafe_ma: its setting site_failsafe_import_ma, or None when that is no
    limit. most_ma: what its circuit may carry, None: what it says itself. battery_wh: of the
    vehicle that is usually there, None when unknown: then a large one is assumed.
    """

    name: str
    modbus: ModbusPlace
    unit_id: int
    failsafe_ma: int | None
    most_ma: int | None
    battery_wh: int | None


@dataclass(frozen=True, slots=True)
class Service:
    """Something that several connectors hang on. Limits in mA, None: none in that direction."""

    name: str
    import_ma: int | None
    export_ma: int | None
    connectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """The utility's programme.

    export_positive: the sign of its DISPATCH_SETPOINT; OpenADR's own is consumption. most_w: a
    set-point beyond it is absurd.
    poll_s: between two looks at it. trust_s: how long what it said last is followed while it does
    not answer.
    """

    url: str
    name: str
    ven: str
    client_id: str
    secret_file: Path
    ca_file: Path | None
    tariff: Path
    export_positive: bool
    most_w: int
    poll_s: int
    trust_s: int


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One checked file. clock: "synchronised" wants a clock that the system knows to be right."""

    path: Path
    name: str
    zone: ZoneInfo
    folder: Path
    clock: str
    programme: ProgrammeEntry | None
    connectors: tuple[ConnectorEntry, ...]
    services: tuple[Service, ...]


def load_site(path: Path) -> SiteFile:
    """Read and check a site's file. Raises BadFileError."""
    return _SiteReader(path).read()


class _SiteReader(PlaceReader):
    """Turns one document into a SiteFile."""

    def read(self) -> SiteFile:
        document = self.document
        self.refuse_unknown(document, _TOP_KEYS, TOP)
        connectors = tuple(self._connectors())
        if not connectors:
            self.fail("this site has no connector: write [[connector]] with name, modbus", TOP, "")
        clock = self.choice({"clock": "synchronised", **document}, "clock", CLOCKS, TOP)
        return SiteFile(
            path=self.path,
            name=self.text(document, "name", TOP),
            zone=self._zone(),
            folder=self._beside(document, "folder", TOP),
            clock=clock,
            programme=self._programme() if "programme" in document else None,
            connectors=connectors,
            services=tuple(self._services(connectors)),
        )

    def _zone(self) -> ZoneInfo:
        name = self.text(self.document, "time_zone", TOP)
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self.fail(
                f"no time zone is called {name!r}; write one such as America/Chicago",
                TOP,
                "time_zone",
            )

    def _beside(self, entry: Entry, key: str, place: Place) -> Path:
        return self.path.parent / self.text(entry, key, place)

    def _programme(self) -> ProgrammeEntry:
        place = Place("programme")
        entry = self.table("programme")
        self.refuse_unknown(entry, _PROGRAMME_KEYS, place)
        poll_s = self.whole(entry, "poll_s", (1, 3600, "s"), 10, place)
        trust_s = self.whole(entry, "trust_s", (10, 86400, "s"), 900, place)
        if trust_s < 2 * poll_s:
            self.fail(
                f"what the utility says would be forgotten before it is asked again: trust_s, "
                f"{trust_s} s, is at least twice poll_s, {poll_s} s",
                place,
                "trust_s" if "trust_s" in entry else "poll_s",
            )
        return ProgrammeEntry(
            url=self.text(entry, "url", place),
            name=self.text(entry, "name", place),
            ven=self.text(entry, "ven", place),
            client_id=self.text(entry, "client_id", place),
            secret_file=self._beside(entry, "secret_file", place),
            ca_file=self._beside(entry, "ca_file", place) if "ca_file" in entry else None,
            tariff=self._beside(entry, "tariff", place),
            export_positive=self.flag(entry, "export_positive", False, place),
            most_w=round(self.number(entry, "most_kw", (0.1, 100.0, "kW"), place, 100.0) * 1000),
            poll_s=poll_s,
            trust_s=trust_s,
        )

    def _connectors(self) -> list[ConnectorEntry]:
        found: list[ConnectorEntry] = []
        for entry, place in self.tables("connector"):
            self.refuse_unknown(entry, _CONNECTOR_KEYS, place)
            name = self.text(entry, "name", place)
            if any(other.name == name for other in found):
                self.fail(f"two connectors are called {name!r}", place, "name")
            modbus, unit_id = self.modbus(entry, place), self.unit_id(entry, place)
            self._check_line(modbus, unit_id, found, place)
            found.append(
                ConnectorEntry(
                    name=name,
                    modbus=modbus,
                    unit_id=unit_id,
                    failsafe_ma=self._ma(entry, "failsafe_a", (0.0, _MOST_A, "A"), place),
                    most_ma=self._ma(entry, "most_a", (6.0, _MOST_A, "A"), place),
                    battery_wh=self._battery_wh(entry, place),
                )
            )
        return found

    def _check_line(
        self, modbus: ModbusPlace, unit_id: int, others: list[ConnectorEntry], place: Place
    ) -> None:
        """A serial line that several hang on has one speed, and a number for each."""
        if not isinstance(modbus, RtuLine):
            return
        for other in [one for one in others if str(one.modbus) == str(modbus)]:
            if other.modbus != modbus:
                what = f"{other.name} is on {modbus} at another baud, and a line has one speed"
                self.fail(what, place, "baud")
            if other.unit_id == unit_id:
                what = f"{other.name} is unit {unit_id} of {modbus}: give this one another unit_id"
                self.fail(what, place, "unit_id")

    def _battery_wh(self, entry: Entry, place: Place) -> int | None:
        if "battery_kwh" not in entry:
            return None
        return round(self.number(entry, "battery_kwh", (1.0, 1000.0, "kWh"), place) * 1000)

    def _ma(
        self, entry: Entry, key: str, span: tuple[float, float, str], place: Place
    ) -> int | None:
        if key not in entry:
            return None
        return round(self.number(entry, key, span, place) * 1000)

    def _services(self, connectors: tuple[ConnectorEntry, ...]) -> list[Service]:
        by_name = {connector.name: connector for connector in connectors}
        services: list[Service] = []
        for entry, place in self.tables("service"):
            self.refuse_unknown(entry, _SERVICE_KEYS, place)
            names = entry.get("connectors")
            if not isinstance(names, list) or not names:
                self.fail("connectors is missing: name those that hang on it", place, "connectors")
            for name in names:
                self.choice({"connectors": name}, "connectors", by_name, place)
            service = Service(
                name=self.text(entry, "name", place),
                import_ma=self._ma(entry, "import_a", _SERVICE_A, place),
                export_ma=self._ma(entry, "export_a", _SERVICE_A, place),
                connectors=tuple(dict.fromkeys(names)),
            )
            if service.import_ma is None and service.export_ma is None:
                self.fail(
                    f"{service.name} limits nothing: give its import_a, its export_a, or both",
                    place,
                    "",
                )
            self._check_failsafe(service, by_name, place)
            services.append(service)
        return services

    def _check_failsafe(
        self, service: Service, by_name: dict[str, ConnectorEntry], place: Place
    ) -> None:
        """Without this controller the service must hold too."""
        if service.import_ma is None:
            return
        total_ma = 0
        for name in service.connectors:
            failsafe_ma = by_name[name].failsafe_ma
            if failsafe_ma is None:
                self.fail(
                    f"{name} hangs on {service.name} and has no failsafe_a: without this "
                    "controller it would take all it can; set site_failsafe_import_ma on it and "
                    "failsafe_a here",
                    place,
                    "connectors",
                )
            total_ma += failsafe_ma
        if total_ma > service.import_ma:
            self.fail(
                f"{service.name} carries {service.import_ma / 1000:g} A, and its connectors take "
                f"{total_ma / 1000:g} A when nobody tells them anything; lower their failsafe_a",
                place,
                "import_a",
            )
