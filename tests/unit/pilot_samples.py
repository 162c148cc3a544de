"""Feeding a Pilot by hand: nominal levels, and samples of a given spacing."""

from wattback.pilot import DUTY_F, DUTY_STEADY, Pilot

# Nominal high level of each state, mV, in the order A to F (evse.md 1.1).
LEVELS_MV = {"A": 12_000, "B": 9_000, "C": 6_000, "D": 3_000, "E": 0, "F": -12_000}
# What each state's high level may be at the least and at the most (evse.md 1.1).
BANDS_MV = {
    "A": (11_400, 12_600),
    "B": (8_360, 9_560),
    "C": (5_480, 6_490),
    "D": (2_620, 3_250),
    "F": (-12_600, -11_400),
}
STATES = "ABCDEF"
GOOD_LOW_MV = -12_000
SHORTED_LOW_MV = -8_000  # the low half that a vehicle without its diode leaves
TICK_MS = 10


def feed(pilot: Pilot, level: str, ms: int, low_mv: int = GOOD_LOW_MV) -> None:
    """Samples of one level for so many ms, one each tick; the low half good unless said."""
    for _ in range(ms // TICK_MS):
        pilot.sense(LEVELS_MV[level], low_mv, TICK_MS)


def ms_until_state(pilot: Pilot, level: str, state: str, dt_ms: int = TICK_MS) -> int:
    """Time from the first sample of `level` until the pilot says `state`."""
    for count in range(10_000):
        pilot.sense(LEVELS_MV[level], GOOD_LOW_MV, dt_ms)
        if STATES[pilot.state] == state:
            return count * dt_ms
    raise AssertionError(f"never became {state}, stayed {STATES[pilot.state]}")


def pilot_in(state: str, offer_ma: int = 0) -> Pilot:
    """A pilot that has settled in `state`, driving +12 V (F in state F), or offering by PWM."""
    pilot = Pilot()
    pilot.withdraw(DUTY_F if state == "F" else DUTY_STEADY)
    feed(pilot, state, 600)
    if offer_ma:
        pilot.offer(offer_ma, 0)
        feed(pilot, state, 200)
    assert STATES[pilot.state] == state
    return pilot
