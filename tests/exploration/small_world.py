"""A small, ideal world around one connector: what stands still until an event moves it.

Contacts, latch and pilot wire are the simulator's own; supply, vehicle and sensors are as simple
as can be: no noise, no inertia that nobody asks about, and a jitter that shows the meter alive. A
vehicle draws what it is offered at once, or follows its target; an event can make it deaf to both.
Fields are named as the truths read them, who judge this world as they judge the simulator's.
"""

from __future__ import annotations

from tests.exploration.small_gateway import Forming, SmallGateway
from wattback.backup.backup import Backup
from wattback.pilot import DUTY_F, DUTY_STEADY, ma_for_duty_bp
from wattback.signals import Inputs, Outputs
from wattback.vehicle import (
    LINK_LAPSED,
    LINK_NONE,
    MESSAGE_LOOP,
    MESSAGE_PARAMETERS,
    MESSAGE_SETUP,
    MODE_FORMING,
)
from wattback.vehicle import Vehicle as Inbox
from wattback_sim.leakage import GroundFaultParameters
from wattback_sim.pilot_wire import PilotParameters, PilotWire
from wattback_sim.power_path import ContactorParameters, PowerPath

# Behind the vehicle's diode, ohm (evse.md 1.1, C).
_LOADS_OHM = {
    "A": None,
    "B": 2740.0,
    "C": 2740.0 * 1300.0 / 4040.0,
    "D": 2740.0 * 270.0 / 3010.0,
}
NOTHING_OHM = 1_000_000
_LEG_V = 120.0
_LEAST_LINE_V = 150.0  # below it no charger and no inverter runs
_ROUND_US = 500_000  # of the vehicle's messages (ISO 15118-20; evse.md 6.8, C)
_SLEW_W_PER_S = 10_000.0
_MOST_A = 40.0
_JITTER_MV = 370
_STOPS_US = 300_000  # from PWM off to no current, of a vehicle that obeys


class Service:
    """What the supply comes by."""

    def __init__(self) -> None:
        self.utility_connected = True


class Grid:
    """The supply, legs to neutral."""

    def __init__(self) -> None:
        self.parameters = Service()
        self.voltage_l1_v = _LEG_V
        self.voltage_l2_v = _LEG_V
        self.frequency_hz = 60.0
        self.leg_angle_deg = 180.0

    @property
    def line_v(self) -> float:
        """Between the legs."""
        return self.voltage_l1_v + self.voltage_l2_v


class Installation:
    """What is fixed at the unit besides the supply."""

    def __init__(self) -> None:
        self.emergency_stop = False
        self.disconnect_open = False
        self.reset_button = False
        self.handle_loose = False
        self.earth_ohm = 1
        self.proximity_ohm = NOTHING_OHM


class Ratings:
    """Of the vehicle, as its link tells them; on: it speaks at all."""

    def __init__(self) -> None:
        self.on = False
        self.certified = True
        self.abnormal_category = 3
        self.normal_category = 2
        self.discharge_kw = 9.6
        self.charge_kw = 11.5
        self.minimum_soc = 0.1


class Evcc:
    """What the link has said. settings: the version that it has acknowledged; said_us: when;
    silent: it has lost its voice."""

    def __init__(self, parameters: Ratings) -> None:
        self.parameters = parameters
        self.silent = False
        self.settings = 0
        self.said_us = 0
        self.next_message = MESSAGE_SETUP
        self.round_us = 0
        self.heard_w = 0


class Charge:
    """The battery."""

    def __init__(self) -> None:
        self.soc = 0.8


class Inverter:
    """energised_v, energised_deg: what it puts on its plug behind open contacts."""

    def __init__(self, parameters: Ratings) -> None:
        self.parameters = parameters
        self.energised_v = 0.0
        self.energised_deg = 0.0


class Vehicle:
    """wish: "A" away, "B" there, "C" or "D" asking. stubborn_w: the power that it keeps whatever
    it is told, or None."""

    def __init__(self) -> None:
        ratings = Ratings()
        self.parameters = ratings
        self.wish = "A"
        self.stubborn_w: float | None = None
        self.evcc = Evcc(ratings)
        self.forming = Forming()
        self.inverter = Inverter(ratings)
        self.battery = Charge()
        self.offer_a = 0.0  # the last that it was told
        self.silent_us = 0  # since the offer ended

    @property
    def plugged(self) -> bool:
        """Its plug is in."""
        return self.wish != "A"


class Soundness:
    """sound: whether a sensor tells the truth."""

    def __init__(self) -> None:
        self.sound = True


class SmallWorld:
    """The board's surroundings and the board itself: `sample` and `drive` are the firmware's.

    current_a, power_w: out of the vehicle. load_v: on the vehicle's side. hold: readings that
    stand in the place of what there is; unbalance_a: what leg 2 carries more than leg 1.
    meter_frozen: the jitter is, too. told_w: what the connector answers a vehicle that asks.
    bus: what the connector's terminals see: the grid, or the home behind a gateway.
    """

    def __init__(self, gateway: bool = False) -> None:
        self.now_us = 0
        self.powered = True
        self.duty_bp = 0
        self.current_a = 0.0
        self.power_w = 0.0
        self.load_v = 0.0
        self.import_wh = 0.0
        self.export_wh = 0.0
        self.arcs: list[int] = []
        self.grid = Grid()
        self.island_wh = 0.0
        self.island_import_wh = 0.0
        self.installation = Installation()
        self.vehicle = Vehicle()
        self.gateway = SmallGateway(self.grid, self.vehicle.forming) if gateway else None
        self.bus: Grid | SmallGateway = self.gateway or self.grid
        self.path = PowerPath(ContactorParameters(), GroundFaultParameters())
        self.wire = PilotWire(PilotParameters())
        self.hold: dict[str, int] = {}
        self.unbalance_a = 0.0
        self.meter_frozen = False
        self.beats = 0  # of the controller's counter
        self.told_w = 0
        self.voltage = Soundness()
        self.power = Soundness()
        self.sensors = _Sensors(self.voltage, self.power)
        self._jitter_mv = 0

    @property
    def cut_off(self) -> bool:
        """The grid switch is open."""
        return self.gateway is not None and not self.gateway.switch.closed

    def advance(self, dt_us: int, inbox: Inbox, backup: Backup | None = None) -> None:
        """Move on by `dt_us`; the vehicle may put a message into `inbox`, the gateway into that of
        `backup`, None while nobody is there to hear it.
        """
        self.now_us += dt_us
        dt_s = dt_us * 1e-6
        path = self.path
        vehicle = self.vehicle
        path.advance(self.now_us, dt_s)
        if vehicle.evcc.parameters.on and vehicle.plugged and not vehicle.evcc.silent:
            self._speak(dt_us, inbox, backup)
        if self.gateway is not None:
            self._form(dt_us, self.gateway, backup)
        self._flow(dt_us, dt_s, bool(inbox.linked))
        self._count(dt_s)
        stands_v = vehicle.inverter.energised_v or vehicle.forming.voltage_v
        self.load_v = self.bus.line_v if path.closed else stands_v
        self.wire.settle(self.duty_bp, self.powered, _LOADS_OHM[vehicle.wish])
        if not self.meter_frozen:
            self._jitter_mv = (self._jitter_mv + 10) % _JITTER_MV

    def sample(self, inputs: Inputs) -> None:
        """Fill the connector's inputs."""
        wire = self.wire
        bus = self.bus
        path = self.path
        installation = self.installation
        inputs.pilot_high_mv = int(wire.high_v * 1000.0)
        inputs.pilot_low_mv = int(wire.low_v * 1000.0)
        inputs.voltage_l1_mv = int(bus.voltage_l1_v * 1000.0) + self._jitter_mv
        inputs.voltage_l2_mv = int(bus.voltage_l2_v * 1000.0)
        current_ma = int(self.current_a * 1000.0)
        inputs.current_l1_ma = current_ma
        inputs.current_l2_ma = current_ma + (int(self.unbalance_a * 1000.0) if path.closed else 0)
        inputs.power_w = int(self.power_w) + self._jitter_mv // 100
        inputs.frequency_millihertz = int(bus.frequency_hz * 1000.0)
        inputs.leg_angle_decideg = int(bus.leg_angle_deg * 10.0)
        inputs.load_mv = int(self.load_v * 1000.0)
        inverter = self.vehicle.inverter
        inputs.load_angle_decideg = 0 if path.closed else int(inverter.energised_deg * 10.0)
        inputs.residual_ua = int(path.residual_ma * 1000.0)
        inputs.earth_ohm = installation.earth_ohm
        inputs.board_decic = inputs.terminal_decic = inputs.handle_decic = 250
        inputs.proximity_ohm = installation.proximity_ohm
        inputs.contactor_aux_closed = int(path.aux_closed)
        inputs.coil_driven = int(path.coil_driven)
        inputs.ground_fault_latched = int(path.latched)
        inputs.emergency_stopped = int(installation.emergency_stop)
        inputs.disconnect_open = int(installation.disconnect_open)
        inputs.handle_loose = int(installation.handle_loose)
        inputs.reset_pressed = int(installation.reset_button)
        if self.hold:
            vars(inputs).update(self.hold)

    def drive(self, outputs: Outputs) -> None:
        """Take over the connector's outputs."""
        self.duty_bp = outputs.pilot_duty_bp
        self.path.drive(
            self.now_us,
            bool(outputs.contactor_closed),
            bool(outputs.ground_fault_test),
            bool(outputs.ground_fault_reset),
        )

    def go_dark(self) -> None:
        """The board has lost its power: coil off, pilot dead."""
        self.powered = False
        self.duty_bp = 0
        self.path.drive(self.now_us, False, False, False)

    def _form(self, dt_us: int, gateway: SmallGateway, backup: Backup | None) -> None:
        vehicle = self.vehicle
        inlet_v = self.bus.line_v if self.path.closed else 0.0
        vehicle.forming.settle(vehicle.wish in ("C", "D"), inlet_v)
        gateway.advance(self.now_us, dt_us, self.path.closed and vehicle.forming.active)
        if backup is not None:
            gateway.talk(dt_us, backup)

    def _count(self, dt_s: float) -> None:
        energy_wh = self.power_w * dt_s / 3600.0
        if self.cut_off:
            self.island_import_wh += max(0.0, -energy_wh)
            self.island_wh += max(0.0, energy_wh)
        else:
            self.import_wh += max(0.0, -energy_wh)
            self.export_wh += max(0.0, energy_wh)

    def _speak(self, dt_us: int, inbox: Inbox, backup: Backup | None) -> None:
        evcc = self.vehicle.evcc
        evcc.round_us += dt_us
        hurry_us = backup.update_ms * 1000 if backup is not None else 0
        if evcc.round_us < (hurry_us or _ROUND_US) or inbox.inbox_full:
            return
        evcc.round_us = 0
        ratings = evcc.parameters
        forming = self.vehicle.forming
        if inbox.linked:
            evcc.heard_w = self.told_w
            if backup is not None:
                forming.hear(backup)
        if inbox.link in (LINK_NONE, LINK_LAPSED):
            evcc.next_message = MESSAGE_SETUP
            evcc.settings = 0
        if evcc.next_message == MESSAGE_SETUP:
            self._say(inbox, MESSAGE_SETUP)
            evcc.next_message = MESSAGE_PARAMETERS
        elif evcc.next_message == MESSAGE_PARAMETERS:
            charge_w = int(ratings.charge_kw * 1000.0)
            discharge_w = int(ratings.discharge_kw * 1000.0)
            words = (int(ratings.certified), ratings.abnormal_category, charge_w, discharge_w)
            modes = MODE_FORMING if forming.parameters.forms else 0
            self._say(inbox, MESSAGE_PARAMETERS, *words, 240_000, 2, modes)
            evcc.next_message = MESSAGE_LOOP
        else:
            evcc.settings = inbox.settings_version
            soc_bp = int(self.vehicle.battery.soc * 10_000.0)
            minimum_bp = int(ratings.minimum_soc * 10_000.0)
            forms = int(forming.active)
            self._say(inbox, MESSAGE_LOOP, evcc.settings, soc_bp, minimum_bp, 0, -1, forms)
        evcc.said_us = self.now_us

    def _say(self, inbox: Inbox, kind: int, *words: int) -> None:
        for at, word in enumerate((kind, *words)):
            inbox.inbox[at] = word
        inbox.inbox_full = 1

    def _flow(self, dt_us: int, dt_s: float, linked: bool) -> None:
        vehicle = self.vehicle
        line_v = self.bus.line_v
        if not self.path.closed or not vehicle.plugged:
            self.power_w = self.current_a = vehicle.offer_a = 0.0
            return
        if vehicle.forming.active and self.gateway is not None:
            self.power_w = self.gateway.load_w
            self.current_a = self.power_w / line_v if line_v else 0.0
            return
        if vehicle.stubborn_w is not None:
            wanted_w = vehicle.stubborn_w
        elif linked:
            told_to_stop = self.duty_bp in (DUTY_F, DUTY_STEADY) or vehicle.wish == "B"
            wanted_w = 0.0 if told_to_stop else float(vehicle.evcc.heard_w)
        else:
            wanted_w = -self._drawn_a(dt_us) * line_v
        if line_v < _LEAST_LINE_V:
            self.power_w = 0.0
        elif linked:
            step_w = _SLEW_W_PER_S * dt_s
            self.power_w += max(-step_w, min(step_w, wanted_w - self.power_w))
        else:
            self.power_w = wanted_w
        self.current_a = self.power_w / max(line_v, _LEAST_LINE_V)

    def _drawn_a(self, dt_us: int) -> float:
        vehicle = self.vehicle
        if vehicle.wish == "B":
            return 0.0
        offer_a = min(ma_for_duty_bp(self.duty_bp) / 1000.0, _MOST_A)
        if offer_a:
            vehicle.silent_us = 0
            vehicle.offer_a = offer_a
        elif vehicle.silent_us < _STOPS_US:
            vehicle.silent_us += dt_us
        else:
            vehicle.offer_a = 0.0
        return vehicle.offer_a


class _Sensors:
    """By the names that the truths ask for."""

    def __init__(self, voltage: Soundness, power: Soundness) -> None:
        self.voltage = voltage
        self.power = power

    def __getitem__(self, name: str) -> Soundness:
        return self.power if name == "power_w" else self.voltage
