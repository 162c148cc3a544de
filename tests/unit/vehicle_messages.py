"""Speaking to a Vehicle by hand: good messages, and ways that lead to each state of the link."""

from wattback.grid.categories import fitting
from wattback.settings import Settings
from wattback.vehicle import (
    INBOX_WORDS,
    LINK_ACCEPTED,
    LINK_AUTHORISED,
    LINK_IDENTIFIED,
    LINK_NONE,
    LINK_REFUSED,
    MESSAGE_LOOP,
    MESSAGE_PARAMETERS,
    MESSAGE_SETUP,
    MESSAGE_STOP,
    UNKNOWN,
    Vehicle,
)

TICK_MS = 10
VERSION = 4_711
SETTINGS = Settings()
SETUP: tuple[int, ...] = (MESSAGE_SETUP,)
PARAMETERS: tuple[int, ...] = (MESSAGE_PARAMETERS, 1, 3, 11_500, 9_600, 240_000, 2, 3)
LOOP: tuple[int, ...] = (MESSAGE_LOOP, VERSION, 8_000, 1_000, 20_000, 3_600, 1)
OTHER_SETTINGS = (MESSAGE_LOOP, VERSION + 1, 8_000, 1_000, 20_000, 3_600, 1)
STOP = (MESSAGE_STOP,)
FORGOTTEN = {
    "refusal": 0,
    "linked": 0,
    "soc_bp": UNKNOWN,
    "minimum_soc_bp": 0,
    "need_wh": 0,
    "departure_s": UNKNOWN,
    "charge_w": 0,
    "discharge_w": 0,
    "forms": 0,
    "forming": 0,
}


def hear(vehicle: Vehicle, *words: int) -> None:
    """One message, and the tick that takes it."""
    for index, word in enumerate((*words, *[0] * INBOX_WORDS)[:INBOX_WORDS]):
        vehicle.inbox[index] = word
    vehicle.inbox_full = 1
    vehicle.sense(1, SETTINGS, TICK_MS)
    assert not vehicle.inbox_full


def wait(vehicle: Vehicle, ms: int, dt_ms: int = TICK_MS) -> None:
    for _ in range(ms // dt_ms):
        vehicle.sense(1, SETTINGS, dt_ms)


def after(*messages: tuple[int, ...]) -> Vehicle:
    vehicle = Vehicle()
    vehicle.settings_version = VERSION
    vehicle.fitting = fitting(SETTINGS)
    for message in messages:
        hear(vehicle, *message)
    return vehicle


WAYS: dict[int, tuple[tuple[int, ...], ...]] = {
    LINK_NONE: (),
    LINK_IDENTIFIED: (SETUP,),
    LINK_REFUSED: (SETUP, (MESSAGE_PARAMETERS, 0, 3, 11_500, 9_600, 240_000, 2), LOOP),
    LINK_ACCEPTED: (SETUP, PARAMETERS),
    LINK_AUTHORISED: (SETUP, PARAMETERS, LOOP),
}


def forgotten(vehicle: Vehicle) -> dict[str, int]:
    return {name: getattr(vehicle, name) for name in FORGOTTEN}
