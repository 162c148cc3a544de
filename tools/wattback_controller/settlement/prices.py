"""Price series: what a market paid per MWh, period by period, out of a CSV file.

Lines that begin with # are comments, the first other line names the columns. A price holds until
the next one begins, for an hour at most, so a missing row is a time without a price and not the
price before it. The names of the file's columns and whether its times are UTC or civil are told
by the tariff; civil times come in their order, so that the second 01:00 of a day is the later one.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from wattback_controller.settlement.civil import QUARTER_MIN, moment_of
from wattback_sim.errors import BadInputError, suggestion

_LONGEST_S = 3600
_HIGHEST_PER_MWH = 100_000  # ten times any cap of a market: beyond it the column is another one

UTC_TIMES = "utc"
LOCAL_TIMES = "local"


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Prices by their beginning; starts_s increase. file: its name, for people."""

    file: str
    starts_s: tuple[int, ...]
    per_mwh: tuple[Decimal, ...]

    def at(self, moment_s: int) -> Decimal | None:
        """The price per MWh at a moment, or None when the series has none."""
        place = bisect_right(self.starts_s, moment_s) - 1
        if place < 0 or moment_s - self.starts_s[place] >= _LONGEST_S:
            return None
        return self.per_mwh[place]


def read_prices(
    path: Path, start_column: str, price_column: str, times: str, zone: ZoneInfo
) -> PriceSeries:
    """Read a CSV file.

    start_column: when a price begins, ISO 8601, without offset read as `times` says ("utc", or
    "local" for civil time of `zone`). price_column: currency per MWh. Raises BadInputError.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # spreadsheets put a mark first
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(
            f"{path} cannot be read as a file of prices: {error}; name a CSV file that is there"
        ) from None
    rows = _rows(path, lines)
    _, names = next(rows, (1, []))
    for column in (start_column, price_column):
        if column not in names:
            raise BadInputError(f"{path} has no column {column!r}{suggestion(column, names)}")
    columns = (names.index(start_column), names.index(price_column))
    starts: list[int] = []
    prices: list[Decimal] = []
    for number, cells in rows:
        place = f"{path}:{number}"
        if len(cells) <= max(columns):
            raise BadInputError(
                f"{place}: here are {len(cells)} cells and {len(names)} were expected; "
                "complete the line or leave it out"
            )
        start_s = _start(cells[columns[0]], times, zone, starts, place)
        if starts and start_s <= starts[-1]:
            raise BadInputError(
                f"{place}: {cells[columns[0]]} is not later than the line before; sort the file "
                "by time and leave out what stands there twice"
            )
        starts.append(start_s)
        prices.append(_price(cells[columns[1]], place))
    if not starts:
        raise BadInputError(f"{path} holds no price; a line such as 2026-02-10T18:00,35.20 is one")
    return PriceSeries(path.name, tuple(starts), tuple(prices))


def _rows(path: Path, lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            cells = next(csv.reader([line]))
        except csv.Error as error:
            raise BadInputError(f"{path}:{number}: this is no line of CSV: {error}") from None
        yield number, [cell.strip() for cell in cells]


def _start(cell: str, times: str, zone: ZoneInfo, before: Sequence[int], place: str) -> int:
    try:
        civil = datetime.fromisoformat(cell)
    except ValueError:
        civil = datetime.min
    if not 1970 <= civil.year <= 2999:
        raise BadInputError(f"{place}: {cell!r} is no time; write it as 2026-02-10T18:00")
    if civil.minute % QUARTER_MIN or civil.second or civil.microsecond:
        raise BadInputError(f"{place}: a price begins at a whole quarter of an hour, not {cell}")
    if civil.tzinfo is None:
        civil = civil.replace(tzinfo=UTC if times == UTC_TIMES else zone)
    start_s = moment_of(civil)
    if start_s is not None and before and start_s <= before[-1]:
        start_s = moment_of(civil.replace(fold=1))
    if start_s is None:
        raise BadInputError(
            f"{place}: there is no {cell} in {zone.key}, summer time skips it; if the file's "
            'times are UTC, write times = "utc" into the tariff'
        )
    return start_s


def _price(cell: str, place: str) -> Decimal:
    try:
        price = Decimal(cell)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or abs(price) > _HIGHEST_PER_MWH:
        raise BadInputError(
            f"{place}: a price per MWh lies between -{_HIGHEST_PER_MWH} and {_HIGHEST_PER_MWH}, "
            f"and {cell!r} does not; look whether the column is the right one"
        )
    return price
