"""Password and code, always together; recovery codes; nobody can lock a colleague out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.audit.vocabulary import AuditAction
from server.staff import service as staff
from server.staff.models import SignInThrottle, User
from server.storage.database import Database
from server.web.console.proofs import SecurityProofs
from tests.web.console.conftest import Link, SignIn
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
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def phone(app: Flask) -> App:
    return App(app)


@pytest.fixture
def codes(clock: time_machine.Traveller, at_work: Visitor, phone: App) -> list[str]:
    """The analyst's recovery codes, just made with password and code, which were not used yet."""
    codes = set_password(at_work, phone)
    clock.shift(timedelta(seconds=30))
    return codes


def failures(database: Database) -> list[str]:
    with database.reading() as session:
        found = select(AuditEvent).where(AuditEvent.action == AuditAction.STAFF_SIGN_IN_FAILED)
        return [event.details["browser"] for event in session.scalars(found)]


def test_password_and_code_sign_in(
    codes: list[str], visitor: Visitor, phone: App, analyst: User
) -> None:
    answer = sign_in_by_password(visitor, f" {analyst.email.upper()} ", phone.code)
    assert (answer.status_code, answer.location) == (303, "/console/")
    assert visitor.is_signed_in


def test_the_database_holds_neither_password_nor_secret_nor_codes(
    codes: list[str], database: Database, analyst: User
) -> None:
    assert len(set(codes)) == 10
    with database.reading() as session:
        user = staff.get_staff(session, analyst.email)
        kept = repr([user.password, user.tf_totp_secret, user.mf_recovery_codes])
        said = repr(list(session.scalars(select(AuditEvent.details))))
    assert kept.startswith("['$scrypt$")
    assert '"enckey"' in kept
    for secret in (PASSWORD, *codes):
        assert secret not in kept + said


def test_whatever_is_wrong_the_words_are_the_same(
    codes: list[str], app: Flask, phone: App, analyst: User, link: Link, member
) -> None:
    other = member()
    said = set()
    for email, password, code in (
        (analyst.email, "wrong wrong wrong wrong", phone.code),
        (analyst.email, PASSWORD, "000000"),
        (analyst.email, PASSWORD, "not a code"),
        (analyst.email, PASSWORD, "A" * 24),
        (other.email, PASSWORD, phone.code),
        ("nobody@hotline.example", PASSWORD, phone.code),
    ):
        answer = sign_in_by_password(Visitor(app), email, code, password)
        assert answer.status_code == 422
        said.add(text_of(answer))
    assert len(said) == 1


def test_a_code_counts_once(
    codes: list[str], app: Flask, visitor: Visitor, phone: App, analyst: User
) -> None:
    code = phone.code
    assert sign_in_by_password(visitor, analyst.email, code).status_code == 303
    assert sign_in_by_password(Visitor(app), analyst.email, code).status_code == 422


def test_a_code_that_two_send_at_once_counts_once(
    codes: list[str], app: Flask, phone: App, analyst: User, database: Database
) -> None:
    def begin() -> staff.Attempt:
        with database.transaction() as session:
            return staff.begin_attempt(session, analyst.email, devices={})

    attempts, finished = [begin(), begin()], []
    for attempt in attempts:
        with app.app_context():
            proof = staff.prove(
                attempt, password=PASSWORD, code=phone.code, proofs=SecurityProofs()
            )
        assert proof is not None
        with database.transaction() as session:
            finished.append(staff.finish_attempt(session, attempt, proof) is not None)
    assert finished == [True, False]


def test_the_code_that_set_the_app_up_does_not_sign_in(
    clock: time_machine.Traveller, at_work: Visitor, visitor: Visitor, phone: App, analyst: User
) -> None:
    set_password(at_work, phone)
    assert sign_in_by_password(visitor, analyst.email, phone.code).status_code == 422


def test_a_recovery_code_replaces_the_apps_once_however_typed(
    codes: list[str], app: Flask, visitor: Visitor, analyst: User, at_work: Visitor
) -> None:
    typed = codes[0].lower().replace("-", " ").replace("0", "o")
    assert sign_in_by_password(visitor, analyst.email, typed).status_code == 303
    assert sign_in_by_password(Visitor(app), analyst.email, codes[0]).status_code == 422
    assert "9 of 10 left" in text_of(visitor.get("/console/account"))


def test_new_recovery_codes_replace_the_old_ones(
    codes: list[str], app: Flask, at_work: Visitor, analyst: User
) -> None:
    page = at_work.get("/console/account")
    shown = send(at_work, page, "/console/account/recovery-codes")
    assert "shown this once" in text_of(shown)
    assert codes[0] not in shown.text
    assert sign_in_by_password(Visitor(app), analyst.email, codes[0]).status_code == 422


def test_strangers_who_guess_do_not_lock_the_member_out(
    clock: time_machine.Traveller,
    codes: list[str],
    app: Flask,
    at_work: Visitor,
    phone: App,
    analyst: User,
    link: Link,
    database: Database,
) -> None:
    for _ in range(5):
        answer = sign_in_by_password(Visitor(app), analyst.email, "000000")
        assert answer.status_code == 422
    waiting = sign_in_by_password(Visitor(app), analyst.email, phone.code)
    assert waiting.status_code == 429
    assert "wait 1 minute" in text_of(waiting)
    assert failures(database) == ["strangers"] * 5
    at_work.sign_out()  # the browser that the analyst used before
    assert sign_in_by_password(at_work, analyst.email, phone.code).status_code == 303
    assert Visitor(app).sign_in(link(analyst)).status_code == 303
    clock.shift(timedelta(seconds=31))
    assert sign_in_by_password(Visitor(app), analyst.email, phone.code).status_code == 303


def test_who_guesses_at_an_account_that_is_not_there_waits_as_long(
    app: Flask, database: Database
) -> None:
    said = [
        sign_in_by_password(Visitor(app), "nobody@hotline.example", "000000").status_code
        for _ in range(6)
    ]
    assert said == [422] * 5 + [429]
    assert failures(database) == []


def test_a_browser_known_for_one_account_is_a_stranger_to_another(
    codes: list[str], sign_in: SignIn, member, analyst: User, database: Database
) -> None:
    colleague = sign_in(member())
    colleague.sign_out()
    sign_in_by_password(colleague, analyst.email, "000000")
    assert failures(database) == ["strangers"]


def test_a_forged_device_cookie_is_a_stranger(
    codes: list[str], visitor: Visitor, analyst: User, database: Database
) -> None:
    visitor.client.set_cookie(
        "__Host-portals-device", "WzEsICJ4Il0.x.y", domain="console.example.org", secure=True
    )
    sign_in_by_password(visitor, analyst.email, "000000")
    with database.reading() as session:
        (bucket,) = session.scalars(select(SignInThrottle.bucket)).all()
    assert bucket.startswith("strangers:")
    assert analyst.email not in bucket


def test_a_disabled_member_is_refused_in_the_same_words(
    codes: list[str], visitor: Visitor, phone: App, analyst: User, database: Database
) -> None:
    with database.transaction() as session:
        staff.disable_staff(session, staff.get_staff(session, analyst.email), actor="system")
    answer = sign_in_by_password(visitor, analyst.email, phone.code)
    assert answer.status_code == 422
    assert "is not right" in text_of(answer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"password": "short", "again": "short"}, "at least 15 characters, this has 5"),
        ({"again": "something else than that"}, "the two are not the same"),
        ({"code": "000000"}, "this code does not fit"),
        ({"code": ""}, "type the six digits"),
        ({"secret": "forged"}, "open too long"),
    ],
)
def test_a_mistake_is_told_and_sets_nothing(
    at_work: Visitor, phone: App, change: dict[str, str], reason: str
) -> None:
    page = at_work.get(NEW)
    phone.scan(page)
    answers = {"password": PASSWORD, "again": PASSWORD, "code": phone.code} | change
    answer = send(at_work, page, NEW, **answers)
    assert answer.status_code == 422
    assert reason in text_of(answer)
    assert PASSWORD not in answer.text
    assert "Set them up" in text_of(at_work.get("/console/account"))


def test_the_secret_stays_the_same_after_a_mistake(at_work: Visitor, phone: App) -> None:
    page = at_work.get(NEW)
    phone.scan(page)
    page = send(at_work, page, NEW, password="short", again="short", code=phone.code)
    shown = send(at_work, page, NEW, password=PASSWORD, again=PASSWORD, code=phone.code)
    assert "Your recovery codes" in text_of(shown)


def test_the_picture_is_drawn_in_the_page_and_asks_nobody(at_work: Visitor) -> None:
    page = at_work.get(NEW).text
    assert "<svg" in page
    assert "data:" not in page
    assert " style=" not in page


def test_password_and_app_are_changed_one_without_the_other(
    clock: time_machine.Traveller,
    codes: list[str],
    app: Flask,
    at_work: Visitor,
    phone: App,
    analyst: User,
) -> None:
    another = "some other words of mine"
    page = at_work.get(NEW)
    assert send(at_work, page, NEW, password=another, again=another).status_code == 303
    assert sign_in_by_password(Visitor(app), analyst.email, phone.code).status_code == 422
    new_phone, path = App(app), "/console/account/authenticator"
    page = at_work.get(path)
    new_phone.scan(page)
    assert send(at_work, page, path, code=new_phone.code).status_code == 200
    clock.shift(timedelta(seconds=30))
    old = sign_in_by_password(Visitor(app), analyst.email, phone.code, another)
    new = sign_in_by_password(Visitor(app), analyst.email, new_phone.code, another)
    assert (old.status_code, new.status_code) == (422, 303)


def test_the_last_way_in_is_not_removed(codes: list[str], at_work: Visitor) -> None:
    answer = send(at_work, at_work.get("/console/account"), "/console/account/password/remove")
    page = text_of(at_work.get(answer.location))
    assert "only way to sign in" in page
    assert "10 of 10 left" in page
