"""The layout of a recording, and what both floors make of a connector: its state, and a sum.

The recording of a phase is the connector's state before it, then records of RECORD_WORDS int32:
their kind, then

    KIND_TICK      board time in ms, the inputs in the order of `boards/sim.py`
    KIND_COMMAND   code and six arguments, put into the queue
    KIND_INBOX     the words of the vehicle link's inbox

and last the sum of what the connector told after it.
"""

from array import array
from binascii import crc32

from wattback.settings import Settings
from wattback.signals import REPORT_NAMES, STATUS_NAMES, Status

KIND_TICK = 1
KIND_COMMAND = 2
KIND_INBOX = 3

RECORD_WORDS = 28
SUM_AT = RECORD_WORDS - 1

_SHELF = 64
_SUM_MASK = (1 << 30) - 1  # a small integer on the board


def sum_of_answer(connector, driven) -> int:  # type: ignore[no-untyped-def]
    """CRC-32, cut to 30 bits, of outputs, status, report and retained words."""
    words = array("i", driven)
    for name in STATUS_NAMES:
        words.append(getattr(connector.status, name))
    for name in REPORT_NAMES:
        words.append(getattr(connector.report, name))
    words.extend(connector.retained)
    return crc32(words) & _SUM_MASK


def places_of(root, names_of) -> "list[list[tuple[object, str | None]]]":  # type: ignore[no-untyped-def]
    """Where the connector and its parts hold their integers, in an order that both floors share.

    names_of: an object's attributes in the order of the names that they have on the board. A place
    is an object and a name, or an array and None for all of it. The two pictures of the
    status, which change places each tick, are left out: a tick fills one of them anew, and reads
    of the other its number alone. In short lists, for a board's heap is not in one piece.
    """
    shelves = [[]]  # type: list[list[tuple[object, str | None]]]
    seen = set()
    waiting = [root]
    while waiting:
        holder = waiting.pop()
        if id(holder) in seen or isinstance(holder, Status):
            continue
        seen.add(id(holder))
        if len(shelves[-1]) >= _SHELF:
            shelves.append([])
        places = shelves[-1]
        if isinstance(holder, array):
            places.append((holder, None))
        elif isinstance(holder, tuple):
            waiting.extend(holder)
        elif hasattr(holder, "__dict__"):
            for name in names_of(holder):
                value = getattr(holder, name)
                if isinstance(value, int):
                    places.append((holder, name))
                else:
                    waiting.append(value)
    return shelves


def state_of(connector, places) -> "array[int]":  # type: ignore[no-untyped-def]
    """Every integer that it holds in these places, the number of its status, and whether its two
    settings, which change places when some are adopted, have done so.
    """
    words = array("i")
    for shelf in places:
        for holder, name in shelf:
            if name is None:
                words.extend(holder)
            else:
                words.append(getattr(holder, name))
    words.append(connector.status.sequence)
    words.append(0 if connector.settings is _settings_in(places)[0] else 1)
    return words


def restore(connector, places, read_into) -> None:  # type: ignore[no-untyped-def]
    """Give it the state that `state_of` another connector was; read_into fills an array with what
    comes next of it.
    """
    for shelf in places:
        words = room(sum([1 if name else len(holder) for holder, name in shelf]))
        read_into(words)
        at = 0
        for holder, name in shelf:
            if name is None:
                holder[:] = words[at : at + len(holder)]
                at += len(holder)
            else:
                setattr(holder, name, words[at])
                at += 1
    words = room(2)
    read_into(words)
    connector.status.sequence = words[0]
    both = _settings_in(places)
    connector.settings = both[words[1]]
    connector.prepared = both[1 - words[1]]


def _settings_in(places) -> "list[Settings]":  # type: ignore[no-untyped-def]
    found = []  # type: list[Settings]
    for shelf in places:
        for holder, _name in shelf:
            if isinstance(holder, Settings) and (not found or holder is not found[-1]):
                found.append(holder)
    return found


def room(words: int) -> "array[int]":
    """For so many words."""
    return array("i", [0] * words)
