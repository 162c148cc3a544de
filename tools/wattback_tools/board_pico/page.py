"""Output: `docs/board_pico.md`, the board for the person who solders it.

`page.md` is what people wrote of it; tables and figures come in at their marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from wattback_sim.pico.pilot_line import COUNTS
from wattback_tools.board_pico import front_end, scales
from wattback_tools.board_pico.failures import FAILURES, LEVELS_V, LOW_V, LOWEST_READ_V, Failure
from wattback_tools.board_pico.pin_table import PINS
from wattback_tools.board_pico.scales import scale_rows
from wattback_tools.board_pico.temperatures import TEMPERATURES_C, Reading
from wattback_tools.board_pico.thresholds import margins

_PAGE = Path(__file__).with_name("page.md")
_TERM_LEVELS_V = (12.0, 9.0, 6.0, 3.0, 0.0, -12.0)


def page() -> str:
    """The text of the page."""
    text = _PAGE.read_text("utf-8")
    for mark, content in (*_tables(), *_figures()):
        text = text.replace("{" + mark + "}", content)
    return text


def _tables() -> list[tuple[str, str]]:
    return [
        ("pins", _pins()),
        ("terms", _terms()),
        ("margins", _margins()),
        ("failures", _failures()),
        ("scales", _scales()),
        ("temperatures", _temperatures()),
    ]


def _figures() -> list[tuple[str, str]]:
    erratum = ", ".join(
        f"{code} ({_volts(front_end.pilot_v_at(code))})" for code in front_end.ERRATUM_CODES
    )
    return [
        ("zero_part", f"{front_end.ZERO_PART:.5f}"),
        ("counts_a_volt", f"{front_end.COUNTS_A_VOLT:.3f}"),
        ("count_mv", f"{front_end.COUNT_MV:.2f}"),
        ("lowest", _volts(front_end.pilot_v_at(0))),
        ("highest", _volts(front_end.pilot_v_at(COUNTS - 1))),
        ("node_low", _volts(front_end.NOMINAL.converter_v(-12.6))),
        ("node_high", _volts(front_end.NOMINAL.converter_v(12.6))),
        ("load_high", f"{-front_end.load_mv(12.0):.0f}"),
        ("load_low", f"{front_end.load_mv(-12.0):.0f}"),
        ("erratum", erratum),
        ("converter_counts", str(front_end.CONVERTER_COUNTS)),
        ("rate", f"{front_end.SAMPLES_PER_S // 1000}"),
        ("samples", str(front_end.SAMPLES)),
        ("window_samples", str(front_end.WINDOW_SAMPLES)),
        ("window_us", f"{front_end.WINDOW_US:.0f}"),
        ("fewest", str(front_end.fewest_samples(front_end.SHORTEST_US))),
        ("least_left", f"{min(margin.left_mv for margin in margins()):.0f}"),
        ("lowest_read", _volts(LOWEST_READ_V)),
        ("full_v", f"{scales.FULL_V:.1f}"),
        ("full_a", f"{scales.FULL_A:.1f}"),
        ("full_load_v", f"{scales.FULL_LOAD_V:.1f}"),
        ("full_residual_a", f"{scales.FULL_RESIDUAL_A:.2f}"),
        ("frequency_step", f"{scales.frequency_step_millihertz(60.0):.1f}"),
    ]


def _pins() -> str:
    return _table(
        (
            "board pin",
            "GPIO",
            "name",
            "direction",
            "safe level",
            "wired to",
            "held by",
            "wire lost",
        ),
        (
            (
                str(row.board_pin),
                f"GP{row.gpio}",
                row.name,
                row.direction,
                row.safe,
                row.wired_to,
                row.pull,
                row.broken,
            )
            for row in sorted(PINS, key=lambda row: row.board_pin)
        ),
        right=2,
    )


def _terms() -> str:
    heads = ("error, mV at the pilot", *(_volts(level_v, 0) for level_v in _TERM_LEVELS_V))
    rows = [
        (term.name, *(f"{term.mv(level_v):.0f}" for level_v in _TERM_LEVELS_V))
        for term in front_end.TERMS
    ]
    total = ("**sum**", *(f"**{front_end.total_mv(level_v):.0f}**" for level_v in _TERM_LEVELS_V))
    return _table(heads, [*rows, total], left=1)


def _margins() -> str:
    return _table(
        (
            "what must be told",
            "level at its worst",
            "border",
            "apart, mV",
            "error, mV",
            "left, mV",
        ),
        (
            (
                margin.what,
                _volts(margin.level_v),
                f"{'above' if margin.above else 'below'} {_volts(margin.border_v)}",
                f"{margin.distance_mv:.0f}",
                f"{margin.error_mv:.0f}",
                f"**{margin.left_mv:.0f}**",
            )
            for margin in margins()
        ),
        left=1,
    )


def _failures() -> str:
    def cell(failure: Failure, level_v: float) -> str:
        return f"{_volts(failure.read_v(level_v), 1)}, {failure.read_as(level_v)}"

    return _table(
        (
            "what fails",
            *(f"{state}, {_volts(level_v, 0)}" for state, level_v in LEVELS_V.items()),
            _volts(LOW_V, 0),
            "the low half is",
            "A or B reads C or D",
        ),
        (
            (
                failure.what,
                *(cell(failure, level_v) for level_v in LEVELS_V.values()),
                _volts(failure.read_v(LOW_V), 1),
                failure.low_half,
                "**yes**" if failure.invents_energy else "no",
            )
            for failure in FAILURES
        ),
        left=1,
    )


def _scales() -> str:
    return _table(
        ("quantity", "full scale", "code then", "firmware's factor", "its error", "its step"),
        (
            (
                row.name,
                f"{row.full:,.0f} {row.unit}",
                f"{row.code:,}",
                f"code >> {row.conversion.shift}, × {row.conversion.factor}, "
                f">> {row.conversion.more}",
                f"{row.wrong_ppm:+.0f} ppm".replace("-", "−"),
                f"{row.conversion.step:.1f} {row.unit}",
            )
            for row in scale_rows()
        ),
        left=1,
    )


def _temperatures() -> str:
    readings = [Reading(celsius) for celsius in TEMPERATURES_C]
    return _table(
        ("at, °C", "code", "firmware reads, °C", "a code is, K", "1 % of a resistor is, K"),
        (
            (
                f"{reading.celsius:.0f}".replace("-", "−"),
                str(reading.code),
                f"{reading.read_decic / 10:.1f}".replace("-", "−"),
                f"{reading.code_k:.2f}",
                f"{reading.percent_k:.2f}",
            )
            for reading in readings
        ),
        left=1,
    )


def _volts(volts: float, places: int = 2) -> str:
    return f"{volts:.{places}f} V".replace("-", "−")


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 0, right: int = 0
) -> str:
    """left: so many columns are to the left and the rest to the right; right: the other way."""
    places = range(len(heads))
    rights = [place >= left if left else place < right for place in places]
    lines = [heads, ["---:" if is_right else "---" for is_right in rights], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
