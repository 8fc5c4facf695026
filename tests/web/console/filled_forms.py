"""Fill a form of a page in as a browser does: what it offers, with some answers changed."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.web.console.visitor import URL, Visitor

Answer = str | Iterable[str]


def send(visitor: Visitor, page: TestResponse, path: str, **answers: Answer) -> TestResponse:
    """Fill the form on `page` that leads to `path` in, and press its button."""
    filled = form_on(page, path)
    for name, answer in answers.items():
        filled.setlist(name, [answer] if isinstance(answer, str) else list(answer))
    return visitor.client.post(path, base_url=URL, data=filled, headers={"Referer": URL + "/"})


def form_on(page: TestResponse, path: str) -> MultiDict[str, str]:
    """What the form that leads to `path` would send as it stands."""
    reader = _Forms()
    reader.feed(page.text)
    assert path in reader.forms, f"no form for {path}, only {list(reader.forms)}"
    return reader.forms[path]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, MultiDict[str, str]] = {}
        self._form: MultiDict[str, str] = MultiDict()
        self._select = ""
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form" and found.get("method") == "post":
            self._form = self.forms.setdefault(str(found["action"]), MultiDict())
        elif tag == "input" and found.get("type") in ("radio", "checkbox"):
            if "checked" in found:
                self._form.add(name, value)
        elif tag == "input" and name:
            self._form.add(name, value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            self._form.setlist(self._select, [value])
        elif tag == "option" and self._select and self._select not in self._form:
            self._form.add(self._select, value)
        elif tag == "textarea":
            self._select, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            # A browser drops the line break right behind the start tag.
            self._form.add(self._select, self._text.removeprefix("\r\n").removeprefix("\n"))
            self._text, self._select = None, ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = MultiDict()
