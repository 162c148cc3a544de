"""The looks of the owner's page: the palette and the type of a visit's page, and what it adds."""

from wattback_sim.page.style import STYLE as _VISIT_STYLE

STYLE = (
    _VISIT_STYLE
    + """
main { max-width: 860px; }
h3 {
  margin: 22px 0 8px; color: var(--muted); font-size: 13px; font-weight: 640;
  letter-spacing: 0.02em;
}
a { color: var(--in); }
.doing { font-size: 26px; font-weight: 660; line-height: 1.25; letter-spacing: -0.01em; }
.doing.in { color: var(--in); }
.doing.out { color: var(--out); }
.doing.fault { color: var(--fault); }
.reason { margin-top: 4px; }
.charge, .standing { color: var(--muted); font-size: 15px; }
.battery { height: 14px; margin: 16px 0 6px; border-radius: 7px; overflow: hidden; }
.battery .empty { fill: var(--soc-soft); }
.battery .full { fill: var(--soc); }
.battery .reserve {
  fill: var(--ink); stroke: var(--sheet); stroke-width: 3px; paint-order: stroke;
  vector-effect: non-scaling-stroke;
}
.coming { list-style: none; margin: 0; padding: 0; }
.coming li { padding: 10px 0 12px; border-top: 1px solid var(--rule); }
.coming li:first-child { border-top: 0; padding-top: 0; }
.coming .span { font-weight: 640; overflow-wrap: anywhere; }
.part { color: var(--muted); font-size: 15px; }
.coming form { margin-top: 8px; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 10px; }
button, input, select {
  min-height: 38px; padding: 6px 14px; border: 1px solid var(--zero); border-radius: 8px;
  background: var(--ground); color: var(--ink); font: inherit; font-size: 15px;
}
button { cursor: pointer; }
button:hover { border-color: var(--in); }
button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible {
  outline: 2px solid var(--in); outline-offset: 2px;
}
details { margin-top: 20px; padding-top: 12px; border-top: 1px solid var(--rule); }
summary { cursor: pointer; font-weight: 640; }
details form {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
  gap: 4px 16px; padding: 8px 0; border-top: 1px solid var(--rule);
}
details form:first-of-type { margin-top: 10px; border-top: 0; }
.entry { display: flex; gap: 8px; }
.entry input, .entry select { width: 7em; }
.log { width: 100%; border-collapse: collapse; font-size: 14px; }
.log th { text-align: left; color: var(--muted); font-weight: 500; }
.log th, .log td {
  padding: 5px 14px 5px 0; vertical-align: top; border-bottom: 1px solid var(--rule);
}
.log td { overflow-wrap: anywhere; }
.log .when { white-space: nowrap; color: var(--muted); }
.log .who { min-width: 6em; }
"""
)
