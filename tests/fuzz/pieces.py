"""Pieces: what one input of the fuzzer consists of, and how a channel puts it on the wire.

A piece is a message in its bare form, which the channel frames with a right length and check sum,
or bytes that go on the wire as they are. Mutations work on either, so both a frame's inside and
its outside are searched.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from tests.unit.console_bench import lines_of
from tests.unit.modbus_ports import rtu, tcp
from wattback.service import (
    CHANNEL_CONSOLE,
    CHANNEL_GATEWAY,
    CHANNEL_RTU,
    CHANNEL_TCP,
    TCP_CONNECTIONS,
)
from wattback_sim.evcc_messages import frame

UNIT = 1
WORLD = -1  # a channel on which nothing is sent: its first byte says what happens, see `board`
# Numbers in CBOR that stand for what the connector has said: the vehicle's session, its settings.
SESSION = b"\x19\xff\xfe"
SETTINGS_VERSION = b"\x19\xff\xfd"


class Piece(NamedTuple):
    """framed: body is a message, else bytes of the wire. hangs_up: the peer ends the connection
    behind it. ticks: that pass afterwards.
    """

    channel: int
    framed: bool
    body: bytes
    ticks: int = 1
    hangs_up: bool = False


Input = tuple[Piece, ...]


class Said(NamedTuple):
    """What the connector has said last: its number for the session, and for its settings."""

    session: int = 1
    settings_version: int = 0


def on_the_wire(piece: Piece, said: Said) -> bytes:
    """The bytes of a piece."""
    if not piece.framed or piece.channel == WORLD:
        return piece.body
    body = piece.body
    if piece.channel == CHANNEL_RTU:
        return rtu(body[1:], body[0]) if body else b""
    if piece.channel >= CHANNEL_TCP:
        return tcp(body[1:], unit=body[0]) if body else b""
    if piece.channel == CHANNEL_CONSOLE:
        return lines_of(body)
    if piece.channel == CHANNEL_GATEWAY:
        return frame(body)
    body = body.replace(SESSION, b"\x19" + said.session.to_bytes(2, "big"))
    body = body.replace(SETTINGS_VERSION, b"\x19" + said.settings_version.to_bytes(2, "big"))
    return frame(body)


def _repaired(piece: Piece) -> bytes:
    """The message with its own counts put right."""
    body = piece.body
    if piece.channel == CHANNEL_CONSOLE and len(body) >= 8:
        return body[:2] + (len(body) - 8).to_bytes(2, "big") + body[4:]
    modbus = piece.channel == CHANNEL_RTU or piece.channel >= CHANNEL_TCP
    if modbus and len(body) > 7 and body[1] == 16:
        octets = body[7:][:246]
        octets = octets[: len(octets) & ~1]
        count = len(octets) // 2
        return body[:4] + bytes([0, count, 2 * count]) + octets
    return body


class Mutator:
    """Makes new inputs out of old ones. tokens: by channel, byte strings that mean something."""

    def __init__(self, chance: random.Random, tokens: dict[int, tuple[bytes, ...]]) -> None:
        self._chance = chance
        self._tokens = tokens
        self._bytes: tuple[Callable[[bytearray, int], None], ...] = (
            self._flip,
            self._set,
            self._insert,
            self._delete,
            self._repeat,
            self._truncate,
            self._lie,
            self._put_token,
            self._put_token,
            self._insert_token,
        )

    def mutated(self, parent: Input, other: Input) -> Input:
        """A variation of `parent`, maybe with parts of `other`."""
        chance = self._chance
        pieces = list(parent)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            at = chance.randrange(len(pieces))
            kind = chance.random()
            if kind < 0.75:
                pieces[at] = self._mutated_piece(pieces[at])
            elif kind < 0.80 and len(pieces) > 1:
                del pieces[at]
            elif kind < 0.90 and len(pieces) < _MOST_PIECES:
                pieces.insert(at, chance.choice(other))
            elif kind < 0.95 and len(pieces) < _MOST_PIECES:
                pieces.insert(at, pieces[at])
            else:
                pieces[at] = self._spliced(pieces[at], chance.choice(other))
        return tuple(pieces)

    def _mutated_piece(self, piece: Piece) -> Piece:
        chance = self._chance
        kind = chance.random()
        if kind < 0.1:
            return piece._replace(ticks=chance.choice(_TICKS))
        if kind < 0.15:
            return piece._replace(body=on_the_wire(piece, Said()), framed=False)
        if kind < 0.18 and piece.channel >= CHANNEL_TCP:
            if chance.random() < 0.5:
                return piece._replace(hangs_up=not piece.hangs_up)
            return piece._replace(channel=CHANNEL_TCP + chance.randrange(TCP_CONNECTIONS))
        body = bytearray(piece.body)
        for _ in range(chance.choice((1, 1, 2, 4))):
            chance.choice(self._bytes)(body, piece.channel)
        mutated = piece._replace(body=bytes(body[:_MOST_BYTES]))
        return mutated._replace(body=_repaired(mutated)) if chance.random() < 0.5 else mutated

    def _spliced(self, piece: Piece, other: Piece) -> Piece:
        if piece.channel != other.channel or piece.framed != other.framed:
            return piece
        cut = self._chance.randrange(len(piece.body) + 1)
        rest = other.body[self._chance.randrange(len(other.body) + 1) :]
        return piece._replace(body=(piece.body[:cut] + rest)[:_MOST_BYTES])

    def _flip(self, body: bytearray, _channel: int) -> None:
        if body:
            body[self._chance.randrange(len(body))] ^= 1 << self._chance.randrange(8)

    def _set(self, body: bytearray, _channel: int) -> None:
        if body:
            value = self._chance.choice((0, 1, 0x7F, 0x80, 0xFF, self._chance.randrange(256)))
            body[self._chance.randrange(len(body))] = value

    def _insert(self, body: bytearray, _channel: int) -> None:
        at = self._chance.randrange(len(body) + 1)
        body[at:at] = self._chance.randbytes(self._chance.choice((1, 2, 4, 16)))

    def _delete(self, body: bytearray, _channel: int) -> None:
        if body:
            at = self._chance.randrange(len(body))
            del body[at : at + self._chance.choice((1, 1, 2, 4, 16))]

    def _repeat(self, body: bytearray, _channel: int) -> None:
        if body:
            at = self._chance.randrange(len(body))
            part = body[at : at + self._chance.choice((1, 2, 8, 64))]
            body[at:at] = part * self._chance.choice((1, 2, 4))

    def _truncate(self, body: bytearray, _channel: int) -> None:
        if body:
            del body[self._chance.randrange(len(body)) :]

    def _lie(self, body: bytearray, _channel: int) -> None:
        """A byte that may be a count becomes a little more or less."""
        if body:
            at = self._chance.randrange(min(len(body), 12))
            body[at] = (body[at] + self._chance.choice((-2, -1, 1, 2))) & 0xFF

    def _put_token(self, body: bytearray, channel: int) -> None:
        token = self._chance.choice(self._tokens[min(channel, CHANNEL_TCP)])
        at = self._chance.randrange(len(body) + 1)
        body[at : at + len(token)] = token

    def _insert_token(self, body: bytearray, channel: int) -> None:
        token = self._chance.choice(self._tokens[min(channel, CHANNEL_TCP)])
        at = self._chance.randrange(len(body) + 1)
        body[at:at] = token


_MOST_PIECES = 8
_TICKS = (0, 0, 0, 1, 1, 2, 20, 120)  # the last one is longer than any patience
_MOST_BYTES = 700
