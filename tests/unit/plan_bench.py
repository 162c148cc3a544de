"""A site at a moment, and what the plan tells its connectors then."""

from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from tests.unit.controller_bench import NOW_S, READY, choices, entry, event
from wattback_controller.allotment import Site
from wattback_controller.choices import Choices
from wattback_controller.config import ConnectorEntry, Service
from wattback_controller.connector_link import Reading
from wattback_controller.plan import Told, plan
from wattback_controller.records import Event
from wattback_controller.schedule import demands_at

ZONE = ZoneInfo("America/Chicago")
SETPOINT = event()
ALERT = event("ALERT_GRID_EMERGENCY", 1.0, name="alert")
PRICE = event("PRICE", 0.5, name="price")
EXPORT_PRICE = event("EXPORT_PRICE", 0.5, name="export-price")
NO_LINK = replace(
    READY,
    linked=False,
    soc_bp=-1,
    waits=frozenset({"target", "vehicle_link"}),
    charge_max_w=0,
    discharge_max_w=0,
)


@dataclass
class Case:
    """A site at a moment; by default one connector that has been enrolled and can do all."""

    events: list[Event] = field(default_factory=lambda: [SETPOINT])
    readings: dict[str, Reading] = field(default_factory=lambda: {"A": READY})
    chosen: dict[str, Choices] = field(default_factory=dict)
    entries: list[ConnectorEntry] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    counted_ma: dict[str, int] | None = None
    given_w: dict[str, int] = field(default_factory=dict)
    left_s: dict[str, int] = field(default_factory=dict)
    now_s: float = float(NOW_S)

    def told(self) -> dict[str, Told]:
        names = sorted({*self.readings, *self.chosen, *(one.name for one in self.entries)})
        known = {one.name: one for one in self.entries}
        site = Site(
            ZONE,
            tuple(known.get(name, entry(name)) for name in names),
            tuple(self.services),
        )
        said_ma = {
            name: one.rated_ma if one.site_import_ma < 0 else one.site_import_ma
            for name, one in self.readings.items()
        }
        return plan(
            self.now_s,
            site,
            demands_at(self.events, self.now_s),
            {name: self.chosen.get(name, choices()) for name in names},
            self.readings,
            said_ma if self.counted_ma is None else self.counted_ma,
            self.given_w,
            self.left_s,
        )

    def targets(self) -> dict[str, int | None]:
        return {name: one.order.target_w for name, one in self.told().items()}

    def imports(self) -> dict[str, int | None]:
        return {name: one.order.import_ma for name, one in self.told().items()}

    def exports(self) -> dict[str, int | None]:
        return {name: one.order.export_ma for name, one in self.told().items()}
