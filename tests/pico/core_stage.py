"""Where the recorded evening is played: its world, its settings, and what people do in it.

`core_evening.py` and `core_safety.py` are the play. The proofs say what a phase is there to show.
"""

from __future__ import annotations

from tests.pico.recorder import Proof, Recorder
from wattback.commands import (
    COMMAND_ADOPT,
    COMMAND_HEARTBEAT,
    COMMAND_RESET_FAULTS,
    COMMAND_SET_LIMIT,
    COMMAND_SET_SETTING,
    COMMAND_SET_TARGET,
    COMMAND_SET_TIME,
)
from wattback.connector import Connector
from wattback.limits import OWNER_SITE
from wattback.proximity import IEC_CABLE
from wattback.retained import INTERRUPTED
from wattback.session import BOOT
from wattback.settings import SETTINGS
from wattback.targets import OWNER_SITE as TARGET_OF_SITE
from wattback.turns import SLOW_PARTS
from wattback_sim.faults import find_fault

# A vehicle without patience and steep ramps keep the evening short; the firmware's work does not
# depend on it. Its inverter feeds on when its link is silent, so that the connector has to act.
_PARAMETERS = {
    "vehicle.start_s": 0.05,
    "vehicle.response_s": 0.0,
    "vehicle.stop_s": 0.3,
    "vehicle.ramp_a_per_s": 400.0,
    "inverter.response_s": 0.0,
    "inverter.ramp_kw_per_s": 1000.0,
    "inverter.ceases": False,
    "installation.proximity_ohm": 100.0,
}
# The dearest there is to judge, and little to wait for.
_SETTINGS = {
    "enter_service_delay_s": 2,
    "enter_service_ramp_s": 2,
    "export_permitted": 1,
    "export_enabled": 1,
    "target_ramp_w_per_s": 20000,
    "vehicle_link_timeout_ms": 1000,
    "permission_excess_ms": 1700,
    "proximity_profile": IEC_CABLE,
    "restart_delay_s": 0,
    "restart_ramp_s": 3,
    "wake_after_s": 5,
}
_SETTING_NAMES = [row[0] for row in SETTINGS]
_KEPT = {INTERRUPTED: 1}  # the power went in the middle of a visit

TARGET_W = 7000

Broken = tuple[str, str, float]  # part, kind and amount


class Stage:
    """recorder: holds the phases so far. world: that it plays in."""

    def __init__(self, seed: int) -> None:
        self.recorder = Recorder(seed, _PARAMETERS, _SETTINGS, _KEPT)
        self.world = self.recorder.world
        self.phase = self.recorder.phase
        self.run_s = self.recorder.run_s
        self.until = self.recorder.until
        self.until_session = self.recorder.until_session

    def charge_again(self, for_s: float = 1.0) -> None:
        """Somebody plugs in; let energy flow for so long."""
        self.world.vehicle.plug_in()
        self.until_session("charging")
        self.run_s(for_s)

    def feed_again(self) -> None:
        """The vehicle's link begins anew, and energy flows out."""
        self.run_s(2)
        self.recorder.say_setup()
        self.run_s(0.02)
        self.recorder.say_parameters()
        self.run_s(0.02)
        self.recorder.say_loop()
        self.until_session("discharging")
        self.run_s(3)

    def leave(self) -> None:
        """The driver leaves; nothing keeps the connector from being idle."""
        self.recorder.unplug()
        self.until_session("idle")

    def say_all(self) -> None:
        """A message of the link, and a command of each kind."""
        self.recorder.say_loop()
        self.limit_a(47)
        self.aim()
        self.set("export_max_w", 19000)
        self.beat(1)
        self.recorder.command(COMMAND_SET_TIME, 20494, 64800)
        self.reset()
        self.adopt()

    def aim(self) -> None:
        """The site asks for an export."""
        self.recorder.command(COMMAND_SET_TARGET, TARGET_OF_SITE, 1, TARGET_W)

    def aim_no_more(self) -> None:
        """The site has no target."""
        self.recorder.command(COMMAND_SET_TARGET, TARGET_OF_SITE, 0, 0)

    def beat(self, count: int) -> None:
        """The controller's heart."""
        self.recorder.command(COMMAND_HEARTBEAT, count)

    def adopt(self) -> None:
        """The utility has set what is set already: as much work as anything else."""
        vehicle = self.recorder.connector.vehicle
        self.recorder.command(COMMAND_ADOPT, vehicle.settings_version, vehicle.fitting)

    def reset(self) -> None:
        """A technician resets the faults."""
        self.recorder.command(COMMAND_RESET_FAULTS)

    def press(self) -> None:
        """A technician presses the button on the unit."""
        self.change("installation.reset_button", True)
        self.until("a reset on site", session_is(BOOT))
        self.change("installation.reset_button", False)

    def limit_a(self, amps: int) -> None:
        """The site's limit."""
        self.recorder.command(COMMAND_SET_LIMIT, OWNER_SITE, amps * 1000, amps * 1000)

    def fill_the_queue(self) -> None:
        """As many commands as there is room for."""
        for amps in range(40, 40 + self.recorder.connector.queue.room()):
            self.limit_a(amps)

    def set(self, name: str, value: int) -> None:
        """A setting, at run time."""
        self.recorder.command(COMMAND_SET_SETTING, _SETTING_NAMES.index(name), value)

    def change(self, parameter: str, value: float) -> None:
        """A parameter of the world."""
        self.world.parameters.set(parameter, value)

    def break_(self, fault: Broken) -> None:
        """Something breaks."""
        part, kind, amount = fault
        find_fault(part, kind).break_it(self.world, amount)

    def mend(self, fault: Broken) -> None:
        """It is whole again."""
        find_fault(fault[0], fault[1]).mend(self.world)


def session_is(state: int) -> Proof:
    """The session is in a state."""
    return lambda connector: connector.session.state == state


def follows(owner: int) -> Proof:
    """A target of this owner counts."""
    return lambda connector: connector.status.target_owner == owner


def feeds(connector: Connector) -> bool:
    """The vehicle feeds what it was told."""
    return connector.status.target_w == TARGET_W and connector.status.power_w > TARGET_W - 100


def link_is(link: int) -> Proof:
    """The vehicle's link is in a state."""
    return lambda connector: connector.vehicle.link == link


def waits_for(bit: int) -> Proof:
    """An export waits for this."""
    return lambda connector: bool(connector.status.export_waits & bit)


def opened_for(cause: int) -> Proof:
    """The contactor has been opened for this."""
    return lambda connector: (
        not connector.contactor.commanded and connector.contactor.open_cause == cause
    )


def latched(bit: int) -> Proof:
    """This fault is latched, perhaps beside others."""
    return lambda connector: bool(connector.status.faults & bit)


def limited_by(owner: int) -> Proof:
    """This owner's slot restricts what may flow in."""
    return lambda connector: connector.status.import_limit_owner == owner


class AllSlowParts:
    """A proof that holds once each of the slow parts has had its turn, and `also` then holds."""

    def __init__(self, also: Proof) -> None:
        self._also = also
        self._before = -1
        self._seen: set[int] = set()

    def __call__(self, connector: Connector) -> bool:
        if self._before >= 0 and connector.slow_part != self._before:
            self._seen.add(self._before)
        self._before = connector.slow_part
        return len(self._seen) == SLOW_PARTS and self._also(connector)
