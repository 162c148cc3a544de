"""What a technician meets: a connector whose every field can be set, and a simulated board."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from click.testing import CliRunner, Result

from tests.unit.console_bench import ConsoleBench
from tests.unit.console_wire import Wire
from wattback_hil.console import Console
from wattback_sim.serial_urls import registered
from wattback_sim.site import Site
from wattback_tools.root import wattback as root
from wattback_tools.technician_views import status_lines

COMMANDS = ("status", "why", "vitals", "monitor")
CONSOLE = "sim://unit?channel=console"
each_command = pytest.mark.parametrize("command", COMMANDS)


def wattback(*arguments: str) -> Result:
    """The command line's answer."""
    return CliRunner().invoke(root, arguments)


@contextmanager
def simulated_unit() -> Iterator[Site]:
    """A simulated board whose console is CONSOLE, on simulated time."""
    site = Site("cpython")
    site.power_on()
    site.run_until(1_000_000)
    with registered("unit", site):
        yield site
    site.close()


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
