"""The port of the vehicle link: one request at a time, judged, handed to the core, answered.

The order of SAE J3072 and ISO 15118-20 is kept here: a session is issued at the set-up, parameters
come before the loop. What the link is worth is the core's business (`wattback.vehicle`): when it
has lapsed there, or the vehicle was unplugged, the session is over and the vehicle must set up
anew. An answer is written after the tick that took the request, so that it tells what became of
it. It relies on the port contract in `wattback.service`.
"""

from micropython import const

from wattback.codec.frames import NOISE, WHOLE, Frames
from wattback.service import NEVER
from wattback.vehicle import LINK_IDENTIFIED, LINK_LAPSED, LINK_NONE
from wattback.vehicle_link.answers import Answer
from wattback.vehicle_link.requests import (
    CHARGE_LOOP,
    CHARGE_PARAMETER_DISCOVERY,
    FAILED,
    OK,
    SESSION_SETUP,
    SESSION_STOP,
    Request,
)

# What the port is busy with.
_LISTENING = const(0)
_DECODING = const(1)
_READING = const(2)
_TAKING = const(3)  # the core has the request until its next tick
_ANSWERING = const(4)
_ENCODING = const(5)
_SENDING = const(6)

_OK_NEW_SESSION = const(2)
_FAILED_SEQUENCE_ERROR = const(34)
_FAILED_UNKNOWN_SESSION = const(38)

_LAST_SESSION = const(65535)

# Who the vehicle and its inverter say they are: EVCCID, then manufacturer, model, serial number
# and software version. Texts of up to 32 bytes, and their keys.
_NAMES = const(5)
_NAME_BYTES = const(32)
_KEY_EVCCID = const(2)
_KEY_DETAILS = const(5)  # of the manufacturer; the others follow


class VehicleLinkPort:
    """See `wattback.service` for the contract."""

    def __init__(self, connector) -> None:  # type: ignore[no-untyped-def]
        self.due_us = NEVER
        self.closing = 0
        self._frames = Frames()
        self.out = self._frames.out
        self.out_count = 0
        self._vehicle = connector.vehicle
        self._request = Request(self._frames.message)
        self._answer = Answer(connector, self._frames.message)
        self._stage = _LISTENING
        self._session = 0  # the last one issued; the core knows whether it still runs
        self._names = bytearray(_NAME_BYTES * _NAMES)
        self._name_bytes = bytearray(_NAMES)

    def name(self, index: int) -> str:
        """A name of the last vehicle, in the order above; "" where it has not said it."""
        at = index * _NAME_BYTES
        return str(self._names[at : at + self._name_bytes[index]], "ascii")

    def opened(self) -> None:
        """The wire is there."""
        self._frames.reopen()
        self._listen()

    def closed(self) -> None:
        """The wire is gone."""

    def room(self) -> int:
        """How many bytes it takes now."""
        return self._frames.room()

    def receive(self, data, count: int, now_us: int) -> None:  # type: ignore[no-untyped-def]
        """Take `count` bytes, at most `room()`."""
        self._frames.receive(data, count)

    def sent(self) -> None:
        """The board has taken what is in `out`."""
        self._listen()

    def step(self, now_us: int) -> int:
        """One unit of work; see the contract."""
        stage = self._stage
        if stage == _LISTENING:
            return self._hear()
        if stage == _DECODING:
            self._decode()
        elif stage == _READING:
            if not self._request.step():
                self._judge()
        elif stage == _TAKING:
            if self._vehicle.inbox_full:
                return 0
            self._conclude()
        elif stage == _ANSWERING:
            end = self._answer.step()
            if end:
                self._frames.begin_encoding(end)
                self._stage = _ENCODING
        elif stage == _ENCODING:
            if self._frames.encode() == WHOLE:
                self.out_count = self._frames.out_count
                self._stage = _SENDING
        else:
            return 0
        return 1

    def _listen(self) -> None:
        self._frames.lines.drop()
        self.out_count = 0
        self._stage = _LISTENING

    def _hear(self) -> int:
        if not self._frames.hear():
            return 0
        self._stage = _DECODING
        return 1

    def _decode(self) -> None:
        came_to = self._frames.decode()
        if came_to == NOISE:
            self._listen()
        elif came_to == WHOLE:
            self._request.start(self._frames.count)
            self._stage = _READING

    def _judge(self) -> None:
        request = self._request
        vehicle = self._vehicle
        code = request.code
        if code == OK and request.message != SESSION_SETUP:
            if request.session != self._session or self._is_over():
                code = _FAILED_UNKNOWN_SESSION
            elif request.message == CHARGE_LOOP and vehicle.link == LINK_IDENTIFIED:
                code = _FAILED_SEQUENCE_ERROR
        if code != OK:
            self._reply(code)
            return
        request.fill(vehicle.inbox)
        vehicle.inbox_full = 1  # last of all: the tick may come at any moment
        self._stage = _TAKING

    def _conclude(self) -> None:
        # The tick has taken the request, or dropped it because no vehicle is on the pilot.
        message = self._request.message
        code = OK
        if message == SESSION_STOP:
            pass
        elif self._is_over():
            code = FAILED if message == SESSION_SETUP else _FAILED_UNKNOWN_SESSION
        elif message == SESSION_SETUP:
            self._session = self._session % _LAST_SESSION + 1
            code = _OK_NEW_SESSION
            self._keep_names(0)  # those that are not said yet are forgotten
        elif message == CHARGE_PARAMETER_DISCOVERY:
            self._keep_names(1)
        self._reply(code)

    def _is_over(self) -> int:
        link = self._vehicle.link
        return 1 if link == LINK_NONE or link == LINK_LAPSED else 0

    def _keep_names(self, first: int) -> None:
        for index in range(first, _NAMES):
            key = _KEY_DETAILS - 1 + index if index else _KEY_EVCCID
            at = index * _NAME_BYTES
            self._name_bytes[index] = self._request.copy_text(key, self._names, at)

    def _reply(self, code: int) -> None:
        self._answer.start(self._request.message, self._session, code)
        self._stage = _ANSWERING
