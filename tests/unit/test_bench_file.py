"""A bench file that cannot be used is refused in one sentence with file, line and a suggestion."""

import json
from pathlib import Path

import pytest

from wattback_hil.bench_file import BoardEntry, load_bench_file
from wattback_hil.modbus_place import RtuLine, TcpAddress
from wattback_sim.toml_reader import BadFileError

BOARD = '[[board]]\nname = "hall 3"\n'
MODBUS = 'modbus = "tcp:127.0.0.1:15020"\n'
PRINTED = {
    "console": "/dev/pts/5",
    "modbus_rtu": "/dev/pts/6",
    "unit_id": 7,
    "modbus_tcp": "127.0.0.1:15020",
    "control": "127.0.0.1:15021",
}

CASES = [
    # (what stands in the file, its line, words of the sentence)
    ("", 1, "this bench has no board: write [[board]]"),
    ("[board]\n", 1, "board is a list of tables: write [[board]]"),
    ("[[bord]]\n", 1, "unknown key 'bord'; did you mean 'board'?"),
    (BOARD, 1, 'modbus is missing or no text: write "tcp:HOST:PORT" or "rtu:PORT"'),
    ("[[board]]\n" + MODBUS, 1, "name is missing or no text"),
    (BOARD + MODBUS + 'consol = "/dev/pts/5"\n', 4, "unknown key 'consol' in [board]; did you"),
    (BOARD + "modbus = 502\n", 3, "modbus is missing or no text"),
    (BOARD + 'modbus = "udp:127.0.0.1:15020"\n', 3, "modbus is never 'udp:127.0.0.1:15020'"),
    (BOARD + 'modbus = "tcp:127.0.0.1"\n', 3, "needs HOST:PORT, and '127.0.0.1' is none"),
    (BOARD + 'modbus = "tcp:127.0.0.1:99999"\n', 3, "needs HOST:PORT"),
    (BOARD + 'modbus = "rtu:"\n', 3, "modbus is never 'rtu:'"),
    (BOARD + MODBUS + "baud = 9600\n", 4, "baud belongs to rtu"),
    (BOARD + MODBUS + "unit_id = 0\n", 4, "unit_id lies between 1 and 247, not 0"),
    (BOARD + MODBUS + "unit_id = 1.0\n", 4, "unit_id is a whole number, not 1.0"),
    (BOARD + MODBUS + 'control = "15021"\n', 4, "control needs HOST:PORT"),
    (BOARD + MODBUS + "console = 5\n", 4, "console is missing or no text"),
    (BOARD + 'modbus = "rtu:/dev/x"\nbaud = 50\n', 4, "baud lies between 1200 and 921600, not 50"),
    (BOARD + MODBUS + BOARD + MODBUS, 5, "two boards are called 'hall 3'"),
    (
        BOARD + MODBUS + '[[board]]\nname = "b"\n' + MODBUS,
        4,
        "boards 'hall 3' and 'b' share tcp:127.0.0.1:15020",
    ),
    (BOARD + 'served = "none.json"\n', 3, "there is no file"),
    (BOARD + 'served = "bad.json"\n', 3, "is not what a served board prints; start a board with"),
    (BOARD + 'served = "printed.json"\n' + MODBUS, 4, "leave out modbus"),
]


@pytest.mark.parametrize(("text", "line", "words"), CASES)
def test_a_bad_bench_file_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    (tmp_path / "bad.json").write_text('{"console": "/dev/pts/5"}\n', encoding="utf-8")
    (tmp_path / "printed.json").write_text(json.dumps(PRINTED), encoding="utf-8")
    with pytest.raises(BadFileError) as caught:
        bench(tmp_path, text)
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'lab.toml'}:{line}: ")
    assert words in sentence


def test_a_bench_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="there is no such file"):
        load_bench_file(tmp_path / "lab.toml")


def bench(folder: Path, text: str) -> tuple[BoardEntry, ...]:
    path = folder / "lab.toml"
    path.write_text(text, encoding="utf-8")
    return load_bench_file(path)


def test_a_board_on_a_network_is_read_whole(tmp_path: Path) -> None:
    text = BOARD + MODBUS + 'unit_id = 9\nconsole = "/dev/ttyACM0"\ncontrol = "[::1]:15021"\n'
    assert bench(tmp_path, text) == (
        BoardEntry(
            name="hall 3",
            place=f"{tmp_path / 'lab.toml'}:1",
            modbus=TcpAddress("127.0.0.1", 15020),
            unit_id=9,
            console="/dev/ttyACM0",
            control=TcpAddress("::1", 15021),
        ),
    )


def test_a_board_on_a_serial_line_has_the_defaults_of_the_specification(tmp_path: Path) -> None:
    (board,) = bench(tmp_path, BOARD + 'modbus = "rtu:rfc2217://lab:4001"\n')
    assert board.modbus == RtuLine("rfc2217://lab:4001", 19200)
    assert (board.unit_id, board.console, board.control) == (1, None, None)


def test_a_served_board_is_what_it_printed_beside_the_bench_file(tmp_path: Path) -> None:
    (tmp_path / "served.json").write_text(json.dumps(PRINTED) + "\n", encoding="utf-8")
    (board,) = bench(tmp_path, BOARD + 'served = "served.json"\n')
    assert board.modbus == TcpAddress("127.0.0.1", 15020)
    assert board.unit_id == 7
    assert board.console == "/dev/pts/5"
    assert board.control == TcpAddress("127.0.0.1", 15021)


def test_a_device_has_one_name_whatever_link_leads_to_it(tmp_path: Path) -> None:
    (tmp_path / "device").touch()
    (tmp_path / "link").symlink_to(tmp_path / "device")
    (board,) = bench(tmp_path, BOARD + f'modbus = "rtu:{tmp_path / "link"}"\n')
    assert board.wires == [str(tmp_path / "device")]


def test_one_socket_has_one_name_too(tmp_path: Path) -> None:
    (board,) = bench(tmp_path, BOARD + 'modbus = "tcp:localhost:15020"\n')
    assert board.wires == ["tcp:127.0.0.1:15020"]
