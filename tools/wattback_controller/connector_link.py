"""One connector as the controller sees it: what it reads, what it writes, and when it is silent.

Everything ends by itself when the controller does: a target has a reversion timer, the site's
limit a timeout, and both hang on the heartbeat. Only this file knows the connector's registers.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from wattback.limits import HIGHEST_LIMIT_MA
from wattback_hil.errors import HilError
from wattback_hil.modbus import ModbusRefusedError
from wattback_hil.registers import ModbusClient
from wattback_sim.errors import BadInputError
from wattback_sim.register_map import Value

# A controller that dies is noticed by its silence (64750.ControllerTimeout); these are the second
# line, longer than a restart of the controller takes and shorter than an interval.
TARGET_HOLDS_S = 120
LIMIT_HOLDS_S = 120
_REFRESH_S = 30  # so that three in a row may fail
_RETRY_S = 5.0  # between two attempts to reach a silent connector
_DAY_S = 86400
_CLOCK_EVERY_S = 3600
NO_LIMIT_MA = -1
_PROGRAMME = "programme"
_DEPARTURE = "departure"

_NAMES = (
    "701.W",
    "701.LLV",
    "713.SoC",
    "SessionState",
    "Mode",
    "ExportWaits",
    "Faults",
    "ExportPower",
    "ImportPower",
    "VehicleLink",
    "VehicleChargeMax",
    "VehicleDischargeMax",
    "ImportEnergy",
    "ExportEnergy",
    "IslandEnergy",
    "ExportEnable",
    "Reserve",
    "ReserveNow",
    "SiteImportLimit",
    "SiteExportLimit",
    "TargetOwner",
    "TargetAsked",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A connector at a moment, in the units of the names; t_s since 1970.

    soc_bp: −1 while no vehicle tells it. waits: why it does not export. faults: latched.
    export_w, import_w: what its own limits allow now. linked: the vehicle may discharge here.
    charge_max_w, discharge_max_w: of the vehicle, 0 when it has not said. target_owner: whose
    target it follows; target_w: which, when that is the programme's, else None.
    """

    t_s: float
    serial: str
    rated_ma: int
    power_w: int
    line_mv: int
    soc_bp: int
    session_state: str
    on_grid: bool
    waits: frozenset[str]
    faults: frozenset[str]
    export_w: int
    import_w: int
    linked: bool
    charge_max_w: int
    discharge_max_w: int
    import_wh: int
    export_wh: int
    island_wh: int
    export_enabled: bool
    reserve_bp: int
    reserve_now_bp: int
    site_import_ma: int
    site_export_ma: int
    target_owner: str
    target_w: int | None


@dataclass(frozen=True, slots=True)
class Silence:
    """A connector that did not answer. reason: a sentence."""

    t_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a connector is told. target_w: None for none, positive out of the vehicle.

    import_ma, export_ma: the site's limits, NO_LIMIT_MA for none; None leaves them alone.
    """

    export_enabled: bool
    reserve_bp: int
    target_w: int | None = None
    import_ma: int | None = None
    export_ma: int | None = None


class ConnectorLink:
    """The way to one connector. open_client: raises HilError when there is none.

    local_now: days since 1970 and second of the day, in the site's civil time.
    """

    def __init__(
        self,
        name: str,
        open_client: Callable[[], ModbusClient],
        local_now: Callable[[float], tuple[int, int]],
    ) -> None:
        self.name = name
        self._open_client = open_client
        self._local_now = local_now
        self._client: ModbusClient | None = None
        self._serial = ""
        self._rated_ma = 0
        self._beat = 0
        self._quiet_until_s = 0.0
        self._silence = ""
        self._told: Order | None = None
        self._target_s = 0.0  # when it was written last; each has a timer of its own
        self._limits_s = 0.0
        self._clock_s = 0.0

    def poll(self, now_s: float) -> Reading | Silence:
        """Beat, and read what the connector is doing."""
        if 0 < self._quiet_until_s - now_s <= _RETRY_S:  # else this machine's clock was set back
            return Silence(now_s, self._silence)
        try:
            client = self._connected()
            self._beat = self._beat % 0xFFFF + 1
            client.write("Heartbeat", self._beat)
            self._set_clock(client, now_s)
            return self._reading(client, now_s)
        except (HilError, BadInputError) as error:
            return self._silent(now_s, error)

    def obey(self, order: Order, reading: Reading) -> list[str]:
        """Write what differs from the order, and what must be renewed.

        What restricts comes first. Returns refusals, a sentence each. Raises HilError when the
        connector has fallen silent: then it holds what it was told before, until that ends.
        """
        client = self._client
        assert client is not None
        refused: list[str] = []

        def write(values: dict[str, Value]) -> None:
            try:
                client.write_together(values)
            except (ModbusRefusedError, BadInputError) as error:
                refused.append(str(error))

        try:
            if order.target_w is None and self._has_target(reading):
                write({"704.WSetEna": "disabled"})
            if not order.export_enabled and reading.export_enabled:
                write({"ExportEnable": "disabled"})
            if order.reserve_bp != reading.reserve_bp:
                write({"Reserve": order.reserve_bp / 100})
            self._tell_limits(order, reading, write)
            if order.export_enabled and not reading.export_enabled:
                write({"ExportEnable": "enabled"})
            if order.target_w is not None and (
                self._due(self._target_s, reading) or self._lacks(order.target_w, reading)
            ):
                self._target_s = reading.t_s
                write({"704.WSetRvrtTms": TARGET_HOLDS_S})
                write(
                    {
                        "704.WSetEna": "enabled",
                        "704.WSetMod": "watts",
                        "704.WSet": order.target_w,
                    }
                )
        except HilError as error:
            self._silent(reading.t_s, error)
            raise
        self._told = order
        return refused

    def release(self) -> None:
        """Take back the target, if the connector still listens; limits end by themselves."""
        if self._client is not None:
            with suppress(HilError):
                self._client.write("704.WSetEna", "disabled")
            self._close()

    def _due(self, written_s: float, reading: Reading) -> bool:
        return self._told is None or not 0 <= reading.t_s - written_s < _REFRESH_S

    def _has_target(self, reading: Reading) -> bool:
        """Of the programme, as far as can be known: the connector's own departure hides it."""
        told_w = None if self._told is None else self._told.target_w
        return reading.target_w is not None or told_w is not None

    def _lacks(self, target_w: int, reading: Reading) -> bool:
        told_w = None if self._told is None else self._told.target_w
        if reading.target_owner == _DEPARTURE:
            return told_w != target_w
        return reading.target_w != target_w

    def _tell_limits(
        self,
        order: Order,
        reading: Reading,
        write: Callable[[dict[str, Value]], None],
    ) -> None:
        if order.import_ma is None and order.export_ma is None:
            return
        import_ma = _limit(order.import_ma)
        export_ma = _limit(order.export_ma)
        said_ma = (reading.site_import_ma, reading.site_export_ma)
        if self._due(self._limits_s, reading) or (import_ma, export_ma) != said_ma:
            self._limits_s = reading.t_s
            write(
                {
                    "SiteImportLimit": _amps(import_ma),
                    "SiteExportLimit": _amps(export_ma),
                    "SiteLimitTimeout": LIMIT_HOLDS_S,
                }
            )

    def _connected(self) -> ModbusClient:
        if self._client is None:
            client = self._client = self._open_client()
            client.scan()
            self._serial = str(client.read("1.SN"))
            self._rated_ma = round(client.read_number("702.AMaxRtg") * 1000)
            self._told = None
            self._clock_s = 0.0
        return self._client

    def _reading(self, client: ModbusClient, now_s: float) -> Reading:
        seen = client.read_together(_NAMES)

        def number(name: str) -> int:
            value = seen[name]
            return int(value) if isinstance(value, (int, float)) else 0

        soc = seen["713.SoC"]
        owner = str(seen["TargetOwner"])
        return Reading(
            t_s=now_s,
            serial=self._serial,
            rated_ma=self._rated_ma,
            power_w=number("701.W"),
            line_mv=_thousandths(seen["701.LLV"]),
            soc_bp=round(soc * 100) if isinstance(soc, (int, float)) else -1,
            session_state=str(seen["SessionState"]),
            on_grid=seen["Mode"] == "grid",
            waits=_names(seen["ExportWaits"]),
            faults=_names(seen["Faults"]),
            export_w=number("ExportPower"),
            import_w=number("ImportPower"),
            linked=seen["VehicleLink"] == "authorised",
            charge_max_w=number("VehicleChargeMax"),
            discharge_max_w=number("VehicleDischargeMax"),
            import_wh=number("ImportEnergy"),
            export_wh=number("ExportEnergy"),
            island_wh=number("IslandEnergy"),
            export_enabled=seen["ExportEnable"] == "enabled",
            reserve_bp=_hundredths(seen["Reserve"]),
            reserve_now_bp=_hundredths(seen["ReserveNow"]),
            site_import_ma=_limit_ma(seen["SiteImportLimit"]),
            site_export_ma=_limit_ma(seen["SiteExportLimit"]),
            target_owner=owner,
            target_w=number("TargetAsked") if owner == _PROGRAMME else None,
        )

    def _set_clock(self, client: ModbusClient, now_s: float) -> None:
        if not 0 <= now_s - self._clock_s < _CLOCK_EVERY_S:
            day, second = self._local_now(now_s)
            client.write_together({"CivilDay": day, "CivilSecond": second % _DAY_S})
            self._clock_s = now_s

    def _silent(self, now_s: float, error: Exception) -> Silence:
        self._close()
        self._quiet_until_s = now_s + _RETRY_S
        self._silence = str(error)
        return Silence(now_s, self._silence)

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _limit(limit_ma: int | None) -> int:
    """As the register has it: it knows no limit above the largest."""
    return NO_LIMIT_MA if limit_ma is None else min(limit_ma, HIGHEST_LIMIT_MA)


def _amps(limit_ma: int) -> float:
    return -1.0 if limit_ma == NO_LIMIT_MA else limit_ma / 1000


def _limit_ma(value: Value) -> int:
    amps = value if isinstance(value, (int, float)) else -1
    return NO_LIMIT_MA if amps < 0 else round(amps * 1000)


def _thousandths(value: Value) -> int:
    return round(value * 1000) if isinstance(value, (int, float)) else 0


def _hundredths(value: Value) -> int:
    return round(value * 100) if isinstance(value, (int, float)) else 0


def _names(value: Value) -> frozenset[str]:
    return frozenset(value) if isinstance(value, list) else frozenset()
