"""The order of a flash, such that a board never starts half a firmware.

`main.py` is what starts it. It goes first, before anything else changes, and comes back last, by a
rename, when every other file has been hashed on the board. Whoever is interrupted in between has a
board that waits at its prompt, its outputs as out of reset, which is safe; flashing again goes on
where it ended. A board that already has all of it is not written to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from wattback_hil.errors import HilError
from wattback_sim.pico.board_files import MAIN, PACKAGE
from wattback_tools.flashing.board_files import BoardFiles, sha256

_MAIN_TO_BE = PurePosixPath("main.new")

Progress = Callable[[int, int, PurePosixPath], None]


@dataclass(frozen=True)
class FlashReport:
    """What was done. unchanged: how many files had their hash already."""

    copied: tuple[PurePosixPath, ...]
    removed: tuple[PurePosixPath, ...]
    unchanged: int


def flash(
    board: BoardFiles, files: Mapping[PurePosixPath, bytes], progress: Progress
) -> FlashReport:
    """Make the board's files these, without starting them. Raises HilError.

    files: by their path, in the order of copying. progress: called before each copy with how many
    are done, how many there are, and which is next.
    """
    seen = board.sizes()
    alike = [path for path, content in files.items() if seen.get(path) == len(content)]
    hashes = board.digests(alike) if alike else {}
    missing = {p: content for p, content in files.items() if hashes.get(p) != sha256(content)}
    stale = [path for path in seen if path not in files and _is_ours(path)]
    unchanged = len(files) - len(missing)
    if not missing and not stale:
        return FlashReport((), (), unchanged)
    if MAIN in seen:
        board.remove([MAIN])
    board.restart()
    board.remove(stale)
    copied = {path: content for path, content in missing.items() if path != MAIN}
    board.make_folders(copied)
    for done, (path, content) in enumerate(copied.items()):
        progress(done, len(copied) + 1, path)
        board.write(path, content)
    _verify(board, copied)
    progress(len(copied), len(copied) + 1, MAIN)
    main = {_MAIN_TO_BE: files[MAIN]}
    board.write(_MAIN_TO_BE, files[MAIN])
    _verify(board, main)
    board.rename(_MAIN_TO_BE, MAIN)
    # A main.py that had to go and come back is no other than it was.
    return FlashReport(tuple(missing), tuple(stale), unchanged)


def _is_ours(path: PurePosixPath) -> bool:
    return path == _MAIN_TO_BE or PACKAGE in path.parents


def _verify(board: BoardFiles, files: Mapping[PurePosixPath, bytes]) -> None:
    if not files:
        return
    hashes = board.digests(files)
    for path, content in files.items():
        expected, seen = sha256(content), hashes.get(path)
        if seen != expected:
            raise HilError(
                f"{path} was copied, and the board reads it with SHA-256 {seen} instead of "
                f"{expected}: it starts no firmware now; flash it again, and take another board "
                "if that does not help"
            )
