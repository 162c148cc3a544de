"""In which line of a TOML file a key stands: tomllib tells values, not places."""

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?")


def locate(text: str, table: str, index: int, key: str) -> int:
    """The line, from 1, of `key` in the `index`-th occurrence of `table` ("" is the top).

    Without such a key the line of the table's header; of a table that is not there, line 1.
    """
    current = ""
    seen: dict[str, int] = {}
    found = 1
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            current = header.group(2).strip("\"'")
            seen[current] = seen.get(current, -1) + 1
            here = current == table and seen[current] == index
            if here:
                found = number
            if not table and current.split(".")[0] == key:
                return number
            continue
        if current == table and seen.get(table, 0) == index and key and _is_key(line, key):
            return number
    return found


def _is_key(line: str, key: str) -> bool:
    return re.match(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line) is not None
