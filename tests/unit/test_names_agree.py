"""Names that lie in two places: the firmware's tables, the frames that carry them, the texts."""

import pytest

from wattback import session
from wattback.boards.sim import HEAD_WORDS, INPUT_NAMES, OUTPUT_AT, OUTPUT_NAMES, SimBoard
from wattback.contactor import CAUSE_NAMES
from wattback.fault_table import FAULTS
from wattback.session import WAIT_NAMES
from wattback.settings import SETTINGS, Settings
from wattback.signals import REPORT_NAMES, STATUS_NAMES, Inputs, Outputs, Report, Status
from wattback_cli.exit_codes import EXIT_TEXTS, ExitCode
from wattback_sim import texts
from wattback_sim.fault_texts import FAULT_TEXTS

FAULT_NAMES = [row[0] for row in FAULTS]
SETTING_NAMES = [row[0] for row in SETTINGS]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (FAULT_TEXTS, FAULT_NAMES),
        (texts.CAUSE_TEXTS, list(CAUSE_NAMES)),
        (texts.WAIT_TEXTS, list(WAIT_NAMES)),
        (texts.SETTING_TEXTS, SETTING_NAMES),
    ],
    ids=["faults", "causes", "waits", "settings"],
)
def test_every_name_of_the_firmware_has_a_text_in_the_same_order(
    table: dict[str, str], names: list[str]
) -> None:
    assert list(table) == names
    assert len(set(names)) == len(names)
    assert all(table.values())


@pytest.mark.parametrize(
    ("signals", "names"),
    [
        (Inputs(), INPUT_NAMES),
        (Outputs(), OUTPUT_NAMES),
        (Status(), STATUS_NAMES),
        (Report(), REPORT_NAMES),
    ],
    ids=["inputs", "outputs", "status", "report"],
)
def test_the_frames_carry_every_signal_once_and_in_order(
    signals: object, names: tuple[str, ...]
) -> None:
    assert list(vars(signals)) == list(names)


def test_the_simulated_board_reads_every_input_from_the_word_of_its_name() -> None:
    board = SimBoard()
    for index in range(len(board.frame_in)):
        board.frame_in[index] = index
    inputs = Inputs()
    board.sample(inputs)
    words = [getattr(inputs, name) - HEAD_WORDS for name in INPUT_NAMES]
    assert words == list(range(len(INPUT_NAMES)))


def test_the_simulated_board_drives_every_output_into_the_word_of_its_name() -> None:
    board = SimBoard()
    outputs = Outputs()
    for index, name in enumerate(OUTPUT_NAMES):
        setattr(outputs, name, index + 100)
    board.drive(outputs)
    words = board.frame_out[OUTPUT_AT : OUTPUT_AT + len(OUTPUT_NAMES)]
    assert list(words) == [100, 101, 102, 103]


def test_every_setting_is_an_attribute_and_every_attribute_a_setting() -> None:
    assert list(vars(Settings())) == SETTING_NAMES
    assert list(Settings.__annotations__) == SETTING_NAMES


def test_every_reason_to_wait_has_a_bit_of_its_own() -> None:
    bits = {name: value for name, value in vars(session).items() if name.startswith("WAIT_")}
    del bits["WAIT_NAMES"]
    assert sorted(bits.values()) == [1 << index for index in range(len(WAIT_NAMES))]


@pytest.mark.parametrize("code", list(ExitCode), ids=lambda code: code.name)
def test_every_exit_code_has_a_text(code: ExitCode) -> None:
    assert EXIT_TEXTS[code]


def test_no_text_is_for_an_exit_code_that_does_not_exist() -> None:
    assert set(EXIT_TEXTS) == set(ExitCode)
