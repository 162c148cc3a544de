"""Access: which registers a write may cover, and which values it may bring.

The table has a row for each writable point, in the order of addresses. Nothing here knows what a
write does. Rows are given by where they begin in the table.
"""

from micropython import const

from wattback.limits import LONGEST_S
from wattback.modbus.derived import rating_w
from wattback.modbus.image import OCTETS, value_at
from wattback.modbus.tables import WRITABLE

# Why a write is refused.
ACCEPTED = const(0)
NOT_WRITABLE = const(1)  # outside the map, or read-only
PART_OF_A_POINT = const(2)  # not all registers of a point, or of points that belong together
OUT_OF_RANGE = const(3)
MALFORMED = const(4)  # counts that contradict each other or the protocol
BUSY = const(5)  # more commands than the queue has places for now, or another adoption
NOT_PERMITTED = const(6)  # the utility may not set this at this site
NOT_ALLOWED = const(7)  # by the site's categories, or beside other settings
REASON_NAMES = (
    "none",
    "not_writable",
    "part_of_a_point",
    "out_of_range",
    "malformed",
    "busy",
    "not_permitted",
    "not_allowed",
)
PENDING = const(-1)  # not known yet

# A row: place (2), kind, order, what is accepted, setting.
ROW = const(6)
KIND = const(2)
ORDER = const(3)
_ACCEPTED = const(4)
SETTING = const(5)

# What a point accepts, by the table's numbers: the lowest and the highest value.
_JUDGED = const(0)  # left to the command that the write becomes
_WATTS = const(5)
_AMPS = const(6)
_RATED_WATTS = const(8)
RANGES = (
    (0, 0),  # judged
    (0, 1),  # flag
    (0, 0),  # off
    (0, 10000),  # percent
    (-10000, 10000),  # signed percent
    (0, 0),  # watts: the rating, either way
    (0, 8000),  # amps, or _NO_LIMIT
    (0, LONGEST_S),  # seconds
    (0, 0),  # rated watts: up to the rating
    (2, 2),  # the second set
)
_NO_LIMIT = const(-100)


def row_at(first: int) -> int:
    """The row of the point that covers a place, or -1 if it cannot be written."""
    low = 0
    high = len(WRITABLE) // ROW
    while low < high:
        middle = (low + high) // 2
        row = middle * ROW
        place = WRITABLE[row] << 8 | WRITABLE[row + 1]
        if first < place:
            high = middle
        elif first < place + OCTETS[WRITABLE[row + KIND]]:
            return row
        else:
            low = middle + 1
    return -1


def judge(row: int, first: int, octets, at: int, end: int, connector) -> int:  # type: ignore[no-untyped-def]
    """ACCEPTED, or why octets[at:end] may not become the image from `first` on.

    row: `row_at(first)`. The points must be whole before their values count.
    """
    table = WRITABLE
    if row < 0:
        return NOT_WRITABLE
    if table[row] << 8 | table[row + 1] != first:
        return PART_OF_A_POINT
    reason = ACCEPTED
    rating = rating_w(connector.status, connector.report, connector.settings)
    while at < end:
        if row == len(table) or table[row] << 8 | table[row + 1] != first:
            return NOT_WRITABLE
        kind = table[row + KIND]
        following = at + OCTETS[kind]
        if following > end:
            return PART_OF_A_POINT
        accepted = table[row + _ACCEPTED]
        if accepted != _JUDGED:
            value = value_at(octets, at, kind)
            low, high = RANGES[accepted]
            if accepted == _WATTS or accepted == _RATED_WATTS:
                high = rating
                low = -rating if accepted == _WATTS else 0
            if not low <= value <= high and (accepted != _AMPS or value != _NO_LIMIT):
                reason = OUT_OF_RANGE
        first += following - at
        at = following
        row += ROW
    return reason
