"""What can be read from a site while it runs: the trace's columns, words of the firmware's status
and report, parameters, and what instruments in the world would show.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wattback_sim.board import AT
from wattback_sim.errors import BadInputError, suggestion
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
        lambda site: site.world.grid.voltage_l1_v + site.world.grid.voltage_l2_v,
    ),
    Instrument(
        "world.frequency_hz", "Hz", "of the supply", lambda site: site.world.grid.frequency_hz
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
