"""Readiness: what would stop a backup, found while there is no outage yet.

Bits for people and programmes: a home that finds out in the dark that its contacts lie has found
out too late.
"""

from micropython import const

from wattback.gateway import (
    STATE_ANGLE_DECIDEG,
    STATE_AUXILIARY_MV,
    STATE_TRANSFORMER_OK,
    SWITCH_CLOSED,
    Gateway,
)
from wattback.settings import Settings
from wattback.vehicle import Vehicle

WAIT_DISABLED = const(1)
WAIT_BACKFED = const(2)  # latched, until a reset on site
WAIT_GATEWAY = const(4)  # silent
WAIT_CONTACTS = const(8)  # the switch is not closed by both of its contacts
WAIT_SENSING = const(16)  # the two sides of the closed switch, or our own sensors, differ
WAIT_TRANSFORMER = const(32)
WAIT_AUXILIARY = const(64)  # its supply would not last
WAIT_FAULT = const(128)
WAIT_VEHICLE = const(256)  # none is there
WAIT_LINK = const(512)
WAIT_FORMING = const(1024)  # it cannot be the source of an island
WAIT_RESERVE = const(2048)
WAIT_LIMIT = const(4096)  # nothing may flow out
WAIT_RESERVE_NEAR = const(8192)  # told in an island alone
WAIT_NAMES = (
    "disabled",
    "backfed",
    "gateway",
    "switch_contacts",
    "sensing",
    "transformer",
    "auxiliary",
    "fault",
    "vehicle",
    "vehicle_link",
    "vehicle_forming",
    "reserve",
    "limit",
    "reserve_near",
)

# Two sensors of one voltage, and its phase on both sides of closed contacts (this design's).
_SAME_PARTS = const(10)
_SAME_DECIDEG = const(100)
_AUXILIARY_MV = const(20000)  # of 24 V (this design's)
RESERVE_BAND_BP = const(100)  # above the reserve before an island may begin (this design's)


def readiness(  # type: ignore[no-untyped-def]
    gateway: Gateway, vehicle: Vehicle, inputs, connected: int, faulty: int, settings: Settings
) -> int:
    """WAIT bits; 0 when nothing speaks against a backup. faulty: a row that stops is latched."""
    waits = 0
    if not settings.backup_enabled:
        waits |= WAIT_DISABLED
    if not gateway.fresh:
        waits |= WAIT_GATEWAY
    else:
        state = gateway.state
        if gateway.switch != SWITCH_CLOSED:
            waits |= WAIT_CONTACTS
        own_mv = inputs.voltage_l1_mv + inputs.voltage_l2_mv
        near_mv = own_mv // _SAME_PARTS
        if (
            abs(gateway.home_line_mv - own_mv) > near_mv
            or abs(gateway.grid_line_mv - own_mv) > near_mv
            or abs(state[STATE_ANGLE_DECIDEG]) > _SAME_DECIDEG
        ):
            waits |= WAIT_SENSING
        if not state[STATE_TRANSFORMER_OK] and not settings.single_phase:
            waits |= WAIT_TRANSFORMER
        if state[STATE_AUXILIARY_MV] < _AUXILIARY_MV:
            waits |= WAIT_AUXILIARY
    if faulty:
        waits |= WAIT_FAULT
    if not connected:
        waits |= WAIT_VEHICLE
    elif not vehicle.linked:
        waits |= WAIT_LINK
    else:
        if not vehicle.forms:
            waits |= WAIT_FORMING
        if is_low(vehicle, settings):
            waits |= WAIT_RESERVE
    return waits


def is_low(vehicle: Vehicle, settings: Settings) -> bool:
    """Too little is left above the reserve for an island to begin."""
    reserve_bp = max(settings.backup_reserve_bp, vehicle.minimum_soc_bp)
    return vehicle.soc_bp <= reserve_bp + RESERVE_BAND_BP
