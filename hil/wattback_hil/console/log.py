"""Lines of the connector's readable log, taken apart, and their check sums verified."""

import re
from binascii import crc_hqx
from collections.abc import Mapping
from dataclasses import dataclass

_FORM = re.compile(
    r"(?P<told> *(?P<s>\d+)\.(?P<ms>\d{3}) (?P<level>[IWE]) (?P<tag>\w+) (?P<rest>.*))"
)
_CHECKED = re.compile(r"(?P<told>.*) #(?P<crc>[0-9a-f]{4})")


@dataclass(frozen=True)
class LogLine:
    """One line. board_ms: since power-up. fields: key and value. intact: the check sum fits."""

    board_ms: int
    level: str
    tag: str
    fields: Mapping[str, str]
    text: str
    intact: bool


def parse(text: str) -> LogLine | None:
    """The line of the log in a readable line, or None when it is another text."""
    checked = _CHECKED.fullmatch(text)
    if checked is None:
        return None
    form = _FORM.fullmatch(checked["told"])
    if form is None:
        return None
    fields = dict(word.split("=", 1) for word in form["rest"].split() if "=" in word)
    crc = crc_hqx(checked["told"].encode(), 0)
    return LogLine(
        board_ms=int(form["s"]) * 1000 + int(form["ms"]),
        level=form["level"],
        tag=form["tag"],
        fields=fields,
        text=text,
        intact=crc == int(checked["crc"], 16),
    )
