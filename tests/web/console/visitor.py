"""A person at the console: keeps cookies, fills forms in, follows nothing by itself."""

from __future__ import annotations

import html
import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

URL = "https://console.example.org"
COOKIE = "__Host-portals"


class Visitor:
    """One browser. Each has a session of its own."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=URL)

    def post(self, path: str, token: str | None = None) -> TestResponse:
        """POST as a form of the console does; without a token unless one is given."""
        data = {} if token is None else {"csrf_token": token}
        return self.client.post(path, base_url=URL, data=data, headers={"Referer": URL + "/"})

    def submit(self, page: TestResponse, path: str) -> TestResponse:
        """Press the button of the form on `page` that leads to `path`."""
        return self.post(path, form_token(page, path))

    def sign_in(self, token: str) -> TestResponse:
        """Open a sign-in link and press its button."""
        path = f"/console/sign-in/{token}"
        return self.submit(self.get(path), path)

    def sign_out(self) -> TestResponse:
        return self.submit(self.get("/console/"), "/console/sign-out")

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie(COOKIE, "console.example.org")
        return found.value if found else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie(COOKIE, value, domain="console.example.org", secure=True)

    @property
    def is_signed_in(self) -> bool:
        return self.get("/console/").status_code == 200


def form_token(page: TestResponse, path: str) -> str:
    """The CSRF token of the form on `page` that leads to `path`."""
    form = re.search(
        rf'<form method="post" action="{re.escape(path)}">(.*?)</form>', page.text, re.S
    )
    assert form, f"no form for {path} on:\n{page.text}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', form[1])
    assert token, form[1]
    return token[1]


def text_of(page: TestResponse) -> str:
    """The words of a page, without markup, in single spaces."""
    body = page.text.partition("<body")[2].partition(">")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
