"""An independent account of every limit that is active, from what was set and said.

Made for the truths, from the rules and not from the firmware's slots: settings, obeyed commands,
expiries, a silent controller, unplugs and restarts go in; the largest currents that may flow come
out.
"""

from collections.abc import Mapping, Sequence

from wattback import commands
from wattback.limits import (
    NO_LIMIT_MA,
    OWNER_DRIVER,
    OWNER_PROGRAMME,
    OWNER_SITE,
    OWNER_TECHNICIAN,
)
from wattback.settings import SETTINGS

# What time brings may be seen one tick late, and a tick is counted from the one that obeyed.
_TIME_SLACK_US = 20_000
# A controller's silence is judged in a round of turns, and from the second after its beat.
_SILENCE_SLACK_US = 300_000

Pair = tuple[int, int]  # import, export
_NO_LIMITS: Pair = (NO_LIMIT_MA, NO_LIMIT_MA)
_PAUSED: Pair = (0, 0)


class LimitLedger:
    """import_ma, export_ma: the largest magnitudes that may flow now."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        self._settings = dict(settings)
        self._at_start = settings
        site = (settings["site_failsafe_import_ma"], settings["site_failsafe_export_ma"])
        free = dict.fromkeys((OWNER_DRIVER, OWNER_PROGRAMME, OWNER_TECHNICIAN), _NO_LIMITS)
        self._failsafe = {OWNER_SITE: site, **free}
        self._said = dict(self._failsafe)
        self._paused: set[int] = set()
        self._ends_us: dict[int, int] = {}
        self._counter = -1
        self._silent_us: int | None = None
        self._silent = False
        self.import_ma, self.export_ma = self._smallest()

    def obeyed(self, now_us: int, words: Sequence[int]) -> None:
        """The firmware has carried out a command: its code and arguments."""
        code, *arguments = words
        if code == commands.COMMAND_SET_LIMIT:
            owner, import_ma, export_ma, lasts_s = arguments[:4]
            self._said[owner] = (import_ma, export_ma)
            self._ends_us.pop(owner, None)
            if lasts_s:
                self._ends_us[owner] = now_us + lasts_s * 1_000_000
        elif code == commands.COMMAND_PAUSE:
            owner, paused = arguments[:2]
            (self._paused.add if paused else self._paused.discard)(owner)
        elif code == commands.COMMAND_SET_SETTING:
            self._settings[SETTINGS[arguments[0]][0]] = arguments[1]
        elif code == commands.COMMAND_WITHDRAW:
            self._settings["permit_service"] = 0
        elif code == commands.COMMAND_HEARTBEAT and arguments[0] != self._counter:
            self._counter = arguments[0]
            self._silent_us = now_us + self._settings["controller_timeout_s"] * 1_000_000
            self._silent = False
        self.import_ma, self.export_ma = self._smallest()

    def adopted(self, settings: Mapping[str, int]) -> list[str]:
        """Settings have been adopted: the names of those that have changed."""
        changed = [name for name, value in settings.items() if value != self._settings[name]]
        self._settings = dict(settings)
        return changed

    def advance(self, now_us: int) -> None:
        """Let times run out: at once towards more, with the slack towards less."""
        for owner, ends_us in list(self._ends_us.items()):
            if now_us >= ends_us:
                before = self._said[owner]
                self._said[owner] = self._failsafe[owner]
                if self._settled(now_us, ends_us + _TIME_SLACK_US):
                    del self._ends_us[owner]
                else:
                    self._said[owner] = before
        if self._silent_us is not None and not self._silent and now_us >= self._silent_us:
            self._silent = True
            self._silent = self._settled(now_us, self._silent_us + _SILENCE_SLACK_US)

    def unplugged(self) -> None:
        """The visit is over: what the driver set ends with it."""
        self._paused.discard(OWNER_DRIVER)
        self._end(OWNER_DRIVER)

    def restarted(self) -> None:
        """The firmware has booted: nobody has said anything yet."""
        self._settings = dict(self._at_start)
        self._counter = -1
        self._silent_us = None
        self._silent = False
        self._paused.clear()
        for owner in self._said:
            self._end(owner)

    def setting(self, name: str) -> int:
        """The present value of a setting, as loaded or as changed since."""
        return self._settings[name]

    @property
    def settings(self) -> Mapping[str, int]:
        """All of them."""
        return self._settings

    @property
    def island_export_ma(self) -> int:
        """The largest that may flow out of the vehicle into a home that is cut off: what others
        than hardware and people at the unit have said counts for the grid alone."""
        settings = self._settings
        exports = [settings["hardware_limit_ma"], settings["breaker_ma"] * 8 // 10]
        if OWNER_TECHNICIAN in self._paused:
            exports.append(0)
        elif self._said[OWNER_TECHNICIAN][1] != NO_LIMIT_MA:
            exports.append(self._said[OWNER_TECHNICIAN][1])
        return min(exports)

    def _settled(self, now_us: int, latest_us: int) -> bool:
        """Take over the new sums; one that is smaller has time until `latest_us`."""
        import_ma, export_ma = self._smallest()
        less = import_ma < self.import_ma or export_ma < self.export_ma
        if less and now_us < latest_us:
            self.import_ma = max(import_ma, self.import_ma)
            self.export_ma = max(export_ma, self.export_ma)
            return False
        self.import_ma, self.export_ma = import_ma, export_ma
        return True

    def _end(self, owner: int) -> None:
        self._ends_us.pop(owner, None)
        self._said[owner] = self._failsafe[owner]
        self.import_ma, self.export_ma = self._smallest()

    def _smallest(self) -> Pair:
        settings = self._settings
        fixed_ma = min(settings["hardware_limit_ma"], settings["breaker_ma"] * 8 // 10)
        volts = settings["nominal_line_mv"] // 1000
        imports = [fixed_ma, settings["import_max_w"] * 1000 // volts]
        exports = [fixed_ma, settings["export_max_w"] * 1000 // volts]
        for owner, said in self._said.items():
            counts = _PAUSED if owner in self._paused else said
            if owner == OWNER_SITE and self._silent:
                counts = self._failsafe[owner]
            if counts[0] != NO_LIMIT_MA:
                imports.append(counts[0])
            if counts[1] != NO_LIMIT_MA:
                exports.append(counts[1])
        return min(imports), min(exports)
