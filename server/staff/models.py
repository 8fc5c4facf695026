"""Staff accounts on Flask-Security's mixins, and single-use sign-in links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_security.models import sqla
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime

# Must be called before the classes below: it names the tables and makes the link table.
sqla.FsModels.set_db_info(  # type: ignore[no-untyped-call]
    base_model=Base,
    user_table_name="staff_accounts",
    role_table_name="staff_roles",
    webauthn_table_name="staff_passkeys",
)


class Role(Base, sqla.FsRoleMixin):
    """A role; what it may do is in the permission table, not here."""

    __tablename__ = "staff_roles"


class User(Base, sqla.FsUserMixin):
    """A member of staff. The class is called User because Flask-Security's mixins say so."""

    __tablename__ = "staff_accounts"


class WebAuthn(Base, sqla.FsWebAuthnMixin):
    """A passkey of a member of staff."""

    __tablename__ = "staff_passkeys"


class LoginLink(Base):
    """A single-use sign-in link. Only the SHA-256 of its token is kept."""

    __tablename__ = "login_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
