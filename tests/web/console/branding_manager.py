"""A portal manager who edits one partner's branding, as with a browser without script."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.web.console.visitor import URL, Visitor, text_of

TYPED = {
    "display_name": "Teranga",
    "colour": "#0b6152",
    "intro_fr": "Bonjour à tous",
    "footer_ar": "شكراً",
}


def logo(size: tuple[int, int] = (90, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#204060").save(out, "PNG")
    return out.getvalue()


def upload(data: bytes) -> Callable[[], FileStorage]:
    """A file to choose in a form: made anew each time, as it is read once."""
    return lambda: FileStorage(io.BytesIO(data), "logo.png")


class Manager:
    """A portal manager at the branding of one partner."""

    def __init__(self, visitor: Visitor, slug: str) -> None:
        self.visitor = visitor
        self.path = f"/console/partners/{slug}/branding"
        self.page = self.open()

    def open(self, query: str = "") -> TestResponse:
        self.page = self.visitor.get(self.path + query)
        assert self.page.status_code == 200
        return self.page

    def fields(self, action: str) -> dict[str, str]:
        """What stands in the form on the page that leads to `action`."""
        form = re.search(
            rf'<form [^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', self.page.text, re.S
        )
        assert form, text_of(self.page)
        found = {}
        for tag in re.findall(r"<input [^>]*>", form[1]):
            named = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            kind = re.search(r'type="(\w+)"', tag)
            if named and kind and kind[1] not in ("file", "checkbox"):
                found[named[1]] = html.unescape(value[1]) if value else ""
        for name, value in re.findall(
            r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form[1], re.S
        ):
            found[name] = html.unescape(value.replace("\r\n", "\n").removeprefix("\n"))
        return found

    def press(self, step: str = "", **typed: Any) -> TestResponse:
        """Fill in and press a button of the form that leads to `step`."""
        action = self.path + step
        chosen = {name: value() if callable(value) else value for name, value in typed.items()}
        boundary, body = encode_multipart(self.fields(action) | chosen)
        answer = self.visitor.client.post(
            action,
            base_url=URL,
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Referer": URL + "/"},
        )
        if answer.status_code == 303:
            self.page = self.visitor.get(answer.headers["Location"])
        else:
            self.page = answer
        return answer

    def save(self, **typed: Any) -> TestResponse:
        return self.press("", **({"then": "save"} | typed))

    def publish(self, **typed: Any) -> TestResponse:
        assert self.press("", then="publish", **typed).status_code == 303
        return self.press("/publish")
