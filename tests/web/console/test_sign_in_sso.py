"""Single sign-on lets in whom the provider really names, and whom the console knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.app import create_app
from server.audit.models import AuditEvent
from server.audit.vocabulary import AuditAction
from server.config import Settings, SettingsError, load_settings
from server.staff import service as staff
from server.staff.models import Identity
from server.staff.service import RoleName, User
from server.storage.database import Database
from tests.services.authenticator import Authenticator
from tests.services.provider import CLIENT_ID, CLIENT_SECRET, Provider, served_provider, shared
from tests.web.console.conftest import Member
from tests.web.console.filled_forms import send
from tests.web.console.visitor import Visitor, text_of
from tests.web.console.ways import add_passkey

START, COOKIE = "/console/sign-in/sso", "__Host-portals-sso"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with served_provider() as provider:
        yield provider


@pytest.fixture
def settings(environment: dict[str, str], provider: Provider) -> Settings:
    return load_settings(
        {
            **environment,
            "PORTALS_OIDC_ISSUER": provider.issuer,
            "PORTALS_OIDC_CLIENT_ID": CLIENT_ID,
            "PORTALS_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
    )


@pytest.fixture
def grace(member: Member, provider: Provider) -> User:
    """A member without a way in, whom the provider knows."""
    user = member(RoleName.AUDITOR)
    provider.claims["email"] = user.email.upper()
    return user


def back(visitor: Visitor, provider: Provider, start: str = START) -> TestResponse:
    """Go there, sign in, and come back, without the Strict cookies as browsers do."""
    there = visitor.get(start)
    assert there.status_code == 303, text_of(there)
    assert there.location.startswith(f"{provider.issuer}/authorize?")
    return come(visitor, provider.sign_in(there.location))


def come(visitor: Visitor, address: str) -> TestResponse:
    return visitor.get(address.removeprefix("https://console.example.org"))


def test_a_member_comes_in_and_goes_on_by_a_page(
    visitor: Visitor, provider: Provider, grace: User
) -> None:
    answer = back(visitor, provider, f"{START}?next=/console/account")
    assert answer.status_code == 200
    assert 'content="0; url=/console/account"' in answer.text
    assert "Linked" in text_of(visitor.get("/console/account"))
    assert "Single sign-on" in text_of(visitor.get("/console/account/sessions"))


def test_what_others_changed_is_told_on_the_page_that_stays(
    app: Flask, provider: Provider, grace: User, database: Database
) -> None:
    back(Visitor(app), provider)
    with database.transaction() as session:
        user = staff.get_staff(session, grace.email)
        staff.set_roles(session, user, [RoleName.ANALYST], actor="system")
    visitor = Visitor(app)
    assert "changed your roles" not in text_of(back(visitor, provider))
    assert "changed your roles" in text_of(visitor.get("/console/"))


def test_the_cookie_of_the_way_has_every_guard_and_is_gone_after(
    visitor: Visitor, provider: Provider, grace: User
) -> None:
    there = visitor.get(START)
    cookie = visitor.client.get_cookie(COOKIE, "console.example.org")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Lax")
    assert (cookie.path, cookie.origin_only, cookie.max_age) == ("/", True, 600)
    come(visitor, provider.sign_in(there.location))
    assert visitor.client.get_cookie(COOKIE, "console.example.org") is None


def test_once_linked_it_is_the_subject_that_counts_not_the_address(
    visitor: Visitor, provider: Provider, grace: User, member: Member, database: Database
) -> None:
    back(visitor, provider)
    provider.claims["email"] = member(RoleName.ADMINISTRATOR).email
    back(visitor, provider)
    assert grace.email in text_of(visitor.get("/console/account")).replace(" @", "@")
    with database.reading() as session:
        assert len(session.scalars(select(Identity)).all()) == 1
        linked = select(AuditEvent).where(AuditEvent.action == AuditAction.IDENTITY_LINKED)
        assert len(session.scalars(linked).all()) == 1


def test_who_is_not_invited_does_not_come_in(visitor: Visitor, provider: Provider) -> None:
    provider.claims["email"] = "stranger@hotline.example"
    answer = back(visitor, provider)
    assert answer.status_code == 422
    assert "nobody here is linked" in text_of(answer)
    assert not visitor.is_signed_in


def test_an_account_in_use_is_not_linked_by_its_address(
    at_work: Visitor, analyst: User, visitor: Visitor, provider: Provider
) -> None:
    add_passkey(at_work, Authenticator())
    provider.claims["email"] = analyst.email
    assert back(visitor, provider).status_code == 422
    assert not visitor.is_signed_in


def test_a_disabled_member_does_not_come_in(
    visitor: Visitor, provider: Provider, grace: User, database: Database
) -> None:
    back(visitor, provider)
    with database.transaction() as session:
        staff.disable_staff(session, staff.get_staff(session, grace.email), actor="system")
    assert back(visitor, provider).status_code == 422
    assert not visitor.is_signed_in


def forged_key(provider: Provider) -> None:
    provider.published, provider.key = provider.key, ECKey.generate_key("P-256")


def shared_key(provider: Provider) -> None:
    provider.published, provider.key = provider.key, shared(provider.key)
    provider.header = {"alg": "HS256"}


def claim(**claims: Any) -> Callable[[Provider], None]:
    return lambda provider: provider.claims.update(claims)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        forged_key,
        shared_key,
        claim(iss="https://other.example"),
        claim(aud="another client"),
        claim(nonce="another"),
        claim(nonce=None),
        claim(exp=int(time.time()) - 3_600),
        claim(exp=None),
        claim(auth_time=int(time.time()) - 3_600),
        claim(auth_time=None),
        claim(sub=None),
        claim(email_verified=False),
        claim(email_verified="true"),
        claim(email=None),
        lambda provider: provider.metadata.update(issuer="https://other.example"),
        lambda provider: provider.asked.clear(),
    ],
)
def test_an_answer_that_does_not_hold_lets_nobody_in(
    visitor: Visitor, provider: Provider, grace: User, change: Callable[[Provider], None]
) -> None:
    there = visitor.get(START)
    address = provider.sign_in(there.location)
    change(provider)
    assert come(visitor, address).status_code == 422
    assert not visitor.is_signed_in


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_answer_to_somebody_elses_sign_in_lets_nobody_in(
    visitor: Visitor, provider: Provider, grace: User, app
) -> None:
    attacker = Visitor(app)
    address = provider.sign_in(attacker.get(START).location)
    assert "began in another browser" in text_of(come(visitor, address))
    visitor.get(START)
    assert "belongs to another sign-in" in text_of(come(visitor, address))
    assert not visitor.is_signed_in
    answered = provider.sign_in(attacker.get(START).location)
    assert come(attacker, answered).status_code == 200
    assert come(attacker, answered).status_code == 422  # once only


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_provider_that_is_away_leaves_the_other_ways(
    visitor: Visitor, provider: Provider
) -> None:
    provider.metadata["token_endpoint"] = "ftp://x"
    answer = visitor.get(START)
    assert answer.status_code == 502
    assert "Sign in with a passkey" in text_of(answer)
    assert come(visitor, f"{START}/callback?error=access_denied").status_code == 422


def test_unlinking_keeps_the_last_way_in(visitor: Visitor, provider: Provider, grace: User) -> None:
    def unlink() -> str:
        page = visitor.get("/console/account")
        path = "/console/account/single-sign-on/unlink"
        return text_of(visitor.get(send(visitor, page, path).location))

    back(visitor, provider)
    assert "only way to sign in" in unlink()
    add_passkey(visitor, Authenticator())
    assert "Single sign-on is unlinked" in unlink()
    assert back(visitor, provider).status_code == 422


def test_without_the_extra_the_start_is_refused_and_says_what_to_install(
    settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.config.find_spec", lambda name: None)
    load_settings(environment)
    with pytest.raises(SettingsError, match=r"install the wheel with \[oidc\]"):
        load_settings(
            {
                **environment,
                "PORTALS_OIDC_ISSUER": "https://sso.example.org",
                "PORTALS_OIDC_CLIENT_ID": "x",
                "PORTALS_OIDC_CLIENT_SECRET": "x",
            }
        )


def test_without_settings_there_is_no_such_address(
    environment: dict[str, str], database: Database
) -> None:
    plain = Visitor(create_app(load_settings(environment), database))
    assert plain.get(START).status_code == 404
    assert plain.get(f"{START}/callback").status_code == 404
    assert "organisation" not in plain.get("/console/sign-in").text
