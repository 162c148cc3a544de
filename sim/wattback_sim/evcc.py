"""The vehicle's link controller (EVCC): asks over a UART, and tells the vehicle what it heard.

SessionSetup, ChargeParameterDiscovery, then ChargeLoop for as long as the vehicle is plugged in:
`docs/vehicle_link.cddl`. It keeps a time of its own: when no answer has come for that long, what
was heard before does not count any more and it sets up anew.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from wattback_sim.evcc_messages import (
    BOTH_MODES,
    EXIT_STANDBY,
    FOLLOWING,
    FORMING,
    OFF,
    ON,
    Fields,
    Key,
    Message,
    ResponseCode,
    from_line,
    to_line,
)
from wattback_sim.grid_code.site_settings import SiteSettings, told
from wattback_sim.line_noise import disturbed
from wattback_sim.parameters import parameter
from wattback_sim.wires import Wire

_RETRY_US = 1_000_000  # of a request before the loop
_LONGEST_LINE = 600
_MOST_W = 50_000
_MOST_WH = 500_000

_LAST_CURVE = Key.UnderFrequencyMustTripCurve
_BEST_CATEGORY = 3

# What an answer must have to be one.
_MUST = {
    Message.SessionSetup: {Key.SessionID},
    Message.ChargeParameterDiscovery: {
        Key.Refusal,
        Key.SettingsVersion,
        Key.EVSENominalFrequency,
        *(key for key in Key if Key.EnterServiceVoltageHigh <= key <= _LAST_CURVE),
    },
    Message.ChargeLoop: {
        Key.SettingsVersion,
        Key.EVSETargetActivePower,
        Key.EVSEMaximumChargePower,
        Key.EVSEMaximumDischargePower,
        Key.PermitService,
    },
}


@dataclass(slots=True)
class LinkParameters:
    """Section `link`."""

    on: bool = parameter(False, "", 0, 1, "the vehicle has a digital link, and uses it")
    identity: int = parameter(1, "", 0, 9999, "number of the vehicle, in its EVCCID")
    start_s: float = parameter(0.5, "s", 0.0, 60.0, "from plug-in to the first message")
    period_s: float = parameter(0.5, "s", 0.1, 10.0, "between messages of the loop")
    timeout_s: float = parameter(1.25, "s", 0.1, 60.0, "silence after which it stops obeying")
    certified: bool = parameter(True, "", 0, 1, "says that its inverter has SAE J3072")
    abnormal_category: int = parameter(3, "", 0, 3, "says this IEEE 1547 category; 0: says none")
    normal_category: int = parameter(2, "", 0, 2, "and this one, 1: A, 2: B; 0: says none")
    acknowledges: bool = parameter(True, "", 0, 1, "takes over the site's settings and says so")


@dataclass(frozen=True, slots=True)
class Readings:
    """What the vehicle has to say. Power positive out of the vehicle; departure −1: not said.

    forms: it can be the source of an island; forming: it is, or is ready to.
    """

    charge_w: float
    discharge_w: float
    nominal_v: float
    capacity_wh: float
    power_w: float
    reactive_var: float
    soc: float
    minimum_soc: float
    need_wh: float
    departure_s: float
    running: bool
    forms: bool = False
    forming: bool = False


@dataclass(frozen=True, slots=True)
class Orders:
    """What the connector has said. target_w: positive out of the vehicle. charge_w, discharge_w:
    magnitudes. permitted: an export may be. wanted: it is asked for, so close S2. forming: be the
    source of an island, with this voltage between the legs and this frequency."""

    target_w: float
    charge_w: float
    discharge_w: float
    permitted: bool
    wanted: bool
    forming: bool = False
    voltage_v: float = 0.0
    frequency_hz: float = 0.0


class Evcc:
    """A Peer on the vehicle's UART.

    orders: of the loop, None while nothing is heard. refusal: of the last discovery, 0 for none.
    settings: the version of the site's settings that it has taken over, 0 for none. site: these.
    said_us: when
    it last put a whole message on the wire. cut: the wire is broken. noise: how many of 100 bytes
    have a wrong bit, either way.
    """

    def __init__(
        self, parameters: LinkParameters, read: Callable[[], Readings], seed: int
    ) -> None:
        self.parameters = parameters
        self.orders: Orders | None = None
        self.refusal = 0
        self.settings = 0
        self.site: SiteSettings | None = None
        self.said_us = 0
        self.cut = False
        self.noise = 0.0
        self._read = read
        self._random = random.Random(f"{seed}/vehicle_link").random
        self._wire: Wire | None = None
        self._line = bytearray()
        self._turn: Message | None = None  # the request to send, None while it is silent
        self._answered = False
        self._hurries = False
        self._next_us = 0
        self._heard_us = 0
        self._session = 0
        self._identity = parameters.identity

    def attach(self, wire: Wire) -> None:
        """The UART between vehicle and connector."""
        self._wire = wire
        wire.attach(self)

    def advance(self, now_us: int, plugged: bool) -> None:
        """Say what is due."""
        p = self.parameters
        if not plugged or not p.on:
            if self._turn is not None:
                self._fall_silent(plugged)
            return
        if self._turn is None:
            self.settings = 0
            self.site = None
            self._set_up(now_us + round(p.start_s * 1e6))
        elif p.identity != self._identity or (
            self.orders is not None and now_us - self._heard_us >= p.timeout_s * 1e6
        ):
            self._set_up(now_us)
        hurries = self._hurries and self._answered and self._turn == Message.ChargeLoop
        if hurries or now_us >= self._next_us:
            self._hurries = False
            self._ask(now_us)

    def hurry(self) -> None:
        """What it says of itself has changed: say so as soon as the last answer is there."""
        self._hurries = True

    def deliver(self, now_us: int, data: bytes) -> None:
        """See Peer."""
        if self._turn is None or self.cut:
            return
        for byte in disturbed(data, self.noise, self._random):
            if byte != 0x0A:
                self._line.append(byte)
                if len(self._line) > _LONGEST_LINE:
                    self._line.clear()
            elif self._line:
                answer = from_line(bytes(self._line))
                self._line.clear()
                if answer is not None:
                    self._take(now_us, answer)

    def gone(self, now_us: int) -> None:
        """See Peer. The connector has no power: silence tells."""

    def _fall_silent(self, plugged: bool) -> None:
        if plugged and self._session:  # the driver has switched it off: a stop is said
            self._send({Key.Message: Message.SessionStop, Key.SessionID: self._session})
        self._turn = None
        self._session = 0
        self.orders = None
        self.refusal = 0

    def _set_up(self, at_us: int) -> None:
        self._turn = Message.SessionSetup
        self._next_us = at_us
        self._session = 0
        self._identity = self.parameters.identity
        self._answered = False
        self.orders = None

    def _ask(self, now_us: int) -> None:
        turn = self._turn
        assert turn is not None
        fields: Fields = {Key.Message: int(turn)}
        self._next_us = now_us + _RETRY_US
        if turn == Message.SessionSetup:
            fields[Key.EVCCID] = f"SIM{self._identity:04d}"
        else:
            fields[Key.SessionID] = self._session
            if turn == Message.ChargeParameterDiscovery:
                fields |= self._parameters_to_say()
            else:
                fields |= self._state_to_say()
                self._next_us = now_us + round(self.parameters.period_s * 1e6)
        if self._send(fields):
            self.said_us = now_us

    def _parameters_to_say(self) -> Fields:
        p = self.parameters
        is_ = self._read()
        fields: Fields = {
            Key.EVMaximumChargePower: _whole(is_.charge_w, _MOST_W),
            Key.EVMaximumDischargePower: _whole(is_.discharge_w, _MOST_W),
            Key.EVNominalVoltage: round(is_.nominal_v * 1000.0),
            Key.J3072Certified: p.certified,
            Key.EVUseableWattHours: _whole(is_.capacity_wh, _MOST_WH),
            Key.EVInverterManufacturer: "Simulated",
            Key.EVInverterModel: "Sim-11",
            Key.EVInverterSerialNumber: f"{self._identity:06d}",
            Key.EVInverterSwVersion: "1.0",
        }
        if p.certified:
            fields[Key.J3072CertificationDate] = 20089  # 2025-01-01
        if p.normal_category:
            fields[Key.IEEE1547NormalCategory] = p.normal_category - 1
        if p.abnormal_category:
            fields[Key.IEEE1547AbnormalCategory] = p.abnormal_category - 1
        if is_.forms:
            fields[Key.SupportedModes] = BOTH_MODES
        return fields

    def _state_to_say(self) -> Fields:
        is_ = self._read()
        fields: Fields = {
            Key.EVPresentActivePower: _whole(is_.power_w, _MOST_W),
            Key.EVPresentReactivePower: _whole(is_.reactive_var, _MOST_W),
            Key.PresentSOC: _whole(is_.soc * 10000.0, 10000),
            Key.MinimumSOC: _whole(is_.minimum_soc * 10000.0, 10000),
            Key.EVTargetEnergyRequest: _whole(is_.need_wh, _MOST_WH),
            Key.DEROperationalState: ON if is_.running else OFF,
            Key.SettingsVersion: self.settings,
        }
        if is_.departure_s >= 0.0:
            fields[Key.DepartureTime] = _whole(is_.departure_s, 604800)
        if is_.forms:
            fields[Key.GeneratorMode] = FORMING if is_.forming else FOLLOWING
        return fields

    def _send(self, fields: Fields) -> bool:
        """Put a message on the wire; True when all of it is as it should be."""
        # What was not answered may have met noise: an empty line ends it.
        line = to_line(fields) if self._answered else b"\n" + to_line(fields)
        self._answered = False
        if self._wire is None or self.cut:
            return False
        sent = disturbed(line, self.noise, self._random)
        self._wire.send(sent)
        return sent == line

    def _take(self, now_us: int, answer: Fields) -> None:
        code = answer.get(Key.ResponseCode)
        if code not in (ResponseCode.OK, ResponseCode.OK_NewSessionEstablished):
            self._answered = True
            unknown = code == ResponseCode.FAILED_UnknownSession
            self._set_up(now_us if unknown else now_us + _RETRY_US)
            return
        turn = self._turn
        if turn is None or answer.get(Key.Message) != turn + 1 or not _MUST[turn] <= answer.keys():
            return  # of a request that was given up
        self._answered = True
        if turn == Message.SessionSetup:
            self._session = answer[Key.SessionID]
            self._go_on(Message.ChargeParameterDiscovery, now_us)
        elif turn == Message.ChargeParameterDiscovery:
            self.refusal = answer[Key.Refusal]
            if self.parameters.acknowledges:
                self.settings = answer[Key.SettingsVersion]
                self.site = told(answer, self.parameters.abnormal_category or _BEST_CATEGORY)
            self._go_on(Message.ChargeLoop, now_us)
        else:
            self._obey(now_us, answer)

    def _go_on(self, turn: Message, now_us: int) -> None:
        self._turn = turn
        self._next_us = now_us

    def _obey(self, now_us: int, answer: Fields) -> None:
        self._heard_us = now_us
        self.orders = Orders(
            target_w=float(answer[Key.EVSETargetActivePower]),
            charge_w=float(answer[Key.EVSEMaximumChargePower]),
            discharge_w=float(answer[Key.EVSEMaximumDischargePower]),
            permitted=bool(answer[Key.PermitService]),
            wanted=answer.get(Key.EVSENotification) == EXIT_STANDBY,
            forming=answer.get(Key.RequiredDEROperatingMode) == FORMING,
            voltage_v=answer.get(Key.EVSETargetVoltage, 0) / 1000.0,
            frequency_hz=answer.get(Key.EVSETargetFrequency, 0) / 1000.0,
        )
        if Key.EVSEUpdateTime in answer:  # something is to be heard sooner than usual
            self._next_us = now_us + answer[Key.EVSEUpdateTime] * 1000
        others = answer[Key.SettingsVersion] != self.settings
        if others and self.parameters.acknowledges:
            self._go_on(Message.ChargeParameterDiscovery, now_us)


def _whole(value: float, most: int) -> int:
    """Rounded, and kept within what the message allows."""
    return max(-most, min(most, round(value)))
