"""A small exploration in every run of the tests, and the tools that it relies on."""

from dataclasses import replace

import pytest

from tests.exploration import soundness
from tests.exploration.abstraction import COUNTERS, PHASES, PICTURES, time_class
from tests.exploration.alphabets import ALPHABETS, EXPORTING, Alphabet, charge, export
from tests.exploration.backup_alphabets import BACKED, BACKUP_ALPHABETS
from tests.exploration.every import every_alphabet
from tests.exploration.explorer import Explorer
from tests.exploration.fault_alphabets import ELSEWHERE, WAYS
from tests.exploration.rig import Rig
from tests.exploration.snapshots import Graph
from wattback.fault_table import FAULTS
from wattback.session import CHARGING, DISCHARGING, STATE_NAMES

_FEW = 20  # states of each alphabet; `make evidence` goes on from there


@pytest.mark.parametrize(
    "alphabet", [*ALPHABETS, *BACKUP_ALPHABETS], ids=lambda alphabet: str(alphabet.name)
)
def test_no_truth_is_violated_in_the_first_states(alphabet: Alphabet) -> None:
    explored = Explorer(replace(alphabet, bound=_FEW)).run()
    assert explored.violations == 0, explored.found
    assert explored.states >= _FEW or explored.complete


def test_every_row_of_the_fault_table_has_an_alphabet() -> None:
    assert WAYS.keys() | ELSEWHERE == {row[0] for row in FAULTS}
    names = [alphabet.name for alphabet in every_alphabet()]
    assert len(names) == len(set(names))
    assert len(names) == len(ALPHABETS) + len(BACKUP_ALPHABETS) + len(WAYS) + 1


def test_a_snapshot_brings_everything_back() -> None:
    rig = Rig(EXPORTING)
    export(rig)
    graph, before = rig.graph, rig.take()
    rig.run(50)
    after = rig.take()
    assert after != before
    rig.put(before)
    assert rig.take() == before
    rig.run(50)
    assert rig.take() == after
    assert rig.connector.session.state == DISCHARGING
    assert Graph(rig.connector).shape() == rig.core.shape()
    assert graph.take() == after


def test_a_snapshot_outlives_a_power_cut() -> None:
    rig = Rig({})
    charge(rig)
    charging = rig.take()
    rig.cut_power()
    assert STATE_NAMES[rig.connector.session.state] == "boot"
    assert rig.connector.meter.import_wh, "the registers are retained"
    rig.run(100)
    rig.put(charging)
    rig.run(100)
    assert rig.connector.session.state == CHARGING
    assert not rig.truths.broken, rig.truths.last_broken


def test_what_is_left_out_is_there() -> None:
    rig = Rig(BACKED)
    attributes: dict[str, set[str]] = {}
    for node in rig.graph.nodes:
        attributes.setdefault(node.kind, set()).update(node.plain)
    for kind in PICTURES:
        assert kind in attributes, kind
    for table in (COUNTERS, PHASES):
        for kind, names in table.items():
            assert set(names.split()) <= attributes[kind], kind


def test_counters_do_not_matter() -> None:
    explorer = Explorer(replace(ALPHABETS[2], bound=_FEW))
    explorer.run()
    compared = soundness.counters(explorer, range(0, _FEW, 6))
    assert compared.tried > 15
    assert compared.different == 0


def test_a_counter_that_matters_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = Explorer(replace(ALPHABETS[2], bound=2))
    explorer.run()
    monkeypatch.setitem(COUNTERS, "Limits", "import_ma")
    assert soundness.counters(explorer, range(1)).different


def test_times_count_by_class() -> None:
    assert [time_class(ms) for ms in (-1, 0, 1, 4_999, 5_000, 59_999, 60_000)] == [
        *(-1, 0, 1, 1, 2, 2, 3)
    ]
