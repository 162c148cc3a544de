"""Talk on the wires of a site: scripts of bytes, and a record of all that comes back and when."""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.lockstep.playing import TICK_MS, one_core_a_worker
from wattback.codec.crc_modbus import crc16_modbus
from wattback_sim.parameters import Value
from wattback_sim.site import Site
from wattback_sim.trace import Trace
from wattback_sim.wires import Wire

SERIAL = ("console", "rtu", "vehicle")


def rtu(body: str) -> bytes:
    """A frame of hexadecimal digits with its check sum."""
    frame = bytes.fromhex(body)
    return frame + crc16_modbus(frame, 0, len(frame)).to_bytes(2, "little")


def tcp(body: str, number: int = 1) -> bytes:
    """A request of hexadecimal digits, unit included, with its header."""
    pdu = bytes.fromhex(body)
    return number.to_bytes(2, "big") + b"\0\0" + len(pdu).to_bytes(2, "big") + pdu


class Ear:
    """A Peer that writes down what it hears, and when."""

    def __init__(self, name: str, heard: list[tuple[int, str, bytes]]) -> None:
        self._name = name
        self._heard = heard

    def deliver(self, now_us: int, data: bytes) -> None:
        self._heard.append((now_us, self._name, data))

    def gone(self, now_us: int) -> None:
        self._heard.append((now_us, self._name, b"gone"))


@dataclass(frozen=True, slots=True)
class Talk:
    """What a run with talk came to. trace: a row each tick. heard: time in µs, wire, bytes."""

    trace: str
    heard: tuple[tuple[int, str, bytes], ...]
    violations: tuple[object, ...]

    def said(self, name: str) -> bytes:
        """Everything that came back on one wire."""
        return b"".join(data for _, wire, data in self.heard if wire == name)


Script = Callable[["Stage"], None]


class Stage:
    """A site on which scripts enter what is sent, and when."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.heard: list[tuple[int, str, bytes]] = []
        for name in SERIAL:
            site.wiring.serial[name].attach(Ear(name, self.heard))

    def at(self, t_s: float, act: Callable[[], object]) -> None:
        self.site.timetable.at(round(t_s * 1e6), act)

    def send(self, t_s: float, name: str, data: bytes) -> None:
        """Put bytes on a serial wire."""
        self.at(t_s, lambda: self.site.wiring.serial[name].send(data))

    def tcp(self, t_s: float, name: str, pieces: list[tuple[float, bytes]]) -> None:
        """Open a connection, send pieces at times after that, and close it behind them."""

        def begin() -> None:
            connection = self.site.wiring.connect(Ear(name, self.heard))
            for after_s, piece in pieces:
                self.at(t_s + after_s, lambda piece=piece: send(connection, piece))  # type: ignore[misc]
            self.at(t_s + max(after_s for after_s, _ in pieces) + 0.3, connection.close)

        self.at(t_s, begin)


def send(wire: Wire, data: bytes) -> None:
    """Put bytes on a wire."""
    wire.send(data)


def play_talk(
    runtime: str,
    duration_s: float,
    scripts: tuple[Script, ...],
    initial: Mapping[str, Value],
    happens: Callable[[Stage], None] | None = None,
    settings: Mapping[str, int] | None = None,
) -> Talk:
    """Run a site with everything that the scripts enter. happens: what the world does."""
    out = io.StringIO()
    site = Site(runtime, 1, initial, settings)
    trace = Trace(TICK_MS, out, keep=False)
    site.watchers.append(lambda: trace.record(site.board))
    stage = Stage(site)
    if happens is not None:
        happens(stage)
    for script in scripts:
        script(stage)
    with one_core_a_worker():
        try:
            site.power_on()
            site.run_until(round(duration_s * 1e6))
        finally:
            site.close()
    return Talk(out.getvalue(), tuple(stage.heard), tuple(site.truths.violations))


def garbage(seed: int, name: str, from_s: float, to_s: float) -> Script:
    """Noise, half a message, too much of one, lines without end, on one serial wire."""

    def script(stage: Stage) -> None:
        chance = random.Random(f"{seed}/{name}")
        t_s = from_s
        while t_s < to_s:
            stage.send(t_s, name, _rubbish(chance))
            t_s += chance.choice((0.001, 0.01, 0.05, 0.2))

    return script


def tcp_garbage(seed: int, from_s: float, to_s: float) -> Script:
    """The same on connections that come and go."""

    def script(stage: Stage) -> None:
        chance = random.Random(f"{seed}/tcp")
        t_s = from_s
        number = 0
        while t_s < to_s:
            pieces = [(chance.uniform(0.0, 0.2), _rubbish(chance)) for _ in range(3)]
            number += 1
            stage.tcp(t_s, f"tcp {number}", sorted(pieces))
            t_s += 0.6

    return script


_READ = "01 03 9c40 0004"


def _rubbish(chance: random.Random) -> bytes:
    whole = rtu(_READ)
    kinds = (
        lambda: chance.randbytes(chance.randrange(1, 40)),
        lambda: chance.randbytes(300),
        lambda: bytes([chance.randrange(256)]) * 70,
        lambda: whole[: chance.randrange(1, len(whole))],
        lambda: rtu("09 03 9c40 0004"),  # of another unit
        lambda: whole[:-1] + bytes([whole[-1] ^ 0x10]),
        lambda: tcp(_READ)[: chance.randrange(1, 12)],
        lambda: tcp(_READ) * 5,
        lambda: b"status why vitals\n\n\r\0",
        lambda: b"\x06\x09" + bytes(chance.choices(b"ABCxyz0189+/=", k=50)) + b"\n",
        lambda: b"x" * 500,
    )
    return chance.choice(kinds)()
