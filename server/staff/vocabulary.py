"""Words of accounts and sign-ins."""

from __future__ import annotations

from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a single-use link is for."""

    SIGN_IN = "sign_in"
    INVITATION = "invitation"


class SignInWay(StrEnum):
    """How a member of staff proved who they are."""

    LINK = "link"
    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105  (with a second factor, always)
    SINGLE_SIGN_ON = "single_sign_on"
