"""Partners."""

from __future__ import annotations

from typing import Any

import factory
from sqlalchemy.orm import Session

from server.partners import service
from server.partners.models import Partner


class PartnerFactory(factory.Factory[Partner]):
    class Meta:
        model = Partner

    slug = factory.Sequence(lambda n: f"partner-{n}")
    name = "Teranga Mobile"

    @classmethod
    def _create(cls, model_class: type[Partner], *args: Any, **kwargs: Any) -> Partner:
        session: Session = kwargs.pop("session")
        return service.add_partner(session, **kwargs, actor="system")
