"""The ways to sign in that an account has. The last one is never taken away by its owner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.staff.errors import LastWayIn
from server.staff.models import Identity, LoginLink, User, WebAuthn
from server.staff.vocabulary import LinkPurpose


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How a member can sign in without a link; `invited_until` is when an open invitation ends."""

    passkeys: int = 0
    password: bool = False
    recovery_codes: int = 0
    single_sign_on: bool = False
    invited_until: datetime | None = None

    @property
    def count(self) -> int:
        return self.passkeys + self.password + self.single_sign_on


def ways_in(session: Session, users: Collection[User]) -> dict[int, WaysIn]:
    """The ways in of each of these accounts, by the account's id."""
    ids = [user.id for user in users]
    passkeys = _counts(session, WebAuthn, ids)
    identities = _counts(session, Identity, ids)
    invitations = session.execute(
        select(LoginLink.user_id, func.max(LoginLink.expires_at))
        .where(
            LoginLink.user_id.in_(ids),
            LoginLink.purpose == LinkPurpose.INVITATION,
            LoginLink.used_at.is_(None),
        )
        .group_by(LoginLink.user_id)
    )
    invited = {user_id: until for user_id, until in invitations}  # noqa: C416
    return {
        user.id: WaysIn(
            passkeys=passkeys.get(user.id, 0),
            password=user.password is not None,
            recovery_codes=len(user.mf_recovery_codes or ()),
            single_sign_on=user.id in identities,
            invited_until=invited.get(user.id),
        )
        for user in users
    }


def ways_in_of(session: Session, user: User) -> WaysIn:
    """The ways in of one account."""
    return ways_in(session, [user])[user.id]


def keep_a_way_in(session: Session, user: User) -> None:
    """Raises LastWayIn when the account has one way in only. Locks the account until the end of
    the transaction, so that of two ways removed at once one stays."""
    session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    session.refresh(user, ["password", "mf_recovery_codes"])
    if ways_in_of(session, user).count < 2:
        raise LastWayIn


def _counts(
    session: Session, model: type[WebAuthn] | type[Identity], ids: list[int]
) -> dict[int, int]:
    rows = session.execute(
        select(model.user_id, func.count()).where(model.user_id.in_(ids)).group_by(model.user_id)
    )
    return {user_id: count for user_id, count in rows}  # noqa: C416
