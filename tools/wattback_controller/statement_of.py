"""The statement of a month, out of a site's file and its records."""

from __future__ import annotations

from wattback_controller.config import SiteFile
from wattback_controller.settlement.civil import Month
from wattback_controller.settlement.settle import needed_span, settle
from wattback_controller.settlement.statement import Statement
from wattback_controller.settlement.tariff_file import load_tariff
from wattback_controller.store import Store
from wattback_sim.errors import BadInputError


def statement_of(site: SiteFile, store: Store, month: Month) -> Statement:
    """Raises BadInputError, also for a site without a programme."""
    if site.programme is None:
        raise BadInputError(f"{site.path} has no [programme], so nobody pays for anything")
    tariff = load_tariff(site.programme.tariff)
    span = needed_span(month, tariff)
    intervals, parts = store.intervals(*span), store.participations(*span)
    return settle(month, intervals, parts, store.all_events(), tariff)
