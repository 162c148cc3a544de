"""Orders as JSON, one object a line: which of some verbs it is, and one object as the answer.

Whoever offers them has a table of verbs; an order has exactly one of them as a key. What cannot be
obeyed is answered with {"error": sentence}, and nothing has happened.
"""

import json
from collections.abc import Callable, Iterable, Mapping

from wattback_sim.errors import BadInputError, suggestion

_LONGEST_LINE = 65_536
Answer = dict[str, object]
Order = Mapping[str, object]
Verbs = Mapping[str, Callable[[Order], Answer]]


class Lines:
    """Lines out of pieces. over: nothing more comes, or a line that is longer than any order."""

    def __init__(self) -> None:
        self.over = False
        self._rest = b""

    def take(self, data: bytes) -> list[bytes]:
        """The lines that are whole now, without empty ones. data: b"" at the end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self.over = True
        elif not data:
            self.over = True
        return [line for line in lines if line.strip()]


def answer_line(line: bytes, verbs: Verbs, stamp: Callable[[], Answer] = dict) -> bytes:
    """The answer to one line, without its newline: always one JSON object.

    verbs: each obeys an order that has it, and raises BadInputError when it cannot. stamp: what
    every answer to an order that was obeyed tells besides.
    """
    try:
        order = _parse(line)
        said = _obey(order, verbs)
        answer: Answer = {"ok": True, **stamp(), **said}
    except BadInputError as error:
        answer = {"error": str(error)}
    return json.dumps(answer).encode()


def refuse_unknown(order: Order, known: Iterable[str]) -> None:
    """Complain about the first key that nobody reads. Raises BadInputError."""
    names = list(known)
    for key in order:
        if key not in names:
            raise BadInputError(f"unknown key {key!r}{suggestion(key, names)}")


def _obey(order: Order, verbs: Verbs) -> Answer:
    found = [verb for verb in verbs if verb in order]
    if len(found) != 1:
        known = ", ".join(verbs)
        raise BadInputError(f"an order has exactly one of {known}, this has {len(found)}")
    return verbs[found[0]](order)


def _parse(line: bytes) -> Order:
    try:
        order = json.loads(line)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadInputError("a line holds one JSON object, and this one does not") from None
    if not isinstance(order, dict):
        raise BadInputError(f"a line holds one JSON object, not {json.dumps(order)[:40]}")
    return order
