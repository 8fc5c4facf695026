"""Slow hashing holds nobody else up: who comes too many is told to come back, at no cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from sqlalchemy import select

from server.staff.models import SignInThrottle
from server.staff.service import User
from server.storage.database import Database
from server.web.console.proofs import STRANGERS_A_MINUTE, TooBusy, strangers, turn
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor, text_of
from tests.web.console.ways import PASSWORD, App, set_password, sign_in_by_password

NEW = "/console/account/password"


@pytest.fixture
def app(app: Flask) -> Flask:
    """With hashes that cost next to nothing."""
    app.extensions["security"].pwd_context.update(
        scrypt__rounds=4, scrypt__parallelism=1, scrypt__block_size=1
    )
    return app


@pytest.fixture
def all_turns() -> Iterator[ExitStack]:
    """Both turns at hashing are taken, until the stack is closed."""
    with ExitStack() as taken:
        for _ in range(2):
            taken.enter_context(turn())
        yield taken


def test_who_finds_no_turn_is_told_soon_and_it_is_no_failure(
    app: Flask, visitor: Visitor, all_turns: ExitStack, database: Database
) -> None:
    answer = sign_in_by_password(visitor, "ada@hotline.example", "000000")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "try again in a moment" in text_of(answer)
    with database.reading() as session:
        assert session.scalars(select(SignInThrottle.bucket)).all() == []
    all_turns.close()
    assert sign_in_by_password(visitor, "ada@hotline.example", "000000").status_code == 422


def test_a_turn_is_given_back_after_a_mistake() -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), turn():
            _ = 1 / 0


def test_strangers_share_an_allowance_that_a_known_browser_does_not_need(
    app: Flask, at_work: Visitor, visitor: Visitor, analyst: User
) -> None:
    set_password(at_work, App(app))
    at_work.sign_out()
    with app.app_context():
        for _ in range(STRANGERS_A_MINUTE):
            strangers().take()
        with pytest.raises(TooBusy):
            strangers().take()
    assert sign_in_by_password(visitor, analyst.email, "000000").status_code == 503
    assert sign_in_by_password(at_work, analyst.email, "000000").status_code == 422
    assert sign_in_by_password(at_work, "other@hotline.example", "000000").status_code == 503


def test_a_password_that_finds_no_turn_is_not_set_and_the_page_stays(
    app: Flask, at_work: Visitor
) -> None:
    phone = App(app)
    page = at_work.get(NEW)
    phone.scan(page)
    with turn(), turn():
        busy = send(at_work, page, NEW, password=PASSWORD, again=PASSWORD, code=phone.code)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "10")
    assert "Nothing was changed" in text_of(busy)
    done = send(at_work, busy, NEW, password=PASSWORD, again=PASSWORD, code=phone.code)
    assert "Your recovery codes" in text_of(done)
