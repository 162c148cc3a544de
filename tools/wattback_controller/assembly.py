"""Puts a controller together out of a site's file: the same parts, whoever opens the wires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from wattback_controller.config import ConnectorEntry, ProgrammeEntry, SiteFile
from wattback_controller.connector_link import ConnectorLink
from wattback_controller.controller import Controller, Spread, one_by_one
from wattback_controller.openadr.client import Client
from wattback_controller.openadr.plausibility import Limits
from wattback_controller.openadr.programme import Enrolment, Programme
from wattback_controller.programme_desk import Errand, ProgrammeDesk, at_once, seen_before
from wattback_controller.settlement.tariff_file import load_tariff
from wattback_controller.signer import Signer, meter_key
from wattback_controller.store import Store
from wattback_hil.registers import ModbusClient

_EPOCH = date(1970, 1, 1)


def make_controller(
    site: SiteFile,
    store: Store,
    open_client: Callable[[ConnectorEntry], ModbusClient],
    utility: Client | None,
    clock_good: Callable[[], bool],
    spread: Spread = one_by_one,
    errand: Errand = at_once,
) -> Controller:
    """A controller of this site.

    open_client: raises HilError when a connector is not there. utility: None without a programme.
    Raises BadInputError for a tariff or a key that cannot be used.
    """
    links = {
        entry.name: ConnectorLink(
            entry.name, partial(open_client, entry), partial(local_now, site.zone)
        )
        for entry in site.connectors
    }
    desk = None
    if site.programme is not None and utility is not None:
        desk = _desk(site, site.programme, store, utility, errand)
    signer = Signer(store, meter_key(store.path.parent))
    return Controller(site, store, links, desk, clock_good, signer, spread)


def local_now(zone: ZoneInfo, now_s: float) -> tuple[int, int]:
    """Days since 1970-01-01 and second of the day, in civil time."""
    local = datetime.fromtimestamp(now_s, zone)
    second = (local.hour * 60 + local.minute) * 60 + local.second
    return (local.date() - _EPOCH).days, second


def _desk(
    site: SiteFile, entry: ProgrammeEntry, store: Store, utility: Client, errand: Errand
) -> ProgrammeDesk:
    enrolment = Enrolment(
        programme=entry.name,
        ven=entry.ven,
        connectors=tuple(item.name for item in site.connectors),
        export_positive=entry.export_positive,
        currency=load_tariff(entry.tariff).currency,
    )
    limits = Limits(largest_power_w=entry.most_w)
    programme = Programme(utility, enrolment, limits, seen_before(store))
    sizes_wh: Mapping[str, int | None] = {item.name: item.battery_wh for item in site.connectors}
    return ProgrammeDesk(
        store,
        utility,
        programme,
        entry.ven,
        entry.export_positive,
        sizes_wh,
        entry.poll_s,
        entry.trust_s,
        errand,
    )
