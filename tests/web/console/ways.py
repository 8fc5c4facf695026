"""Give members their ways in through the console's own pages, and sign in with them."""

from __future__ import annotations

import html
import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.services.authenticator import Authenticator
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor

PASSWORD = "quiet lamp orbit river"
ADD, SIGN_IN, CONFIRM = (
    "/console/account/passkeys/new",
    "/console/sign-in/passkey",
    "/console/confirm/passkey",
)


def options_on(page: TestResponse) -> str:
    """What the page's script would hand to the browser."""
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def add_passkey(visitor: Visitor, device: Authenticator, **answers: Any) -> TestResponse:
    """Add `device` to the account of whoever is signed in."""
    page = visitor.get(ADD)
    answers = {"name": "Desk", "answer": device.create(options_on(page))} | answers
    return send(visitor, page, ADD, **answers)


def sign_in_by_passkey(visitor: Visitor, device: Authenticator) -> TestResponse:
    page = visitor.get("/console/sign-in")
    return send(visitor, page, SIGN_IN, answer=device.get(options_on(page)))


class App:
    """An authenticator app on a phone: gives the code of the moment for a secret."""

    def __init__(self, app: Flask) -> None:
        self._codes = app.extensions["portals.authenticator_codes"]
        self._sealed = ""

    def scan(self, page: TestResponse) -> None:
        """Type the secret in that the page shows as text."""
        found = re.search(r'id="app-secret">([A-Z2-7-]+)<', page.text)
        assert found, page.text
        self._sealed = self._codes._totp(key=found[1].replace("-", "")).to_json(encrypt=True)

    @property
    def code(self) -> str:
        return str(self._codes.generate_totp_password(self._sealed))


def set_password(visitor: Visitor, phone: App, password: str = PASSWORD) -> list[str]:
    """Set password and code; the recovery codes that are shown."""
    path = "/console/account/password"
    page = visitor.get(path)
    phone.scan(page)
    shown = send(visitor, page, path, password=password, again=password, code=phone.code)
    assert shown.status_code == 200, shown.text
    return re.findall(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}", shown.text)


def sign_in_by_password(
    visitor: Visitor, email: str, code: str, password: str = PASSWORD
) -> TestResponse:
    page = visitor.get("/console/sign-in")
    return send(
        visitor, page, "/console/sign-in/password", email=email, password=password, code=code
    )
