"""The port of the gateway's link: lines of `docs/gateway_link.cddl`, both ways, at a steady pace.

The gateway says its state, the connector says what it wants of the switch; neither waits for the
other. A state with a word too few, too many or out of its range is noise: the next one comes soon,
and the core judges silence. It relies on the port contract in `wattback.service`.
"""

from micropython import const

from wattback.codec.cbor import ARRAY, END, INTEGER, Reader, Writer
from wattback.codec.frames import MESSAGE_AT, NOISE, WHOLE, Frames
from wattback.gateway import NO_ORDER, STATE_COUNTER, STATE_WORDS
from wattback.service import NEVER, TIME_MASK_US

_PERIOD_US = const(100000)  # of the orders
_LONGEST = const(100)  # bytes of a frame: 15 words of 5 bytes, and what is around them
_ORDER_WORDS = const(4)
_COUNTER_MASK = const(0xFFFF)

_LISTENING = const(0)
_DECODING = const(1)
_READING = const(2)

# What each word of a state may be, in its order.
_LOWEST = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1800, -100000, 0, 0, 0)
_HIGHEST = (
    _COUNTER_MASK,
    1,
    1,
    3,
    600000,
    600000,
    100000,
    600000,
    600000,
    100000,
    1800,
    100000,
    100000,
    1,
    100000,
)


class GatewayPort:
    """See `wattback.service` for the contract."""

    def __init__(self, connector) -> None:  # type: ignore[no-untyped-def]
        self.due_us = NEVER  # a tick calls it often enough
        self.closing = 0
        self._fitted = connector.settings.gateway_fitted
        self._order_us = 0  # when the next order is due
        self._gateway = connector.backup.gateway
        self._in = Frames(_LONGEST)
        self._reader = Reader(self._in.message)
        self._orders = Frames(_LONGEST)
        self._writer = Writer(self._orders.message)
        self.out = self._orders.out
        self.out_count = 0
        self._stage = _LISTENING
        self._counter = 0

    def opened(self) -> None:
        """The wire is there."""
        self._in.reopen()
        self._listen()

    def closed(self) -> None:
        """The wire is gone."""

    def room(self) -> int:
        """How many bytes it takes now."""
        return self._in.room()

    def receive(self, data, count: int, now_us: int) -> None:  # type: ignore[no-untyped-def]
        """Take `count` bytes, at most `room()`."""
        self._in.receive(data, count)

    def sent(self) -> None:
        """The board has taken what is in `out`."""
        self.out_count = 0

    def step(self, now_us: int) -> int:
        """One unit of work; see the contract."""
        if self._fitted and self._may_order(now_us):
            self._order(now_us)
            return 1
        if self._stage == _DECODING:
            self._decode()
        elif self._stage == _READING:
            self._read()
        else:
            return self._hear()
        return 1

    def _may_order(self, now_us: int) -> bool:
        # A gateway that we do not hear is left to itself.
        gateway = self._gateway
        waits = 0 < (self._order_us - now_us) & TIME_MASK_US <= _PERIOD_US
        knows = gateway.fresh and gateway.order_switch != NO_ORDER
        return not waits and not self.out_count and knows

    def _order(self, now_us: int) -> None:
        self._order_us = (now_us + _PERIOD_US) & TIME_MASK_US
        gateway = self._gateway
        self._counter = (self._counter + 1) & _COUNTER_MASK
        writer = self._writer
        writer.start(MESSAGE_AT)
        writer.array(_ORDER_WORDS)
        writer.integer(self._counter)
        writer.integer(gateway.order_switch)
        writer.integer(gateway.order_shed)
        writer.integer(gateway.state[STATE_COUNTER])
        orders = self._orders
        orders.begin_encoding(writer.at)
        while orders.encode() != WHOLE:  # two chunks at the most
            pass
        self.out_count = orders.out_count

    def _listen(self) -> None:
        self._in.lines.drop()
        self._stage = _LISTENING

    def _hear(self) -> int:
        if not self._in.hear():
            return 0
        self._stage = _DECODING
        return 1

    def _decode(self) -> None:
        came_to = self._in.decode()
        if came_to == NOISE:
            self._listen()
        elif came_to == WHOLE:
            self._stage = _READING

    def _read(self) -> None:
        # A state that the tick has not taken yet is overtaken by this one: newer is better.
        reader = self._reader
        gateway = self._gateway
        reader.start(MESSAGE_AT, self._in.count)
        gateway.inbox_full = 0
        good = reader.next() == ARRAY and reader.value == STATE_WORDS
        for word in range(STATE_WORDS if good else 0):
            if reader.next() != INTEGER or not _LOWEST[word] <= reader.value <= _HIGHEST[word]:
                good = False
                break
            gateway.inbox[word] = reader.value
        if good and reader.next() == END:
            gateway.inbox_full = 1
        self._listen()
