"""The writable points of the register map: their ranges, and values as registers."""

from tests.unit.modbus_bench import Bench
from wattback.modbus import tables
from wattback.settings import SETTINGS
from wattback_sim.register_map import find_point
from wattback_tools.registers.plan import SETTING_NAMES, Row, make_plan

PLAN = make_plan()
FIRST = tables.BASE
LAST = tables.BASE + tables.REGISTERS - 1
RATING_W = 11_520
WRITABLE = [row for row in PLAN.rows if row.writable]
STRETCHES = PLAN.stretches()
MAP = range(FIRST, LAST + 1)

# What a point accepts, from … to, in register steps.
BOUNDS = {
    "flag": (0, 1),
    "off": (0, 0),
    "percent": (0, 10_000),
    "signed percent": (-10_000, 10_000),
    "watts": (-RATING_W, RATING_W),
    "amps": (0, 8_000),
    "seconds": (0, 86_400),
    "rated watts": (0, RATING_W),
    "draft": (2, 2),
}


def name_of(row: Row) -> str:
    return f"{row.point.model}.{row.point.name}"


def stretch_name(stretch: list[Row]) -> str:
    return f"{stretch[0].point.name}…{stretch[-1].point.name}"


def bounds(row: Row) -> tuple[int, int]:
    assert row.source is not None
    if row.source.accepts in BOUNDS:
        return BOUNDS[row.source.accepts]
    if row.source.order == "draft":  # judged when it is to be adopted
        bits = 8 * row.octets
        return (-1 << bits - 1, (1 << bits - 1) - 1) if _signed(row) else (0, (1 << bits) - 1)
    if row.source.setting:
        setting = SETTINGS[SETTING_NAMES.index(row.source.setting)]
        return setting[2], setting[3]
    return {"Heartbeat": (0, 65_535), "CivilDay": (0, 47_482), "CivilSecond": (0, 86_399)}[
        row.point.name
    ]


def _signed(row: Row) -> bool:
    return row.point.kind in ("int16", "int32")


def words_for(row: Row, value: int) -> list[int]:
    octets = (value & (1 << 8 * row.octets) - 1).to_bytes(row.octets, "big")
    return [octets[n] << 8 | octets[n + 1] for n in range(0, len(octets), 2)]


def whole(bench: Bench) -> list[int]:
    """All registers but those that tell of refusals and ages."""
    quiet = [find_point(name) for name in ("last_refusal", "refused_address", "age701")]
    skipped = {quiet[0].address, quiet[1].address, *range(quiet[2].address, quiet[2].address + 5)}
    words = [
        word for first in MAP[::125] for word in bench.words(first, min(125, LAST + 1 - first))
    ]
    return [word for address, word in zip(MAP, words, strict=True) if address not in skipped]


def moments_apart(row: Row) -> bool:
    """Day and second are one point to a writer."""
    return row.point.name not in ("CivilDay", "CivilSecond")


SINGLE = [row for row in WRITABLE if moments_apart(row)]
