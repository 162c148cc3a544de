"""A whole address on virtual time: simulated connectors, the utility, and the real controller.

The controller is the one that a site runs, down to Modbus frames and HTTP messages; only sockets
and clocks are left out. Waiting for an answer lets the time of that connector pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from wattback_controller.assembly import make_controller
from wattback_controller.config import ConnectorEntry, SiteFile, load_site
from wattback_controller.controller import Controller
from wattback_controller.openadr.client import Access, Client, in_process
from wattback_controller.owner import OwnerDesk
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.statement import Statement
from wattback_controller.statement_of import statement_of
from wattback_controller.store import Store
from wattback_hil.modbus import ByteStream, simulated_wire
from wattback_hil.registers import ModbusClient
from wattback_hil.simulated import SiteStream
from wattback_sim.clock import to_us
from wattback_sim.errors import BadInputError
from wattback_sim.player import Player
from wattback_sim.scenario import Scenario
from wattback_sim.scenario_programme import ScenarioProgramme, UtilityEvent
from wattback_sim.site import Site
from wattback_sim.texts import power_in_words
from wattback_sim.utility.access import Account
from wattback_sim.utility.vtn import Utility

_SECRET = "of a simulated utility"
_UNIT_ID = 1


class Address:
    """Connectors by name, one utility, and the controller between them.

    site, programme: of the controller's file; its addresses are not used. starts_s: civil time of
    simulated time 0, since 1970. stream: the way to one connector; for whoever wants to cut it.
    """

    def __init__(
        self,
        site: SiteFile,
        sites: Mapping[str, Site],
        starts_s: float,
        folder: Path,
        stream: Callable[[Site], ByteStream] = SiteStream,
    ) -> None:
        self.site = site
        self.sites = sites
        self.starts_s = starts_s
        self._folder = folder
        self._stream = stream
        programme = site.programme
        if programme is None:
            raise BadInputError(f"{site.path}: this site has no [programme] to answer a utility")
        self.programme = programme
        account = Account(programme.client_id, _SECRET, "ven")
        self.utility = Utility(self.now_s, [account])
        self.programme_id = self.utility.create_program(programme.name)
        self.store = Store(folder)
        self.controller = self.new_controller()

    def now_s(self) -> float:
        """Civil time now, since 1970: that of the connector that is furthest."""
        return self.starts_s + max(site.clock.now_us for site in self.sites.values()) / 1e6

    def owner(self) -> OwnerDesk:
        """Where the owner asks."""
        return OwnerDesk(self.store, tuple(self.sites), self.site.zone, "owner")

    def new_controller(self) -> Controller:
        """A controller that finds what the one before has written, as after a restart."""
        self.controller = make_controller(
            self.site, self.store, self._open_client, self._client(), lambda: True
        )
        return self.controller

    def announce(self, event: UtilityEvent) -> str:
        """The utility publishes an event; returns its id."""
        return self.utility.create_event(
            self.programme_id,
            self.starts_s + event.t_us / 1e6,
            event.lasts_us // 1_000_000,
            {event.payload: [event.value]},
            name=event.name,
            priority=event.priority,
        )

    def run_until(self, t_s: float) -> None:
        """Let everything go on up to a simulated time, with a step of the controller a second."""
        while self.now_s() - self.starts_s < t_s:
            next_us = to_us(min(t_s, self.next_s()))
            for site in self.sites.values():
                site.run_until(max(next_us, site.clock.now_us))
            self.controller.step(self.now_s())

    def next_s(self) -> float:
        """Simulated time of the controller's next step."""
        return self.controller.next_s(self.now_s()) - self.starts_s

    def _client(self) -> Client:
        access = Access(self.programme.url, self.programme.client_id, _SECRET)
        return Client(access, self.now_s, in_process(self.utility))

    def _open_client(self, entry: ConnectorEntry) -> ModbusClient:
        return ModbusClient(simulated_wire(self._stream(self.sites[entry.name]), _UNIT_ID))


class ScenarioController:
    """The controller of a scenario's site, beside its player. See player.Companion."""

    def __init__(self, player: Player, scenario: Scenario, folder: Path) -> None:
        programme = scenario.programme
        assert programme is not None
        site = load_site(programme.site_file)
        if len(site.connectors) != 1:
            raise BadInputError(
                f"{site.path}: a scenario plays one connector, and this site has "
                f"{len(site.connectors)}"
            )
        self._site = player.site
        name = site.connectors[0].name
        starts_s = scenario.starts_at.timestamp()
        self.address = Address(site, {name: player.site}, starts_s, folder)
        self._due: list[tuple[int, Callable[[], None]]] = [
            (event.announced_us, partial(self._announce, event)) for event in programme.events
        ]
        self._choose(programme, name)

    def due_us(self) -> int:
        """See Companion."""
        return to_us(self.address.next_s())

    def act(self) -> None:
        """See Companion."""
        now_us = self._site.clock.now_us
        for item in [item for item in self._due if item[0] <= now_us]:
            self._due.remove(item)
            item[1]()
        self.address.controller.step(self.address.now_s())

    def statement(self) -> Statement:
        """Of the month in which the run began, as far as it has come."""
        began = datetime.fromtimestamp(self.address.starts_s, self.address.site.zone)
        month = Month(began.year, began.month)
        return statement_of(self.address.site, self.address.store, month)

    def close(self) -> None:
        """Let go of the records."""
        self.address.store.close()

    def _choose(self, programme: ScenarioProgramme, name: str) -> None:
        owner = self.address.owner()
        for option, value in programme.owner.items():
            owner.choose(name, option, value, self.address.now_s())

    def _announce(self, event: UtilityEvent) -> None:
        name = self.address.announce(event)
        asked = _in_words(event, self.address.programme.export_positive)
        self._site.story.add("utility", f"announces {event.name!r}: {asked}")
        if event.cancelled_us is not None:

            def cancel() -> None:
                self.address.utility.cancel_event(name)
                self._site.story.add("utility", f"cancels {event.name!r}")

            self._due.append((event.cancelled_us, cancel))


def _in_words(event: UtilityEvent, export_positive: bool) -> str:
    sign = 1 if export_positive else -1
    if isinstance(event.value, str):
        what = f"{event.payload} ({event.value})"
    elif event.payload == "DISPATCH_SETPOINT":
        what = power_in_words(round(sign * event.value * 1000))
    else:
        what = f"{event.payload} {event.value:g}"
    return f"{what}, for {event.lasts_us / 60e6:g} minutes"
