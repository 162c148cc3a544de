"""In service or not: must-trips, momentary cessation, and the way back."""

from wattback_sim.grid_code.site_settings import MustTrip, SiteSettings

# Momentary cessation, at least (evse.md 6.3, C): below and above, by category I, II, III. What is
# permissive is ridden through feeding, as far as the inverter's own voltage allows.
_CEASES_BELOW = (0.5, 0.3, 0.5)
_CEASES_ABOVE = (1.2, 1.2, 1.1)


class Service:
    """tripped: the row that has ended the service, None while in it. ceased: momentarily. risen:
    how much of the rating may flow, 0 … 1.
    """

    def __init__(self, site: SiteSettings) -> None:
        self.tripped: MustTrip | None = None
        self.ceased = False
        self.risen = 1.0
        self._site = site
        self._beyond_s = [0.0] * len(site.must_trips)
        self._good_s = 0.0
        below, above = _CEASES_BELOW[site.category - 1], _CEASES_ABOVE[site.category - 1]
        self._ceases_pu = (below, above)

    def step(self, pu: float, hz: float, ahead_s: float, dt_s: float) -> None:
        """Take the line as it has been for `dt_s`; hz 0.0 where there is none to count.

        ahead_s: so much before a row's time it has ceased; negative: after it.
        """
        below, above = self._ceases_pu
        self.ceased = not below <= pu <= above
        row = self._count(pu, hz, ahead_s, dt_s)
        if row is not None:
            self.tripped = row
            self.risen = self._good_s = 0.0
        elif self.tripped is not None:
            self._wait(pu, hz, dt_s)
        elif self.risen < 1.0:
            self.risen = min(1.0, self.risen + dt_s / self._site.enter_ramp_s)

    def _count(self, pu: float, hz: float, ahead_s: float, dt_s: float) -> MustTrip | None:
        overdue = None
        for index, row in enumerate(self._site.must_trips):
            value = pu if row.of_voltage else hz
            beyond = value > row.bound if row.above else value < row.bound
            if not beyond or (not row.of_voltage and not hz):
                self._beyond_s[index] = 0.0
                continue
            self._beyond_s[index] += dt_s
            if self._beyond_s[index] >= row.after_s - ahead_s - 1e-9:
                overdue = overdue or row
        return overdue

    def _wait(self, pu: float, hz: float, dt_s: float) -> None:
        site = self._site
        good = (
            site.enter_pu[0] <= pu <= site.enter_pu[1]
            and site.enter_hz[0] <= hz <= site.enter_hz[1]
        )
        self._good_s = self._good_s + dt_s if good else 0.0
        if self._good_s > site.enter_delay_s:
            self.tripped = None
