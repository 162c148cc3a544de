"""What a site's connector tells of its settings: its own link answers, and the vehicle reads."""

from collections.abc import Mapping

from tests.unit.vehicle_link_pair import DISCOVERY, SETUP, Bench
from wattback_sim.evcc_messages import Key
from wattback_sim.grid_code.site_settings import SiteSettings, told


def site_of(settings: Mapping[str, int]) -> SiteSettings:
    """The settings of a site as they come out of the firmware's link."""
    bench = Bench()
    for name, value in settings.items():
        setattr(bench.core.settings, name, value)
    bench.core.dispatch.trips.load(bench.core.settings)
    session = bench.ask(SETUP)[Key.SessionID]
    return told(bench.ask(DISCOVERY | {Key.SessionID: session}), settings["abnormal_category"])
