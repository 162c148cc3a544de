"""A house with a gateway and a vehicle that may form its grid, for tests without a firmware."""

from wattback_sim.evcc import Orders
from wattback_sim.faults import find_fault
from wattback_sim.parameters import Value
from wattback_sim.world import World, default_parameters

TICK_US = 10_000
DIGITAL = 500
STATE_F = 0
FOLLOW = Orders(0.0, 19200.0, 19200.0, False, True)


def form(voltage_v: float = 240.0, hz: float = 60.0) -> Orders:
    """What a connector says to a vehicle that is to form."""
    return Orders(0.0, 19200.0, 19200.0, False, True, True, voltage_v, hz)


class House:
    """A world with a gateway, a plugged vehicle, and whatever a connector would tell both."""

    def __init__(self, **parameters: Value) -> None:
        self._parameters = default_parameters()
        self.set(gateway__fitted=True, forming__forms=True, vehicle__plugged=True)
        self.set(vehicle__start_s=0.0, vehicle__soc=0.6, gateway__silence_s=600.0)
        self.set(**parameters)
        self.world = World(self._parameters, 1)
        assert self.world.gateway is not None
        self.gateway = self.world.gateway
        self.forming = self.world.vehicle.forming
        self.duty_bp = DIGITAL
        self.contactor = 0
        self.tell(FOLLOW)

    def set(self, **parameters: Value) -> None:
        """Parameters by path, two underscores for the dot."""
        for path, value in parameters.items():
            self._parameters.set(path.replace("__", "."), value)

    def tell(self, orders: Orders | None) -> None:
        """What the loop of the vehicle's link has said last."""
        self.world.vehicle.evcc.orders = orders

    def order(self, close: bool, shed: int = 0) -> None:
        """What the gateway is told."""
        self.gateway.obey(self.world.now_us, close, shed)

    def break_(self, part: str, kind: str, amount: float = 0.0) -> None:
        """A fault begins."""
        find_fault(part, kind).break_it(self.world, amount)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 100)):
            self.tick()

    def tick(self) -> None:
        """10 ms."""
        self.world.drive(self.duty_bp, self.contactor, 0, 0)
        self.world.advance(self.world.now_us + TICK_US)

    def outage(self) -> None:
        """The utility fails, the home is cut off."""
        self.run(0.1)
        self.set(grid__voltage_pu=0.0)
        self.order(False)
        self.run(0.5)

    def island(self, voltage_v: float = 240.0) -> None:
        """And the vehicle holds it."""
        self.outage()
        self.tell(form(0.0))
        self.run(0.1)
        self.contactor = 1
        self.run(0.1)
        self.tell(form(voltage_v))
        self.run(0.5)

    def legs(self) -> tuple[float, float]:
        """Voltages of the home."""
        return self.gateway.voltage_l1_v, self.gateway.voltage_l2_v
