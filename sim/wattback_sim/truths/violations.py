"""Violations of a truth, and the list of them."""

from collections.abc import Callable
from dataclasses import dataclass

_MOST = 20

Fail = Callable[[int, int, str], None]  # time in µs, number of the truth, sentence


@dataclass(frozen=True, slots=True)
class Violation:
    """A truth that did not hold. t_us: since the start."""

    t_us: int
    truth: int
    text: str

    def sentence(self) -> str:
        """Which truth, when and how."""
        return f"truth {self.truth} did not hold at {self.t_us / 1e6:.2f} s: {self.text}"


class Violations:
    """items: the first few, for what follows is mostly their consequence. count: of them all.
    last: the latest, None while every truth has held.
    """

    def __init__(self) -> None:
        self.items: list[Violation] = []
        self.count = 0
        self.last: Violation | None = None

    def add(self, now_us: int, truth: int, text: str) -> None:
        """A truth did not hold."""
        self.count += 1
        self.last = Violation(now_us, truth, text)
        if len(self.items) < _MOST:
            self.items.append(self.last)
