"""SVG in strings: escaping, short numbers, and the few shapes of the page.

Looks are CSS classes, so that light and dark need no second drawing. Pixels are units of the
viewBox.
"""

from html import escape

# Mean width of a letter of common system fonts, taken wide: labels must never touch.
_LETTER_EM = 0.56


def short(number: float) -> str:
    """A number of at most one decimal, without a needless ".0"."""
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


def text_width_px(text: str, size_px: float = 12.0) -> float:
    """A cautious estimate, since only the browser knows the font."""
    return len(text) * size_px * _LETTER_EM


def text(x: float, y: float, content: str, look: str) -> str:
    return f'<text x="{short(x)}" y="{short(y)}" class="{look}">{escape(content)}</text>'


def rect(x: float, y: float, width: float, height: float, look: str, radius: float = 0) -> str:
    corner = f' rx="{short(radius)}"' if radius else ""
    return (
        f'<rect x="{short(x)}" y="{short(y)}" width="{short(width)}" height="{short(height)}"'
        f'{corner} class="{look}"/>'
    )


def path(commands: str, look: str) -> str:
    return f'<path d="{commands}" class="{look}"/>' if commands else ""


def horizontal(y: float, left: float, right: float, look: str) -> str:
    return path(f"M{short(left)} {short(y)}H{short(right)}", look)
