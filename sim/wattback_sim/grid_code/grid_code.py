"""An inverter under the grid code: what it would feed now, from its own measurement of the line.

Its voltage is RMS between the lines and its frequency that of a window; a phase jump, which shows
as a frequency for one window of 5 cycles (evse.md 6.6, C), is shorter than any row's time and so
ridden through, as are any rate of change and any number of disturbances within the rows.
"""

import math
from dataclasses import dataclass

from wattback_sim.grid_code.functions import Functions
from wattback_sim.grid_code.service import Service
from wattback_sim.grid_code.site_settings import SiteSettings
from wattback_sim.parameters import parameter

# Less than the 160 ms of the quickest row by more than a phase jump shows, and more than the 60 ms
# by which a connector is ahead of a row.
_AHEAD_S = 0.07
# The longest that momentary cessation may take (evse.md 6.3, C), and back to all of it.
_RETURN_S = 0.4


@dataclass(slots=True)
class GridCodeParameters:
    """Section `grid_code`."""

    on: bool = parameter(True, "", 0, 1, "false: the vehicle's inverter knows no grid code")
    ahead_s: float = parameter(
        _AHEAD_S, "s", -1000.0, 0.1, "before a must-trip's time it has ceased; negative: late"
    )
    ceases: bool = parameter(True, "", 0, 1, "false: feeds on in a momentary cessation")
    returns: bool = parameter(
        True, "", 0, 1, "false: stays away after a momentary cessation, until its target ends"
    )
    inverted: bool = parameter(
        False, "", 0, 1, "true: droop and reactive functions with the wrong sign"
    )


class GridCode:
    """service, functions: its parts. active_w, reactive_var: what it would feed now. site: by
    whose settings.
    """

    def __init__(
        self, site: SiteSettings, rating_w: float, parameters: GridCodeParameters
    ) -> None:
        self.site = site
        self.service = Service(site)
        self.functions = Functions(site)
        self.active_w = 0.0
        self.reactive_var = 0.0
        self._parameters = parameters
        self._rating_w = rating_w
        self._restored = 1.0
        self._away = False  # momentarily ceased, or not back from it

    @property
    def out(self) -> bool:
        """It feeds nothing: tripped, or momentarily ceased."""
        service = self.service
        return service.tripped is not None or self._away

    def step(
        self, pu: float, hz: float, asked_w: float, dt_s: float, most_w: float = math.inf
    ) -> None:
        """Take the line as it has been for `dt_s`; asked_w: the target, positive out of it.

        most_w: what others leave of it, whatever the functions add.
        """
        rating_w = self._rating_w
        service = self.service
        service.step(pu, hz, self._parameters.ahead_s, dt_s)
        stays = self._away and not self._parameters.returns and asked_w > 0.0
        self._away = (service.ceased and self._parameters.ceases) or stays
        self.functions.inverted = self._parameters.inverted
        self.functions.step(pu, hz, asked_w / rating_w, self.active_w / rating_w, dt_s)
        if self.out:
            self.active_w = self.reactive_var = self._restored = 0.0
            return
        self._restored = min(1.0, self._restored + dt_s / _RETURN_S)
        active = min(self.functions.active, service.risen)
        self.active_w = min(active * self._restored * rating_w, most_w)
        self.reactive_var = self.functions.reactive * self._restored * rating_w
