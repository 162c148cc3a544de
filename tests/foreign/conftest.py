"""One served board for all of these tests, as each of them must leave it: charging, untold."""

from collections.abc import Iterator

import pytest

from tests.foreign.board import Board, connected_board


@pytest.fixture(scope="package")
def served_board() -> Iterator[Board]:
    with connected_board() as board:
        yield board


@pytest.fixture
def board(served_board: Board) -> Board:
    served_board.wait_until_it_charges()
    return served_board
