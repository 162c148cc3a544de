"""The house: what its meter says, and what the mode that its owner has chosen makes of it."""

import pytest

from tests.unit.linked_wall import settings_with
from wattback.gateway import STATE_COUNTER, STATE_SERVICE_W, Gateway
from wattback.house import OPERATING_NAMES, House, needs_meter
from wattback.limits import (
    FOR_EVER,
    NO_LIMIT_MA,
    OWNER_HARDWARE,
    OWNER_SERVICE,
    OWNER_SITE,
    SCOPE_GRID,
    Limits,
)
from wattback.settings import Settings

TICK_MS = 10
VOLTS = 240


class Meter:
    """A house with a service, whose meter says every 100 ms what flows through it.

    draws_w: the house, less what its roof gives. power_w: the vehicle's, positive out of it.
    """

    def __init__(self, mode: str, **changes: int) -> None:
        self.settings = Settings()
        values = settings_with(operating_mode=OPERATING_NAMES.index(mode), **changes)
        assert self.settings.load(values) == ""
        self.house = House()
        self.gateway = Gateway()
        self.draws_w = 0
        self.power_w = 0
        self.speaks = True
        self.news = 0
        self._passed_ms = 0

    def run(self, ms: int) -> None:
        for _ in range(ms // TICK_MS):
            self._passed_ms += TICK_MS
            if self.speaks and self._passed_ms % 100 == 0:
                inbox = self.gateway.inbox
                inbox[STATE_COUNTER] = self._passed_ms // 100 & 0xFFFF
                inbox[STATE_SERVICE_W] = self.power_w - self.draws_w
                self.gateway.inbox_full = 1
            self.gateway.sense(self.settings.gateway_timeout_ms, TICK_MS)
            self.news += self.house.sense(self.gateway, self.power_w, self.settings)

    def asks(self) -> int | None:
        """What the house asks for, in W, positive out of the vehicle."""
        return self.house.wish_w if self.house.wishes else None


def metered(mode: str, draws_w: int, power_w: int = 0, **changes: int) -> Meter:
    meter = Meter(mode, **changes)
    meter.draws_w = draws_w
    meter.power_w = power_w
    meter.run(500)
    return meter


def test_only_the_modes_that_go_by_the_meter_need_it() -> None:
    needing = {name for name in OPERATING_NAMES if needs_meter(Meter(name).settings)}
    assert needing == {"self_consumption", "peak_limit"}


@pytest.mark.parametrize("mode", ["charge", "event", "backup_only"])
@pytest.mark.parametrize("speaks", [True, False])
def test_the_other_modes_ask_for_nothing_and_limit_nothing(mode: str, speaks: bool) -> None:
    meter = metered(mode, 5_000, service_import_max_w=1_000)
    meter.speaks = speaks
    meter.run(20_000)
    assert meter.asks() is None
    assert (meter.house.import_ma, meter.house.export_ma) == (NO_LIMIT_MA, NO_LIMIT_MA)


# --- self-consumption ---


@pytest.mark.parametrize("power_w", [-4_000, 0, 3_000])
@pytest.mark.parametrize(
    ("draws_w", "asked_w"),
    [(3_000, 3_000), (-2_500, -2_500), (100, 100), (99, 0), (-99, 0), (-100, -100), (0, 0)],
)
def test_what_the_house_draws_or_gives_away_is_asked_of_the_vehicle_whatever_it_does_now(
    draws_w: int, asked_w: int, power_w: int
) -> None:
    assert metered("self_consumption", draws_w, power_w).asks() == asked_w


def test_a_state_that_cannot_be_is_a_house_of_100_kw() -> None:
    assert metered("self_consumption", 2**20).asks() == 100_000
    assert metered("self_consumption", -(2**20)).asks() == -100_000


# --- peak limit ---


@pytest.mark.parametrize(
    ("draws_w", "asked_w", "import_ma", "export_ma"),
    [
        (3_000, None, 2_000_000 // VOLTS, 5_000_000 // VOLTS),
        (5_000, None, 0, 7_000_000 // VOLTS),
        (5_001, None, 0, 7_001_000 // VOLTS),
        (6_000, 1_000, 0, 8_000_000 // VOLTS),
        (-2_000, None, 7_000_000 // VOLTS, 0),
        (-3_500, -1_500, 8_500_000 // VOLTS, 0),
        (90_000, 85_000, 0, 80_000),
    ],
)
def test_a_peak_limits_the_vehicle_by_what_the_house_leaves_and_asks_for_the_rest(
    draws_w: int, asked_w: int | None, import_ma: int, export_ma: int
) -> None:
    peaks = {"service_import_max_w": 5_000, "service_export_max_w": 2_000}
    meter = metered("peak_limit", draws_w, **peaks)
    assert meter.asks() == asked_w
    assert (meter.house.import_ma, meter.house.export_ma) == (import_ma, export_ma)


def test_a_peak_that_nobody_has_set_limits_nothing() -> None:
    for draws_w in (50_000, -50_000):
        meter = metered("peak_limit", draws_w)
        assert meter.asks() is None
        assert (meter.house.import_ma, meter.house.export_ma) == (NO_LIMIT_MA, NO_LIMIT_MA)


@pytest.mark.parametrize("asked", [0, 1])
@pytest.mark.parametrize(
    ("draws_w", "asked_w", "outweighed"),
    [
        (6_000, 999, 1),  # 1,000 W are needed of the vehicle
        (6_000, 1_000, 0),
        (6_000, 2_000, 0),
        (6_000, 0, 1),
        (6_000, -4_000, 1),
        (-3_500, -1_499, 1),  # and here it has to take 1,500 W
        (-3_500, -1_500, 0),
        (-3_500, -4_000, 0),
        (-3_500, 0, 1),
        (-3_500, 4_000, 1),
    ],
)
def test_a_peak_is_a_bound_on_whatever_is_asked_for(
    draws_w: int, asked_w: int, outweighed: int, asked: int
) -> None:
    peaks = {"service_import_max_w": 5_000, "service_export_max_w": 2_000}
    house = metered("peak_limit", draws_w, **peaks).house
    assert house.outweighs(asked_w, asked) == outweighed


@pytest.mark.parametrize("asked_w", [-5_000, 0, 5_000])
def test_self_consumption_counts_while_nobody_asks(asked_w: int) -> None:
    house = metered("self_consumption", 2_000).house
    assert [house.outweighs(asked_w, asked) for asked in (0, 1)] == [1, 0]


@pytest.mark.parametrize(
    ("site_ma", "service_ma", "alone"),
    [
        (NO_LIMIT_MA, 1_000, 1),
        (6_000, 1_000, 1),
        (5_999, 1_000, 0),
        (5_000, 5_999, 0),
        (0, 0, 0),  # of equals the site's comes first
        (NO_LIMIT_MA, 0, 1),
    ],
)
def test_a_house_holds_alone_where_nobody_else_leaves_less_than_6_a(
    site_ma: int, service_ma: int, alone: int
) -> None:
    limits = Limits()
    limits.set(OWNER_HARDWARE, 48_000, 48_000, FOR_EVER)
    limits.set(OWNER_SITE, site_ma, NO_LIMIT_MA, FOR_EVER)
    limits.set(OWNER_SERVICE, service_ma, NO_LIMIT_MA, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert House().holds_alone(limits) == alone


# --- a meter that says nothing ---


def test_a_house_that_was_never_heard_of_is_stale() -> None:
    meter = Meter("self_consumption")
    meter.speaks = False
    meter.run(100)
    assert meter.house.stale == 1


@pytest.mark.parametrize("timeout_ms", [300, 2_000, 10_000])
def test_a_silent_meter_is_stale_after_its_time_and_nothing_is_asked_of_it(
    timeout_ms: int,
) -> None:
    changes = {"house_meter_timeout_ms": timeout_ms, "gateway_timeout_ms": 5_000}
    meter = metered("self_consumption", 4_000, **changes)
    meter.speaks = False
    meter.run(timeout_ms - TICK_MS)
    assert (meter.house.stale, meter.asks()) == (0, 4_000)
    meter.run(TICK_MS)
    assert (meter.house.stale, meter.asks()) == (1, 0)
    meter.speaks = True
    meter.run(200)
    assert (meter.house.stale, meter.asks()) == (0, 4_000)


def test_without_a_meter_nothing_is_drawn_below_a_peak() -> None:
    meter = metered("peak_limit", 1_000, service_import_max_w=5_000)
    meter.speaks = False
    meter.run(3_000)
    assert (meter.house.import_ma, meter.asks()) == (0, None)


def test_a_counter_that_stands_still_is_silence() -> None:
    meter = metered("self_consumption", 4_000)
    for _ in range(300):
        meter.gateway.inbox_full = 1
        meter.speaks = False
        meter.run(TICK_MS)
    assert (meter.house.stale, meter.asks()) == (1, 0)


# --- when it is to be heeded ---


def test_it_is_told_with_every_state_and_every_change_of_the_mode_and_not_in_between() -> None:
    meter = metered("self_consumption", 4_000)
    meter.news = 0
    meter.run(1_000)
    assert meter.news == 10
    meter.news = 0
    meter.settings.operating_mode = OPERATING_NAMES.index("event")
    meter.run(TICK_MS)
    assert (meter.news, meter.asks()) == (1, None)
