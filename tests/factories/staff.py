"""Members of staff."""

from __future__ import annotations

from typing import Any

import factory
from sqlalchemy.orm import Session

from server.staff import service
from server.staff.service import RoleName, User


class StaffFactory(factory.Factory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"member-{n}@hotline.example")
    roles = (RoleName.ANALYST,)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        session: Session = kwargs.pop("session")
        return service.add_staff(session, **kwargs, actor="system")
