"""The device cookie: a browser that signed in to an account before says so, for half a year.

It lets nobody in. It only gives the browser a count of failed sign-ins of its own, so that a
stranger who guesses cannot slow a member down at their own desk.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, after_this_request, request
from itsdangerous import BadSignature

from server.staff.service import User
from server.web.console.signatures import signer

COOKIE = "__Host-portals-device"
LIFETIME = timedelta(days=180)
#: Members who share a desk: so many accounts of one browser are remembered.
_MOST = 4


def known_accounts() -> dict[int, str]:
    """The accounts that signed in on this browser, each with the browser's secret for it."""
    try:
        said = signer("device").loads(
            request.cookies.get(COOKIE, ""), max_age=int(LIFETIME.total_seconds())
        )
    except BadSignature:
        return {}
    return {int(account): secret for account, secret in said}


def remember_device(user: User) -> None:
    """Let the answer to this request tell the browser that `user` signed in on it."""
    known = known_accounts()
    secret = known.pop(user.id, None) or secrets.token_urlsafe(18)
    entries = [*list(known.items())[-(_MOST - 1) :], (user.id, secret)]

    @after_this_request
    def tell(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            signer("device").dumps(entries),
            max_age=LIFETIME,
            path="/",
            secure=True,
            httponly=True,
            samesite="Strict",
        )
        return response
