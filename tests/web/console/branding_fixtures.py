"""Fixtures of the branding editor's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from server.partners import service as partners
from server.partners.service import IssuedKey, Look, Partner
from server.staff.service import RoleName
from server.storage.database import Database
from tests.web.console.branding_manager import Manager
from tests.web.console.conftest import Member, SignIn

Manage = Callable[[], Manager]
Stored = Callable[[], tuple[Look | None, Look | None]]


@pytest.fixture
def partner(database: Database, key: IssuedKey) -> Partner:
    with database.reading() as session:
        return session.get_one(partners.Partner, key.row.partner_id)


@pytest.fixture
def manage(member: Member, sign_in: SignIn, partner: Partner) -> Manage:
    return lambda: Manager(sign_in(member(RoleName.PORTAL_MANAGER)), partner.slug)


@pytest.fixture
def manager(manage: Manage) -> Manager:
    return manage()


@pytest.fixture
def stored(database: Database, partner: Partner) -> Stored:
    """The draft and the published look."""

    def read() -> tuple[Look | None, Look | None]:
        with database.reading() as session:
            draft = partners.draft_of(session, partner)
            row = partners.published_look(session, partner)
            return (
                partners.look_of(draft, partner) if draft else None,
                partners.look_of(row, partner) if row else None,
            )

    return read
