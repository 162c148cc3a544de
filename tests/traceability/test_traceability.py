"""Each hazard, confirmed clause and fault has code and a test, by marks that stand in both."""

import pytest

from tests.traceability.proofs import seeded
from tests.traceability.rows import CLAUSE, elsewhere, rows
from tests.traceability.trace import trace
from tests.traceability.tree import Tree, checkout


@pytest.fixture(scope="module")
def tree() -> Tree:
    return checkout()


def test_every_row_has_its_code_and_its_tests(tree: Tree) -> None:
    assert trace(tree).complaints == ()


def test_every_hazard_and_every_fault_has_a_seeded_defect(tree: Tree) -> None:
    broken = {name for defect in seeded(tree) for name in defect.covers}
    assert {row.name for row in rows(tree) if row.kind != CLAUSE} - broken == set()


def test_what_is_not_the_firmwares_says_why(tree: Tree) -> None:
    assert all(elsewhere().values())
    assert elsewhere().keys().isdisjoint(row.name for row in rows(tree))


_CLOSING = "tests/unit/test_connector_closing.py"
_SESSION = "firmware/wattback/session.py"
_FAULT_TABLE = "firmware/wattback/fault_table.py"
_SEQUENCE_4 = "the clause 'IEC 61851-1 sequence 4' has no"
_ROW = '    ("contactor_worn", PILOT_STEADY, CLEAR_GONE, 1, 0, ACTION_WARN),\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (_CLOSING, '@pytest.mark.covers("IEC 61851-1 sequence 4")\n', "", f"{_SEQUENCE_4} test"),
        (
            _CLOSING,
            '@pytest.mark.covers("IEC 61851-1 sequence 4")\n',
            '@pytest.mark.skip\n@pytest.mark.covers("IEC 61851-1 sequence 4")\n',
            "test_it_closes_when_nothing_happens",
        ),
        (
            _CLOSING,
            "def test_it_closes_when_nothing_happens",
            "def it_closes_when_nothing_happens",
            f"{_SEQUENCE_4} test",
        ),
        (
            _CLOSING,
            "IEC 61851-1 sequence 4",
            "IEC 61851-1 sequence 5",
            f"{_CLOSING} names the row 'IEC 61851-1 sequence 5', which there is not",
        ),
        (_SESSION, "# sequence 4: within 3 s", "", f"{_SEQUENCE_4} code"),
        (
            _SESSION,
            "# sequence 4: within 3 s",
            "# sequence 44: within 3 s",
            "session.py:TRANSITIONS cites 'IEC 61851-1 sequence 44', which is no row",
        ),
        (
            "firmware/wattback/contactor.py",
            "(WARP; evse.md 4.1, C)",
            "(WARP)",
            "the clause '4.1 rest' names contactor.REST_MS, which does not cite 4.1, C",
        ),
        (
            "firmware/wattback/contactor.py",
            "REST_MS = const(5000)",
            "PAUSE_MS = const(5000)",
            "the clause '4.1 rest' names contactor.REST_MS, which there is not",
        ),
        (
            "firmware/wattback/heartbeat.py",
            '"""state: one of the above."""',
            '"""state: one of the above (evse.md 5.1, C)."""',
            "heartbeat.py:Heartbeat cites 5.1, C, and no clause has it",
        ),
        (
            "tests/lockstep/test_every_fault.py",
            '"coil_implausible": Raised',
            '"coil_doubtful": Raised',
            "tests/lockstep/test_every_fault.py names the row 'coil_doubtful', which there is not",
        ),
        (
            "tests/lockstep/known_hazards/contacts.py",
            '"weld_handling_loops": Hazard',
            '"weld_loops": Hazard',
            "tests/lockstep/known_hazards/contacts.py names the row 'weld_loops', which there is "
            "not",
        ),
        (
            "tests/unit/test_heartbeat.py",
            "def test_the_same_counter_again_is_no_beat",
            "def test_the_same_counter_is_no_beat",
            "tests/defects/takes_a_standing_counter_for_a_beat.patch names tests/unit/"
            "test_heartbeat.py::test_the_same_counter_again_is_no_beat, which there is not",
        ),
        (
            "firmware/wattback/heartbeat.py",
            "if counter != self._counter:",
            "if not counter == self._counter:",
            "takes_a_standing_counter_for_a_beat.patch does not fit",
        ),
        (
            _FAULT_TABLE,
            _ROW,
            f"{_ROW}{_ROW.replace('worn', 'lost')}",
            "'contactor_lost' has no code",
        ),
        (
            _FAULT_TABLE,
            _ROW,
            f"{_ROW}{_ROW.replace('worn', 'lost')}",
            "'contactor_lost' has no test",
        ),
        (_FAULT_TABLE, _ROW, _ROW * 2, "two rows are called 'contactor_worn'"),
    ],
    ids=[
        "marker removed",
        "test skipped",
        "test renamed",
        "marker of no row",
        "citation removed",
        "citation of no row",
        "fact not cited",
        "constant renamed",
        "fact of no row",
        "case of no fault",
        "case of no hazard",
        "named test renamed",
        "patch that does not fit",
        "fault without code",
        "fault without a test",
        "row twice",
    ],
)
def test_what_does_not_hold_is_told_by_name(
    tree: Tree, file: str, old: str, new: str, says: str
) -> None:
    assert tree.files[file].count(old) == 1
    changed = tree.with_file(file, tree.files[file].replace(old, new))
    assert [said for said in trace(changed).complaints if says in said]
