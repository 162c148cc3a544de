"""Limit slots: the smallest active one counts, and everyone knows whose it is."""

from itertools import permutations, product

import pytest

from wattback.limits import (
    FOR_EVER,
    HIGHEST_LIMIT_MA,
    LONGEST_S,
    MODE_GRID,
    MODE_NAMES,
    NO_LIMIT_MA,
    OWNER_BREAKER,
    OWNER_DRIVER,
    OWNER_HARDWARE,
    OWNER_NAMES,
    OWNER_SITE,
    SCOPE_BOTH,
    SCOPE_GRID,
    SCOPE_ISLAND,
    Limits,
)

OWNERS = range(len(OWNER_NAMES))
NONE = NO_LIMIT_MA
AWAY = ["hardware", "breaker", "thermal", "cable", "technician", "vehicle"]  # from the grid


def limits_with(*import_ma: int) -> Limits:
    """One import limit an owner, in table order; export is left free but for the hardware's."""
    limits = Limits()
    for owner, ma in enumerate(import_ma):
        limits.set(owner, ma, 80_000 if owner == OWNER_HARDWARE else NONE, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    return limits


def test_before_the_settings_nothing_is_allowed() -> None:
    limits = Limits()
    for _ in range(2):
        assert (limits.import_ma, limits.export_ma) == (0, 0)
        assert (limits.import_owner, limits.export_owner) == (OWNER_HARDWARE, OWNER_HARDWARE)
        limits.settle(SCOPE_GRID, 1)


def test_before_the_settings_nobody_can_allow_anything() -> None:
    limits = Limits()
    for owner in range(OWNER_BREAKER, len(OWNER_NAMES)):
        limits.set(owner, 80_000, 80_000, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma) == (0, 0)


@pytest.mark.parametrize("order", [*permutations((10_000, 20_000, 30_000, 40_000))])
def test_the_smallest_slot_wins_and_its_owner_is_named(order: tuple[int, ...]) -> None:
    limits = limits_with(*order)
    assert limits.import_ma == 10_000
    assert limits.import_owner == order.index(10_000)


def test_every_mixture_of_none_zero_small_and_large_gives_the_smallest() -> None:
    for said in product((NONE, 0, 6_000, 48_000), repeat=3):
        limits = limits_with(48_000, *said)
        values = [ma for ma in (48_000, *said) if ma != NONE]
        assert limits.import_ma == min(values), said
        assert limits.import_owner == (48_000, *said).index(min(values)), said


def test_of_equal_limits_the_first_owner_of_the_table_is_named() -> None:
    assert limits_with(16_000, 16_000, 16_000, 16_000).import_owner == OWNER_HARDWARE
    assert limits_with(32_000, 16_000, 16_000, 16_000).import_owner == OWNER_BREAKER
    assert limits_with(32_000, 32_000, 16_000, 16_000).import_owner == OWNER_SITE
    limits = limits_with(48_000)
    for owner in OWNERS:
        limits.set(owner, NONE, 16_000, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert limits.export_owner == OWNER_HARDWARE


def test_zero_is_zero_and_not_the_absence_of_a_limit() -> None:
    limits = limits_with(48_000, 48_000, 0, NONE)
    assert (limits.import_ma, limits.import_owner) == (0, OWNER_SITE)
    limits = limits_with(48_000, 48_000, NONE, 0)
    assert (limits.import_ma, limits.import_owner) == (0, OWNER_DRIVER)


def test_no_limit_frees_nothing_that_others_restrict() -> None:
    assert limits_with(48_000, 40_000, NONE, NONE).import_ma == 40_000


def test_import_and_export_are_kept_apart() -> None:
    limits = limits_with(48_000, 40_000)
    limits.set(OWNER_SITE, 10_000, NONE, FOR_EVER)
    limits.set(OWNER_DRIVER, NONE, 5_000, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.import_owner) == (10_000, OWNER_SITE)
    assert (limits.export_ma, limits.export_owner) == (5_000, OWNER_DRIVER)


def test_a_changed_slot_counts_from_the_next_settling() -> None:
    limits = limits_with(48_000, 40_000)
    limits.set(OWNER_SITE, 20_000, 0, FOR_EVER)
    assert limits.import_ma == 40_000
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma) == (20_000, 0)


@pytest.mark.parametrize("dt_ms", [1, 10, 1000])
def test_an_expired_limit_falls_back_to_its_failsafe(dt_ms: int) -> None:
    limits = limits_with(48_000, 48_000)
    limits.set_failsafe(OWNER_SITE, 6_000, 0)
    limits.set(OWNER_SITE, 32_000, 32_000, 30_000)
    for _ in range(30_000 // dt_ms):
        limits.settle(SCOPE_GRID, 1)
        assert (limits.import_ma, limits.export_ma) == (32_000, 32_000)
        limits.age(dt_ms)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.import_owner) == (6_000, OWNER_SITE)
    assert (limits.export_ma, limits.export_owner) == (0, OWNER_SITE)


def test_a_failsafe_counts_before_its_owner_has_ever_spoken() -> None:
    limits = limits_with(48_000, 48_000)
    limits.set_failsafe(OWNER_SITE, 10_000, 0)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma) == (10_000, 0)


def test_a_refreshed_limit_does_not_expire() -> None:
    limits = limits_with(48_000, 48_000)
    limits.set_failsafe(OWNER_SITE, 0, 0)
    for _ in range(100):
        limits.set(OWNER_SITE, 32_000, 32_000, 10_000)
        for _ in range(9):
            limits.age(1_000)
            limits.settle(SCOPE_GRID, 1)
            assert limits.import_ma == 32_000


def test_a_limit_for_ever_never_expires() -> None:
    limits = limits_with(48_000, 48_000, 16_000)
    for _ in range(100_000):
        limits.age(1_000)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 16_000


def test_a_fallen_back_limit_stays_there() -> None:
    limits = limits_with(48_000, 48_000)
    limits.set_failsafe(OWNER_SITE, 6_000, 6_000)
    limits.set(OWNER_SITE, 32_000, 32_000, 1_000)
    for _ in range(1_000):
        limits.age(1_000)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 6_000


def test_a_limit_that_lasts_for_no_time_is_not_one_for_ever() -> None:
    limits = limits_with(48_000)
    limits.set(OWNER_SITE, 6_000, 6_000, 0)
    limits.age(10)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 48_000


def test_ends_need_to_be_looked_for_only_while_some_slot_has_one() -> None:
    limits = limits_with(48_000, 48_000, 16_000)
    assert limits.expiring == 0
    limits.set(OWNER_DRIVER, 10_000, 10_000, 20)
    for passed_ms in (0, 10, 20):
        assert limits.expiring == 1, passed_ms
        limits.age(10)
    assert limits.expiring == 0


def test_what_has_not_changed_is_not_settled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = limits_with(48_000)
    found: list[int] = []
    monkeypatch.setattr(limits, "_find_effective", lambda: found.append(1))
    limits.set(OWNER_SITE, 10_000, NONE, FOR_EVER)
    for _ in range(100):
        limits.settle(SCOPE_GRID, 1)
        limits.set(OWNER_SITE, 10_000, NONE, FOR_EVER)  # said again, and no other
    assert found == [1]


def test_what_the_driver_set_ends_with_the_visit_and_nothing_else_does() -> None:
    limits = limits_with(48_000, 40_000, 30_000, 10_000)
    assert limits.import_ma == 10_000
    limits.settle(SCOPE_GRID, 0)
    assert (limits.import_ma, limits.import_owner) == (30_000, OWNER_SITE)


@pytest.mark.parametrize("ticks_before", [0, 1])
def test_what_the_driver_sets_before_plugging_in_counts_for_the_coming_visit(
    ticks_before: int,
) -> None:
    limits = Limits()
    limits.set(OWNER_HARDWARE, 48_000, 48_000, FOR_EVER)
    for _ in range(ticks_before):
        limits.settle(SCOPE_GRID, 0)
    limits.set(OWNER_DRIVER, 10_000, NONE, FOR_EVER)
    limits.settle(SCOPE_GRID, 0)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 10_000


@pytest.mark.parametrize("owner", OWNERS, ids=OWNER_NAMES)
def test_away_from_the_grid_counts_only_what_protects_the_unit_and_its_wiring(owner: int) -> None:
    limits = limits_with(48_000)
    limits.set(owner, 10_000, 9_000, FOR_EVER)
    limits.settle(SCOPE_ISLAND, 1)
    if OWNER_NAMES[owner] in AWAY:
        assert (limits.import_ma, limits.import_owner) == (10_000, owner)
        assert (limits.export_ma, limits.export_owner) == (9_000, owner)
    else:
        assert (limits.import_ma, limits.import_owner) == (48_000, OWNER_HARDWARE)
        assert (limits.export_ma, limits.export_owner) == (80_000, OWNER_HARDWARE)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.import_owner) == (10_000, owner)
    assert (limits.export_ma, limits.export_owner) == (9_000, owner)


def test_the_scopes_are_sets_of_modes() -> None:
    assert SCOPE_GRID | SCOPE_ISLAND == SCOPE_BOTH
    assert SCOPE_GRID & SCOPE_ISLAND == 0


def test_a_limit_set_while_islanded_counts_on_return_to_the_grid() -> None:
    limits = limits_with(48_000, 40_000)
    limits.settle(SCOPE_ISLAND, 1)
    limits.set(OWNER_SITE, 8_000, 8_000, FOR_EVER)
    limits.settle(SCOPE_ISLAND, 1)
    assert limits.import_ma == 40_000
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 8_000


def test_the_mode_has_its_name() -> None:
    assert MODE_NAMES[MODE_GRID] == "grid"


@pytest.mark.parametrize(
    ("said", "restricts"), [((NONE, NONE), 0), ((0, NONE), 1), ((NONE, 0), 1), ((6_000, 0), 1)]
)
def test_a_slot_counts_within_its_scope_once_it_restricts_anything(
    said: tuple[int, int], restricts: int
) -> None:
    for slot in Limits().slots[1:]:
        assert slot.counts == 0
        slot.set(*said, FOR_EVER)
        assert slot.counts == (slot.scope if restricts else 0)


def test_the_slots_are_those_of_the_owners_in_their_order() -> None:
    slots = Limits().slots
    assert [slot.owner for slot in slots] == list(OWNERS)
    assert OWNER_NAMES == (
        "hardware",
        "breaker",
        "site",
        "driver",
        "capacity",
        "programme",
        "thermal",
        "cable",
        "restart",
        "technician",
        "vehicle",
        "service",
    )
    assert [slot.owner for slot in slots if slot.clears_on_unplug] == [OWNER_DRIVER]
    away = [OWNER_NAMES[slot.owner] for slot in slots if slot.scope == SCOPE_BOTH]
    assert away == AWAY
    assert all(slot.scope in (SCOPE_GRID, SCOPE_BOTH) for slot in slots)


@pytest.mark.covers("1.2 range of offers")
def test_the_highest_limit_is_the_largest_current_a_pilot_can_offer() -> None:
    assert HIGHEST_LIMIT_MA == 80_000


def test_an_expiry_is_at_most_a_day_away() -> None:
    assert LONGEST_S == 24 * 60 * 60


def test_even_if_nobody_restricted_anything_the_limit_would_be_a_small_integer() -> None:
    limits = Limits()
    limits.set(OWNER_HARDWARE, NONE, NONE, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert HIGHEST_LIMIT_MA < limits.import_ma < 1 << 30
    assert HIGHEST_LIMIT_MA < limits.export_ma < 1 << 30
