"""A member's own account: the ways in, recovery codes, and where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from server.extensions import database, settings
from server.staff import service as staff
from server.staff.service import SignInWay, StaffSession, WebAuthn
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.page import member, own_account, page
from server.web.console.sessions import current_session
from server.web.console.words import Moment, moment

WAY_WORDS = {
    SignInWay.LINK: "Sign-in link",
    SignInWay.PASSKEY: "Passkey",
    SignInWay.PASSWORD: "Password and code",
    SignInWay.SINGLE_SIGN_ON: "Single sign-on",
}


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey in words. `synced` ones are on more than one device."""

    id: int
    name: str
    synced: bool
    added: Moment
    used: Moment


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in words; `is_this` is the one behind this request."""

    id: UUID
    browser: str
    way: str
    began: Moment
    seen: Moment
    is_this: bool


@blueprint.get("/account")
@requires("account.own")
def account() -> str:
    """All on one page; changes have pages and forms of their own."""
    user, now = member(), datetime.now(UTC)
    with database().reading() as session:
        ways = staff.ways_in_of(session, user)
        passkeys = [_passkey_row(each, now) for each in staff.list_passkeys(session, user)]
        open_sessions = len(staff.list_sessions(session, user))
    return page(
        "account.html",
        ways=ways,
        passkeys=passkeys,
        open_sessions=open_sessions,
        single_sign_on=settings().oidc_issuer,
    )


@blueprint.get("/account/sessions")
@requires("account.own")
def account_sessions() -> str:
    """Where the member is signed in now."""
    user, now = member(), datetime.now(UTC)
    with database().reading() as session:
        rows = [session_row(each, now) for each in staff.list_sessions(session, user)]
    return page("account_sessions.html", rows=rows)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@requires("account.own")
def end_own_session(session_id: UUID) -> ResponseReturnValue:
    """End one of the member's own sessions; for this one there is the sign-out button."""
    user, here = member(), current_session()
    if here is not None and here.id == session_id:
        abort(404)
    with database().transaction() as session:
        ended = staff.end_session(session, user, session_id, actor=staff.subject_of(user))
    if not ended:
        flash("That session was over already.", "busy")
    else:
        flash("That session is over: the browser is signed out.", "good")
    return redirect(url_for("console.account_sessions"), 303)


@blueprint.post("/account/single-sign-on/unlink")
@requires("account.own", fresh=True)
def unlink_single_sign_on() -> ResponseReturnValue:
    """Remove the link, unless it is the last way in."""
    try:
        with database().transaction() as session:
            staff.unlink_identity(session, own_account(session))
    except staff.LastWayIn as refused:
        flash(f"Not unlinked: {refused}.", "alert")
    else:
        flash("Single sign-on is unlinked.", "good")
    return redirect(url_for("console.account"), 303)


def session_row(row: StaffSession, now: datetime) -> SessionRow:
    """A session as a list shows it."""
    here = current_session()
    return SessionRow(
        id=row.id,
        browser=row.browser,
        way=WAY_WORDS[row.way],
        began=moment(row.created_at, now),
        seen=moment(row.seen_at, now),
        is_this=here is not None and here.id == row.id,
    )


def _passkey_row(passkey: WebAuthn, now: datetime) -> PasskeyRow:
    return PasskeyRow(
        id=passkey.id,
        name=passkey.name,
        synced=passkey.backup_state,
        added=moment(passkey.create_datetime.replace(tzinfo=UTC), now),
        used=moment(passkey.lastuse_datetime.replace(tzinfo=UTC), now),
    )
