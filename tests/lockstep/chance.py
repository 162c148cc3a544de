"""Random scenarios: anything that can happen to a connector, in any order, at any phase of a tick.

One seed makes one file, for ever. Amounts stay in ranges that a bad installation, a bad vehicle or
a broken part can show, so that whatever a truth then says about a run is worth reading.
"""

import random

from wattback_sim.faults import FAULT_KINDS
from wattback_sim.gateway_faults import GATEWAY_FAULT_KINDS

# The largest amount of a fault that has one: of a kind, or of a sensor by the end of its name.
_LARGEST = {
    "leak": 300.0,
    "unbalanced": 30.0,
    "intermittent": 30.0,
    "link": 5.0,
    "delayed": 3000.0,
    "energised": 300.0,
    "exports": 9000.0,
    "load_mv": 300000.0,
    "mv": 4000.0,
    "ma": 20000.0,
    "w": 5000.0,
    "var": 5000.0,
    "millihertz": 5000.0,
    "decideg": 1800.0,
    "ua": 80000.0,
    "ohm": 1000.0,
    "decic": 1000.0,
}
# These sites have no gateway: what can break of one is drawn by the outages' campaign.
_KINDS = [row for row in FAULT_KINDS if row not in GATEWAY_FAULT_KINDS]
_PARTS = sorted({row.part for row in _KINDS})

# What a run may start from: parameter or setting, lowest, highest, digits.
_STARTS = (
    ("vehicle.soc", 0.1, 1.0, 3),
    ("vehicle.need_kwh", 0.02, 2.0, 3),
    ("vehicle.max_current_a", 6.0, 60.0, 1),
    ("vehicle.start_s", 0.0, 4.0, 3),
    ("vehicle.response_s", 0.0, 4.5, 3),
    ("vehicle.stop_s", 0.0, 3.0, 3),
    ("vehicle.ramp_a_per_s", 1.0, 200.0, 1),
    ("contactor.close_ms", 5.0, 60.0, 1),
    ("contactor.open_ms", 5.0, 40.0, 1),
    ("pilot.generator_v", 11.5, 12.5, 2),
    ("pilot.source_ohm", 970.0, 1030.0, 0),
    ("pilot.offset_v", -0.3, 0.3, 2),
    ("pilot.ripple_v", 0.0, 0.2, 2),
    ("grid.voltage_pu", 0.92, 1.08, 3),
    ("grid.leg_ohm", 0.01, 0.2, 3),
    ("connector.hardware_limit_ma", 6000, 80000, None),
    ("connector.breaker_ma", 7500, 100000, None),
    ("connector.site_failsafe_import_ma", 0, 40000, None),
    ("connector.ventilation_present", 0, 1, None),
    ("connector.supply_trip_ms", 100, 5000, None),
    ("connector.enter_service_ramp_s", 1, 20, None),
    ("connector.reserve_bp", 0, 9000, None),
    ("connector.vehicle_link_timeout_ms", 600, 1400, None),
    ("connector.permission_excess_ms", 500, 1700, None),
    ("connector.departure_margin_s", 0, 20, None),
    ("connector.export_day_limit_wh", 0, 200, None),
    ("connector.restart_delay_s", 0, 10, None),
    ("connector.restart_ramp_s", 0, 20, None),
    ("connector.wake_after_s", 5, 15, None),
    ("connector.wake_attempts", 0, 3, None),
    ("connector.contactor_life_openings", 0, 2, None),
    ("connector.legs_apart_mv", 10000, 60000, None),
    ("connector.legs_apart_ma", 1000, 10000, None),
    ("connector.leg_angle_tolerance_decideg", 50, 450, None),
    ("connector.earth_limit_ohm", 10, 1000, None),
    ("connector.board_hot_decic", 400, 1100, None),
    ("connector.handle_hot_decic", 400, 900, None),
    ("ground_fault.quick_from_ma", 40.0, 60.0, 1),
    ("installation.earth_ohm", 0.0, 100.0, 1),
    ("thermal.ambient_c", -40.0, 50.0, 1),
    ("thermal.terminal_loosening", 1.0, 6.0, 1),
    ("vehicle.departure_s", 5.0, 100.0, 1),
    ("vehicle.minimum_soc", 0.0, 0.9, 2),
    ("inverter.discharge_kw", 0.0, 15.0, 1),
    ("inverter.response_s", 0.0, 1.0, 2),
    ("link.period_s", 0.2, 0.6, 2),
    ("link.abnormal_category", 1, 3, None),
)
_FLAWS = (
    ("vehicle.s2_without_pwm", 0.1),
    ("vehicle.ventilation", 0.1),
    ("link.on", 0.75),
    ("link.acknowledges", 0.95),
    ("inverter.ceases", 0.8),
)

# What is at the handle: the profile, and what its wire shows while all is well.
_HANDLES = ((0, 1e6), (1, 150.0), (2, 100.0), (2, 220.0), (2, 680.0), (2, 1500.0), (3, 1e6))

# What may change on the way: parameter, lowest, highest, and where it returns to.
_CHANGES = (
    ("grid.voltage_pu", 0.0, 1.5, 1.0),
    ("grid.leg_unbalance_pu", -0.5, 0.5, 0.0),
    ("grid.frequency_hz", 55.0, 65.0, 60.0),
    ("pilot.offset_v", -3.0, 3.0, 0.0),
    ("pilot.ripple_v", 0.0, 1.0, 0.0),
    ("vehicle.max_current_a", 6.0, 60.0, 20.0),
    ("grid.leg_angle_deg", 0.0, 180.0, 180.0),
    ("installation.earth_ohm", 0.0, 500.0, 1.0),
    ("installation.proximity_ohm", 0.0, 3000.0, 100.0),
    ("thermal.ambient_c", -60.0, 120.0, 25.0),
)
_SWITCHES = (
    "installation.emergency_stop",
    "installation.disconnect_open",
    "installation.handle_loose",
)
_LIMITS_A = (-1, 0, 5, 5.999, 6, 10, 16, 32, 51.5, 80)
_UNDONE_BY = {"vehicle.unplug": "vehicle.plug_in", "vehicle.open_s2": "vehicle.release_s2"}


def random_scenario(seed: int, shortest_s: int, longest_s: int) -> str:
    """The body of a scenario file."""
    return _Chance(seed, shortest_s, longest_s).body()


class _Chance:
    """The dice of one file. at, faults: its lists as they grow."""

    def __init__(self, seed: int, shortest_s: int, longest_s: int) -> None:
        self._dice = random.Random(f"scenario {seed}")
        self._length_s = self._dice.randint(shortest_s, longest_s)
        self._fit = self._dice.random() < 0.6  # begins as a site and a vehicle that can export
        self._at: list[str] = []
        self._faults: list[str] = []

    def body(self) -> str:
        dice = self._dice
        if self._fit:
            self._target(self._after(8.0, 8.0))
        kinds = (
            (5, self._visit),
            (3, self._limit),
            (4, self._change),
            (1, self._cut_power),
            (6, self._target),
            (2, self._site),
            (1, self._switch),
        )
        weights = [weight for weight, _ in kinds]
        for _ in range(dice.randint(4, 16)):
            dice.choices(kinds, weights)[0][1](self._time())
        for _ in range(dice.choice((0, 1, 1, 2, 3))):
            self._fault(self._time())
        return "\n".join(
            [
                f"duration_s = {self._length_s}",
                f"board_starts_ms = {dice.randrange(1 << 29)}",
                *_list("at", self._at),
                *_list("fault", self._faults),
                *self._starts(),
                "",
            ]
        )

    def _time(self) -> float:
        return round(self._dice.uniform(0.0, self._length_s), 6)

    def _after(self, t_s: float, *waits_s: float) -> float:
        later_s = t_s + self._dice.choice(waits_s) * self._dice.random()
        return round(min(later_s, self._length_s), 6)

    def _flag(self, chance: float) -> str:
        return "true" if self._dice.random() < chance else "false"

    def _starts(self) -> list[str]:
        dice = self._dice
        if self._fit:
            lines = ["vehicle.plugged = true", "link.on = true", "connector.export_permitted = 1"]
            lines.append("connector.export_enabled = 1")
            lines.append(f"connector.enter_service_delay_s = {dice.randint(0, 8)}")
            lines.append(f"connector.target_ramp_w_per_s = {dice.randint(1500, 20000)}")
        else:
            lines = [f"vehicle.plugged = {self._flag(0.7)}"]
            lines += [f"{path} = {self._flag(chance)}" for path, chance in _FLAWS]
            lines.append(f"connector.export_permitted = {int(dice.random() < 0.7)}")
            lines.append(f"connector.export_enabled = {int(dice.random() < 0.8)}")
            lines.append(f"connector.enter_service_delay_s = {dice.randint(0, 30)}")
        if dice.random() < 0.3:
            profile, ohm = dice.choice(_HANDLES)
            lines.append(f"connector.proximity_profile = {profile}")
            lines.append(f"installation.proximity_ohm = {ohm}")
        for path, low, high, digits in _STARTS:
            if dice.random() < (0.08 if self._fit else 0.4):
                lines.append(f"{path} = {round(dice.uniform(low, high), digits)}")
        return lines

    def _do(self, t_s: float, action: str, arguments: str = "") -> None:
        self._at.append(f't_s = {t_s}, do = "{action}"{arguments}')

    def _visit(self, t_s: float) -> None:
        """The driver comes or goes, or the vehicle breaks off and goes on."""
        action = self._dice.choice((*_UNDONE_BY, "vehicle.plug_in", "technician.reset_faults"))
        self._do(t_s, action)
        if action in _UNDONE_BY and self._dice.random() < 0.8:
            self._do(self._after(t_s, 0.05, 1.0, 10.0), _UNDONE_BY[action])

    def _limit(self, t_s: float) -> None:
        dice = self._dice
        owner = dice.choice(("site", "site", "driver"))
        import_a = dice.choice((*_LIMITS_A, round(dice.uniform(0, 80), 3)))
        for_s = dice.choice((0, 1, dice.randint(2, 30)))
        self._do(t_s, f"{owner}.set_limit", f", import_a = {import_a}, for_s = {for_s}")

    def _target(self, t_s: float) -> None:
        """A master asks for a power, in either order of the two writes, and may take it back."""
        dice = self._dice
        power_w = dice.choice((0, 8000, 8000, 11500, -11500, dice.randint(-11500, 11500)))
        writes = [("704.WSet", power_w), ("704.WSetEna", 1)]
        if dice.random() < 0.3:
            writes.reverse()
        if dice.random() < 0.3:
            writes.insert(0, ("704.WSetRvrtTms", dice.randint(1, 20)))
        for point, value in writes:
            self._write(t_s, point, value)
            t_s = self._after(t_s, 0.2)
        if dice.random() < 0.6:
            self._write(self._after(t_s, 2.0, 20.0), "704.WSetEna", 0)

    def _site(self, t_s: float) -> None:
        """The site's controller beats and falls silent, or switches export off and on."""
        dice = self._dice
        if dice.random() < 0.5:
            self._write(t_s, "64750.ControllerTimeout", dice.randint(1, 5))
            self._do(t_s, "controller.start_heartbeat", ", every_s = 0.5")
            if dice.random() < 0.8:
                stop_s = self._after(t_s, 1.0, 20.0)
                self._do(stop_s, "controller.stop_heartbeat")
                if dice.random() < 0.5:
                    again_s = self._after(stop_s, 1.0, 10.0)
                    self._do(again_s, "controller.start_heartbeat", ", every_s = 0.5")
        else:
            self._write(t_s, "64750.ExportEnable", 0)
            if dice.random() < 0.8:
                self._write(self._after(t_s, 1.0, 10.0), "64750.ExportEnable", 1)

    def _write(self, t_s: float, point: str, value: int) -> None:
        self._do(t_s, "modbus.write", f', point = "{point}", value = {value}')

    def _change(self, t_s: float) -> None:
        dice = self._dice
        if dice.random() < 0.15:
            to = self._flag(0.3)
            self._at.append(f't_s = {t_s}, set = "vehicle.obeys_duty", to = {to}')
            return
        path, low, high, usual = dice.choice(_CHANGES)
        over_s = dice.choice((0.0, 0.0, round(dice.uniform(0.01, 10.0), 3)))
        to_value = round(dice.uniform(low, high), 3)
        self._at.append(f't_s = {t_s}, set = "{path}", to = {to_value}, over_s = {over_s}')
        if dice.random() < 0.8:
            back_s = self._after(t_s + over_s, 0.1, 3.0, 20.0)
            self._at.append(f't_s = {back_s}, set = "{path}", to = {usual}')

    def _switch(self, t_s: float) -> None:
        """Somebody stops it all or presses the handle's button, and may hold the unit's."""
        dice = self._dice
        path = dice.choice(_SWITCHES)
        self._at.append(f't_s = {t_s}, set = "{path}", to = true')
        back_s = self._after(t_s, 0.03, 1.0, 10.0)
        if dice.random() < 0.9:
            self._at.append(f't_s = {back_s}, set = "{path}", to = false')
        if dice.random() < 0.8:
            held_s = self._after(back_s, 3.0)
            released_s = self._after(held_s + 1.0, 0.5)
            self._at.append(f't_s = {held_s}, set = "installation.reset_button", to = true')
            self._at.append(f't_s = {released_s}, set = "installation.reset_button", to = false')

    def _cut_power(self, t_s: float) -> None:
        self._do(t_s, "connector.cut_power")
        if self._dice.random() < 0.9:
            self._do(self._after(t_s, 0.005, 0.1, 5.0), "connector.restore_power")

    def _fault(self, t_s: float) -> None:
        dice = self._dice
        part = dice.choice(_PARTS)
        row = dice.choice([row for row in _KINDS if row.part == part])
        words = f't_s = {t_s}, part = "{row.part}", kind = "{row.kind}"'
        if row.unit:
            names = (row.kind, row.part, row.part.rpartition("_")[2])
            largest = next(_LARGEST[name] for name in names if name in _LARGEST)
            low = max(-largest if row.kind in ("offset", "unbalanced") else 0.0, row.low)
            words += f", amount = {round(dice.uniform(low, largest), 1)}"
        if dice.random() < 0.7:
            words += f", for_s = {round(dice.choice((0.05, 1.0, 30.0)) * dice.random(), 4)}"
        self._faults.append(words)


def _list(name: str, tables: list[str]) -> list[str]:
    return [f"{name} = [", *(f"    {{ {table} }}," for table in tables), "]"]
