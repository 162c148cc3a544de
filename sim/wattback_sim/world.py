"""The world around one simulated board: supply, power path, pilot wire, vehicle, sensors.

It moves when told to, to a time in microseconds, with the firmware's last outputs held; nothing in
it knows the firmware's state. One seed decides all of its noise.
"""

import math
import random

from wattback_sim.active_islanding import ActiveIslandingParameters
from wattback_sim.battery import Battery, BatteryParameters
from wattback_sim.evcc import LinkParameters
from wattback_sim.forming import FormingParameters
from wattback_sim.gateway import Gateway, GatewayParameters
from wattback_sim.grid import Grid, GridParameters
from wattback_sim.grid_code.grid_code import GridCodeParameters
from wattback_sim.home import HomeParameters, SolarParameters
from wattback_sim.installation import InstallationParameters
from wattback_sim.inverter import InverterParameters
from wattback_sim.island import IslandParameters
from wattback_sim.leakage import GroundFaultParameters
from wattback_sim.parameters import Parameters
from wattback_sim.pilot_wire import PilotParameters, PilotWire
from wattback_sim.power_path import ContactorParameters, PowerPath
from wattback_sim.sensors import SENSORS, Sensor
from wattback_sim.thermal import Thermal, ThermalParameters
from wattback_sim.vehicle import Vehicle, VehicleParameters

# The plug's power pins part this long after its pilot pin: assumed, longer than the 100 ms that
# the connector has to open in, so that a late opening is seen as an arc.
PINS_PART_US = 150_000


def default_parameters() -> Parameters:
    """A fresh set of all the world's parameters."""
    return Parameters(
        {
            "grid": GridParameters(),
            "island": IslandParameters(),
            "vehicle": VehicleParameters(),
            "battery": BatteryParameters(),
            "inverter": InverterParameters(),
            "active_islanding": ActiveIslandingParameters(),
            "grid_code": GridCodeParameters(),
            "link": LinkParameters(),
            "contactor": ContactorParameters(),
            "ground_fault": GroundFaultParameters(),
            "pilot": PilotParameters(),
            "thermal": ThermalParameters(),
            "installation": InstallationParameters(),
            "gateway": GatewayParameters(),
            "home": HomeParameters(),
            "solar": SolarParameters(),
            "forming": FormingParameters(),
        }
    )


class World:
    """State of the world at `now_us`.

    current_a: through the contacts, signed (negative while charging). power_w, reactive_var: the
    same as power, and what goes with it.
    import_wh, export_wh: true energy since the start, island_import_wh, island_wh: the same while
    a home is cut off from the grid, which the first two leave out. duty_bp: on the pilot now.
    grid: the utility's side; bus: what the connector's terminals see; gateway: between the two,
    None where there is none.
    powered: the board has its own supply. arcs: times in µs at which pins parted under load.
    load_v: between the legs behind the contacts. legs_swapped, meter_frozen: what is wrong with
    the metering.
    """

    def __init__(self, parameters: Parameters, seed: int) -> None:
        self.parameters = parameters
        self.now_us = 0
        self.powered = True
        self.duty_bp = 0
        self.current_a = 0.0
        self.power_w = 0.0
        self.reactive_var = 0.0
        self.import_wh = 0.0
        self.export_wh = 0.0
        self.island_import_wh = 0.0
        self.island_wh = 0.0
        self.arcs: list[int] = []
        self.load_v = 0.0
        self.legs_swapped = False
        self.meter_frozen = False
        self.current_apart_a = 0.0  # what the second leg carries more than the first
        self._metered: list[int] = []
        section = parameters.section
        vehicle = section("vehicle", VehicleParameters)
        self.battery = Battery(section("battery", BatteryParameters), vehicle.soc)
        self.vehicle = Vehicle(
            vehicle,
            self.battery,
            section("inverter", InverterParameters),
            section("link", LinkParameters),
            seed,
            section("active_islanding", ActiveIslandingParameters),
            section("grid_code", GridCodeParameters),
            section("forming", FormingParameters),
        )
        self.grid = Grid(section("grid", GridParameters), section("island", IslandParameters))
        # Its faults have an owner in every world, so it is always there, but not always connected.
        self.spare_gateway = Gateway(
            section("gateway", GatewayParameters),
            section("home", HomeParameters),
            section("solar", SolarParameters),
            self.grid,
            self.vehicle,
            seed,
        )
        fitted = self.spare_gateway.parameters.fitted
        self.gateway = self.spare_gateway if fitted else None
        self.bus: Grid | Gateway = self.gateway or self.grid
        self.path = PowerPath(
            section("contactor", ContactorParameters),
            section("ground_fault", GroundFaultParameters),
        )
        self.wire = PilotWire(section("pilot", PilotParameters))
        self.thermal = Thermal(section("thermal", ThermalParameters))
        self.installation = section("installation", InstallationParameters)
        self.sensors = {kind.name: Sensor(kind, seed) for kind in SENSORS}
        self._read = [self.sensors[kind.name].read for kind in SENSORS]
        self._ripple = random.Random(f"{seed}/pilot_ripple").gauss
        self._chance = random.Random(f"{seed}/board")
        self._pins_part_us = 0

    def unplug(self) -> None:
        """The driver pulls the plug: pilot pin first, power pins a little later."""
        self.vehicle.unplug()
        self._pins_part_us = self.now_us + PINS_PART_US

    def advance(self, now_us: int) -> None:
        """Move on to `now_us`."""
        dt_us = now_us - self.now_us
        self.now_us = now_us
        dt_s = dt_us * 1e-6
        path = self.path
        bus = self.bus
        vehicle = self.vehicle
        path.advance(now_us, dt_s)
        line_v = bus.line_v if path.closed else 0.0
        if self._pins_part_us and now_us >= self._pins_part_us:
            self._part_pins()
        if vehicle.parameters.asleep and not self.wire.cut:
            vehicle.feel_pilot(self.wire.high_v, dt_s)
        vehicle.advance(now_us, dt_s, self._duty_at_vehicle(), line_v, bus.frequency_hz)
        self._supply(now_us, dt_s, line_v)
        self.current_a = vehicle.current_a
        self.reactive_var = vehicle.reactive_var
        self.power_w = vehicle.current_a * bus.line_v
        stands_v = vehicle.inverter.forms_v or vehicle.forming.voltage_v
        self.load_v = line_v if path.closed else stands_v
        self.thermal.advance(dt_s, vehicle.current_a)
        self._count_energy(dt_s)
        self.wire.settle(self.duty_bp, self.powered, vehicle.load_ohm())

    @property
    def cut_off(self) -> bool:
        """The grid switch is open: what the connector sees is not the grid."""
        return self.gateway is not None and not self.gateway.switch.closed

    @property
    def auxiliary_empty(self) -> bool:
        """The board has no supply: the home is dead, and the gateway's auxiliary supply empty."""
        return self.gateway is not None and self.gateway.auxiliary_empty

    def drive(self, duty_bp: int, contactor: int, test: int, reset: int) -> None:
        """Take over what the firmware drives from now on."""
        self.duty_bp = duty_bp
        self.path.drive(self.now_us, bool(contactor), bool(test), bool(reset))

    def lose_power(self) -> None:
        """The board's own supply is gone: coil off, pilot dead."""
        self.powered = False
        self.drive(0, 0, 0, 0)

    def draw_bits(self) -> int:
        """What a board draws from its source of randomness when it boots: 30 bits."""
        return self._chance.getrandbits(30)

    def sense(self, frame: list[int], at: int) -> None:
        """Write the firmware's inputs into `frame` from index `at` on, in the board's order."""
        read = self._read
        wire = self.wire
        high_v, low_v = wire.high_v, wire.low_v
        ripple_v = wire.parameters.ripple_v
        if ripple_v:
            high_v += self._ripple(0.0, ripple_v)
            low_v += self._ripple(0.0, ripple_v)
        installation = self.installation
        thermal = self.thermal
        frame[at] = read[0](high_v * 1000.0)
        frame[at + 1] = read[1](low_v * 1000.0)
        self._read_meter(frame, at + 2)
        frame[at + 13] = read[13](installation.earth_ohm)
        frame[at + 14] = read[14](thermal.board_c * 10.0)
        frame[at + 15] = read[15](thermal.terminal_c * 10.0)
        frame[at + 16] = read[16](thermal.handle_c * 10.0)
        frame[at + 17] = read[17](installation.proximity_ohm)
        frame[at + 18] = self.path.aux_closed
        frame[at + 19] = self.path.coil_driven
        frame[at + 20] = self.path.latched
        frame[at + 21] = installation.emergency_stop
        frame[at + 22] = installation.disconnect_open
        frame[at + 23] = installation.handle_loose
        frame[at + 24] = installation.reset_button

    def _supply(self, now_us: int, dt_s: float, line_v: float) -> None:
        """Let grid and home answer what the vehicle does at `line_v`."""
        grid, vehicle = self.grid, self.vehicle
        if self.gateway is not None:
            self.gateway.advance(now_us, dt_s, self.path.closed)
        elif grid.parameters.utility_connected:
            grid.load(-vehicle.current_a)
        else:
            grid.cut_off(vehicle.current_a * line_v, vehicle.reactive_var, dt_s)

    def _count_energy(self, dt_s: float) -> None:
        energy_wh = self.power_w * dt_s / 3600.0
        if self.cut_off:
            self.island_import_wh += max(0.0, -energy_wh)
            self.island_wh += max(0.0, energy_wh)
        elif energy_wh < 0.0:
            self.import_wh -= energy_wh
        elif energy_wh > 0.0:
            self.export_wh += energy_wh

    def _read_meter(self, frame: list[int], at: int) -> None:
        """What the metering chip tells, eleven values."""
        if self.meter_frozen and self._metered:
            frame[at : at + len(self._metered)] = self._metered
            return
        read = self._read
        bus = self.bus
        l1_v, l2_v = bus.voltage_l1_v, bus.voltage_l2_v
        if self.legs_swapped:
            l1_v, l2_v = l2_v, l1_v
        forms = not self.path.closed and self.load_v > 0.0
        frame[at] = read[2](l1_v * 1000.0)
        frame[at + 1] = read[3](l2_v * 1000.0)
        current_a = self._metered_a()
        frame[at + 2] = read[4](current_a * 1000.0)
        apart_a = self.current_apart_a if self.path.closed else 0.0
        frame[at + 3] = read[5]((current_a + apart_a) * 1000.0)
        frame[at + 4] = read[6](self.power_w + apart_a * l2_v)
        frame[at + 5] = read[7](self.reactive_var)
        frame[at + 6] = read[8](bus.frequency_hz * 1000.0)
        frame[at + 7] = read[9](bus.leg_angle_deg * 10.0)
        frame[at + 8] = read[10](self.load_v * 1000.0)
        frame[at + 9] = read[11](self.vehicle.inverter.parameters.forms_deg * 10.0 * forms)
        frame[at + 10] = read[12](self.path.residual_ma * 1000.0)
        self._metered = frame[at : at + 11]

    def _metered_a(self) -> float:
        """Of a leg, with the sign of its power: what reactive power is asked for flows, too."""
        support_var = self.vehicle.support_var
        line_v = self.bus.line_v
        if not support_var or not line_v:
            return self.current_a
        return math.copysign(math.hypot(self.current_a, support_var / line_v), self.current_a)

    def _duty_at_vehicle(self) -> int:
        wire = self.wire
        if not self.powered or wire.shorted or wire.cut or wire.diode == "open":
            return 0
        return 10000 if wire.stuck_positive else self.duty_bp

    def _part_pins(self) -> None:
        self._pins_part_us = 0
        if not self.vehicle.plugged:
            if self.vehicle.current_a:
                self.arcs.append(self.now_us)
            self.vehicle.current_a = 0.0
