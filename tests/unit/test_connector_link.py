"""One connector as the controller sees it, against a simulated board: told, silent, and alone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.unit.controller_bench import NOW_S, CuttableStream, act, connector_site
from wattback import heartbeat
from wattback_controller.connector_link import (
    LIMIT_HOLDS_S,
    NO_LIMIT_MA,
    TARGET_HOLDS_S,
    ConnectorLink,
    Order,
    Reading,
    Silence,
)
from wattback_hil.errors import HilError
from wattback_hil.modbus import simulated_wire
from wattback_hil.registers import ModbusClient
from wattback_sim.clock import to_us
from wattback_sim.site import Site
from wattback_sim.truths import Truths

QUIET = Order(export_enabled=True, reserve_bp=4000, import_ma=32_000, export_ma=32_000)
SELL = replace(QUIET, target_w=4000)


class Bench:
    """A link to one board. cut: the connection ends. opened: how often it was opened."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cut = False
        self.opened = 0
        self.link = ConnectorLink("garage", self._open, lambda _: (20_494, 64_800))
        self._began_s = self.now_s

    @property
    def now_s(self) -> float:
        return NOW_S + self.site.clock.now_us / 1e6

    @property
    def truths(self) -> Truths:
        return self.site.truths

    def wait(self, for_s: float) -> None:
        self.site.run_until(self.site.clock.now_us + to_us(for_s))

    def poll(self) -> Reading | Silence:
        return self.link.poll(self.now_s)

    def reading(self) -> Reading:
        found = self.poll()
        assert isinstance(found, Reading), found
        return found

    def told(self, order: Order) -> Reading:
        """What it says a moment after it was told something."""
        assert self.link.obey(order, self.reading()) == []
        self.wait(0.5)
        return self.reading()

    def keep(self, for_s: int, order: Order) -> Iterator[Reading]:
        """A controller's rounds."""
        for _ in range(for_s):
            reading = self.reading()
            assert self.link.obey(order, reading) == []
            yield reading
            self.wait(1.0)

    def board(self, name: str) -> int:
        return self.site.board.status(name)

    def _open(self) -> ModbusClient:
        self.opened += 1
        return ModbusClient(simulated_wire(CuttableStream(self.site, lambda _: self.cut), 1))


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A connector whose vehicle charges."""
    site = connector_site()
    act(site, "vehicle.plug_in")
    site.run_until(20_000_000)
    yield Bench(site)
    assert not site.truths.violations
    site.close()


def test_a_reading_is_in_the_units_of_its_names(bench: Bench) -> None:
    bench.told(QUIET)
    bench.wait(10.0)
    asked_s = bench.now_s
    reading = bench.reading()
    assert reading.rated_ma == 48_000
    assert reading.serial.endswith("1")
    assert 200_000 < reading.line_mv < 260_000
    assert -8000 < reading.power_w < -6000
    assert 7000 <= reading.soc_bp < 7200
    assert (reading.session_state, reading.on_grid, reading.linked) == ("charging", True, True)
    assert reading.waits == frozenset({"target"})
    assert (reading.site_import_ma, reading.site_export_ma) == (32_000, 32_000)
    assert (reading.reserve_bp, reading.reserve_now_bp) == (4000, 4000)
    assert reading.t_s == asked_s


def test_without_a_vehicle_nobody_tells_a_state_of_charge(bench: Bench) -> None:
    act(bench.site, "vehicle.unplug")
    bench.wait(2.0)
    reading = bench.reading()
    assert (reading.soc_bp, reading.session_state, reading.linked) == (-1, "idle", False)


def test_civil_time_is_told_at_once(bench: Bench) -> None:
    bench.reading()
    bench.wait(0.5)
    with_client = bench.link._client
    assert with_client is not None
    assert with_client.read("CivilDay") == 20_494
    assert 64_800 <= with_client.read_number("CivilSecond") < 64_803


ORDERS = {
    "limits": QUIET,
    "no limits": replace(QUIET, import_ma=NO_LIMIT_MA, export_ma=NO_LIMIT_MA),
    "nothing flows": replace(QUIET, import_ma=0, export_ma=0),
    "a limit in tenths": replace(QUIET, import_ma=7300, export_ma=12_100),
    "limits left alone": replace(QUIET, import_ma=None, export_ma=None),
    "no export": replace(QUIET, export_enabled=False),
    "another reserve": replace(QUIET, reserve_bp=5550),
    "no reserve": replace(QUIET, reserve_bp=0),
    "to give": SELL,
    "to take": replace(QUIET, target_w=-3000),
    "to hold still": replace(QUIET, target_w=0),
    "a service larger than any connector": replace(QUIET, export_ma=400_000),
}


@pytest.mark.parametrize("case", ORDERS)
@pytest.mark.parametrize("before", ["limits", "no export", "to give"])
def test_every_order_reaches_the_board_whatever_it_was_told_before(
    bench: Bench, case: str, before: str
) -> None:
    order = ORDERS[case]
    was = bench.told(ORDERS[before])
    said = bench.told(order)
    assert said.export_enabled == order.export_enabled
    assert said.reserve_bp == order.reserve_bp
    expected = (
        was.site_import_ma if order.import_ma is None else order.import_ma,
        was.site_export_ma if order.export_ma is None else min(order.export_ma, 80_000),
    )
    assert (said.site_import_ma, said.site_export_ma) == expected
    assert said.target_w == order.target_w
    assert said.target_owner == ("none" if order.target_w is None else "programme")


def test_what_a_board_does_already_is_not_written_again(bench: Bench) -> None:
    bench.told(SELL)
    client = bench.link._client
    assert client is not None
    before = client.requests
    bench.link.obey(SELL, bench.reading())
    asked = client.requests - before
    bench.wait(1.0)
    reading = bench.reading()
    before = client.requests
    bench.link.obey(SELL, reading)
    assert client.requests == before
    assert asked < 10


def test_a_target_and_a_limit_hold_as_long_as_somebody_keeps_them(bench: Bench) -> None:
    readings = list(bench.keep(2 * TARGET_HOLDS_S, SELL))[2:]
    assert {reading.target_w for reading in readings} == {4000}
    assert {reading.site_import_ma for reading in readings} == {32_000}
    assert readings[-1].power_w > 3500


def test_a_target_holds_while_limits_change_all_the_time_and_the_other_way_round(
    bench: Bench,
) -> None:
    """Each has a timer of its own, which the other's news do not restart."""
    for round_ in range(15):
        order = replace(SELL, import_ma=20_000 + 1000 * (round_ % 2))
        readings = list(bench.keep(19, order))
        assert {one.target_w for one in readings[2:]} == {4000}, round_
    for round_ in range(15):
        order = replace(SELL, target_w=4000 + 100 * (round_ % 2))
        readings = list(bench.keep(19, order))
        assert {one.site_import_ma for one in readings[2:]} == {32_000}, round_


def test_a_controller_that_dies_ends_the_target_by_its_heartbeat(bench: Bench) -> None:
    for _ in bench.keep(30, SELL):
        pass
    assert bench.board("target_owner") != 0
    assert bench.board("controller_state") == heartbeat.PRESENT
    bench.wait(70.0)  # and says nothing any more; the setting is 60 s
    assert bench.board("controller_state") == heartbeat.SILENT
    bench.wait(60.0)
    assert bench.board("target_w") <= 0
    assert bench.site.world.vehicle is not None
    assert bench.board("power_w") <= 0


def test_the_reversion_timer_ends_a_target_though_somebody_goes_on_beating(bench: Bench) -> None:
    """The second line: a controller whose heart beats and whose head has stopped."""
    for _ in bench.keep(5, SELL):
        pass
    for _ in range(TARGET_HOLDS_S - 10):
        assert bench.reading().target_w == 4000
        bench.wait(1.0)
    bench.wait(15.0)
    reading = bench.reading()
    assert bench.board("controller_state") == heartbeat.PRESENT
    assert reading.target_w is None
    bench.wait(60.0)
    assert bench.reading().power_w <= 0


def test_a_limit_that_nobody_renews_falls_back_to_the_failsafe(bench: Bench) -> None:
    bench.told(QUIET)
    for _ in range(LIMIT_HOLDS_S + 5):
        bench.wait(1.0)
        bench.reading()
    assert bench.board("import_limit_ma") == 6000


def test_a_power_cycled_board_gets_its_orders_again(bench: Bench) -> None:
    bench.told(SELL)
    bench.site.power_off()
    bench.wait(2.0)
    assert isinstance(bench.poll(), Silence)
    bench.site.power_on()
    bench.wait(6.0)
    reading = bench.reading()
    assert reading.target_w is None
    said = bench.told(SELL)
    assert (said.target_w, said.site_import_ma, said.reserve_bp) == (4000, 32_000, 4000)


def test_a_board_that_was_away_for_less_than_a_poll_gets_its_orders_again(bench: Bench) -> None:
    bench.told(SELL)
    bench.site.power_off()
    bench.site.power_on()
    bench.wait(1.0)
    bench.poll()  # the connection is gone
    bench.wait(6.0)
    said = bench.told(SELL)
    assert (said.target_w, said.site_import_ma) == (4000, 32_000)


def test_a_silent_board_is_not_asked_all_the_time(bench: Bench) -> None:
    bench.reading()
    bench.cut = True
    silence = bench.poll()
    assert isinstance(silence, Silence)
    assert "no connection to the simulated board" in silence.reason
    opened = bench.opened
    for _ in range(9):
        bench.wait(1.0)
        again = bench.poll()
        assert isinstance(again, Silence)
        assert again.reason
    assert bench.opened - opened == 1
    bench.cut = False
    bench.wait(6.0)
    assert isinstance(bench.poll(), Reading)


def test_a_clock_that_was_set_back_keeps_nobody_silent_and_renews_what_holds(
    bench: Bench,
) -> None:
    bench.told(SELL)
    bench.cut = True
    assert isinstance(bench.poll(), Silence)
    bench.cut = False
    back_s = bench.now_s - 3600
    reading = bench.link.poll(back_s)
    assert isinstance(reading, Reading)
    bench.link.obey(SELL, reading)
    for second in range(2 * TARGET_HOLDS_S):
        bench.wait(1.0)
        reading = bench.link.poll(back_s - 3600 + second)
        assert isinstance(reading, Reading)
        bench.link.obey(SELL, reading)
        assert (reading.target_w, reading.site_import_ma) == (4000, 32_000), second


def test_a_board_that_falls_silent_while_it_is_told_is_silent(bench: Bench) -> None:
    reading = bench.reading()
    bench.cut = True
    with pytest.raises(HilError):
        bench.link.obey(QUIET, reading)
    assert isinstance(bench.poll(), Silence)
    bench.cut = False
    bench.wait(6.0)
    assert bench.told(QUIET).site_import_ma == 32_000


def test_another_machine_at_its_place_is_told_as_silence() -> None:
    site = connector_site(modbus_unit_id=7)
    bench = Bench(site)
    silence = bench.poll()
    assert isinstance(silence, Silence)
    site.close()


def test_a_refusal_is_told_and_keeps_nothing_else_from_being_done(bench: Bench) -> None:
    reading = bench.reading()
    refused = bench.link.obey(replace(SELL, target_w=10**6), reading)
    assert len(refused) == 1
    assert "refused" in refused[0]
    bench.wait(0.5)
    said = bench.reading()
    assert (said.site_import_ma, said.reserve_bp, said.target_w) == (32_000, 4000, None)


def test_what_no_register_can_hold_is_a_refusal_too(bench: Bench) -> None:
    refused = bench.link.obey(replace(QUIET, reserve_bp=10**6), bench.reading())
    assert len(refused) == 1
    bench.wait(0.5)
    assert bench.reading().site_import_ma == 32_000


def test_who_is_released_follows_no_target_any_more(bench: Bench) -> None:
    bench.told(SELL)
    bench.link.release()
    bench.wait(1.0)
    assert bench.reading().target_w is None
    bench.link.release()
    bench.link.release()  # harmless


def test_a_silent_board_is_released_without_a_word(bench: Bench) -> None:
    bench.told(SELL)
    bench.cut = True
    bench.link.release()
