"""Modbus reads on the unix port of MicroPython: our ports beside the server that PyPI offers."""

from __future__ import annotations

import os
import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.evidence.figures import Figure, Section, Table, at_least, at_most, none_of
from tests.evidence.provenance import ROOT
from wattback_sim.errors import SimulationError
from wattback_sim.firmware import firmware_root
from wattback_sim.link.micropython import find_interpreter, one_core

_PROGRAM = Path(__file__).with_name("modbus_racer.py")
_DOWNLOADED = ROOT / ".cache" / "umodbus"
_THEIRS = "micropython-modbus 2.3.7"
_ROUNDS = 15
_READS = {"rtu": 4000, "tcp": 8000, "theirs": 1500}  # a round: some 100 ms each
_TITLES = {"rtu": "ours, RTU", "tcp": "ours, TCP", "theirs": f"{_THEIRS}, RTU"}
_REGISTERS = 60
_RTU_HEAD, _TCP_HEAD = 3, 9  # bytes before the registers
_RTU_TAIL = 2


class _Racer:
    """One interpreter with one server, or two of them, in it."""

    def __init__(self, *arguments: str) -> None:
        interpreter = find_interpreter()
        if interpreter is None:
            raise SimulationError("there is no MicroPython here to run Modbus servers on")
        path = f"{firmware_root()}:{_DOWNLOADED}"
        self._process = subprocess.Popen(
            [str(interpreter), "-X", "heapsize=16M", str(_PROGRAM), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MICROPYPATH": path},
        )

    def ask(self, name: str, verb: str, count: int = 0) -> str:
        """The answer to one line."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(name, verb, count, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise SimulationError(f"the Modbus server {name} has stopped: see its words above")
        return answer

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@dataclass(frozen=True)
class _Race:
    """us: of a read, by server and round. taken: bytes of a read. differing: replies that are not
    the same registers.
    """

    us: dict[str, list[float]]
    taken: dict[str, int]
    differing: int


def measure() -> Section:
    """Let the three read the same registers, a round each in turn."""
    if not (_DOWNLOADED / "umodbus").is_dir():
        raise SimulationError(f"{_THEIRS} is not downloaded: make .cache/umodbus/.downloaded")
    with one_core():
        race = _run()
    return Section(
        "modbus",
        "Reading 60 registers over Modbus",
        f"CPU time from a whole request in memory to the whole reply in memory, {_ROUNDS} rounds, "
        "every server once a round, on one core. Ours are the firmware's ports on a whole "
        "connector, the check sum of RTU in bytecode; they answer from an image of the registers, "
        f"whose refreshing between requests is not timed. {_THEIRS} (PyPI, GPL, run beside and "
        "never shipped) holds the same values, on a fake board that neither waits nor costs time. "
        "Times of this machine vary; the ratios hardly do.",
        "MicroPython, unix port",
        None,
        _figures(race),
        (_table(race),),
    )


def _run() -> _Race:
    with ExitStack() as stack:
        ours = _Racer("ours")
        stack.callback(ours.close)
        replies = {name: bytes.fromhex(ours.ask(name, "reply")) for name in ("rtu", "tcp")}
        registers = replies["rtu"][_RTU_HEAD:-_RTU_TAIL]
        theirs = _Racer("theirs", registers.hex())
        stack.callback(theirs.close)
        differing = sum(
            (
                replies["tcp"][_TCP_HEAD:] != registers,
                bytes.fromhex(theirs.ask("theirs", "reply")) != replies["rtu"],
                len(registers) != 2 * _REGISTERS,
            )
        )
        racers = {"rtu": ours, "tcp": ours, "theirs": theirs}
        us: dict[str, list[float]] = {name: [] for name in racers}
        for _ in range(_ROUNDS):
            for name, racer in racers.items():
                count = _READS[name]
                us[name].append(int(racer.ask(name, "time", count)) / count)
        taken = {name: int(racer.ask(name, "weigh")) for name, racer in racers.items()}
        return _Race(us, taken, differing)


def _figures(race: _Race) -> tuple[Figure, ...]:
    theirs_us = race.us["theirs"]
    of = f"medians of {_ROUNDS} rounds"
    figures = [none_of("replies that differ", race.differing, "3 replies to the same request")]
    for name in ("rtu", "tcp"):
        ratios = [one / other for one, other in zip(theirs_us, race.us[name], strict=True)]
        title = _TITLES[name]
        figures += [
            Figure(title, round(statistics.median(race.us[name]), 2), "µs of CPU", of),
            at_least(
                f"times as fast as {_THEIRS}: {title}",
                round(statistics.median(ratios), 1),
                "",
                1,
                of,
            ),
            at_most(f"heap taken by a read: {title}", race.taken[name], "bytes", 0, "1 read"),
        ]
    figures += [
        Figure(_TITLES["theirs"], round(statistics.median(theirs_us), 2), "µs of CPU", of),
        Figure(
            f"heap taken by a read: {_TITLES['theirs']}", race.taken["theirs"], "bytes", "1 read"
        ),
    ]
    return tuple(figures)


def _table(race: _Race) -> Table:
    return Table(
        "µs of CPU for one read",
        ("server", "min", "median", "max"),
        tuple(
            (
                _TITLES[name],
                round(min(us), 2),
                round(statistics.median(us), 2),
                round(max(us), 2),
            )
            for name, us in race.us.items()
        ),
    )
