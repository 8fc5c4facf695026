"""The console's session: a signed `__Host-` cookie, opened under /console alone, that names a row.

Anywhere else in the application the session is one that cannot be written, so that no public
page can come to set a cookie.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from flask import Flask, Request, flash, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_security.utils import login_user, logout_user
from sqlalchemy.orm import Session

from server.audit.service import AuditAction
from server.extensions import database
from server.staff import service as staff
from server.staff.service import ABSOLUTE_LIMIT, IDLE_LIMIT, Ended, SignInWay, StaffSession, User
from server.web.console.blueprint import is_console
from server.web.console.browsers import browser_name
from server.web.console.devices import remember_device

__all__ = [
    "ABSOLUTE_LIMIT",
    "FRESH_TO_ACT",
    "FRESH_TO_LOOK",
    "IDLE_LIMIT",
    "Ended",
    "configure_sessions",
    "confirm",
    "current_session",
    "enter",
    "leave",
    "member_of_cookie",
]

#: What is asked for a fresh sign-in may be looked at so long after one, and done a little later:
#: whoever was let into a form can finish it.
FRESH_TO_LOOK = timedelta(minutes=15)
FRESH_TO_ACT = timedelta(minutes=30)

_TOKEN = "token"  # noqa: S105  (a name in the cookie)

_TELL = "If nobody spoke with you about it, tell another administrator and the auditor now."
#: What somebody else did since the last sign-in.
_NOTICES = {
    AuditAction.STAFF_RESET: f"Somebody else reset your sign-in since you were last here. {_TELL}",
    AuditAction.STAFF_ROLES_CHANGED: (
        f"Somebody else changed your roles since you were last here. {_TELL}"
    ),
}

#: What Flask-Security calls our ways in.
_VIA = {
    SignInWay.LINK: "email",
    SignInWay.PASSKEY: "webauthn",
    SignInWay.PASSWORD: "password",
    SignInWay.SINGLE_SIGN_ON: "oauth",
}


class ConsoleSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, with SHA-256, and a null session outside the console."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if is_console(request.path) else None


def configure_sessions(app: Flask) -> None:
    """Set the cookie's name and attributes; the same on https and on http://localhost.

    Chromium and Firefox keep `Secure` and `__Host-` cookies of http://localhost and of loopback
    addresses, so there is no weaker variant for the demo. Safari does not keep them there.
    """
    app.session_interface = ConsoleSessions()
    app.config.update(
        SESSION_COOKIE_NAME="__Host-portals",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=ABSOLUTE_LIMIT,
        SESSION_PROTECTION=None,
    )


def enter(database_session: Session, user: User, way: SignInWay) -> None:
    """Sign a member in with a fresh session: nothing of the one before it stays, and the one that
    this browser had is over."""
    if (before := current_session()) is not None and (holder := g.get("staff_member")):
        staff.sign_out(database_session, holder, before.id)
    changed = staff.changed_by_others(database_session, user)
    token = staff.begin_session(
        database_session, user, way=way, browser=browser_name(request.user_agent.string)
    )
    _forget()
    login_user(user, authn_via=[_VIA[way]])
    session[_TOKEN] = token
    remember_device(user)
    for action in sorted(changed):
        flash(_NOTICES[action], "alert")


def confirm(database_session: Session, user: User, way: SignInWay) -> None:
    """The member proved once more who they are: the same session goes on under a new token."""
    here = current_session()
    if here is None:
        raise LookupError("nobody is signed in")
    session[_TOKEN] = staff.confirm_session(database_session, user, here.id, way=way)
    remember_device(user)


def leave() -> None:
    """Drop all that the cookie holds. Copies of it end with the row: `staff.sign_out`."""
    logout_user()
    _forget()


def current_session() -> StaffSession | None:
    """The row of the session behind this request."""
    found: StaffSession | None = g.get("staff_session")
    return found


def member_of_cookie(uniquifier: str) -> User | None:
    """The member whom the cookie names, as the account is now, while the session lasts.

    Leaves in `g`: `staff_session` and `is_fresh`, or `session_ended` with the reason.
    """
    with database().reading() as reading:
        found = staff.find_session(reading, session.get(_TOKEN, ""))
    if isinstance(found, Ended):
        g.session_ended = found
        _forget()
    if not isinstance(found, tuple):
        return None
    row, user = found
    if user.fs_uniquifier != uniquifier:
        return None
    now = datetime.now(UTC)
    if now - row.seen_at >= staff.TOUCH_EVERY:
        with database().transaction() as writing:
            staff.touch_session(writing, row.id)
    limit = FRESH_TO_LOOK if request.method in ("GET", "HEAD") else FRESH_TO_ACT
    g.staff_session, g.staff_member, g.is_fresh = row, user, now - row.confirmed_at < limit
    return user


def _forget() -> None:
    session.clear()
    # Flask-WTF keeps the token of this request beside the session; it must go with it.
    g.pop("csrf_token", None)
