"""A session that is ended while its request is looked at adds no way in."""

from __future__ import annotations

import pytest
from flask import Flask

from server.staff import service as staff
from server.staff.service import User
from server.storage.database import Database
from server.web.console import account_password
from server.web.console.password_forms import PasskeyNameForm
from tests.services.authenticator import Authenticator
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor
from tests.web.console.ways import PASSWORD, App, add_passkey

NEW = "/console/account/password"


def reset(database: Database, user: User) -> None:
    with database.transaction() as session:
        staff.reset_sign_in(session, staff.get_staff(session, user.email), actor="system")


def ways(database: Database, user: User) -> int:
    with database.reading() as session:
        return staff.ways_in_of(session, staff.get_staff(session, user.email)).count


def test_a_password_is_not_set_after_a_reset(
    app: Flask, at_work: Visitor, analyst: User, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_password: str) -> str:
        reset(database, analyst)
        return "kept"

    monkeypatch.setattr(account_password, "hashed", slow)
    phone = App(app)
    page = at_work.get(NEW)
    phone.scan(page)
    answer = send(at_work, page, NEW, password=PASSWORD, again=PASSWORD, code=phone.code)
    assert answer.location.startswith("/console/sign-in")
    assert ways(database, analyst) == 0


def test_a_passkey_is_not_added_after_a_reset(
    at_work: Visitor, analyst: User, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_form: PasskeyNameForm) -> bool:
        reset(database, analyst)
        return True

    monkeypatch.setattr(PasskeyNameForm, "validate", slow)
    assert add_passkey(at_work, Authenticator()).location.startswith("/console/sign-in")
    assert ways(database, analyst) == 0


def test_a_passkey_closes_the_invitation_that_was_not_used(
    app: Flask, at_work: Visitor, analyst: User, database: Database
) -> None:
    with database.transaction() as session:
        user = staff.get_staff(session, analyst.email)
        token = staff.invite_again(session, user, actor="system")
    assert Visitor(app).get(f"/console/sign-in/{token}").status_code == 200
    add_passkey(at_work, Authenticator())
    assert Visitor(app).get(f"/console/sign-in/{token}").status_code == 410
