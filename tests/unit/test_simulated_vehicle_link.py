"""The simulated vehicle's link controller against the firmware's own port, in one process."""

from dataclasses import replace

import pytest

from tests.unit.vehicle_link_pair import Bench, Cable, StubBackup
from wattback.export import WAIT_CONTACTOR, WAIT_PERMISSION
from wattback.vehicle import (
    LINK_ACCEPTED,
    LINK_AUTHORISED,
    LINK_IDENTIFIED,
    LINK_LAPSED,
    LINK_NONE,
    LINK_REFUSED,
    UNKNOWN,
)
from wattback_sim.evcc import Evcc, LinkParameters, Readings
from wattback_sim.evcc_messages import Key, Message, from_line


class Visit:
    """A vehicle's controller on a bench, both moved tick by tick."""

    def __init__(self, seed: int = 1, link: LinkParameters | None = None) -> None:
        self.link = LinkParameters() if link is None else link
        self.link.on = True
        self.readings = Readings(
            charge_w=11520.0,
            discharge_w=11500.0,
            nominal_v=240.0,
            capacity_wh=123_000.0,
            power_w=7680.0,
            reactive_var=150.0,
            soc=0.62,
            minimum_soc=0.1,
            need_wh=9000.0,
            departure_s=-1.0,
            running=True,
        )
        self.cable = Cable(Bench())
        self.core = self.cable.bench.core
        self.evcc = Evcc(self.link, lambda: self.readings, seed)
        self.evcc.attach(self.cable)
        self.plugged = True

    def run(self, seconds: float) -> None:
        cable = self.cable
        for _ in range(round(seconds * 100)):
            self.evcc.advance(cable.bench.now_us, self.plugged)
            cable.tick()

    def said(self) -> list[Message]:
        """The requests so far."""
        fields = [from_line(line.strip(b"\n")) for line in self.cable.to_board]
        return [Message(one[Key.Message]) for one in fields if one is not None]

    def reboot(self) -> None:
        """The connector loses its power and boots."""
        now_us = self.cable.bench.now_us
        self.cable.bench = Bench()
        self.cable.bench.now_us = now_us
        self.core = self.cable.bench.core


@pytest.fixture
def visit() -> Visit:
    return Visit()


# --- a visit without trouble ---


def test_a_vehicle_is_authorised_soon_after_its_first_message(visit: Visit) -> None:
    visit.run(0.5)
    assert visit.said() == []
    visit.run(0.2)
    assert visit.said() == [
        Message.SessionSetup,
        Message.ChargeParameterDiscovery,
        Message.ChargeLoop,
    ]
    assert visit.core.vehicle.link == LINK_ACCEPTED or visit.evcc.settings
    visit.run(0.1)
    assert visit.core.vehicle.link == LINK_AUTHORISED


def test_the_core_knows_what_the_vehicle_has_said(visit: Visit) -> None:
    visit.run(2.0)
    vehicle = visit.core.vehicle
    assert (vehicle.charge_w, vehicle.discharge_w) == (11520, 11500)
    assert (vehicle.soc_bp, vehicle.minimum_soc_bp, vehicle.need_wh) == (6200, 1000, 9000)
    assert vehicle.departure_s == UNKNOWN
    assert [visit.cable.bench.port.name(index) for index in range(5)] == [
        "SIM0001",
        "Simulated",
        "Sim-11",
        "000001",
        "1.0",
    ]


def test_it_loops_every_half_second(visit: Visit) -> None:
    visit.run(1.0)
    before = visit.said().count(Message.ChargeLoop)
    visit.run(10.0)
    assert visit.said().count(Message.ChargeLoop) == before + 20


def test_its_orders_are_those_of_the_last_answer(visit: Visit) -> None:
    visit.core.status.target_w = 5000
    visit.core.status.export_waits = WAIT_CONTACTOR
    visit.core.report.import_power_w = 11000
    visit.core.report.export_power_w = 9000
    visit.run(1.0)
    orders = visit.evcc.orders
    assert orders is not None
    assert (orders.target_w, orders.charge_w, orders.discharge_w) == (5000.0, 11000.0, 9000.0)
    assert (orders.permitted, orders.wanted) == (True, True)
    visit.core.status.target_w = -3000
    visit.core.status.export_waits = WAIT_PERMISSION
    visit.run(0.6)
    orders = visit.evcc.orders
    assert orders is not None
    assert (orders.target_w, orders.permitted, orders.wanted) == (-3000.0, False, False)


def test_a_vehicle_that_can_form_is_told_to_and_says_what_it_does(visit: Visit) -> None:
    visit.readings = replace(visit.readings, forms=True)
    visit.run(2.0)
    vehicle = visit.core.vehicle
    assert (vehicle.forms, vehicle.forming) == (1, 0)
    visit.core.backup = StubBackup(1, 239_500, 60_300, 0)
    visit.readings = replace(visit.readings, forming=True)
    visit.run(0.6)
    orders = visit.evcc.orders
    assert orders is not None
    assert (orders.forming, orders.voltage_v, orders.frequency_hz) == (True, 239.5, 60.3)
    assert orders.wanted
    assert vehicle.forming == 1
    visit.core.backup = StubBackup()
    visit.run(0.6)
    orders = visit.evcc.orders
    assert orders is not None
    assert (orders.forming, orders.voltage_v, orders.frequency_hz) == (False, 0.0, 0.0)


def test_one_that_can_only_follow_says_nothing_of_modes(visit: Visit) -> None:
    visit.run(2.0)
    for line in visit.cable.to_board:
        fields = from_line(line.strip(b"\n"))
        assert fields is not None
        assert not {Key.SupportedModes, Key.GeneratorMode} & fields.keys()


@pytest.mark.parametrize("update_ms", [20, 100, 250])
def test_it_asks_again_as_soon_as_it_is_told_to(visit: Visit, update_ms: int) -> None:
    visit.run(2.0)
    visit.core.backup = StubBackup(0, 0, 0, update_ms)
    visit.run(1.0)
    before = visit.said().count(Message.ChargeLoop)
    visit.run(5.0)
    asked = visit.said().count(Message.ChargeLoop) - before
    assert 5_000 // (update_ms + 30) <= asked <= 5_000 // update_ms + 1
    visit.core.backup = StubBackup()
    visit.run(1.0)
    before = visit.said().count(Message.ChargeLoop)
    visit.run(5.0)
    assert visit.said().count(Message.ChargeLoop) - before == 10


def test_what_changes_of_itself_is_said_at_once(visit: Visit) -> None:
    visit.readings = replace(visit.readings, forms=True)
    visit.run(2.0)
    visit.readings = replace(visit.readings, forming=True)
    visit.evcc.hurry()
    visit.run(0.05)
    assert visit.core.vehicle.forming == 1


def test_other_settings_of_the_site_are_taken_over_and_acknowledged(visit: Visit) -> None:
    visit.run(2.0)
    visit.core.vehicle.settings_version = 99
    links = []
    for _ in range(60):
        visit.run(0.01)
        links.append(visit.core.vehicle.link)
    assert LINK_ACCEPTED in links
    assert links[-1] == LINK_AUTHORISED
    assert visit.evcc.settings == 99


def test_one_that_never_acknowledges_is_accepted_at_most() -> None:
    visit = Visit(link=LinkParameters(acknowledges=False))
    visit.run(5.0)
    assert visit.core.vehicle.link == LINK_ACCEPTED
    assert visit.evcc.settings == 0
    assert visit.said().count(Message.ChargeParameterDiscovery) == 1


@pytest.mark.parametrize(
    "link", [LinkParameters(certified=False), LinkParameters(abnormal_category=2)]
)
def test_one_that_is_refused_keeps_its_link_to_charge(link: LinkParameters) -> None:
    visit = Visit(link=link)
    visit.run(5.0)
    assert visit.core.vehicle.link == LINK_REFUSED
    assert visit.core.vehicle.linked == 1
    assert visit.evcc.orders is not None
    assert visit.evcc.refusal != 0


def test_a_link_that_is_switched_off_says_so(visit: Visit) -> None:
    visit.run(2.0)
    visit.link.on = False
    visit.run(0.1)
    assert visit.said()[-1] == Message.SessionStop
    assert visit.core.vehicle.link == LINK_NONE
    assert visit.evcc.orders is None
    count = len(visit.said())
    visit.run(5.0)
    assert len(visit.said()) == count


def test_another_vehicle_on_the_same_plug_starts_from_nothing(visit: Visit) -> None:
    visit.run(2.0)
    visit.link.identity = 77
    visit.run(0.01)
    assert visit.core.vehicle.link == LINK_IDENTIFIED
    assert visit.core.vehicle.soc_bp == UNKNOWN
    visit.run(1.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED
    assert visit.cable.bench.port.name(0) == "SIM0077"


def test_an_unplugged_vehicle_says_nothing(visit: Visit) -> None:
    visit.run(2.0)
    count = len(visit.said())
    visit.plugged = False
    visit.core.connected = 0
    visit.run(5.0)
    assert len(visit.said()) == count
    assert visit.evcc.orders is None
    visit.plugged = True
    visit.core.connected = 1
    visit.run(1.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED


# --- trouble, and how it heals ---


def test_before_the_pilot_has_shown_it_a_vehicle_is_turned_away_and_tries_again(
    visit: Visit,
) -> None:
    visit.core.connected = 0
    visit.run(1.0)
    assert visit.said() == [Message.SessionSetup]
    visit.core.connected = 1
    visit.run(1.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED


def test_a_broken_wire_ends_the_orders_within_the_vehicles_own_time_and_heals(
    visit: Visit,
) -> None:
    visit.run(2.0)
    said_us = visit.evcc.said_us
    visit.evcc.cut = True
    visit.run(1.3)
    assert visit.evcc.said_us == said_us
    assert visit.evcc.orders is None
    assert visit.core.vehicle.link == LINK_LAPSED
    visit.run(20.0)
    visit.evcc.cut = False
    visit.run(1.5)
    assert visit.core.vehicle.link == LINK_AUTHORISED
    assert visit.evcc.orders is not None


def test_a_lapse_that_the_vehicle_has_not_noticed_heals_too(visit: Visit) -> None:
    visit.link.timeout_s = 60.0
    visit.run(2.0)
    visit.evcc.cut = True
    visit.run(2.0)
    visit.evcc.cut = False
    assert visit.core.vehicle.link == LINK_LAPSED
    visit.run(1.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED


def test_after_the_connector_has_booted_the_vehicle_sets_up_anew(visit: Visit) -> None:
    visit.run(2.0)
    visit.reboot()
    visit.run(1.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_noisy_wire_never_confuses_and_heals(seed: int) -> None:
    visit = Visit(seed)
    visit.run(2.0)
    visit.evcc.noise = 3.0
    visit.run(60.0)
    assert visit.core.vehicle.soc_bp in (6200, UNKNOWN)
    visit.evcc.noise = 0.0
    visit.run(3.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED
    assert visit.evcc.orders is not None


def test_a_little_noise_costs_messages_but_not_the_authorisation(visit: Visit) -> None:
    visit.run(2.0)
    visit.evcc.noise = 0.05
    lapses = 0
    for _ in range(6000):
        visit.run(0.01)
        lapses += visit.core.vehicle.link == LINK_LAPSED
    assert visit.core.vehicle.link == LINK_AUTHORISED
    assert lapses < 300


def test_the_same_seed_has_the_same_noise() -> None:
    said = []
    for seed in (1, 1, 2):
        visit = Visit(seed)
        visit.evcc.noise = 2.0
        visit.run(10.0)
        said.append(b"".join(visit.cable.to_board))
    assert said[0] == said[1] != said[2]


def test_answers_that_are_none_are_overlooked(visit: Visit) -> None:
    visit.run(2.0)
    orders = visit.evcc.orders
    for noise in (b"\n\n", b"hello\n", b"\xff" * 700, b"AAAA\n", b"x" * 5000 + b"\n"):
        visit.evcc.deliver(visit.cable.bench.now_us, noise)
    assert visit.evcc.orders is orders
    visit.run(1.0)
    assert visit.core.vehicle.link == LINK_AUTHORISED
