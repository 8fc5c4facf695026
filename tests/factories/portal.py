"""Portals."""

from __future__ import annotations

from typing import Any

import factory
from sqlalchemy.orm import Session

from server.partners import service
from server.partners.models import Portal


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
        kwargs["territories"] = list(kwargs["territories"])
        kwargs["languages"] = list(kwargs["languages"])
        return service.add_portal(session, **kwargs, actor="system")
