"""A portal with a page of its own, and whoever changes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server.config import Settings
from server.partners import service as partners
from server.partners.service import IssuedKey
from server.storage.database import Database
from server.web.locale import LANGUAGES
from tests.factories.key import KeyFactory
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory

Edit = Callable[..., None]


@pytest.fixture
def edit(database: Database) -> Edit:
    """Changes the portal called `senegal`, or another."""

    def change(slug: str = "senegal", **changes: Any) -> None:
        with database.transaction() as session:
            terms = partners.terms_of(session, partners.get_portal(session, slug))
            partners.edit_portal(
                session,
                slug,
                replace(terms, **changes),
                revision=None,
                catalogues=LANGUAGES,
                actor="system",
            )

    return change


@pytest.fixture
def senegal(database: Database, settings: Settings) -> IssuedKey:
    """The open key of the default partner of the portal `senegal` in French, English, Arabic."""
    with database.transaction() as session:
        partner = PartnerFactory(session=session, slug="telco")
        portal = PortalFactory(
            session=session,
            slug="senegal",
            default_partner="telco",
            texts={"fr": {"emergency": "Le poste de police est ouvert.", "helpline": "Parlez-en."}},
        )
        issued: IssuedKey = KeyFactory(
            session=session, secrets=settings.intake_secrets, portal=portal, partner=partner
        )
        KeyFactory(
            session=session,
            secrets=settings.intake_secrets,
            portal=portal,
            partner=PartnerFactory(session=session, slug="charity", name="Gate of Childhood"),
        )
    return issued
