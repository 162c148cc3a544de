"""An independent account of every limit that is active, from what was set and said.

Made for the truths, from the rules and not from the firmware's slots: settings, accepted commands,
expiries, unplugs and restarts go in; the largest current that may be offered comes out.
"""

from collections.abc import Mapping

from wattback.limits import NO_LIMIT_MA, OWNER_DRIVER, OWNER_SITE

# An expiry may be seen one tick late, and a tick is counted from the one that obeyed.
_EXPIRY_SLACK_US = 20_000


class LimitLedger:
    """import_ma: the largest import that may be offered now, in mA."""

    def __init__(self, settings: Mapping[str, int]) -> None:
        self._fixed_ma = min(settings["hardware_limit_ma"], settings["breaker_ma"] * 8 // 10)
        self._failsafe_ma = {
            OWNER_SITE: settings["site_failsafe_import_ma"],
            OWNER_DRIVER: NO_LIMIT_MA,
        }
        self._said_ma = dict(self._failsafe_ma)
        self._ends_us: dict[int, int] = {}
        self.import_ma = self._smallest()

    def command(self, now_us: int, owner: int, import_ma: int, lasts_s: int) -> None:
        """A limit command was accepted."""
        self._said_ma[owner] = import_ma
        self._ends_us.pop(owner, None)
        if lasts_s:
            self._ends_us[owner] = now_us + lasts_s * 1_000_000
        self.import_ma = self._smallest()

    def advance(self, now_us: int) -> None:
        """Let expiries run: at once towards more, with the slack towards less."""
        for owner, ends_us in list(self._ends_us.items()):
            if now_us >= ends_us:
                before_ma = self.import_ma
                said_ma = self._said_ma[owner]
                self._said_ma[owner] = self._failsafe_ma[owner]
                self.import_ma = self._smallest()
                if self.import_ma < before_ma and now_us < ends_us + _EXPIRY_SLACK_US:
                    self._said_ma[owner] = said_ma
                    self.import_ma = before_ma
                else:
                    del self._ends_us[owner]

    def unplugged(self) -> None:
        """The visit is over: what the driver set ends with it."""
        self._end(OWNER_DRIVER)

    def restarted(self) -> None:
        """The firmware has booted: nobody has said anything yet."""
        self._end(OWNER_SITE)
        self._end(OWNER_DRIVER)

    def _end(self, owner: int) -> None:
        self._ends_us.pop(owner, None)
        self._said_ma[owner] = self._failsafe_ma[owner]
        self.import_ma = self._smallest()

    def _smallest(self) -> int:
        said = [limit_ma for limit_ma in self._said_ma.values() if limit_ma != NO_LIMIT_MA]
        return min([self._fixed_ma, *said])
