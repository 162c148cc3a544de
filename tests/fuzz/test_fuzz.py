"""A short campaign on every port: nothing raises, and each port still answers afterwards.

`make evidence` runs the same to the plateau and tells what was never reached.
"""

import pytest

from tests.fuzz.arcs import Map
from tests.fuzz.campaign import NAMES, Campaign, Result, modules_of
from wattback.modbus import bank, tcp
from wattback.service import CHANNEL_TCP

SEED = 1
INPUTS = 300
MAP = Map(sorted({module for name in NAMES for module in modules_of(name)}))
# What the good messages alone reach, with a margin: a harness that reaches less tests little.
LEAST_SHARE = 0.85


def run(name: str, inputs: int) -> Result:
    return Campaign(name, MAP, SEED).run(inputs, inputs)


@pytest.mark.parametrize("name", NAMES)
def test_no_input_raises_or_leaves_a_port_unable_to_answer(name: str) -> None:
    result = run(name, INPUTS)
    possible = MAP.within(MAP.possible, modules_of(name))
    assert result.inputs == INPUTS
    assert len(result.arcs & possible) >= LEAST_SHARE * len(possible)
    # The bytecode is read as the interpreter runs it, but for a loop that Python 3.12 tells twice.
    assert len(result.arcs - MAP.possible) <= 1


def test_a_campaign_is_the_same_at_every_run() -> None:
    assert run("Modbus RTU", 60) == run("Modbus RTU", 60)


def test_what_raises_is_told_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "judge", lambda *_: 1 // 0)
    with pytest.raises(AssertionError, match=r"Modbus TCP, seed 1, input \d+: ZeroDivisionError"):
        run("Modbus TCP", INPUTS)


def test_a_port_that_goes_deaf_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp.TcpPort, "opened", lambda self: None)
    with pytest.raises(AssertionError, match=f"a good request on channel {CHANNEL_TCP}"):
        run("Modbus TCP", INPUTS)
