"""The simulated gateway's end of its link, and faults of the gateway."""

import cbor2
import pytest

from tests.unit.island_house import TICK_US, House
from wattback_sim.evcc_messages import frame, unframe
from wattback_sim.faults import FAULT_KINDS, FaultKind
from wattback_sim.gateway_faults import GATEWAY_FAULT_KINDS
from wattback_sim.gateway_link import GatewayLink
from wattback_sim.wires import Peer
from wattback_sim.world import World, default_parameters


class FakeWire:
    """A wire that keeps what is said on it."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def attach(self, peer: Peer) -> None:
        """See Wire."""

    def detach(self, peer: Peer) -> None:
        """See Wire."""

    def send(self, data: bytes) -> int:
        """See Wire."""
        self.lines.append(data)
        return 0


def words(line: bytes) -> list[int]:
    """The integers of a line."""
    body = unframe(line.rstrip(b"\n"))
    assert body is not None
    said = cbor2.loads(body)
    assert isinstance(said, list)
    return said


def attached(house: House) -> tuple[GatewayLink, FakeWire]:
    wire = FakeWire()
    house.gateway.link.attach(wire)
    return house.gateway.link, wire


def test_it_says_its_state_ten_times_a_second_and_obeys_orders() -> None:
    house = House(grid__leg_ohm=0.0)
    link, wire = attached(house)
    house.run(1.0)
    assert len(wire.lines) == 10
    assert words(wire.lines[-1]) == [
        10, 1, 0, 0, 120000, 120000, 60000, 120000, 120000, 60000, 0, -3800, 0, 1, 24000
    ]  # fmt: skip
    link.deliver(house.world.now_us, frame(cbor2.dumps([1, 0, 2, 10])))
    house.run(0.2)
    assert words(wire.lines[-1])[1:4] == [0, 1, 2]
    assert link.heard_us == 1_000_000


@pytest.mark.parametrize("order", [[2, 2, 0, 0], [2, 0, 4, 0], [2, 0, 0], [2, 0, True, 0], {}])
def test_what_is_no_order_changes_nothing(order: object) -> None:
    house = House()
    link, _ = attached(house)
    house.run(0.1)
    link.deliver(house.world.now_us, frame(cbor2.dumps(order)))
    house.run(0.2)
    assert house.gateway.switch.closed
    assert link.heard_us == 0


def test_faults_of_its_link_and_of_what_it_measures_show() -> None:
    house = House()
    _, wire = attached(house)
    house.run(0.1)
    house.break_("gateway_link", "frozen")
    house.break_("grid_side_sense", "offset", 10.0)
    house.break_("home_side_sense", "frozen")
    house.outage()
    said = words(wire.lines[-1])
    assert said[0] == 1
    assert said[4:7] == [10000, 10000, 0]
    assert said[7] > 100000
    house.break_("gateway_link", "cut")
    count = len(wire.lines)
    house.run(0.5)
    assert len(wire.lines) == count


@pytest.mark.parametrize("row", GATEWAY_FAULT_KINDS, ids=lambda row: f"{row.part}-{row.kind}")
def test_every_fault_of_it_can_come_and_go_where_there_is_none(row: FaultKind) -> None:
    assert row in FAULT_KINDS
    world = World(default_parameters(), 1)
    row.break_it(world, row.high)
    world.advance(TICK_US)
    row.mend(world)
    world.advance(2 * TICK_US)
    assert world.bus is world.grid
