"""The looks of the page: a palette for light, one for dark, and the classes of the drawings.

Blue-green and orange (charging and discharging) stay apart for every common kind of colour
blindness, and so do their lightnesses; what feeds a home alone is violet, and named; red is kept
for faults, which are angular or hatched as well. Text has a contrast of 4.5 to 1 or more on its
ground.
"""

# Before STYLE on a page whose home leaves its grid.
ISLAND_STYLE = """
:root { --home: #7446ad; --home-soft: #e7dcf5; --home-solid: #7446ad; }
@media (prefers-color-scheme: dark) {
  :root { --home: #bd9ff2; --home-soft: #392a55; --home-solid: #7a55b5; }
}
.flow-home { fill: var(--home-soft); stroke: var(--home); }
.band.home { fill: var(--home-solid); }
.in-home { fill: var(--on-solid); font-weight: 600; }
"""
STYLE = """
:root {
  --ground: #f6f7f8; --sheet: #ffffff; --ink: #17212b; --muted: #5a6672; --rule: #e3e7ea;
  --grid: #eef1f3; --zero: #c3cad0; --moment: #c9d0d6;
  --in: #0b7285; --in-soft: #d3ebef; --out: #b45309; --out-soft: #fae3c8;
  --limit: #e9b949; --limit-text: #805b00; --soc: #5b6b95; --soc-soft: #e4e8f2;
  --calm: #e9ecef; --ready: #bfe0e6; --fault: #b3261e; --fault-soft: #fbe1de;
  --in-solid: #0b7285; --out-solid: #b45309; --on-solid: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1318; --sheet: #161c23; --ink: #e8ecf0; --muted: #9aa7b3; --rule: #28313a;
    --grid: #1e262e; --zero: #46525d; --moment: #3a4550;
    --in: #4fc3d7; --in-soft: #17434d; --out: #f3a552; --out-soft: #4d3318;
    --limit: #8f6f1f; --limit-text: #e9c46a; --soc: #9fb0dd; --soc-soft: #272f45;
    --calm: #262f38; --ready: #1d4a55; --fault: #ff8a80; --fault-soft: #4a2421;
    --in-solid: #1b7486; --out-solid: #a2570f; --on-solid: #ffffff;
  }
}
*, ::before { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1296px; margin: 0 auto; padding: 40px 24px 56px; }
h1, h2, p, dl, dd, ol { margin: 0; padding: 0; }
.brand { display: flex; align-items: center; gap: 9px; margin-bottom: 14px; font-weight: 660; }
.brand svg { width: 26px; }
.brand rect { fill: var(--in-solid); }
.brand path {
  stroke: var(--on-solid); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
}
h1 {
  font-size: clamp(26px, 4vw, 38px); line-height: 1.15; letter-spacing: -0.02em;
  font-weight: 680;
}
.subtitle { color: var(--muted); margin-top: 6px; }
.summary {
  max-width: 46em; margin-top: 22px; font-size: 18px; line-height: 1.6; text-wrap: pretty;
}
.faulted { border-left: 4px solid var(--fault); padding-left: 16px; }
.figures {
  display: flex; flex-wrap: wrap; gap: 1px;
  margin-top: 28px; background: var(--rule); border: 1px solid var(--rule); border-radius: 12px;
  overflow: hidden;
}
.figures div { flex: 1 1 150px; background: var(--sheet); padding: 14px 18px 15px; }
dt { color: var(--muted); font-size: 13px; line-height: 1.4; }
dt::first-letter { text-transform: uppercase; }
.figures dd { font-size: 22px; font-weight: 640; line-height: 1.3; letter-spacing: -0.01em; }
.figures dd.long {
  font-size: 15px; letter-spacing: 0; line-height: 1.45; overflow-wrap: anywhere;
}
section {
  margin-top: 24px; padding: 22px 24px; background: var(--sheet);
  border: 1px solid var(--rule); border-radius: 12px;
}
.section-head {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin-bottom: 14px;
}
h2 { font-size: 19px; font-weight: 660; letter-spacing: -0.01em; }
.section-head p { color: var(--muted); font-size: 14px; }
.scroller { overflow-x: auto; }
.timeline { display: flex; align-items: flex-start; min-width: 1080px; }
.gutter {
  flex: none; position: sticky; left: 0; z-index: 2; width: 13.1667%; background: var(--sheet);
}
.plot { position: relative; width: 86.8333%; }
svg { display: block; width: 100%; height: auto; }
text { fill: var(--ink); font-size: 12px; }
.lane-title { font-size: 13px; font-weight: 650; }
.small { font-size: 11px; }
.muted, .axis-value, .tick { fill: var(--muted); }
.axis-value { font-size: 11px; text-anchor: end; }
.tick { font-size: 11.5px; text-anchor: middle; }
.end { text-anchor: end; }
.strong { font-weight: 640; }
.halo { paint-order: stroke; stroke: var(--sheet); stroke-width: 3px; stroke-linejoin: round; }
.limit-text { fill: var(--limit-text); }
.fault-text { fill: var(--fault); font-weight: 640; }
path { fill: none; stroke-width: 1; }
.grid { stroke: var(--grid); }
.rule { stroke: var(--rule); }
.zero { stroke: var(--zero); }
.moment { stroke: var(--moment); stroke-dasharray: 1 3; }
.fault-line { stroke: var(--fault); }
.leader { stroke: var(--muted); }
.flow-in { fill: var(--in-soft); stroke: var(--in); }
.flow-out { fill: var(--out-soft); stroke: var(--out); }
.soc { fill: var(--soc-soft); stroke: var(--soc); }
.edge { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.ground { stroke: none; }
.limit { stroke: var(--limit); stroke-width: 5; }
.offer { stroke: var(--ink); stroke-width: 1.5; }
.target { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 3; }
.leg-1 { stroke: var(--in); stroke-width: 1.5; }
.leg-2 { stroke: var(--out); stroke-width: 1.5; stroke-dasharray: 5 5; }
.band.calm { fill: var(--calm); }
.band.ready { fill: var(--ready); }
.band.active { fill: var(--in-solid); }
.band.giving { fill: var(--out-solid); }
.band.fault, .disagree { fill: url(#hatch); stroke: var(--fault); }
.in-calm { fill: var(--muted); }
.in-active, .in-giving { fill: var(--on-solid); font-weight: 600; }
.in-fault {
  fill: var(--fault); font-weight: 640; paint-order: stroke; stroke: var(--sheet);
  stroke-width: 3px;
}
.off-line { stroke: var(--zero); }
.fault-time { fill: var(--fault-soft); opacity: 0.55; }
.band.barred { fill: url(#bars); stroke: var(--muted); }
.bars-line { stroke: var(--muted); stroke-width: 1.5; opacity: 0.4; }
.in-barred { font-weight: 600; paint-order: stroke; stroke: var(--calm); stroke-width: 3px; }
.hatch-ground { fill: var(--fault-soft); }
.hatch-line { stroke: var(--fault); stroke-width: 1.5; opacity: 0.45; }
.marker { fill: var(--ink); }
.fault-marker { fill: var(--fault); }
.marker-text { fill: var(--sheet); font-size: 11px; font-weight: 650; text-anchor: middle; }
.cover { position: absolute; inset: 0; cursor: crosshair; border-radius: 6px; }
.cover:focus-visible, .scroller:focus-visible {
  outline: 2px solid var(--in); outline-offset: 2px;
}
.crosshair {
  display: none; position: absolute; top: 2%; bottom: 2%; width: 0;
  border-left: 1.5px solid var(--ink);
}
.readout { margin-top: 14px; min-height: 22px; color: var(--muted); font-size: 14px; }
.readout.on dl {
  position: fixed; left: 12px; right: 12px; bottom: 12px; z-index: 3; max-width: 1248px;
  margin: 0 auto; padding: 12px 18px; color: var(--ink); background: var(--sheet);
  border: 1px solid var(--zero); border-radius: 12px; box-shadow: 0 8px 28px rgb(0 0 0 / 18%);
  pointer-events: none;
}
.readout.high dl { bottom: auto; top: 12px; }
.readout dl {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(138px, 1fr)); gap: 6px 16px;
}
.readout dt { font-size: 12px; }
.readout dd { font-weight: 600; line-height: 1.3; }
.events { list-style: none; counter-reset: event; }
.events li {
  counter-increment: event; display: grid; align-items: baseline;
  grid-template-columns: 30px 74px 92px 1fr; gap: 0 12px; padding: 8px 0;
  border-top: 1px solid var(--rule);
}
.events li:first-child { border-top: 0; }
.events li::before {
  content: counter(event); min-width: 22px; padding: 0 6px; justify-self: start;
  border-radius: 11px; background: var(--ink); color: var(--sheet); font-size: 12px;
  font-weight: 650; line-height: 22px; text-align: center;
}
.events li.fault::before { background: var(--fault); border-radius: 3px; }
.events time { color: var(--muted); font-size: 15px; }
.kind { font-weight: 640; }
.kind::first-letter { text-transform: uppercase; }
li.fault .kind, li.fault .sentence { color: var(--fault); font-weight: 640; }
.none { color: var(--muted); }
footer { margin-top: 26px; color: var(--muted); font-size: 14px; max-width: 62em; }
footer strong { color: var(--ink); }
@media (max-width: 640px) {
  main { padding: 24px 14px 40px; }
  .summary { font-size: 17px; }
  .figures div { flex-basis: 40%; }
  section { padding: 16px 14px; }
  .readout.on dl { padding: 9px 12px; grid-template-columns: repeat(3, auto); gap: 3px 12px; }
  .readout dt { font-size: 11px; line-height: 1.3; }
  .readout dd { font-size: 12.5px; line-height: 1.25; }
  .events li { grid-template-columns: 30px 70px 1fr; }
  .events .sentence { grid-column: 2 / -1; }
}
"""
