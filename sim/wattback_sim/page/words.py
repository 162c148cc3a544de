"""Words for people: how the page says a power, a current, an energy, a duration, a state.

The trace counts positive what flows out of the vehicle. People never meet that sign: they read
*charging* and *discharging*. Everything that the page says about a cell of the trace is said here,
so that lanes, summary and readout use the same words.
"""

import re

IDLE_BELOW_W = (
    100  # what a parked vehicle or a sensor's noise may show; real charging starts at 720 W
)

CHARGING = "charging"
DISCHARGING = "discharging"
IDLE = "idle"
# In an island the vehicle is the only source of the home, and what flows in the roof has given.
INTO_THE_GRID = "into the grid"  # discharging, where there is an island as well
FEEDING = "feeding the home"
STORING = "charging from the roof"

_NO_BREAK = "\N{NO-BREAK SPACE}"

NO_LIMIT_MA = -1
STEADY_HIGH_BP = 10_000  # pilot held at +12 V
STEADY_LOW_BP = 0  # pilot held at -12 V

# What each pilot state tells, in the fewest words that are still true.
PILOT_MEANINGS = {
    "A": "no vehicle",
    "B": "vehicle connected",
    "C": "vehicle ready for energy",
    "D": "vehicle ready, needs ventilation",
    "E": "pilot without voltage",
    "F": "connector not available",
}

ON_THE_GRID = "grid"  # of backup_state
# The steps of a backup, as few as a visitor tells apart.
HOME_PHASES = {
    ON_THE_GRID: "on the grid",
    "contactor_open": "cut off",
    "switch_open": "cut off",
    "home_dead": "dark",
    "vehicle_ready": "dark",
    "contactor_closed": "dark",
    "voltage_ramp": "island",
    "legs_in_window": "island",
    "load_steps": "island",
    "island": "island",
    "synchronise": "rejoining",
    "switch_close": "rejoining",
    "grid_following": "rejoining",
    "stop_forming": "rejoining",
    "home_dead_again": "dark",
    "reconnect": "rejoining",
    "dark": "dark",
    "latched": "locked",
}


def direction_of(power_w: float, islanded: bool = False) -> str:
    """Which way energy flows, as a word."""
    if power_w >= IDLE_BELOW_W:
        return FEEDING if islanded else DISCHARGING
    if power_w > -IDLE_BELOW_W:
        return IDLE
    return STORING if islanded else CHARGING


def offered_ma(duty_bp: int) -> int:
    """The current that this duty offers to the vehicle (relation of SAE J1772); 0: none."""
    if 1000 <= duty_bp <= 8500:
        return duty_bp * 6
    if 8500 < duty_bp <= 9600:
        return (duty_bp - 6400) * 25
    return 0


def watts(power_w: float) -> str:
    """A magnitude: "11.5 kW", "850 W"."""
    size_w = abs(power_w)
    return f"{size_w / 1000:.1f} kW" if size_w >= 1000 else f"{size_w:.0f} W"


def power_words(power_w: float, islanded: bool = False) -> str:
    """ "charging 11.5 kW", "discharging 850 W", "idle"; in an island "feeding the home 2.9 kW"."""
    direction = direction_of(power_w, islanded)
    return direction if direction == IDLE else f"{direction} {watts(power_w)}"


def amps(current_ma: float) -> str:
    """A magnitude: "47.9 A"."""
    return f"{abs(current_ma) / 1000:.1f} A"


def current_words(current_ma: float, islanded: bool = False) -> str:
    """ "charging 47.9 A"; below a quarter of an ampere there is nothing to name."""
    if abs(current_ma) < 250:
        return "0.0 A"
    inward, outward = (STORING, FEEDING) if islanded else (CHARGING, DISCHARGING)
    return f"{inward if current_ma < 0 else outward} {amps(current_ma)}"


def limit_words(limit_ma: str, owner: str) -> str:
    """ "48.0 A (breaker)", "no limit". Both as the trace writes them."""
    if int(limit_ma or NO_LIMIT_MA) == NO_LIMIT_MA:
        return "no limit"
    return f"{amps(int(limit_ma))} ({plain(owner)})" if owner else amps(int(limit_ma))


def home_words(state: str) -> str:
    """What became of the home at this step of a backup: "dark: vehicle ready", "island"."""
    phase = HOME_PHASES.get(state, plain(state))
    if state == ON_THE_GRID or phase == plain(state):
        return phase
    return f"{phase}: {plain(state)}"


def duty_words(duty_bp: int) -> str:
    """What the pilot says with this duty."""
    if duty_bp >= STEADY_HIGH_BP:
        return "steady +12 V, no offer"
    if duty_bp <= STEADY_LOW_BP:
        return "steady \N{MINUS SIGN}12 V, not available"
    offer_ma = offered_ma(duty_bp)
    return (
        f"{percent(duty_bp)} = {amps(offer_ma) + ' offered' if offer_ma else 'no offer by duty'}"
    )


def energy(energy_wh: float) -> str:
    """ "9.84 kWh", "420 Wh"."""
    return f"{energy_wh / 1000:.2f} kWh" if energy_wh >= 1000 else f"{energy_wh:.0f} Wh"


def percent(basis_points: float) -> str:
    """ "57.1 %"."""
    return f"{basis_points / 100:.1f} %"


def volts(millivolts: float) -> str:
    """ "120.4 V"."""
    return f"{millivolts / 1000:.1f} V"


def duration(span_ms: float) -> str:
    """ "1 h 05 min", "54 min", "40 s", "0.3 s"."""
    if span_ms < 10_000:
        return f"{span_ms / 1000:.1f} s"
    seconds = round(span_ms / 1000)
    if seconds < 90:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def unbroken(text: str) -> str:
    """The text with units tied to their numbers, so that no line ends between "20.0" and "A"."""
    return re.sub(r"(?<=\d) (?=(?:[kM]?Wh?|k?V|k?var|m?A|Hz|%|h|min|s|ms)\b|%)", _NO_BREAK, text)


def plain(name: str) -> str:
    """A name from a table of the firmware, as words: "s2_opened" is "s2 opened"."""
    return name.replace("_", " ")


def fault_names(cell: str) -> str:
    """The faults column in words; names are joined by semicolons in the trace."""
    return ", ".join(plain(name) for name in cell.split(";") if name)
