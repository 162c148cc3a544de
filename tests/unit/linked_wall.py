"""A wall whose vehicle speaks: it puts words into the vehicle's inbox and follows its target.

It asks every 500 ms as a vehicle of ISO 15118-20 does, hears the target with each answer, and
moves its power towards it. A test makes it silent, deaf or stubborn.
"""

import math
from array import array
from collections.abc import Callable, Iterable

from tests.unit.wall import DEFAULTS, TICK_MS, Wall
from wattback import commands, limits, targets
from wattback import vehicle as link
from wattback.backup.backup import Backup
from wattback.export import WAIT_NAMES as EXPORT_WAIT_NAMES
from wattback.heartbeat import STATE_NAMES as CONTROLLER_STATES
from wattback.pilot import DUTY_STEADY
from wattback.retained import WORDS
from wattback.settings import SETTINGS

ROUND_MS = 500
SETTING_NAMES = [row[0] for row in SETTINGS]
_NOMINAL_V = 240
_CEASES_LOW_MV, _CEASES_HIGH_MV = 120_000, 264_000  # 0.5 and 1.1 pu: momentary cessation
_LEAST_MV = 120_000  # below it the inverter limits its current

# A site that may export, quickly in service, with a ramp that tests need not wait for.
SITE = {
    "export_permitted": 1,
    "export_enabled": 1,
    "enter_service_delay_s": 1,
    "enter_service_ramp_s": 1,
    "target_ramp_w_per_s": 2_000,
}
STEP_W = 2_000 * 80 // 1_000  # of that ramp in a round of turns, of which it takes one


def settings_with(**changes: int) -> list[int]:
    """The default settings but for these."""
    values = list(DEFAULTS)
    for name, value in changes.items():
        values[SETTING_NAMES.index(name)] = value
    return values


class LinkedWall(Wall):
    """speaks: it sends its messages, every round_ms. certified … departure_s: what they say;
    acknowledges: the settings version, the connector's own when None. draw_ma: what it takes while
    it is not linked.
    ceases: in a dip, and above 1.10 pu. slew_w_per_s: how fast it follows. stubborn_w: the power
    that it keeps whatever it is told. power_w: what flows, positive out of the vehicle.
    reactive_var: beside an export.
    """

    def __init__(
        self,
        settings: Iterable[int] | None = None,
        retained: Iterable[int] = (0,) * WORDS,
        starts_ms: int = 0,
        new_backup: Callable[["array[int]"], Backup] | None = None,
    ) -> None:
        values = settings_with(**SITE) if settings is None else settings
        super().__init__(values, retained, starts_ms, new_backup=new_backup)
        self.speaks = True
        self.certified = 1
        self.category = 3
        self.normal_category = 2
        self.charge_w = 11_500
        self.discharge_w = 9_600
        self.nominal_mv = 240_000
        self.modes = 0
        self.forming = 0
        self.round_ms = ROUND_MS
        self.acknowledges: int | None = None
        self.soc_bp = 8_000
        self.minimum_soc_bp = 1_000
        self.need_wh = 0
        self.departure_s = -1
        self.slew_w_per_s = 10_000
        self.stubborn_w: int | None = None
        self.ceases = True
        self.power_w = 0
        self.reactive_var = 0
        self._heard_w = 0
        self._round_ms = 0
        self._step = link.MESSAGE_SETUP

    @property
    def target_w(self) -> int:
        return self.connector.status.target_w

    @property
    def export_waits(self) -> list[str]:
        bits = self.connector.status.export_waits
        return [name for index, name in enumerate(EXPORT_WAIT_NAMES) if bits & (1 << index)]

    @property
    def link(self) -> str:
        return link.LINK_NAMES[self.connector.vehicle.link]

    @property
    def controller(self) -> str:
        return CONTROLLER_STATES[self.connector.dispatch.heartbeat.state]

    def command(self, code: int, *words: int) -> None:
        """Put a command that must be accepted, and let a tick obey it, within three of them."""
        padded = [*words, 0, 0, 0, 0][: max(len(words), 4)]
        queue = self.connector.queue
        assert queue.put(code, *padded) == commands.ACCEPTED
        self.run_until(lambda: queue.first() < 0, 50)

    def want(self, w: int, owner: int = targets.OWNER_SITE, lasts_s: int = 0) -> None:
        """Someone sets a target, with nothing after it."""
        self.command(commands.COMMAND_SET_TARGET, owner, 1, w, lasts_s, 0, 0)

    def limit(self, import_ma: int, export_ma: int, owner: int = limits.OWNER_SITE) -> None:
        self.command(commands.COMMAND_SET_LIMIT, owner, import_ma, export_ma, 0)

    def set(self, name: str, value: int) -> None:
        """Change a setting at run time."""
        self.command(commands.COMMAND_SET_SETTING, SETTING_NAMES.index(name), value)

    def say(self, kind: int, *words: int) -> None:
        """Put one message into the inbox, as the port does."""
        vehicle = self.connector.vehicle
        padded = (kind, *words, *[0] * link.INBOX_WORDS)
        for index, word in enumerate(padded[: link.INBOX_WORDS]):
            vehicle.inbox[index] = word
        vehicle.inbox_full = 1

    def _answer(self, dt_ms: int) -> None:
        super()._answer(dt_ms)
        if self.speaks and self.vehicle != "A":
            self._round_ms += dt_ms
            if self._round_ms >= self.round_ms:
                self._round_ms = self._round_ms % self.round_ms
                self._speak()
        self._flow(dt_ms)

    def _speak(self) -> None:
        vehicle = self.connector.vehicle
        if vehicle.linked:
            self._heard_w = int(self.connector.status.target_w)
        if vehicle.link in (link.LINK_NONE, link.LINK_LAPSED):
            self._step = link.MESSAGE_SETUP
        if self._step == link.MESSAGE_SETUP:
            self.say(link.MESSAGE_SETUP)
            self._step = link.MESSAGE_PARAMETERS
        elif self._step == link.MESSAGE_PARAMETERS:
            self.say(
                link.MESSAGE_PARAMETERS,
                self.certified,
                self.category,
                self.charge_w,
                self.discharge_w,
                self.nominal_mv,
                self.normal_category,
                self.modes,
            )
            self._step = link.MESSAGE_LOOP
        else:
            version = vehicle.settings_version
            self.say(
                link.MESSAGE_LOOP,
                version if self.acknowledges is None else self.acknowledges,
                self.soc_bp,
                self.minimum_soc_bp,
                self.need_wh,
                self.departure_s,
                self.forming,
            )

    def _flow(self, dt_ms: int) -> None:
        sensors = self.board.sensors
        duty_bp = self.board.driven[-1][0]
        linked = self.connector.vehicle.linked
        wanted_w = self._heard_w if linked else -self.draw_ma * _NOMINAL_V // 1000
        if duty_bp == DUTY_STEADY:
            wanted_w = max(wanted_w, 0)  # without PWM it stops drawing
        step_w = self.slew_w_per_s * dt_ms // 1000
        self.power_w += max(-step_w, min(step_w, wanted_w - self.power_w))
        if self.stubborn_w is not None:
            self.power_w = self.stubborn_w
        if not sensors.contactor_aux_closed:
            self.power_w = 0
        vars(sensors).update(self.hold)
        line_mv = sensors.voltage_l1_mv + sensors.voltage_l2_mv
        power_w = self.power_w
        if self.ceases and power_w > 0 and not _CEASES_LOW_MV <= line_mv <= _CEASES_HIGH_MV:
            power_w = 0
        sensors.power_w = power_w + self._jitter_mv // 40
        sensors.reactive_var = self.reactive_var if power_w > 0 else 0
        apparent_va = round(math.copysign(math.hypot(power_w, sensors.reactive_var), power_w))
        current_ma = apparent_va * 1_000_000 // max(line_mv, _LEAST_MV)
        sensors.current_l1_ma = sensors.current_l2_ma = current_ma
        vars(sensors).update(self.hold)


def linked_wall(**changes: int) -> LinkedWall:
    """A vehicle that speaks charges as the limits allow; the site may export."""
    wall = LinkedWall(settings_with(**{**SITE, **changes}))
    wall.run(100)
    wall.vehicle = "B"
    wall.until_state("offered")
    wall.vehicle = "C"
    wall.until_state("charging")
    wall.run(2_000)
    assert (wall.link, wall.connector.status.in_service) == ("authorised", 1)
    return wall


def exporting_wall(w: int = 5_000, **changes: int) -> LinkedWall:
    """The same after the site's controller has asked for `w`: it flows, and has for seconds."""
    wall = linked_wall(**changes)
    wall.want(w)
    wall.run_until(lambda: wall.power_w == w, 20_000)
    wall.run(4_000)
    assert (wall.state, wall.target_w, wall.export_waits) == ("discharging", w, [])
    return wall


def ticks(ms: int) -> range:
    return range(ms // TICK_MS)
