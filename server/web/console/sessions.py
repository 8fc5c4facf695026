"""The console's session: a signed `__Host-` cookie, opened under /console alone, short-lived.

Anywhere else in the application the session is one that cannot be written, so that no public
page can come to set a cookie.
"""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from enum import StrEnum

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_security.utils import login_user, logout_user

from server.staff.service import User
from server.web.console.blueprint import is_console

#: OWASP ASVS 5.0, 7.3.1 and 7.3.2: an idle and an absolute limit, fit for sensitive data.
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=12)

#: What is asked for a fresh sign-in may be looked at so long after one, and done a little later:
#: whoever was let into a form can finish it.
FRESH_TO_LOOK = timedelta(minutes=15)
FRESH_TO_ACT = timedelta(minutes=30)

#: Seconds that may pass before the cookie is written again: the idle limit is met to a minute
#: without a Set-Cookie on every answer.
_TOUCH_EVERY = 60
_SINCE, _SEEN = "since", "seen"


class Ended(StrEnum):
    """Why a session is over, said on the sign-in page."""

    IDLE = "idle"
    TOO_LONG = "too-long"
    SIGNED_OUT = "signed-out"


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


def begin_session(user: User) -> None:
    """Sign a member in with a fresh session: nothing of the one before it stays."""
    _forget()
    login_user(user, authn_via=["email"])
    session[_SINCE] = session[_SEEN] = int(time.time())


def end_session() -> None:
    """Drop all that the cookie holds. Other copies of it end with `staff.end_sessions`."""
    logout_user()
    _forget()


def keep_session() -> Ended | None:
    """Note that the session is in use, or empty it and say why it is over."""
    now = int(time.time())
    since, seen = session.get(_SINCE, 0), session.get(_SEEN, 0)
    if now - since >= ABSOLUTE_LIMIT.total_seconds():
        ended = Ended.TOO_LONG
    elif now - seen >= IDLE_LIMIT.total_seconds():
        ended = Ended.IDLE
    else:
        if now - seen >= _TOUCH_EVERY:
            session[_SEEN] = now
        return None
    _forget()
    return ended


def is_fresh() -> bool:
    """Whether the member proved who they are lately enough for what `request` does."""
    limit = FRESH_TO_LOOK if request.method in ("GET", "HEAD") else FRESH_TO_ACT
    return bool(time.time() - session.get(_SINCE, 0) < limit.total_seconds())


def _forget() -> None:
    session.clear()
    # Flask-WTF keeps the token of this request beside the session; it must go with it.
    g.pop("csrf_token", None)
