"""Portals."""

from __future__ import annotations

from typing import Any

import factory
from sqlalchemy.orm import Session

from server.partners import service
from server.partners.models import Portal
from server.partners.service import PortalTerms
from server.web.locale import LANGUAGES


class PortalFactory(factory.Factory[Portal]):
    class Meta:
        model = Portal

    slug = factory.Sequence(lambda n: f"portal-{n}")
    name = "Senegal"
    territories = ("SN",)
    languages = ("fr", "en", "ar")

    @classmethod
    def _create(cls, model_class: type[Portal], *args: Any, **kwargs: Any) -> Portal:
        session: Session = kwargs.pop("session")
        slug: str = kwargs.pop("slug")
        kwargs["territories"] = tuple(kwargs["territories"])
        kwargs["languages"] = tuple(kwargs["languages"])
        terms = PortalTerms(**kwargs)
        return service.add_portal(session, slug, terms, catalogues=LANGUAGES, actor="system")
