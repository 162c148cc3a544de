"""Several masters at once, `pymodbus` on the network and on the wire: each has its own answers."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.client.base import ModbusBaseSyncClient

from tests.foreign.board import Board, wait_until
from wattback.service import TCP_CONNECTIONS
from wattback_sim.register_map import Point, find_point

BAUD = 19_200
ROUNDS = 25
_TIMEOUT_S = 10.0
_BUSY = 6
_MOST_TRIES = 200


@dataclass(frozen=True)
class Task:
    """What one master does again and again: read a constant block, write and read its own point.

    point: of one register. lowest: value of the first round; each round writes one more.
    """

    block: int
    count: int
    point: Point
    lowest: int


TASKS = (
    Task(40_000, 70, find_point("departure_margin"), 1_000),
    Task(40_225, 26, find_point("reserve"), 2_000),
    Task(40_330, 14, find_point("controller_timeout"), 3_000),
    Task(40_183, 10, find_point("702.WChaRteMax"), 11_000),
    Task(40_344, 4, find_point("702.WMax"), 10_000),
)


@contextmanager
def masters(board: Board) -> Iterator[list[ModbusBaseSyncClient]]:
    """As many clients as the connector takes, and one on the wire."""
    with ExitStack() as stack:
        clients: list[ModbusBaseSyncClient] = [
            ModbusTcpClient(board.host, port=board.port, timeout=_TIMEOUT_S, retries=0)
            for _ in range(TCP_CONNECTIONS)
        ]
        clients.append(ModbusSerialClient(board.rtu, baudrate=BAUD, timeout=_TIMEOUT_S, retries=0))
        for client in clients:
            assert client.connect()
            stack.callback(client.close)
        yield clients


def read(client: ModbusBaseSyncClient, board: Board, address: int, count: int) -> list[int]:
    answer = client.read_holding_registers(address, count=count, device_id=board.unit_id)
    assert not answer.isError(), answer
    return list(answer.registers)


def write(client: ModbusBaseSyncClient, board: Board, address: int, value: int) -> None:
    """Write one register. A master on the wire is told that the connector is busy when those on
    the network, who can be made to wait, have more for it than it obeys: it asks again."""
    for _ in range(_MOST_TRIES):
        written = client.write_register(address, value, device_id=board.unit_id)
        if not written.isError():
            return
        assert written.exception_code == _BUSY, written.exception_code
    raise AssertionError("the connector is busy for ever")


def work(client: ModbusBaseSyncClient, board: Board, task: Task, expected: list[int]) -> int:
    """Rounds of a task; returns how many were right."""
    right = 0
    for number in range(ROUNDS):
        value = task.lowest + number
        address = task.point.address
        write(client, board, address, value)
        right += read(client, board, address, 1) == [value]
        right += read(client, board, task.block, task.count) == expected
    return right


def test_four_clients_and_a_master_on_the_wire_each_have_their_own_answers(board: Board) -> None:
    with masters(board) as clients:
        blocks = [read(clients[0], board, task.block, task.count) for task in TASKS]
        points = [read(clients[0], board, task.point.address, 1) for task in TASKS]
        with ThreadPoolExecutor(len(TASKS)) as pool:
            running = [
                pool.submit(work, client, board, task, block)
                for client, task, block in zip(clients, TASKS, blocks, strict=True)
            ]
            refused = [asked_and_refused(board) for _ in range(3)]
            right = [run.result() for run in running]
        for task, (before,) in zip(TASKS, points, strict=True):
            write(clients[0], board, task.point.address, before)
    assert right == [2 * ROUNDS] * len(TASKS)
    assert refused == [b""] * 3


def asked_and_refused(board: Board) -> bytes:
    """What a client hears for which there is no connection left."""
    with closing(socket.create_connection((board.host, board.port), _TIMEOUT_S)) as fifth:
        try:
            fifth.sendall(bytes.fromhex("0001 0000 0006 01 03 9c40 0004"))
            return fifth.recv(100)
        except ConnectionResetError:
            return b""


def test_when_one_leaves_the_next_is_let_in(board: Board) -> None:
    with masters(board) as clients:
        assert asked_and_refused(board) == b""
        clients[0].close()  # type: ignore[no-untyped-call]
        wait_until(lambda: asked_and_refused(board), lambda heard: heard != b"", "the answer")
