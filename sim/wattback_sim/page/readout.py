"""The readout: a crosshair over the timeline and the values at that moment, where scripts run.

The script knows no unit and no word: each line of the readout arrives as the times at which its
words change, the numbers of those words, and the words. Times are written as differences, which
keeps them short.
"""

import json
from collections.abc import Callable, Iterable, Sequence

from wattback_sim.page.clock import Clock
from wattback_sim.page.digest import Bucket, Digest, Span
from wattback_sim.page.scales import TimeScale
from wattback_sim.page.words import (
    PILOT_MEANINGS,
    current_words,
    duty_words,
    energy,
    fault_names,
    home_words,
    limit_words,
    percent,
    plain,
    power_words,
    unbroken,
    volts,
)

# A line of the readout: its label, and (time in ms, words) wherever they change.
Line = tuple[str, list[tuple[int, str]]]

SCRIPT = """
(() => {
  const plot = document.querySelector(".plot");
  const box = document.getElementById("readout");
  const told = JSON.parse(document.getElementById("moments").textContent);
  for (const line of told.lines) {
    let at = 0;
    line.at = line.at.map((later) => (at += later));
  }
  const line = document.createElement("div");
  line.className = "crosshair";
  const cover = document.createElement("div");
  cover.className = "cover";
  cover.tabIndex = 0;
  cover.setAttribute("role", "slider");
  cover.setAttribute("aria-label", "Moment of the visit");
  cover.setAttribute("aria-valuemin", told.from);
  cover.setAttribute("aria-valuemax", told.to);
  plot.append(line, cover);
  const hint = box.innerHTML;
  box.hidden = false;
  const wordsAt = (each, t) => {
    let low = 0, high = each.at.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (each.at[middle] <= t) low = middle + 1; else high = middle;
    }
    return low ? each.words[each.say[low - 1]] : "\\u2013";
  };
  const clock = (t) => {
    const s = Math.floor(told.second + (t - told.from) / 1000) % 86400;
    return [s / 3600, (s / 60) % 60, s % 60]
      .map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
  };
  let now = told.from;
  const pair = (label, words) => {
    const each = document.createElement("div");
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = label;
    value.textContent = words;
    each.append(term, value);
    return each;
  };
  const show = (t) => {
    now = Math.min(told.to, Math.max(told.from, t));
    const share = (now - told.from) / (told.to - told.from);
    line.style.left = 100 * (told.left + share * (told.right - told.left)) + "%";
    line.style.display = "block";
    const list = document.createElement("dl");
    list.append(pair("Time", clock(now)));
    for (const each of told.lines) list.append(pair(each.label, wordsAt(each, now)));
    box.replaceChildren(list);
    box.classList.add("on");
    cover.setAttribute("aria-valuenow", Math.round(now));
    cover.setAttribute("aria-valuetext", box.innerText);
  };
  const hide = () => {
    line.style.display = "none";
    box.innerHTML = hint;
    box.classList.remove("on");
  };
  const follow = (event) => {
    box.classList.toggle("high", event.clientY > 0.6 * innerHeight);
    const frame = cover.getBoundingClientRect();
    const share = (event.clientX - frame.left) / frame.width;
    show(told.from + (share - told.left) / (told.right - told.left) * (told.to - told.from));
  };
  cover.addEventListener("pointermove", follow);
  cover.addEventListener("pointerdown", follow);
  cover.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") hide(); // a lifted finger leaves the values standing
  });
  cover.addEventListener("blur", hide);
  cover.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    show(now + way * (told.to - told.from) / (event.shiftKey ? 20 : 400));
  });
})();
"""


def readout(digest: Digest, clock: Clock, time: TimeScale, width_px: float) -> str:
    """The box below the timeline, its values and its script; nothing shows without scripts."""
    moments = {
        "from": time.from_ms,
        "to": time.to_ms,
        "left": time.left_px / width_px,
        "right": time.right_px / width_px,
        "second": clock.second_of_day(time.from_ms),
        "lines": [_packed(label, changes) for label, changes in _lines(digest) if changes],
    }
    # "<" never reaches the page unescaped, or a value could end the script.
    packed = json.dumps(moments, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<div id="readout" class="readout" hidden><p>Point at the timeline, or focus it and press '
        "the arrow keys, to read the values of one moment.</p></div>"
        f'<script id="moments" type="application/json">{packed}</script>'
        f"<script>{SCRIPT}</script>"
    )


def _lines(digest: Digest) -> Iterable[Line]:
    def spans(words: Callable[[Span], str], *columns: str) -> list[tuple[int, str]]:
        return _thinned(digest.spans(*columns), words, digest.bucket_ms)

    def means(name: str, words: Callable[[float], str]) -> list[tuple[int, str]]:
        return [(b.start_ms, words(b.mean)) for b in digest.series.get(name, ())]

    def flows(
        name: str, words: Callable[[float, bool], str], islands: Sequence[Span]
    ) -> list[tuple[int, str]]:
        def alone(bucket: Bucket) -> bool:
            return any(island.start_ms <= bucket.start_ms < island.end_ms for island in islands)

        return [(b.start_ms, words(b.mean, alone(b))) for b in digest.series.get(name, ())]

    def gained(name: str) -> list[tuple[int, str]]:
        buckets = digest.series.get(name, ())
        return [(b.start_ms, energy(b.last - buckets[0].low)) for b in buckets]

    yield "Session", spans(lambda span: plain(span.cell), "session_state")
    if digest.leaves_the_grid:
        yield "Home", spans(lambda span: home_words(span.cell), "backup_state")
    yield "Power", flows("power_w", power_words, digest.islands())
    yield "Current", flows("current_ma", current_words, digest.islands())
    yield "Limit", spans(lambda s: limit_words(*s.cells), "import_limit_ma", "import_limit_owner")
    yield "Energy in", gained("import_wh")
    if _changes(digest.series.get("export_wh", ())):
        yield "Energy out", gained("export_wh")
    if _changes(digest.series.get("island_wh", ())):
        yield "Energy for the home", gained("island_wh")
    if _changes(digest.series.get("island_import_wh", ())):
        yield "Energy from the roof", gained("island_import_wh")
    yield "State of charge", means("soc_bp", percent)
    yield "Pilot", spans(_pilot_words, "pilot_state")
    yield "Pilot duty", spans(lambda span: duty_words(int(span.cell)), "duty_bp")
    yield "Contactor", spans(_contactor_words, "contactor_commanded", "contactor_confirmed")
    yield "Leg L1", means("voltage_l1_mv", volts)
    yield "Leg L2", means("voltage_l2_mv", volts)
    yield "Frequency", means("frequency_millihertz", lambda mhz: f"{mhz / 1000:.2f} Hz")
    yield "Faults", spans(lambda span: fault_names(span.cell) or "none", "faults")


def _pilot_words(span: Span) -> str:
    return f"{span.cell} · {PILOT_MEANINGS.get(span.cell, 'unknown')}"


def _contactor_words(span: Span) -> str:
    commanded, confirmed = ("closed" if cell == "1" else "open" for cell in span.cells)
    if commanded == confirmed:
        return commanded
    return f"commanded {commanded}, confirmed {confirmed}"


def _changes(buckets: Iterable[Bucket]) -> bool:
    return len({bucket.last for bucket in buckets}) > 1


def _thinned(
    spans: Iterable[Span], words: Callable[[Span], str], bucket_ms: int
) -> list[tuple[int, str]]:
    """One change per bucket: nobody can point more finely, and flicker must not fill the page."""
    kept: list[tuple[int, str]] = []
    for span in spans:
        change = (span.start_ms, words(span))
        if kept and span.start_ms // bucket_ms == kept[-1][0] // bucket_ms:
            kept[-1] = change
        else:
            kept.append(change)
    return kept


def _packed(label: str, changes: Iterable[tuple[int, str]]) -> dict[str, object]:
    numbers: dict[str, int] = {}
    at: list[int] = []
    say: list[int] = []
    before_ms = 0
    for t_ms, words in changes:
        number = numbers.setdefault(unbroken(words), len(numbers))
        if say and say[-1] == number:
            continue
        at.append(t_ms - before_ms)
        say.append(number)
        before_ms = t_ms
    return {"label": label, "at": at, "say": say, "words": list(numbers)}
