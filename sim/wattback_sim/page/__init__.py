"""The page of a simulated visit: one self-contained HTML file that tells a newcomer what happened.

Rows of a trace go in, one string of HTML comes out; nothing here reads a file, a clock or the
firmware. The rows are read once and compressed while they pass (`digest`), words for people are
made in one place (`words`), each lane of the timeline draws itself from the digest (`bands`,
`lanes`), and `timeline` stacks them over one time axis. Same input, same bytes.
"""

from wattback_sim.page.document import render_page
from wattback_sim.page.events import PageEvent

__all__ = ["PageEvent", "render_page"]
