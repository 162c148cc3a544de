"""What can be read from a site while it runs: the trace's columns, words of the firmware's status
and report, parameters, and what instruments in the world would show.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_sim.board import AT
from wattback_sim.errors import BadInputError, suggestion
from wattback_sim.gateway import Gateway
from wattback_sim.site import Site
from wattback_sim.trace import COLUMNS

Value = int | float | str | bool


@dataclass(frozen=True, slots=True)
class Instrument:
    """One row. What it shows is the truth of the world, without a sensor's noise."""

    name: str
    unit: str
    text: str
    read: Callable[[Site], Value]


def _of_gateway(read: Callable[[Gateway], Value]) -> Callable[[Site], Value]:
    """Where there is none, what a spare one shows: its switch is closed, and nothing flows."""
    return lambda site: read(site.world.spare_gateway)


# Of the home and its gateway.
HOME_INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument(
        "world.grid_switch_closed",
        "",
        "the main contact of the grid switch",
        _of_gateway(lambda gateway: int(gateway.switch.closed)),
    ),
    Instrument(
        "world.home_voltage_v",
        "V",
        "of the home, line to line",
        _of_gateway(lambda gateway: gateway.voltage_l1_v + gateway.voltage_l2_v),
    ),
    Instrument(
        "world.home_l1_v",
        "V",
        "of the home's leg 1",
        _of_gateway(lambda gateway: gateway.voltage_l1_v),
    ),
    Instrument(
        "world.home_l2_v",
        "V",
        "of the home's leg 2",
        _of_gateway(lambda gateway: gateway.voltage_l2_v),
    ),
    Instrument(
        "world.grid_side_voltage_v",
        "V",
        "on the grid's side of the switch, line to line",
        _of_gateway(lambda gateway: gateway.grid_l1_v + gateway.grid_l2_v),
    ),
    Instrument(
        "world.service_w",
        "W",
        "through the service, positive into the grid",
        _of_gateway(lambda gateway: gateway.service_w),
    ),
    Instrument(
        "world.house_w", "W", "of the home's loads", _of_gateway(lambda gateway: gateway.loads_w)
    ),
    Instrument(
        "world.solar_w",
        "W",
        "of the home's solar",
        _of_gateway(lambda gateway: gateway.solar.power_w),
    ),
    Instrument(
        "world.island_wh",
        "Wh",
        "out of the vehicle into a home cut off from the grid, so far",
        lambda site: site.world.island_wh,
    ),
    Instrument(
        "world.sync_angle_deg",
        "deg",
        "of the home against the grid, 0 unless both are live",
        _of_gateway(lambda gateway: gateway.angle_deg),
    ),
    Instrument(
        "world.shed",
        "",
        "groups of the home's loads that are disconnected",
        _of_gateway(lambda gateway: gateway.home.shed),
    ),
)

INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument("world.time_s", "s", "since the start", lambda site: site.clock.now_us / 1e6),
    Instrument(
        "world.current_a",
        "A",
        "through the contacts, positive out of the vehicle",
        lambda site: site.world.current_a,
    ),
    Instrument(
        "world.power_w",
        "W",
        "through the contacts, positive out of the vehicle",
        lambda site: site.world.power_w,
    ),
    Instrument(
        "world.reactive_var", "var", "with that power", lambda site: site.world.reactive_var
    ),
    Instrument(
        "world.voltage_v",
        "V",
        "of the supply, line to line",
        lambda site: site.world.bus.voltage_l1_v + site.world.bus.voltage_l2_v,
    ),
    Instrument(
        "world.frequency_hz", "Hz", "of the supply", lambda site: site.world.bus.frequency_hz
    ),
    Instrument(
        "world.contacts_closed", "", "the main contacts", lambda site: int(site.world.path.closed)
    ),
    Instrument("world.pilot_high_v", "V", "at the plug", lambda site: site.world.wire.high_v),
    Instrument("world.pilot_low_v", "V", "at the plug", lambda site: site.world.wire.low_v),
    Instrument("world.duty_bp", "bp", "on the pilot", lambda site: site.world.duty_bp),
    Instrument("world.soc", "", "of the battery", lambda site: site.world.battery.soc),
    Instrument("world.plugged", "", "the vehicle", lambda site: int(site.world.vehicle.plugged)),
    Instrument(
        "world.import_wh", "Wh", "into the vehicle so far", lambda site: site.world.import_wh
    ),
    Instrument(
        "world.export_wh", "Wh", "out of the vehicle so far", lambda site: site.world.export_wh
    ),
    Instrument("world.powered", "", "the board", lambda site: int(site.board.powered)),
    Instrument(
        "world.broken_truths",
        "",
        "how often a truth did not hold so far",
        lambda site: site.truths.broken,
    ),
    Instrument(
        "world.last_broken_truth",
        "",
        "the latest of these in a sentence, empty while there is none",
        lambda site: site.truths.last_broken,
    ),
    *HOME_INSTRUMENTS,
)


def read(site: Site, name: str) -> Value:
    """The present value of one name, or BadInputError with a suggestion."""
    instruments = {row.name: row for row in INSTRUMENTS}
    if name in instruments:
        return instruments[name].read(site)
    if name in COLUMNS or name in AT:
        if not site.board.answer:
            raise BadInputError(f"{name} is not known yet: the connector has not run")
        return COLUMNS[name](site.board) if name in COLUMNS else site.board.status(name)
    parameters = [info.path for info in site.world.parameters]
    if name in parameters:
        return site.world.parameters.get(name)
    known = [*COLUMNS, *AT, *instruments, *parameters]
    raise BadInputError(f"nothing that can be read is called {name!r}{suggestion(name, known)}")
