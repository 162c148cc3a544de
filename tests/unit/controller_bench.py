"""What the tests of the controller are made of: plain records, and an address on virtual time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from wattback_controller.choices import DEFAULT_CHOICES, Choices
from wattback_controller.config import ConnectorEntry, Service, load_site
from wattback_controller.connector_link import Reading, Silence
from wattback_controller.records import Event, Kind, Participation, Segment
from wattback_controller.simulated import Address
from wattback_hil.modbus_place import TcpAddress
from wattback_hil.simulated import SiteStream
from wattback_sim.actions import find_action
from wattback_sim.board import default_settings
from wattback_sim.site import Site

NOW_S = 1_770_768_000  # 2026-02-10 18:00 in Chicago, a whole five minutes
ENROLLED = replace(DEFAULT_CHOICES, enrolled=True, departure="")
# A vehicle that may discharge, and that nobody has asked for anything yet.
READY = Reading(
    t_s=NOW_S,
    serial="1",
    rated_ma=48_000,
    power_w=-9600,
    line_mv=240_000,
    soc_bp=7000,
    session_state="charging",
    on_grid=True,
    waits=frozenset({"target"}),
    faults=frozenset(),
    export_w=11_520,
    import_w=11_520,
    linked=True,
    charge_max_w=11_520,
    discharge_max_w=9600,
    import_wh=0,
    export_wh=0,
    island_wh=0,
    export_enabled=True,
    reserve_bp=4000,
    reserve_now_bp=4000,
    site_import_ma=-1,
    site_export_ma=-1,
    target_owner="none",
    target_w=None,
)
EMPTY = replace(READY, session_state="idle", linked=False, soc_bp=-1, power_w=0)

TARIFF = """
name = "Flat"
currency = "USD"
time_zone = "America/Chicago"
valid_from = 2020-01-01
[[flat]]
per_kwh = 0.85
"""
SITE = """
name = "Oak Lane"
time_zone = "America/Chicago"
folder = "records"
[programme]
url = "https://utility.example"
name = "evening-export"
ven = "oak-lane"
client_id = "oak-lane"
secret_file = "vtn_secret"
tariff = "tariff.toml"
"""
_VEHICLE: Mapping[str, float] = {
    "vehicle.soc": 0.7,
    "vehicle.minimum_soc": 0.1,
    "link.on": 1,
}
_CONNECTOR = {
    "export_permitted": 1,
    "hardware_limit_ma": 48_000,
    "breaker_ma": 60_000,
    "site_failsafe_import_ma": 6000,
    # Everything as soon as may be, so that a test does not wait for it.
    "enter_service_delay_s": 5,
    "enter_service_ramp_s": 1,
    "target_ramp_w_per_s": 1000,
}


def entry(
    name: str,
    failsafe_ma: int | None = 6000,
    most_ma: int | None = None,
    battery_wh: int | None = None,
) -> ConnectorEntry:
    return ConnectorEntry(name, TcpAddress("10.0.0.1", 502), 1, failsafe_ma, most_ma, battery_wh)


def service(
    *connectors: str, import_ma: int | None = None, export_ma: int | None = None
) -> Service:
    return Service("panel", import_ma, export_ma, connectors)


def event(
    kind: Kind = "DISPATCH_SETPOINT",
    value: float = 8000.0,
    start_s: int = NOW_S,
    end_s: int = NOW_S + 900,
    name: str = "event-1",
    priority: int | None = None,
    created_s: int = 0,
    randomize_s: int = 0,
) -> Event:
    """One with one segment."""
    segment = Segment(kind, start_s, end_s, value)
    return Event(name, "evenings", name, priority, created_s, created_s, randomize_s, (segment,))


def part(
    name: str = "event-1",
    connector: str = "garage",
    start_s: int = NOW_S,
    end_s: int = NOW_S + 60,
    stopped: str = "",
    asked_w: int = 8000,
    least_soc_bp: int = 7000,
) -> Participation:
    return Participation(
        name, "evenings", connector, start_s, end_s, asked_w, stopped, 4000, least_soc_bp
    )


class CuttableStream(SiteStream):
    """A connection that ends at once while `cut` says so."""

    def __init__(self, site: Site, cut: Callable[[Site], bool]) -> None:
        super().__init__(site)
        self._of = site
        self._cut = cut

    def send(self, data: bytes) -> None:
        if self._cut(self._of):
            self.close()
            raise ConnectionError("cut")
        super().send(data)


def connector_site(
    seed: int = 1, initial: Mapping[str, float] | None = None, **settings: int
) -> Site:
    """A simulated connector that has booted on a good grid, its vehicle away."""
    site = Site(
        "cpython",
        seed,
        {**_VEHICLE, **(initial or {})},
        default_settings() | _CONNECTOR | settings,
        serial_number=seed,
    )
    site.power_on()
    site.run_until(10_000_000)
    return site


def act(site: Site, name: str, **given: object) -> None:
    action = find_action(name)
    assert site.act(action, action.check(given)) == ""


class AddressBench:
    """Simulated connectors, the utility, and the controller between them, with a hand on all.

    tables: of the site's file, beyond SITE: [[service]] and more keys of [programme].
    cut: names of connectors whose connection ends now.
    """

    def __init__(
        self,
        folder: Path,
        *names: str,
        programme: str = "",
        services: str = "",
        battery_kwh: int = 75,
        initial: Mapping[str, float] | None = None,
        enrolled: bool = True,
    ) -> None:
        (folder / "tariff.toml").write_text(TARIFF)
        connectors = "".join(
            f'[[connector]]\nname = "{name}"\nmodbus = "tcp:10.0.0.1:502"\nfailsafe_a = 6\n'
            f"battery_kwh = {battery_kwh}\n"
            for name in names
        )
        path = folder / "site.toml"
        path.write_text(SITE + programme + connectors + services)
        self.cut: set[str] = set()
        self.sites = {
            name: connector_site(seed, initial) for seed, name in enumerate(names, start=1)
        }
        names_of = {id(site): name for name, site in self.sites.items()}

        def is_cut(site: Site) -> bool:
            return names_of[id(site)] in self.cut

        self.address = Address(
            load_site(path),
            self.sites,
            NOW_S - 10.0,
            folder / "records",
            lambda site: CuttableStream(site, is_cut),
        )
        self.store = self.address.store
        self.owner = self.address.owner()
        for name in names if enrolled else ():
            self.owner.ask(name, "enrol", self.now_s)
            self.owner.choose(name, "departure", "none", self.now_s)

    @property
    def now_s(self) -> float:
        return self.address.now_s()

    def plug_in(self, *names: str) -> None:
        for name in names or tuple(self.sites):
            act(self.sites[name], "vehicle.plug_in")

    def run(self, for_s: float) -> None:
        self.address.run_until(self.now_s - self.address.starts_s + for_s)

    def run_to(self, t_s: int) -> None:
        """t_s: since 1970."""
        self.address.run_until(t_s - self.address.starts_s)

    def announce(
        self,
        kw: float = -8.0,
        start_s: int = NOW_S + 60,
        lasts_s: int = 600,
        kind: Kind = "DISPATCH_SETPOINT",
        priority: int | None = None,
    ) -> str:
        """kw: as the utility counts it, consumption."""
        return self.address.utility.create_event(
            self.address.programme_id, start_s, lasts_s, {kind: [kw]}, priority=priority
        )

    def reading(self, name: str = "garage") -> Reading:
        answer = self.address.controller.readings[name]
        assert isinstance(answer, Reading), answer
        return answer

    def silence(self, name: str = "garage") -> Silence:
        answer = self.address.controller.readings[name]
        assert isinstance(answer, Silence), answer
        return answer

    def parts(self) -> list[Participation]:
        """All that there ever were."""
        return self.store.participations(0, NOW_S + 10**6)

    def told(self) -> list[str]:
        """The audit log."""
        return [what for _, _, what in self.store.audit_lines(1000)]

    def close(self) -> None:
        violated = [item.sentence() for s in self.sites.values() for item in s.truths.violations]
        self.store.close()
        for site in self.sites.values():
            site.close()
        assert not violated, "\n".join(violated)


def choices(**changes: object) -> Choices:
    """Of an owner who takes part and leaves at no certain time."""
    return replace(ENROLLED, **changes)  # type: ignore[arg-type]
