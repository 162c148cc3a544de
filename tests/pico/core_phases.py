"""What the core costs on the emulated Pico: time and heap growth of a tick, by phase.

The budgets of DESIGN are here as limits and aims; `whole/test_budgets.py` asserts the limits, and
`make evidence` prints all of it. Bytes and microseconds are emulated and repeat exactly.
"""

from __future__ import annotations

from pathlib import Path

from tests.pico.core_evening import record_evening
from tests.pico.measure_core import Phase, PhaseCost, measure_ticks
from wattback_sim.firmware import firmware_root

TICK_LIMIT_US = 3_000  # (DESIGN, "Control plane")
TICK_AIM_US = 1_500  # likewise
GROWTH_LIMIT_BYTES = 0  # a tick allocates nothing

_TIMEOUT_S = 1100.0  # of wall time, for machines that are slow or have much else to do

_FIRMWARE = firmware_root() / "wattback"
_REPLAY = Path(__file__).resolve().parent / "replay"


def measure_phases() -> tuple[PhaseCost, ...]:
    """Take the connector through the phases of the evening on a board, and measure their ticks.

    A tick is `Connector.tick`, its tables spread as a unit spreads them, with the sampling and
    driving of `replay/board.py`. Each phase begins with the state that it had on CPython, and must
    end with the answer that it gave there.
    """
    recorder = record_evening()
    records = max(item.records for item in recorder.stretches)
    build = f"""
        from replay.playback import Playback
        from wattback.boards.pico.spread import spread
        playback = Playback("recording.bin", {recorder.loaded!r}, {records})
        connector = playback.connector
        spread(connector)
    """
    phases = [
        Phase(item.name, item.ticks, f"playback.begin({item.records})")
        for item in recorder.stretches
    ]
    return measure_ticks(
        [_FIRMWARE, _REPLAY],
        build,
        "connector.tick(now_ms)",
        phases,
        before="now_ms = playback.feed()",
        after="playback.end()",
        files={"recording.bin": bytes(recorder.recording)},
        timeout_s=_TIMEOUT_S,
    )
