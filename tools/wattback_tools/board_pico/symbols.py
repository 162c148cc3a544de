"""Symbols of a circuit diagram as SVG: wires, resistors, boxes, grounds, and tags for pins.

Pixels are units of the viewBox; y grows downwards. Looks are CSS classes, so that light and dark
need no second drawing.
"""

from __future__ import annotations

from wattback_sim.page.svg import path, rect, short, text, text_width_px
from wattback_tools.board_pico.pin_table import pin_named

STYLE = """\
svg { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
.paper { fill: #ffffff; }
.wire, .part, .box, .tag, .dashed { stroke: #22303c; stroke-width: 1.4; fill: none; }
.part, .box { fill: #f3f6f8; }
.tag { fill: #fff3d6; }
.dashed { stroke-dasharray: 7 5; }
.dot { fill: #22303c; }
.head { font-weight: 600; font-size: 16px; fill: #10181f; }
.name { font-weight: 600; fill: #10181f; }
.note { fill: #3c4d5a; font-size: 12px; }
.middle { text-anchor: middle; }
.right { text-anchor: end; }
@media (prefers-color-scheme: dark) {
.paper { fill: #12181d; }
.wire, .part, .box, .tag, .dashed { stroke: #c9d4dc; }
.part, .box { fill: #1d262d; }
.tag { fill: #3b3115; }
.dot { fill: #c9d4dc; }
.head, .name { fill: #eef3f6; }
.note { fill: #aebbc5; }
}
"""

TAG_WIDTH = 206.0
_TAG_HEIGHT = 26.0
_LINE = 17.0
_RESISTOR_LONG = 46.0
_RESISTOR_WIDE = 16.0


class Sheet:
    """Collects shapes; the methods draw at absolute positions."""

    def __init__(self) -> None:
        self.shapes: list[str] = []

    def write(self, x: float, y: float, content: str, look: str = "note") -> None:
        """One line of text, its base line at y."""
        self.shapes.append(text(x, y, content, look))

    def wire(self, *points: tuple[float, float], look: str = "wire") -> None:
        """From point to point."""
        (x, y), *rest = points
        commands = f"M{short(x)} {short(y)}" + "".join(f"L{short(x)} {short(y)}" for x, y in rest)
        self.shapes.append(path(commands, look))

    def dot(self, x: float, y: float) -> None:
        """Wires are joined here."""
        self.shapes.append(f'<circle cx="{short(x)}" cy="{short(y)}" r="3.2" class="dot"/>')

    def tag(self, x: float, y: float, pin: str) -> float:
        """A pin of the Pico, its middle at y; returns where its wire begins."""
        row = pin_named(pin)
        return self.plate(x, y, f"{row.board_pin}", row.name, f"GP{row.gpio}")

    def plate(self, x: float, y: float, number: str, name: str, more: str) -> float:
        """A tag of any pin: number on the board, name, and what else it is called."""
        self.shapes.append(rect(x, y - _TAG_HEIGHT / 2, TAG_WIDTH, _TAG_HEIGHT, "tag", 4))
        self.write(x + 24, y + 4.5, number, "note right")
        self.write(x + 33, y + 4.5, name, "name")
        self.write(x + TAG_WIDTH - 8, y + 4.5, more, "note right")
        return x + TAG_WIDTH

    def box(self, x: float, y: float, width: float, height: float, *lines: str) -> None:
        """A block; the first line is its name."""
        for line in lines:
            assert text_width_px(line) < width + 24, f"{line!r} does not fit into {width} px"
        self.shapes.append(rect(x, y, width, height, "box", 5))
        top = y + height / 2 - _LINE * (len(lines) - 1) / 2 + 4.5
        for place, line in enumerate(lines):
            look = "note middle" if place else "name middle"
            self.write(x + width / 2, top + _LINE * place, line, look)

    def resistor(self, x: float, y: float, label: str) -> tuple[float, float]:
        """Lying, from x on; returns both ends' x. Its label stands above."""
        self.shapes.append(rect(x, y - _RESISTOR_WIDE / 2, _RESISTOR_LONG, _RESISTOR_WIDE, "part"))
        self.write(x + _RESISTOR_LONG / 2, y - 13, label, "note middle")
        return x, x + _RESISTOR_LONG

    def standing(self, x: float, y: float, label: str) -> tuple[float, float]:
        """A resistor upright, from y down; returns both ends' y. Its label stands to the right."""
        self.shapes.append(rect(x - _RESISTOR_WIDE / 2, y, _RESISTOR_WIDE, _RESISTOR_LONG, "part"))
        self.write(x + 14, y + _RESISTOR_LONG / 2 + 4, label)
        return y, y + _RESISTOR_LONG

    def ground(self, x: float, y: float) -> None:
        """A wire ends here, on ground."""
        for place, half in enumerate((10.0, 6.5, 3.0)):
            self.wire((x - half, y + 4.5 * place), (x + half, y + 4.5 * place))

    def other_ground(self, x: float, y: float, label: str) -> None:
        """A wire ends here, on a conductor that is not the Pico's ground."""
        self.wire((x - 9, y), (x + 9, y))
        self.write(x + 16, y + 5, label, "name")

    def terminal(self, x: float, y: float, label: str) -> None:
        """A terminal of the unit; its label stands to the right."""
        self.shapes.append(f'<circle cx="{short(x)}" cy="{short(y)}" r="5" class="box"/>')
        self.write(x + 12, y + 4.5, label, "name")

    def buffer_to_the_left(self, x: float, y: float) -> tuple[float, float]:
        """An operational amplifier as a follower; returns its output's and its input's x."""
        self.shapes.append(
            path(f"M{short(x + 56)} {short(y - 30)}V{short(y + 30)}L{short(x)} {short(y)}Z", "box")
        )
        return x, x + 56
