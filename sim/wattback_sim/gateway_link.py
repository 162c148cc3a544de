"""The gateway's end of its link: says its state at a steady pace, hears the connector's orders.

Lines are those of the vehicle link, their CBOR an array of integers: `docs/gateway_link.cddl`.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import cbor2

from wattback_sim.evcc_messages import frame, unframe
from wattback_sim.line_noise import disturbed
from wattback_sim.wires import Wire

_LONGEST_LINE = 600
_COUNTS = 65536
_ORDER_WORDS = 4
_MOST_SHED = 3
_AUXILIARY_MV = 24_000  # of a full one

Volts = tuple[float, float, float]  # leg 1, leg 2, and their frequency in Hz


@dataclass(frozen=True, slots=True)
class Measured:
    """What there is to say; see `Gateway`. grid, home: volts of the legs and the frequency."""

    closed_contact: int
    open_contact: int
    shed: int
    grid: Volts
    home: Volts
    angle_deg: float
    service_w: float
    solar_w: float
    transformer_ok: bool
    auxiliary: float


class Sense:
    """One of its measurements. frozen: repeats its last; offset: reads so much too much."""

    def __init__(self) -> None:
        self.frozen = False
        self.offset = 0.0
        self._last: list[int] = []

    def volts(self, truth: Volts) -> list[int]:
        """Of two legs in mV, with their frequency in mHz."""
        l1_v, l2_v, hz = truth
        legs = [max(0, round((volts + self.offset) * 1000.0)) for volts in (l1_v, l2_v)]
        return self._hold([*legs, round(hz * 1000.0)])

    def watts(self, truth: float) -> list[int]:
        """Of a power, in W."""
        return self._hold([round(truth + self.offset)])

    def _hold(self, now: list[int]) -> list[int]:
        if not self.frozen or not self._last:
            self._last = now
        return self._last


class GatewayLink:
    """A Peer on the gateway's UART.

    heard_us: when the last new order came. grid_sense, home_sense, service_sense: what it
    measures with. cut: the wire is broken. frozen: its counter stands still. noise: how many of
    100 bytes have a wrong bit, either way.
    """

    def __init__(
        self,
        period_s: Callable[[], float],
        read: Callable[[], Measured],
        obey: Callable[[int, bool, int], None],
        seed: int,
    ) -> None:
        self.heard_us = 0
        self.grid_sense = Sense()
        self.home_sense = Sense()
        self.service_sense = Sense()
        self.cut = False
        self.frozen = False
        self.noise = 0.0
        self._period_s = period_s
        self._read = read
        self._obey = obey
        self._random = random.Random(f"{seed}/gateway_link").random
        self._wire: Wire | None = None
        self._line = bytearray()
        self._powered = True
        self._next_us = 0
        self._counter = 0
        self._heard_counter = -1  # of the last order, -1: none yet

    def attach(self, wire: Wire) -> None:
        """The UART between gateway and connector."""
        self._wire = wire
        wire.attach(self)

    def advance(self, now_us: int, powered: bool) -> None:
        """Say what is due."""
        self._powered = powered
        if not powered:
            self._line.clear()
            self._heard_counter = -1
        elif now_us >= self._next_us:
            self._next_us = now_us + round(self._period_s() * 1e6)
            self._say()

    def hurry(self) -> None:
        """Something has moved that the connector must know at once."""
        self._next_us = 0

    def deliver(self, now_us: int, data: bytes) -> None:
        """See Peer."""
        if self.cut or not self._powered:
            return
        for byte in disturbed(data, self.noise, self._random):
            if byte != 0x0A:
                self._line.append(byte)
                if len(self._line) > _LONGEST_LINE:
                    self._line.clear()
            elif self._line:
                line = bytes(self._line)
                self._line.clear()
                self._take(now_us, line)

    def gone(self, now_us: int) -> None:
        """See Peer. The connector has no power: silence tells."""

    def state(self) -> list[int]:
        """What it says now."""
        is_ = self._read()
        return [
            self._counter,
            is_.closed_contact,
            is_.open_contact,
            is_.shed,
            *self.grid_sense.volts(is_.grid),
            *self.home_sense.volts(is_.home),
            round(is_.angle_deg * 10.0),
            *self.service_sense.watts(is_.service_w),
            round(is_.solar_w),
            int(is_.transformer_ok),
            round(is_.auxiliary * _AUXILIARY_MV),
        ]

    def _say(self) -> None:
        if not self.frozen:
            self._counter = (self._counter + 1) % _COUNTS
        line = frame(cbor2.dumps(self.state()))
        if self._wire is not None and not self.cut:
            self._wire.send(disturbed(line, self.noise, self._random))

    def _take(self, now_us: int, line: bytes) -> None:
        order = _from_line(line)
        if order is None or order[0] == self._heard_counter:
            return  # noise, or a connector that stands still
        self._heard_counter = order[0]
        self.heard_us = now_us
        self._obey(now_us, bool(order[1]), order[2])


def _from_line(line: bytes) -> list[int] | None:
    """The words of an order, or None when it is none."""
    body = unframe(line)
    if body is None:
        return None
    try:
        words = cbor2.loads(body)
    except (cbor2.CBORDecodeError, ValueError):
        return None
    if not isinstance(words, list) or len(words) != _ORDER_WORDS:
        return None
    whole = all(type(word) is int and 0 <= word < _COUNTS for word in words)
    return words if whole and words[1] <= 1 and words[2] <= _MOST_SHED else None
