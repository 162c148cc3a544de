"""A client of a connector whose every field can be set, as the technician's views see it."""

from random import Random

from tests.unit.console_bench import ConsoleBench
from tests.unit.console_wire import Wire
from wattback_hil.console import Console
from wattback_tools.technician_views import status_lines


def console(**fields: int) -> Console:
    """A client of a connector with these fields."""
    bench = ConsoleBench()
    bench.core.set(voltage_l1_mv=120100, voltage_l2_mv=119900, frequency_millihertz=60010)
    bench.core.set(import_limit_ma=48000, export_limit_ma=48000, soc_bp=-1, departure_s=-1)
    bench.core.set(site_left_s=-1, programme_left_s=-1, target_left_s=-1)
    bench.core.set(**fields)
    return Console(Wire(bench), Random(1))


def status_of(**fields: int) -> list[str]:
    asked = console(**fields)
    return status_lines(asked.hello(), asked.vitals(), asked.faults(), asked.why())
