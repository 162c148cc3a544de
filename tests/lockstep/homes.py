"""A whole site with a gateway, played on MicroPython: outages and modes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from wattback import commands
from wattback.backup.readiness import WAIT_NAMES
from wattback.backup.steps import REFUSAL_NAMES, STATE_NAMES
from wattback.session import STATE_NAMES as SESSION_NAMES
from wattback.settings import SETTINGS
from wattback_sim.board import default_settings
from wattback_sim.faults import find_fault
from wattback_sim.parameters import Value
from wattback_sim.site import Site

HOME: dict[str, Value] = {
    "gateway.fitted": True,
    "forming.forms": True,
    "link.on": True,
    "vehicle.plugged": True,
    "vehicle.soc": 0.7,
}
SETTINGS_OF_HOME = {
    "gateway_fitted": 1,
    "backup_enabled": 1,
    "return_steady_s": 5,
    "export_permitted": 1,
    "export_enabled": 1,
    "enter_service_delay_s": 5,
    "enter_service_ramp_s": 1,
    "target_ramp_w_per_s": 5000,
    "restart_delay_s": 0,
    "restart_ramp_s": 0,
}
_NAMES = [row[0] for row in SETTINGS]


class Playing:
    """site: the world. refusals, states: of the backup, seen so far, in order."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.world = site.world
        self.refusals: list[str] = []
        self.states: list[str] = []
        site.watchers.append(self._watch)

    @property
    def now_s(self) -> float:
        """Since the start."""
        return self.site.clock.now_us / 1e6

    @property
    def state(self) -> str:
        """The step of the backup."""
        return STATE_NAMES[self.site.board.status("backup_state")]

    @property
    def session(self) -> str:
        """The state of the visit."""
        return SESSION_NAMES[self.site.board.status("session_state")]

    @property
    def not_ready(self) -> set[str]:
        """What would stop the next backup."""
        waits = self.site.board.status("backup_waits")
        return {name for bit, name in enumerate(WAIT_NAMES) if waits >> bit & 1}

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.site.run_until(self.site.clock.now_us + round(seconds * 1e6))

    def until(self, enough: Callable[[], bool], within_s: float) -> float:
        """Let time pass until something holds; how long that took, in seconds."""
        began_us = self.site.clock.now_us
        held = self.site.wait(enough, began_us + round(within_s * 1e6))
        assert held, f"not within {within_s} s: {self.state}, {self.session}, {self.refusals}"
        return (self.site.clock.now_us - began_us) / 1e6

    def until_state(self, state: str, within_s: float = 60.0) -> float:
        """Let time pass until the backup is in this step."""
        return self.until(lambda: self.state == state, within_s)

    def set(self, path: str, value: Value) -> None:
        """Change a parameter of the world."""
        self.site.change(path, value)

    def break_(self, part: str, kind: str, amount: float = 0.0) -> None:
        """Something breaks."""
        self.site.break_(find_fault(part, kind), amount)

    def mend(self, part: str, kind: str) -> None:
        """And is sound again."""
        self.site.mend(find_fault(part, kind))

    def setting(self, name: str, value: int) -> None:
        """Set a setting of run time."""
        code = commands.COMMAND_SET_SETTING
        assert self.site.board.command(code, _NAMES.index(name), value) == commands.ACCEPTED

    def lose_grid(self) -> None:
        """The utility is gone."""
        self.set("grid.voltage_pu", 0.0)

    def restore_grid(self) -> None:
        """And back."""
        self.set("grid.voltage_pu", 1.0)

    def _watch(self) -> None:
        board = self.site.board
        refusal = REFUSAL_NAMES[board.status("backup_refusal")]
        if refusal != "none" and refusal not in self.refusals:
            self.refusals.append(refusal)
        if not self.states or self.states[-1] != self.state:
            self.states.append(self.state)


@contextmanager
def home(
    parameters: Mapping[str, Value] | None = None,
    settings: Mapping[str, int] | None = None,
    runtime: str = "micropython",
) -> Iterator[Playing]:
    """A home whose vehicle charges; in the end every truth must have held."""
    values = default_settings() | SETTINGS_OF_HOME | dict(settings or {})
    site = Site(runtime, 1, HOME | dict(parameters or {}), values)
    try:
        playing = Playing(site)
        site.power_on()
        playing.run(12.0)
        yield playing
        assert not site.truths.broken, site.truths.violations
    finally:
        site.close()
