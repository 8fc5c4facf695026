"""Members of staff, and browsers in which they are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from server.staff import service as staff
from server.staff.service import RoleName, User
from server.storage.database import Database
from tests.factories.staff import StaffFactory
from tests.web.console.visitor import Visitor

Link = Callable[[User], str]
SignIn = Callable[[User], Visitor]
Member = Callable[..., User]


@pytest.fixture
def member(database: Database) -> Member:
    """Adds a member of staff with the given roles."""

    def add(*roles: RoleName) -> User:
        with database.transaction() as session:
            user: User = StaffFactory(session=session, roles=roles)
        return user

    return add


@pytest.fixture
def analyst(member: Member) -> User:
    return member(RoleName.ANALYST)


@pytest.fixture
def link(database: Database) -> Link:
    """The token of a fresh sign-in link."""

    def issue(user: User) -> str:
        with database.transaction() as session:
            return staff.issue_login_link(session, user.email, actor="system")

    return issue


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser in which nobody is signed in."""
    return Visitor(app)


@pytest.fixture
def sign_in(app: Flask, link: Link) -> SignIn:
    """A new browser in which a member is signed in."""

    def enter(user: User) -> Visitor:
        visitor = Visitor(app)
        assert visitor.sign_in(link(user)).status_code == 303
        return visitor

    return enter


@pytest.fixture
def at_work(sign_in: SignIn, analyst: User) -> Visitor:
    """A browser in which an analyst is signed in."""
    return sign_in(analyst)
