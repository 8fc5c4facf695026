"""Partner keys, with a partner and a portal of their own unless they are given."""

from __future__ import annotations

from typing import Any

import factory
from sqlalchemy.orm import Session

from server.partners import service
from server.partners.service import IssuedKey, KeyTerms
from server.storage.keyring import IntakeSecrets
from tests.factories.partner import PartnerFactory
from tests.factories.portal import PortalFactory

ORIGIN = "https://www.example.org"


class KeyFactory(factory.Factory[IssuedKey]):
    class Meta:
        model = IssuedKey

    label = "Home page"
    origins = (ORIGIN,)

    @classmethod
    def _create(cls, model_class: type[IssuedKey], *args: Any, **kwargs: Any) -> IssuedKey:
        session: Session = kwargs.pop("session")
        secrets: IntakeSecrets = kwargs.pop("secrets")
        portal = kwargs.pop("portal", None) or PortalFactory(session=session)
        partner = kwargs.pop("partner", None) or PartnerFactory(session=session)
        terms = KeyTerms(**kwargs)
        return service.issue_key(session, partner, portal, terms, secrets=secrets, actor="system")
