"""Staff accounts on Flask-Security's mixins, and single-use sign-in links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_security.models import sqla
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.staff.vocabulary import LinkPurpose, SignInWay
from server.storage.ids import new_id
from server.storage.model import Base
from server.storage.types import UtcDateTime, text_enum

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
    """A member of staff. The class is called User because Flask-Security's mixins say so.

    `totp_step` is the time step of the last code that was taken: none is taken twice.
    """

    __tablename__ = "staff_accounts"

    totp_step: Mapped[int | None]


class WebAuthn(Base, sqla.FsWebAuthnMixin):
    """A passkey of a member of staff."""

    __tablename__ = "staff_passkeys"


class LoginLink(Base):
    """A single-use link to sign in, or to take an invitation up. Only the SHA-256 of its token
    is kept."""

    __tablename__ = "login_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id"))
    purpose: Mapped[LinkPurpose] = mapped_column(
        text_enum(LinkPurpose, 12), default=LinkPurpose.SIGN_IN
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One sign-in on one browser; asked for at each request, so that it can be listed and ended.

    `confirmed_at` is when the member last proved who they are, by a sign-in or again within the
    session. `browser` is a coarse name ("Firefox on Linux") for the member's own list.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_digest: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    way: Mapped[SignInWay] = mapped_column(text_enum(SignInWay, 16))
    browser: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInThrottle(Base):
    """Failed sign-ins of one bucket: an account from known browsers, or from all others."""

    __tablename__ = "staff_sign_in_throttles"

    bucket: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Identity(Base):
    """An account as a single sign-on provider names it (OpenID Connect: `iss` and `sub`)."""

    __tablename__ = "staff_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
