"""A browser without script: opens a document, fills in its only form, presses a button."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

ADDRESS = "https://pictures.example/gallery?page=7"
TYPED = {"report_type": "not_sure", "addresses": ADDRESS}


class Document(HTMLParser):
    """The parts of a document that tests ask for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: MultiDict[str, str] = MultiDict()
        self.ids: dict[str, str] = {}
        self.links: list[str] = []
        self.text = ""
        self.root: dict[str, str | None] = {}
        self._open: list[tuple[str, str | None]] = []
        self._select: str | None = None
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.root = found
        if tag in ("script", "style"):
            self._silent = True
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if identity := found.get("id"):
            self.ids[identity] = ""
        if tag not in ("input", "meta", "img", "option", "br"):
            self._open.append((tag, found.get("id")))
        name = found.get("name")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and "selected" in found:
            self.fields.add(self._select, found.get("value") or "")
        if tag == "textarea" and name:
            self.fields.add(name, "")
            self._open[-1] = (tag, f"={name}")
        if tag == "input" and name:
            chosen = found.get("type") not in ("radio", "checkbox") or "checked" in found
            if chosen:
                self.fields.add(name, found.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent = self._silent and tag not in ("script", "style")
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                break

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.text += data
        for _, identity in self._open:
            if identity and identity.startswith("="):
                # A parser drops the first line break of a textarea (HTML, section 13.2.6.4.7).
                content = data.replace("\r\n", "\n").removeprefix("\n")
                self.fields[identity[1:]] = content
            elif identity:
                self.ids[identity] += data


@dataclass
class Visitor:
    """What the citizen sees now is `document`; `response` is how it came."""

    client: FlaskClient
    address: str
    response: TestResponse = field(init=False)

    def __post_init__(self) -> None:
        self.response = self.client.get(self.address)

    @property
    def document(self) -> Document:
        return Document(self.response.get_data(as_text=True))

    def press(self, stage: str, **typed: str | list[str]) -> Document:
        """Send the form as it stands, with some fields typed over."""
        fields = self.document.fields
        for name, value in typed.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        fields["stage"] = stage
        return self.post(fields)

    def post(self, fields: MultiDict[str, str] | dict[str, str]) -> Document:
        self.response = self.client.post(self.address, data=fields)
        return self.document

    def report(self, **typed: str | list[str]) -> Document:
        """From the empty form to the receipt."""
        self.press("check", **{**TYPED, **typed})
        return self.press("send")
