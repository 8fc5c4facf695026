"""Sign in by a one-time link, and sign out."""

from __future__ import annotations

import re

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.extensions import database
from server.staff import service as staff
from server.web.access import anyone
from server.web.console.blueprint import blueprint
from server.web.console.page import framed, signed_in
from server.web.console.sessions import Ended, begin_session, end_session

#: Only pages of the console, and only in their plainest spelling, are ever returned to.
_OWN_PAGE = re.compile(r"/console/[A-Za-z0-9/*~$=_-]{0,200}")


@blueprint.get("/sign-in")
@anyone("says how to get a sign-in link")
def sign_in_help() -> str:
    """How to get a link, and why one may be here."""
    reason, wanted = request.args.get("why", ""), request.args.get("next", "")
    return framed(
        "sign_in_help.html",
        None,
        ended=reason if reason in set(Ended) else None,
        wanted=wanted if _OWN_PAGE.fullmatch(wanted) else None,
    )


@blueprint.get("/sign-in/<token>")
@anyone("a sign-in link is opened by somebody who is not signed in yet")
def sign_in(token: str) -> ResponseReturnValue:
    """A button; asking for the page uses nothing up, as mail scanners open every link."""
    with database().reading() as session:
        is_open = staff.login_link_is_open(session, token)
    if not is_open:
        return framed("link_refused.html", None), 410
    return framed("sign_in.html", None, token=token)


@blueprint.post("/sign-in/<token>")
@anyone("whoever holds an unused link may sign in with it")
def use_link(token: str) -> ResponseReturnValue:
    """Use the link up and begin a session of its own."""
    with database().transaction() as session:
        user = staff.consume_login_link(session, token)
    if user is None:
        return framed("link_refused.html", None), 410
    begin_session(user)
    return redirect(url_for("console.report_list"), 303)


@blueprint.post("/sign-out")
@anyone("signing out is harmless to whoever is not signed in")
def sign_out() -> ResponseReturnValue:
    """End this session and, since the account's cookies all change, every other one."""
    if user := signed_in():
        with database().transaction() as session:
            staff.end_sessions(session, user.id)
    end_session()
    return redirect(url_for("console.sign_in_help", why=Ended.SIGNED_OUT.value), 303)
