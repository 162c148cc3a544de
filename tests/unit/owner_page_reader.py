"""What a browser makes of the owner's page: its text, its forms, and whether its tags fit."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"input", "meta"}
_DRAWN = {"rect"}  # of SVG: closed where they are opened


@dataclass
class Form:
    """action, fields with their values, and buttons that have a name, as (name, value)."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class PageReader(HTMLParser):
    """Reads one page; a tag that does not fit fails its test.

    text: without tags, blanks joined. tags: every one, with its attributes.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self.text = ""
        self._open: list[str] = []
        self._select = ""
        self.feed(page)
        self.close()
        assert self._open == []
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), tag
        self.tags.append((tag, given))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "form":
            assert given["method"] == "post" and self._open.count("form") == 1
            self.forms.append(Form(given["action"] or ""))
        elif tag == "input":
            self.forms[-1].fields[given["name"] or ""] = given["value"] or ""
        elif tag == "select":
            self._select = given["name"] or ""
        elif tag == "option" and "selected" in given:
            self.forms[-1].fields[self._select] = ""
        elif tag == "button" and "name" in given:
            self.forms[-1].buttons.append((given["name"] or "", given["value"] or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _DRAWN
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        if "title" in self._open:
            self.title += data
            return
        if self._open[-1:] == ["option"] and "selected" in self.tags[-1][1]:
            self.forms[-1].fields[self._select] = data
        self.text += f" {data}"
