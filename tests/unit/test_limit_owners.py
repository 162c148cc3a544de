"""Owners that fall silent or pause, and those that restrict like any other: utility and unit."""

import pytest

from wattback.limits import (
    FOR_EVER,
    NO_LIMIT_MA,
    OWNER_CABLE,
    OWNER_CAPACITY,
    OWNER_DRIVER,
    OWNER_HARDWARE,
    OWNER_NAMES,
    OWNER_PROGRAMME,
    OWNER_RESTART,
    OWNER_SITE,
    OWNER_TECHNICIAN,
    OWNER_THERMAL,
    OWNER_VEHICLE,
    SCOPE_GRID,
    Limits,
)

OWNERS = range(len(OWNER_NAMES))
NONE = NO_LIMIT_MA


def limits_with(*import_ma: int) -> Limits:
    """One import limit an owner, in table order; export is left free but for the hardware's."""
    limits = Limits()
    for owner, ma in enumerate(import_ma):
        limits.set(owner, ma, 80_000 if owner == OWNER_HARDWARE else NONE, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    return limits


# --- a silent owner ---


def site_limited(import_ma: int, failsafe_ma: int) -> Limits:
    limits = limits_with(48_000, 48_000)
    limits.set_failsafe(OWNER_SITE, failsafe_ma, failsafe_ma)
    limits.set(OWNER_SITE, import_ma, import_ma, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    return limits


@pytest.mark.parametrize(
    ("failsafe_ma", "left"),
    [(NONE, (48_000, 80_000)), (0, (0, 0)), (6_000, (6_000, 6_000)), (40_000, (40_000, 40_000))],
)
def test_a_suspended_slot_counts_for_its_failsafe_and_then_again_for_what_was_set(
    failsafe_ma: int, left: tuple[int, int]
) -> None:
    limits = site_limited(16_000, failsafe_ma)
    for _ in range(2):
        assert (limits.import_ma, limits.export_ma) == (16_000, 16_000)
        limits.suspend(OWNER_SITE, 1)
        limits.settle(SCOPE_GRID, 1)
        assert (limits.import_ma, limits.export_ma) == left
        limits.suspend(OWNER_SITE, 0)
        limits.settle(SCOPE_GRID, 1)


def test_what_a_suspended_owner_set_still_expires() -> None:
    limits = site_limited(16_000, 6_000)
    limits.set(OWNER_SITE, 20_000, 20_000, 10_000)
    limits.suspend(OWNER_SITE, 1)
    for _ in range(10):
        limits.age(1_000)
    limits.suspend(OWNER_SITE, 0)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 6_000


def test_what_is_set_while_suspended_counts_afterwards() -> None:
    limits = site_limited(16_000, 6_000)
    limits.suspend(OWNER_SITE, 1)
    limits.set(OWNER_SITE, 10_000, 10_000, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 6_000
    limits.suspend(OWNER_SITE, 0)
    limits.settle(SCOPE_GRID, 1)
    assert limits.import_ma == 10_000


# --- a pause ---


@pytest.mark.parametrize("owner", OWNERS, ids=OWNER_NAMES)
def test_a_paused_owner_is_named_and_its_slot_is_0_a_both_ways(owner: int) -> None:
    limits = limits_with(48_000)
    for _ in range(2):
        limits.settle(SCOPE_GRID, 1)
        assert (limits.import_ma, limits.export_ma, limits.paused) == (48_000, 80_000, 0)
        limits.pause(owner, 1)
        limits.settle(SCOPE_GRID, 1)
        assert (limits.import_ma, limits.export_ma, limits.paused) == (0, 0, 1 << owner)
        assert (limits.import_owner, limits.export_owner) == (owner, owner)
        limits.pause(owner, 0)


def test_one_pause_ends_without_the_others() -> None:
    limits = limits_with(48_000)
    limits.pause(OWNER_SITE, 1)
    limits.pause(OWNER_TECHNICIAN, 1)
    assert limits.paused == 1 << OWNER_SITE | 1 << OWNER_TECHNICIAN
    limits.pause(OWNER_SITE, 0)
    assert limits.paused == 1 << OWNER_TECHNICIAN
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.import_owner) == (0, OWNER_TECHNICIAN)


def test_a_silent_owners_pause_is_none_until_it_speaks_again() -> None:
    limits = site_limited(16_000, 6_000)
    limits.pause(OWNER_SITE, 1)
    for silent, import_ma, paused in ((1, 6_000, 0), (0, 0, 1 << OWNER_SITE)):
        limits.suspend(OWNER_SITE, silent)
        limits.settle(SCOPE_GRID, 1)
        assert (limits.import_ma, limits.paused) == (import_ma, paused)


def test_an_owner_that_falls_silent_without_a_pause_has_paused_nothing() -> None:
    limits = site_limited(16_000, 6_000)
    limits.suspend(OWNER_SITE, 1)
    assert limits.paused == 0


def test_a_drivers_pause_ends_with_the_visit_and_the_technicians_does_not() -> None:
    limits = limits_with(48_000)
    limits.pause(OWNER_DRIVER, 1)
    limits.pause(OWNER_TECHNICIAN, 1)
    limits.settle(SCOPE_GRID, 0)
    assert limits.paused == 1 << OWNER_TECHNICIAN


# --- the utility ---


@pytest.mark.parametrize("owner", [OWNER_CAPACITY, OWNER_PROGRAMME])
def test_the_utility_restricts_like_any_other_owner(owner: int) -> None:
    limits = limits_with(48_000, 48_000)
    limits.set(owner, NONE, 0, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.export_ma, limits.export_owner) == (48_000, 0, owner)
    limits.settle(SCOPE_GRID, 0)
    limits.settle(SCOPE_GRID, 1)
    assert limits.export_ma == 0


# --- the unit's own reasons ---

OWN = (OWNER_THERMAL, OWNER_CABLE, OWNER_RESTART, OWNER_TECHNICIAN, OWNER_VEHICLE)
EACH_OWN = pytest.mark.parametrize("owner", OWN, ids=[OWNER_NAMES[owner] for owner in OWN])


@EACH_OWN
def test_the_units_own_reasons_restrict_like_any_other_owner(owner: int) -> None:
    limits = limits_with(48_000, 40_000, 32_000)
    for ma in (0, 6_000, 31_999):
        limits.set(owner, ma, ma, FOR_EVER)
        limits.settle(SCOPE_GRID, 1)
        assert (limits.import_ma, limits.import_owner) == (ma, owner)
        assert (limits.export_ma, limits.export_owner) == (ma, owner)
    limits.set(owner, NONE, NONE, FOR_EVER)
    limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.import_owner) == (32_000, OWNER_SITE)
    assert (limits.export_ma, limits.export_owner) == (80_000, OWNER_HARDWARE)


@EACH_OWN
def test_the_units_own_reasons_outlast_the_visit(owner: int) -> None:
    limits = limits_with(48_000)
    limits.set(owner, 10_000, NONE, FOR_EVER)
    for connected in (1, 0, 1):
        limits.settle(SCOPE_GRID, connected)
        assert (limits.import_ma, limits.import_owner) == (10_000, owner)


def test_of_equal_limits_the_owners_before_are_named_and_not_the_units_own_reasons() -> None:
    limits = limits_with(*[16_000] * len(OWNER_NAMES))
    for owner in OWNERS[:-1]:
        assert limits.import_owner == owner
        limits.set(owner, NONE if owner else 48_000, NONE, FOR_EVER)
        limits.settle(SCOPE_GRID, 1)
    assert (limits.import_ma, limits.import_owner) == (16_000, OWNERS[-1])
